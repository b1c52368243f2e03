"""What the program found about itself here, to be read whole before it is saved and sent to anybody."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QItemSelectionModel, Signal
from PySide6.QtWidgets import QDialog, QListWidget, QPlainTextEdit, QWidget

from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button

LIST_WIDE = 210


class DiagnosisDialog(QDialog):
    """Lists the files and shows the chosen one; `save_requested` when a person wants them as one file."""

    save_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diagnosisDialog")
        self.setWindowTitle(self.tr("Diagnosis"))
        self.files: Mapping[str, str] = {}
        self._names = QListWidget()
        self._names.setObjectName("diagnosisFiles")
        self._names.setAccessibleName(self.tr("Files of the diagnosis"))
        self._names.setToolTip(self.tr("Choose one to read it"))
        self._names.setFixedWidth(LIST_WIDE)
        self._names.currentTextChanged.connect(lambda name: self._text.setPlainText(self.files.get(name, "")))
        self._text = QPlainTextEdit()
        self._text.setObjectName("diagnosisText")
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(self.tr("The chosen file"))
        self._text.setToolTip(self.tr("This is all that the file holds"))
        self._told = label(self.tr("Looking at this machine …"), "secondary", wrap=True)
        self._told.setObjectName("diagnosisTold")
        self._save = text_button(
            self.tr("Save as a file…"),
            "diagnosisSaveButton",
            self.save_requested.emit,
            "primary",
            self.tr("One zip of these texts; nothing is sent"),
        )
        self._save.setEnabled(False)
        close = text_button(self.tr("Close"), "diagnosisCloseButton", self.reject)
        self.setLayout(
            column(
                label(self.tr("What the program found about itself"), "heading"),
                6,
                self._told,
                12,
                row(self._names, self._text, gap=12),
                14,
                row(-1, close, self._save, gap=8),
                margins=(28, 24, 28, 20),
            )
        )
        self.resize(860, 560)

    def show_files(self, files: Mapping[str, str], failed: int) -> None:
        """Show what was gathered."""
        self.files = files
        found = self.tr("%n checks failed.", "", failed) if failed else self.tr("All checks passed.")
        self._told.setText(f"{found} {self.tr('Nothing of this has been sent to anybody.')}")
        self._names.addItems(list(files))
        self._names.setCurrentRow(0, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._save.setEnabled(True)

    def tell(self, text: str) -> None:
        """Say what has become of it."""
        self._told.setText(text)
