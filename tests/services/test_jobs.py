"""A job asks for each topic once, waits where it must, and lasts."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from knowalledge_desktop.core import errors as e
from knowalledge_desktop.core.jobs import ItemState, JobItem, JobState
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Gauge
from knowalledge_desktop.core.request import EngineChoice, Options, Priority, Queued, Request
from knowalledge_desktop.services.evidence import EvidenceService
from knowalledge_desktop.services.explain import ExplainService
from knowalledge_desktop.services.job_run import TRIES_MAX, JobNews
from knowalledge_desktop.services.jobs import JobService
from knowalledge_desktop.services.quota import QuotaReport
from knowalledge_desktop.services.status import StatusService
from tests.support.cli_services import until_cancelled
from tests.support.engines import PlannedEngine, Step, answer, parsed_explanation, settle
from tests.support.examples import photosynthesis
from tests.support.fakes import FakeClock, MemoryLibrary, NoEvidence
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
        if self.gate is not None:
            await self.gate.wait()
        plans = self.by_topic.get(request.topic, [])
        steps = plans.pop(0) if len(plans) > 1 else plans[0] if plans else None
        for step in steps or [answer(parsed_explanation(), created_at=self.clock.now())]:
            if isinstance(step, BaseException):
                raise step
            yield step


class OneProcess:
    """Implements `Locks` between the callers of one process."""

    def __init__(self) -> None:
        self.locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncGenerator[None, None]:
        async with self.locks[name]:
            yield

    @asynccontextmanager
    async def hold_now(self, name: str) -> AsyncGenerator[bool, None]:
        if self.locks[name].locked():
            yield False
            return
        async with self.locks[name]:
            yield True


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
            OneProcess(),
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


async def test_what_is_paused_while_it_waits_waits_for_nothing_any_more() -> None:
    bench = Bench()
    quota = e.QuotaExhausted("rpd", until=bench.clock.now() + 3000, quota_id="rpd", limit=20)
    bench.engine.by_topic[title(bench, "c0")] = [[quota]]
    job_id = await bench.started(("c0",))

    def heard(news: JobNews) -> None:
        bench.heard.append(news)
        if news.waits_until is not None:  # the person does not want to wait so long
            bench.store.known[job_id] = replace(bench.store.known[job_id], state=JobState.PAUSED)

    assert (await bench.service.run(job_id, heard)).state is JobState.PAUSED
    assert (bench.heard[-1].waits_until, bench.heard[-1].because) == (None, "")
    assert all(news.because for news in bench.heard if news.waits_until)


async def test_killed_after_the_answer_was_kept_it_is_not_asked_again() -> None:
    bench = Bench()
    job_id = await bench.started()
    await bench.run(job_id)
    bench.store.rows[job_id] = [replace(i, state=ItemState.RUNNING, ended_at=0) for i in bench.store.rows[job_id]]
    await bench.store.set_state(job_id, JobState.RUNNING, when=tuple(JobState))
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


async def test_several_failures_at_the_same_time_are_one_trouble() -> None:
    bench = Bench()
    for topic in TOPICS:
        bench.engine.by_topic[title(bench, topic)] = [[e.Offline("x")], [answer(parsed_explanation())]]
    job_id = await bench.started()
    began = bench.clock.now()
    assert await bench.run(job_id) is JobState.DONE
    waits = [news.waits_until for news in bench.heard if news.waits_until]
    assert began + 15 <= max(waits) < began + 30


async def test_a_cancelled_call_leaves_its_items_waiting_and_the_job_to_be_run_again() -> None:
    bench = Bench()
    job_id = await bench.started()
    begun = asyncio.Event()
    bench.engine.gate = asyncio.Event()
    bench.engine.during = lambda _: begun.set()
    await until_cancelled(bench.run(job_id), begun)
    assert await bench.states(job_id) == [ItemState.WAITING] * 4
    assert [job.job_id for job in await bench.service.interrupted()] == [job_id]
    bench.engine.gate.set()
    assert await bench.run(job_id) is JobState.DONE
    assert await bench.service.interrupted() == ()


async def test_a_broken_run_leaves_its_items_waiting() -> None:
    bench = Bench()
    bench.engine.by_topic[title(bench, "c0")] = [[e.DiskFull("library.db")], [answer(parsed_explanation())]]
    job_id = await bench.started()
    with pytest.raises(e.DiskFull):
        await bench.run(job_id)
    assert ItemState.RUNNING not in await bench.states(job_id)
    assert await bench.run(job_id) is JobState.DONE


async def test_what_is_over_is_not_paused_or_ended_again() -> None:
    bench = Bench()
    job_id = await bench.started()
    await bench.run(job_id)
    ended = bench.store.known[job_id].ended_at
    bench.clock.advance(100)
    assert not await bench.service.pause(job_id)
    assert not await bench.service.cancel(job_id)
    assert await bench.run(job_id) is JobState.DONE
    assert bench.store.known[job_id].ended_at == ended


async def test_a_rejected_key_does_not_bring_an_ended_job_back() -> None:
    bench = Bench()
    bench.engine.by_topic[title(bench, "root")] = [[e.KeyRejected()]]
    job_id = await bench.started()

    def cancel(_: Request) -> None:
        bench.store.known[job_id] = replace(bench.store.known[job_id], state=JobState.CANCELLED)

    bench.engine.during = cancel
    assert (await bench.service.run(job_id, at_once=1)).state is JobState.CANCELLED
    assert await bench.states(job_id) == [ItemState.WAITING] * 4


async def test_a_map_that_is_gone_is_said_and_the_job_stays_as_it_was() -> None:
    bench = Bench()
    job_id = await bench.started()
    await bench.service.pause(job_id)
    bench.library.shelves.clear()
    with pytest.raises(e.MapNotFound):
        await bench.run(job_id)
    assert bench.store.known[job_id].state is JobState.PAUSED


async def test_a_job_that_is_taken_off_the_list_while_it_runs_ends() -> None:
    bench = Bench()
    job_id = await bench.started()
    bench.engine.during = lambda _: bench.store.known.clear()
    assert (await bench.service.run(job_id, at_once=1)).state is JobState.CANCELLED
    assert len(bench.engine.asked) == 1


async def test_a_job_runs_once_and_goes_on_where_it_has_not_come_to_rest() -> None:
    bench = Bench()
    bench.engine.gate = asyncio.Event()
    begun = asyncio.Event()
    bench.engine.during = lambda _: begun.set()
    job_id = await bench.started()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(bench.service.run(job_id, at_once=1))
        await begun.wait()
        assert await bench.service.is_held(job_id)
        with pytest.raises(e.UserInputError, match="running already"):
            await bench.service.run(job_id)
        await bench.service.pause(job_id)
        again = group.create_task(bench.service.run(job_id))
        await settle(lambda: bench.store.known[job_id].state is JobState.RUNNING)
        bench.engine.gate.set()
    assert (first.result().state, again.result().state) == (JobState.DONE, JobState.DONE)
    assert len(bench.engine.asked) == 4
    assert not await bench.service.is_held(job_id)


async def test_the_forecast_knows_the_limits() -> None:
    bench = Bench()
    bench.gauges = (Gauge(Metric.RPM, 10, 0), Gauge(Metric.RPD, 100, 98))
    job_id = await bench.started()
    found = await bench.service.progress(job_id)
    assert found.ends_at == bench.clock.now() + 3600 + 6.0


async def test_the_forecast_counts_tokens_as_the_requests_of_today_needed_them() -> None:
    bench = Bench()
    # 5,000 tokens each: two a minute, where 100 requests would be allowed.
    bench.gauges = (
        Gauge(Metric.RPM, 100, 0),
        Gauge(Metric.TPM, 10_000, 0),
        Gauge(Metric.RPD, 1000, 10),
        Gauge(Metric.TPD, None, 50_000),
    )
    found = await bench.service.progress(await bench.started())
    assert found.ends_at == bench.clock.now() + 66.0 + 6.0


async def test_the_atlas_has_no_limits() -> None:
    bench = Bench(key=False)
    bench.gauges = (Gauge(Metric.RPM, 1, 1), Gauge(Metric.RPD, 1, 1))
    found = await bench.service.progress(await bench.started())
    assert found.ends_at == bench.clock.now() + 6.0


async def test_a_rest_says_nothing_about_the_rate() -> None:
    bench = Bench()
    job_id = await bench.started()
    for place, at in enumerate((10.0, 20.0, 40_000.0)):
        row = replace(bench.store.rows[job_id][place], state=ItemState.DONE, ended_at=bench.clock.now() + at)
        bench.store.rows[job_id][place] = row
    bench.clock.advance(50_000)
    found = await bench.service.progress(job_id)
    assert (found.rate, found.left) == (6.0, 1)
    assert found.ends_at == bench.clock.now() + 6.0


async def test_what_is_over_has_no_forecast() -> None:
    bench = Bench()
    job_id = await bench.started()
    await bench.service.cancel(job_id)
    assert (await bench.service.progress(job_id)).ends_at is None


async def test_a_long_job_is_counted_without_reading_it_again_and_again() -> None:
    bench = Bench()
    job_id = await bench.started(("root",))
    some = bench.store.rows[job_id][0]
    bench.store.rows[job_id] = [replace(some, topic_id=f"gone{n}") for n in range(300)]
    read = 0
    items = bench.store.items

    async def counted(which: str) -> tuple[JobItem, ...]:
        nonlocal read
        read += 1
        return await items(which)

    bench.store.items = counted  # type: ignore[method-assign]
    assert await bench.run(job_id) is JobState.DONE
    assert read < 10
    assert [news.progress.done for news in bench.heard if news.item is not None][-1] == 300


async def test_the_time_a_limit_was_waited_for_says_nothing_about_the_service() -> None:
    bench = Bench()

    def slow(seconds: float) -> Callable[[Request], None]:
        return lambda _: bench.clock.advance(seconds)

    first, second = (Queued(1, "model-x", metric, None) for metric in ("rpm", ""))
    said = answer(parsed_explanation(), created_at=bench.clock.now() + 1000)
    bench.engine.by_topic[title(bench, "root")] = [[first, said]]
    bench.engine.by_topic[title(bench, "c0")] = [[second, said]]
    job_id = await bench.started(("root", "c0", "c1"))
    ends: list[float | None] = []

    def heard(news: JobNews) -> None:
        if news.item is not None and news.item.state is ItemState.DONE:
            ends.append(news.progress.ends_at and news.progress.ends_at - bench.clock.now())
            bench.engine.during = slow(8.0)

    bench.engine.during = slow(50.0)
    await bench.service.run(job_id, heard, at_once=1)
    assert ends == [6.0, 8.0, None]  # two left side by side at the usual time, then one as the second took


async def test_what_a_429_said_moves_the_forecast() -> None:
    bench = Bench()
    now = bench.clock.now()
    job_id = await bench.started()
    bench.gauges = (Gauge(Metric.RPM, 10, 0, blocked_until=now + 45),)
    assert (await bench.service.progress(job_id)).ends_at == now + 45 + 6
    bench.gauges = (Gauge(Metric.RPD, 10, 3, blocked_until=now + 5000),)
    assert (await bench.service.progress(job_id)).ends_at == now + 5000 + 6


async def test_a_job_can_be_forecast_before_it_is_begun() -> None:
    bench = Bench()
    bench.gauges = (Gauge(Metric.RPM, 10, 0),)
    now = bench.clock.now()
    assert await bench.service.forecast(11) == now + 66.0 + 6.0
    assert await bench.service.forecast(11, EngineChoice.ATLAS) == now + 18.0
    assert await bench.service.forecast(0) is None
    assert await bench.service.jobs() == ()


async def test_a_topic_that_waits_can_be_taken_out_and_the_others_go_on() -> None:
    bench = Bench()
    job_id = await bench.started()
    assert await bench.service.leave_out(job_id, "c1")
    assert not await bench.service.leave_out(job_id, "c1")  # it is out already
    assert await bench.run(job_id) is JobState.DONE
    states = {item.topic_id: item.state for item in await bench.service.items(job_id)}
    assert states == {topic: ItemState.SKIPPED if topic == "c1" else ItemState.DONE for topic in TOPICS}
    assert len(bench.engine.asked) == len(TOPICS) - 1
    assert not await bench.service.leave_out(job_id, "c2")  # it is explained


async def test_a_topic_that_is_asked_for_can_be_taken_out_without_stopping_the_others() -> None:
    bench = Bench()
    bench.engine.gate = asyncio.Event()
    job_id = await bench.started()
    async with asyncio.TaskGroup() as group:
        group.create_task(bench.service.run(job_id, bench.heard.append, at_once=2))
        await settle(lambda: len(bench.engine.asked) == 2)
        assert await bench.service.leave_out(job_id, TOPICS[0])
        await settle(lambda: len(bench.engine.asked) == 3)
        assert await bench.service.leave_out(job_id, TOPICS[3])  # this one waits still
        bench.engine.gate.set()
    skipped, done = ItemState.SKIPPED, ItemState.DONE
    assert await bench.states(job_id) == [skipped, done, done, skipped]
    assert any(n.item and (n.item.topic_id, n.item.state) == (TOPICS[3], skipped) for n in bench.heard)
