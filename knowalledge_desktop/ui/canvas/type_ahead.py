"""Going to a topic by the first letters of its title."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from knowalledge_desktop.ui.canvas.widget import GraphCanvas

PAUSE_MS, BEGUN_MS = 1_000, 4_000
"""Letters that come later than this begin anew; the first one after the key that asks for letters has longer."""
BEGINS = "'"
"""The key after which letters are those of a title, and no commands."""
_OTHER = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.MetaModifier)
_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class TypeAhead(QObject):
    """Letters that are typed one after the other select the next visible topic whose title begins so.

    They are taken after an apostrophe, or always where `always` says so: single letters are commands else.
    """

    told = Signal(str, str)  # what was typed so far, and the title it led to; nothing when it is over
    over = Signal()

    def __init__(self, canvas: GraphCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._typed, self._is_on = "", False
        self.always: Callable[[], bool] = lambda: False
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self.end)

    @property
    def is_on(self) -> bool:
        """Whether letters are taken as those of a title now."""
        return self._is_on

    def press(self, event: QKeyEvent) -> bool:
        """Whether the key was one of a title."""
        text = event.text()
        if any(event.modifiers() & other for other in _OTHER) or not len(self._canvas.rows):
            return False
        if self._is_on and event.key() in _ENDS:
            self.end()
        elif self._is_on and event.key() == Qt.Key.Key_Backspace:
            self._take(self._typed[:-1])
        elif not text or not text.isprintable():
            self.end()
            return False
        elif self._is_on or (self.always() and text.isalpha()):
            self._take((self._typed + text).lstrip())
        elif text == BEGINS:
            self._take("")
        else:
            return False
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc is for this one while letters are taken, not for the window."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in _ENDS:
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def end(self) -> None:
        """Letters are commands again."""
        self._pause.stop()
        if self._is_on:
            self._canvas.removeEventFilter(self)
            self._typed, self._is_on = "", False
            self.over.emit()

    def _take(self, typed: str) -> None:
        if not self._is_on:
            self._canvas.installEventFilter(self)
        self._typed, self._is_on = typed, True
        row = next_titled(
            self._canvas.rows.titles, typed, self._canvas.rows.index.get(self._canvas.selected_id, -1)
        )
        if row >= 0:
            self._canvas.select_row(row)
        self._pause.start(PAUSE_MS if typed else BEGUN_MS)
        self.told.emit(typed, self._canvas.rows.titles[row] if row >= 0 else "")


def next_titled(titles: tuple[str, ...], typed: str, here: int) -> int:
    """The row of the next title that begins with what was typed, from `here` on and round; -1 when none does.

    One letter, also when it comes again and again, goes on to the next one; further letters stay as long as they
    fit. Case, accents and width do not matter.
    """
    from knowalledge_desktop.core.validation import fold

    wanted = fold(typed)
    if not wanted:
        return -1
    goes_on = len(wanted) == 1
    ways = [(wanted, here + goes_on)]
    if len(set(wanted)) == 1 and not goes_on:
        ways.append((wanted[0], here + 1))
    for begin, start in ways:
        for number in range(len(titles)):
            row = (max(0, start) + number) % len(titles)
            if fold(titles[row]).startswith(begin):
                return row
    return -1
