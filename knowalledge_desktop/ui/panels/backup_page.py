"""The page of backups: which copies of the library there are, what is in each, and going back to one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from knowalledge_desktop.core.backup import Backup, BackupKind
from knowalledge_desktop.ui.theme_qss import restyle
from knowalledge_desktop.ui.widgets.basics import clear, column, label, row, text_button


class BackupRow(QFrame):
    """One copy: when and why it was made, how big it is, what is in it, and whether it is whole."""

    restore_requested = Signal(str)

    def __init__(self, backup: Backup, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"backup-{backup.name}")
        self.setProperty("panel", "card")
        self.name = backup.name
        self._when = label("", "bodyStrong")
        self._when.setToolTip(backup.name)
        self._about = label("", "secondary", wrap=True)
        self._about.setObjectName("backupAbout")
        self._state = label("", "secondary")
        self._state.setObjectName("backupState")
        self.restore_button = text_button(
            self.tr("Restore…"),
            "backupRestoreButton",
            lambda: self.restore_requested.emit(self.name),
            "",
            self.tr("Put this copy in the library’s place; what is there now is copied first"),
        )
        self.restore_button.setEnabled(False)
        line = row(gap=16, margins=(16, 12, 12, 12))
        line.addLayout(column(self._when, self._about, gap=2), 1)
        line.addWidget(self._state)
        line.addWidget(self.restore_button)
        self.setLayout(line)
        self.show_backup(backup)

    def show_backup(self, backup: Backup) -> None:
        """Tell what is known of it by now."""
        locale = QLocale()
        at = QDateTime.fromSecsSinceEpoch(int(backup.made_at))
        when = locale.toString(at, QLocale.FormatType.ShortFormat)
        kinds = {
            BackupKind.DAILY: self.tr("of the day"),
            BackupKind.BY_HAND: self.tr("made by hand"),
            BackupKind.BEFORE_MIGRATION: self.tr("before an update of the library"),
            BackupKind.BEFORE_RESTORE: self.tr("before a restore"),
        }
        about = [
            kinds[backup.kind],
            locale.formattedDataSize(backup.size_bytes, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat),
        ]
        if backup.maps is not None:
            about.append(self.tr("%n maps", "", backup.maps))
        self._when.setText(when)
        self._about.setText(", ".join(about))
        states = {
            None: (self.tr("Being checked…"), "secondary"),
            True: (self.tr("Good"), "success"),
            False: (self.tr("Damaged"), "danger"),
        }
        text, tone = states[backup.good]
        self._state.setText(text)
        self._state.setProperty("tone", tone)
        restyle(self._state)
        self.restore_button.setEnabled(backup.good is True)
        self.restore_button.setAccessibleName(self.tr("Restore the backup of {when}").format(when=when))
        self.setAccessibleName(f"{when}, {self._about.text()}, {text}")


class BackupPage(QWidget):
    """Lists the copies, newest first."""

    make_requested = Signal()
    folder_requested = Signal()
    save_requested = Signal()
    restore_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("backupPage")
        self.setProperty("panel", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._make = text_button(
            self.tr("Make one now"),
            "backupMakeButton",
            self.make_requested.emit,
            "primary",
            self.tr("Copy the library as it is now; it is kept until you delete it"),
        )
        folder = text_button(
            self.tr("Open the folder"),
            "backupFolderButton",
            self.folder_requested.emit,
            "",
            self.tr("See the files"),
        )
        save = text_button(
            self.tr("Save a copy elsewhere…"),
            "backupSaveButton",
            self.save_requested.emit,
            "",
            self.tr("Write all maps into one file, such as on another disk"),
        )
        self._about = label(
            self.tr(
                "The program copies the library once a day (the last seven are kept), before each update of the "
                "library, and before each restore."
            ),
            "secondary",
            wrap=True,
        )
        self._news = label("", "body", wrap=True)
        self._news.setObjectName("backupNews")
        self._news.hide()
        self._empty = label(
            self.tr(
                "There is no backup yet. The first is made when the program is closed, or with ‘Make one now’."
            ),
            "secondary",
        )
        self._empty.setObjectName("backupEmpty")
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(8)
        inner = QWidget()
        inner.setProperty("panel", "window")
        inner.setLayout(column(self._empty, self._list, -1, margins=(40, 4, 40, 24)))
        area = QScrollArea()
        area.setObjectName("backupList")
        area.setAccessibleName(self.tr("Backups"))
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        head = row(label(self.tr("Backups"), "heading"), -1, save, folder, self._make, gap=8)
        self.setLayout(
            column(column(head, self._about, self._news, margins=(40, 24, 40, 12), gap=10), area),
        )
        self._rows: dict[str, BackupRow] = {}

    @property
    def make_button(self) -> QPushButton:
        """The button that makes one: where the focus goes."""
        return self._make

    def show_backups(self, backups: Sequence[Backup]) -> None:
        """List these; what is in one is told by `show_backup` later."""
        clear(self._list)
        self._rows = {}
        for backup in backups:
            line = BackupRow(backup)
            line.restore_requested.connect(self.restore_requested)
            self._list.addWidget(line)
            self._rows[backup.name] = line
        self._empty.setVisible(not backups)

    def show_backup(self, backup: Backup) -> None:
        """Tell what was found in one of them."""
        if backup.name in self._rows:
            self._rows[backup.name].show_backup(backup)

    def say(self, text: str) -> None:
        """Tell what has just happened, above the list."""
        self._news.setText(text)
        self._news.setVisible(bool(text))

    def set_busy(self, *, busy: bool) -> None:
        """While a copy is made or restored nothing else is begun."""
        self._make.setEnabled(not busy)
        for line in self._rows.values():
            if busy:
                line.restore_button.setEnabled(False)
