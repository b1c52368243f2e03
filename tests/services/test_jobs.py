"""A job asks for each topic once, waits where it must, and lasts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from knowalledge_desktop.core import errors as e
from knowalledge_desktop.core.jobs import ItemState, JobState, finishing_at
from knowalledge_desktop.core.quota import Gauge, Metric
from knowalledge_desktop.core.request import EngineChoice, Options, Priority, Request
from knowalledge_desktop.services.evidence import EvidenceService
from knowalledge_desktop.services.explain import ExplainService
from knowalledge_desktop.services.job_run import TRIES_MAX, JobNews
from knowalledge_desktop.services.jobs import JobService
from knowalledge_desktop.services.quota import QuotaReport
from knowalledge_desktop.services.status import StatusService
from tests.support.engines import PlannedEngine, Step, answer, parsed_explanation
from tests.support.examples import photosynthesis
from tests.support.fakes import FakeClock, MemoryLibrary, NoEvidence
from tests.support.gates import NoLocks
from tests.support.jobs import MemoryJobs

TOPICS = ("root", "c0", "c1", "c2")


class ByTopic(PlannedEngine):
    """Plays the plans of a topic one after the other, the last again and again; else it answers."""

    def __init__(self, clock: FakeClock, plans: dict[str, list[list[Step]]] | None = None) -> None:
        super().__init__([])
        self.clock = clock
        self.by_topic = plans or {}
        self.during: Callable[[Request], None] = lambda _: None

    async def ask(self, request: Request):  # type: ignore[no-untyped-def] # noqa: ANN201
        self.asked.append(request)
        self.during(request)
        await asyncio.sleep(0)
        plans = self.by_topic.get(request.topic, [])
        steps = plans.pop(0) if len(plans) > 1 else plans[0] if plans else None
        for step in steps or [answer(parsed_explanation(), created_at=self.clock.now())]:
            if isinstance(step, BaseException):
                raise step
            yield step


class Bench:
    def __init__(self, plans: dict[str, list[list[Step]]] | None = None, *, key: bool = True) -> None:
        self.clock = FakeClock()
        self.engine = ByTopic(self.clock, plans)
        self.library = MemoryLibrary(self.clock)
        self.store = MemoryJobs()
        self.gauges: tuple[Gauge, ...] = ()
        self.heard: list[JobNews] = []
        numbers = iter(range(100))

        async def has_key() -> bool:
            return key

        async def quota() -> QuotaReport:
            return QuotaReport("default", "model-x", "free", self.gauges, 0, self.clock.now() + 3600)

        explain = ExplainService(self.engine, StatusService(), EvidenceService(NoEvidence()))
        self.service = JobService(
            self.store,
            self.library,
            explain,
            self.clock,
            NoLocks(),
            new_id=lambda: f"job{next(numbers)}",
            has_key=has_key,
            quota=quota,
        )

    async def started(self, topics: tuple[str, ...] = TOPICS) -> str:
        document = photosynthesis()
        if document.map_id not in self.library.shelves:
            await self.library.create(replace(document, explanations={}))
        self.titles = {i: document.topics[i].title for i in topics if i in document.topics}
        return (await self.service.start(document, topics, Options())).job_id

    async def run(self, job_id: str) -> JobState:
        return (await self.service.run(job_id, self.heard.append)).state

    async def states(self, job_id: str) -> list[ItemState]:
        return [item.state for item in await self.service.items(job_id)]


def title(bench: Bench, topic: str) -> str:
    return photosynthesis().topics[topic].title


async def test_every_topic_is_asked_once_and_kept() -> None:
    bench = Bench()
    job_id = await bench.started()
    assert await bench.run(job_id) is JobState.DONE
    assert sorted(request.topic for request in bench.engine.asked) == sorted(bench.titles.values())
    assert {(r.priority, r.engine) for r in bench.engine.asked} == {(Priority.LOW, EngineChoice.GEMINI)}
    kept = await bench.library.load("m1")
    assert {each.topic_id for each in kept.explanations.values()} == set(TOPICS)
    assert bench.heard[-1].progress.done == 4
    assert await bench.run(job_id) is JobState.DONE  # again: nothing is left to ask
    assert len(bench.engine.asked) == 4


async def test_without_a_key_the_atlas_may_answer() -> None:
    bench = Bench(key=False)
    await bench.run(await bench.started())
    assert {request.engine for request in bench.engine.asked} == {EngineChoice.AUTO}


async def test_a_limit_is_waited_for_and_is_no_failure() -> None:
    bench = Bench()
    until = bench.clock.now() + 3000
    quota = e.QuotaExhausted("rpd", until=until, quota_id="rpd", limit=20)
    bench.engine.by_topic[title(bench, "c0")] = [[quota], [answer(parsed_explanation())]]
    job_id = await bench.started()
    assert await bench.run(job_id) is JobState.DONE
    assert bench.clock.now() >= until
    assert await bench.states(job_id) == [ItemState.DONE] * 4
    waits = [news for news in bench.heard if news.waits_until]
    assert {(news.waits_until, news.because) for news in waits} == {(until, "QuotaExhausted")}


@pytest.mark.parametrize(
    "error", [e.KeyRejected(), e.BudgetReached("day_budget", until=9e9), e.ModelNotFound("m")]
)
async def test_what_a_person_has_to_decide_pauses_the_job(error: e.AppError) -> None:
    bench = Bench()
    bench.engine.by_topic[title(bench, "root")] = [[error], [answer(parsed_explanation())]]
    job_id = await bench.started()
    assert await bench.run(job_id) is JobState.PAUSED
    job = await bench.store.job(job_id)
    assert job is not None
    assert job.because == type(error).__name__
    assert ItemState.WAITING in await bench.states(job_id)
    assert ItemState.FAILED not in await bench.states(job_id)
    assert await bench.run(job_id) is JobState.DONE


async def test_a_refusal_fails_its_item_alone_and_can_be_tried_again() -> None:
    bench = Bench()
    bench.engine.by_topic[title(bench, "c1")] = [[e.ContentBlocked("SAFETY")], [answer(parsed_explanation())]]
    job_id = await bench.started()
    assert await bench.run(job_id) is JobState.DONE
    item = (await bench.service.items(job_id))[2]
    assert (item.state, item.error, item.detail) == (ItemState.FAILED, "ContentBlocked", "SAFETY")
    assert await bench.service.retry(job_id) == 1
    assert await bench.run(job_id) is JobState.DONE
    assert await bench.states(job_id) == [ItemState.DONE] * 4


async def test_no_connection_is_waited_for_longer_each_time() -> None:
    bench = Bench()
    offline: list[list[Step]] = [[e.Offline("x")] for _ in range(6)]
    bench.engine.by_topic[title(bench, "c2")] = [*offline, [answer(parsed_explanation())]]
    job_id = await bench.started(("c2",))
    assert await bench.run(job_id) is JobState.DONE
    assert sum(bench.clock.slept) >= 15 + 30 + 60 + 120 + 240 + 300


async def test_a_service_that_stays_down_is_given_up_at_last() -> None:
    bench = Bench()
    bench.engine.by_topic[title(bench, "c2")] = [[e.ModelUnavailable("503")]]
    job_id = await bench.started(("c2",))
    assert await bench.run(job_id) is JobState.DONE
    assert await bench.states(job_id) == [ItemState.FAILED]
    assert len(bench.engine.asked) == TRIES_MAX


async def test_pausing_lets_what_is_asked_come_in_and_asks_no_more() -> None:
    bench = Bench()
    job_id = await bench.started()
    seen: list[str] = []

    def pause(request: Request) -> None:
        seen.append(request.topic)
        bench.store.known[job_id] = replace(bench.store.known[job_id], state=JobState.PAUSED)

    bench.engine.during = pause
    assert (await bench.service.run(job_id, at_once=1)).state is JobState.PAUSED
    assert len(seen) == 1
    assert (await bench.states(job_id)).count(ItemState.DONE) == 1
    bench.engine.during = lambda _: None
    assert await bench.run(job_id) is JobState.DONE
    assert len(bench.engine.asked) == 4


async def test_killed_after_the_answer_was_kept_it_is_not_asked_again() -> None:
    bench = Bench()
    job_id = await bench.started()
    await bench.run(job_id)
    bench.store.rows[job_id] = [replace(i, state=ItemState.RUNNING, ended_at=0) for i in bench.store.rows[job_id]]
    await bench.store.set_state(job_id, JobState.RUNNING)
    assert await bench.run(job_id) is JobState.DONE
    assert len(bench.engine.asked) == 4


async def test_a_topic_that_was_removed_is_skipped() -> None:
    bench = Bench()
    job_id = await bench.started()
    bench.store.rows[job_id][0] = replace(bench.store.rows[job_id][0], topic_id="gone")
    assert await bench.run(job_id) is JobState.DONE
    assert (await bench.states(job_id))[0] is ItemState.SKIPPED


async def test_a_disk_that_fails_ends_the_run_and_says_so() -> None:
    bench = Bench()
    bench.engine.by_topic[title(bench, "c0")] = [[e.DiskFull("library.db")]]
    job_id = await bench.started()
    with pytest.raises(e.DiskFull):
        await bench.run(job_id)


async def test_nothing_chosen_and_no_such_job_are_said() -> None:
    bench = Bench()
    with pytest.raises(e.UserInputError):
        await bench.started(())
    with pytest.raises(e.UserInputError):
        await bench.service.run("none")


@pytest.mark.parametrize(
    ("left", "rpm", "day_left", "per_day", "expected"),
    [
        (0, 10, 100, 100, 0.0),
        (60, 10, 100, 100, 360.0),  # ten a minute
        (60, None, 100, 100, 90.0),  # six seconds each, four at once
        (60, 10, 20, 40, 7200 + 40 * 6.0),  # twenty today, the rest after the reset
        (100, 10, 20, 40, 7200 + 86_400 + 40 * 6.0),
        (60, 0, 100, 100, None),
        (60, 10, 0, 0, None),
    ],
)
def test_when_a_job_will_be_done(
    left: int, rpm: int | None, day_left: int, per_day: int, expected: float | None
) -> None:
    found = finishing_at(
        left, 0.0, seconds_each=6.0, at_once=4, rpm=rpm, day_left=day_left, per_day=per_day, next_reset=7200.0
    )
    assert found == expected


async def test_the_forecast_knows_the_limits() -> None:
    bench = Bench()
    bench.gauges = (Gauge(Metric.RPM, 10, 0), Gauge(Metric.RPD, 100, 98))
    job_id = await bench.started()
    found = await bench.service.progress(job_id)
    assert found.ends_at == bench.clock.now() + 3600 + 2 * 6.0
