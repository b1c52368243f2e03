"""A line over the page that stays: what stands in the way of writing, and what helps."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from knowalledge_desktop.ui.theme_qss import restyle
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button


class StorageBanner(QFrame):
    """Hidden while all is well."""

    again_requested = Signal()
    save_requested = Signal()
    backups_requested = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("storageBanner")
        self.setProperty("panel", "banner")
        self._title = label("", "bodyStrong", wrap=True)
        self._title.setObjectName("storageBannerTitle")
        self._text = label("", "body", wrap=True)
        self._text.setObjectName("storageBannerText")
        self._again = text_button(
            self.tr("Try now"),
            "storageAgainButton",
            self.again_requested.emit,
            "",
            self.tr("Look whether it can be written again"),
        )
        self._save = text_button(
            self.tr("Save a copy…"),
            "storageSaveButton",
            self.save_requested.emit,
            "",
            self.tr("Write all maps, as they are in this window, into a file elsewhere"),
        )
        backups = text_button(
            self.tr("Backups"), "storageBackupsButton", self.backups_requested.emit, "", self.tr("See all backups")
        )
        self._close = text_button(self.tr("Close"), "storageCloseButton", self.closed.emit, "ghost")
        line = row(gap=8, margins=(16, 8, 12, 8))
        line.addLayout(column(self._title, self._text, gap=2), 1)
        for button in (self._again, self._save, backups, self._close):
            line.addWidget(button)
        self.setLayout(line)
        self.hide()

    @property
    def text(self) -> str:
        """What is said, empty when nothing is."""
        return "" if self.isHidden() else f"{self._title.text()} {self._text.text()}"

    def say(self, title: str, text: str, *, tone: str, can_try: bool, can_save: bool, can_close: bool) -> None:
        """Say it, with the buttons that help."""
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._text.setText(text)
        self.setAccessibleName(f"{title} {text}")
        self._again.setVisible(can_try)
        self._save.setVisible(can_save)
        self._close.setVisible(can_close)
        self.setProperty("tone", tone)
        restyle(self)
        self.show()
