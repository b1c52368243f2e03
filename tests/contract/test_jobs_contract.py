"""What every store of jobs promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from knowalledge_desktop.adapters.jobs_db import VERSION, JobsDb
from knowalledge_desktop.core.errors import NewerVersion
from knowalledge_desktop.core.jobs import ItemState, Job, JobItem, JobState, JobStore
from knowalledge_desktop.core.request import Detail, EngineChoice, Level, Options
from tests.support.fakes import FakeClock
from tests.support.jobs import MemoryJobs

JOB = Job("j1", "m1", "Jazz", 100.0, options=Options(language="fr", level=Level.JUNIOR, detail=Detail.BRIEF))
ITEMS = tuple(JobItem("j1", f"t{n}", f"Topic {n}") for n in range(5))


@pytest.fixture(params=["disk", "memory"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[JobStore, None]:
    made: JobStore = JobsDb(tmp_path / "jobs.db", FakeClock()) if request.param == "disk" else MemoryJobs()
    yield made
    await made.aclose()


async def test_a_job_comes_back_as_it_was(store: JobStore) -> None:
    await store.create(JOB, ITEMS)
    later = replace(JOB, job_id="j2", created_at=200.0, engine=EngineChoice.GEMINI, fresh=True)
    await store.create(later, ())
    assert await store.jobs() == (later, JOB)
    assert await store.job("j1") == JOB
    assert await store.items("j1") == ITEMS
    assert await store.job("none") is None
    assert await store.items("none") == ()


async def test_each_item_is_claimed_once_in_order(store: JobStore) -> None:
    await store.create(JOB, ITEMS)
    claims = await asyncio.gather(*(store.claim("j1") for _ in range(8)))
    taken = [item.topic_id for item in claims if item is not None]
    assert sorted(taken) == [f"t{n}" for n in range(5)]
    assert all(item.state is ItemState.RUNNING and item.attempts == 1 for item in claims if item is not None)


async def test_only_what_still_waits_can_be_taken_out(store: JobStore) -> None:
    await store.create(JOB, ITEMS)
    claimed = await store.claim("j1")
    assert claimed is not None
    assert not await store.skip("j1", claimed.topic_id, at=9.0)
    assert [await store.skip("j1", "t3", at=9.0) for _ in range(2)] == [True, False]
    assert not await store.skip("j1", "none", at=9.0)
    found = {item.topic_id: item for item in await store.items("j1")}
    assert (found["t3"].state, found["t3"].ended_at) == (ItemState.SKIPPED, 9.0)
    rest = [item.topic_id for _ in range(4) if (item := await store.claim("j1")) is not None]
    assert rest == ["t1", "t2", "t4"]


async def test_a_job_that_does_not_run_gives_no_items(store: JobStore) -> None:
    await store.create(JOB, ITEMS)
    for state in (JobState.PAUSED, JobState.CANCELLED, JobState.DONE):
        assert await store.set_state("j1", state, when=tuple(JobState), because="Offline", at=5.0)
        assert await store.claim("j1") is None
    job = await store.job("j1")
    assert job is not None
    assert (job.state, job.because, job.ended_at) == (JobState.DONE, "Offline", 5.0)


async def test_a_state_changes_only_from_those_that_are_named(store: JobStore) -> None:
    await store.create(JOB, ITEMS)
    assert await store.set_state("j1", JobState.CANCELLED, when=(JobState.RUNNING, JobState.PAUSED), at=7.0)
    assert not await store.set_state("j1", JobState.PAUSED, when=(JobState.RUNNING,), because="KeyRejected")
    job = await store.job("j1")
    assert job is not None
    assert (job.state, job.because, job.ended_at) == (JobState.CANCELLED, "", 7.0)
    assert not await store.set_state("none", JobState.PAUSED, when=tuple(JobState))


async def test_only_one_of_many_ends_a_job(store: JobStore) -> None:
    await store.create(JOB, ITEMS)
    ended = [store.set_state("j1", JobState.CANCELLED, when=(JobState.RUNNING,)) for _ in range(8)]
    assert sum(await asyncio.gather(*ended)) == 1


async def test_two_processes_never_take_the_same_item(tmp_path: Path) -> None:
    both = [JobsDb(tmp_path / "jobs.db", FakeClock()) for _ in range(2)]
    await both[0].create(JOB, tuple(JobItem("j1", f"t{n}", f"Topic {n}") for n in range(40)))
    claims = await asyncio.gather(*(both[n % 2].claim("j1") for n in range(60)))
    taken = [item.topic_id for item in claims if item is not None]
    assert (len(taken), len(set(taken))) == (40, 40)
    for each in both:
        await each.aclose()


async def test_what_became_of_an_item_is_kept_and_can_be_put_back(store: JobStore) -> None:
    await store.create(JOB, ITEMS)
    item = await store.claim("j1")
    assert item is not None
    failed = replace(item, state=ItemState.FAILED, error="ContentBlocked", detail="SAFETY", ended_at=7.0)
    await store.settle(failed)
    assert (await store.items("j1"))[0] == failed
    await store.claim("j1")
    assert await store.put_back("j1", states=(ItemState.FAILED, ItemState.RUNNING)) == 2
    assert {each.state for each in await store.items("j1")} == {ItemState.WAITING}
    again = await store.claim("j1")
    assert again is not None
    assert (again.topic_id, again.attempts) == ("t0", 2)


async def test_a_forgotten_job_is_gone_with_its_items(store: JobStore) -> None:
    await store.create(JOB, ITEMS)
    await store.forget("j1")
    assert await store.jobs() == ()
    assert await store.items("j1") == ()
    await store.forget("j1")


async def test_jobs_are_there_after_a_restart_and_a_damaged_file_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    first = JobsDb(path, FakeClock())
    await first.create(JOB, ITEMS)
    await first.aclose()
    second = JobsDb(path, FakeClock())
    assert await second.items("j1") == ITEMS
    assert second.notices() == ()
    await second.aclose()
    path.write_bytes(b"not a database at all" * 100)
    third = JobsDb(path, FakeClock())
    assert await third.jobs() == ()
    assert "set aside" in third.notices()[0]
    assert len(list(tmp_path.glob("jobs.db.damaged-*"))) == 1  # noqa: ASYNC240 - a test looks
    await third.aclose()


async def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    first = JobsDb(path, FakeClock())
    await first.create(JOB, ITEMS)
    await first.aclose()
    newer = apsw.Connection(str(path))
    newer.execute(f"PRAGMA user_version = {VERSION + 1}")
    newer.close()
    second = JobsDb(path, FakeClock())
    with pytest.raises(NewerVersion):
        await second.jobs()
    assert (second.notices(), list(tmp_path.glob("*damaged*"))) == ((), [])  # noqa: ASYNC240 - a test looks
    await second.aclose()


async def test_a_job_of_before_there_was_more_to_choose_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    first = JobsDb(path, FakeClock())
    await first.create(JOB, ITEMS)
    await first.aclose()
    older = apsw.Connection(str(path))
    older.execute("UPDATE job SET options = ?", ('{"language": "fr", "level": "junior", "detail": "brief"}',))
    older.close()
    second = JobsDb(path, FakeClock())
    assert await second.job("j1") == JOB
    await second.aclose()
