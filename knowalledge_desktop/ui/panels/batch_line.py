"""A line in the topic panel: the topic is one of a batch, where in it, and that it can be taken out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button


class BatchLine(QFrame):
    """Shown while a batch is to do something with the topic, or does it."""

    leave_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("batchLine")
        self._told = label("", "secondary", wrap=True)
        self._told.setObjectName("batchLineText")
        self._leave = text_button(
            self.tr("Take it out"),
            "leaveBatchButton",
            self.leave_requested.emit,
            "",
            self.tr("Take this topic out of the batch; the others go on"),
        )
        self.setLayout(column(self._told, row(self._leave, -1), gap=8))
        self.hide()

    @property
    def is_told(self) -> bool:
        """Whether the topic is one of a batch."""
        return not self.isHidden()

    def tell(self, text: str) -> None:
        """What the batch is to do with the topic; an empty text when it is in none."""
        self._told.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
