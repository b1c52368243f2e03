"""Shows where things come from, and has what is out of date written again as jobs of low priority."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from knowalledge_desktop.core.errors import AppError, UserInputError
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.request import EngineChoice, Task
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.messages import message_for
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.core.staleness import Present
    from knowalledge_desktop.services.origins import Outdated, Renewal
    from knowalledge_desktop.services.session import MapSession
    from knowalledge_desktop.services.tariff import Quote
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.dialogs.stale_view import StaleView
    from knowalledge_desktop.ui.main_window import MainWindow
    from knowalledge_desktop.ui.theme import Theme

SHOW, STALE, LOOK, MODELS = "origin:show", "origin:stale", "origin:look", "origin:models"


class OriginController(QObject):
    """Loads nothing of its dialogs before they are opened."""

    def __init__(
        self, desk: Desk, window: MainWindow, services: Services, theme: Theme, tasks: TaskRunner
    ) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services = desk, window, services
        self._theme, self._tasks = theme, tasks
        window.detail.origin_requested.connect(self.open)

    def begin(self) -> None:
        """After the start: from now on the panel tells what is out of date."""
        self._learn(self._services.origins.at_once())

    def open(self, topic_id: str) -> None:
        """Show where a topic of the open map comes from."""
        session = self._desk.maps.session
        if session is not None and topic_id in session.map.topics:
            self._tasks.start(SHOW, self._show(session, topic_id))

    def open_stale(self) -> None:
        """Show what is out of date, in the open map first."""
        if not self._tasks.is_running(STALE):
            self._tasks.start(STALE, self._stale())

    def _learn(self, present: Present) -> None:
        self._window.detail.know_present(present)
        self._desk.refresh_topic()

    # --- one topic ---

    async def _show(self, session: MapSession, topic_id: str) -> None:
        from knowalledge_desktop.ui.dialogs.provenance_view import ProvenanceView

        await self._services.prepare()
        present = await self._services.origins.present()
        origin = await self._services.origins.of_topic(session.map, topic_id)
        view = ProvenanceView(origin, present, self._theme, self._window)
        view.stale_requested.connect(self.open_stale)
        view.history_requested.connect(lambda: self.open_history(session.map.map_id))
        view.open()

    def open_history(self, map_id: str) -> None:
        """See what was done to a map."""
        from knowalledge_desktop.ui.panels.rail import LIBRARY

        self._desk.show_page(LIBRARY)
        self._desk.library.show_history(map_id)

    # --- all that is out of date ---

    async def _stale(self) -> None:
        from knowalledge_desktop.ui.dialogs.ask import ask
        from knowalledge_desktop.ui.dialogs.stale_view import StaleView

        await self._services.prepare()
        session = self._desk.maps.session
        dialog = StaleView(has_map=session is not None and session.is_stored, parent=self._window)
        found: list[Outdated] = []
        dialog.scope_changed.connect(lambda: self._look(dialog, found))
        dialog.check_requested.connect(lambda: self._check(dialog, found))
        dialog.topic_chosen.connect(self._desk.library.open)
        self._look(dialog, found)
        try:
            wanted = await ask(dialog)
        finally:
            for key in (LOOK, MODELS):
                self._tasks.cancel(key)
        if wanted:
            await self._refresh([each for outdated in found for each in outdated.renewals])

    def _look(self, dialog: StaleView, found: list[Outdated]) -> None:
        dialog.show_looking()
        self._tasks.start(LOOK, self._find(dialog, found))

    def _check(self, dialog: StaleView, found: list[Outdated]) -> None:
        def say(error: AppError) -> None:
            message = message_for(error, self._services.now())
            dialog.show_models(f"{message.title}. {message.whole}", can_check=True)

        self._tasks.start(MODELS, self._ask_for_models(dialog, found), say)

    async def _ask_for_models(self, dialog: StaleView, found: list[Outdated]) -> None:
        self._learn(await self._services.origins.note_models(await self._services.preferences.models()))
        self._look(dialog, found)

    async def _find(self, dialog: StaleView, found: list[Outdated]) -> None:
        origins = self._services.origins
        present = await origins.present()
        session = self._desk.maps.session
        if dialog.everywhere:
            documents = [(await self._session(map_id)).map for map_id in await origins.maps_with(present)]
        else:
            documents = [session.map] if session is not None else []
        found[:] = [await asyncio.to_thread(origins.in_map, each, present) for each in documents]
        has_key = (await self._services.preferences.key_state()).is_set
        dialog.show_found(found, present)
        self._tell_models(dialog, present, has_key=has_key)
        await self._tell_price(dialog, found, present, has_key=has_key)

    def _tell_models(self, dialog: StaleView, present: Present, *, has_key: bool) -> None:
        if present.models:
            text = self.tr("%n models are offered to your key.", "", len(present.models))
        else:
            text = self.tr("Which models your key may use has not been asked: only known dates count.")
        dialog.show_models(text, can_check=has_key)

    async def _tell_price(
        self, dialog: StaleView, found: Sequence[Outdated], present: Present, *, has_key: bool
    ) -> None:
        from knowalledge_desktop.core.staleness import is_gone
        from knowalledge_desktop.ui.quota_words import left_today

        renewals = [each for outdated in found for each in outdated.renewals]
        count = sum(each.things for each in renewals)
        if not count:
            dialog.show_price(self.tr("Refresh"), "", can_go=False)
            return
        quote = await asyncio.to_thread(self._services.origins.quote, renewals)
        button = self._button(quote, count)
        if not has_key or self._services.preferences.settings.engine is EngineChoice.ATLAS:
            why = self.tr("The Atlas only is set to answer; Gemini would have to.")
            text = why if has_key else self.tr("Making them again needs a Gemini key.")
            dialog.show_price(button, text, can_go=False)
        elif gone := next((name for name, _ in quote.models if is_gone(name, present)), ""):
            text = self.tr(
                "{model}, which is set to answer, is out of date itself: choose another in the settings."
            )
            dialog.show_price(button, text.format(model=gone), can_go=False)
        else:
            report = await self._services.quota.report(quote.model)
            day = report.gauge(Metric.RPD)
            fits = left_today(quote.models[0][1], day, report.day_ends, self._services.now())[0]
            asked = self.tr(" and ").join(
                self.tr("{n} requests to {model}").format(n=n, model=model) for model, n in quote.models
            )
            told = self.tr("{asked}, at most {tokens} tokens; behind everything else, in Batches.")
            told = told.format(asked=asked, tokens=f"{quote.tokens_in + quote.tokens_out:,}")
            dialog.show_price(
                button, "\n".join(part for part in (told, fits[:1].upper() + fits[1:]) if part), can_go=True
            )

    def _button(self, quote: Quote, count: int) -> str:
        from knowalledge_desktop.core.prices import money

        if quote.free:
            return self.tr("Refresh {n}, free on the free tier").format(n=count)
        if quote.likely_micro is None:
            return self.tr("Refresh {n}, price unknown").format(n=count)
        return self.tr("Refresh {n} for about {money}").format(n=count, money=money(quote.likely_micro))

    async def _refresh(self, renewals: Sequence[Renewal]) -> None:
        """Begin a job for each map, task and rendering; they can be paused and cancelled as all jobs."""
        count = 0
        for each in renewals:
            session = await self._session(each.document.map_id)
            try:
                job = await self._services.jobs.start(
                    session.map,
                    each.topic_ids,
                    each.options,
                    EngineChoice.GEMINI,
                    fresh=True,
                    task=each.task,
                    renews=each.task is Task.SUBTOPICS,
                )
            except UserInputError:  # its topics were removed meanwhile
                continue
            await self._desk.jobs.launch(job, session)
            count += each.things
        if count:
            self._window.notifier.show(
                self.tr("%n parts are made again, behind everything else.", "", count),
                self.tr("Batches"),
                self._desk.jobs.open,
            )

    async def _session(self, map_id: str) -> MapSession:
        opened = self._desk.maps.session
        if opened is not None and opened.map.map_id == map_id:
            return opened
        return self._desk.jobs.session_of(map_id) or await self._services.library.behind(map_id)
