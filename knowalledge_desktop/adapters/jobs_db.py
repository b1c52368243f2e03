"""Jobs in a SQLite file of their own, durable like the ledger: what is written has happened."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from knowalledge_desktop.adapters.library_connection import Connection, Row
from knowalledge_desktop.adapters.storage_errors import private_folder
from knowalledge_desktop.core.errors import NewerVersion, StorageDamaged
from knowalledge_desktop.core.jobs import ItemState, Job, JobItem, JobState
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.request import Detail, EngineChoice, Level, Options, Style, Task

T = TypeVar("T")

APPLICATION_ID = 0x4B414A42  # "KAJB"
VERSION = 1

_TABLES = f"""
CREATE TABLE job(
    job_id TEXT PRIMARY KEY NOT NULL,
    map_id TEXT NOT NULL,
    title TEXT NOT NULL,
    created_at REAL NOT NULL,
    state TEXT NOT NULL,
    options TEXT NOT NULL,
    engine TEXT NOT NULL,
    because TEXT NOT NULL DEFAULT '',
    ended_at REAL NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE item(
    job_id TEXT NOT NULL REFERENCES job(job_id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    topic_id TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '',
    ended_at REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (job_id, place)
) WITHOUT ROWID;
CREATE UNIQUE INDEX item_topic ON item(job_id, topic_id);

PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""

_ITEM = "job_id, topic_id, title, state, attempts, error, detail, ended_at"
_JOB = "job_id, map_id, title, created_at, state, options, engine, because, ended_at"


class JobsDb:
    """Implements `JobStore` in the file `path`; one thread works on it, which opens it at the first call."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="jobs")
        self._db: Connection | None = None
        self._notices: list[str] = []

    def notices(self) -> tuple[str, ...]:
        """Sentences for the user about what was found at opening."""
        return tuple(self._notices)

    async def create(self, job: Job, items: Sequence[JobItem]) -> None:
        """Store a new job."""

        def work(db: Connection) -> None:
            with db.writing():
                db.rows(f"INSERT INTO job({_JOB}) VALUES(?,?,?,?,?,?,?,?,?)", _job_row(job))
                for place, item in enumerate(items):
                    db.rows(
                        f"INSERT INTO item(place, {_ITEM}) VALUES(?,?,?,?,?,?,?,?,?)",
                        (place, *_item_row(item)),
                    )

        await self._run(work)

    async def jobs(self) -> tuple[Job, ...]:
        """All jobs, newest first."""
        rows = await self._run(lambda db: db.rows(f"SELECT {_JOB} FROM job ORDER BY created_at DESC"))  # noqa: S608
        return tuple(_job(row) for row in rows)

    async def job(self, job_id: str) -> Job | None:
        """One job."""
        rows = await self._run(lambda db: db.rows(f"SELECT {_JOB} FROM job WHERE job_id = ?", (job_id,)))  # noqa: S608
        return _job(rows[0]) if rows else None

    async def items(self, job_id: str) -> tuple[JobItem, ...]:
        """The items of a job, in its order."""
        sql = f"SELECT {_ITEM} FROM item WHERE job_id = ? ORDER BY place"  # noqa: S608
        return tuple(_item(row) for row in await self._run(lambda db: db.rows(sql, (job_id,))))

    async def set_state(
        self, job_id: str, state: JobState, *, when: Collection[JobState], because: str = "", at: float = 0.0
    ) -> bool:
        """A job goes on, pauses, or ends, if it is in one of the states `when`; returns whether it was."""
        marks = ",".join("?" * len(when))
        sql = f"""
            UPDATE job SET state = ?, because = ?, ended_at = ?
            WHERE job_id = ? AND state IN ({marks}) RETURNING job_id
        """  # noqa: S608 - marks only
        values = (state.value, because, at, job_id, *(each.value for each in when))
        return bool(await self._run(lambda db: db.rows(sql, values)))

    async def claim(self, job_id: str) -> JobItem | None:
        """Take the next waiting item: it is running from now on, for nobody else."""
        sql = f"""
            UPDATE item SET state = 'running', attempts = attempts + 1
            WHERE job_id = ?1 AND place = (
                SELECT min(place) FROM item WHERE job_id = ?1 AND state = 'waiting'
            ) AND EXISTS (SELECT 1 FROM job WHERE job_id = ?1 AND state = 'running')
            RETURNING {_ITEM}
        """  # noqa: S608 - names of columns only

        def work(db: Connection) -> Row | None:
            with db.writing():
                rows = db.rows(sql, (job_id,))
            return rows[0] if rows else None

        row = await self._run(work)
        return _item(row) if row else None

    async def skip(self, job_id: str, topic_id: str, *, at: float) -> bool:
        """Take a topic out that still waits; returns whether it did."""
        sql = """
            UPDATE item SET state = 'skipped', error = '', detail = '', ended_at = ?
            WHERE job_id = ? AND topic_id = ? AND state = 'waiting' RETURNING place
        """
        return bool(await self._run(lambda db: db.rows(sql, (at, job_id, topic_id))))

    async def settle(self, item: JobItem) -> None:
        """Write down what has become of an item."""
        sql = """
            UPDATE item SET state = ?, attempts = ?, error = ?, detail = ?, ended_at = ?
            WHERE job_id = ? AND topic_id = ?
        """
        values = (
            item.state.value,
            item.attempts,
            item.error,
            item.detail,
            item.ended_at,
            item.job_id,
            item.topic_id,
        )
        await self._run(lambda db: db.rows(sql, values))

    async def put_back(self, job_id: str, *, states: Sequence[ItemState]) -> int:
        """Items in these states wait again; returns how many."""
        marks = ",".join("?" * len(states))
        sql = f"UPDATE item SET state = 'waiting' WHERE job_id = ? AND state IN ({marks}) RETURNING place"  # noqa: S608
        return len(await self._run(lambda db: db.rows(sql, (job_id, *(state.value for state in states)))))

    async def forget(self, job_id: str) -> None:
        """Remove a job from the list; its explanations stay in the map."""
        await self._run(lambda db: db.rows("DELETE FROM job WHERE job_id = ?", (job_id,)))

    async def aclose(self) -> None:
        """Release the file."""

        def close() -> None:
            if self._db is not None:
                self._db.close()
                self._db = None

        await asyncio.get_running_loop().run_in_executor(self._thread, close)
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[Connection], T]) -> T:
        def whole() -> T:
            if self._db is None:
                self._db = self._open()
            return work(self._db)

        return await asyncio.get_running_loop().run_in_executor(self._thread, whole)

    def _open(self) -> Connection:
        private_folder(self._path.parent)
        try:
            return self._opened()
        except StorageDamaged:
            stamp = datetime.fromtimestamp(self._clock.now(), UTC).strftime("%Y%m%d-%H%M%S")
            aside = self._path.with_name(f"{self._path.name}.damaged-{stamp}")
            for suffix in ("", "-wal", "-shm"):
                found = self._path.with_name(self._path.name + suffix)
                if found.exists():
                    found.replace(aside.with_name(aside.name + suffix))
            self._notices.append(
                f"The list of batch jobs was damaged and was set aside as {aside.name}. "
                "Your maps and explanations are not affected."
            )
            return self._opened()

    def _opened(self) -> Connection:
        db = Connection(self._path, durable=True)
        try:
            with db.writing():
                self._check(db)
        except BaseException:
            db.close()
            raise
        return db

    def _check(self, db: Connection) -> None:
        """Make the tables of a new file; raises StorageDamaged or NewerVersion for one that is not ours."""
        version = db.value("PRAGMA user_version")
        if version == 0 and not db.rows("SELECT 1 FROM sqlite_schema LIMIT 1"):
            db.script(_TABLES)
        elif db.value("PRAGMA application_id") != APPLICATION_ID:
            raise StorageDamaged(f"{self._path}: not a list of jobs")
        elif version > VERSION:
            raise NewerVersion(str(self._path))


def _job_row(job: Job) -> tuple[object, ...]:
    options = json.dumps({**asdict(job.options), "fresh": job.fresh, "task": job.task.value, "renews": job.renews})
    return (
        job.job_id,
        job.map_id,
        job.title,
        job.created_at,
        job.state.value,
        options,
        job.engine.value,
        job.because,
        job.ended_at,
    )


def _job(row: Row) -> Job:
    told = cast("dict[str, Any]", json.loads(row[5]))
    options = Options(
        language=str(told.get("language", "en")),
        level=Level(told.get("level", Level.HIGH_SCHOOL)),
        detail=Detail(told.get("detail", Detail.MEDIUM)),
        style=Style(told.get("style", Style.GENERAL)),
        count=int(told.get("count", 15)),
        grounded=told.get("grounded") is True,
    )
    state, engine, fresh = JobState(row[4]), EngineChoice(row[6]), told.get("fresh") is True
    renews = told.get("renews") is True
    task = Task(told.get("task", Task.EXPLANATION))  # not there before maps could grow in jobs
    return Job(row[0], row[1], row[2], row[3], state, options, engine, row[7], row[8], fresh, task, renews)


def _item_row(item: JobItem) -> tuple[object, ...]:
    return (
        item.job_id,
        item.topic_id,
        item.title,
        item.state.value,
        item.attempts,
        item.error,
        item.detail,
        item.ended_at,
    )


def _item(row: Row) -> JobItem:
    return JobItem(row[0], row[1], row[2], ItemState(row[3]), row[4], row[5], row[6], row[7])
