"""What a person may want next, asked for ahead while there is plenty left of everything."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from knowalledge_desktop.core.errors import AppError, ContentBlocked, InvalidReply, Offline
from knowalledge_desktop.core.graph import Map, Rendering
from knowalledge_desktop.core.ports import Engine
from knowalledge_desktop.core.request import EngineChoice, Options, Priority, Request
from knowalledge_desktop.core.settings import Ahead, Settings
from knowalledge_desktop.services.explain import explanation_request
from knowalledge_desktop.services.explore import final_answer, subtopics_request
from knowalledge_desktop.services.quota import QuotaService
from knowalledge_desktop.services.status import Connection, StatusService

MOST = 5
"""Requests ahead after one expansion; one of them is in line at a time."""

_log = logging.getLogger(__name__)


class PrefetchService:
    """Asks at the lowest priority and puts nothing into the map: answers wait in the cache for the click.

    It is off unless the person set it, and then never asks the Atlas, never without a key, and not while the
    connection is known to be lost. Before each request it looks whether anybody waits in line and whether
    more than four fifths of any limit or budget are used; then, and at the first refusal, it ends.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Callable[[], Settings],
        status: StatusService,
        quota: QuotaService,
        has_key: Callable[[], Awaitable[bool]],
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._status = status
        self._quota = quota
        self._has_key = has_key

    def requests(self, document: Map, topic_ids: Sequence[str]) -> tuple[Request, ...]:
        """What would be asked ahead for these topics; what the map has already is left out."""
        settings = self._settings()
        if settings.ahead is Ahead.OFF or settings.engine is EngineChoice.ATLAS:
            return ()
        found: list[Request] = []
        for topic_id in topic_ids:
            if topic_id in document.topics and len(found) < MOST:
                found += _request(document, topic_id, settings.ahead, settings.options)
        return tuple(found)

    async def fetch(self, document: Map, topic_ids: Sequence[str]) -> int:
        """Ask ahead, one after the other; how many answers came. Raises nothing known: nobody asked for it."""
        fetched = 0
        for request in self.requests(document, topic_ids):
            try:
                if not await self._may_ask():
                    break
                await final_answer(self._engine, request)
                fetched += 1
            except (ContentBlocked, InvalidReply) as error:  # says something of this topic alone
                _log.info("Not fetched ahead: %s", type(error).__name__)
            except AppError as error:
                _log.info("No more is fetched ahead: %s", type(error).__name__)
                if isinstance(error, Offline):
                    self._status.note_error(error)
                break
        return fetched

    async def _may_ask(self) -> bool:
        if self._settings().ahead is Ahead.OFF or self._status.snapshot().connection is Connection.OFFLINE:
            return False
        if self._quota.waiting() or not await self._has_key():
            return False
        return not await self._quota.busy()


def _request(document: Map, topic_id: str, ahead: Ahead, options: Options) -> list[Request]:
    """The very request that the click will send, so that it finds the answer."""
    engine, priority = EngineChoice.GEMINI, Priority.LOW
    if ahead is Ahead.SUBTOPICS:
        if document.children(topic_id):
            return []
        return [subtopics_request(document, topic_id, options, engine=engine, priority=priority)]
    wanted = Rendering.of(options)
    if any(each.rendering == wanted for each in document.explanations_of(topic_id)):
        return []
    return [explanation_request(document, topic_id, options, engine=engine, priority=priority)]
