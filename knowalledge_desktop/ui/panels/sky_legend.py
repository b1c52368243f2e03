"""What the shapes of the sky mean."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from knowalledge_desktop.ui.sky.palette import palette_of
from knowalledge_desktop.ui.sky.sprites import star_path
from knowalledge_desktop.ui.theme import Theme

_STAR, _RING, _DOT = range(3)
PAD, GAP, MARK = 14.0, 18.0, 18.0


class SkyLegend(QFrame):
    """A line with a star, a ring and a dot, each with its meaning."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("skyLegend")
        self.setProperty("panel", "floating")
        self._theme = theme
        self._parts = (
            (_STAR, self.tr("explored")),
            (_RING, self.tr("in a map")),
            (_DOT, self.tr("article")),
        )
        self.setAccessibleName(self.tr("A star is explored, a ring is in a map, a dot is an article"))
        self.setToolTip(
            self.tr(
                "A star has a text or subtopics in your library, a ring is a title in one of your maps, "
                "a dot is an article of the Atlas; the larger, the better known"
            )
        )
        theme.changed.connect(self.adjustSize)

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        metrics = QFontMetricsF(self._theme.font("small"))
        wide = sum(metrics.horizontalAdvance(text) + MARK for _, text in self._parts) + GAP * (
            len(self._parts) - 1
        )
        return QSize(round(wide + 2 * PAD), 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, font, palette = QPainter(self), self._theme.font("small"), palette_of(self._theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        metrics, x, middle = QFontMetricsF(font), PAD, self.height() / 2
        for kind, text in self._parts:
            at = QPointF(x + 6.0, middle)
            painter.setPen(Qt.PenStyle.NoPen)
            if kind == _STAR:
                painter.setBrush(palette.star)
                painter.drawPath(star_path(at, 7.0))
            elif kind == _RING:
                painter.setBrush(palette.star_core)
                painter.setPen(QPen(palette.star, 1.5))
                painter.drawEllipse(at, 3.5, 3.5)
            else:
                painter.setBrush(palette.dots[0])
                painter.drawEllipse(at, 3.0, 3.0)
            painter.setPen(self._theme.color("text.secondary"))
            painter.drawText(QPointF(x + MARK, middle + metrics.capHeight() / 2), text)
            x += MARK + metrics.horizontalAdvance(text) + GAP
        painter.end()
