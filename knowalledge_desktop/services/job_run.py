"""One run of a job: a few workers that share what stands in their way."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from knowalledge_desktop.core import errors as e
from knowalledge_desktop.core.graph import Map, Rendering
from knowalledge_desktop.core.jobs import OPEN, ItemState, Job, JobItem, JobState, JobStore, Progress, progress
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.request import Priority, Restarted, Task, TextDelta
from knowalledge_desktop.services.session import MapSession

if TYPE_CHECKING:  # whoever only hears of jobs, such as the window at its start, loads nothing that answers
    from knowalledge_desktop.services.explain import ExplainService
    from knowalledge_desktop.services.explore import ExploreService
    from knowalledge_desktop.services.imaging import ImagingService

TRIES_MAX = 4
_NAP_S = 2.0
"""So often a job that waits looks whether it still wants to run: it may be paused from another process."""
_FIRST_WAIT_S = 15.0
_LONGEST_WAIT_S = 300.0
_TIMED = 40

_PAUSES = (e.KeyProblem, e.AccessDenied, e.ModelNotFound, e.BudgetReached)
_OF_CONNECTION = frozenset({e.Offline.__name__, e.TimedOut.__name__, e.CircuitOpen.__name__})
_PASSES = (e.Offline, e.ModelUnavailable, e.TimedOut, e.CircuitOpen, e.QueueFull)


@dataclass(frozen=True, slots=True)
class JobNews:
    """What has just happened to a running job. `item` is what it happened to, None for the job itself.

    `waits_until` is set while nothing can be asked: a limit, or no connection; `because` names the error.
    """

    job: Job
    progress: Progress
    item: JobItem | None = None
    waits_until: float | None = None
    because: str = ""


Heard = Callable[[JobNews], None]

REST = 2.5
"""So many minutes without an item are a rest: a pause, or a limit of the day."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a run knows for the forecast: the seconds of an answer without waiting, and until when it waits."""

    seconds_each: float | None = None
    waits_until: float | None = None


NOTHING_KNOWN = Standing()

Forecast = Callable[[Job, Progress, Standing], Awaitable[float | None]]


class JobRun:
    """Asks for the items of one job, a few at once, until none is left or the job is to stop."""

    def __init__(
        self,
        job: Job,
        session: MapSession,
        store: JobStore,
        explain: ExplainService,
        clock: Clock,
        *,
        forecast: Forecast,
        minute_s: float,
        heard: Heard,
        priority: Priority,
        explore: ExploreService | None = None,
        imaging: ImagingService | None = None,
    ) -> None:
        self._job = job
        self._explore, self._imaging = explore, imaging
        self._store = store
        self._explain = explain
        self._clock = clock
        self._forecast = forecast
        self._rest_s = REST * minute_s
        self._forecast_every_s = minute_s / 60.0
        self._forecast_at = -1.0
        self._ends_at: float | None = None
        self._items: dict[str, JobItem] = {}
        self._session = session
        self._heard = heard
        self._priority = priority
        self._opens_at = 0.0
        self._because = ""
        self._waits = 0
        self._tries: Counter[str] = Counter()
        self._took: deque[float] = deque(maxlen=_TIMED)
        self._broken: list[Exception] = []
        self._asking: dict[str, asyncio.Task[None]] = {}

    @property
    def job_id(self) -> str:
        """Whose run it is."""
        return self._job.job_id

    def stop_one(self, topic_id: str) -> bool:
        """Stop asking for one topic, which is left out then; whether it was asked for."""
        asking = self._asking.get(topic_id)
        return asking is not None and asking.cancel()

    async def look_again(self, topic_id: str) -> None:
        """The person has done something with a topic: tell what has become of it."""
        found = next((each for each in await self._store.items(self.job_id) if each.topic_id == topic_id), None)
        if found is not None:
            await self._tell(found)

    def connected(self) -> None:
        """There is a connection again: what waits for one need not wait any longer."""
        if self._because in _OF_CONNECTION:
            self._opens_at = 0.0
            self._waits = 0

    def disconnected(self) -> None:
        """There is no connection, as is known already: wait for one before anything is asked."""
        self._waits += 1
        self._wait(self._clock.now() + _FIRST_WAIT_S, e.Offline())

    async def to_its_end(self, at_once: int) -> None:
        """Work with so many asks at once; raises what broke it, once all workers have ended."""
        self._items = {item.topic_id: item for item in await self._store.items(self._job.job_id)}
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(self._work())
        if self._broken:
            raise self._broken[0]
        items = await self._store.items(self._job.job_id)
        if not any(item.state in OPEN for item in items):
            now = self._clock.now()
            await self._store.set_state(self._job.job_id, JobState.DONE, when=(JobState.RUNNING,), at=now)
        await self._tell(None)

    async def _work(self) -> None:
        while not self._broken and await self._is_open():
            item = await self._store.claim(self._job.job_id)
            if item is None:
                return
            try:
                await self._tell(item)
                settled = await self._one(item)
                await self._store.settle(settled)
                await self._tell(settled)
            except Exception as error:  # noqa: BLE001 - not swallowed: raised when the others have ended
                self._broken.append(error)

    async def _one(self, item: JobItem) -> JobItem:
        """Ask for one topic; returns the item with what has become of it."""
        document, now = self._session.map, self._clock.now()
        if item.topic_id not in document.topics or document.topics[item.topic_id].locked:
            return replace(item, state=ItemState.SKIPPED, ended_at=now)
        if self._is_there(document, item.topic_id):  # kept just before the program was killed
            return replace(item, state=ItemState.DONE, error="", detail="", ended_at=now)
        began = self._clock.monotonic()
        try:
            was_limited = await self._ask_stoppable(item)
        except e.StorageError:
            raise
        except e.AppError as error:
            return await self._troubled(item, error)
        if was_limited is None and not self._is_there(self._session.map, item.topic_id):
            return replace(item, state=ItemState.SKIPPED, error="", detail="", ended_at=self._clock.now())
        if was_limited is False:
            self._took.append(self._clock.monotonic() - began)
        self._waits = 0
        return replace(item, state=ItemState.DONE, error="", detail="", ended_at=self._clock.now())

    async def _troubled(self, item: JobItem, error: e.AppError) -> JobItem:
        """What an error makes of an item: it waits again, with the whole job or alone, or it has failed."""
        now = self._clock.now()
        if isinstance(error, _PAUSES):
            self._because = type(error).__name__
            # Not when the person has ended it meanwhile.
            await self._store.set_state(
                self._job.job_id, JobState.PAUSED, when=(JobState.RUNNING,), because=self._because
            )
            return _waiting(item, error)
        if isinstance(error, e.QuotaExhausted) and not isinstance(error, e.RequestTooBig):
            self._wait(now + _LONGEST_WAIT_S if error.until is None else error.until, error)
            return _waiting(item, error)
        if isinstance(error, _PASSES):
            return self._later(item, error, now)
        return self._failed(item, error)

    def _later(self, item: JobItem, error: e.Unavailable, now: float) -> JobItem:
        """What passes is waited for, longer each time; a service that is there but fails is given up at last."""
        self._tries[item.topic_id] += 1
        if self._tries[item.topic_id] >= TRIES_MAX and isinstance(error, e.TimedOut | e.ModelUnavailable):
            return self._failed(item, error)
        if self._opens_at <= now:  # what failed beside it at the same time is one trouble, not several
            self._waits += 1
        pause = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** (self._waits - 1))
        until = error.until if isinstance(error, e.CircuitOpen) else now + pause
        self._wait(until, error)
        return replace(_waiting(item, error), attempts=item.attempts)

    async def _ask_stoppable(self, item: JobItem) -> bool | None:
        """The same as `_ask`, but None when `stop_one` ended it."""
        answered: list[bool] = []
        failed: list[Exception] = []

        async def ask() -> None:
            try:
                answered.append(await self._ask(item))
            except Exception as error:  # noqa: BLE001 - not swallowed: raised below as itself, not in a group
                failed.append(error)

        try:
            async with asyncio.TaskGroup() as group:
                self._asking[item.topic_id] = group.create_task(ask())
        finally:
            self._asking.pop(item.topic_id, None)
        if failed:
            raise failed[0]
        return answered[0] if answered else None

    async def _ask(self, item: JobItem) -> bool:
        """Have a topic explained, expanded or drawn, and kept; whether a limit had to be waited for."""
        if self._job.task is Task.SUBTOPICS:
            return await self._expand(item)
        if self._job.task is Task.ILLUSTRATION:
            return await self._draw(item)
        parts = self._explain.explain(
            self._session,
            item.topic_id,
            self._job.options,
            engine=self._job.engine,
            priority=self._priority,
            fresh=self._is_fresh(item),
        )
        async with aclosing(parts):
            async for part in parts:
                if not isinstance(part, TextDelta | Restarted):
                    return part.was_limited
        raise TypeError("the stream of an explanation ended without one")

    def _is_fresh(self, item: JobItem) -> bool:
        """What was declined is remembered; who has it tried again wants to know whether it still is."""
        return self._job.fresh or item.error == e.ContentBlocked.__name__

    async def _expand(self, item: JobItem) -> bool:
        if self._explore is None:
            raise TypeError("there is nobody who expands topics")
        session, topic_id, options = self._session, item.topic_id, self._job.options
        engine, fresh = self._job.engine, self._is_fresh(item)
        if self._job.renews:
            await self._explore.renew(session, topic_id, options, engine=engine, priority=self._priority)
            return True
        steps = self._explore.expand(
            session, topic_id, options, engine=engine, priority=self._priority, fresh=fresh
        )
        async with aclosing(steps):
            async for _ in steps:
                pass
        return True  # how long it took tells nothing about explanations

    async def _draw(self, item: JobItem) -> bool:
        if self._imaging is None:
            raise TypeError("there is nobody who draws topics")
        await self._imaging.illustrate(
            self._session,
            item.topic_id,
            self._job.options,
            engine=self._job.engine,
            priority=self._priority,
            fresh=self._is_fresh(item),
        )
        return True

    def _is_there(self, document: Map, topic_id: str) -> bool:
        if self._job.task is Task.SUBTOPICS:
            return any(
                document.topics[child].provenance.created_at >= self._job.created_at
                for child in document.children(topic_id)
            )
        if self._job.task is Task.ILLUSTRATION:
            drawn = document.pictures.get(topic_id)
            return drawn is not None and drawn.provenance.created_at >= self._job.created_at
        found = document.explanations.get(f"{topic_id}/{Rendering.of(self._job.options).slug()}")
        return found is not None and found.provenance.created_at >= self._job.created_at

    def _failed(self, item: JobItem, error: e.AppError) -> JobItem:
        return replace(
            item,
            state=ItemState.FAILED,
            error=type(error).__name__,
            detail=error.detail,
            ended_at=self._clock.now(),
        )

    def _wait(self, until: float, error: e.AppError) -> None:
        self._opens_at = max(self._opens_at, until)
        self._because = type(error).__name__

    async def _is_open(self) -> bool:
        """Wait while nothing can be asked; whether the job still wants to run then."""
        told = 0.0
        while True:
            job = await self._store.job(self._job.job_id)
            if job is None or job.state is not JobState.RUNNING:
                return False
            rest = self._opens_at - self._clock.now()
            if rest <= 0 or self._broken:
                return not self._broken
            if told != self._opens_at:
                told = self._opens_at
                await self._tell(None)
            await self._clock.sleep(min(rest, _NAP_S))

    async def _tell(self, item: JobItem | None) -> None:
        job = await self._store.job(self._job.job_id) or self._job
        wants_to_run = job.state is JobState.RUNNING
        waits = self._opens_at if wants_to_run and self._opens_at > self._clock.now() else None
        if item is not None:
            self._items[item.topic_id] = item
        so_far = progress(tuple(self._items.values()), rest_s=self._rest_s)
        now = self._clock.monotonic()
        if item is None or not 0 <= now - self._forecast_at < self._forecast_every_s:
            self._forecast_at = now
            each = median(self._took) if self._took else None
            self._ends_at = await self._forecast(job, so_far, Standing(each, waits))
        so_far = replace(so_far, ends_at=self._ends_at)
        because = self._because if waits else job.because
        self._heard(JobNews(job, so_far, item, waits, because))


def _waiting(item: JobItem, error: e.AppError) -> JobItem:
    """It waits again; a limit in the way is not an attempt."""
    attempts = max(0, item.attempts - 1)
    return replace(
        item, state=ItemState.WAITING, attempts=attempts, error=type(error).__name__, detail=error.detail
    )
