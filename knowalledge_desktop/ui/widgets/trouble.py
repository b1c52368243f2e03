"""What went wrong, in a sentence, with the one or two buttons that help."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from knowalledge_desktop.core.errors import AppError, KeyProblem, UserInputError
from knowalledge_desktop.core.request import EngineChoice
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.ui.messages import Message
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button


class Trouble(QFrame):
    """Hidden while there is none. The names of its parts begin with `name`."""

    retry_requested = Signal()
    settings_requested = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}Trouble")
        self.setProperty("panel", "banner")
        self.setProperty("tone", "warning")
        self._title = label("", "bodyStrong", wrap=True)
        self._text = label("", "", wrap=True)
        self._text.setObjectName(f"{name}TroubleText")
        self._retry = text_button(self.tr("Retry"), f"{name}RetryButton", self.retry_requested.emit)
        self._settings = text_button(
            self.tr("Settings"), f"{name}SettingsButton", self.settings_requested.emit, "", self.tr("Set a key")
        )
        self.setLayout(
            column(
                self._title,
                self._text,
                row(self._retry, self._settings, -1, gap=8),
                margins=(14, 10, 14, 10),
                gap=6,
            )
        )
        self.hide()

    @property
    def retry_button(self) -> QPushButton:
        """The button that asks again."""
        return self._retry

    @property
    def text(self) -> str:
        """What is said, empty when nothing is."""
        return self._text.text() if not self.isHidden() else ""

    def show_message(self, message: Message, *, can_retry: bool, needs_settings: bool) -> None:
        """Say it."""
        self._title.setText(message.title)
        self._text.setText(message.whole)
        self._retry.setVisible(can_retry)
        self._settings.setVisible(needs_settings)
        self.setAccessibleName(f"{message.title}. {message.whole}")
        self.show()


def needs_settings(error: AppError, settings: Settings) -> bool:
    """Whether only the settings help: the key, or that the Atlas alone is asked for what it cannot do."""
    atlas_only = settings.engine is EngineChoice.ATLAS and type(error) is UserInputError
    return isinstance(error, KeyProblem) or atlas_only
