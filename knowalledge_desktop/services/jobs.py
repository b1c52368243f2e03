"""Presentations: explanations of many topics as a job that lasts, whatever happens to the program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from math import ceil

from knowalledge_desktop.core.errors import StorageError, UserInputError
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.job_forecast import DayLimit, Pace, finishing_at
from knowalledge_desktop.core.jobs import (
    OPEN,
    OVER,
    UNFINISHED,
    ItemState,
    Job,
    JobItem,
    JobState,
    JobStore,
    Progress,
    progress,
)
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.ports import Clock, Library, Locks
from knowalledge_desktop.core.quota import Gauge
from knowalledge_desktop.core.request import EngineChoice, Options, Priority, Task
from knowalledge_desktop.services.explain import ExplainService
from knowalledge_desktop.services.explore import ExploreService
from knowalledge_desktop.services.imaging import ImagingService
from knowalledge_desktop.services.job_run import NOTHING_KNOWN, REST, Heard, JobRun, Standing
from knowalledge_desktop.services.quota import QuotaReport
from knowalledge_desktop.services.session import MapSession

AT_ONCE = 4

_LOOKS = 2
_LOOK_AGAIN_S = 0.3


class JobService:
    """Starts, runs, pauses and lists jobs. A job runs in one process at a time, which holds its lock.

    `minute_s` and `day_s` are the lengths the ledger counts in, `seconds_each` what an explanation is taken
    to need before one has come.
    """

    def __init__(
        self,
        store: JobStore,
        library: Library,
        explain: ExplainService,
        clock: Clock,
        locks: Locks,
        *,
        new_id: Callable[[], str],
        has_key: Callable[[], Awaitable[bool]],
        quota: Callable[[], Awaitable[QuotaReport]],
        minute_s: float = 60.0,
        day_s: float = 86_400.0,
        seconds_each: float = 6.0,
        explore: ExploreService | None = None,
        imaging: ImagingService | None = None,
    ) -> None:
        self._explore, self._imaging = explore, imaging
        self._runs: set[JobRun] = set()
        self._is_offline = False
        self._store = store
        self._library = library
        self._explain = explain
        self._clock = clock
        self._locks = locks
        self._new_id = new_id
        self._has_key = has_key
        self._quota = quota
        self._minute_s = minute_s
        self._day_s = day_s
        self._seconds_each = seconds_each

    async def start(
        self,
        document: Map,
        topic_ids: Sequence[str],
        options: Options,
        engine: EngineChoice = EngineChoice.AUTO,
        *,
        fresh: bool = False,
        task: Task = Task.EXPLANATION,
        renews: bool = False,
    ) -> Job:
        """A new job over topics of a kept map; `run` begins it. Raises UserInputError when there are none."""
        chosen = [topic_id for topic_id in dict.fromkeys(topic_ids) if topic_id in document.topics]
        if not chosen:
            raise UserInputError("Choose at least one topic to explain.")
        if engine is EngineChoice.AUTO and await self._has_key():
            engine = EngineChoice.GEMINI  # what stands in for an answer is no reason to call an item done
        job = Job(
            self._new_id(),
            document.map_id,
            document.title,
            self._clock.now(),
            options=options,
            engine=engine,
            fresh=fresh,
            task=task,
            renews=renews,
        )
        items = [JobItem(job.job_id, topic_id, document.topics[topic_id].title) for topic_id in chosen]
        await self._store.create(job, items)
        return job

    async def jobs(self) -> tuple[Job, ...]:
        """All jobs, newest first."""
        return await self._store.jobs()

    async def items(self, job_id: str) -> tuple[JobItem, ...]:
        """The items of a job."""
        return await self._store.items(job_id)

    async def progress(self, job_id: str) -> Progress:
        """How far a job is, with its forecast."""
        job = await self._store.job(job_id)
        so_far = progress(await self._store.items(job_id), rest_s=REST * self._minute_s)
        if job is None:
            return so_far
        return replace(so_far, ends_at=await self._forecast(job, so_far, NOTHING_KNOWN))

    async def forecast(self, count: int, engine: EngineChoice = EngineChoice.AUTO) -> float | None:
        """When so many topics would be explained if a job of them began now; None when it would never end."""
        if engine is EngineChoice.AUTO and await self._has_key():
            engine = EngineChoice.GEMINI
        planned = Job("", "", "", self._clock.now(), engine=engine)
        return await self._forecast(planned, Progress(count, 0, 0, 0), NOTHING_KNOWN)

    async def is_held(self, job_id: str) -> bool:
        """Whether some process runs the job now. A job that is RUNNING and not held was interrupted."""
        async with self._locks.hold_now(_lock(job_id)) as mine:
            return not mine

    async def interrupted(self) -> tuple[Job, ...]:
        """Jobs that want to run and that nobody runs, oldest first: those to go on with after a start."""
        jobs = [job for job in await self._store.jobs() if job.state is JobState.RUNNING]
        return tuple([job for job in reversed(jobs) if not await self.is_held(job.job_id)])

    async def pause(self, job_id: str) -> bool:
        """Let a job rest, also one that another process runs: what it has asked for still comes in.

        Returns False when it rests or is over already.
        """
        await self._known(job_id)
        return await self._store.set_state(job_id, JobState.PAUSED, when=(JobState.RUNNING,))

    async def cancel(self, job_id: str) -> bool:
        """End a job; what it has brought stays. Returns False when it is over already."""
        await self._known(job_id)
        return await self._store.set_state(job_id, JobState.CANCELLED, when=UNFINISHED, at=self._clock.now())

    async def retry(self, job_id: str) -> int:
        """Let failed items wait again; returns how many. `run` goes on with them."""
        await self._known(job_id)
        count = await self._store.put_back(job_id, states=(ItemState.FAILED,))
        if count:
            await self._store.set_state(job_id, JobState.PAUSED, when=OVER)
        return count

    def disconnected(self) -> None:
        """There is no connection: jobs that begin now wait a while before they try."""
        self._is_offline = True

    async def leave_out(self, job_id: str, topic_id: str) -> bool:
        """Take a topic out that waits, or that is asked for here just now; the others go on.

        Returns False when it is over already, or asked for by another process.
        """
        await self._known(job_id)
        run = next((run for run in self._runs if run.job_id == job_id), None)
        if await self._store.skip(job_id, topic_id, at=self._clock.now()):
            if run is not None:
                await run.look_again(topic_id)
            return True
        return run is not None and run.stop_one(topic_id)

    def connected(self) -> None:
        """There is a connection again: jobs that wait for one go on now."""
        self._is_offline = False
        for run in self._runs:
            run.connected()

    async def forget(self, job_id: str) -> None:
        """Take a job off the list; its explanations stay in the map."""
        await self._store.forget(job_id)

    async def run(
        self,
        job_id: str,
        heard: Heard = lambda _: None,
        *,
        session: MapSession | None = None,
        at_once: int = AT_ONCE,
        priority: Priority = Priority.LOW,
    ) -> Job:
        """Run a job until it is done, pauses or is cancelled; returns it as it is then.

        `session` is the map's, where it is open already. Cancelling the call leaves the job to be run
        again: nothing that is finished is asked twice. One that was paused and has not come to rest yet goes
        on where it runs; this call then ends with it. Raises UserInputError when the job runs elsewhere,
        MapNotFound, StorageError.
        """
        await self._known(job_id)

        async def run() -> Job:
            return await self._run(job_id, heard, session, at_once, priority)

        for _ in range(_LOOKS):
            async with self._locks.hold_now(_lock(job_id)) as mine:
                if mine:
                    return await run()
            if await self._store.set_state(job_id, JobState.RUNNING, when=(JobState.PAUSED, JobState.CANCELLED)):
                async with self._locks.hold(_lock(job_id)):
                    return await run()
            await self._clock.sleep(_LOOK_AGAIN_S)  # it may only have been looked at
        raise UserInputError("This job is running already, in another window or process.")

    async def _run(
        self, job_id: str, heard: Heard, session: MapSession | None, at_once: int, priority: Priority
    ) -> Job:
        job = await self._known(job_id)
        if session is None:
            session = MapSession(await self._library.load(job.map_id), self._library, stored=True)
        await self._store.put_back(job_id, states=(ItemState.RUNNING,))  # of a process that has died
        if not any(item.state in OPEN for item in await self._store.items(job_id)):
            await self._store.set_state(job_id, JobState.DONE, when=UNFINISHED, at=self._clock.now())
            return await self._known(job_id)
        await self._store.set_state(job_id, JobState.RUNNING, when=tuple(JobState))
        run = JobRun(
            replace(job, state=JobState.RUNNING, because=""),
            session,
            self._store,
            self._explain,
            self._clock,
            forecast=self._forecast,
            minute_s=self._minute_s,
            heard=heard,
            priority=priority,
            explore=self._explore,
            imaging=self._imaging,
        )
        self._runs.add(run)
        if self._is_offline and job.engine is EngineChoice.GEMINI:
            run.disconnected()
        try:
            await run.to_its_end(at_once)
        except BaseException:
            with suppress(StorageError):  # the next run does it too
                await self._store.put_back(job_id, states=(ItemState.RUNNING,))
            raise
        finally:
            self._runs.discard(run)
        # Whoever takes a job off the list while it runs ends it.
        return await self._store.job(job_id) or replace(job, state=JobState.CANCELLED)

    async def _known(self, job_id: str) -> Job:
        job = await self._store.job(job_id)
        if job is None:
            raise UserInputError(f"There is no job ‘{job_id}’.")
        return job

    async def _forecast(self, job: Job, so_far: Progress, standing: Standing) -> float | None:
        if job.state in OVER or so_far.left == 0:
            return None
        now = max(self._clock.now(), standing.waits_until or 0.0)
        each = self._seconds_each if standing.seconds_each is None else standing.seconds_each
        pace = Pace(each, AT_ONCE, minute_s=self._minute_s)
        if job.engine is not EngineChoice.GEMINI:  # the Atlas has no limits
            return finishing_at(so_far.left, now, pace)
        report = await self._quota()
        minute = _in_requests(report, Metric.RPM, Metric.TPM)
        if minute is not None:
            now = max(now, minute.blocked_until or 0.0)
            pace = replace(pace, rpm=minute.limit, minute_used=minute.used, minute_frees_at=minute.frees_at)
        # What is on its way is counted in the limits already.
        under_way = min(so_far.left, max(0, so_far.running - report.waiting))
        ends = finishing_at(so_far.left - under_way, now, pace, self._day(report))
        return None if ends is None else max(ends, now + each)

    def _day(self, report: QuotaReport) -> DayLimit | None:
        day = _in_requests(report, Metric.RPD, Metric.TPD)
        if day is None or day.limit is None:
            return None
        if day.blocked_until is not None and day.blocked_until > self._clock.now():
            return DayLimit(0, day.limit, day.blocked_until, self._day_s)
        return DayLimit(day.limit - day.used, day.limit, day.frees_at or report.day_ends, self._day_s)


def _in_requests(report: QuotaReport, requests: Metric, tokens: Metric) -> Gauge | None:
    """Whichever limit lets fewer requests through; one of tokens by what today's requests needed."""
    by_requests, by_tokens = report.gauge(requests), report.gauge(tokens)
    known = [by_requests] if by_requests and by_requests.limit is not None else []
    made, read = report.gauge(Metric.RPD), report.gauge(Metric.TPD)
    if by_tokens and by_tokens.limit is not None and made and made.used and read and read.used:
        each = read.used / made.used
        known.append(replace(by_tokens, limit=int(by_tokens.limit / each), used=ceil(by_tokens.used / each)))
    return min(known, key=lambda gauge: gauge.limit or 0, default=None)


def _lock(job_id: str) -> str:
    return f"job-{job_id}"
