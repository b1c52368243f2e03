"""What a person has put on a topic: a colour flag with its letter, a note, a lock, a pin."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from knowalledge_desktop.core.graph import Place, Topic
from knowalledge_desktop.ui.theme import Theme

UNIT = 17.0
"""What each of them takes at the far end of a pill, in scene units at a text size of 100 %."""
_INK = {"r": "danger.base", "y": "warning.base", "g": "success.base", "b": "info.base", "p": "depth.4.line"}


@dataclass(frozen=True, slots=True)
class Badges:
    """The marks of one topic; `tag` is the letter of a colour."""

    tag: str = ""
    note: bool = False
    locked: bool = False
    pinned: bool = False

    @classmethod
    def of(cls, topic: Topic, place: Place | None) -> Badges | None:
        """The marks that a topic has, None for those without."""
        pinned = place is not None and place.pinned
        if topic.tag or topic.note or topic.locked or pinned:
            return cls(topic.tag, bool(topic.note), topic.locked, pinned)
        return None

    @property
    def width(self) -> float:
        """What they take at a text size of 100 %, in scene units."""
        return UNIT * (bool(self.tag) + self.note + self.locked + self.pinned)


NONE = Badges()


def tag_name(tag: str) -> str:
    """A colour tag in words."""
    translate = QCoreApplication.translate
    names = {
        "r": translate("Tags", "Red"),
        "y": translate("Tags", "Yellow"),
        "g": translate("Tags", "Green"),
        "b": translate("Tags", "Blue"),
        "p": translate("Tags", "Purple"),
    }
    return names.get(tag, tag)


def tag_ink(theme: Theme, tag: str) -> QColor:
    """The colour of a tag; letters that other programs brought have none of their own."""
    return theme.color(_INK.get(tag, "text.secondary"))


def paint_badges(painter: QPainter, theme: Theme, badges: Badges, left: float, middle: float) -> None:
    """Paint the marks side by side from a scene point on."""
    if badges.tag:
        paint_flag(painter, theme, badges.tag, QRectF(left + 2.0, middle - 7.0, 13.0, 14.0))
        left += UNIT
    if badges.note:
        _note(painter, theme, QRectF(left + 2.5, middle - 6.0, 12.0, 12.0))
        left += UNIT
    if badges.locked:
        _lock(painter, theme, QRectF(left + 3.0, middle - 6.5, 11.0, 13.0))
        left += UNIT
    if badges.pinned:
        _pin(painter, theme, QRectF(left + 3.0, middle - 6.5, 11.0, 13.0))


def paint_flag(painter: QPainter, theme: Theme, tag: str, box: QRectF) -> None:
    """A flag with a swallow's tail and the letter of the tag on it."""
    shape = QPainterPath(box.topLeft())
    shape.lineTo(box.topRight())
    shape.lineTo(box.bottomRight())
    shape.lineTo(QPointF(box.center().x(), box.bottom() - 3.0))
    shape.lineTo(box.bottomLeft())
    shape.closeSubpath()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tag_ink(theme, tag))
    painter.drawPath(shape)
    font = QFont(theme.font("caption"))
    font.setPixelSize(9)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(theme.color("text.onAccent"))
    painter.drawText(box.adjusted(0, -0.5, 0, -3.0), Qt.AlignmentFlag.AlignCenter, tag[:1].upper())


def _note(painter: QPainter, theme: Theme, box: QRectF) -> None:
    painter.setPen(QPen(theme.color("text.secondary"), 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 2.0, 2.0)
    for down in (0.32, 0.56):
        y = box.top() + box.height() * down
        painter.drawLine(QPointF(box.left() + 3.0, y), QPointF(box.right() - 3.0, y))


def _pin(painter: QPainter, theme: Theme, box: QRectF) -> None:
    """A drawing pin: its head, its collar, its point."""
    ink, middle = theme.color("text.secondary"), box.center().x()
    painter.setPen(QPen(ink, 1.3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    collar = box.top() + box.height() * 0.62
    painter.drawLine(QPointF(middle, collar), QPointF(middle, box.bottom()))
    painter.drawLine(QPointF(middle - 4.0, box.top() + 0.7), QPointF(middle + 4.0, box.top() + 0.7))
    shape = QPainterPath(QPointF(middle - 2.4, box.top() + 0.7))
    shape.lineTo(middle - 2.9, box.top() + 5.0)
    shape.lineTo(middle - 5.0, collar)
    shape.lineTo(middle + 5.0, collar)
    shape.lineTo(middle + 2.9, box.top() + 5.0)
    shape.lineTo(middle + 2.4, box.top() + 0.7)
    painter.setBrush(ink)
    painter.drawPath(shape)


def _lock(painter: QPainter, theme: Theme, box: QRectF) -> None:
    ink = theme.color("text.secondary")
    painter.setPen(QPen(ink, 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    wide = box.width() * 0.6
    bow = QRectF(box.center().x() - wide / 2, box.top() + 0.7, wide, box.height() * 0.75)
    painter.drawArc(bow, 0, 180 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawRoundedRect(box.adjusted(0.0, box.height() * 0.42, 0.0, 0.0), 2.0, 2.0)
