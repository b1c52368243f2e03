"""Steps of a request: each within the one before, told whatever happens, and nothing of it when nobody watches."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from knowalledge_desktop.core.errors import InvalidReply, Offline
from knowalledge_desktop.core.ports import Engine
from knowalledge_desktop.core.request import Answer, EngineChoice, Part, Request, Task, TextDelta
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.tracing import Span
from knowalledge_desktop.resilience.keys import key_maker
from knowalledge_desktop.resilience.stack import build_stack
from knowalledge_desktop.resilience.traced import Tracing
from tests.support.engines import (
    CountedMetrics,
    PlannedEngine,
    explanation_parts,
    settle,
    spawn,
    subtopics_answer,
    told,
)
from tests.support.fakes import FakeClock, MemoryCache, MemoryLibrary
from tests.support.gates import NoLocks, open_gate

WAY = [
    "instrumented",
    "fallback",
    "cached",
    "coalesced",
    "across",
    "counted",
    "retrying",
    "noted",
    "validated",
    "breaker",
    "admitted",
    "attempts",
    "call",
]
EXPLAIN = Request(Task.EXPLANATION, "Photosynthesis", engine=EngineChoice.GEMINI)


class Step:
    """Implements `Span`."""

    def __init__(self, name: str, within: Span | None) -> None:
        self.name = name
        self.within = within
        self.parts: list[Part] = []
        self.ends: list[BaseException | None] = []

    def saw(self, part: Part) -> None:
        self.parts.append(part)

    def end(self, error: BaseException | None = None) -> None:
        self.ends.append(error)


class Steps:
    """Implements `Tracer`."""

    def __init__(self) -> None:
        self.all: list[Step] = []

    def begin(self, step: str, request: Request, within: Span | None) -> Step:
        self.all.append(Step(step, within))
        return self.all[-1]

    def named(self, name: str) -> list[Step]:
        return [step for step in self.all if step.name == name]


def stack(gemini: PlannedEngine, steps: Steps | None) -> Engine:
    clock = FakeClock()
    key = key_maker(lambda request: f"{request.task}@1", Settings)
    return build_stack(
        gemini,
        PlannedEngine([Offline()]),
        cache=MemoryCache(clock),
        library=MemoryLibrary(clock),
        metrics=CountedMetrics(),
        clock=clock,
        key=key,
        gate=open_gate(clock, key),
        locks=NoLocks(),
        settings=Settings,
        spawn=spawn,
        tracing=Tracing(steps) if steps is not None else None,
    )


async def test_one_request_is_one_way_through_every_wrapper() -> None:
    steps = Steps()
    await told(stack(PlannedEngine(explanation_parts()), steps), EXPLAIN)
    assert [step.name for step in steps.all] == WAY
    assert steps.all[0].within is None
    for outer, inner in zip(steps.all, steps.all[1:], strict=False):
        assert inner.within is outer
    assert all(step.ends == [None] for step in steps.all)
    call = steps.named("call")[0]
    assert isinstance(call.parts[0], TextDelta)
    assert isinstance(call.parts[1], Answer)  # of the pieces of text only the first was told
    assert len(call.parts) == 2


async def test_a_second_try_is_a_second_way_below_the_retrying() -> None:
    steps = Steps()
    bad = InvalidReply("not what was asked")
    await told(stack(PlannedEngine([bad], [subtopics_answer()]), steps), Request(Task.SUBTOPICS, "DNA"))
    retrying = steps.named("retrying")[0]
    tries = steps.named("noted")
    assert [each.within for each in tries] == [retrying, retrying]
    assert [each.ends for each in steps.named("call")] == [[bad], [None]]
    assert retrying.ends == [None]


async def test_who_joins_has_a_way_that_ends_where_the_call_is_shared() -> None:
    steps, gate = Steps(), asyncio.Event()
    gemini = PlannedEngine(explanation_parts(), gate=gate)
    engine = stack(gemini, steps)
    both = asyncio.gather(told(engine, EXPLAIN), told(engine, EXPLAIN))
    await settle(lambda: len(steps.named("coalesced")) == 2 and len(gemini.asked) == 1)
    gate.set()
    assert all(isinstance(parts[-1], Answer) for parts in await both)
    assert (len(steps.named("instrumented")), len(steps.named("call"))) == (2, 1)
    assert steps.named("across")[0].within is steps.named("coalesced")[0]


async def test_an_error_ends_each_step_with_it_and_leaving_ends_them_well() -> None:
    steps, trouble = Steps(), Offline()
    with pytest.raises(Offline):
        await told(stack(PlannedEngine([trouble]), steps), EXPLAIN)
    assert {type(step.ends[0]) for step in steps.all if step.name != "atlas"} == {Offline}
    left = Steps()
    async with aclosing(stack(PlannedEngine(explanation_parts()), left).ask(EXPLAIN)) as parts:
        await anext(parts)
    assert left.named("instrumented")[0].ends == [None]
    assert all(len(step.ends) == 1 for step in left.all)


async def test_being_cancelled_is_told_and_never_swallowed() -> None:
    steps, gate = Steps(), asyncio.Event()
    gemini = PlannedEngine(explanation_parts(), gate=gate)
    task = asyncio.create_task(told(stack(gemini, steps), EXPLAIN))
    await settle(lambda: len(gemini.asked) == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert all(isinstance(step.ends[0], asyncio.CancelledError) for step in steps.all)


async def test_where_nobody_watches_nothing_of_it_is_in_the_way() -> None:
    for steps, within in ((Steps(), True), (None, False)):
        with pytest.raises(Offline) as caught:
            await told(stack(PlannedEngine([Offline()]), steps), EXPLAIN)
        passed = {Path(str(entry.path)).name for entry in caught.traceback}
        assert "admitted.py" in passed
        assert ("traced.py" in passed) is within
