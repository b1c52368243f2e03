"""The ledger on the disk: its time, its days, what it learns, and what happens to its file."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.core.errors import NewerVersion, StorageReadOnly
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Bucket, Budget, Demand, Limits, Used
from knowalledge_desktop.core.quota_rules import next_pacific_midnight, pacific_day
from tests.support.fakes import FakeClock
from tests.support.ledger_cases import ASKED, BUCKET, admitted, ledger_at, refused, served

RPM_ID = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"
RPD_ID = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
TPM_ID = "GenerateContentInputTokensPerModelPerMinute-FreeTier"
HOUR = 3600.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


# --- time ---------------------------------------------------------------------------------------------------


async def test_a_clock_set_back_frees_nothing_and_freezes_nothing(tmp_path: Path, clock: FakeClock) -> None:
    ledger = ledger_at(tmp_path, clock)
    for name in "abc":
        await served(ledger, name)
    began = (await admitted(ledger, "other", bucket=Bucket("p", "m"))).at
    clock.time -= HOUR
    no = await refused(ledger)
    assert no.until == clock.now() + 60
    clock.advance(59)
    assert (await refused(ledger)).until == clock.now() + 1
    clock.advance(1)
    assert (await admitted(ledger, "d")).at == began + 60
    await ledger.aclose()


async def test_a_clock_set_back_between_two_processes(tmp_path: Path, clock: FakeClock) -> None:
    first = ledger_at(tmp_path, clock)
    for name in "abc":
        await served(first, name)
    await first.aclose()
    clock.time -= HOUR
    clock.advance(30)
    second = ledger_at(tmp_path, clock)
    assert (await refused(second)).until == clock.now() + 30
    clock.advance(30)
    await admitted(second, "d")
    await second.aclose()


async def test_a_restarted_machine_with_a_clock_behind_waits_a_minute_only(
    tmp_path: Path, clock: FakeClock
) -> None:
    first = ledger_at(tmp_path, clock)
    for name in "abc":
        await served(first, name)
    await first.aclose()
    restarted = FakeClock(clock.now() - HOUR)
    restarted._monotonic = 5.0  # it counts from the machine's start
    second = ledger_at(tmp_path, restarted)
    no = await refused(second)
    assert no.until == restarted.now() + 60
    await admitted(second, "other", bucket=Bucket("p", "m"))  # from now on the time goes on
    restarted.advance(60)
    await admitted(second, "d")
    await second.aclose()


async def test_a_clock_set_back_over_midnight_charges_both_days(tmp_path: Path, clock: FakeClock) -> None:
    clock.time = next_pacific_midnight(clock.now()) - 60
    ledger = ledger_at(tmp_path, clock, Limits(rpd=3))
    await served(ledger, "evening")
    clock.advance(120)
    await served(ledger, "morning")
    clock.time -= 600
    await served(ledger, "either")
    assert (await ledger.gauges(BUCKET))[3].used == 2  # on either day
    await served(ledger, "either again")
    no = await refused(ledger)
    assert (no.metric, no.used) == (Metric.RPD, 3)
    await ledger.aclose()


# --- days ---------------------------------------------------------------------------------------------------


async def test_a_call_across_midnight_is_charged_to_both_days(tmp_path: Path, clock: FakeClock) -> None:
    clock.time = next_pacific_midnight(clock.now()) - 10
    today = pacific_day(clock.now())
    ledger = ledger_at(tmp_path, clock, Limits(rpd=2, tpd=1_000))
    await admitted(ledger, "across", Demand(100, cost_micro=5))
    clock.advance(20)
    gauges = await ledger.gauges(BUCKET)
    assert [gauges[3].used, gauges[4].used] == [1, 100]
    await ledger.settle("across", Used(150, cost_micro=7))
    gauges = await ledger.gauges(BUCKET)
    assert [gauges[3].used, gauges[4].used] == [1, 150]
    assert [(row.day, row.requests, row.cost_micro) for row in await ledger.spend("default", "0")] == [
        (today, 1, 7)
    ]
    await served(ledger, "b")
    assert (await refused(ledger)).metric is Metric.RPD
    await ledger.aclose()


async def test_given_back_after_midnight_leaves_both_days(tmp_path: Path, clock: FakeClock) -> None:
    clock.time = next_pacific_midnight(clock.now()) - 10
    ledger = ledger_at(tmp_path, clock, Limits(rpd=2))
    await admitted(ledger, "across")
    clock.advance(20)
    assert (await ledger.gauges(BUCKET))[3].used == 1
    await ledger.give_back("across")
    assert (await ledger.gauges(BUCKET))[3].used == 0
    await ledger.aclose()


async def test_an_answer_after_the_deadline_is_charged_to_its_day(tmp_path: Path, clock: FakeClock) -> None:
    clock.time = next_pacific_midnight(clock.now()) - HOUR
    ledger = ledger_at(tmp_path, clock)
    await admitted(ledger, "slow")
    clock.advance(2 * HOUR)
    assert (await ledger.gauges(BUCKET))[3].used == 0
    await ledger.settle("slow", Used(100))
    assert [gauge.used for gauge in await ledger.gauges(BUCKET)][:5] == [1, 100, 0, 1, 100]
    await ledger.aclose()


@pytest.mark.parametrize(("day", "hours"), [(1_772_956_800.0, 23), (1_793_516_400.0, 25)])
async def test_days_when_clocks_change(tmp_path: Path, day: float, hours: int) -> None:
    clock = FakeClock(day + 60)
    ledger = ledger_at(tmp_path, clock, Limits(rpd=1))
    await served(ledger, "a")
    no = await refused(ledger)
    assert no.until == day + hours * HOUR
    clock.advance(no.until - clock.now() - 1)
    await refused(ledger)
    clock.advance(1)
    await admitted(ledger, "b")
    await ledger.aclose()


async def test_days_and_months_of_a_given_length(tmp_path: Path, clock: FakeClock) -> None:
    clock.time = 30_000.0
    ledger = ledger_at(tmp_path, clock, Limits(rpd=1), minute_s=1.0, day_s=10.0)
    await ledger.set_budget("default", Budget(month_micro=15))
    await served(ledger, "a")
    assert (await refused(ledger)).until == 30_010
    clock.advance(10)
    await admitted(ledger, "b")
    no = await refused(ledger, bucket=Bucket("default", "other"))
    assert (no.metric, no.until) == (Metric.MONTH_BUDGET, 30_300)
    await ledger.aclose()


# --- what is learned ----------------------------------------------------------------------------------------


async def test_without_a_figure_the_count_served_is_learned(tmp_path: Path, clock: FakeClock) -> None:
    ledger = ledger_at(tmp_path, clock, Limits(rpm=50))
    for name in "abcd":
        await served(ledger, name)
    for name in ("on its way", "refused", "refused too"):
        await admitted(ledger, name)
    no = await ledger.learn(BUCKET, quota_id=RPM_ID, limit=None, until=clock.now() + 30)
    assert (no.limit, no.until) == (4, clock.now() + 30)
    await ledger.settle("refused", Used(0))
    assert (await ledger.learn(BUCKET, quota_id=RPM_ID, limit=None, until=clock.now() + 20)).limit == 4
    await ledger.settle("refused too", Used(0))
    await ledger.settle("on its way", Used(100))
    assert (await ledger.limits(BUCKET)).rpm == 5
    clock.advance(200)
    await served(ledger, "later")
    assert (await ledger.limits(BUCKET)).rpm == 5
    await ledger.learn(BUCKET, quota_id=RPM_ID, limit=None, until=None)
    assert (await ledger.limits(BUCKET)).rpm == 1
    await ledger.aclose()


async def test_a_refusal_of_the_first_request_teaches_no_limit(tmp_path: Path, clock: FakeClock) -> None:
    ledger = ledger_at(tmp_path, clock)
    await admitted(ledger, "a")
    await ledger.learn(BUCKET, quota_id="", limit=None, until=None)
    await ledger.settle("a", Used(0))
    no = await refused(ledger)
    assert (no.metric, no.told, no.until) == (Metric.RPM, True, clock.now() + 60)
    clock.advance(60)
    assert (await ledger.limits(BUCKET)).rpm == 3
    await admitted(ledger, "b")
    await ledger.aclose()


async def test_tokens_and_days_without_a_figure(tmp_path: Path, clock: FakeClock) -> None:
    ledger = ledger_at(tmp_path, clock, Limits())
    await served(ledger, "a", 300)
    await served(ledger, "b", 200)
    assert (await ledger.learn(BUCKET, quota_id=TPM_ID, limit=None, until=None)).limit == 500
    no = await ledger.learn(BUCKET, quota_id=RPD_ID, limit=None, until=clock.now() + 58)
    assert (no.metric, no.limit, no.until) == (Metric.RPD, 2, next_pacific_midnight(clock.now()))
    await ledger.aclose()


async def test_what_was_learned_is_shared_and_outlives_the_process(tmp_path: Path, clock: FakeClock) -> None:
    first, second = ledger_at(tmp_path, clock), ledger_at(tmp_path, clock)
    await admitted(second, "a")
    no = await first.learn(BUCKET, quota_id=RPD_ID, limit=20, until=None)
    assert await refused(second) == no
    await first.aclose()
    await second.aclose()
    third = ledger_at(tmp_path, clock)
    assert await refused(third) == no
    await third.aclose()


async def test_limits_set_in_another_process_hold_at_once(tmp_path: Path, clock: FakeClock) -> None:
    first, second = ledger_at(tmp_path, clock), ledger_at(tmp_path, clock)
    await served(first, "a")
    await second.set_limits(BUCKET, Limits(rpm=1))
    assert (await refused(first)).limit == 1
    await second.set_budget("default", Budget(day_micro=5))
    assert (await refused(first)).metric is Metric.DAY_BUDGET
    await first.aclose()
    await second.aclose()


# --- the mirror ---------------------------------------------------------------------------------------------


async def test_memory_refuses_only_what_is_certain(tmp_path: Path, clock: FakeClock) -> None:
    ledger = ledger_at(tmp_path, clock)
    for name in "abc":
        await admitted(ledger, name)
    await refused(ledger)
    assert ledger.glance(BUCKET, ASKED) is None  # one of them may be given back
    for name in "abc":
        await ledger.settle(name, Used(1))
    no = await refused(ledger)
    assert ledger.glance(BUCKET, ASKED) == no
    assert ledger.glance(Bucket("default", "other"), ASKED) is None
    clock.time -= HOUR
    assert ledger.glance(BUCKET, ASKED) == no
    clock.advance(5)
    assert ledger.glance(BUCKET, ASKED) is None  # to be looked up again
    await refused(ledger)
    clock.advance(54)
    assert ledger.glance(BUCKET, ASKED) is None
    await refused(ledger)
    assert ledger.glance(BUCKET, ASKED) is not None
    clock.advance(1)
    assert ledger.glance(BUCKET, ASKED) is None
    await admitted(ledger, "d")
    await ledger.aclose()


async def test_memory_knows_a_full_day(tmp_path: Path, clock: FakeClock) -> None:
    ledger = ledger_at(tmp_path, clock, Limits(rpd=1))
    await served(ledger, "a")
    no = await refused(ledger)
    assert ledger.glance(BUCKET, ASKED) == no
    await ledger.set_limits(BUCKET, Limits(rpd=2))
    assert ledger.glance(BUCKET, ASKED) is None
    await ledger.aclose()


# --- cancelling ---------------------------------------------------------------------------------------------


async def test_a_cancelled_reservation_is_given_back(tmp_path: Path, clock: FakeClock) -> None:
    ledger = ledger_at(tmp_path, clock)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(ledger.reserve(BUCKET, ASKED, reservation="a"))
        await asyncio.sleep(0)
        task.cancel()
    assert task.cancelled()
    assert (await ledger.gauges(BUCKET))[0].used == 0
    await admitted(ledger, "b")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(ledger.reserve(BUCKET, ASKED, reservation="b"))
        await asyncio.sleep(0)
        task.cancel()
    assert (await ledger.gauges(BUCKET))[0].used == 1  # counted by the call before
    await ledger.aclose()


async def test_a_cancelled_settlement_is_written(tmp_path: Path, clock: FakeClock) -> None:
    ledger = ledger_at(tmp_path, clock)
    await admitted(ledger, "a")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(ledger.settle("a", Used(700)))
        await asyncio.sleep(0)
        task.cancel()
    assert (await ledger.gauges(BUCKET))[1].used == 700
    await ledger.aclose()


# --- the file -----------------------------------------------------------------------------------------------


async def test_what_was_sent_is_known_after_a_crash(tmp_path: Path, clock: FakeClock) -> None:
    first = ledger_at(tmp_path, clock)
    await admitted(first, "a")
    second = ledger_at(tmp_path, clock)  # the first never closes before this one counts
    assert (await second.gauges(BUCKET))[0].used == 1
    await first.aclose()
    await second.aclose()
    await second.aclose()


def set_aside(folder: Path) -> list[Path]:
    return list(folder.glob("ledger.db.damaged-*"))


def damage(path: Path, kind: str) -> None:
    match kind:
        case "garbage":
            path.write_bytes(b"no database" * 1_000)
        case "truncated":
            path.write_bytes(path.read_bytes()[:5_000])
        case _:
            path.unlink()
            with closing(sqlite3.connect(path)) as db:
                db.execute("CREATE TABLE something_else(x)")
                db.commit()


@pytest.mark.parametrize("kind", ["garbage", "truncated", "foreign"])
async def test_a_damaged_file_is_set_aside_and_a_minute_is_held(
    tmp_path: Path, clock: FakeClock, kind: str
) -> None:
    first = ledger_at(tmp_path, clock)
    await served(first, "a")
    await first.aclose()
    await asyncio.to_thread(damage, tmp_path / "ledger.db", kind)
    second = ledger_at(tmp_path, clock)
    no = await refused(second)
    assert (no.metric, no.until) == (Metric.RPM, clock.now() + 60)
    (told,) = second.notices()
    assert "ledger.db.damaged-20270115-080000-" in told
    assert len(set_aside(tmp_path)) == 1
    await second.aclose()
    third = ledger_at(tmp_path, clock)
    await refused(third)
    assert third.notices() == ()
    clock.advance(60)
    await admitted(third, "b")
    await third.aclose()


async def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path, clock: FakeClock) -> None:
    first = ledger_at(tmp_path, clock)
    await served(first, "a")
    await first.aclose()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        db.execute("PRAGMA user_version = 2")
    second = ledger_at(tmp_path, clock)
    for _ in range(2):
        with pytest.raises(NewerVersion):
            await admitted(second, "b")
    await second.aclose()
    assert not set_aside(tmp_path)


async def test_a_folder_that_cannot_be_used(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "file").touch()
    ledger = LedgerDb(tmp_path / "file" / "ledger.db", clock, defaults=lambda _bucket: Limits())
    with pytest.raises(StorageReadOnly):
        await admitted(ledger, "a")
    await ledger.aclose()


async def test_old_rows_go(tmp_path: Path, clock: FakeClock) -> None:
    ledger = ledger_at(tmp_path, clock, Limits())
    for _ in range(30):
        for name in range(10):
            await served(ledger, f"r{name}")
        clock.advance(15 * 86_400)
    await ledger.aclose()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        assert db.execute("SELECT count(*) FROM live").fetchone()[0] < 300
        assert 10 < db.execute("SELECT count(DISTINCT day) FROM tally").fetchone()[0] <= 30


async def test_closing_while_the_file_is_being_opened_leaves_nothing_open(
    tmp_path: Path, clock: FakeClock
) -> None:
    for moments in range(6):
        ledger = ledger_at(tmp_path, clock)
        asking = asyncio.get_running_loop().create_task(ledger.gauges(BUCKET))
        for _ in range(moments):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        await ledger.aclose()
        await ledger.aclose()
        assert list(tmp_path.glob("*.open-*")) == []  # noqa: ASYNC240 - a test looks


async def test_a_file_from_before_the_curve_gets_it_and_loses_nothing(tmp_path: Path, clock: FakeClock) -> None:
    first = ledger_at(tmp_path, clock)
    await served(first, "a")
    await first.aclose()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        for name in ("TRIGGER pace_in", "TRIGGER pace_out", "TABLE pace"):
            db.execute(f"DROP {name}")
        db.commit()
    second = ledger_at(tmp_path, clock)
    assert await second.pace(BUCKET, clock.now()) == ()
    await served(second, "b")
    assert [row.requests for row in await second.pace(BUCKET, clock.now())] == [1]
    assert (await second.gauges(BUCKET))[0].used == 2
    await second.aclose()


async def test_the_curve_is_forgotten_after_some_days(tmp_path: Path, clock: FakeClock) -> None:
    ledger = ledger_at(tmp_path, clock, Limits())
    began = clock.now()
    for n in range(300):
        await served(ledger, str(n))
        clock.advance(1_800)
    assert 140 < len(await ledger.pace(BUCKET, began)) < 300
    await ledger.aclose()


async def test_a_clock_that_is_set_forward_empties_no_minute(tmp_path: Path, clock: FakeClock) -> None:
    ledger = ledger_at(tmp_path, clock)
    for name in "abc":
        await served(ledger, name)
    clock.advance(20)
    clock.time += 3_600
    no = await refused(ledger)
    assert (no.metric, no.until) == (Metric.RPM, clock.now() + 40)
    await ledger.set_budget("default", Budget())  # another change does not make it forget
    clock.advance(39)
    other = ledger_at(tmp_path, clock)
    assert (await refused(other)).until == clock.now() + 1
    clock.advance(1)
    await admitted(other, "d")
    await ledger.aclose()
    await other.aclose()


async def test_after_a_rest_of_a_minute_the_clock_may_be_set_forward(tmp_path: Path, clock: FakeClock) -> None:
    ledger = ledger_at(tmp_path, clock)
    await served(ledger, "a")
    clock.advance(60)
    clock.time += 7_200
    await admitted(ledger, "b")
    await ledger.aclose()
