from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from knowalledge_desktop.core.content import Picture, Usage
from knowalledge_desktop.core.errors import AppError, KeyMalformed, KeyMissing, KeyRejected, Offline
from knowalledge_desktop.core.payload import Illustration, ModelList
from knowalledge_desktop.core.request import Request, Substitute, SubstituteKind, Task, TextDelta
from knowalledge_desktop.resilience.attempts import Attempts
from knowalledge_desktop.resilience.instrumented import Instrumented
from tests.support.engines import (
    CountedMetrics,
    PlannedEngine,
    answer,
    parsed_explanation,
    parsed_subtopics,
    settle,
    spawn,
    told,
)
from tests.support.fakes import FakeClock

ASK = Request(Task.SUBTOPICS, "DNA", model="asked-model")


class SlowEngine:
    """Takes two and a half seconds by the test's clock."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock

    async def ask(self, request: Request):  # noqa: ANN201 - an async generator
        await self.clock.sleep(2.5)
        yield answer(parsed_subtopics("RNA"))


async def test_an_attempt_counts_with_time_tokens_and_the_model_that_answered() -> None:
    metrics, clock = CountedMetrics(), FakeClock()
    await told(Attempts(SlowEngine(clock), metrics=metrics, clock=clock), ASK)
    assert metrics.calls == [("subtopics", "model-x", "ok", 2.5, Usage(10, 20, 5, 0))]


@pytest.mark.parametrize("error", [Offline(), KeyRejected(), ValueError()], ids=lambda e: type(e).__name__)
async def test_a_failed_attempt_counts_by_its_class(error: Exception) -> None:
    metrics = CountedMetrics()
    with pytest.raises(type(error)):
        await told(Attempts(PlannedEngine([TextDelta("x"), error]), metrics=metrics, clock=FakeClock()), ASK)
    assert [call[:3] for call in metrics.calls] == [("subtopics", "asked-model", type(error).__name__)]


@pytest.mark.parametrize("error", [KeyMissing(), KeyMalformed()], ids=lambda e: type(e).__name__)
async def test_what_was_never_sent_is_no_attempt(error: AppError) -> None:
    metrics = CountedMetrics()
    with pytest.raises(type(error)):
        await told(Attempts(PlannedEngine([error]), metrics=metrics, clock=FakeClock()), ASK)
    assert metrics.calls == []


async def test_a_stopped_attempt_counts_once_as_cancelled() -> None:
    metrics = CountedMetrics()
    engine = PlannedEngine([TextDelta("x"), answer(parsed_subtopics("y"))])
    async with aclosing(Attempts(engine, metrics=metrics, clock=FakeClock()).ask(ASK)) as parts:
        await anext(parts)
    assert [call[2] for call in metrics.calls] == ["cancelled"]
    assert engine.open == 0


async def test_leaving_at_the_answer_is_not_cancelling() -> None:
    metrics = CountedMetrics()
    engine = PlannedEngine([answer(parsed_subtopics("y"))])
    async with aclosing(Attempts(engine, metrics=metrics, clock=FakeClock()).ask(ASK)) as parts:
        await anext(parts)
    assert [call[2] for call in metrics.calls] == ["ok"]


async def test_delivered_content_is_counted_with_its_quality() -> None:
    metrics = CountedMetrics()
    plans = [
        replace(answer(parsed_subtopics("a", "b")), quality=0.9),
        answer(parsed_explanation()),
        answer(Illustration(Picture.of("image/png", b"x", 1, 1))),
        answer(ModelList(())),
    ]
    stack = Instrumented(PlannedEngine(*([plan] for plan in plans)), metrics=metrics)
    for _ in plans:
        await told(stack, ASK)
    assert metrics.contents == [("subtopics", 2, 0.9), ("explanations", 1, None), ("images", 1, None)]


async def test_what_is_only_shown_again_is_not_generated() -> None:
    metrics = CountedMetrics()
    old = answer(parsed_subtopics("a"))
    plans = [
        replace(old, from_cache=True),
        replace(old, substitute=Substitute(SubstituteKind.KEPT, "Offline")),
        replace(old, substitute=Substitute(SubstituteKind.ATLAS, "Offline")),
    ]
    stack = Instrumented(PlannedEngine(*([plan] for plan in plans)), metrics=metrics)
    for _ in plans:
        await told(stack, ASK)
    assert metrics.contents == [("subtopics", 1, None)]


async def test_errors_are_counted_and_cancelling_is_not() -> None:
    metrics = CountedMetrics()
    with pytest.raises(Offline):
        await told(Instrumented(PlannedEngine([Offline()]), metrics=metrics), ASK)
    engine = PlannedEngine([Offline()], gate=asyncio.Event())

    async def ask() -> None:
        await told(Instrumented(engine, metrics=metrics), ASK)

    task = spawn(ask())
    await settle(lambda: engine.open == 1)
    task.cancel()
    await asyncio.wait([task])
    assert metrics.errors == ["Offline"]
