"""Cycles of objects are collected in the thread of the window and nowhere else.

Python collects in whatever thread happens to allocate. Widgets that are in a cycle would then be
destroyed in the thread of the library or of the Atlas, which Qt does not survive.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 5_000
ENOUGH = 2_000
"""So many more allocations than releases of containers make a look worthwhile."""


class Collector(QObject):
    """Looks for cycles now and then; does nothing while nothing happens."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what the start has made stays until the end and need not be looked at again
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> bool:
        """Collect when enough has been made since the last time; whether it did."""
        if gc.get_count()[0] < ENOUGH:
            return False
        gc.collect()
        return True

    def end(self) -> None:
        """Hand collecting back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.collect()
        gc.enable()
