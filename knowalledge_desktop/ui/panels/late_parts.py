"""What the topic panel shows only when there is a text or an answer, made then and put in its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from knowalledge_desktop.services.late import Once
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from knowalledge_desktop.ui.panels.answers_view import AnswersView
    from knowalledge_desktop.ui.panels.text_parts import TextParts

ORDER_AFTER_MS = 50
Place = tuple[QVBoxLayout, QWidget]
"""A column, and the widget in it before which something goes."""


class LateParts(QObject):
    """Text and answers of the panel; who listens to them is told when they are made.

    Many maps are opened at a topic that is not explained yet: a start need not wait for these then.
    """

    opinion_made = Signal(object)
    """The OpinionRow, when there is a first text to have one of."""
    answers_made = Signal(object)
    """The AnswersView, when there is a first answer."""
    grew = Signal()
    """A text that is being written has got its first words."""

    def __init__(self, theme: Theme, icons: Icons, panel: QWidget) -> None:
        super().__init__(panel)
        self._theme, self._icons, self._panel = theme, icons, panel
        self._soon = QTimer(self, interval=ORDER_AFTER_MS, singleShot=True)
        self._soon.timeout.connect(self.order_tabs)
        self._text = Once(self._make_text)
        self._answers = Once(self._make_answers)

    def set_places(self, text: Place, claims: Place, answers: Place) -> None:
        """Where the text, its claims, and the answers will stand."""
        self._places = text, claims, answers

    @property
    def text(self) -> TextParts:
        """The text with what belongs to it."""
        return self._text()

    @property
    def made_text(self) -> TextParts | None:
        """The same, if there was a text yet."""
        return self._text.made

    @property
    def has_view(self) -> bool:
        """Whether there was a text yet."""
        return self._text.made is not None

    @property
    def answers(self) -> AnswersView:
        """What was answered to questions about the topic."""
        return self._answers()

    @property
    def made_answers(self) -> AnswersView | None:
        """The same, if there was an answer yet."""
        return self._answers.made

    @property
    def has_answers(self) -> bool:
        """Whether there was an answer yet."""
        return self._answers.made is not None

    def _make_text(self) -> TextParts:
        from knowalledge_desktop.ui.panels.text_parts import TextParts

        made = TextParts(self._theme, self._icons)
        made.view.grew.connect(self.grew)
        text, claims, _ = self._places
        self._put(made.view, text, stretch=1)
        self._put(made.opinion, claims)
        self._put(made.claims, claims)
        self.opinion_made.emit(made.opinion)
        return made

    def _make_answers(self) -> AnswersView:
        from knowalledge_desktop.ui.panels.answers_view import AnswersView

        made = AnswersView(self._theme, self._icons)
        self._put(made, self._places[2], stretch=1)
        self.answers_made.emit(made)
        return made

    def _put(self, part: QWidget, place: Place, stretch: int = 0) -> None:
        column, below = place
        column.insertWidget(column.indexOf(below), part, stretch)
        self.order_tabs_soon()

    def order_tabs_soon(self) -> None:
        """Order the stops of the Tab key when there is time: not before what is new is painted."""
        self._soon.start()

    def order_tabs(self) -> None:
        """Let the Tab key stop from top to bottom: what was made late would come last of all."""
        whole, last = self._panel.layout(), None
        for part in _widgets(whole) if whole is not None else ():
            for stop in _stops(part):
                if last is not None:
                    QWidget.setTabOrder(last, stop)
                last = stop


def _widgets(layout: QLayout) -> Iterator[QWidget]:
    """All that stands in a layout, from the top to the bottom."""
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _widgets(inner)


def _stops(part: QWidget) -> list[QWidget]:
    """Where the Tab key stops inside a part; what pops up from it is a window of its own."""
    found = [part, *part.findChildren(QWidget)]
    return [
        each for each in found if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.window() is part.window()
    ]
