"""Batches of explanations that last: what a job is, what its items have come to, and when it will be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Protocol

from knowalledge_desktop.core.request import EngineChoice, Options, Task


class JobState(StrEnum):
    """RUNNING wants to run, also after a restart; PAUSED waits for the person."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    """What has become of one topic. SKIPPED: it was removed from the map meanwhile, or taken out."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


OPEN = frozenset({ItemState.WAITING, ItemState.RUNNING})
"""Items that are still to be asked for."""

UNFINISHED = frozenset({JobState.RUNNING, JobState.PAUSED})
OVER = frozenset({JobState.DONE, JobState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Job:
    """A batch over topics of one map. `because` names the error that paused it; times are epoch seconds.

    `fresh` asks again instead of reading the cache; `task` is what is done with each topic: EXPLANATION,
    ILLUSTRATION or SUBTOPICS, which with `renews` tells those that are there anew and adds none.
    """

    job_id: str
    map_id: str
    title: str
    created_at: float
    state: JobState = JobState.RUNNING
    options: Options = field(default_factory=Options)
    engine: EngineChoice = EngineChoice.AUTO
    because: str = ""
    ended_at: float = 0.0
    fresh: bool = False
    task: Task = Task.EXPLANATION
    renews: bool = False


@dataclass(frozen=True, slots=True)
class JobItem:
    """One topic of a job. `error` is the class name of what went wrong last, `detail` its remark."""

    job_id: str
    topic_id: str
    title: str
    state: ItemState = ItemState.WAITING
    attempts: int = 0
    error: str = ""
    detail: str = ""
    ended_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. `rate` is items a minute over its last ones; `ends_at` a forecast, None when unknown."""

    total: int
    done: int
    failed: int
    running: int
    rate: float = 0.0
    ends_at: float | None = None

    @property
    def left(self) -> int:
        """Items that are still to be asked for."""
        return self.total - self.done - self.failed


class JobStore(Protocol):
    """Jobs on the disk. When a method returns, it is there; all raise StorageError."""

    async def create(self, job: Job, items: Sequence[JobItem]) -> None:
        """Store a new job."""
        ...

    async def jobs(self) -> tuple[Job, ...]:
        """All jobs, newest first."""
        ...

    async def job(self, job_id: str) -> Job | None:
        """One job."""
        ...

    async def items(self, job_id: str) -> tuple[JobItem, ...]:
        """The items of a job, in its order."""
        ...

    async def set_state(
        self, job_id: str, state: JobState, *, when: Collection[JobState], because: str = "", at: float = 0.0
    ) -> bool:
        """A job goes on, pauses, or ends, if it is in one of the states `when`; returns whether it was."""
        ...

    async def claim(self, job_id: str) -> JobItem | None:
        """Take the next waiting item: it is running from now on, for nobody else."""
        ...

    async def skip(self, job_id: str, topic_id: str, *, at: float) -> bool:
        """Take a topic out that still waits; returns whether it did."""
        ...

    async def settle(self, item: JobItem) -> None:
        """Write down what has become of an item."""
        ...

    async def put_back(self, job_id: str, *, states: Sequence[ItemState]) -> int:
        """Items in these states wait again; returns how many."""
        ...

    async def forget(self, job_id: str) -> None:
        """Remove a job from the list; its explanations stay in the map."""
        ...

    async def aclose(self) -> None:
        """Release the file."""
        ...


RECENT = 20
"""So many of the last finished items tell the rate."""


def progress(items: Sequence[JobItem], *, rest_s: float) -> Progress:
    """How far the items are; a gap longer than `rest_s` between two of them says nothing about the rate."""
    count = Counter([item.state for item in items])
    done = count[ItemState.DONE] + count[ItemState.SKIPPED]
    times = [item.ended_at for item in items if item.ended_at > 0 and item.state is ItemState.DONE]
    recent = sorted(times)[-RECENT:]
    gaps = [gap for gap in (after - before for before, after in pairwise(recent)) if gap <= rest_s]
    rate = 60.0 * len(gaps) / sum(gaps) if sum(gaps) > 0 else 0.0
    return Progress(len(items), done, count[ItemState.FAILED], count[ItemState.RUNNING], rate)
