"""When the answer cannot be had now: the best honest substitute, always labelled."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from knowalledge_desktop.core.errors import (
    AppError,
    ContentBlocked,
    KeyMissing,
    KeyProblem,
    QuotaExhausted,
    StorageError,
    TopicNotFound,
    Unavailable,
)
from knowalledge_desktop.core.payload import SubtopicList
from knowalledge_desktop.core.ports import Clock, Engine, Library
from knowalledge_desktop.core.request import (
    Answer,
    EngineChoice,
    Part,
    Request,
    Restarted,
    Substitute,
    SubstituteKind,
    TextDelta,
)
from knowalledge_desktop.core.validation import fold
from knowalledge_desktop.resilience.keys import CONTENT_TASKS
from knowalledge_desktop.resilience.replay import replayed

_log = logging.getLogger(__name__)


class Fallback:
    """Chooses the engine, and what stands in for it.

    ATLAS asks the Atlas, GEMINI asks Gemini and never anything else. AUTO asks Gemini; when the
    key, the quota or the service is in trouble it gives the kept answer, else the Atlas's, else
    the trouble itself. Without any key the Atlas comes first: it is then the chosen engine rather
    than a makeshift. A declined topic is not put to others, and mistakes in a request are nobody's
    trouble but its own.

    Answers of Gemini are kept in the library as they pass, for later.
    """

    def __init__(
        self,
        gemini: Engine,
        *,
        atlas: Engine,
        library: Library,
        clock: Clock,
        key: Callable[[Request], str],
        model: Callable[[Request], str],
    ) -> None:
        self._gemini = gemini
        self._atlas = atlas
        self._library = library
        self._clock = clock
        self._key = key
        self._model = model

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The parts of the chosen engine, or of a substitute after `Restarted` if some were shown."""
        if request.engine is EngineChoice.ATLAS:
            async with aclosing(self._atlas.ask(request)) as parts:
                async for part in parts:
                    yield part
            return
        # Named once: fingerprint, call and label agree even when the setting changes meanwhile.
        request = replace(request, model=self._model(request))
        shown = answered = False
        try:
            async with aclosing(self._gemini.ask(request)) as parts:
                async for part in parts:
                    shown = _shown(part, before=shown)
                    if isinstance(part, Answer):
                        answered = True
                        await self._keep(request, part)
                    yield part
            return
        except (KeyProblem, QuotaExhausted, Unavailable, StorageError) as error:  # uncounted, nothing is sent
            if answered or not _may_stand_in(request, error):
                raise
            trouble = error
        async with aclosing(self._instead(request, trouble, shown=shown)) as parts:
            async for part in parts:
                yield part

    async def _instead(self, request: Request, trouble: AppError, *, shown: bool) -> AsyncGenerator[Part, None]:
        because = type(trouble).__name__
        atlas_first = isinstance(trouble, KeyMissing)
        if shown:
            yield Restarted(because)
        kept = None if atlas_first else await self._kept(request, because)
        if kept is None:
            shown = False
            try:
                async with aclosing(self._atlas.ask(request)) as parts:
                    async for part in parts:
                        shown = _shown(part, before=shown)
                        yield _labelled(part, because)
                return
            except AppError as refusal:
                last = refusal
            if shown:
                yield Restarted(type(last).__name__)
            kept = await self._kept(request, because) if atlas_first else None
            if kept is None:
                # Without a key the nearest topics help more than to hear that there is no key.
                raise last if atlas_first and isinstance(last, TopicNotFound) else trouble
        for part in replayed(kept):
            yield part

    async def _keep(self, request: Request, answer: Answer) -> None:
        if request.task not in CONTENT_TASKS or answer.from_cache or request.avoid:
            return  # what goes on from other subtopics is no whole answer to give back later
        try:
            await self._library.keep(self._key(request), request, answer)
        except StorageError as error:  # the answer itself is in hand and must not be lost for its copy
            _log.warning("An answer could not be kept for later: %s", type(error).__name__)

    async def _kept(self, request: Request, because: str) -> Answer | None:
        try:
            answer = await self._library.kept(self._key(request), request)
        except StorageError as error:  # the trouble at hand is the one to tell of
            _log.warning("Kept answers could not be read: %s", type(error).__name__)
            return None
        if answer is None or _brings_nothing(answer, request):
            return None
        created = answer.provenance.created_at
        age_s = max(0.0, self._clock.now() - created) if created > 0 else 0.0
        return replace(answer, substitute=Substitute(SubstituteKind.KEPT, because, age_s))


def _may_stand_in(request: Request, error: AppError) -> bool:
    return (
        request.engine is EngineChoice.AUTO
        and request.task in CONTENT_TASKS
        and not isinstance(error, ContentBlocked)
    )


def _shown(part: Part, *, before: bool) -> bool:
    """Whether a face shows some provisional text after this part."""
    return isinstance(part, TextDelta) or (before and not isinstance(part, Restarted))


def _labelled(part: Part, because: str) -> Part:
    if isinstance(part, Answer):
        return replace(part, substitute=Substitute(SubstituteKind.ATLAS, because))
    return part


def _brings_nothing(answer: Answer, request: Request) -> bool:
    """Whether a kept list has only subtopics that must not come back."""
    if not isinstance(answer.content, SubtopicList):
        return False
    avoid = {fold(title) for title in request.avoid}
    return all(fold(item.title) in avoid for item in answer.content.items)
