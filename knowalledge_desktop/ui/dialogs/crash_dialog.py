"""A bug was met: what it was, and the details to report, without secrets."""

from __future__ import annotations

import platform
import traceback

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from knowalledge_desktop import __version__
from knowalledge_desktop.core.redaction import redact
from knowalledge_desktop.ui.messages import message_for
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button


class CrashDialog(QDialog):
    """Shows versions and the redacted traceback, with a button to copy them."""

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("crashDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        message = message_for(error, 0.0)
        self.setWindowTitle(message.title)
        self.details = details_of(error)
        text = QPlainTextEdit(self.details)
        text.setObjectName("crashDetails")
        text.setAccessibleName(self.tr("Details"))
        text.setReadOnly(True)
        copy = text_button(self.tr("Copy details"), "crashCopyButton", self._copy)
        close = text_button(self.tr("Go on"), "crashCloseButton", self.accept, "primary")
        self.setLayout(
            column(
                label(message.title, "title"),
                label(message.whole, "secondary", wrap=True),
                text,
                row(copy, -1, close, gap=8),
                margins=(24, 20, 24, 20),
                gap=12,
            )
        )
        self.resize(640, 420)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details)


def details_of(error: BaseException) -> str:
    """Versions and traceback as text; anything that looks like a key is taken out."""
    versions = (
        f"KnowAllEdge Desktop {__version__}, Python {platform.python_version()}, "
        f"PySide6 {pyside_version}, {platform.platform()}"
    )
    return redact(versions + "\n\n" + "".join(traceback.format_exception(error)))
