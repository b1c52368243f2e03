"""What was answered to the last few questions about the topic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.panels.explanation_view import ExplanationView
from knowalledge_desktop.ui.panels.waiting import Waiting
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, icon_button, label, row

_LEVEL = 3
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


def _heading(question: str) -> str:
    plain = _MARKUP.sub(r"\\\1", " ".join(question.split()))
    return f"{'#' * _LEVEL} {plain}\n\n"


def _markdown(said: Said) -> str:
    return _heading(said.question) + said.markdown
