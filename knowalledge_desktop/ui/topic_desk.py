"""Keeps the topic panel telling what is so: kept text, running text, trouble, and who stood in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from knowalledge_desktop.core.errors import AppError, QuotaExhausted, TopicNotFound, UserInputError
from knowalledge_desktop.core.graph import Explanation
from knowalledge_desktop.core.request import Detail, Level, Request, Task
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.ask_controller import AskController
from knowalledge_desktop.ui.map_controller import EXPAND, EXPLAIN, ILLUSTRATE, MapController
from knowalledge_desktop.ui.messages import Message, message_for
from knowalledge_desktop.ui.opinion_controller import OpinionController
from knowalledge_desktop.ui.tasks import TaskRunner
from knowalledge_desktop.ui.widgets.trouble import needs_settings

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.main_window import MainWindow

_COSTS = {
    "explainButton": Task.EXPLANATION,
    "regenerateButton": Task.EXPLANATION,
    "expandButton": Task.SUBTOPICS,
    "illustrateButton": Task.ILLUSTRATION,
}
_ACTS = {EXPAND: Task.SUBTOPICS, EXPLAIN: Task.EXPLANATION, ILLUSTRATE: Task.ILLUSTRATION}


class TopicDesk(QObject):
    """Shows the selected topic. All ways of showing it go through `show`, so none forgets a part."""

    def __init__(
        self,
        desk: Desk,
        window: MainWindow,
        services: Services,
        maps: MapController,
        questions: AskController,
        tasks: TaskRunner,
    ) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services, self._maps = desk, window, services, maps
        self._questions = questions
        self._reads_after: set[str] = set()
        detail = window.detail
        detail.late.opinion_made.connect(lambda made: OpinionController(made, maps, services, tasks, self))
        detail.explain_requested.connect(lambda topic_id: maps.explain(topic_id))
        detail.expand_requested.connect(maps.expand)
        detail.regenerate_requested.connect(lambda topic_id: maps.explain(topic_id, fresh=True))
        detail.stop_requested.connect(maps.stop)
        detail.illustrate_requested.connect(maps.illustrate)
        detail.stop_drawing_requested.connect(maps.stop_drawing)
        detail.settings_requested.connect(desk.open_settings)
        detail.ask.settings_requested.connect(desk.open_settings)
        detail.limits_requested.connect(lambda: desk.quota.open_for(maps.failure(detail.topic_id)))
        detail.retry_requested.connect(maps.retry)
        detail.leave_batch_requested.connect(lambda topic_id: desk.jobs.leave_out(topic_id))
        detail.suggestion_chosen.connect(desk.explore)
        for button in detail.costing:
            task = _COSTS.get(button.objectName())
            if button.objectName() == "retryButton":
                desk.prices.attach(button, self._retried)
            elif task is not None:
                desk.prices.attach(button, lambda t=task: desk.prices.of_topic(t, maps.map, detail.topic_id))
        detail.dial.set_price(self._price_of)
        maps.text_begun.connect(self._on_text_begun)
        maps.text_added.connect(self._on_text_added)
        maps.text_restarted.connect(self._on_text_begun)
        maps.text_ended.connect(self._on_text_ended)
        maps.explained.connect(self._on_explained)
        maps.topic_failed.connect(self._on_failed)

    def _retried(self) -> tuple[Request, ...]:
        topic_id = self._window.detail.topic_id
        task = _ACTS.get(self._maps.failed_act(topic_id))
        return self._desk.prices.of_topic(task, self._maps.map, topic_id) if task else ()

    def _price_of(self, cell: tuple[Level, Detail]) -> str:
        """What an explanation of the shown topic at this level and length would take."""
        prices, topic_id = self._desk.prices, self._window.detail.topic_id
        requests = prices.of_topic(Task.EXPLANATION, self._maps.map, topic_id)
        level, detail = cell
        return prices.text(
            [replace(each, options=replace(each.options, level=level, detail=detail)) for each in requests]
        )

    def forget(self) -> None:
        """Another map is open."""
        self._reads_after.clear()
        self._questions.forget()

    def show(self, topic_id: str) -> None:
        """Show a topic as it is now."""
        detail, maps = self._window.detail, self._maps
        partial = maps.partial_text(topic_id)
        detail.show_topic(maps.map, topic_id, answer_for=maps.answer_for, now=self._services.now())
        if partial is not None:
            detail.begin_text(partial)
        self.tell_batch()
        self._questions.show(detail.topic_id)
        failure = maps.failure(topic_id)
        if failure is not None:
            self._show_failure(failure)

    def tell_batch(self) -> None:
        """Say whether a batch has the topic still before it, unless it is being explained on its own."""
        detail = self._window.detail
        alone = self._maps.partial_text(detail.topic_id) is not None
        detail.set_batch("" if alone else self._desk.jobs.told_of(detail.topic_id))

    def refresh(self) -> None:
        """The map has changed: show the selected topic anew; a text that is being written goes on."""
        selected = self._window.canvas.selected_id
        if self._maps.partial_text(selected) is None:
            self.show(selected)
        elif self._maps.map is not None:
            self._window.detail.show_picture(self._maps.map.pictures.get(selected))

    def read(self, topic_id: str) -> None:
        """Go into the explanation; ask for it when there is none."""
        document = self._maps.map
        if document is None:
            return
        self._window.open_panel()
        if document.explanations_of(topic_id):
            self._window.detail.view.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._reads_after.add(topic_id)
            self._maps.explain(topic_id)

    def _is_shown(self, topic_id: str) -> bool:
        return topic_id == self._window.detail.topic_id

    def _on_text_begun(self, topic_id: str) -> None:
        if self._is_shown(topic_id):
            self._window.open_panel()
            self._window.detail.begin_text("")

    def _on_text_added(self, topic_id: str, text: str) -> None:
        if self._is_shown(topic_id):
            self._window.detail.view.grow(text)

    def _on_text_ended(self, topic_id: str) -> None:
        if self._is_shown(topic_id):
            self.show(topic_id)

    def _on_explained(self, explanation: Explanation) -> None:
        if self._is_shown(explanation.topic_id) and explanation.topic_id in self._reads_after:
            self._window.detail.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self._reads_after.discard(explanation.topic_id)

    def _on_failed(self, topic_id: str, error: AppError) -> None:
        self._reads_after.discard(topic_id)
        if self._is_shown(topic_id):
            self._window.open_panel()
            self.show(topic_id)
        else:
            self._desk.tell_error(error)

    def _show_failure(self, error: AppError) -> None:
        nearest = error.nearest if isinstance(error, TopicNotFound) else ()
        message = message_for(error, self._services.now())
        if isinstance(error, TopicNotFound) and nearest:  # the titles are the buttons
            text = self.tr("The Atlas has no ‘{topic}’. These are nearest:").format(topic=error.topic)
            message = Message(message.title, text, "")
        self._window.detail.show_error(
            message,
            nearest,
            can_retry=not isinstance(error, UserInputError),
            needs_settings=needs_settings(error, self._services.preferences.settings),
            about_limits=isinstance(error, QuotaExhausted),
        )
