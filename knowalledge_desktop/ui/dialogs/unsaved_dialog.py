"""Asked when the window is to be closed while something is only in memory."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QWidget

from knowalledge_desktop.services.held import Held
from knowalledge_desktop.ui.messages import message_for
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button


class UnsavedDialog(QDialog):
    """Closing loses it; `wants_copy` is set when it is to be saved elsewhere instead."""

    def __init__(self, held: Held, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unsavedDialog")
        self.setWindowTitle(self.tr("Not on the disk yet"))
        self.wants_copy = False
        titles = ", ".join(f"‘{title}’" for title in held.titles[:3])
        text = self.tr("%n changes of {titles} are only in memory and would be lost.", "", held.acts)
        why = message_for(held.because, 0.0).title if held.because is not None else ""
        stay = text_button(self.tr("Stay"), "unsavedStayButton", self.reject, "primary")
        stay.setDefault(True)
        self.setLayout(
            column(
                label(why, "title", wrap=True),
                label(text.format(titles=titles), "body", wrap=True),
                row(
                    text_button(self.tr("Close and lose them"), "unsavedLoseButton", self.accept, "ghost"),
                    -1,
                    text_button(self.tr("Save a copy…"), "unsavedSaveButton", self._copy),
                    stay,
                    gap=8,
                ),
                margins=(24, 20, 24, 20),
                gap=12,
            )
        )
        self.resize(520, 180)

    def _copy(self) -> None:
        self.wants_copy = True
        self.reject()


class RestoreDialog(QDialog):
    """Asks before a copy takes the library's place."""

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("restoreDialog")
        self.setWindowTitle(self.tr("Restore a backup"))
        text = self.tr(
            "The library becomes as it was in {name}. What is in it now is copied first, so you can come back."
        )
        go = text_button(self.tr("Restore"), "restoreConfirmButton", self.accept, "primary")
        go.setDefault(True)
        self.setLayout(
            column(
                label(self.tr("Go back to this backup?"), "title"),
                label(text.format(name=what), "body", wrap=True),
                row(-1, text_button(self.tr("Cancel"), "restoreCancelButton", self.reject), go, gap=8),
                margins=(24, 20, 24, 20),
                gap=12,
            )
        )
        self.resize(480, 170)
