"""Answers that were given before, read through memory and the cache."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from knowalledge_desktop.core.answer_names import answer_name
from knowalledge_desktop.core.codec import decode_answer, encode_answer
from knowalledge_desktop.core.content import (
    Content,
    ExplanationText,
    Illustration,
    SubtopicList,
    TopicCandidates,
    Usage,
)
from knowalledge_desktop.core.ports import Cache, Clock, Engine, Metrics
from knowalledge_desktop.core.request import Answer, Part, Request
from knowalledge_desktop.resilience.keys import CONTENT_TASKS
from knowalledge_desktop.resilience.memory import AnswerMemory
from knowalledge_desktop.resilience.replay import replayed

_NOT_SEEN = object()


class AnswerStore:
    """Answers by fingerprint: parsed in memory, over bytes in the cache.

    Only complete content is stored, never raw text. A payload that cannot be read counts as a miss.
    `ttl_s` is how long an answer is good, in seconds.
    """

    def __init__(
        self,
        *,
        cache: Cache,
        memory: AnswerMemory,
        metrics: Metrics,
        clock: Clock,
        ttl_s: Callable[[], float],
    ) -> None:
        self._cache = cache
        self._memory = memory
        self._metrics = metrics
        self._clock = clock
        self._ttl_s = ttl_s
        self._generation: object = _NOT_SEEN

    async def read(self, key: str) -> Answer | None:
        """The answer that was stored under the fingerprint."""
        answer = await self.look(key)
        self._metrics.cache("get", "miss" if answer is None else "hit")
        self._memory.count(hit=answer is not None)
        return answer

    async def look(self, key: str) -> Answer | None:
        """The same, not counted: for a second look at the same question."""
        await self._follow()
        answer = self._memory.get(key, self._clock.now())
        if answer is None:
            answer = await self._read_stored(key)
        return answer if answer is not None and _is_complete(answer.content) else None

    async def write(self, key: str, answer: Answer, name: str = "") -> None:
        """Store an answer, if it is complete and not there yet; by its `name` people can have it forgotten."""
        if not _is_complete(answer.content) or self._memory.get(key, self._clock.now()) is answer:
            return  # another of those who shared the call has stored it
        payload = encode_answer(answer)
        ttl_s = self._ttl_s()
        self._memory.put(key, answer, len(payload), self._clock.now() + ttl_s, name)
        await self._cache.put(key, payload, ttl_s=ttl_s, name=name)
        self._metrics.cache("set", "ok")

    async def _follow(self) -> None:
        """What another process has had forgotten is not to be served from here."""
        generation = await self._cache.generation()
        if generation != self._generation:
            self._generation = generation
            self._memory.clear()

    async def _read_stored(self, key: str) -> Answer | None:
        before = await self._cache.generation()
        entry = await self._cache.get(key)
        if entry is None:
            return None
        try:
            answer = decode_answer(entry.payload)
        except ValueError:  # damaged, or written by another version: as good as not there
            self._metrics.cache("get", "error")
            return None
        if await self._cache.generation() == before:  # else it may have been forgotten meanwhile
            self._memory.put(key, answer, len(entry.payload), entry.stored_at + self._ttl_s(), entry.name)
        return answer


class Cached:
    """Gives an answer that was given before; a hit costs no quota, no network and no key.

    A `fresh` request is not read but stored.
    """

    def __init__(self, engine: Engine, *, store: AnswerStore, key: Callable[[Request], str]) -> None:
        self._engine = engine
        self._store = store
        self._key = key

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The stored answer as a stream, marked `from_cache`; else the engine's parts."""
        if request.task not in CONTENT_TASKS:
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    yield part
            return
        key = self._key(request)
        stored = None if request.fresh else await self._store.read(key)
        if stored is not None:
            for part in replayed(replace(stored, from_cache=True, usage=Usage())):  # a hit uses no tokens
                yield part
            return
        async with aclosing(self._engine.ask(request)) as parts:
            async for part in parts:
                if isinstance(part, Answer) and not part.from_cache:
                    await self._store.write(key, part, answer_name(request))
                yield part


def _is_complete(content: Content) -> bool:
    if isinstance(content, SubtopicList | ExplanationText):
        return content.complete
    return isinstance(content, TopicCandidates | Illustration)
