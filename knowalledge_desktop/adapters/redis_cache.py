"""The team's layer of the cache: answers that one member had are there for the others."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from knowalledge_desktop.adapters.redis_envelope import LARGEST, Refused, seal, unseal
from knowalledge_desktop.adapters.redis_link import PATIENCE_S, RedisLink
from knowalledge_desktop.core.answer_names import name_matcher
from knowalledge_desktop.core.errors import StorageError
from knowalledge_desktop.core.ports import CacheEntry, CacheStats, Clock
from knowalledge_desktop.core.team import OutOfReach
from knowalledge_desktop.core.team_address import TeamKey

if TYPE_CHECKING:
    from redis.asyncio import Redis

_IN_A_THREAD = 32 * 1024  # bytes; what is smaller is opened in less time than a thread takes
_FIRST = 32 * 1024  # bytes that are read together with the size
_QUARANTINE_S = 600.0
_QUARANTINED_MOST = 1000
_SCAN_AT_ONCE = 200
_LONG_S = 60.0

T = TypeVar("T")


class RedisCache:
    """Implements `Cache` in a team's Redis, for as long as there is a team and its Redis is there.

    Every value is untrusted: see `redis_envelope`. One that is not a member's is a miss, counted in `refused`,
    deleted, and not read again under its key for a while, unless this member stores a good one there.
    """

    def __init__(self, link: RedisLink, clock: Clock, *, on: Callable[[], bool] = lambda: True) -> None:
        self._link = link
        self._clock = clock
        self._on = on
        self._quarantine: OrderedDict[str, float] = OrderedDict()
        self.refused = 0
        self.saved = 0

    async def get(self, key: str) -> CacheEntry | None:
        """The entry, or None when it is missing, expired, or not a member's."""
        if not self._on():
            return None
        await self._link.prepare()
        team = self._link.team
        if team is None:
            return None
        name = _name(team, key)
        if self._quarantine.get(name, 0.0) > self._clock.monotonic():
            return None
        sealed = await self._quietly(lambda redis: _read(redis, name), None)
        if not sealed:
            return None
        try:
            entry = await self._opened(team, name, sealed)
        except Refused as error:
            await self._put_away(name, error)
            return None
        if entry is not None:
            self.saved += 1
            await self._quietly(lambda redis: cast("Any", redis).incr(_saved(team)), 0)
        return entry

    async def put(self, key: str, payload: bytes, *, ttl_s: float, name: str = "") -> None:
        """Store `payload` for `ttl_s` seconds; one that is too large, or no answer, stays with its member."""
        team = self._link.team
        if team is None or not self._on():
            return
        now = self._clock.now()
        where = _name(team, key)
        try:
            entry = CacheEntry(payload, now, name)
            sealed = await _apart(len(payload), lambda: seal(team.signing, where, entry, now + ttl_s))
        except ValueError as error:
            logging.getLogger(__name__).info("team: not shared: %s", error)
            return
        self._quarantine.pop(where, None)
        await self._quietly(
            lambda redis: cast("Any", redis).set(where, sealed, px=max(1, int(ttl_s * 1000))), None
        )

    async def clear(self) -> int:
        """Forget all answers of the team; returns how many. Raises StorageError."""
        return await self._forget(None)

    async def invalidate(self, pattern: str) -> int:
        """Forget the team's answers whose name matches; returns how many. Raises UserInputError, StorageError."""
        return await self._forget(name_matcher(pattern))

    async def generation(self) -> object:
        """What others have forgotten is missing here at the next look."""
        return None

    async def stats(self) -> CacheStats:
        """How many answers there are; what they take is not told by Redis without reading them."""
        team = self._link.team
        if team is None:
            return CacheStats(0, 0)

        async def count(redis: Redis) -> int:
            found = 0
            async for _ in _scan(redis, team):
                found += 1
            return found

        return CacheStats(await self._quietly(count, 0, patience_s=2.0), 0)

    async def saved_by_team(self) -> int:
        """How many requests all members were saved."""
        team = self._link.team
        if team is None:
            return self.saved
        return int(await self._quietly(lambda redis: cast("Any", redis).get(_saved(team)), None) or 0)

    async def aclose(self) -> None:
        """The link is closed by whoever made it."""

    # --- inside ---------------------------------------------------------------------------------------------

    async def _opened(self, team: TeamKey, name: str, sealed: bytes) -> CacheEntry | None:
        now = self._clock.now()
        return await _apart(len(sealed), lambda: unseal(team.signing, name, sealed, now))

    async def _put_away(self, name: str, error: Refused) -> None:
        self.refused += 1
        logging.getLogger(__name__).info("team: a value was refused: %s", error)
        self._quarantine[name] = self._clock.monotonic() + _QUARANTINE_S
        self._quarantine.move_to_end(name)
        while len(self._quarantine) > _QUARANTINED_MOST:
            self._quarantine.popitem(last=False)
        await self._quietly(lambda redis: cast("Any", redis).unlink(name), None)

    async def _forget(self, meant: Callable[[str], bool] | None) -> int:
        team = self._link.team
        if team is None:
            return 0

        async def forget(redis: Redis) -> int:
            forgotten = 0
            async for name in _scan(redis, team):
                if meant is None or await self._is_meant(redis, team, name, meant):
                    forgotten += int(await cast("Any", redis).unlink(name))
            return forgotten

        try:
            return await self._link.ask(forget, patience_s=_LONG_S)
        except OutOfReach as error:
            raise StorageError(f"the team’s Redis: {error}") from None

    async def _is_meant(self, redis: Redis, team: TeamKey, name: str, meant: Callable[[str], bool]) -> bool:
        """Names are only believed with their whole entry; what cannot be believed goes too."""
        try:
            entry = await self._opened(team, name, await _read(redis, name) or b"")
        except Refused:
            return True
        return entry is None or meant(entry.name)

    async def _quietly(
        self, question: Callable[[Redis], Awaitable[T]], otherwise: T, *, patience_s: float = PATIENCE_S
    ) -> T:
        try:
            return await self._link.ask(question, patience_s=patience_s)
        except OutOfReach:
            return otherwise


def _name(team: TeamKey, key: str) -> str:
    return f"kae:c:{team.team_id}:{key}"


def _saved(team: TeamKey) -> str:
    return f"kae:n:{team.team_id}:saved"


async def _read(redis: Redis, name: str) -> bytes:
    """The value, or what is as good as bad for one that is too large or of another kind, unread."""
    from redis.exceptions import ResponseError

    try:
        async with cast("Any", redis).pipeline(transaction=False) as both:
            both.strlen(name)
            both.getrange(name, 0, _FIRST - 1)
            size, begins = await both.execute()
        if size > LARGEST:
            return b"too large"
        return begins if size <= _FIRST else begins + await cast("Any", redis).getrange(name, _FIRST, LARGEST)
    except ResponseError as error:
        if "WRONGTYPE" in str(error):
            return b"another kind of value"
        raise


async def _scan(redis: Redis, team: TeamKey) -> AsyncGenerator[str, None]:
    async for name in cast("Any", redis).scan_iter(match=f"{_name(team, '')}*", count=_SCAN_AT_ONCE):
        yield name.decode("utf-8", "replace")


async def _apart(size: int, work: Callable[[], T]) -> T:
    return await asyncio.to_thread(work) if size > _IN_A_THREAD else work()
