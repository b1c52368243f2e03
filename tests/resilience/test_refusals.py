"""What was declined is declined at once for a while; what only stood in the way is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from knowalledge_desktop.core.cache import REFUSAL_S
from knowalledge_desktop.core.errors import (
    AppError,
    ContentBlocked,
    InvalidReply,
    KeyRejected,
    Offline,
    QuotaExhausted,
    RequestTooBig,
    TimedOut,
    TopicNotFound,
)
from knowalledge_desktop.core.request import Request, Task
from knowalledge_desktop.resilience.cached import AnswerStore, Cached, Unknowns
from knowalledge_desktop.resilience.memory import AnswerMemory
from knowalledge_desktop.resilience.refusals import Refusals, is_lasting
from tests.support.engines import CountedMetrics, PlannedEngine, Step, answer, parsed_subtopics, told
from tests.support.fakes import FakeClock, MemoryCache

ASK = Request(Task.SUBTOPICS, "Something dark")
GOOD = [answer(parsed_subtopics("x"))]


class Bench:
    def __init__(self, *plans: Sequence[Step]) -> None:
        self.engine = PlannedEngine(*plans)
        self.clock = FakeClock()
        self.cache = MemoryCache(self.clock)
        self.memory = AnswerMemory()
        self.safety = "default"
        self.cached = self.reopened()

    def reopened(self) -> Cached:
        store = AnswerStore(
            cache=self.cache, memory=self.memory, metrics=CountedMetrics(), clock=self.clock, ttl_s=lambda: 9e9
        )
        refusals = Refusals(self.clock, cache=self.cache, shaped_by=lambda: self.safety)
        return Cached(
            self.engine,
            store=store,
            key=lambda request: request.topic,
            refusals=refusals,
            declined=self.memory.look_ups.decline,
        )

    async def refused(self, request: Request = ASK, *, by: Cached | None = None) -> AppError:
        with pytest.raises(AppError) as raised:
            await told(by or self.cached, request)
        return raised.value


async def test_a_blocked_question_is_not_sent_again_for_a_while() -> None:
    bench = Bench([ContentBlocked("SAFETY")], GOOD)
    await bench.refused()
    for again in (bench.cached, bench.reopened()):  # also in another process
        error = await bench.refused(by=again)
        assert isinstance(error, ContentBlocked)
        assert error.detail == "SAFETY"
    assert len(bench.engine.asked) == 1
    assert bench.memory.look_ups.declined == 2
    bench.clock.advance(REFUSAL_S)
    assert (await told(bench.cached, ASK))[-1] == GOOD[0]


async def test_it_is_asked_again_on_purpose_with_another_setting_and_when_it_was_forgotten() -> None:
    bench = Bench([ContentBlocked("SAFETY")])
    await bench.refused()
    await bench.refused(replace(ASK, fresh=True))
    assert len(bench.engine.asked) == 2
    bench.safety = "BLOCK_ONLY_HIGH"
    await bench.refused()
    assert len(bench.engine.asked) == 3
    assert await bench.cache.invalidate("topic:something dark") == 2
    await bench.refused()
    assert len(bench.engine.asked) == 4


@pytest.mark.parametrize(
    "error",
    [
        Offline("no route"),
        TimedOut("60 s"),
        QuotaExhausted("429", until=1.0),
        RequestTooBig("9"),
        KeyRejected(),
        InvalidReply("{"),
        ContentBlocked("RECITATION"),
        ContentBlocked("DECLINED_IN_PROSE"),
    ],
    ids=lambda error: f"{type(error).__name__} {error.detail}",
)
async def test_what_only_stood_in_the_way_is_never_remembered(error: AppError) -> None:
    bench = Bench([error], GOOD)
    await bench.refused()
    assert not is_lasting(error)
    assert bench.cache.rows == {}
    assert (await told(bench.cached, ASK))[-1] == GOOD[0]


async def test_a_topic_the_atlas_does_not_know_is_not_looked_for_again() -> None:
    atlas = PlannedEngine([TopicNotFound("Qzx", ("Quartz", "Quasar"))])
    clock = FakeClock()
    engine = Unknowns(atlas, refusals=Refusals(clock), key=lambda request: request.topic)
    for _ in range(3):
        with pytest.raises(TopicNotFound) as raised:
            await told(engine, ASK)
        assert raised.value.nearest == ("Quartz", "Quasar")
    assert len(atlas.asked) == 1
    clock.advance(REFUSAL_S)
    with pytest.raises(TopicNotFound):
        await told(engine, ASK)
    assert len(atlas.asked) == 2


@pytest.mark.parametrize("damage", [b"", b"\xff", b"[]", b"{}", b'{"v": 1, "refused": "Offline"}', b'{"v": 9}'])
async def test_a_damaged_refusal_is_none(damage: bytes) -> None:
    bench = Bench([ContentBlocked("SAFETY")], GOOD)
    await bench.refused()
    (key,) = bench.cache.rows
    await bench.cache.put(key, damage, ttl_s=9e9)
    assert (await told(bench.reopened(), ASK))[-1] == GOOD[0]
