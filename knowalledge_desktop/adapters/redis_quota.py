"""The team's count of requests in Redis, and the list of its members."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING, Any, cast

from knowalledge_desktop.adapters import redis_member_scripts as members
from knowalledge_desktop.adapters import redis_scripts as scripts
from knowalledge_desktop.adapters.redis_link import RedisLink
from knowalledge_desktop.adapters.redis_scripts import Script
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.quota import Admitted, Bucket, Refused, Used
from knowalledge_desktop.core.team import (
    ASSURED,
    FORGOTTEN_S,
    EpochChanged,
    Lengths,
    OutOfReach,
    OwnUse,
    Unsure,
    Wanted,
    Word,
)

if TYPE_CHECKING:
    from redis.asyncio import Redis

_MEANT_MS = 1000  # a call that reaches Redis later than this is not done any more
_CAP_S = 86_400.0
_PACKED = json.JSONEncoder(separators=(",", ":")).encode
_EVICTING = ("allkeys-", "volatile-")


class RedisQuota:
    """Implements `TeamQuota`; see `redis_scripts` for what Redis decides.

    To be introduced before anything is asked.
    """

    def __init__(self, link: RedisLink, clock: Clock, lengths: Lengths) -> None:
        self._link = link
        self._clock = clock
        self._lengths = lengths
        self._me = ""
        self._ahead_s: float | None = None  # how far the server's clock is ahead of our monotonic one, at least
        self._epoch = ""
        whole_s = lengths.whole_s
        self._always = (*map(_ms, (whole_s, lengths.minute_s, lengths.deadline_s, lengths.silent_s)), ASSURED)
        self._named: dict[tuple[object, ...], tuple[str, ...]] = {}

    def introduce(self, member_id: str, epoch: str) -> None:
        """Who asks from now on, and in which epoch that member has reported; without one nothing is admitted."""
        self._me, self._epoch = member_id, epoch

    # --- requests -------------------------------------------------------------------------------------------

    async def reserve(self, wanted: Wanted, reservation: str) -> Admitted | Refused:
        """Count a request in, for all members; raises OutOfReach, EpochChanged among it."""
        limits, demand = wanted.limits, wanted.demand
        values: list[object] = [
            self._me,
            self._epoch,
            reservation,
            *self._always,
            demand.tokens,
            demand.images,
            -1 if limits.rpm is None else limits.rpm,
            -1 if limits.tpm is None else limits.tpm,
            -1 if limits.ipm is None else limits.ipm,
            -1 if limits.rpd is None else limits.rpd,
            -1 if limits.tpd is None else limits.tpd,
            wanted.requests,
            wanted.tokens,
            wanted.images,
        ]
        for name, age_s, left_s, requests, tokens in wanted.days:
            values += [name, _ms(age_s), _ms(left_s), requests, tokens]
        told = await self._run(scripts.RESERVE, self._bucket_keys(wanted.bucket, "rule"), values)
        if told[0] == -2:
            raise EpochChanged("Redis was started again")
        now = self._clock.now()
        if told[0]:
            return Admitted(reservation, now)
        metric, until, limit, used, by_google, impossible = told[2:8]
        at = inf if impossible else now + (until - told[1]) / 1000
        return Refused(Metric(metric.decode()), at, limit, used, told=bool(by_google), impossible=bool(impossible))

    async def settle(self, reservation: str, bucket: Bucket, used: Used) -> None:
        """Replace the estimate by what was used; raises OutOfReach."""
        await self._settle(reservation, bucket, used.tokens, used.images)

    async def give_back(self, reservation: str, bucket: Bucket) -> None:
        """The request was never sent: forget it; raises OutOfReach."""
        await self._settle(reservation, bucket, -1, 0)

    async def _settle(self, reservation: str, bucket: Bucket, tokens: int, images: int) -> None:
        values = (reservation, _ms(self._lengths.minute_s), tokens, images)
        await self._run(scripts.SETTLE, self._bucket_keys(bucket), values, late=True)

    async def learn(self, bucket: Bucket, refused: Refused, cap: int | None) -> None:
        """Google refused a member: nobody sends before that is over; raises OutOfReach."""
        left_s = max(0.0, refused.until - self._clock.now())
        values = (refused.metric.value, _ms(left_s), -1 if cap is None else cap, _ms(max(left_s, _CAP_S)), "0")
        await self._run(scripts.LEARN, self._keys(bucket, "rule"), values, late=True)

    async def unlearn(self, bucket: Bucket) -> None:
        """Forget what was learned; raises OutOfReach."""
        await self._run(scripts.LEARN, self._keys(bucket, "rule"), ("", 0, -1, 1, "1"))

    # --- members --------------------------------------------------------------------------------------------

    async def beat(self, name: str, *, reported: str, number: int, knows: bool, roster: str) -> Word:
        """A sign of life, with the epoch this member has reported in and the number of the last word it got.

        Raises OutOfReach, Unsure when it may have been heard. `knows` is False for a member that cannot tell
        who else belongs to the team.
        """
        grace, forgotten = _ms(self._lengths.whole_s), _ms(FORGOTTEN_S)
        values = (self._me, name, reported, grace, forgotten, number, str(int(knows)), roster or "[]")
        await self._look_at_time()  # so that only what is heard at once is not sure
        try:
            told = await self._run(members.BEAT, self._keys(None), values)
        except OutOfReach as error:
            raise Unsure(str(error)) from None
        _, now, epoch, number, share, granted, grace_until, listed = told
        return Word(
            epoch.decode(),
            number,
            share,
            granted / 1000,
            max(0.0, (int(grace_until) - now) / 1000),
            listed.decode(),
        )

    async def report(self, uses: Sequence[OwnUse]) -> None:
        """Tell all that this member has sent; raises OutOfReach."""
        for use in uses:
            live = [
                [
                    row.reservation,
                    _ms(row.releases_s),
                    row.tokens,
                    row.images,
                    int(row.settled),
                    " ".join(row.days),
                ]
                for row in use.live
            ]
            values = (self._me, _ms(self._lengths.minute_s), json.dumps(live), json.dumps(use.days))
            await self._run(members.REPORT, self._bucket_keys(use.bucket), values)

    async def rest(self, number: int, *, gone: bool = False) -> None:
        """This member needs no share for now, or leaves the team; raises OutOfReach."""
        await self._run(members.REST, self._keys(None), (self._me, number, str(int(gone))))

    async def used_today(self, bucket: Bucket, day: str) -> dict[str, int]:
        """Requests of a day by member; raises OutOfReach."""
        key = f"{self._keys(bucket, '')[-1]}d:{day}"

        async def question(redis: Redis) -> dict[bytes, bytes]:
            return await cast("Any", redis).hgetall(key)

        found = await self._link.ask(question)
        return {who[:-2].decode(): int(value) for who, value in found.items() if who.endswith(b":r")}

    async def unfit(self) -> str:
        """Why this server must not count for a team, or nothing; raises OutOfReach."""
        told = await self._link.ask(_memory, tries=True)  # the first that is asked after a silence
        policy = _text(told.get("maxmemory_policy", ""))
        if policy.startswith(_EVICTING):
            return (
                f"This Redis may drop what it counts when its memory is full (maxmemory-policy is {policy}). "
                "Set maxmemory-policy to noeviction, or use another server for the team."
            )
        return ""

    async def advice(self) -> tuple[str, ...]:
        """What would make this server safer; raises OutOfReach."""
        told = await self._link.ask(_persistence)
        if told and str(told.get("aof_enabled")) == "0":
            return (
                "Redis does not keep a log of its changes (appendonly is no). After a restart the team waits "
                "until all have told again what they sent. Set appendonly to yes.",
            )
        return ()

    # --- one call -------------------------------------------------------------------------------------------

    def _keys(self, bucket: Bucket | None, *names: str) -> tuple[str, ...]:
        team = self._link.team
        if team is None:
            raise OutOfReach("there is no team")
        asked = (team.team_id, bucket, names)
        known = self._named.get(asked)
        if known is None:  # there are few of them, and they never change
            known = self._named[asked] = _names(*asked)
        return known

    def _bucket_keys(self, bucket: Bucket, *more: str) -> tuple[str, ...]:
        return self._keys(bucket, "live", "entry", "use", *more)

    async def _run(
        self, script: Script, keys: Sequence[str], values: Sequence[object], *, late: bool = False
    ) -> list[Any]:
        """What the script says. A `late` one is done whenever it arrives."""
        ahead_s = await self._look_at_time() if self._ahead_s is None else self._ahead_s
        meant = 0 if late else _ms(self._clock.monotonic() + ahead_s) + _MEANT_MS
        packed = (_PACKED((keys[1:], (meant, *values))),)
        told = await self._link.ask(lambda redis: run_script(redis, script, keys[:1], packed))
        self._ahead_s = told[1] / 1000 - self._clock.monotonic()
        if told[0] == -1:
            raise OutOfReach("Redis was too late")
        return told

    async def _look_at_time(self) -> float:
        """How far ahead the clock is of the server that has the team's keys, of those of a cluster."""
        where = self._keys(None)[:1]
        seconds, micro = await self._link.ask(lambda redis: run_script(redis, scripts.TIME, where, ()), tries=True)
        self._ahead_s = ahead_s = int(seconds) + int(micro) / 1e6 - self._clock.monotonic()
        return ahead_s


def _names(team_id: str, bucket: Bucket | None, names: Sequence[str]) -> tuple[str, ...]:
    head = f"kae:q:{{{team_id}}}:"
    if bucket is None:
        return f"{head}state", f"{head}members"
    about = json.dumps([bucket.project, bucket.model]).encode()
    mark = hashlib.sha256(about).hexdigest()[:16]
    return f"{head}state", f"{head}members", *(f"{head}{mark}:{name}" for name in names)


async def run_script(redis: Redis, script: Script, keys: Sequence[str], values: Sequence[object]) -> Any:  # noqa: ANN401
    """Run a script by its print, and whole when the server does not know it (any more)."""
    from redis.exceptions import NoScriptError

    told = (len(keys), *keys, *values)
    try:
        return await cast("Any", redis).execute_command("EVALSHA", script.print, *told)
    except NoScriptError:
        return await cast("Any", redis).eval(script.text, *told)


async def _memory(redis: Redis) -> dict[str, Any]:
    return await _info(redis, "memory")


async def _persistence(redis: Redis) -> dict[str, Any]:
    return await _info(redis, "persistence")


async def _info(redis: Redis, section: str) -> dict[str, Any]:
    """One section, of each server of a cluster the one that says most; empty when the user may not ask."""
    from redis.exceptions import NoPermissionError

    try:
        told = await cast("Any", redis).info(section)
    except NoPermissionError:
        return {}
    if told and all(isinstance(each, dict) for each in told.values()):
        rows = list(cast("dict[str, dict[str, Any]]", told).values())
        evicting = [row for row in rows if _text(row.get("maxmemory_policy", "")).startswith(_EVICTING)]
        return (evicting or rows)[0]
    return told


def _text(told: object) -> str:
    return told.decode() if isinstance(told, bytes) else str(told)


def _ms(seconds: float) -> int:
    return round(min(seconds, 10.0**11) * 1000)
