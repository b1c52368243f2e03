"""Who of a team asks a question just now, so that the others wait for the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from knowalledge_desktop.adapters.redis_link import COMMAND_S, RedisLink
from knowalledge_desktop.adapters.redis_quota import run_script
from knowalledge_desktop.adapters.redis_scripts import Script
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.team import OutOfReach
from knowalledge_desktop.core.team_address import Kind

if TYPE_CHECKING:
    from redis.asyncio import Redis

LEASE_S = 30.0
RENEW_S = 10.0
POLL_S = 1.0
"""News may be lost, and a cluster gives none: look so often."""

_TAKE = Script("""
-- KEYS lease fence; ARGV ttl_ms: the number of the lease, or 0 when somebody has it
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local token = redis.call('INCR', KEYS[2])
redis.call('PEXPIRE', KEYS[2], 86400000)
redis.call('SET', KEYS[1], token, 'PX', ARGV[1])
return token
""")

_RENEW = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
""")

_RELEASE = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[2], KEYS[1])
return 1
""")


class RedisLeases:
    """Implements `Leases`. A lease that nobody renews ends by itself; who loses it asks at most once too often."""

    def __init__(
        self,
        link: RedisLink,
        clock: Clock,
        *,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        on: Callable[[], bool] = lambda: True,
        poll_s: float = POLL_S,
        lease_s: float = LEASE_S,
    ) -> None:
        self._link = link
        self._clock = clock
        self._spawn = spawn
        self._on = on
        self._poll_s = poll_s
        self._lease_s = lease_s

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncGenerator[bool]:
        """Whether this member is the one to ask; also when Redis is gone. The lease ends with the block."""
        try:
            token = await self._take(key)
        except OutOfReach:
            yield True
            return
        if not token:
            yield False
            return
        renewing = self._spawn(self._renew(key, token))
        try:
            yield True
        finally:
            renewing.cancel()
            await asyncio.wait([renewing])
            with suppress(OutOfReach):
                await self._run(_RELEASE, key, token, self._channel())

    async def news(self, key: str) -> None:
        """Until the one who asks is done, or a moment has passed."""
        if self._link.kind is Kind.CLUSTER:
            await self._clock.sleep(self._poll_s)
            return
        try:
            await self._link.ask(lambda redis: self._listen(redis, key), patience_s=self._poll_s + COMMAND_S)
        except OutOfReach:
            await self._clock.sleep(self._poll_s)

    async def _listen(self, redis: Redis, key: str) -> None:
        lease = self._lease(key).encode()
        async with aclosing(cast("Any", redis).pubsub(ignore_subscribe_messages=False)) as line:
            await line.subscribe(self._channel())
            ends = self._clock.monotonic() + self._poll_s
            while (left := ends - self._clock.monotonic()) > 0:
                told = await line.get_message(timeout=left)
                if told is not None and told["type"] == "subscribe":
                    if not await cast("Any", redis).exists(lease):  # it was over before anybody listened
                        return
                elif told is not None and told["data"] == lease:
                    return

    async def _take(self, key: str) -> int:
        if self._link.team is None or not self._on():
            raise OutOfReach("there is no team")
        keys = [self._lease(key), f"{self._head()}fence"]
        ttl = [round(self._lease_s * 1000)]
        return int(await self._link.ask(lambda redis: run_script(redis, _TAKE, keys, ttl)))

    async def _renew(self, key: str, token: int) -> None:
        while True:
            await self._clock.sleep(self._lease_s / (LEASE_S / RENEW_S))
            with suppress(OutOfReach):
                if not await self._run(_RENEW, key, token, round(self._lease_s * 1000)):
                    return

    async def _run(self, script: Script, key: str, *values: object) -> int:
        keys = [self._lease(key)]
        return int(await self._link.ask(lambda redis: run_script(redis, script, keys, values)))

    def _head(self) -> str:
        team = self._link.team
        if team is None:
            raise OutOfReach("there is no team")
        return f"kae:l:{{{team.team_id}}}:"

    def _lease(self, key: str) -> str:
        return f"{self._head()}{key}"

    def _channel(self) -> str:
        return f"{self._head()}news"
