"""What was declined is remembered for a while, so that asking again costs nothing and is refused at once.

Only what is about the question itself: that a key, a limit, a budget or the net stood in the way is never kept,
nor an answer that could not be read, nor a refusal that comes and goes by chance.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import cast

from knowalledge_desktop.core.cache import REFUSAL_S
from knowalledge_desktop.core.errors import AppError, ContentBlocked, TopicNotFound
from knowalledge_desktop.core.ports import Cache, Clock

_VERSION = 1
_BY_CHANCE = frozenset({"RECITATION", "OTHER", "DECLINED_IN_PROSE"})
"""Reasons of a refusal that another try may not meet."""
_MOST = 1000


class Refusals:
    """Remembers refusals under the names of their questions: in memory, over the cache when there is one.

    `shaped_by` tells what else decides about a refusal but not about an answer, such as the safety setting.
    """

    def __init__(
        self, clock: Clock, *, cache: Cache | None = None, shaped_by: Callable[[], str] = lambda: ""
    ) -> None:
        self._clock = clock
        self._cache = cache
        self._shaped_by = shaped_by
        self._told: dict[str, tuple[AppError, float]] = {}
        self._generation: object = None

    async def find(self, key: str) -> AppError | None:
        """The error to raise, if the question was declined lately."""
        await self._follow()
        name = self._name(key)
        told = self._told.get(name)
        if told is not None and told[1] > self._clock.now():
            return _again(told[0])
        self._told.pop(name, None)
        if self._cache is None:
            return None
        entry = await self._cache.get(name)
        return None if entry is None else _decoded(entry.payload)

    async def note(self, key: str, error: AppError, name: str = "") -> None:
        """Remember an error, if it is one that would only come again; by its `name` it can be forgotten."""
        if not is_lasting(error):
            return
        if len(self._told) >= _MOST:
            self._told.clear()
        self._told[self._name(key)] = (error, self._clock.now() + REFUSAL_S)
        if self._cache is not None:
            await self._cache.put(self._name(key), _encoded(error), ttl_s=REFUSAL_S, name=name)

    async def _follow(self) -> None:
        """What a person has had forgotten is not held against them."""
        if self._cache is None:
            return
        generation = await self._cache.generation()
        if generation != self._generation:
            self._generation = generation
            self._told.clear()

    def _name(self, key: str) -> str:
        return "no-" + hashlib.sha256(f"{key} {self._shaped_by()}".encode()).hexdigest()


def is_lasting(error: AppError) -> bool:
    """Whether the same question would be refused again."""
    if isinstance(error, ContentBlocked):
        return error.detail not in _BY_CHANCE
    return isinstance(error, TopicNotFound)


def _again(error: AppError) -> AppError:
    """The same error without the trace of its first time."""
    if isinstance(error, TopicNotFound):
        return TopicNotFound(error.topic, error.nearest)
    return ContentBlocked(error.detail)


def _encoded(error: AppError) -> bytes:
    nearest = list(error.nearest) if isinstance(error, TopicNotFound) else []
    told = {"v": _VERSION, "refused": type(error).__name__, "detail": error.detail, "nearest": nearest}
    return json.dumps(told).encode()


def _decoded(payload: bytes) -> AppError | None:
    """The error, None for what this version would not have written."""
    try:
        told: object = json.loads(payload)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    found = cast("dict[str, object]", told)
    detail, nearest = found.get("detail"), found.get("nearest")
    if found.get("v") != _VERSION or not isinstance(detail, str) or not isinstance(nearest, list):
        return None
    if found.get("refused") == ContentBlocked.__name__:
        return ContentBlocked(detail)
    if found.get("refused") == TopicNotFound.__name__:
        return TopicNotFound(detail, tuple(str(each) for each in cast("list[object]", nearest)))
    return None
