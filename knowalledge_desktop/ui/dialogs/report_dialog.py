"""Writing down what is wrong with an explanation. It stays here; whoever wants to pass it on copies it."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from knowalledge_desktop import __version__
from knowalledge_desktop.core.graph import Explanation, Map
from knowalledge_desktop.core.validation import REMARK_MAX
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button


class ReportDialog(QDialog):
    """Asks what is wrong; `kept` tells the remark once it is to be kept, an empty one takes it away."""

    kept = Signal(str)

    def __init__(self, document: Map, explanation: Explanation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reportDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Report what is wrong"))
        self._document, self._explanation = document, explanation
        title = document.topics[explanation.topic_id].title
        head = label(self.tr("What is wrong with the text about {title}?").format(title=title), "title", wrap=True)
        self._text = QPlainTextEdit(explanation.opinion_note)
        self._text.setObjectName("reportText")
        self._text.setProperty("panel", "sunken")
        self._text.setAccessibleName(self.tr("What is wrong"))
        self._text.setToolTip(self.tr("Name the sentence and what is right instead; Ctrl+Enter keeps it"))
        self._text.setTabChangesFocus(True)
        self._text.textChanged.connect(self._tell)
        self._told = label("", "tertiary", wrap=True)
        self._told.setObjectName("reportMessage")
        self._copy = text_button(
            self.tr("Copy as text"),
            "reportCopyButton",
            self._copy_it,
            "",
            self.tr("Copy your words with the explanation and who wrote it, to send it yourself"),
        )
        self._keep = text_button(
            self.tr("Keep"), "reportKeepButton", self._keep_it, "primary", self.tr("Keep it with the explanation")
        )
        cancel = text_button(self.tr("Cancel"), "reportCancelButton", self.reject, "ghost")
        whole = column(head, margins=(24, 20, 24, 20), gap=10)
        whole.addWidget(self._text, 1)
        whole.addWidget(self._told)
        whole.addLayout(row(self._copy, -1, cancel, self._keep, gap=8))
        self.setLayout(whole)
        self.resize(520, 340)
        self._tell()
        self._text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self) -> None:
        length = len(self._text.toPlainText())
        fits = length <= REMARK_MAX
        text = self.tr("Kept with this explanation in your library. Nothing is sent to anybody.")
        if not fits:
            text = self.tr("{n} characters: use at most {most}.").format(n=f"{length:,}", most=f"{REMARK_MAX:,}")
        self._told.setText(text)
        self._keep.setEnabled(fits)
        self._copy.setEnabled(bool(self._text.toPlainText().strip()))

    def _copy_it(self) -> None:
        remark = self._text.toPlainText().strip()
        QGuiApplication.clipboard().setText(report_text(self._document, self._explanation, remark))
        self._told.setText(self.tr("Copied. Paste it wherever you want to report it."))

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


def report_text(document: Map, explanation: Explanation, remark: str) -> str:
    """The remark with all that whoever reads it needs: which text of whom, how it was asked for, and when."""
    made, how = explanation.provenance, explanation.rendering
    path = " › ".join(topic.title for topic in document.path(explanation.topic_id))
    written = (
        datetime.fromtimestamp(made.created_at, UTC).strftime("%Y-%m-%d %H:%M UTC") if made.created_at else ""
    )
    author = " ".join(part for part in (made.engine, made.model) if part)
    lines = [
        f"Topic: {path}",
        f"Written by: {author}{f', {written}' if written else ''}",
        f"Asked for: {how.level}, {how.detail}, {how.style}, {how.language}",
        *([f"Prompt: {made.prompt}"] if made.prompt else []),
        f"Program: KnowAllEdge Desktop {__version__}",
    ]
    sources = [f"- {source.title} {source.url}".rstrip() for source in explanation.sources]
    parts = ["What is wrong:\n" + remark, "\n".join(lines), "The text:\n" + explanation.markdown]
    if sources:
        parts.append("Its sources:\n" + "\n".join(sources))
    return "\n\n".join(parts) + "\n"
