"""Jobs in memory, held to the same contract as those on the disk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from knowalledge_desktop.core.jobs import ItemState, Job, JobItem, JobState


class MemoryJobs:
    """Implements `JobStore`."""

    def __init__(self) -> None:
        self.known: dict[str, Job] = {}
        self.rows: dict[str, list[JobItem]] = {}

    async def create(self, job: Job, items: Sequence[JobItem]) -> None:
        self.known[job.job_id] = job
        self.rows[job.job_id] = list(items)

    async def jobs(self) -> tuple[Job, ...]:
        return tuple(sorted(self.known.values(), key=lambda job: -job.created_at))

    async def job(self, job_id: str) -> Job | None:
        return self.known.get(job_id)

    async def items(self, job_id: str) -> tuple[JobItem, ...]:
        return tuple(self.rows.get(job_id, ()))

    async def set_state(
        self, job_id: str, state: JobState, *, when: Collection[JobState], because: str = "", at: float = 0.0
    ) -> bool:
        job = self.known.get(job_id)
        if job is None or job.state not in when:
            return False
        self.known[job_id] = replace(job, state=state, because=because, ended_at=at)
        return True

    async def claim(self, job_id: str) -> JobItem | None:
        job = self.known.get(job_id)
        if job is None or job.state is not JobState.RUNNING:
            return None
        for place, item in enumerate(self.rows[job_id]):
            if item.state is ItemState.WAITING:
                taken = replace(item, state=ItemState.RUNNING, attempts=item.attempts + 1)
                self.rows[job_id][place] = taken
                return taken
        return None

    async def skip(self, job_id: str, topic_id: str, *, at: float) -> bool:
        for place, item in enumerate(self.rows.get(job_id, [])):
            if item.topic_id == topic_id and item.state is ItemState.WAITING:
                self.rows[job_id][place] = replace(item, state=ItemState.SKIPPED, error="", detail="", ended_at=at)
                return True
        return False

    async def settle(self, item: JobItem) -> None:
        rows = self.rows.get(item.job_id, [])
        rows[:] = [item if each.topic_id == item.topic_id else each for each in rows]

    async def put_back(self, job_id: str, *, states: Sequence[ItemState]) -> int:
        rows = self.rows.get(job_id, [])
        count = sum(item.state in states for item in rows)
        rows[:] = [replace(item, state=ItemState.WAITING) if item.state in states else item for item in rows]
        return count

    async def forget(self, job_id: str) -> None:
        self.known.pop(job_id, None)
        self.rows.pop(job_id, None)

    async def aclose(self) -> None:
        return
