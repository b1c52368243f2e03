"""The quiet mark in the status bar that there is no connection now."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget


class OfflineBadge(QPushButton):
    """Hidden while there is a connection, as far as is known; a click shows what waits for one."""

    queue_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("offlineBadge")
        self.setProperty("kind", "quiet")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda: self.queue_requested.emit())
        self.show_state(offline=False, waiting=0)

    def show_state(self, *, offline: bool, waiting: int) -> None:
        """Say it, with how many jobs wait for a connection."""
        text = self.tr("Offline")
        if waiting:
            text = self.tr("Offline, %n waiting", "", waiting)
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(
            self.tr("Everything kept works: read, search, edit, export. What needs the net can wait in Batches.")
        )
        self.setVisible(offline)
