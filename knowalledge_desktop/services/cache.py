"""The cache of answers, for people: what is in it, and having some of it forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from knowalledge_desktop.core.answer_names import name_matcher
from knowalledge_desktop.core.ports import Cache
from knowalledge_desktop.core.settings import Settings


class Held(Protocol):
    """The answers that this process holds in memory, in front of the cache."""

    hits: int
    misses: int

    def clear(self) -> None:
        """Forget everything."""
        ...

    def invalidate(self, pattern: str) -> int:
        """Forget the answers whose name matches; returns how many."""
        ...


@dataclass(frozen=True, slots=True)
class CacheReport:
    """What the cache holds and may hold, and how often this process found an answer in it or did not."""

    items: int
    size_bytes: int
    limit_bytes: int
    hits: int
    misses: int


class CacheService:
    """Looks after the answers that can be had again. Maps and kept answers are never touched by it."""

    def __init__(self, cache: Cache, held: Held, settings: Callable[[], Settings]) -> None:
        self._cache = cache
        self._held = held
        self._settings = settings

    async def report(self) -> CacheReport:
        """What is in it."""
        stats = await self._cache.stats()
        limit = self._settings().cache_limit_bytes
        return CacheReport(stats.items, stats.size_bytes, limit, self._held.hits, self._held.misses)

    async def clear(self) -> int:
        """Forget all answers; returns how many were stored. Raises StorageError."""
        try:
            return await self._cache.clear()
        finally:  # last, since a read that was on its way may have brought one back meanwhile
            self._held.clear()

    async def invalidate(self, pattern: str) -> int:
        """Forget the answers whose name matches (see `name_matcher`); returns how many were stored.

        Raises UserInputError for what is no pattern, StorageError when the cache cannot be used.
        """
        name_matcher(pattern)  # before anything is forgotten
        try:
            return await self._cache.invalidate(pattern)
        finally:
            self._held.invalidate(pattern)
