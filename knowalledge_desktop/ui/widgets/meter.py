"""A thin bar that says how full a limit is: calm until three quarters, then amber, then red."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from knowalledge_desktop.ui.theme import Theme

WARN_AT, ALARM_AT = 0.75, 0.9
_TONES = {"": "accent.base", "warning": "warning.base", "danger": "danger.base"}


def tone_of(used: int, limit: int | None) -> str:
    """Nothing up to three quarters of a limit, then "warning", above nine tenths "danger"."""
    if limit is None:
        return ""
    share = used / limit if limit else 1.0
    if share > ALARM_AT:
        return "danger"
    return "warning" if share > WARN_AT else ""


class Meter(QWidget):
    """Shows `used` of `limit`; what waits is hatched behind it. `marks` are shares of 1 where lines stand."""

    def __init__(
        self,
        theme: Theme,
        *,
        height: int = 8,
        width: int = 0,
        marks: Sequence[float] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._marks = tuple(marks)
        self._bar = height
        self._used, self._coming = 0.0, 0.0
        self._tone = ""
        self.setFixedHeight(height + (6 if marks else 0))
        if width:
            self.setFixedWidth(width)
        else:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def tone(self) -> str:
        """How urgent it looks: "", "warning" or "danger"."""
        return self._tone

    def show_use(self, used: int, limit: int | None, *, waiting: int = 0) -> None:
        """Another state; without a limit the bar stays empty."""
        self._tone = tone_of(used, limit)
        if limit is None:
            self._used = self._coming = 0.0
        else:
            self._used = min(1.0, used / limit if limit else 1.0)
            self._coming = min(1.0, (used + waiting) / limit if limit else 1.0)
        self.update()

    def show_share(self, share: float) -> None:
        """A part of 1 that is neither good nor bad."""
        self._tone, self._used, self._coming = "", share, share
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box = QRectF(0, (self.height() - self._bar) / 2, self.width(), self._bar)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        track = QPainterPath()
        track.addRoundedRect(box, self._bar / 2, self._bar / 2)
        painter.setClipPath(track)
        painter.fillRect(box, self._theme.color("bg.sunken" if self._theme.is_contrast else "border.strong"))
        colour = self._theme.color(_TONES[self._tone])
        end = box.left() + box.width() * self._used
        if self._coming > self._used:
            hatch = QRectF(end, box.top(), box.width() * (self._coming - self._used), box.height())
            painter.fillRect(hatch, QBrush(colour, Qt.BrushStyle.BDiagPattern))
        if self._used > 0:  # a little is seen too
            painter.fillRect(QRectF(box.left(), box.top(), max(2.0, end - box.left()), box.height()), colour)
        painter.setClipping(False)
        if self._theme.is_contrast:  # the track is as light as the ground: its rim tells where it ends
            painter.setPen(self._theme.color("text.primary"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(track)
        for mark in self._marks:
            at = round(box.left() + box.width() * mark)
            painter.fillRect(QRectF(at, 0, 1, self.height()), self._theme.color("text.tertiary"))
        painter.end()
