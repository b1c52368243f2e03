"""The dialog of a batch: what a choice of topics takes, whether it fits today, and when it would be done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.request import EngineChoice, Task
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.dialogs.ask import ask
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.services.quota import QuotaReport
    from knowalledge_desktop.services.tariff import Quote
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.dialogs.batch_dialog import BatchDialog
    from knowalledge_desktop.ui.main_window import MainWindow

CHOOSE, PRICE = "batch:choose", "batch:price"


class BatchController(QObject):
    """Opens the dialog and starts what was chosen."""

    def __init__(self, desk: Desk, window: MainWindow, services: Services, tasks: TaskRunner) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services, self._tasks = desk, window, services, tasks

    def open(self, topic_id: str = "") -> None:
        """Choose topics below this one, below the selected one when none is named."""
        session = self._desk.maps.session
        if session is None:
            return
        if not session.is_stored:
            self._desk.tell_error(UserInputError(self.tr("There are no topics to explain yet.")))
            return
        if not self._tasks.is_running(CHOOSE):
            canvas = self._window.canvas
            chosen = topic_id or canvas.selected_id or session.map.root_id
            picked = canvas.hands.picks.ids if topic_id in ("", canvas.selected_id) else ()
            self._tasks.start(CHOOSE, self._choose(session.map, chosen, picked))

    async def _choose(self, document: Map, topic_id: str, picked: Sequence[str]) -> None:
        from knowalledge_desktop.ui.dialogs.batch_dialog import BatchDialog

        await self._services.prepare()
        dialog = BatchDialog(document, topic_id, self._window, picked=picked)
        dialog.price_wanted.connect(lambda ids: self._tasks.start(PRICE, self._reckon(dialog, document, ids)))
        try:
            started = await ask(dialog)
        finally:
            self._tasks.cancel(PRICE)
        session = self._desk.maps.session
        if started and session is not None and session.map.map_id == document.map_id:
            await self._desk.jobs.begin(session, dialog.chosen, in_background=dialog.in_background)

    async def _reckon(self, dialog: BatchDialog, document: Map, ids: Sequence[str]) -> None:
        engine = self._services.preferences.settings.engine
        has_key = (await self._services.preferences.key_state()).is_set
        ends_at = await self._services.jobs.forecast(len(ids), engine)
        if engine is EngineChoice.ATLAS or (engine is EngineChoice.AUTO and not has_key):
            free = self.tr("Free: only the built-in Atlas is asked")
            dialog.show_price(ids, free, self._done_at(ends_at), tight=False)
            return
        quote = await asyncio.to_thread(self._quote, document, ids)
        report = await self._services.quota.report(quote.model)
        fit, tight = self._fit(quote, report)
        dialog.show_price(ids, self._price(quote), " ".join((fit, self._done_at(ends_at))).strip(), tight=tight)

    def _quote(self, document: Map, ids: Sequence[str]) -> Quote:
        """In a thread: there may be thousands."""
        priced = self._desk.prices.of_topic
        return self._services.tariffs.quote(
            request for topic_id in ids for request in priced(Task.EXPLANATION, document, topic_id)
        )

    def _price(self, quote: Quote) -> str:
        from knowalledge_desktop.core.prices import money

        parts = [
            self.tr("%n requests", "", quote.requests),
            self.tr("at most {n} tokens").format(n=f"{quote.tokens_in + quote.tokens_out:,}"),
        ]
        if quote.free:
            parts.append(self.tr("free on the free tier"))
        elif quote.most_micro is None or quote.likely_micro is None:
            parts.append(self.tr("price unknown"))
        else:
            parts.append(
                self.tr("likely {likely}, at most {most} (estimate)").format(
                    likely=money(quote.likely_micro), most=money(quote.most_micro)
                )
            )
        return ", ".join(parts)

    def _fit(self, quote: Quote, report: QuotaReport) -> tuple[str, bool]:
        """Whether today's limit and the budgets have room for it."""
        from knowalledge_desktop.core.prices import money
        from knowalledge_desktop.ui.quota_words import BUDGETS, left_today, name_of

        now = self._services.now()
        for metric in BUDGETS:
            budget = report.gauge(metric)
            if budget is not None and budget.limit is not None and quote.most_micro is not None:
                left = max(0, budget.limit - budget.used)
                if quote.most_micro > left:
                    text = self.tr("{left} is left of {budget}: it may stop before the end.")
                    return text.format(left=money(left), budget=name_of(metric)), True
        return left_today(quote.requests, report.gauge(Metric.RPD), report.day_ends, now)

    def _done_at(self, ends_at: float | None) -> str:
        from knowalledge_desktop.ui.quota_words import when

        if ends_at is None:
            return self.tr("With these limits it would never be done.")
        return self.tr("Would be done {when}.").format(when=when(ends_at, self._services.now()))
