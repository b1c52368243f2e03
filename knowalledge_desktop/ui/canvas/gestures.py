"""What the mouse does on the canvas: select, open, pan, zoom, drag a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from knowalledge_desktop.ui.canvas.widget import GraphCanvas


class Gestures:
    """Turns mouse events into acts of the canvas."""

    def __init__(self, canvas: GraphCanvas) -> None:
        self._canvas = canvas
        self._from: QPointF | None = None
        self._last = QPointF()
        self._row = -1
        self._dragging: frozenset[int] = frozenset()
        self._moved = False

    def press(self, event: QMouseEvent) -> None:
        """Begin: a topic is selected at once, a press beside one begins a pan."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        at = event.position()
        self._from, self._last, self._moved = at, at, False
        retry = self._canvas.retry_row_at(at)
        if retry >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self._from = None
            self._canvas.retry_requested.emit(self._canvas.rows.ids[retry])
            return
        self._row = self._canvas.row_at(at) if event.button() is Qt.MouseButton.LeftButton else -1
        if self._row >= 0:
            self._canvas.select_row(self._row, reveal=False)

    def move(self, event: QMouseEvent) -> None:
        """Drag what was pressed, or show what the pointer is over."""
        at = event.position()
        if self._from is None or not event.buttons():
            self._canvas.hover(self._canvas.row_at(at))
            return
        if not self._moved:
            if (at - self._from).manhattanLength() < QApplication.startDragDistance():
                return
            self._moved = True
            self._dragging = self._branch(self._row) if self._row >= 0 else frozenset()
        step = at - self._last
        self._last = at
        if self._dragging:
            scale = self._canvas.camera.scale
            self._canvas.drag_rows(self._dragging, step.x() / scale, step.y() / scale)
        else:
            self._canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._canvas.pan(step.x(), step.y())

    def release(self, event: QMouseEvent) -> None:
        """End a drag; a click on nothing takes the selection away."""
        if self._from is None:
            return
        if self._dragging:
            self._canvas.drop_rows(self._dragging)
        elif not self._moved and self._row < 0 and event.button() is Qt.MouseButton.LeftButton:
            self._canvas.select_row(-1)
        self._from, self._dragging = None, frozenset()
        self._canvas.setCursor(Qt.CursorShape.ArrowCursor)

    def double_click(self, event: QMouseEvent) -> None:
        """Expand a topic."""
        row = self._canvas.row_at(event.position())
        if row >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self._from = None
            self._canvas.topic_activated.emit(self._canvas.rows.ids[row])

    def wheel(self, event: QWheelEvent) -> None:
        """The wheel pans, with Ctrl it zooms at the pointer."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._canvas.zoom_at(1.2 ** (event.angleDelta().y() / 120.0), event.position())
        else:
            moved = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
            dx, dy = moved.x(), moved.y()
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and dx == 0:
                dx, dy = dy, 0
            self._canvas.pan(dx, dy)
        event.accept()

    def menu(self, event: QContextMenuEvent) -> None:
        """The context menu of the topic under the pointer, or of the selection for the menu key."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            chosen = self._canvas.selected_id
            at = self._canvas.mapToGlobal(self._canvas.topic_rect(chosen).bottomLeft())
        else:
            row = self._canvas.row_at(QPointF(event.pos()))
            self._canvas.select_row(row, reveal=False)
            chosen, at = self._canvas.selected_id, event.globalPos()
        if chosen:
            self._canvas.menu_requested.emit(chosen, at)

    def _branch(self, row: int) -> frozenset[int]:
        document, rows = self._canvas.document, self._canvas.rows
        if document is None:
            return frozenset()
        return frozenset(rows.index[i] for i in document.branch(rows.ids[row]) if i in rows.index)
