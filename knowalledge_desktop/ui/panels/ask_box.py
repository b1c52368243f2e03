"""A question about the topic."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QSizePolicy, QWidget

from knowalledge_desktop.core.validation import QUESTION_MAX
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.messages import Message
from knowalledge_desktop.ui.widgets.basics import column, label, leading_icon, row, text_button
from knowalledge_desktop.ui.widgets.trouble import Trouble

PRICE_AFTER_MS = 250


class AskBox(QFrame):
    """The field under the explanation. Says in signals what is asked; Enter sends."""

    asked = Signal(str)
    stop_requested = Signal()
    retry_requested = Signal()
    settings_requested = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("askBox")
        self._busy = False
        self._price: Callable[[str], str] = lambda _: ""
        self.field = QLineEdit()
        self.field.setObjectName("askInput")
        self.field.setAccessibleName(self.tr("Ask about this topic"))
        self.field.setToolTip(self.tr("Ask anything about this topic: Enter sends, Esc stops"))
        self.field.setMaxLength(QUESTION_MAX)
        leading_icon(self.field, icons, "circle-question-mark")
        self.field.returnPressed.connect(self._send)
        self.field.textChanged.connect(lambda _: self._typed())
        self.button = text_button(self.tr("Ask"), "askButton", self._on_button, "", self.tr("Send the question"))
        self._says_how = True
        self._hint = label("", "tertiary")
        self._hint.setObjectName("priceLabel")
        self._hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._pause = QTimer(self, interval=PRICE_AFTER_MS, singleShot=True)
        self._pause.timeout.connect(self._tell_price)
        self.trouble = Trouble("ask")
        self.trouble.retry_requested.connect(self.retry_requested)
        self.trouble.settings_requested.connect(self.settings_requested)
        whole = column(self.trouble, row(self.field, self.button, gap=8), margins=(24, 10, 20, 6), gap=6)
        whole.addWidget(self._hint)
        self.setLayout(whole)
        self._tell_price()

    def set_price(self, price: Callable[[str], str]) -> None:
        """What tells the price of a question."""
        self._price = price
        self._tell_price()

    def show_topic(self, title: str) -> None:
        """About which topic one asks; an empty title for none."""
        self.field.setPlaceholderText(self.tr("Ask about {title}").format(title=title) if title else "")
        self.setEnabled(bool(title))
        self._enable()

    def set_busy(self, busy: bool) -> None:  # noqa: FBT001 - a plain state
        """While an answer is written the button stops it."""
        self._busy = busy
        self.button.setText(self.tr("Stop") if busy else self.tr("Ask"))
        self.button.setAccessibleName(self.button.text())
        self.button.setToolTip(self.tr("Stop the answer (Esc)") if busy else self.tr("Send the question"))
        self._enable()

    def show_error(self, message: Message, *, can_retry: bool, needs_settings: bool) -> None:
        """Say what went wrong with the question."""
        self.trouble.show_message(message, can_retry=can_retry, needs_settings=needs_settings)

    def _typed(self) -> None:
        self._enable()
        self._pause.start()

    def _enable(self) -> None:
        self.button.setEnabled(self._busy or bool(self.field.text().strip()))

    def _tell_price(self) -> None:
        text = self.field.text().strip()
        self._hint.setText(self._price(text) if text else self.tr("Enter sends, Esc stops"))
        self._hint.setVisible(self._says_how or bool(text))

    def say_how(self, *, shown: bool) -> None:
        """Say which keys send and stop, or where there is no room for it only what a question costs."""
        self._says_how = shown
        self._hint.setVisible(shown or bool(self.field.text().strip()))

    def _send(self) -> None:
        if self.field.text().strip() and not self._busy:
            self.asked.emit(self.field.text())

    def _on_button(self) -> None:
        if self._busy:
            self.stop_requested.emit()
        else:
            self._send()
