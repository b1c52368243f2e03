from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from knowalledge_desktop.core.errors import Offline
from knowalledge_desktop.core.request import Answer, Priority, Request, Restarted, Task, TextDelta
from knowalledge_desktop.resilience.coalesced import Coalesced
from tests.support.engines import PlannedEngine, explanation_parts, settle, spawn, subtopics_answer, told

ASK = Request(Task.SUBTOPICS, "DNA")


def topic_key(request: Request) -> str:
    return request.topic


def coalesced(engine: PlannedEngine) -> Coalesced:
    return Coalesced(engine, key=topic_key, spawn=spawn)


def own_tasks() -> int:
    return len(asyncio.all_tasks()) - 1


async def test_a_hundred_equal_requests_are_one_call() -> None:
    gate = asyncio.Event()
    engine = PlannedEngine(explanation_parts(), gate=gate)
    shared = coalesced(engine)
    async with asyncio.TaskGroup() as group:
        asks = [group.create_task(told(shared, replace(ASK, priority=Priority(1 + n % 4)))) for n in range(100)]
        await settle(lambda: len(engine.asked) == 1)
        gate.set()
    assert [ask.result() for ask in asks] == [explanation_parts()] * 100
    assert len(engine.asked) == 1
    assert engine.open == 0
    assert own_tasks() == 0


async def test_different_requests_are_different_calls() -> None:
    engine = PlannedEngine([subtopics_answer()])
    shared = coalesced(engine)
    async with asyncio.TaskGroup() as group:
        for topic in ("DNA", "RNA"):
            group.create_task(told(shared, replace(ASK, topic=topic)))
    assert sorted(r.topic for r in engine.asked) == ["DNA", "RNA"]


async def test_one_after_the_other_asks_again() -> None:
    engine = PlannedEngine([subtopics_answer()])
    shared = coalesced(engine)
    await told(shared, ASK)
    await told(shared, ASK)
    assert len(engine.asked) == 2


async def test_late_joiner_is_told_everything_again_restarts_too() -> None:
    gate = asyncio.Event()
    gate.set()
    parts = [TextDelta("half"), Restarted("again"), *explanation_parts()]
    engine = PlannedEngine(parts, gate=gate)
    shared = coalesced(engine)
    async with aclosing(shared.ask(ASK)) as first:
        early = [await anext(first), await anext(first)]
        late = await told(shared, ASK)
        early += [part async for part in first]
    assert late == early == parts
    assert len(engine.asked) == 1


async def test_leader_cancelled_the_other_99_get_the_answer_of_one_call() -> None:
    gate = asyncio.Event()
    engine = PlannedEngine(explanation_parts(), gate=gate)
    shared = coalesced(engine)
    async with asyncio.TaskGroup() as group:
        asks = [group.create_task(told(shared, ASK)) for _ in range(100)]
        await settle(lambda: len(engine.asked) == 1)
        asks[0].cancel()
        await settle(asks[0].done)
        assert engine.open == 1
        gate.set()
    assert asks[0].cancelled()
    assert [ask.result() for ask in asks[1:]] == [explanation_parts()] * 99
    assert (len(engine.asked), engine.cancelled, own_tasks()) == (1, 0, 0)


async def test_leader_that_stops_reading_does_not_stop_the_others() -> None:
    gate = asyncio.Event()
    engine = PlannedEngine(explanation_parts(), gate=gate)
    shared = coalesced(engine)
    async with asyncio.TaskGroup() as group:
        follower = group.create_task(told(shared, ASK))
        await settle(lambda: len(engine.asked) == 1)
        gate.set()
        async with aclosing(shared.ask(ASK)) as leader:
            await anext(leader)
    assert follower.result() == explanation_parts()
    assert len(engine.asked) == 1


async def test_all_cancelled_closes_the_call_and_the_next_asks_anew() -> None:
    gate = asyncio.Event()
    engine = PlannedEngine(explanation_parts(), gate=gate)
    shared = coalesced(engine)
    asks = [spawn(_drain(shared)) for _ in range(20)]
    await settle(lambda: len(engine.asked) == 1)
    for ask in asks:
        ask.cancel()
    await asyncio.wait(asks)
    assert all(ask.cancelled() for ask in asks)
    assert (engine.open, engine.cancelled, own_tasks()) == (0, 1, 0)
    gate.set()
    assert await told(shared, ASK) == explanation_parts()
    assert len(engine.asked) == 2


async def test_closing_the_only_reader_closes_the_call_before_it_returns() -> None:
    engine = PlannedEngine([TextDelta("a"), TextDelta("b"), subtopics_answer()], turns=1)
    shared = coalesced(engine)
    async with aclosing(shared.ask(ASK)) as parts:
        await anext(parts)
    assert (engine.open, engine.cancelled) == (0, 1)
    assert own_tasks() == 0


async def test_ended_before_the_call_began_leaves_nothing() -> None:
    def ending(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = spawn(work)
        task.cancel()
        return task

    engine = PlannedEngine([subtopics_answer()])
    ask = spawn(_drain(Coalesced(engine, key=topic_key, spawn=ending)))
    await asyncio.wait([ask])
    assert ask.cancelled()
    assert engine.asked == []


async def test_an_error_reaches_all_and_is_not_kept() -> None:
    gate = asyncio.Event()
    trouble = Offline("no route")
    engine = PlannedEngine([TextDelta("a"), trouble], [subtopics_answer()], gate=gate)
    shared = coalesced(engine)
    asks = [spawn(_drain(shared)) for _ in range(10)]
    await settle(lambda: len(engine.asked) == 1)
    gate.set()
    await asyncio.wait(asks)
    assert [ask.exception() for ask in asks] == [trouble] * 10
    assert own_tasks() == 0
    assert await told(shared, ASK) == [subtopics_answer()]


async def test_the_trace_of_a_shared_error_does_not_grow() -> None:
    async def depth(count: int) -> int:
        engine = PlannedEngine([trouble := Offline()], gate=(gate := asyncio.Event()))
        shared = coalesced(engine)
        asks = [spawn(_drain(shared)) for _ in range(count)]
        await settle(lambda: len(engine.asked) == 1)
        gate.set()
        await asyncio.wait(asks)
        assert all(ask.exception() is trouble for ask in asks)
        steps, trace = 0, trouble.__traceback__
        while trace is not None:
            steps, trace = steps + 1, trace.tb_next
        return steps

    assert await depth(50) == await depth(1)


async def test_a_bug_reaches_those_who_wait_and_no_group_that_owns_the_call() -> None:
    engine = PlannedEngine([ValueError("a bug")])
    async with asyncio.TaskGroup() as owner:
        shared = Coalesced(engine, key=topic_key, spawn=owner.create_task)
        with pytest.raises(ValueError, match="a bug"):
            await told(shared, ASK)


async def test_an_owner_that_ends_the_call_leaves_nobody_waiting() -> None:
    started: list[asyncio.Task[None]] = []

    def remembering(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        started.append(spawn(work))
        return started[-1]

    engine = PlannedEngine([subtopics_answer()], gate=asyncio.Event())
    shared = Coalesced(engine, key=topic_key, spawn=remembering)
    asks = [spawn(_drain(shared)) for _ in range(3)]
    await settle(lambda: len(engine.asked) == 1)
    started[0].cancel()
    await asyncio.wait(asks)
    assert all(ask.cancelled() for ask in asks)
    assert engine.open == 0


async def test_after_its_answer_a_call_may_tidy_up() -> None:
    engine = TidyEngine()
    shared = Coalesced(engine, key=topic_key, spawn=spawn)
    async with aclosing(shared.ask(ASK)) as parts:
        assert isinstance(await anext(parts), Answer)
        # and no further: most readers leave at the answer
    assert engine.tidied
    assert own_tasks() == 0


async def test_keys_are_never_tested_together() -> None:
    engine = PlannedEngine([subtopics_answer()], gate=(gate := asyncio.Event()))
    shared = coalesced(engine)
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(told(shared, Request(Task.TEST_KEY)))
        await settle(lambda: len(engine.asked) == 2)
        gate.set()
    assert engine.open == 0


class TidyEngine:
    """Needs some turns of the loop after its answer."""

    tidied = False

    async def ask(self, request: Request):  # noqa: ANN201 - an async generator
        yield subtopics_answer()
        for _ in range(5):
            await asyncio.sleep(0)
        self.tidied = True


async def _drain(shared: Coalesced) -> None:
    async with aclosing(shared.ask(ASK)) as parts:
        async for _ in parts:
            pass


async def test_a_click_that_joins_background_work_lifts_it() -> None:
    gate, lifted = asyncio.Event(), []
    engine = PlannedEngine([subtopics_answer()], gate=gate)
    shared = Coalesced(engine, key=topic_key, spawn=spawn, promote=lambda request: lifted.append(request.priority))
    async with asyncio.TaskGroup() as group:
        for priority in (Priority.LOW, Priority.MEDIUM, Priority.HIGH, Priority.LOW):
            group.create_task(told(shared, replace(ASK, priority=priority)))
            await asyncio.sleep(0)
        gate.set()
    assert lifted == [Priority.MEDIUM, Priority.HIGH]
    assert len(engine.asked) == 1


async def test_each_call_is_told_to_be_over_once_however_it_ended() -> None:
    over: list[str] = []
    engine = PlannedEngine([subtopics_answer()], [Offline()])
    shared = Coalesced(engine, key=topic_key, spawn=spawn, landed=over.append)
    await told(shared, ASK)
    with pytest.raises(Offline):
        await told(shared, ASK)
    held = Coalesced(
        PlannedEngine([Offline()], gate=asyncio.Event()), key=topic_key, spawn=spawn, landed=over.append
    )
    leaving = spawn(_drain(held))
    await settle(lambda: bool(held._flights))
    leaving.cancel()
    await asyncio.wait([leaving])
    assert over == [topic_key(ASK)] * 3
