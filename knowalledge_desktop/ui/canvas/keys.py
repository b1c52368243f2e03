"""What keys do while the canvas has the focus."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from knowalledge_desktop.ui.canvas import walk

if TYPE_CHECKING:
    from knowalledge_desktop.ui.canvas.widget import GraphCanvas

_ARROWS = {
    Qt.Key.Key_Left: walk.LEFT,
    Qt.Key.Key_Right: walk.RIGHT,
    Qt.Key.Key_Up: walk.UP,
    Qt.Key.Key_Down: walk.DOWN,
    Qt.Key.Key_Home: walk.HOME,
    Qt.Key.Key_End: walk.END,
}
_NO_LETTERS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


class Keys:
    """Turns key events into acts of the canvas (design: keyboard map)."""

    def __init__(self, canvas: GraphCanvas) -> None:
        self._canvas = canvas
        self._letters: dict[int, Callable[[str], None]] = {
            Qt.Key.Key_E: canvas.topic_activated.emit,
            Qt.Key.Key_X: canvas.explain_requested.emit,
            Qt.Key.Key_I: canvas.illustrate_requested.emit,
            Qt.Key.Key_N: canvas.add_requested.emit,
            Qt.Key.Key_R: canvas.retry_requested.emit,
            Qt.Key.Key_F: canvas.frame,
            Qt.Key.Key_Return: canvas.open_requested.emit,
            Qt.Key.Key_Enter: canvas.open_requested.emit,
            Qt.Key.Key_F2: canvas.rename_requested.emit,
            Qt.Key.Key_Delete: canvas.remove_requested.emit,
            Qt.Key.Key_Backspace: canvas.remove_requested.emit,
        }

    def press(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        key, held = event.key(), event.modifiers()
        if key == Qt.Key.Key_Escape:
            self._canvas.cancel_requested.emit()
            return True
        if held & _NO_LETTERS:
            return False
        if key in _ARROWS:
            rows = self._canvas.rows
            here = rows.index.get(self._canvas.selected_id, -1)
            self._canvas.select_row(walk.step(rows, here, _ARROWS[Qt.Key(key)]))
            return True
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._canvas.zoom_in()
            return True
        if key == Qt.Key.Key_Minus:
            self._canvas.zoom_out()
            return True
        chosen = self._canvas.selected_id
        return bool(chosen) and self._on_topic(key, chosen, held)

    def _on_topic(self, key: int, chosen: str, held: Qt.KeyboardModifier) -> bool:
        if key == Qt.Key.Key_F and held & Qt.KeyboardModifier.ShiftModifier:
            self._canvas.frame_branch(chosen)
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self._fold(chosen, collapse=key == Qt.Key.Key_BracketLeft)
        elif key in self._letters:
            self._letters[key](chosen)
        else:
            return False
        return True

    def _fold(self, chosen: str, *, collapse: bool) -> None:
        document = self._canvas.document
        place = document.places.get(chosen) if document else None
        if place is not None and place.collapsed is not collapse:
            self._canvas.collapse_toggled.emit(chosen)
