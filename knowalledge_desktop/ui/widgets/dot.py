"""A small coloured dot that stands for a state; the words are beside it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from knowalledge_desktop.ui.theme import Theme

_TONES = {
    "success": "success.base",
    "warning": "warning.base",
    "danger": "danger.base",
    "neutral": "text.tertiary",
    "accent": "accent.base",
}


class StatusDot(QWidget):
    """Eight pixels of colour."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tone = "neutral"
        side = theme.px("space.2")
        self.setFixedSize(side, side)
        theme.changed.connect(self.update)

    def set_tone(self, tone: str) -> None:
        """Change the colour."""
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(_TONES[self._tone]))
        painter.drawEllipse(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()
