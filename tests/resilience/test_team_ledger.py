"""A member's ledger and place in a team, with a Redis that does as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Admitted, Bucket, Demand, Limits, Refused, Used
from knowalledge_desktop.core.quota_rules import Days
from knowalledge_desktop.core.team import (
    WHOLE,
    EpochChanged,
    Lengths,
    Note,
    OutOfReach,
    OwnUse,
    TeamState,
    Wanted,
    Word,
)
from knowalledge_desktop.resilience.membership import Membership
from knowalledge_desktop.resilience.team_ledger import TeamLedger
from tests.support.fakes import FakeClock

BUCKET = Bucket("default", "gemini-x")
LIMITS = Limits(rpm=12)
NEED = Demand(10)
LENGTHS = Lengths()


class PlannedRedis:
    """Implements `TeamQuota`: `gone` is whether it can be reached, `refuses` what it says to requests."""

    def __init__(self) -> None:
        self.gone = False
        self.refuses: Refused | None = None
        self.epoch = "one"
        self.number = 0
        self.told: list[str] = []
        self.unfit_because = ""
        self._introduced = ""

    def _say(self, word: str) -> None:
        if self.gone:
            raise OutOfReach("Redis gives no answer")
        self.told.append(word)

    async def reserve(self, wanted: Wanted, reservation: str) -> Admitted | Refused:
        self._say(f"reserve {reservation}")
        if self._introduced != self.epoch:
            raise EpochChanged("again")
        return self.refuses or Admitted(reservation, 0.0)

    async def settle(self, reservation: str, bucket: Bucket, used: Used) -> None:
        self._say(f"settle {reservation} {used.tokens}")

    async def give_back(self, reservation: str, bucket: Bucket) -> None:
        self._say(f"give back {reservation}")

    async def learn(self, bucket: Bucket, refused: Refused, cap: int | None) -> None:
        self._say(f"learn {refused.metric.value}")

    async def unlearn(self, bucket: Bucket) -> None:
        self._say("unlearn")

    def introduce(self, member_id: str, epoch: str) -> None:
        self._introduced = epoch

    async def beat(self, name: str, *, reported: str, number: int, knows: bool, roster: str) -> Word:
        self._say("beat")
        self.number += 1
        return Word(self.epoch, self.number, WHOLE // 3, 1000.0, 0.0, "[]")

    async def report(self, uses: tuple[OwnUse, ...]) -> None:
        self._say("report")

    async def rest(self, number: int, *, gone: bool = False) -> None:
        self._say(f"rest {gone}")

    async def unfit(self) -> str:
        self._say("fit?")
        return self.unfit_because

    async def advice(self) -> tuple[str, ...]:
        return ()


class MemoryBook:
    """Implements `TeamBook`."""

    def __init__(self) -> None:
        self.note = Note("me")

    async def read(self) -> Note:
        return self.note

    async def change(self, change: Callable[[Note], Note]) -> Note:
        self.note = change(self.note)
        return self.note


class StillClock(FakeClock):
    """Only a test lets time pass; who sleeps does so until it is ended."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


@dataclass
class Scene:
    clock: StillClock
    redis: PlannedRedis
    book: MemoryBook
    own: LedgerDb
    membership: Membership
    ledger: TeamLedger
    team: list[str | None]

    async def ask(self, reservation: str) -> Admitted | Refused:
        return await self.ledger.reserve(BUCKET, NEED, reservation=reservation)

    async def used(self) -> int:
        gauges = await self.own.gauges(BUCKET)
        return next(gauge.used for gauge in gauges if gauge.metric is Metric.RPM)


@asynccontextmanager
async def scene_in(tmp_path: Path) -> AsyncIterator[Scene]:
    clock, redis, book, team = StillClock(), PlannedRedis(), MemoryBook(), ["team"]
    own = LedgerDb(tmp_path / "ledger.db", clock, defaults=lambda _: LIMITS)

    async def nothing() -> None:
        """There is nothing to read."""

    membership = Membership(
        redis,
        book,
        own.own_uses,
        clock,
        team=lambda: team[0],
        name=lambda: "Anna",
        spawn=lambda work: asyncio.get_running_loop().create_task(work),
        lengths=LENGTHS,
        prepare=nothing,
    )
    ledger = TeamLedger(own, redis, membership, clock, Days())
    try:
        yield Scene(clock, redis, book, own, membership, ledger, list(team))
    finally:
        await ledger.aclose()


async def test_a_request_counts_here_and_in_the_team(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        assert isinstance(await scene.ask("a"), Admitted)
        assert scene.redis.told == ["fit?", "report", "beat", "report", "beat", "reserve a"]
        await scene.ledger.settle("a", Used(7))
        assert scene.redis.told[-1] == "settle a 7"
        assert await scene.used() == 1


async def test_what_the_team_refuses_is_given_back_here(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        scene.redis.refuses = Refused(Metric.RPM, 1_800_000_030.0, 12, 12)
        assert await scene.ask("a") == scene.redis.refuses
        assert (await scene.used(), scene.redis.told[-1]) == (0, "give back a")


async def test_what_the_own_ledger_refuses_never_reaches_the_team(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.own.set_limits(BUCKET, Limits(rpm=0))
        assert isinstance(await scene.ask("a"), Refused)
        assert "reserve a" not in scene.redis.told


async def test_after_a_new_epoch_everything_is_reported_before_anything_is_admitted(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.ask("a")
        scene.redis.told.clear()
        scene.redis.epoch = "two"
        assert isinstance(await scene.ask("b"), Admitted)
        assert scene.redis.told == ["reserve b", "fit?", "report", "beat", "report", "beat", "reserve b"]


async def test_cut_off_nothing_then_the_share_and_on_return_all_is_told(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.ask("a")
        scene.redis.gone = True
        refused = await scene.ask("b")
        assert isinstance(refused, Refused)
        assert (refused.apart, refused.limit, scene.membership.state) == (True, 0, TeamState.APART)
        assert refused.until == pytest.approx(scene.clock.now() + LENGTHS.silent_s + LENGTHS.whole_s)
        await scene.ledger.settle("a", Used(7))  # cannot be told now
        scene.clock.advance(LENGTHS.silent_s + LENGTHS.whole_s)
        allowed = [isinstance(await scene.ask(f"c{number}"), Admitted) for number in range(6)]
        assert allowed == [True] * 4 + [False] * 2  # a third of 12
        scene.redis.gone = False
        scene.redis.told.clear()
        assert await scene.membership.look() is TeamState.TOGETHER
        assert scene.redis.told[:2] == ["fit?", "report"]
        assert {"settle a 7", "give back b"} <= set(scene.redis.told[: scene.redis.told.index("beat")])


async def test_an_unfit_server_admits_nothing(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        scene.redis.unfit_because = "It may drop what it counts."
        refused = await scene.ask("a")
        assert isinstance(refused, Refused)
        assert (refused.apart, scene.membership.state) == (True, TeamState.REFUSED)
        assert scene.membership.trouble == "It may drop what it counts."


async def test_a_member_that_was_never_heard_has_no_share(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        scene.redis.gone = True
        refused = await scene.ask("a")
        assert isinstance(refused, Refused)
        assert refused.until - scene.clock.now() > 120.0
        scene.clock.advance(10_000.0)
        assert isinstance(await scene.ask("b"), Refused)


async def test_what_google_refused_one_is_told_to_all(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.ask("a")
        await scene.ledger.learn(BUCKET, quota_id="GenerateRequestsPerMinutePerProject", limit=5, until=None)
        assert scene.redis.told[-1] == "learn rpm"
        await scene.ledger.set_limits(BUCKET, Limits(rpm=9))
        assert scene.redis.told[-1] == "unlearn"


async def test_at_the_end_the_share_goes_back(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.ask("a")
        await scene.membership.aclose()
        assert scene.redis.told[-1] == "rest False"
        assert scene.book.note.share == 0


async def test_a_share_stays_while_another_process_of_the_member_speaks(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.ask("a")
        now = scene.clock.monotonic()
        scene.book.note = replace(scene.book.note, voices=f"{scene.book.note.voices} other:{now}")
        await scene.membership.aclose()
        assert not scene.redis.told[-1].startswith("rest")
