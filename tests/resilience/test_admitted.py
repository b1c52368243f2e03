"""What reaches the service: in turn, reserved, and settled however it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace

import pytest

from knowalledge_desktop.core.circuit import CircuitState, Family
from knowalledge_desktop.core.errors import (
    BudgetReached,
    CircuitOpen,
    KeyMissing,
    ModelUnavailable,
    Offline,
    QueueFull,
    QuotaExhausted,
    RequestTooBig,
    TimedOut,
)
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Bucket, Demand, Refused, Used
from knowalledge_desktop.core.request import Answer, Part, Priority, Queued, Request, Task
from knowalledge_desktop.core.sentences import one_line
from knowalledge_desktop.resilience.admitted import PATIENCE_S, QUEUE_MAX, Admitted, Gate, Tariff
from knowalledge_desktop.resilience.breaker import Breaker, Circuits
from tests.support.engines import PlannedEngine, Step, settle, subtopics_answer, told
from tests.support.fakes import FakeClock
from tests.support.ledgers import PlannedLedger

ASK = Request(Task.SUBTOPICS, "DNA")
BUCKET = Bucket("default", "model-x")
ESTIMATE = Demand(tokens=900, cost_micro=70, operation="subtopics")


def used(request: Request, answer: Answer) -> Used:
    return Used(answer.usage.prompt_tokens, 0, 5, answer.usage.output_tokens)


class Bench:
    """An engine behind a gate."""

    def __init__(self, *plans: Sequence[Step], rpm: int | None = None, gate: asyncio.Event | None = None) -> None:
        self.clock = FakeClock()
        self.ledger = PlannedLedger(self.clock, rpm)
        self.engine = PlannedEngine(*(plans or ([subtopics_answer()],)), gate=gate)
        self.circuits = Circuits(self.clock)
        tariff = Tariff(lambda request: BUCKET, lambda request: ESTIMATE, used)
        self.gate = Gate(self.ledger, self.circuits, tariff, self.clock, key=lambda request: request.topic)
        self.admitted = Admitted(self.engine, gate=self.gate, clock=self.clock)
        self.stack = Breaker(self.admitted, circuits=self.circuits)

    async def ask(self, request: Request = ASK) -> list[Part]:
        return await told(self.stack, request)


async def test_a_request_is_reserved_by_estimate_and_settled_by_use() -> None:
    bench = Bench()
    assert [type(part) for part in await bench.ask()] == [Answer]
    ((reservation, (bucket, demand, _)),) = bench.ledger.reserved.items()
    assert (bucket, demand) == (BUCKET, ESTIMATE)
    assert bench.ledger.settled == {reservation: Used(10, 0, 5, 20)}


async def test_one_that_was_sent_and_failed_counts_by_its_estimate() -> None:
    nothing, all_of_it = Used(0), Used(900, 0, 70)
    cases = ((ModelUnavailable("503"), nothing), (TimedOut("60 s"), all_of_it), (Offline("ReadError"), all_of_it))
    for error, used_up in cases:
        bench = Bench([error])
        with pytest.raises(type(error)):
            await bench.ask()
        assert list(bench.ledger.settled.values()) == [used_up]


async def test_one_that_was_never_sent_is_given_back() -> None:
    for error in (KeyMissing(), Offline("ConnectError", never_sent=True)):
        bench = Bench([error])
        with pytest.raises(type(error)):
            await bench.ask()
        assert bench.ledger.settled == {}
        assert len(bench.ledger.given_back) == 1


async def test_what_waits_says_for_what_and_goes_when_it_frees() -> None:
    bench = Bench(rpm=2)
    began = bench.clock.now()
    await bench.ask()
    await bench.ask()
    parts = await bench.ask()
    assert parts[0] == Queued(1, "model-x", "rpm", began + 60)
    assert isinstance(parts[-1], Answer)
    assert bench.clock.now() == began + 60
    assert bench.gate.waiting() == 0


async def test_cancelled_while_waiting_takes_nothing_and_frees_the_place() -> None:
    bench = Bench()
    blocked = Refused(Metric.RPM, bench.clock.now() + 100, 1, 1)
    bench.ledger.refusals.extend([blocked] * 5)
    async with aclosing(bench.stack.ask(ASK)) as parts:
        assert isinstance(await anext(parts), Queued)
        assert bench.gate.waiting() == 1
    assert bench.gate.waiting() == 0
    assert bench.ledger.reserved == {}
    assert bench.engine.asked == []


async def test_a_full_line_takes_no_more_and_says_so_until_one_leaves_it() -> None:
    bench = Bench()
    blocked = Refused(Metric.RPM, bench.clock.now() + 100, 1, 1)
    bench.ledger.refusals.extend([blocked] * 2 * QUEUE_MAX)
    async with AsyncExitStack() as line:
        for number in range(QUEUE_MAX - 1):
            parts = await line.enter_async_context(aclosing(bench.stack.ask(replace(ASK, topic=f"T{number}"))))
            assert isinstance(await anext(parts), Queued)
        async with aclosing(bench.stack.ask(ASK)) as last:
            assert isinstance(await anext(last), Queued)
            assert bench.gate.waiting() == QUEUE_MAX
            with pytest.raises(QueueFull) as caught:
                await bench.ask()
            assert one_line(caught.value).startswith(f"Too many requests wait already. {QUEUE_MAX} requests wait")
            assert bench.gate.waiting() == QUEUE_MAX
        async with aclosing(bench.stack.ask(ASK)) as again:
            assert isinstance(await anext(again), Queued)
    assert bench.gate.waiting() == 0
    assert bench.engine.asked == []


async def test_nobody_waits_for_tomorrow() -> None:
    bench = Bench()
    until = bench.clock.now() + PATIENCE_S + 1
    bench.ledger.refusals.append(Refused(Metric.RPD, until, 250, 250))
    with pytest.raises(QuotaExhausted) as caught:
        await bench.ask()
    assert (caught.value.until, caught.value.limit, caught.value.model) == (until, 250, "model-x")
    assert bench.engine.asked == []


@pytest.mark.parametrize(
    ("refused", "kind"),
    [
        (Refused(Metric.DAY_BUDGET, 1_800_000_001.0, 50_000, 49_990), BudgetReached),
        (Refused(Metric.TPM, 1_800_000_001.0, 100, 0, impossible=True), RequestTooBig),
    ],
)
async def test_what_waiting_cannot_help_is_said_at_once(refused: Refused, kind: type[QuotaExhausted]) -> None:
    bench = Bench()
    bench.ledger.refusals.append(refused)
    with pytest.raises(kind):
        await bench.ask()
    assert bench.engine.asked == []


async def test_a_429_is_learnt_and_carries_the_time() -> None:
    error = QuotaExhausted(
        "429", until=1_800_000_030.0, quota_id="GenerateRequestsPerMinutePerProjectPerModel", limit=10
    )
    bench = Bench([error])
    with pytest.raises(QuotaExhausted) as caught:
        await bench.ask()
    assert bench.ledger.learnt == [(error.quota_id, 10, error.until)]
    assert (caught.value.quota_id, caught.value.limit) == ("rpm", 10)
    assert len(bench.ledger.settled) == 1  # it was sent, so it counts
    assert bench.circuits.states()[Family.TEXT] is CircuitState.CLOSED


async def test_the_urgent_go_first_and_a_joiner_can_lift_what_waits() -> None:
    bench = Bench(rpm=1)
    await bench.ask(replace(ASK, topic="first"))
    order: list[str] = []

    async def ask(topic: str, priority: Priority) -> None:
        await bench.ask(replace(ASK, topic=topic, priority=priority))
        order.append(topic)

    bench.ledger.rpm = 0
    async with asyncio.TaskGroup() as group:
        bench.ledger.refusals.extend([Refused(Metric.RPM, bench.clock.now() + 5, 1, 1)] * 4)
        group.create_task(ask("low", Priority.LOW))
        group.create_task(ask("lifted", Priority.LOW))
        group.create_task(ask("high", Priority.HIGH))
        group.create_task(ask("critical", Priority.CRITICAL))
        await settle(lambda: bench.gate.waiting() == 4)
        bench.gate.promote(replace(ASK, topic="lifted", priority=Priority.HIGH))
        bench.ledger.rpm = None
        bench.gate.look_again()
    assert order == ["critical", "lifted", "high", "low"]


async def test_one_that_was_joined_before_it_stood_in_line_comes_into_it_lifted() -> None:
    bench = Bench(rpm=1)
    await bench.ask(replace(ASK, topic="first"))
    bench.gate.promote(replace(ASK, topic="joined", priority=Priority.MEDIUM))
    bench.gate.promote(replace(ASK, topic="joined", priority=Priority.HIGH))
    bench.gate.promote(
        replace(ASK, topic="joined", priority=Priority.LOW)
    )  # whoever is in no hurry lowers nothing
    bench.gate.promote(replace(ASK, topic="over", priority=Priority.HIGH))
    bench.gate.landed("over")
    order: list[str] = []

    async def ask(topic: str, priority: Priority) -> None:
        await bench.ask(replace(ASK, topic=topic, priority=priority))
        order.append(topic)

    bench.ledger.rpm = 0
    async with asyncio.TaskGroup() as group:
        bench.ledger.refusals.extend([Refused(Metric.RPM, bench.clock.now() + 5, 1, 1)] * 4)
        for topic, priority in (("medium", Priority.MEDIUM), ("over", Priority.LOW), ("joined", Priority.LOW)):
            group.create_task(ask(topic, priority))
        await settle(lambda: bench.gate.waiting() == 3)
        bench.ledger.rpm = None
        bench.gate.look_again()
    assert order == ["joined", "medium", "over"]


async def test_an_open_circuit_fails_before_the_queue_and_twenty_at_half_open_send_one() -> None:
    bench = Bench([ModelUnavailable("503")])
    for _ in range(5):
        with pytest.raises(ModelUnavailable):
            await bench.ask()
    with pytest.raises(CircuitOpen):
        await bench.ask()
    assert len(bench.engine.asked) == 5
    bench.clock.advance(61)

    async def ask() -> str:
        try:
            await bench.ask()
        except (ModelUnavailable, CircuitOpen) as error:
            return type(error).__name__
        return "answer"

    async with asyncio.TaskGroup() as group:
        asks = [group.create_task(ask()) for _ in range(20)]
    assert sorted(each.result() for each in asks) == ["CircuitOpen"] * 19 + ["ModelUnavailable"]
    assert len(bench.engine.asked) == 6


async def test_a_cancelled_probe_frees_its_place() -> None:
    held = asyncio.Event()
    bench = Bench([ModelUnavailable("503")], gate=held)
    held.set()
    for _ in range(5):
        with pytest.raises(ModelUnavailable):
            await bench.ask()
    bench.clock.advance(61)
    held.clear()
    async with asyncio.TaskGroup() as group:
        probe = group.create_task(bench.ask())
        await settle(lambda: len(bench.engine.asked) == 6)
        with pytest.raises(CircuitOpen):
            await bench.ask()
        probe.cancel()
    assert bench.circuits.states()[Family.TEXT] is CircuitState.HALF_OPEN
    assert len(bench.ledger.settled) == 6  # it was sent, so it counts


async def test_lists_of_models_are_not_charged() -> None:
    bench = Bench(rpm=0)
    await bench.ask(Request(Task.LIST_MODELS))
    assert bench.ledger.reserved == {}
