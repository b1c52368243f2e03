"""What mouse and keys do in the sky."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.ui.sky.walk import DOWN, LEFT, RIGHT, UP

if TYPE_CHECKING:
    from knowalledge_desktop.ui.sky.view import SkyView

_ARROWS = {Qt.Key.Key_Left: LEFT, Qt.Key.Key_Right: RIGHT, Qt.Key.Key_Up: UP, Qt.Key.Key_Down: DOWN}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_IN, _OUT = (Qt.Key.Key_Plus, Qt.Key.Key_Equal), (Qt.Key.Key_Minus,)
_ALL = (Qt.Key.Key_0, Qt.Key.Key_9, Qt.Key.Key_Home)
_MODIFIERS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)
CLOSER = 1.7
"""By how much a double click on nothing comes closer."""


class Hand:
    """Turns events into acts of the view."""

    def __init__(self, view: SkyView) -> None:
        self._view = view
        self._press: QPointF | None = None
        self._dragged = False

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key is for the sky that the window would otherwise take for itself."""
        if event.key() == Qt.Key.Key_Escape:
            return self._view.chosen >= 0
        return event.key() in (*_IN, *_OUT, *_ALL) and event.modifiers() == Qt.KeyboardModifier.ControlModifier

    def key(self, event: QKeyEvent) -> bool:
        """Arrows walk, plus and minus zoom, 0 shows everything, Enter opens, Esc lets go."""
        key, view = event.key(), self._view
        if key in _ARROWS and not event.modifiers() & _MODIFIERS:
            view.step(_ARROWS[Qt.Key(key)])
        elif key in _IN:
            view.zoom_in()
        elif key in _OUT:
            view.zoom_out()
        elif key in _ALL:
            view.fit()
        elif key in _ENTER and view.chosen >= 0:
            view.node_opened.emit(view.chosen)
        elif key == Qt.Key.Key_Escape:
            view.escaped.emit()
        else:
            return False
        return True

    def press(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._view.stop_flight()
            self._press, self._dragged = event.position(), False

    def drag(self, event: QMouseEvent) -> None:
        """Pan while the button is held, else look what is under the pointer."""
        if self._press is None:
            self._view.hover(self._view.node_at(event.position()))
            return
        moved = event.position() - self._press
        if self._dragged or moved.manhattanLength() >= QApplication.startDragDistance():
            self._dragged = True
            self._view.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._press = event.position()
            self._view.pan(moved.x(), moved.y())

    def release(self, event: QMouseEvent) -> None:
        """A press that was no drag chooses."""
        if self._press is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._press = None
        self._view.unsetCursor()
        if not self._dragged:
            self._view.choose(self._view.node_at(event.position()))

    def double_click(self, event: QMouseEvent) -> None:
        """Open an article; come closer where there is none."""
        node = self._view.node_at(event.position())
        if node >= 0:
            self._view.node_opened.emit(node)
        else:
            self._view.zoom_at(CLOSER, event.position())

    def wheel(self, event: QWheelEvent) -> None:
        """The wheel pans, with Ctrl it zooms at the pointer: as on the map."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._view.zoom_at(1.2 ** (event.angleDelta().y() / 120.0), event.position())
        else:
            moved = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
            dx, dy = moved.x(), moved.y()
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and dx == 0:
                dx, dy = dy, 0
            self._view.pan(dx, dy)
        event.accept()
