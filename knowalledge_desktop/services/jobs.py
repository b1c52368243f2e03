"""Presentations: explanations of many topics as a job that lasts, whatever happens to the program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.jobs import (
    ItemState,
    Job,
    JobItem,
    JobState,
    JobStore,
    Progress,
    finishing_at,
    progress,
)
from knowalledge_desktop.core.ports import Clock, Library, Locks
from knowalledge_desktop.core.quota import Metric
from knowalledge_desktop.core.request import EngineChoice, Options, Priority
from knowalledge_desktop.services.explain import ExplainService
from knowalledge_desktop.services.job_run import Heard, JobRun
from knowalledge_desktop.services.quota import QuotaReport
from knowalledge_desktop.services.session import MapSession

AT_ONCE = 4
_SECONDS_EACH = 6.0
"""What an explanation takes before any has been finished."""


class JobService:
    """Starts, runs, pauses and lists jobs. A job runs in one process at a time, which holds its lock."""

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
    ) -> None:
        self._store = store
        self._library = library
        self._explain = explain
        self._clock = clock
        self._locks = locks
        self._new_id = new_id
        self._has_key = has_key
        self._quota = quota

    async def start(
        self, document: Map, topic_ids: Sequence[str], options: Options, engine: EngineChoice = EngineChoice.AUTO
    ) -> Job:
        """A new job over topics of a kept map; `run` begins it. Raises UserInputError when there are none."""
        chosen = [topic_id for topic_id in dict.fromkeys(topic_ids) if topic_id in document.topics]
        if not chosen:
            raise UserInputError("Choose at least one topic to explain.")
        if engine is EngineChoice.AUTO and await self._has_key():
            engine = EngineChoice.GEMINI  # what stands in for an answer is no reason to call an item done
        job = Job(
            self._new_id(), document.map_id, document.title, self._clock.now(), options=options, engine=engine
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
        items = await self._store.items(job_id)
        now = self._clock.now()
        so_far = progress(items, now)
        return replace(so_far, ends_at=await self._forecast(so_far, now))

    async def pause(self, job_id: str) -> None:
        """Let a job rest, also one that another process runs: what it has asked for still comes in."""
        await self._known(job_id)
        await self._store.set_state(job_id, JobState.PAUSED)

    async def cancel(self, job_id: str) -> None:
        """End a job; what it has brought stays."""
        await self._known(job_id)
        await self._store.set_state(job_id, JobState.CANCELLED, at=self._clock.now())

    async def retry(self, job_id: str) -> int:
        """Let failed items wait again; returns how many. `run` goes on with them."""
        await self._known(job_id)
        count = await self._store.put_back(job_id, states=(ItemState.FAILED,))
        if count:
            await self._store.set_state(job_id, JobState.PAUSED)
        return count

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
        again: nothing that is finished is asked twice. Raises UserInputError when the job runs
        elsewhere, MapNotFound, StorageError.
        """
        async with self._locks.hold_now(f"job-{job_id}") as mine:
            if not mine:
                raise UserInputError("This job is running already, in another window or process.")
            job = await self._known(job_id)
            await self._store.put_back(job_id, states=(ItemState.RUNNING,))  # of a process that has died
            await self._store.set_state(job_id, JobState.RUNNING)
            if session is None:
                session = MapSession(await self._library.load(job.map_id), self._library, stored=True)
            run = JobRun(
                replace(job, state=JobState.RUNNING),
                session,
                self._store,
                self._explain,
                self._clock,
                so_far=lambda: self.progress(job_id),
                heard=heard,
                priority=priority,
            )
            await run.to_its_end(at_once)
            return await self._known(job_id)

    async def _known(self, job_id: str) -> Job:
        job = await self._store.job(job_id)
        if job is None:
            raise UserInputError(f"There is no job ‘{job_id}’.")
        return job

    async def _forecast(self, so_far: Progress, now: float) -> float | None:
        if so_far.left == 0:
            return None
        report = await self._quota()
        minute, day = report.gauge(Metric.RPM), report.gauge(Metric.RPD)
        per_day = day.limit if day else None
        return finishing_at(
            so_far.left,
            now,
            seconds_each=60.0 * AT_ONCE / so_far.rate if so_far.rate else _SECONDS_EACH,
            at_once=AT_ONCE,
            rpm=minute.limit if minute else None,
            day_left=None if day is None or per_day is None else per_day - day.used,
            per_day=per_day,
            next_reset=report.day_ends,
        )
