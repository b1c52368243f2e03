"""Explanations of topics, streamed, checked and kept."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from knowalledge_desktop.core.graph import Change, Explanation, Map, PutExplanation, Rendering
from knowalledge_desktop.core.locks import is_locked, refuse_closed
from knowalledge_desktop.core.payload import ExplanationText
from knowalledge_desktop.core.ports import Engine
from knowalledge_desktop.core.request import (
    Answer,
    EngineChoice,
    Options,
    Priority,
    Queued,
    Request,
    Restarted,
    Task,
    TextDelta,
)
from knowalledge_desktop.services.evidence import EvidenceService
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.services.status import StatusService


@dataclass(frozen=True, slots=True)
class Explained:
    """The explanation, now in the map and in the library; `change` is empty when the topic is gone.

    `was_limited` is True when a limit had to be waited for: the time it took then says little about the service.
    """

    explanation: Explanation
    change: Change
    answer: Answer
    was_limited: bool = False


def explanation_request(
    document: Map,
    topic_id: str,
    options: Options,
    *,
    engine: EngineChoice,
    priority: Priority,
    fresh: bool = False,
) -> Request:
    """The request for an explanation of a topic where it stands in a map."""
    path = document.path(topic_id)
    return Request(
        Task.EXPLANATION,
        path[-1].title,
        path=tuple(topic.title for topic in path[:-1]),
        options=options,
        engine=engine,
        priority=priority,
        fresh=fresh,
    )


class ExplainService:
    """Asks for explanations and keeps them with their topic."""

    def __init__(self, engine: Engine, status: StatusService, evidence: EvidenceService) -> None:
        self._engine = engine
        self._status = status
        self._evidence = evidence

    async def explain(
        self,
        session: MapSession,
        topic_id: str,
        options: Options,
        *,
        engine: EngineChoice = EngineChoice.AUTO,
        priority: Priority = Priority.HIGH,
        fresh: bool = False,
    ) -> AsyncGenerator[TextDelta | Restarted | Explained, None]:
        """Text as it comes, then one Explained. Raises AppErrors, UserInputError for a locked topic."""
        refuse_closed(session.map, topic_id)
        request = explanation_request(
            session.map, topic_id, options, engine=engine, priority=priority, fresh=fresh
        )
        was_limited = False
        try:
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    if isinstance(part, Answer):
                        self._status.note_answer(part)
                        explained = await self._keep(session, topic_id, options, part)
                        yield replace(explained, was_limited=was_limited)
                        return
                    if isinstance(part, Queued):  # who waits is told by the quota service, for all acts alike
                        was_limited = was_limited or bool(part.metric)
                    else:
                        yield part
        except Exception as error:
            self._status.note_error(error)
            raise
        raise TypeError("the engine's stream ended without an Answer")

    async def _checked(
        self, document: Map, topic_id: str, language: str, content: ExplanationText
    ) -> ExplanationText:
        if topic_id not in document.topics:  # removed while the answer was on its way
            return content
        titles = [topic.title for topic in document.path(topic_id)]
        return await self._evidence.check(titles[-1], tuple(titles[:-1]), language, content)

    async def _keep(self, session: MapSession, topic_id: str, options: Options, answer: Answer) -> Explained:
        content = answer.content
        if not isinstance(content, ExplanationText):
            raise TypeError("the engine stack answered an explanation with another kind of content")
        content = await self._checked(session.map, topic_id, options.language, content)
        explanation = Explanation(
            topic_id,
            Rendering.of(options),
            content.markdown,
            content.claims,
            content.sources,
            answer.provenance,
            answer.quality,
        )

        kept = [explanation]

        def make(document: Map) -> Change:
            topic = document.topics.get(topic_id)
            before = document.explanations.get(explanation.key)
            if before is not None and before.markdown == explanation.markdown:  # the same text again
                kept[0] = replace(explanation, opinion=before.opinion, opinion_note=before.opinion_note)
            if topic is None or before == kept[0] or is_locked(document, topic_id):
                return Change(())
            return Change((PutExplanation(before, kept[0]),), "explain", topic.title)

        change = await session.commit(make)
        return Explained(kept[0], change, answer)
