"""Turns an engine's raw text into checked content, and refuses what cannot be used."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from knowalledge_desktop.core.errors import ContentBlocked, InvalidReply
from knowalledge_desktop.core.links import LinkGate
from knowalledge_desktop.core.parsing import parse
from knowalledge_desktop.core.payload import ExplanationText, RawText, SubtopicList
from knowalledge_desktop.core.ports import Engine
from knowalledge_desktop.core.quality import count_words, looks_refused, score_explanation, score_subtopics
from knowalledge_desktop.core.request import Answer, Part, Request, Restarted, Task, TextDelta

LEAST_SCORE = 0.3
REFUSAL_WORDS = 60
"""A text that begins as a refusal and is no longer than this is nothing but one."""


class Validated:
    """Parses, scores and refuses.

    The score is about form: whether an answer has the length and shape that was asked for. It
    never says that an answer is true. Raises InvalidReply for what is empty or misshapen, and
    ContentBlocked where the engine declines in prose. No address that a model wrote goes further
    out, also not in text that is still growing; `own_links` is for an engine that quotes its sources.
    """

    def __init__(self, engine: Engine, *, own_links: bool = False) -> None:
        self._engine = engine
        self._own_links = own_links

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The engine's parts; the Answer comes with parsed content and its quality."""
        answered, gate = False, LinkGate()
        async with aclosing(self._engine.ask(request)) as parts:
            async for part in parts:
                if isinstance(part, TextDelta) and not self._own_links:
                    shown = gate.feed(part.text)
                elif isinstance(part, Answer):
                    answered, shown = True, gate.end()
                    part = _checked(part, request)
                else:
                    gate, shown = LinkGate() if isinstance(part, Restarted) else gate, ""
                if shown:
                    yield TextDelta(shown)
                if not isinstance(part, TextDelta) or self._own_links:
                    yield part
        if not answered:
            raise InvalidReply("the stream ended without an answer")


def _checked(answer: Answer, request: Request) -> Answer:
    content = answer.content
    if isinstance(content, RawText):
        content = parse(content, request)
        if isinstance(content, SubtopicList):
            _refuse_misshapen(content, request)
        elif isinstance(content, ExplanationText):
            _refuse_refusal(content)
    quality = answer.quality
    if quality is None and isinstance(content, SubtopicList):
        quality = score_subtopics(content, request)
    elif quality is None and isinstance(content, ExplanationText) and request.task is Task.EXPLANATION:
        quality = score_explanation(content, request)
    written = isinstance(answer.content, RawText) and request.task is Task.EXPLANATION
    if written and quality is not None and quality < LEAST_SCORE:
        raise InvalidReply(f"an explanation of form {quality:.2f}, below {LEAST_SCORE}")
    return replace(answer, content=content, quality=quality)


def _refuse_misshapen(content: SubtopicList, request: Request) -> None:
    if not content.items:
        raise InvalidReply("no subtopic that is not there already")
    score = score_subtopics(content, request)
    if score < LEAST_SCORE:
        raise InvalidReply(f"subtopics of form {score:.2f}, below {LEAST_SCORE}")


def _refuse_refusal(content: ExplanationText) -> None:
    if not content.markdown.strip():
        raise InvalidReply("the explanation is empty")
    if count_words(content.markdown) <= REFUSAL_WORDS and looks_refused(content.markdown):
        raise ContentBlocked("DECLINED_IN_PROSE")
