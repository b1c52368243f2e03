"""Drawing one topic: the pill, its port, its label, its badges."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from knowalledge_desktop.ui.canvas.metrics import NodeMetrics
from knowalledge_desktop.ui.theme import Theme

GENERATING, QUEUED, FAILED, IDLE = "generating", "queued", "failed", ""


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
        box = QRectF(x - look.width / 2, y - look.height / 2, look.width, look.height)
        if look.depth == 0:
            self._root(painter, look, box)
        else:
            self._topic(painter, look, box)
        if look.hidden:
            self._count(painter, look, box)

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
        painter.setPen(theme.color("text.primary") if theme.is_dark else QColor(Qt.GlobalColor.white))
        painter.setFont(self._metrics.kind(0).font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, look.label)

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
        text = box.adjusted(lead, 0, -kind.pad, 0) if look.side > 0 else box.adjusted(kind.pad, 0, -lead, 0)
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
        """How many topics are hidden: a chip on the far side, outside the pill."""
        chip = self.chip(look, box)
        theme = self._theme
        painter.setPen(QPen(theme.color("border.subtle"), 1.0))
        painter.setBrush(theme.color("bg.sunken"))
        painter.drawRoundedRect(chip, chip.height() / 2, chip.height() / 2)
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("text.secondary"))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, f"+{look.hidden}")

    def chip(self, look: Look, box: QRectF) -> QRectF:
        """Where the count of hidden topics is, in scene units."""
        text = f"+{look.hidden}"
        width = max(20.0, QFontMetricsF(self._theme.font("caption")).horizontalAdvance(text) + 12.0)
        left = box.right() + 6.0 if look.side > 0 else box.left() - 6.0 - width
        return QRectF(left, box.center().y() - 10.0, width, 20.0)

    def retry_badge(self, look: Look, box: QRectF) -> QRectF:
        """Where the retry mark of a failed topic is: outside, on the far side; 28 units to hit."""
        left = box.right() + 2.0 if look.side > 0 else box.left() - 30.0
        return QRectF(left, box.center().y() - 14.0, 28.0, 28.0)

    def paint_retry(self, painter: QPainter, badge: QRectF) -> None:
        """An arrow that goes round."""
        painter.setPen(round_pen(self._theme.color("danger.base"), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        c, r = badge.center(), 5.5
        painter.drawArc(QRectF(c.x() - r, c.y() - r, 2 * r, 2 * r), 60 * 16, 290 * 16)
        tip = QPointF(c.x() + r * math.cos(math.radians(60)), c.y() - r * math.sin(math.radians(60)))
        head = QPainterPath(QPointF(tip.x() - 3.2, tip.y() - 1.6))
        head.lineTo(tip)
        head.lineTo(QPointF(tip.x() - 0.2, tip.y() - 4.2))
        painter.drawPath(head)
