"""Answers that were given before, read through memory, the cache of this device, and the team's."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from knowalledge_desktop.core.answer_names import answer_name
from knowalledge_desktop.core.cache import Layer, Lives
from knowalledge_desktop.core.codec import decode_answer, encode_answer
from knowalledge_desktop.core.content import Usage
from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.payload import Content, ExplanationText, Illustration, SubtopicList, TopicCandidates
from knowalledge_desktop.core.ports import Cache, Clock, Engine, Metrics
from knowalledge_desktop.core.request import Answer, Part, Request
from knowalledge_desktop.resilience.keys import CONTENT_TASKS
from knowalledge_desktop.resilience.memory import AnswerMemory
from knowalledge_desktop.resilience.refusals import Refusals
from knowalledge_desktop.resilience.replay import replayed

_NOT_SEEN = object()


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, the layer it was in, and whether it is old enough to be renewed."""

    answer: Answer
    layer: Layer
    is_soft: bool = False


class AnswerStore:
    """Answers by fingerprint: parsed in memory, over bytes in the cache, over the team's where there is one.

    Only complete content is stored, never raw text. A payload that cannot be read counts as a miss. What is
    found further out is put into the nearer layers. `ttl_s` is how long an answer is good, `soft_s` after how
    long it is to be renewed, in seconds (see `Lives`).
    """

    def __init__(
        self,
        *,
        cache: Cache,
        memory: AnswerMemory,
        metrics: Metrics,
        clock: Clock,
        ttl_s: Callable[[], float],
        soft_s: Callable[[], float] = lambda: 0.0,
        team: Cache | None = None,
    ) -> None:
        self._cache = cache
        self._memory = memory
        self._metrics = metrics
        self._clock = clock
        self._ttl_s = ttl_s
        self._soft_s = soft_s
        self._team = team
        self._generation: object = _NOT_SEEN

    async def read(self, key: str) -> Found | None:
        """The answer that was stored under the fingerprint."""
        found = await self._find(key)
        self._metrics.cache("get", "miss" if found is None else "hit")
        self._memory.count(hit=found is not None, layer=found.layer if found is not None else Layer.MEMORY)
        return found

    async def look(self, key: str) -> Answer | None:
        """The answer alone, not counted: for a second look at the same question."""
        found = await self._find(key)
        return None if found is None else found.answer

    async def write(self, key: str, answer: Answer, name: str = "") -> None:
        """Store an answer, if it is complete and not there yet; by its `name` people can have it forgotten."""
        now = self._clock.now()
        if not _is_complete(answer.content) or self._memory.get(key, now) is answer:
            return  # another of those who shared the call has stored it
        payload = encode_answer(answer)
        ttl_s = self._ttl_s()
        self._memory.put(key, answer, len(payload), now + ttl_s, name, now)
        await self._cache.put(key, payload, ttl_s=ttl_s, name=name)
        if self._team is not None:
            await self._team.put(key, payload, ttl_s=ttl_s, name=name)
        self._metrics.cache("set", "ok")

    async def _find(self, key: str) -> Found | None:
        await self._follow()
        now, lives = self._clock.now(), Lives(self._ttl_s(), self._soft_s())
        row = self._memory.row(key, now)
        if row is not None:
            found, stored_at = Found(row.answer, Layer.MEMORY), row.stored_at
        else:
            stored = await self._read_stored(key, self._cache, Layer.DISK)
            if stored is None and self._team is not None:
                stored = await self._read_stored(key, self._team, Layer.TEAM)
            if stored is None:
                return None
            found, stored_at = stored
        if not _is_complete(found.answer.content):
            return None
        return replace(found, is_soft=lives.is_soft(now - _born(found.answer, stored_at)))

    async def _follow(self) -> None:
        """What another process has had forgotten is not to be served from here."""
        generation = await self._cache.generation()
        if generation != self._generation:
            self._generation = generation
            self._memory.clear()

    async def _read_stored(self, key: str, cache: Cache, layer: Layer) -> tuple[Found, float] | None:
        before = await self._cache.generation()
        entry = await cache.get(key)
        if entry is None:
            return None
        expires_at = entry.stored_at + self._ttl_s()
        if expires_at <= self._clock.now():  # the setting is shorter than it was, or than the team's
            return None
        try:
            answer = decode_answer(entry.payload)
        except ValueError:  # damaged, or written by another version: as good as not there
            self._metrics.cache("get", "error")
            return None
        if await self._cache.generation() == before:  # else it may have been forgotten meanwhile
            self._memory.put(key, answer, len(entry.payload), expires_at, entry.name, entry.stored_at)
            if layer is Layer.TEAM:
                left_s = expires_at - self._clock.now()
                await self._cache.put(key, entry.payload, ttl_s=left_s, name=entry.name)
        return Found(answer, layer), entry.stored_at


class Cached:
    """Gives an answer that was given before; a hit costs no quota, no network and no key.

    A `fresh` request is not read but stored. An answer that is old is given all the same and `renew` is told.
    What was declined lately (see `Refusals`) is declined at once.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        store: AnswerStore,
        key: Callable[[Request], str],
        renew: Callable[[str, Request], object] = lambda key, request: None,
        refusals: Refusals | None = None,
        declined: Callable[[], object] = lambda: None,
    ) -> None:
        self._engine = engine
        self._store = store
        self._key = key
        self._renew = renew
        self._refusals = refusals
        self._declined = declined

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
            if stored.is_soft:
                self._renew(key, request)
            for part in replayed(replace(stored.answer, from_cache=True, usage=Usage())):  # a hit uses no tokens
                yield part
            return
        await self._refuse(key, request)
        try:
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    if isinstance(part, Answer) and not part.from_cache:
                        await self._store.write(key, part, answer_name(request))
                    yield part
        except AppError as error:
            if self._refusals is not None:
                await self._refusals.note(key, error, answer_name(request))
            raise

    async def _refuse(self, key: str, request: Request) -> None:
        """Raise again what the same question was declined with lately, unless it is asked anew on purpose."""
        if self._refusals is None or request.fresh:
            return
        error = await self._refusals.find(key)
        if error is not None:
            self._declined()
            raise error


class Unknowns:
    """Remembers, in front of an engine that never changes while it runs, which topics it does not know."""

    def __init__(
        self,
        engine: Engine,
        *,
        refusals: Refusals,
        key: Callable[[Request], str],
        declined: Callable[[], object] = lambda: None,
    ) -> None:
        self._engine = engine
        self._refusals = refusals
        self._key = key
        self._declined = declined

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The engine's parts; raises at once for a topic that it did not know a moment ago."""
        key = self._key(request)
        known = await self._refusals.find(key)
        if known is not None:
            self._declined()
            raise known
        try:
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    yield part
        except AppError as error:
            await self._refusals.note(key, error)
            raise


def _is_complete(content: Content) -> bool:
    if isinstance(content, SubtopicList | ExplanationText):
        return content.complete
    return isinstance(content, TopicCandidates | Illustration)


def _born(answer: Answer, stored_at: float) -> float:
    """When an answer was given; a copy from the team was stored here later than that."""
    created = answer.provenance.created_at
    return created if 0 < created < stored_at else stored_at
