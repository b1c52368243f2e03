"""What sending needs is loaded before a place in the window is taken."""

from __future__ import annotations

import asyncio

from knowalledge_desktop.core.request import Answer, Request, Task
from knowalledge_desktop.resilience.admitted import Admitted, Gate
from knowalledge_desktop.resilience.breaker import Circuits
from tests.support.engines import PlannedEngine, subtopics_answer, told
from tests.support.fakes import FakeClock
from tests.support.gates import tariff
from tests.support.ledgers import PlannedLedger

ASK = Request(Task.SUBTOPICS, "DNA")


def gated(ledger: PlannedLedger, clock: FakeClock, loaded: asyncio.Event, waits: asyncio.Event) -> Admitted:
    async def ready() -> None:
        waits.set()
        await loaded.wait()

    gate = Gate(ledger, Circuits(clock), tariff(), clock, key=lambda request: request.topic, ready=ready)
    return Admitted(PlannedEngine([subtopics_answer()]), gate=gate, clock=clock)


async def test_nothing_is_reserved_while_modules_are_loaded() -> None:
    clock, loaded, waits = FakeClock(), asyncio.Event(), asyncio.Event()
    ledger = PlannedLedger(clock)
    admitted = gated(ledger, clock, loaded, waits)
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(told(admitted, ASK))
        await waits.wait()
        assert not ledger.reserved
        loaded.set()
    assert isinstance(asked.result()[-1], Answer)
    assert len(ledger.reserved) == 1


async def test_who_leaves_while_modules_are_loaded_leaves_nothing() -> None:
    clock, loaded, waits = FakeClock(), asyncio.Event(), asyncio.Event()
    ledger = PlannedLedger(clock)
    admitted = gated(ledger, clock, loaded, waits)
    asked = asyncio.ensure_future(told(admitted, ASK))
    await waits.wait()
    asked.cancel()
    await asyncio.wait([asked])
    assert asked.cancelled()
    assert not ledger.reserved
    assert not ledger.settled
