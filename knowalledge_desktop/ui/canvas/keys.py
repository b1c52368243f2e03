"""What keys do while the canvas has the focus."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from knowalledge_desktop.ui.canvas import walk
from knowalledge_desktop.ui.canvas.hand_overlay import LINK, MOVE
from knowalledge_desktop.ui.canvas.type_ahead import TypeAhead

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
_CTRL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_NO_LETTERS = _CTRL | _ALT | Qt.KeyboardModifier.MetaModifier
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class KeyActs(QObject):
    """What keys ask for besides what the canvas tells itself."""

    copy_requested = Signal(bool)  # and removed from where they are
    tag_requested = Signal(str)  # the topic where the choice is to open
    lock_requested = Signal()
    pin_requested = Signal()
    note_requested = Signal(str)
    unite_requested = Signal(str)
    links_requested = Signal(str)
    shift_requested = Signal(str, int)
    level_requested = Signal(int)  # 0 unfolds all


class Keys:
    """Turns key events into acts of the canvas (design: keyboard map)."""

    def __init__(self, canvas: GraphCanvas) -> None:
        self._canvas = canvas
        self.acts = KeyActs(canvas)
        self.ahead = TypeAhead(canvas)
        self._letters: dict[int, Callable[[str], object]] = {
            Qt.Key.Key_E: canvas.topic_activated.emit,
            Qt.Key.Key_X: canvas.explain_requested.emit,
            Qt.Key.Key_I: canvas.illustrate_requested.emit,
            Qt.Key.Key_N: canvas.add_requested.emit,
            Qt.Key.Key_R: canvas.retry_requested.emit,
            Qt.Key.Key_F: canvas.frame,
            Qt.Key.Key_Return: canvas.open_requested.emit,
            Qt.Key.Key_Enter: canvas.open_requested.emit,
            Qt.Key.Key_F2: canvas.rename_requested.emit,
            Qt.Key.Key_Delete: self._remove,
            Qt.Key.Key_Backspace: self._remove,
            Qt.Key.Key_Space: canvas.hands.picks.toggle,
            Qt.Key.Key_T: self.acts.tag_requested.emit,
            Qt.Key.Key_J: self.acts.unite_requested.emit,
            Qt.Key.Key_K: lambda _: self.acts.lock_requested.emit(),
            Qt.Key.Key_P: lambda _: self.acts.pin_requested.emit(),
            Qt.Key.Key_L: lambda _: canvas.hands.begin(LINK),
            Qt.Key.Key_M: lambda _: canvas.hands.begin(MOVE),
        }
        self._shifted: dict[int, Callable[[str], object]] = {
            Qt.Key.Key_F: canvas.frame_branch,
            Qt.Key.Key_L: self.acts.links_requested.emit,
            Qt.Key.Key_N: self.acts.note_requested.emit,
        }

    def press(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        key, held = event.key(), event.modifiers()
        if self.ahead.press(event):
            return True
        if key == Qt.Key.Key_Escape:
            self._canvas.cancel_requested.emit()
            return True
        if self._canvas.hands.aim and key in _ENTER:
            self._canvas.hands.take(self._canvas.selected_id)
            return True
        if held & _NO_LETTERS:
            return self._with_control(key, held)
        chosen = self._canvas.selected_id
        return self._on_map(key, held) or (bool(chosen) and self._on_topic(key, chosen, held))

    def _on_map(self, key: int, held: Qt.KeyboardModifier) -> bool:
        if key in _ARROWS:
            self._walk(_ARROWS[Qt.Key(key)], pick=bool(held & _SHIFT))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._canvas.zoom_in()
        elif key == Qt.Key.Key_Minus:
            self._canvas.zoom_out()
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_9 and len(self._canvas.rows):
            self.acts.level_requested.emit(key - int(Qt.Key.Key_0))
        else:
            return False
        return True

    def _with_control(self, key: int, held: Qt.KeyboardModifier) -> bool:
        canvas, chosen = self._canvas, self._canvas.selected_id
        if held & _CTRL and key == Qt.Key.Key_A and len(canvas.rows):
            canvas.hands.pick_all()
        elif held & _CTRL and key in (Qt.Key.Key_C, Qt.Key.Key_X) and canvas.hands.chosen:
            self.acts.copy_requested.emit(key == Qt.Key.Key_X)
        elif held & _ALT and key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and chosen:
            self.acts.shift_requested.emit(chosen, -1 if key == Qt.Key.Key_Up else 1)
        elif held & ~_SHIFT == _ALT and Qt.Key.Key_A <= key <= Qt.Key.Key_Z and chosen:
            return self._on_topic(key, chosen, held)  # where letters go to titles, commands have Alt
        else:
            return False
        return True

    def _walk(self, way: str, *, pick: bool) -> None:
        """Go to another topic; with `pick` those on the way are picked."""
        canvas, before = self._canvas, self._canvas.selected_id
        canvas.select_row(walk.step(canvas.rows, canvas.rows.index.get(before, -1), way))
        if pick and before and canvas.selected_id:
            canvas.hands.picks.add((before, canvas.selected_id))

    def _on_topic(self, key: int, chosen: str, held: Qt.KeyboardModifier) -> bool:
        acts = self._shifted if held & _SHIFT and key in self._shifted else self._letters
        if key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self._fold(chosen, collapse=key == Qt.Key.Key_BracketLeft)
        elif key in acts:
            acts[key](chosen)
        else:
            return False
        return True

    def _remove(self, chosen: str) -> None:
        picked = self._canvas.hands.picks.ids
        if picked:
            self._canvas.hands.remove_requested.emit(picked)
        else:
            self._canvas.remove_requested.emit(chosen)

    def _fold(self, chosen: str, *, collapse: bool) -> None:
        document = self._canvas.document
        place = document.places.get(chosen) if document else None
        if place is not None and place.collapsed is not collapse:
            self._canvas.collapse_toggled.emit(chosen)
