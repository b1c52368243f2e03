"""The setting of traces: where each request is told to an OpenTelemetry collector, if anywhere."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFormLayout, QLineEdit, QScrollArea, QWidget

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.otlp_address import endpoint
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.ui.widgets.basics import label


class TracesChoice(QWidget):
    """An address that is checked as it is typed; empty sends nothing."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hide()  # its lines are in the form of the settings
        self._field = QLineEdit(settings.otlp_url)
        self._field.setObjectName("otlpUrlInput")
        self._field.setPlaceholderText("http://127.0.0.1:4318")
        self._field.setAccessibleName(self.tr("Address for traces"))
        self._field.setToolTip(
            self.tr(
                "An OpenTelemetry collector that is told of each request: models, tokens and times, never a text. "
                "It counts from the next start on; empty sends nothing"
            )
        )
        self._told = label("", "danger", wrap=True)
        self._told.setObjectName("otlpUrlMessage")
        self._told.hide()
        self._field.textChanged.connect(self._check)

    def add_to(self, form: QFormLayout) -> None:
        """Put the lines into a form."""
        form.addRow(self.tr("Traces"), self._field)
        form.addRow("", self._told)

    @property
    def address(self) -> str:
        """What was typed, without what does not matter; raises UserInputError."""
        text = self._field.text().strip()
        return endpoint(text) if text else ""

    def is_right(self) -> bool:
        """Whether the address can be kept; the field that cannot gets the focus and is seen to be wrong."""
        if self._check():
            return True
        self._field.setFocus()
        QTimer.singleShot(0, self._told, self._bring_into_view)  # when it has its place
        return False

    def _bring_into_view(self) -> None:
        above = self._told.parentWidget()
        while above is not None:
            if isinstance(above, QScrollArea):
                above.ensureWidgetVisible(self._told)
            above = above.parentWidget()

    def _check(self) -> bool:
        trouble = ""
        try:
            _ = self.address
        except UserInputError as error:
            trouble = error.detail
        self._told.setText(trouble)
        self._told.setVisible(bool(trouble))
        return not trouble
