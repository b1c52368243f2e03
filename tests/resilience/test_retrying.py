"""Another try where one may help, at a polite distance, and never where none can."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

import pytest

from knowalledge_desktop.core import errors as e
from knowalledge_desktop.core.request import Answer, Priority, Request, Restarted, Task, TextDelta
from knowalledge_desktop.resilience.retrying import CAP_S, TRIES, TRIES_UNHURRIED, Retrying
from tests.support.engines import PlannedEngine, Step, explanation_parts, subtopics_answer, told
from tests.support.fakes import FakeClock

ASK = Request(Task.SUBTOPICS, "DNA")
JOB = Request(Task.SUBTOPICS, "DNA", priority=Priority.LOW)


def retrying(*plans: Sequence[Step]) -> tuple[Retrying, PlannedEngine, FakeClock]:
    engine, clock = PlannedEngine(*plans), FakeClock()
    return Retrying(engine, clock=clock), engine, clock


async def test_an_overload_that_passes_is_not_noticed() -> None:
    wrapper, engine, clock = retrying([e.ModelUnavailable("503")], [e.Offline("x")], [subtopics_answer()])
    assert [type(part) for part in await told(wrapper, ASK)] == [Answer]
    assert len(engine.asked) == 3
    assert [0 <= slept <= 0.5 * 2**n for n, slept in enumerate(clock.slept)] == [True, True]
    assert engine.open == 0


async def test_the_last_error_is_raised_when_it_does_not_pass() -> None:
    wrapper, engine, _ = retrying([e.ModelUnavailable("503")])
    with pytest.raises(e.ModelUnavailable):
        await told(wrapper, ASK)
    assert len(engine.asked) == TRIES
    wrapper, engine, _ = retrying([e.ModelUnavailable("503")])
    with pytest.raises(e.ModelUnavailable):
        await told(wrapper, JOB)
    assert len(engine.asked) == TRIES_UNHURRIED


async def test_background_work_that_a_person_has_joined_is_hurried_from_then_on() -> None:
    engine, clock = PlannedEngine([e.ModelUnavailable("503")]), FakeClock()

    def urgency(request: Request) -> Priority:
        return Priority.HIGH if engine.asked[2:] else request.priority

    with pytest.raises(e.ModelUnavailable):
        await told(Retrying(engine, clock=clock, urgency=urgency), JOB)
    assert len(engine.asked) == TRIES


@pytest.mark.parametrize(
    "error",
    [
        e.RequestRejected("400"),
        e.KeyRejected(),
        e.AccessDenied("403"),
        e.ModelNotFound("m"),
        e.ContentBlocked("SAFETY"),
        e.QuotaExhausted("429"),
        e.BudgetReached("day"),
        e.CircuitOpen("text", until=0.0),
        e.QueueFull("500"),
        e.DiskFull("x"),
    ],
)
async def test_what_no_try_can_help_is_tried_once(error: e.AppError) -> None:
    wrapper, engine, clock = retrying([error])
    with pytest.raises(type(error)):
        await told(wrapper, JOB)
    assert len(engine.asked) == 1
    assert clock.slept == []


async def test_the_advice_of_the_service_is_followed_up_to_a_minute() -> None:
    wrapper, engine, clock = retrying([e.ModelUnavailable("503", retry_after_s=7.0)], [subtopics_answer()])
    await told(wrapper, ASK)
    assert clock.slept == [7.0]
    wrapper, engine, clock = retrying([e.ModelUnavailable("503", retry_after_s=500.0)], [subtopics_answer()])
    await told(wrapper, JOB)
    assert clock.slept == [CAP_S]
    wrapper, engine, clock = retrying([e.ModelUnavailable("503", retry_after_s=50.0)], [subtopics_answer()])
    with pytest.raises(e.ModelUnavailable):
        await told(wrapper, ASK)  # whoever watches gets a substitute rather than a minute of nothing
    assert len(engine.asked) == 1


async def test_an_unreadable_answer_gets_one_more_try() -> None:
    wrapper, engine, _ = retrying([e.InvalidReply("x")])
    with pytest.raises(e.InvalidReply):
        await told(wrapper, JOB)
    assert len(engine.asked) == 2


async def test_text_of_a_failed_try_is_taken_back() -> None:
    wrapper, _, _ = retrying([TextDelta("Half a"), e.Offline("ReadError")], explanation_parts())
    parts = await told(wrapper, ASK)
    assert parts[0] == TextDelta("Half a")
    assert isinstance(parts[1], Restarted)
    assert parts[2:] == explanation_parts()


async def test_closing_early_closes_the_engine() -> None:
    wrapper, engine, clock = retrying(explanation_parts())
    async with aclosing(wrapper.ask(ASK)) as parts:
        await anext(parts)
        assert engine.open == 1
    assert engine.open == 0
    assert len(engine.asked) == 1
    assert clock.slept == []
