"""Drawing one topic: the pill, its port, its label, its badges."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from knowalledge_desktop.ui.canvas.badges import NONE, Badges, paint_badges
from knowalledge_desktop.ui.canvas.metrics import NodeMetrics
from knowalledge_desktop.ui.theme import Theme

GENERATING, QUEUED, FAILED, IDLE = "generating", "queued", "failed", ""
CHIP_PAD, CHIP_DIGIT, RETRY = 24.0, 7.0, 24.0
"""Scene units that a count of hidden topics (and each digit of it) and a retry mark take."""
BADGES_IN = 5.0
"""How far the marks of a person stand in from where the label ends."""


@dataclass(frozen=True, slots=True)
class Look:
    """All that decides how a pill looks, apart from selection, which is drawn over it."""

    label: str
    depth: int
    side: int
    width: float
    height: float
    explained: bool
    state: str = IDLE
    hidden: int = 0
    hover: bool = False
    badges: Badges = NONE
    text: float = 1.0
    """The person's text size: marks and counts grow with the letters."""

    @property
    def extra(self) -> float:
        """How much longer the pill is on its far side, for its marks, the count or the retry mark."""
        return self.marks + self.end

    @property
    def end(self) -> float:
        """How much of that the count or the retry mark takes, at the very end."""
        if self.state == FAILED:
            return RETRY * self.text
        return (CHIP_PAD + CHIP_DIGIT * len(str(self.hidden))) * self.text if self.hidden else 0.0

    @property
    def marks(self) -> float:
        """How much of that the marks of a person take."""
        return self.badges.width * self.text


def round_pen(colour: QColor, width: float) -> QPen:
    """A pen whose lines end round; a point drawn with it is a disc."""
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)


class PillPainter:
    """Paints pills with the theme's colours."""

    def __init__(self, theme: Theme, metrics: NodeMetrics) -> None:
        self._theme = theme
        self._metrics = metrics

    def paint(self, painter: QPainter, look: Look, x: float, y: float) -> None:
        """Paint the pill centred at a scene point; the painter maps scene units."""
        box = self.box(look, x, y)
        if look.depth == 0:
            self._root(painter, look, box)
        else:
            self._topic(painter, look, box)
        if look.badges.width:
            inset = BADGES_IN * look.text
            left = box.right() - look.extra - inset if look.side > 0 else box.left() + look.end + inset
            painter.save()
            painter.translate(left, box.center().y())
            painter.scale(look.text, look.text)
            self.badges(painter, look.badges, 0.0, 0.0)
            painter.restore()
        if look.hidden and look.state != FAILED:
            self._count(painter, look, box)

    def badges(self, painter: QPainter, badges: Badges, left: float, middle: float) -> None:
        """Paint what a person put on a topic, side by side from a point on."""
        paint_badges(painter, self._theme, badges, left, middle)

    def box(self, look: Look, x: float, y: float) -> QRectF:
        """The pill of a topic whose centre is here, with what it carries at its far end."""
        left = x - look.width / 2 - (look.extra if look.side < 0 else 0.0)
        return QRectF(left, y - look.height / 2, look.width + look.extra, look.height)

    def radius(self, look: Look) -> float:
        """Corner radius: half the height, at most 18, less for the root."""
        return 14.0 if look.depth == 0 else min(18.0, look.height / 2)

    def port_centre(self, look: Look, box: QRectF) -> QPointF:
        """The port sits on the side that faces the parent."""
        kind = self._metrics.kind(look.depth)
        inset = kind.pad + kind.port / 2
        return QPointF(box.left() + inset if look.side > 0 else box.right() - inset, box.center().y())

    def _root(self, painter: QPainter, look: Look, box: QRectF) -> None:
        theme = self._theme
        colours = theme.depth(0)
        painter.setBrush(colours.tint if theme.is_dark else colours.line)
        painter.setPen(QPen(colours.line, 1.5) if theme.is_dark else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, self.radius(look), self.radius(look))
        painter.setPen(theme.color("text.primary" if theme.is_dark else "bg.raised"))
        painter.setFont(self._metrics.kind(0).font)
        painter.drawText(box.adjusted(0, 0, -look.extra, 0), Qt.AlignmentFlag.AlignCenter, look.label)

    def _topic(self, painter: QPainter, look: Look, box: QRectF) -> None:
        theme = self._theme
        fill, stroke, ink = theme.color("bg.raised"), theme.color("border.strong"), theme.color("text.primary")
        if look.state == FAILED:
            fill, stroke = theme.color("danger.subtle"), theme.color("danger.base")
        elif look.state == QUEUED:
            fill, ink = theme.color("bg.canvas"), theme.color("text.secondary")
        elif look.state == GENERATING:
            stroke = theme.color("accent.base")
        elif look.hover:
            stroke = theme.color("border.control")
        painter.setBrush(fill)
        painter.setPen(QPen(stroke, 1.0))
        painter.drawRoundedRect(box, self.radius(look), self.radius(look))
        kind = self._metrics.kind(look.depth)
        lead = kind.pad + kind.port + self._metrics.port_gap
        tail = kind.pad + look.extra
        text = box.adjusted(lead, 0, -tail, 0) if look.side > 0 else box.adjusted(tail, 0, -lead, 0)
        painter.setFont(kind.font)
        painter.setPen(ink)
        side = Qt.AlignmentFlag.AlignLeft if look.side > 0 else Qt.AlignmentFlag.AlignRight
        flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(text.adjusted(-2, 0, 2, 0), int(flags) | int(Qt.TextFlag.TextSingleLine), look.label)
        self.port(painter, look, self.port_centre(look, box), kind.port / 2)

    def port(self, painter: QPainter, look: Look, at: QPointF, r: float) -> None:
        """The shape tells the state, the colour the depth."""
        line = self._theme.depth(look.depth).line
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if look.state == FAILED:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("danger.base"))
            painter.drawEllipse(at, r, r)
            painter.setPen(round_pen(self._theme.color("bg.raised"), 1.6))
            d = r * 0.42
            painter.drawLine(QPointF(at.x() - d, at.y() - d), QPointF(at.x() + d, at.y() + d))
            painter.drawLine(QPointF(at.x() - d, at.y() + d), QPointF(at.x() + d, at.y() - d))
        elif look.state == QUEUED:
            grey = self._theme.color("text.tertiary")
            painter.setPen(QPen(grey, 1.5))
            painter.drawEllipse(at, r - 0.75, r - 0.75)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(grey)
            for dx in (-0.42, 0.0, 0.42):
                painter.drawEllipse(QPointF(at.x() + dx * r, at.y()), r * 0.12, r * 0.12)
        elif look.state == GENERATING:
            painter.setPen(QPen(self._theme.color("accent.subtleHover"), 2.0))
            painter.drawEllipse(at, r - 1, r - 1)
        elif look.explained:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(line)
            painter.drawEllipse(at, r, r)
        else:
            painter.setPen(QPen(line, 2.0))
            painter.drawEllipse(at, r - 1, r - 1)

    def arc(self, painter: QPainter, at: QPointF, r: float, turn: float) -> None:
        """The turning arc of a topic that is being written; `turn` from 0 to 1."""
        pen = round_pen(self._theme.color("accent.base"), 2.0)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        box = QRectF(at.x() - r + 1, at.y() - r + 1, 2 * r - 2, 2 * r - 2)
        painter.drawArc(box, int(-turn * 360 * 16), -270 * 16)

    def _count(self, painter: QPainter, look: Look, box: QRectF) -> None:
        """How many topics are hidden: a chip at the far end."""
        chip = self.chip(look, box)
        theme = self._theme
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("bg.sunken"))
        painter.drawRoundedRect(chip, chip.height() / 2, chip.height() / 2)
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("text.secondary"))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, f"+{look.hidden}")

    def chip(self, look: Look, box: QRectF) -> QRectF:
        """Where the count of hidden topics is, in scene units."""
        high = min(20.0 * look.text, box.height() - 6.0)
        width = max(high, look.end - 4.0 * look.text)
        inset = (box.height() - high) / 2.0 + 2.0
        left = box.right() - inset - width if look.side > 0 else box.left() + inset
        return QRectF(left, box.center().y() - high / 2.0, width, high)

    def retry_badge(self, look: Look, box: QRectF) -> QRectF:
        """Where the retry mark of a failed topic is: at the far end; 28 units to hit, more with bigger letters."""
        side, inset = 28.0 * look.text, 4.0 * look.text
        left = box.right() - inset - side if look.side > 0 else box.left() + inset
        return QRectF(left, box.center().y() - side / 2, side, side)

    def paint_retry(self, painter: QPainter, badge: QRectF) -> None:
        """An arrow that goes round."""
        painter.save()
        painter.translate(badge.center())
        painter.scale(badge.width() / 28.0, badge.width() / 28.0)
        painter.setPen(round_pen(self._theme.color("danger.base"), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        c, r = QPointF(0.0, 0.0), 5.5
        painter.drawArc(QRectF(c.x() - r, c.y() - r, 2 * r, 2 * r), 60 * 16, 290 * 16)
        tip = QPointF(c.x() + r * math.cos(math.radians(60)), c.y() - r * math.sin(math.radians(60)))
        head = QPainterPath(QPointF(tip.x() - 3.2, tip.y() - 1.6))
        head.lineTo(tip)
        head.lineTo(QPointF(tip.x() - 0.2, tip.y() - 4.2))
        painter.drawPath(head)
        painter.restore()
