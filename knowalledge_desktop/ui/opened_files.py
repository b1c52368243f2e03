"""Files that macOS asks the program to open: they come as events, also before the window is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent


class OpenedFiles(QObject):
    """An event filter of the application that keeps such files until somebody takes them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[Path] = []
        self._take: Callable[[Path], None] | None = None

    def hand_to(self, take: Callable[[Path], None]) -> None:
        """From now on `take` gets each file; those that came before, at once."""
        self._take = take
        waiting, self._waiting = self._waiting, []
        for path in waiting:
            take(path)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is a file; everything else goes its way."""
        if not isinstance(event, QFileOpenEvent) or not event.file():
            return False
        path = Path(event.file())
        if self._take is None:
            self._waiting.append(path)
        else:
            self._take(path)
        return True
