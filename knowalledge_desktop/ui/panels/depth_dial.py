"""Which of a topic's explanations are kept, by level and length, and which is read: one small field of cells."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from knowalledge_desktop.core.request import Detail, Level
from knowalledge_desktop.ui.theme import Theme

Cell = tuple[Level, Detail]
CELL, GAP, RADIUS, HATCH = QSize(17, 10), 3, 2.5, 4
_LEVELS, _DETAILS = tuple(Level), tuple(Detail)


class DepthDial(QWidget):
    """Columns are levels, rows lengths. A filled cell is kept and costs nothing to read; a hatched one is not."""

    chosen = Signal(object)  # Cell

    def __init__(
        self, theme: Theme, names: tuple[tuple[str, ...], tuple[str, ...]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("depthDial")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMouseTracking(True)
        self._theme, self._names = theme, names
        self._kept: frozenset[Cell] = frozenset()
        self._now: Cell = (Level.HIGH_SCHOOL, Detail.MEDIUM)
        self._price: Callable[[Cell], str] = lambda _cell: ""
        wide = len(_LEVELS) * (CELL.width() + GAP) - GAP
        high = len(_DETAILS) * (CELL.height() + GAP) - GAP
        self.setFixedSize(wide + 6, high + 6)
        theme.changed.connect(self.update)
        self._tell()

    def set_price(self, price: Callable[[Cell], str]) -> None:
        """Who says what an explanation that is not there yet would take."""
        self._price = price

    def show_kept(self, kept: Collection[Cell]) -> None:
        """Which ones are there."""
        self._kept = frozenset(kept)
        self._tell()

    def show_now(self, cell: Cell) -> None:
        """Which one is wanted."""
        self._now = cell
        self._tell()

    def told(self, cell: Cell) -> str:
        """A cell in words, with what it would take."""
        price = self._price(cell) if cell not in self._kept else ""
        return f"{self._state(cell)}. {price}" if price else self._state(cell)

    # --- inside ---

    def _state(self, cell: Cell) -> str:
        level, detail = cell
        name = f"{self._names[0][_LEVELS.index(level)]}, {self._names[1][_DETAILS.index(detail)]}"
        if cell in self._kept:
            return self.tr("{name}: kept, to read at once").format(name=name)
        return self.tr("{name}: not written yet").format(name=name)

    def _tell(self) -> None:
        """With the price once it has the focus: to reckon one needs what is loaded after the first paint."""
        told = self.told(self._now) if self.hasFocus() else self._state(self._now)
        self.setAccessibleName(self.tr("Depth of the explanation"))
        self.setAccessibleDescription(told)
        self.setToolTip(told)
        self.update()

    def _box(self, cell: Cell) -> QRectF:
        x = 3 + _LEVELS.index(cell[0]) * (CELL.width() + GAP)
        y = 3 + _DETAILS.index(cell[1]) * (CELL.height() + GAP)
        return QRectF(x, y, CELL.width(), CELL.height())

    def _at(self, point: QPoint) -> Cell | None:
        for level in _LEVELS:
            for detail in _DETAILS:
                if self._box((level, detail)).adjusted(-2, -2, 2, 2).contains(point.toPointF()):
                    return level, detail
        return None

    def _choose(self, cell: Cell) -> None:
        if cell != self._now:
            self.show_now(cell)
            self.chosen.emit(cell)

    # --- Qt ---

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for level in _LEVELS:
            for detail in _DETAILS:
                cell = (level, detail)
                box = self._box(cell)
                painter.setPen(QPen(theme.color("border.control"), 1.0))
                if cell in self._kept:
                    painter.setBrush(theme.color("accent.base"))
                    painter.drawRoundedRect(box, RADIUS, RADIUS)
                else:
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRoundedRect(box, RADIUS, RADIUS)
                    self._hatch(painter, box)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("text.primary"), 2.0))
        painter.drawRoundedRect(self._box(self._now).adjusted(-1.5, -1.5, 1.5, 1.5), RADIUS + 1, RADIUS + 1)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent.focus"), 1.0))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _hatch(self, painter: QPainter, box: QRectF) -> None:
        painter.save()
        painter.setClipRect(box.adjusted(1, 1, -1, -1))
        painter.setPen(QPen(self._theme.color("text.disabled"), 1.0))
        high = box.height()
        for step in range(0, int(box.width() + high), HATCH):
            x = box.left() + step
            painter.drawLine(round(x), round(box.top()), round(x - high), round(box.bottom()))
        painter.restore()

    def event(self, event: QEvent) -> bool:
        """Each cell has its own words under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._at(event.pos())
            QToolTip.showText(event.globalPos(), self.told(cell if cell is not None else self._now), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._at(event.position().toPoint())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows walk from cell to cell."""
        steps = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        level = min(max(_LEVELS.index(self._now[0]) + step[0], 0), len(_LEVELS) - 1)
        detail = min(max(_DETAILS.index(self._now[1]) + step[1], 0), len(_DETAILS) - 1)
        self._choose((_LEVELS[level], _DETAILS[detail]))

    def focusInEvent(self, event: object) -> None:
        self._tell()

    def focusOutEvent(self, event: object) -> None:
        self.update()
