from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from knowalledge_desktop.core.cache import Layer, Lives
from knowalledge_desktop.core.content import Usage
from knowalledge_desktop.core.errors import Offline
from knowalledge_desktop.core.payload import ModelList
from knowalledge_desktop.core.ports import CacheEntry
from knowalledge_desktop.core.request import Answer, Options, Request, Task, TextDelta
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.resilience.cached import AnswerStore, Cached
from knowalledge_desktop.resilience.keys import key_maker
from knowalledge_desktop.resilience.memory import AnswerMemory
from tests.support.engines import (
    PROSE,
    CountedMetrics,
    PlannedEngine,
    answer,
    parsed_explanation,
    parsed_subtopics,
    told,
)
from tests.support.fakes import FakeClock, MemoryCache

ASK = Request(Task.SUBTOPICS, "DNA")
EXPLAIN = Request(Task.EXPLANATION, "DNA")


class Bench:
    """A cached engine with everything around it."""

    def __init__(self, *plans: list[object]) -> None:
        self.engine = PlannedEngine(*plans)  # type: ignore[arg-type]
        self.clock = FakeClock()
        self.cache = MemoryCache(self.clock)
        self.metrics = CountedMetrics()
        self.memory = AnswerMemory()
        self.settings = Settings()
        self.cached = self.reopened()

    def reopened(self, memory: AnswerMemory | None = None) -> Cached:
        return self.with_prompt("p@1", memory)

    def with_prompt(self, prompt: str, memory: AnswerMemory | None = None) -> Cached:
        store = AnswerStore(
            cache=self.cache,
            memory=memory or self.memory,
            metrics=self.metrics,
            clock=self.clock,
            ttl_s=lambda: 3600.0,
        )
        return Cached(self.engine, store=store, key=key_maker(lambda _: prompt, lambda: self.settings))


async def test_second_time_is_a_hit_that_costs_nothing() -> None:
    bench = Bench([answer(parsed_subtopics("RNA", "Gene"))])
    first = await told(bench.cached, ASK)
    second = await told(bench.cached, ASK)
    assert len(bench.engine.asked) == 1
    assert isinstance(first[-1], Answer)
    assert second == [replace(first[-1], from_cache=True, usage=Usage())]
    assert second[-1].provenance.usage == first[-1].provenance.usage
    assert bench.metrics.caches == {("get", "miss"): 1, ("set", "ok"): 1, ("get", "hit"): 1}


async def test_hit_of_an_explanation_tells_the_whole_text_first() -> None:
    bench = Bench([TextDelta("raw"), answer(parsed_explanation())])
    await told(bench.cached, EXPLAIN)
    hit = await told(bench.reopened(AnswerMemory()), EXPLAIN)
    assert hit[0] == TextDelta(PROSE)
    assert isinstance(hit[1], Answer)
    assert hit[1].from_cache
    assert len(hit) == 2


async def test_fresh_is_asked_again_and_stored() -> None:
    bench = Bench([answer(parsed_subtopics("old"))], [answer(parsed_subtopics("new"))])
    await told(bench.cached, ASK)
    await told(bench.cached, replace(ASK, fresh=True))
    again = await told(bench.cached, ASK)
    assert again[-1].content == parsed_subtopics("new")
    assert len(bench.engine.asked) == 2


@pytest.mark.parametrize("other", ["topic", "path", "language", "model", "prompt", "settings"])
async def test_anything_that_shapes_the_answer_is_another_question(other: str) -> None:
    bench = Bench([answer(parsed_subtopics("x"))])
    await told(bench.cached, ASK)
    cached, request = bench.cached, ASK
    match other:
        case "topic":
            request = replace(ASK, topic="dna")
        case "path":
            request = replace(ASK, path=("Biology",))
        case "language":
            request = replace(ASK, options=Options(language="fr"))
        case "model":
            request = replace(ASK, model="another")
        case "settings":
            bench.settings = Settings(text_model="another")
        case _:
            cached = bench.with_prompt("p@2")
    await told(cached, request)
    assert len(bench.engine.asked) == 2


async def test_naming_the_configured_model_is_the_same_question() -> None:
    bench = Bench([answer(parsed_subtopics("x"))])
    await told(bench.cached, ASK)
    await told(bench.cached, replace(ASK, model=bench.settings.text_model))
    assert len(bench.engine.asked) == 1


@pytest.mark.parametrize(
    ("request_", "content"),
    [
        (ASK, parsed_subtopics("RNA", complete=False)),
        (EXPLAIN, parsed_explanation(complete=False)),
        (Request(Task.LIST_MODELS), ModelList(())),
        (Request(Task.TEST_KEY), ModelList(())),
    ],
)
async def test_not_stored(request_: Request, content: object) -> None:
    bench = Bench([answer(content)])
    await told(bench.cached, request_)
    await told(bench.cached, request_)
    assert len(bench.engine.asked) == 2
    assert bench.cache.rows == {}


async def test_errors_are_not_stored() -> None:
    bench = Bench([Offline()], [answer(parsed_subtopics("x"))])
    with pytest.raises(Offline):
        await told(bench.cached, ASK)
    assert (await told(bench.cached, ASK))[-1].from_cache is False


@pytest.mark.parametrize("damage", [b"", b"\xff\x00", b"[]", b'{"v": 99}', b'{"v": 1, "kind": "subtopics"}'])
async def test_a_damaged_payload_is_a_miss(damage: bytes) -> None:
    bench = Bench([answer(parsed_subtopics("x"))])
    await told(bench.cached, ASK)
    (key,) = bench.cache.rows
    await bench.cache.put(key, damage, ttl_s=3600)
    parts = await told(bench.reopened(AnswerMemory()), ASK)
    assert parts[-1].from_cache is False
    assert len(bench.engine.asked) == 2
    assert bench.metrics.caches["get", "error"] == 1


async def test_memory_forgets_when_the_answer_is_no_longer_good() -> None:
    bench = Bench([answer(parsed_subtopics("x"))])
    await told(bench.cached, ASK)
    bench.clock.advance(3601)
    await told(bench.cached, ASK)
    assert len(bench.engine.asked) == 2


async def test_memory_serves_when_the_folder_of_the_cache_is_gone() -> None:
    bench = Bench([answer(parsed_subtopics("x"))])
    await told(bench.cached, ASK)
    bench.cache.rows.clear()
    assert (await told(bench.cached, ASK))[-1].from_cache
    bench.memory.clear()
    assert not (await told(bench.cached, ASK))[-1].from_cache


async def test_many_who_shared_a_call_store_it_once() -> None:
    shared = answer(parsed_subtopics("x"))
    bench = Bench([shared])
    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(told(bench.cached, ASK))
    assert bench.metrics.caches["set", "ok"] == 1


def test_memory_is_bounded_and_drops_what_was_used_longest_ago() -> None:
    memory = AnswerMemory(limit_bytes=100)
    one = answer(parsed_subtopics("x"))
    memory.put("a", one, 40, 10.0)
    memory.put("b", one, 40, 10.0)
    assert memory.get("a", 0.0) is one
    memory.put("c", one, 40, 10.0)
    assert [memory.get(k, 0.0) is one for k in "abc"] == [True, False, True]
    assert memory.size_bytes == 80
    memory.put("c", one, 50, 10.0)
    assert memory.size_bytes == 90
    memory.put("huge", one, 101, 10.0)
    assert memory.get("huge", 0.0) is None
    assert memory.get("a", 10.0) is None
    assert memory.size_bytes == 50
    memory.clear()
    assert memory.size_bytes == 0


async def was_stored(bench: Bench) -> bool:
    (*_, last) = await told(bench.cached, ASK)
    assert isinstance(last, Answer)
    return last.from_cache


async def test_what_another_process_had_forgotten_is_not_served_from_memory() -> None:
    bench = Bench([answer(parsed_subtopics("RNA"))], [answer(parsed_subtopics("Gene"))])
    await told(bench.cached, ASK)
    assert bench.memory.size_bytes
    await bench.cache.clear()  # by another process: nobody cleared the memory of this one
    assert not await was_stored(bench)
    assert len(bench.engine.asked) == 2
    assert await was_stored(bench)


async def test_what_is_forgotten_while_it_is_read_does_not_stay_in_memory() -> None:
    bench = Bench([answer(parsed_subtopics("RNA"))], [answer(parsed_subtopics("Gene"))])
    await told(bench.cached, ASK)
    bench.memory.clear()
    stored = bench.cache.get

    async def get(key: str) -> CacheEntry | None:
        entry = await stored(key)
        await bench.cache.clear()
        return entry

    bench.cache.get = get  # type: ignore[method-assign]
    assert await was_stored(bench)  # it was there when it was looked for
    assert bench.memory.size_bytes == 0
    bench.cache.get = stored  # type: ignore[method-assign]
    assert not await was_stored(bench)


# --- layers, and what is old ---


class Layered(Bench):
    """The same with a team's cache, and with answers that are renewed after half an hour."""

    def __init__(self, *plans: list[Any]) -> None:
        super().__init__(*plans)
        self.team = MemoryCache(self.clock)
        self.renewed: list[tuple[str, Request]] = []
        self.cached = self.layered(self.memory)

    def layered(self, memory: AnswerMemory) -> Cached:
        store = AnswerStore(
            cache=self.cache,
            memory=memory,
            metrics=self.metrics,
            clock=self.clock,
            ttl_s=lambda: 3600.0,
            soft_s=lambda: 1800.0,
            team=self.team,
        )
        key = key_maker(lambda _: "p@1", lambda: self.settings)
        return Cached(self.engine, store=store, key=key, renew=lambda *told: self.renewed.append(told))


async def test_each_layer_is_asked_in_turn_and_fills_those_before_it() -> None:
    bench = Layered([answer(parsed_subtopics("x"), created_at=0.0)])
    await told(bench.cached, ASK)
    assert len(bench.cache.rows) == len(bench.team.rows) == 1
    await told(bench.cached, ASK)
    bench.memory.clear()
    await told(bench.cached, ASK)
    bench.memory.clear()
    await bench.cache.clear()
    bench.clock.advance(1000)
    await told(bench.cached, ASK)
    assert len(bench.engine.asked) == 1
    assert bench.memory.look_ups.found == {Layer.MEMORY: 1, Layer.DISK: 1, Layer.TEAM: 1}
    assert (bench.memory.hits, bench.memory.misses) == (3, 1)
    ((_, stored_at, expires_at, name),) = bench.cache.rows.values()
    assert (expires_at - stored_at, name) == (2600.0, "subtopics:dna")  # no longer good than the team's copy


async def test_what_is_old_is_given_at_once_and_asked_for_again_behind() -> None:
    bench = Layered([answer(parsed_subtopics("x"), created_at=0.0)])
    await told(bench.cached, ASK)
    bench.clock.advance(1799)
    await told(bench.cached, ASK)
    assert bench.renewed == []
    bench.clock.advance(1)
    for _ in range(2):
        (*_, last) = await told(bench.cached, ASK)
        assert isinstance(last, Answer)
        assert last.from_cache
    assert [request.topic for _, request in bench.renewed] == ["DNA", "DNA"]
    bench.memory.clear()
    await told(bench.cached, ASK)  # from the folder it is as old
    assert len(bench.renewed) == 3
    bench.clock.advance(1800)
    await told(bench.cached, ASK)  # too old to be given
    assert len(bench.engine.asked) == 2
    assert len(bench.renewed) == 3


@pytest.mark.parametrize(("hard", "soft", "age", "is_soft"), [
    (100.0, 50.0, 49.9, False), (100.0, 50.0, 50.0, True), (100.0, 0.0, 99.0, False), (100.0, 100.0, 99.0, False),
])  # fmt: skip
def test_when_an_answer_is_to_be_renewed(hard: float, soft: float, age: float, is_soft: bool) -> None:
    assert Lives(hard, soft).is_soft(age) is is_soft
