"""Sentences that no evidence speaks of, put to the model a second time."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.graph import Change, Explanation, Map, PutExplanation
from knowalledge_desktop.core.payload import Verdicts
from knowalledge_desktop.core.ports import Engine
from knowalledge_desktop.core.request import EngineChoice, Options, Priority, Request, Task
from knowalledge_desktop.core.second_look import doubted, unchecked
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.services.explore import final_answer
from knowalledge_desktop.services.quota import QuotaService
from knowalledge_desktop.services.session import MapSession

_log = logging.getLogger(__name__)


class SecondLookService:
    """One further request at the lowest priority for each new text, when the person has set it.

    Not while limits are nearly used up. A refusal ends it without a word: the sentences stay unchecked.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Callable[[], Settings],
        quota: QuotaService,
        has_key: Callable[[], Awaitable[bool]],
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._quota = quota
        self._has_key = has_key

    def request(self, document: Map, explanation: Explanation) -> Request | None:
        """What would be asked about an explanation; None when nothing would."""
        settings = self._settings()
        statements = unchecked(explanation.claims)
        wanted = settings.second_look and settings.engine is not EngineChoice.ATLAS
        if not wanted or explanation.provenance.engine != "gemini" or not statements:
            return None
        path = document.path(explanation.topic_id)
        return Request(
            Task.SECOND_LOOK,
            path[-1].title,
            path=tuple(topic.title for topic in path[:-1]),
            options=Options(language=settings.options.language),
            engine=EngineChoice.GEMINI,
            priority=Priority.LOW,
            statements=statements,
        )

    async def look(self, session: MapSession, explanation: Explanation) -> Change:
        """Lower the claims that the model does not hold to; the change, empty when there are none."""
        topic_now = session.map.topics.get(explanation.topic_id)
        if topic_now is None or topic_now.locked:
            return Change(())
        request = self.request(session.map, explanation)
        if request is None:
            return Change(())
        try:
            if not await self._has_key() or await self._quota.busy():
                return Change(())
            content = (await final_answer(self._engine, request)).content
        except AppError as error:
            _log.info("Not asked a second time: %s", type(error).__name__)
            return Change(())
        if not isinstance(content, Verdicts):
            raise TypeError("the engine stack answered a second look with another kind of content")
        claims = doubted(explanation.claims, content)

        def make(document: Map) -> Change:
            topic, now = document.topics.get(explanation.topic_id), document.explanations.get(explanation.key)
            # Written anew or removed meanwhile: these verdicts are of another text.
            same = now is not None and (now.markdown, now.claims) == (explanation.markdown, explanation.claims)
            if topic is None or topic.locked or now is None or not same or claims == now.claims:
                return Change(())
            return Change((PutExplanation(now, replace(now, claims=claims)),), "check", topic.title)

        return await session.commit(make)
