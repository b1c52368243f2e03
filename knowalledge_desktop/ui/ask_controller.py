"""Questions about topics: one at a time, the last few of each topic kept while its map is open."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from knowalledge_desktop.core.errors import AppError, ContentBlocked, UserInputError
from knowalledge_desktop.core.request import Request, Restarted, Task, TextDelta
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.ui.messages import message_for
from knowalledge_desktop.ui.prices import Prices
from knowalledge_desktop.ui.tasks import TaskRunner
from knowalledge_desktop.ui.widgets.trouble import needs_settings

if TYPE_CHECKING:
    from knowalledge_desktop.services.ask import Answered
    from knowalledge_desktop.ui.map_controller import MapController
    from knowalledge_desktop.ui.panels.answers_view import AnswersView, Said
    from knowalledge_desktop.ui.panels.detail_panel import DetailPanel

KEPT = 5
"""Questions of one topic that stay readable."""
ASK = _KEY = "ask"


class AskController(QObject):
    """Fills the ask box of the topic panel."""

    activity_changed = Signal()

    def __init__(
        self,
        services: Services,
        tasks: TaskRunner,
        maps: MapController,
        detail: DetailPanel,
        prices: Prices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._tasks, self._maps, self._detail = services, tasks, maps, detail
        self.wait_words: Callable[[], str] = lambda: ""
        self._said: dict[str, tuple[Said, ...]] = {}
        self._failed: dict[str, tuple[str, AppError]] = {}
        self._hidden: set[str] = set()
        self._shown: object = None
        self._running: tuple[str, str, str] | None = None  # topic, question, text so far
        box = detail.ask
        box.asked.connect(self.ask)
        box.field.textEdited.connect(lambda _: self._dismiss())
        box.stop_requested.connect(self.stop)
        box.retry_requested.connect(self._retry)
        detail.late.answers_made.connect(self._on_answers_made)
        box.set_price(lambda text: prices.text(self._priced(prices, text)))
        prices.attach(box.button, lambda: self._priced(prices, box.field.text().strip()))
        prices.attach(box.field, lambda: self._priced(prices, box.field.text().strip()))
        prices.attach(box.trouble.retry_button, lambda: self._priced(prices, self._failed_question()))
        tasks.finished.connect(self._ended)

    def _on_answers_made(self, answers: AnswersView) -> None:
        answers.closed.connect(self._hide)
        answers.waiting.explain_by(lambda: self.wait_words())

    @property
    def running(self) -> str:
        """The topic whose question is being answered, empty when there is none."""
        return self._running[0] if self._running else ""

    def acts(self) -> tuple[tuple[str, str], ...]:
        """What runs, as the map controller tells its acts: (kind, topic id)."""
        return ((ASK, self.running),) if self._running else ()

    def is_first_to_stop(self, others: tuple[tuple[str, str], ...]) -> bool:
        """Whether Esc means the answer: it is in view, or nothing else runs."""
        return bool(self._running) and (self.running == self._detail.topic_id or not others)

    def forget(self) -> None:
        """Another map is open."""
        self.stop()
        self._said.clear()
        self._failed.clear()
        self._hidden.clear()
        self._shown = None

    def ask(self, question: str) -> None:
        """Send a question about the topic that is shown; one that runs is stopped."""
        topic_id, session = self._detail.topic_id, self._maps.session
        if session is None or not topic_id:
            return
        self.stop()
        self._failed.pop(topic_id, None)
        self._hidden.discard(topic_id)
        self._running = (topic_id, question, "")
        self.show(topic_id)
        self._tasks.start(
            _KEY, self._ask(session, topic_id, question), lambda e: self._fail(topic_id, question, e)
        )
        self.activity_changed.emit()

    def stop(self) -> bool:
        """Leave the answer that is being written; whether there was one."""
        return self._tasks.cancel(_KEY)

    def show(self, topic_id: str) -> None:
        """Show what was asked about a topic."""
        detail, said = self._detail, self._said.get(topic_id, ())
        box = detail.ask
        here = self._running if self._running and self._running[0] == topic_id else None
        state = (topic_id, said, here and here[1], topic_id in self._hidden, self._failed.get(topic_id))
        if state == self._shown:
            return  # where one is reading stays in view
        self._shown = state
        if here is not None:
            detail.answers.begin(said, here[1], here[2])
        elif said or detail.late.has_answers:
            detail.answers.show_said(() if topic_id in self._hidden else said)
        box.set_busy(here is not None)
        self._show_trouble(topic_id)
        detail.make_room()

    def _show_trouble(self, topic_id: str) -> None:
        box = self._detail.ask
        here = self.running == topic_id
        failed = self._failed.get(topic_id)
        if failed is None or here:
            box.trouble.hide()
        else:
            error = failed[1]
            box.show_error(
                message_for(error, self._services.now()),
                can_retry=not isinstance(error, UserInputError | ContentBlocked),
                needs_settings=needs_settings(error, self._services.preferences.settings),
            )

    async def _ask(self, session: MapSession, topic_id: str, question: str) -> None:
        settings = self._services.preferences.settings
        parts = self._services.ask.ask(session, topic_id, question, settings.options, engine=settings.engine)
        async with aclosing(parts):
            async for part in parts:
                if isinstance(part, TextDelta):
                    self._add(topic_id, question, part.text)
                elif isinstance(part, Restarted):
                    self._running, self._shown = (topic_id, question, ""), None
                    self._show_if_seen(topic_id)
                else:
                    self._keep(topic_id, part)

    def _add(self, topic_id: str, question: str, text: str) -> None:
        so_far = self._running[2] if self._running else ""
        self._running = (topic_id, question, so_far + text)
        if self._detail.topic_id == topic_id:
            self._detail.answers.grow(text)

    def _keep(self, topic_id: str, part: Answered) -> None:
        from knowalledge_desktop.ui.panels.answers_view import Said

        made = part.answer.provenance
        said = Said(part.question, part.text.markdown, made.model or made.engine)
        self._said[topic_id] = (*self._said.get(topic_id, ()), said)[-KEPT:]
        if self._detail.topic_id == topic_id:
            self._detail.ask.field.clear()

    def _fail(self, topic_id: str, question: str, error: AppError) -> None:
        self._failed[topic_id] = (question, error)

    def _failed_question(self) -> str:
        failed = self._failed.get(self._detail.topic_id)
        return failed[0] if failed else ""

    def _retry(self) -> None:
        if self._failed_question():
            self.ask(self._failed_question())

    def _dismiss(self) -> None:
        """Another question is being typed: what went wrong with the last one has been read."""
        if self._failed.pop(self._detail.topic_id, None) is not None:
            self.show(self._detail.topic_id)

    def _hide(self) -> None:
        if self.running == self._detail.topic_id:
            self.stop()
        self._hidden.add(self._detail.topic_id)
        self.show(self._detail.topic_id)

    def _ended(self, key: str) -> None:
        if key == _KEY and not self._tasks.is_running(_KEY):
            topic_id, self._running = self.running, None
            self._show_if_seen(topic_id)
            self.activity_changed.emit()

    def _show_if_seen(self, topic_id: str) -> None:
        if topic_id and self._detail.topic_id == topic_id:
            self.show(topic_id)

    def _priced(self, prices: Prices, question: str) -> tuple[Request, ...]:
        return prices.of_topic(Task.QUESTION, self._maps.map, self._detail.topic_id, question)
