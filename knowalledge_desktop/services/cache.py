"""The cache of answers, for people: what is in it, and having some of it forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from knowalledge_desktop.core.answer_names import name_matcher
from knowalledge_desktop.core.cache import Layer, Lives, LookUps, Matches
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.ports import Cache
from knowalledge_desktop.core.settings import Settings

LEAST_LIMIT, MOST_LIMIT = 10 * 1024 * 1024, 10 * 1024 * 1024 * 1024
_DAY_S = 86_400.0
MOST_DAYS = 3650


class Held(Protocol):
    """The answers that this process holds in memory, in front of the cache."""

    look_ups: LookUps
    limit_bytes: int

    @property
    def items(self) -> int:
        """How many there are."""
        ...

    @property
    def size_bytes(self) -> int:
        """Bytes of all that is held."""
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...

    def invalidate(self, pattern: str) -> int:
        """Forget the answers whose name matches; returns how many."""
        ...


class Store(Cache, Protocol):
    """The cache of this device, which can tell what a pattern means."""

    async def matching(self, pattern: str, *, names: int = 5) -> Matches:
        """How many entries a pattern means, and some of their names; forgets nothing."""
        ...


@dataclass(frozen=True, slots=True)
class LayerReport:
    """What one layer holds; `hits` is how often this process found an answer there. No limit is 0."""

    layer: Layer
    items: int
    size_bytes: int
    limit_bytes: int
    hits: int


@dataclass(frozen=True, slots=True)
class CacheReport:
    """What the cache of this device holds and may hold, and how often this process found an answer or did not.

    `layers` tells it of each layer, nearest first; of `declined`, `renewed` and `renewals_failed` see `LookUps`.
    """

    items: int
    size_bytes: int
    limit_bytes: int
    hits: int
    misses: int
    layers: tuple[LayerReport, ...] = ()
    declined: int = 0
    renewed: int = 0
    renewals_failed: int = 0
    lives: Lives = field(default_factory=lambda: Lives(0.0))

    @property
    def hit_rate(self) -> float | None:
        """Hits by look-ups, 0 to 1; None before the first."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else None


class CacheService:
    """Looks after the answers that can be had again. Maps and kept answers are never touched by it.

    `team` is the cache that several people share, which is told of but never emptied from here.
    """

    def __init__(
        self, cache: Store, held: Held, settings: Callable[[], Settings], *, team: Cache | None = None
    ) -> None:
        self._cache = cache
        self._held = held
        self._settings = settings
        self._team = team

    async def report(self) -> CacheReport:
        """What is in it."""
        stats, settings, told = await self._cache.stats(), self._settings(), self._held.look_ups
        found, limit = told.found, settings.cache_limit_bytes
        held = self._held
        layers = [
            LayerReport(Layer.MEMORY, held.items, held.size_bytes, held.limit_bytes, found[Layer.MEMORY]),
            LayerReport(Layer.DISK, stats.items, stats.size_bytes, limit, found[Layer.DISK]),
        ]
        if self._team is not None:
            shared = await self._team.stats()
            layers.append(LayerReport(Layer.TEAM, shared.items, shared.size_bytes, 0, found[Layer.TEAM]))
        return CacheReport(
            stats.items,
            stats.size_bytes,
            limit,
            told.hits,
            told.misses,
            tuple(layers),
            told.declined,
            told.renewed,
            told.renewals_failed,
            Lives(settings.cache_ttl_s, settings.cache_soft_s),
        )

    async def matching(self, pattern: str) -> Matches:
        """What a pattern means among the answers stored on this device; raises as `invalidate`."""
        name_matcher(pattern)
        return await self._cache.matching(pattern)

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


def check_limits(limit_bytes: int, hard_days: int, soft_days: int) -> None:
    """Raise UserInputError for limits of the cache that cannot be."""
    if not LEAST_LIMIT <= limit_bytes <= MOST_LIMIT:
        raise UserInputError("The cache may have between 10 MB and 10 GB.")
    if not 1 <= hard_days <= MOST_DAYS:
        raise UserInputError(f"An answer is good for 1 to {MOST_DAYS} days.")
    if not 0 <= soft_days <= MOST_DAYS:
        raise UserInputError(f"An answer is asked for again after 0 (never) to {MOST_DAYS} days.")


def seconds(days: int) -> float:
    """Days as the settings keep them."""
    return days * _DAY_S
