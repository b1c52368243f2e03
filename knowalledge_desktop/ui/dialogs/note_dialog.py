"""Writing a note on a topic: a person's own words, in Markdown or plain."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from knowalledge_desktop.core.graph import Topic
from knowalledge_desktop.core.validation import NOTE_MAX
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button


class NoteDialog(QDialog):
    """Asks for the note; `kept` tells it once it is to be kept, an empty one takes it away."""

    kept = Signal(str)

    def __init__(self, topic: Topic, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noteDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Note"))
        head = label(self.tr("Note on {title}").format(title=topic.title), "title", wrap=True)
        self._text = QPlainTextEdit(topic.note)
        self._text.setObjectName("noteText")
        self._text.setProperty("panel", "sunken")
        self._text.setAccessibleName(self.tr("Note"))
        self._text.setToolTip(self.tr("Your own words; Ctrl+Enter keeps them"))
        self._text.setPlaceholderText(self.tr("Your own words, Markdown if you like"))
        self._text.setTabChangesFocus(True)
        self._text.document().setDocumentMargin(10)
        self._text.textChanged.connect(self._tell)
        self._told = label("", "tertiary", wrap=True)
        self._told.setObjectName("noteMessage")
        self._keep = text_button(
            self.tr("Keep"), "noteKeepButton", self._keep_it, "primary", self.tr("Keep the note (Ctrl+Enter)")
        )
        cancel = text_button(self.tr("Cancel"), "noteCancelButton", self.reject, "ghost")
        whole = column(head, margins=(24, 20, 24, 20), gap=10)
        whole.addWidget(self._text, 1)
        whole.addWidget(self._told)
        whole.addLayout(row(-1, cancel, self._keep, gap=8))
        self.setLayout(whole)
        self.resize(520, 360)
        self._tell()
        self._text.moveCursor(QTextCursor.MoveOperation.End)
        self._text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self) -> None:
        length = len(self._text.toPlainText())
        text = self.tr("Kept with the topic. Engines never see it and never change it.")
        if length > NOTE_MAX:
            text = self.tr("{n} characters: use at most {most}.").format(n=f"{length:,}", most=f"{NOTE_MAX:,}")
        self._told.setText(text)
        self._keep.setEnabled(length <= NOTE_MAX)

    def _keep_it(self) -> None:
        if self._keep.isEnabled():
            self.kept.emit(self._text.toPlainText())
            self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Return keeps it from anywhere in the dialog."""
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_return and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._keep_it()
        else:
            super().keyPressEvent(event)
