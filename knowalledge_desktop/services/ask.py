"""Free questions about a topic, answered where it stands."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from knowalledge_desktop.core.errors import TopicGone, UserInputError
from knowalledge_desktop.core.graph import Map, Rendering
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
from knowalledge_desktop.core.validation import check_question
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.services.status import StatusService


@dataclass(frozen=True, slots=True)
class Answered:
    """The whole answer to a question; it is no part of the map."""

    question: str
    text: ExplanationText
    answer: Answer


class AskService:
    """Asks questions in the context of a topic: its path, and what is kept of its explanation."""

    def __init__(self, engine: Engine, status: StatusService) -> None:
        self._engine = engine
        self._status = status

    async def ask(
        self,
        session: MapSession,
        topic_id: str,
        question: str,
        options: Options,
        *,
        engine: EngineChoice = EngineChoice.AUTO,
        priority: Priority = Priority.HIGH,
        fresh: bool = False,
    ) -> AsyncGenerator[TextDelta | Restarted | Answered, None]:
        """Text as it comes, then one Answered.

        Raises UserInputError for a question that cannot be asked, and AppErrors.
        """
        good = check_question(question)
        if engine is EngineChoice.ATLAS:
            raise UserInputError("The Atlas answers no questions, only Gemini does: choose it, and set a key.")
        path = session.map.path(topic_id)
        if not path:
            raise TopicGone("This topic is no longer in the map.")
        request = Request(
            Task.QUESTION,
            path[-1].title,
            path=tuple(topic.title for topic in path[:-1]),
            options=options,
            engine=engine,
            priority=priority,
            fresh=fresh,
            question=good,
            context=_explanation(session.map, topic_id, options),
        )
        try:
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    if isinstance(part, Answer):
                        self._status.note_answer(part)
                        yield _answered(good, part)
                        return
                    if not isinstance(part, Queued):  # who waits is told by the quota service, for all acts alike
                        yield part
        except Exception as error:
            self._status.note_error(error)
            raise
        raise TypeError("the engine's stream ended without an Answer")


def _explanation(document: Map, topic_id: str, options: Options) -> str:
    """What the person reads there: the rendering that is asked for, else the newest."""
    found = document.explanations_of(topic_id)
    wanted = Rendering.of(options)
    return next((each.markdown for each in found if each.rendering == wanted), found[0].markdown if found else "")


def _answered(question: str, answer: Answer) -> Answered:
    if not isinstance(answer.content, ExplanationText):
        raise TypeError("the engine stack answered a question with another kind of content")
    return Answered(question, answer.content, answer)
