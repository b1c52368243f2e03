"""The settings of the loopback port: whether other programs may ask this one, where, and with which word."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QSpinBox, QWidget

from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.ui.widgets.basics import label, row, text_button

USUAL_PORT = 5000
LOWEST, HIGHEST = 1024, 65535


class PortChoice(QWidget):
    """A switch, a number, and a button that copies the token; the port is off until somebody wants it."""

    token_requested = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = settings.port
        self._toggle = QCheckBox(self.tr("Let programs on this computer ask"))
        self._toggle.setObjectName("portToggle")
        self._toggle.setToolTip(
            self.tr(
                "Numbers for monitoring are open to programs on this computer, answers and the library only to"
                " those that have the token. Web pages and other computers get nothing."
            )
        )
        self._toggle.setChecked(settings.port > 0)
        self._number = QSpinBox()
        self._number.setObjectName("portInput")
        self._number.setRange(min(LOWEST, settings.port) if settings.port else LOWEST, HIGHEST)
        self._number.setValue(settings.port or USUAL_PORT)
        self._number.setAccessibleName(self.tr("Number of the port"))
        self._number.setToolTip(self.tr("The address is http://127.0.0.1 with this number after a colon"))
        self._copy = text_button(
            self.tr("Copy token"),
            "tokenCopyButton",
            self.token_requested.emit,
            "ghost",
            self.tr("Copy the word that other programs send as: Authorization: Bearer"),
        )
        self._told = label("", "secondary", wrap=True)
        self._told.setObjectName("portMessage")
        self._told.hide()
        self._toggle.toggled.connect(self._show)
        self._show()

    def add_to(self, form: QFormLayout) -> None:
        """Put the lines into a form."""
        form.addRow("", self._toggle)
        form.addRow(self.tr("Port"), row(self._number, self._copy, -1, gap=8))
        form.addRow("", self._told)

    @property
    def port(self) -> int:
        """The port to listen on; 0 for none."""
        return self._number.value() if self._toggle.isChecked() else 0

    def say(self, text: str) -> None:
        """Tell what has become of the token."""
        self._told.setText(text)
        self._told.setVisible(bool(text))

    def _show(self) -> None:
        for part in (self._number, self._copy):
            part.setEnabled(self._toggle.isChecked())
