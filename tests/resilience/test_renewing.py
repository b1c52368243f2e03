"""Old answers are asked for again behind: a few at a time, none twice, and never in anybody's way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from knowalledge_desktop.core.cache import LookUps
from knowalledge_desktop.core.errors import QuotaExhausted
from knowalledge_desktop.core.request import EngineChoice, Priority, Request, Task
from knowalledge_desktop.resilience.renewing import AT_ONCE, Renewals
from tests.support.engines import PlannedEngine, Step, answer, parsed_subtopics, settle, spawn
from tests.support.fakes import FakeClock

ASK = Request(Task.SUBTOPICS, "DNA")
NEW = [answer(parsed_subtopics("new"))]


class Bench:
    def __init__(self, *plans: Sequence[Step], gate: asyncio.Event | None = None) -> None:
        self.engine = PlannedEngine(*plans, gate=gate)
        self.clock = FakeClock()
        self.look_ups = LookUps()
        self.allowed = True
        self.renewals = Renewals(spawn=spawn, may=self.may, look_ups=self.look_ups, monotonic=self.clock.monotonic)

    async def may(self) -> bool:
        return self.allowed

    def begin(self, key: str = "k") -> bool:
        return self.renewals.begin(key, ASK, self.engine.ask)


async def test_it_is_asked_anew_at_the_lowest_priority_of_gemini_alone() -> None:
    bench = Bench(NEW)
    assert bench.begin()
    await settle(lambda: bench.look_ups.renewed == 1)
    wanted = replace(ASK, fresh=True, priority=Priority.LOW, engine=EngineChoice.GEMINI)
    assert bench.engine.asked == [wanted]
    await bench.renewals.aclose()


async def test_none_runs_twice_and_only_a_few_at_a_time() -> None:
    gate = asyncio.Event()
    bench = Bench(NEW, gate=gate)
    assert [bench.begin(key) for key in ("a", "a", "b", "c")] == [True, False, True, False]
    await settle(lambda: len(bench.engine.asked) == AT_ONCE)
    gate.set()
    await settle(lambda: bench.look_ups.renewed == AT_ONCE)
    await settle(lambda: bench.begin("c"))
    await bench.renewals.aclose()


async def test_nothing_is_asked_while_it_may_not_be() -> None:
    bench = Bench(NEW)
    bench.allowed = False
    bench.begin()
    await settle(lambda: bench.begin("k"))  # the first has ended without a word
    await bench.renewals.aclose()
    assert bench.engine.asked == []


async def test_after_a_failure_it_rests() -> None:
    bench = Bench([QuotaExhausted("429")])
    bench.begin()
    await settle(lambda: bench.look_ups.renewals_failed == 1)
    await asyncio.sleep(0)
    assert not bench.begin()
    bench.clock.advance(600)
    assert bench.begin()
    await settle(lambda: bench.look_ups.renewals_failed == 2)
    await bench.renewals.aclose()


async def test_closing_ends_what_runs() -> None:
    bench = Bench(NEW, gate=asyncio.Event())
    bench.begin()
    await settle(lambda: len(bench.engine.asked) == 1)
    await bench.renewals.aclose()
    assert bench.engine.open == 0
    assert not bench.begin("later")
