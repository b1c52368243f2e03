"""Notices what another process has changed: the settings file, and limits, keys and budgets of the same person."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

SETTLED_MS = 400
"""A file that is being written is left alone for so long."""


class SettingsWatch(QObject):
    """Tells when the folder of the settings has changed, or the person comes back to the program.

    Coming back is enough where a file system tells nothing, or the folder is not there yet.
    """

    changed = Signal()

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._was_left = False
        self._settled = QTimer(self, interval=SETTLED_MS, singleShot=True)
        self._settled.timeout.connect(self.changed)
        self._watcher = QFileSystemWatcher(self)
        if folder.is_dir():
            self._watcher.addPath(str(folder))
        self._watcher.directoryChanged.connect(lambda _: self._settled.start())
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._on_state)

    def _on_state(self, state: Qt.ApplicationState) -> None:
        if state is not Qt.ApplicationState.ApplicationActive:
            self._was_left = True
        elif self._was_left:
            self._was_left = False
            self._settled.start(0)
