from __future__ import annotations

from contextlib import aclosing

import pytest

from knowalledge_desktop.adapters.scripted import Pause, ScriptedEngine
from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.errors import Offline
from knowalledge_desktop.core.payload import RawText
from knowalledge_desktop.core.request import Answer, Request, Task, TextDelta
from tests.support.fakes import FakeClock

ANSWER = Answer(RawText("a"), Provenance("scripted"))
EXPLAIN = Request(Task.EXPLANATION, "Jazz")


async def test_lists_are_played_in_order_and_requests_kept() -> None:
    engine = ScriptedEngine([[TextDelta("a"), ANSWER], [ANSWER]])
    other = Request(Task.EXPLANATION, "Bebop")
    assert [part async for part in engine.ask(EXPLAIN)] == [TextDelta("a"), ANSWER]
    assert [part async for part in engine.ask(other)] == [ANSWER]
    assert engine.requests == [EXPLAIN, other]
    assert engine.closed_early == 0


async def test_a_script_that_is_used_up_is_a_mistake_of_the_test() -> None:
    with pytest.raises(LookupError, match="no steps left"):
        await anext(ScriptedEngine([]).ask(EXPLAIN))


async def test_an_error_comes_after_the_parts_before_it() -> None:
    engine = ScriptedEngine(lambda request: [TextDelta(request.topic), Offline("cut")])
    parts = engine.ask(EXPLAIN)
    assert await anext(parts) == TextDelta("Jazz")
    with pytest.raises(Offline, match="cut"):
        await anext(parts)
    assert engine.closed_early == 0


async def test_pauses_are_waited_on_the_clock() -> None:
    clock = FakeClock()
    engine = ScriptedEngine([[Pause(2.5), ANSWER]], clock)
    assert [part async for part in engine.ask(EXPLAIN)] == [ANSWER]
    assert clock.slept == [2.5]


async def test_a_pause_needs_a_clock() -> None:
    with pytest.raises(ValueError, match="clock"):
        await anext(ScriptedEngine([[Pause(1)]]).ask(EXPLAIN))


async def test_leaving_early_is_counted() -> None:
    engine = ScriptedEngine([[TextDelta("a"), ANSWER]])
    async with aclosing(engine.ask(EXPLAIN)) as parts:
        await anext(parts)
    assert engine.closed_early == 1
