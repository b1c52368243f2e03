"""A question about the topic, and what was answered to the last few."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QSizePolicy, QWidget

from knowalledge_desktop.core.validation import QUESTION_MAX
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.messages import Message
from knowalledge_desktop.ui.panels.explanation_view import ExplanationView
from knowalledge_desktop.ui.panels.waiting import Waiting
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, icon_button, label, leading_icon, row, text_button
from knowalledge_desktop.ui.widgets.trouble import Trouble

PRICE_AFTER_MS = 250
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+.!|$<>~-])")


@dataclass(frozen=True, slots=True)
class Said:
    """A question and its answer as far as it has come; `by` names who wrote it."""

    question: str
    markdown: str
    by: str = ""


class AnswersView(QFrame):
    """The questions of a topic with their answers, the newest last."""

    closed = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("answersBox")
        self._title = label("", "caption")
        self._title.setObjectName("answersTitle")
        self.waiting = Waiting(theme)
        self.waiting.setObjectName("waitingForAnswer")
        self.view = ExplanationView(theme)
        self.view.setObjectName("answerView")
        self.view.setAccessibleName(self.tr("Answers to your questions"))
        self.view.grew.connect(self.waiting.stop)
        close = icon_button(
            icons, "x", "closeAnswersButton", self.tr("Hide the answers"), self.closed.emit, size=16
        )
        head = row(self._title, -1, close)
        whole = column(head, 4, margins=(24, 8, 16, 0), gap=2)
        whole.addWidget(self.waiting)
        whole.addWidget(self.view, 1)
        self.setLayout(whole)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.hide()

    def show_said(self, said: Sequence[Said]) -> None:
        """Show finished answers, the last one from its question on."""
        self.waiting.stop()
        self._tell(said[-1].by if said else "")
        self.view.show_text("\n\n".join(map(_markdown, said)))
        self.setVisible(bool(said))
        self._to_last(said)

    def begin(self, said: Sequence[Said], question: str, so_far: str) -> None:
        """An answer is being written after these."""
        self._tell("")
        self.setVisible(True)
        self.view.begin("\n\n".join((*map(_markdown, said), _heading(question) + so_far)))
        if not so_far:
            self.waiting.start()

    def grow(self, text: str) -> None:
        """Some more of it."""
        self.view.grow(text)
        self.waiting.stop()

    def _tell(self, by: str) -> None:
        text = self.tr("Answers to your questions, not part of the map")
        self._title.setText(f"{text} · {by}" if by else text)

    def _to_last(self, said: Sequence[Said]) -> None:
        """The beginning of the last answer is what one wants to read."""
        if said:
            bar = self.view.verticalScrollBar()
            heading = self.view.document().begin()
            last = heading
            while heading.isValid():
                if heading.blockFormat().headingLevel() == _LEVEL:
                    last = heading
                heading = heading.next()
            layout = self.view.document().documentLayout()
            bar.setValue(round(layout.blockBoundingRect(last).top()))


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


_LEVEL = 3


def _heading(question: str) -> str:
    plain = _MARKUP.sub(r"\\\1", " ".join(question.split()))
    return f"{'#' * _LEVEL} {plain}\n\n"


def _markdown(said: Said) -> str:
    return _heading(said.question) + said.markdown
