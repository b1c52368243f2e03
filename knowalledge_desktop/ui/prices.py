"""What a click would cost, told in a tooltip that is reckoned only when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent
from PySide6.QtWidgets import QToolTip, QWidget

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.request import EngineChoice, Request, Task
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.services.quota import QuotaReport

_READ = "price:left"
_OF_THE_ATLAS = (Task.SUBTOPICS, Task.EXPLANATION)

Wanted = Callable[[], Sequence[Request]]


class Prices(QObject):
    """Tells the most that requests can take; asks nobody, so it may be called from a tooltip.

    What is left of today is in the ledger: it is read while the pointer or the focus comes to a button.
    """

    read = Signal()
    """What is left of today has been read."""

    def __init__(self, services: Services, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services, self._tasks = services, tasks
        self._reports: dict[tuple[str, str], QuotaReport] = {}
        self._has_key = True

    def know_key(self, *, is_set: bool) -> None:
        """Without a key nothing costs anything: the built-in Atlas answers, or nobody does."""
        self._has_key = is_set

    def whole(self, requests: Sequence[Request]) -> str:
        """The price and, where a daily limit is known, the share of today that it takes; a line each."""
        return "\n".join(line for line in (self.text(requests), self._share(requests)) if line)

    def look(self, requests: Sequence[Request]) -> None:
        """Read what is left of today for these requests, so that `whole` can tell it in a moment."""
        if requests and not self._unpaid(requests):
            self._tasks.start(_READ, self._look(requests[0]), lambda _: self._reports.clear())

    async def _look(self, request: Request) -> None:
        await self._services.prepare()  # off the loop, if nothing else has needed the ledger yet
        bucket = self._services.tariffs.bucket(request)
        self._reports[bucket.project, bucket.model] = await self._services.quota.report(bucket.model)
        self.read.emit()

    def _share(self, requests: Sequence[Request]) -> str:
        if not requests or not self._reports or self._unpaid(requests):
            return ""
        bucket, now = self._services.tariffs.bucket(requests[0]), self._services.now()
        report = self._reports.get((bucket.project, bucket.model))
        if report is None or report.day_ends <= now:
            return ""
        from knowalledge_desktop.ui.quota_words import left_today

        return left_today(len(requests), report.gauge(Metric.RPD), report.day_ends, now)[0]

    def text(self, requests: Sequence[Request]) -> str:
        """Requests, tokens and money at most, in one line; empty when nothing would be asked."""
        if not requests:
            return ""
        unpaid = self._unpaid(requests)
        if unpaid:
            return unpaid
        quote = self._services.tariffs.quote(requests)
        parts = [
            self.tr("%n requests", "", quote.requests),
            self.tr("at most {n} tokens").format(n=f"{quote.tokens_in + quote.tokens_out:,}"),
        ]
        if quote.free:
            parts.append(self.tr("free on the free tier"))
        elif quote.most_micro is None:
            parts.append(self.tr("price unknown"))
        else:
            from knowalledge_desktop.core.prices import money

            parts.append(self.tr("at most {money} (estimate)").format(money=money(quote.most_micro)))
        return ", ".join(parts)

    def _unpaid(self, requests: Sequence[Request]) -> str:
        """Why Gemini is not asked, in a sentence; empty when it is."""
        engine = self._services.preferences.settings.engine
        if engine is EngineChoice.GEMINI:
            return "" if self._has_key else self.tr("Needs a Gemini key")
        if engine is EngineChoice.AUTO and self._has_key:
            return ""
        if all(each.task in _OF_THE_ATLAS for each in requests):
            return self.tr("Free: only the built-in Atlas is asked")
        return self.tr("The Atlas cannot; Gemini can") if self._has_key else self.tr("Needs a Gemini key")

    def of_topic(self, task: Task, document: Map | None, topic_id: str, question: str = "") -> tuple[Request, ...]:
        """The request that an act on a topic would send, as far as its price goes."""
        if document is None or topic_id not in document.topics:
            return ()
        path = document.path(topic_id)
        options = self._services.preferences.settings.options
        request = Request(task, path[-1].title, path=tuple(each.title for each in path[:-1]), options=options)
        if task is Task.SUBTOPICS:
            there = tuple(document.topics[child].title for child in document.children(topic_id))
            return (replace(request, avoid=there),)
        if task is Task.QUESTION:
            kept = document.explanations_of(topic_id)
            context = kept[0].markdown if kept else ""
            return (replace(request, question=question or "?", context=context),)
        return (request,)

    def of_new_map(self, topic: str) -> tuple[Request, ...]:
        """The request that begins a map of a topic."""
        options = self._services.preferences.settings.options
        return (Request(Task.SUBTOPICS, topic.strip() or "?", options=options),)

    def attach(self, widget: QWidget, wanted: Wanted) -> None:
        """Have a button's tooltip, and its description for screen readers, end with the price."""
        _Tip(widget, self, wanted)


class _Tip(QObject):
    """Lives as long as its widget. The widget's own tooltip stays as it is: others may change it."""

    def __init__(self, widget: QWidget, prices: Prices, wanted: Wanted) -> None:
        super().__init__(widget)
        self._widget, self._prices, self._wanted = widget, prices, wanted
        widget.installEventFilter(self)
        prices.read.connect(self._on_read)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(watched, QWidget):
            return False
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            lines = (watched.toolTip(), self._prices.whole(self._wanted()))
            QToolTip.showText(event.globalPos(), "\n".join(line for line in lines if line), watched)
            return True
        if event.type() == QEvent.Type.Enter:
            self._prices.look(self._wanted())
        if isinstance(event, QFocusEvent) and event.gotFocus():
            self._describe()
            self._prices.look(self._wanted())
        return False

    def _describe(self) -> None:
        self._widget.setAccessibleDescription(self._prices.whole(self._wanted()).replace("\n", ". "))

    def _on_read(self) -> None:
        if self._widget.hasFocus():
            self._describe()
