from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from knowalledge_desktop.core.errors import InvalidReply, KeyMissing, ModelUnavailable, Offline
from knowalledge_desktop.core.payload import SubtopicList
from knowalledge_desktop.core.ports import Engine
from knowalledge_desktop.core.request import (
    Answer,
    EngineChoice,
    Priority,
    Request,
    SubstituteKind,
    Task,
    TextDelta,
)
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.resilience.keys import key_maker
from knowalledge_desktop.resilience.retrying import TRIES
from knowalledge_desktop.resilience.stack import build_stack
from tests.support.engines import (
    PROSE,
    CountedMetrics,
    PlannedEngine,
    answer,
    explanation_parts,
    parsed_subtopics,
    raw_subtopics,
    settle,
    spawn,
    subtopics_answer,
    told,
)
from tests.support.fakes import FakeClock, MemoryCache, MemoryLibrary
from tests.support.gates import NoLocks, open_gate
from tests.support.ledgers import PlannedLedger

ASK = Request(Task.SUBTOPICS, "DNA")
EXPLAIN = Request(Task.EXPLANATION, "Photosynthesis")
FROM_ATLAS = answer(parsed_subtopics(*(f"Article {n}" for n in range(15))), engine="atlas")


class Bench:
    """The whole stack over two planned engines."""

    def __init__(self, *gemini: list[object], gate: asyncio.Event | None = None, turns: int | None = None) -> None:
        self.gemini = PlannedEngine(*gemini, gate=gate, turns=turns)  # type: ignore[arg-type]
        self.atlas = PlannedEngine([FROM_ATLAS])
        self.clock = FakeClock()
        self.metrics = CountedMetrics()
        self.library = MemoryLibrary(self.clock)
        self.settings = Settings()
        key = key_maker(lambda request: f"{request.task}@1", lambda: self.settings)
        self.ledger = PlannedLedger(self.clock)
        self.gate = open_gate(self.clock, key, self.ledger)
        self.stack: Engine = build_stack(
            self.gemini,
            self.atlas,
            cache=MemoryCache(self.clock),
            library=self.library,
            metrics=self.metrics,
            clock=self.clock,
            key=key,
            gate=self.gate,
            locks=NoLocks(),
            settings=lambda: self.settings,
            spawn=spawn,
        )

    async def last(self, request: Request = ASK) -> Answer:
        part = (await told(self.stack, request))[-1]
        assert isinstance(part, Answer)
        return part


async def test_an_answer_is_parsed_scored_counted_kept_and_then_cached() -> None:
    bench = Bench([subtopics_answer()])
    first = await bench.last()
    second = await bench.last()
    assert isinstance(first.content, SubtopicList)
    assert (first.from_cache, second.from_cache) == (False, True)
    assert first.quality == second.quality == 1.0
    assert second.content == first.content
    assert [call[2] for call in bench.metrics.calls] == ["ok"]
    assert bench.metrics.contents == [("subtopics", 15, 1.0)]
    assert len(bench.library.answers) == 1


async def test_a_change_of_the_configured_model_asks_again_with_that_model() -> None:
    bench = Bench([subtopics_answer()])
    await bench.last()
    bench.settings = Settings(text_model="another")
    assert not (await bench.last()).from_cache
    assert [request.model for request in bench.gemini.asked] == [Settings().text_model, "another"]


async def test_a_malformed_answer_is_never_cached() -> None:
    bench = Bench([answer(raw_subtopics(0))], [answer(raw_subtopics(0))], [subtopics_answer()])
    request = replace(ASK, engine=EngineChoice.GEMINI)
    with pytest.raises(InvalidReply):
        await bench.last(request)
    assert not (await bench.last(request)).from_cache
    assert bench.metrics.errors == ["InvalidReply"]
    # Each one reached the engine and was billed: the second try of the first question too.
    assert [call[2] for call in bench.metrics.calls] == ["ok", "ok", "ok"]


async def test_offline_gives_the_kept_answer_of_the_last_time() -> None:
    bench = Bench([subtopics_answer()], [Offline()])
    first = await bench.last()
    stale = await bench.last(replace(ASK, fresh=True))
    assert stale.content == first.content
    assert stale.substitute is not None
    assert stale.substitute.kind is SubstituteKind.KEPT


async def test_without_a_key_the_atlas_answers_scored_and_no_attempt_is_counted() -> None:
    bench = Bench([KeyMissing()])
    got = await bench.last()
    assert got.quality == 1.0
    assert got.substitute is not None
    assert got.substitute.kind is SubstituteKind.ATLAS
    assert bench.metrics.calls == []
    assert bench.metrics.errors == []
    assert (await bench.last()).from_cache is False  # the Atlas is nearer than the cache


async def test_who_joins_a_job_in_a_hurry_hurries_it_as_long_as_it_lasts() -> None:
    turn = asyncio.Event()
    bench = Bench([ModelUnavailable("503")], gate=turn)
    job = replace(EXPLAIN, engine=EngineChoice.GEMINI, priority=Priority.LOW)
    click = replace(job, priority=Priority.HIGH)

    async def ask(request: Request) -> None:
        with pytest.raises(ModelUnavailable):
            await told(bench.stack, request)

    async with asyncio.TaskGroup() as group:
        group.create_task(ask(job))
        await settle(lambda: len(bench.gemini.asked) == 1)
        group.create_task(ask(click))
        named = replace(job, model=bench.gemini.asked[0].model)
        await settle(lambda: bench.gate.urgency(named) is Priority.HIGH)
        turn.set()
    assert len(bench.gemini.asked) == TRIES
    assert bench.gate.urgency(named) is Priority.LOW


async def test_a_hundred_people_one_call_one_kept_answer_for_all() -> None:
    gate = asyncio.Event()
    bench = Bench(explanation_parts(), gate=gate)
    async with asyncio.TaskGroup() as group:
        asks = [group.create_task(told(bench.stack, EXPLAIN)) for _ in range(100)]
        await settle(lambda: len(bench.gemini.asked) == 1)
        asks[0].cancel()
        gate.set()
    rest = [ask.result() for ask in asks[1:]]
    assert all("".join(p.text for p in parts if isinstance(p, TextDelta)) == PROSE for parts in rest)
    assert len(bench.gemini.asked) == len(bench.metrics.calls) == 1
    assert bench.metrics.caches["set", "ok"] == 1


async def test_stopping_closes_the_engine_at_once() -> None:
    bench = Bench(explanation_parts(), turns=1)
    async with aclosing(bench.stack.ask(EXPLAIN)) as parts:
        await anext(parts)
    assert bench.gemini.open == 0
    assert [call[2] for call in bench.metrics.calls] == ["cancelled"]
    assert bench.metrics.errors == []


async def test_an_error_names_what_was_asked_for() -> None:
    bench = Bench([KeyMissing()], [KeyMissing()])
    for task in (Task.QUESTION, Task.ILLUSTRATION):
        with pytest.raises(KeyMissing) as caught:
            await told(bench.stack, Request(task, "DNA", question="Why?", engine=EngineChoice.GEMINI))
        assert caught.value.task == task
