"""Telling the person something while the window may be behind others."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from knowalledge_desktop.ui.icons import Icons

SHOWN_MS = 15_000


class Herald(QObject):
    """A desktop notification where there is a tray; the mark of the window in the task bar everywhere."""

    def __init__(self, window: QWidget, icons: Icons) -> None:
        super().__init__(window)
        self._window, self._icons = window, icons
        self._tray: QSystemTrayIcon | None = None
        self._act: Callable[[], None] | None = None
        self._end = QTimer(self, interval=SHOWN_MS, singleShot=True)
        self._end.timeout.connect(self._hide)

    def tell(self, title: str, text: str, act: Callable[[], None]) -> bool:
        """Tell it; a click on it does `act`. Returns whether the desktop shows it."""
        QApplication.alert(self._window)
        if not QSystemTrayIcon.isSystemTrayAvailable() or not QSystemTrayIcon.supportsMessages():
            return False
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._icons.app_icon(), self)
            self._tray.setToolTip(QApplication.applicationDisplayName())
            self._tray.messageClicked.connect(self._on_clicked)
            self._tray.activated.connect(lambda _: self._on_clicked())
        self._act = act
        self._tray.show()  # only while there is something to tell
        self._tray.showMessage(title, text, self._icons.app_icon(), SHOWN_MS)
        self._end.start()
        return True

    def _on_clicked(self) -> None:
        self._window.raise_()
        self._window.activateWindow()
        act = self._act
        self._hide()
        if act is not None:
            act()

    def _hide(self) -> None:
        self._end.stop()
        self._act = None
        if self._tray is not None:
            self._tray.hide()
