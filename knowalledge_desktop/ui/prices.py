"""What a click would cost, told in a tooltip that is reckoned only when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFocusEvent, QHelpEvent
from PySide6.QtWidgets import QToolTip, QWidget

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.request import EngineChoice, Request, Task
from knowalledge_desktop.services.bundle import Services

Wanted = Callable[[], Sequence[Request]]


class Prices(QObject):
    """Tells the most that requests can take; asks nobody, so it may be called from a tooltip."""

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services

    def text(self, requests: Sequence[Request]) -> str:
        """Requests, tokens and money at most, in one line; empty when nothing would be asked."""
        if not requests:
            return ""
        settings = self._services.preferences.settings
        if settings.engine is EngineChoice.ATLAS:
            return self.tr("Free: only the built-in Atlas is asked")
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
        self._prices, self._wanted = prices, wanted
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(watched, QWidget):
            return False
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            lines = (watched.toolTip(), self._prices.text(self._wanted()))
            QToolTip.showText(event.globalPos(), "\n".join(line for line in lines if line), watched)
            return True
        if isinstance(event, QFocusEvent) and event.gotFocus():
            watched.setAccessibleDescription(self._prices.text(self._wanted()))
        return False
