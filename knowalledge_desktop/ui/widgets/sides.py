"""Two parts beside each other; where there is too little room the second stands above the first."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QWidget

from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, row

_GAP = 40
_MARGINS = (40, 22, 40, 24)


class Sides(QScrollArea):
    """Scrolls what does not fit; the first part has its width, the second takes the rest."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._theme = theme
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._line.setContentsMargins(*_MARGINS)
        self._line.setSpacing(_GAP)
        self._first: QWidget | None = None
        self._wide = self._least = 0

    def fill(self, first: QWidget, second: QWidget, *, wide: int, least: int) -> None:
        """Put both in: the first `wide` pixels (at a text size of 100 %), the second `least` or more beside it."""
        self._first, self._wide, self._least = first, wide, least
        # In a line of its own the height of its wrapped texts is reckoned from its own width, not the window's.
        self._line.addLayout(column(row(first, -1), -1), 0)
        self._line.addWidget(second, 1, Qt.AlignmentFlag.AlignTop)
        inner = QWidget()
        inner.setProperty("panel", "window")
        inner.setLayout(self._line)
        self.setWidget(inner)
        self._theme.changed.connect(self._fit)
        self._fit()

    @property
    def is_stacked(self) -> bool:
        """Whether the parts stand one above the other."""
        return self._line.direction() is QBoxLayout.Direction.BottomToTop

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._first is None:
            return
        scale = self._theme.scale
        needed = (self._wide + self._least) * scale + _GAP + _MARGINS[0] + _MARGINS[2]
        stacked = self.viewport().width() < needed
        ways = QBoxLayout.Direction
        self._line.setDirection(ways.BottomToTop if stacked else ways.LeftToRight)
        self._first.setFixedWidth(round(self._wide * scale))
