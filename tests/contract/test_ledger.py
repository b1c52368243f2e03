"""What every Ledger promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from math import inf
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Bucket, Budget, Demand, Ledger, Limits, SpendRow, Used
from knowalledge_desktop.core.quota_rules import next_pacific_midnight, pacific_day
from tests.support.fakes import FakeClock
from tests.support.ledger_cases import ASKED, BUCKET, LIMITS, admitted, ledger_at, refused, served


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def ledger(tmp_path: Path, clock: FakeClock) -> AsyncIterator[LedgerDb]:
    made = ledger_at(tmp_path, clock)
    as_port: Ledger = made
    yield made
    await as_port.aclose()


async def test_the_minute_fills_and_frees_after_the_answer(ledger: LedgerDb, clock: FakeClock) -> None:
    for name in "abc":
        assert (await admitted(ledger, name)).at == clock.now()
    clock.advance(10)
    await ledger.settle("a", Used(100))
    no = await refused(ledger)
    assert (no.metric, no.limit, no.used, no.told, no.impossible) == (Metric.RPM, 3, 3, False, False)
    assert no.until == clock.now() + 60
    clock.advance(59.9)
    await refused(ledger)
    clock.advance(0.1)
    await admitted(ledger, "d")


async def test_an_open_request_leaves_after_deadline_and_a_minute(ledger: LedgerDb, clock: FakeClock) -> None:
    for name in "abc":
        await admitted(ledger, name)
    clock.advance(179)
    assert (await refused(ledger)).until == clock.now() + 1
    clock.advance(1)
    await admitted(ledger, "d")


async def test_all_of_a_request_is_counted_or_nothing(ledger: LedgerDb) -> None:
    await served(ledger, "a", 900)
    no = await refused(ledger, Demand(101))
    assert (no.metric, no.used, no.limit) == (Metric.TPM, 900, 1_000)
    assert [gauge.used for gauge in await ledger.gauges(BUCKET)][:5] == [1, 900, 0, 1, 900]
    await admitted(ledger, "b", Demand(100))


async def test_images_a_minute(ledger: LedgerDb) -> None:
    await admitted(ledger, "a", Demand(10, images=2))
    assert (await refused(ledger, Demand(10, images=1))).metric is Metric.IPM
    await admitted(ledger, "b", Demand(10))


async def test_the_same_reservation_again_changes_nothing(ledger: LedgerDb, clock: FakeClock) -> None:
    first = await admitted(ledger, "a")
    clock.advance(5)
    assert await admitted(ledger, "a") == first
    assert (await ledger.gauges(BUCKET))[0].used == 1


async def test_a_settled_reservation_again_is_another_request(ledger: LedgerDb) -> None:
    for _ in range(3):
        await served(ledger, "a")
    assert (await refused(ledger)).used == 3


async def test_given_back_is_forgotten(ledger: LedgerDb) -> None:
    before = await ledger.gauges(BUCKET)
    await admitted(ledger, "a")
    await ledger.give_back("a")
    await ledger.give_back("a")
    await ledger.give_back("unknown")
    assert await ledger.gauges(BUCKET) == before
    assert await ledger.spend("default", "0") == ()


async def test_sent_cannot_be_given_back_and_settles_once(ledger: LedgerDb) -> None:
    await admitted(ledger, "a")
    await ledger.settle("a", Used(50))
    await ledger.settle("a", Used(70))
    await ledger.give_back("a")
    await ledger.settle("unknown", Used(70))
    assert [gauge.used for gauge in await ledger.gauges(BUCKET)][:2] == [1, 50]


async def test_more_than_estimated_is_charged_and_then_blocks(ledger: LedgerDb) -> None:
    await admitted(ledger, "a")
    await ledger.settle("a", Used(1_500))
    no = await refused(ledger, Demand(1))
    assert (no.metric, no.used) == (Metric.TPM, 1_500)


async def test_what_is_bigger_than_the_limit_is_impossible(ledger: LedgerDb) -> None:
    no = await refused(ledger, Demand(1_001))
    assert (no.metric, no.impossible, no.until) == (Metric.TPM, True, inf)


async def test_the_day_ends_at_pacific_midnight(ledger: LedgerDb, clock: FakeClock) -> None:
    for number in range(5):
        await served(ledger, f"r{number}")
        clock.advance(61)
    no = await refused(ledger)
    assert (no.metric, no.used, no.until) == (Metric.RPD, 5, next_pacific_midnight(clock.now()))
    clock.advance(no.until - clock.now())
    await admitted(ledger, "next day")


async def test_tokens_a_day(ledger: LedgerDb, clock: FakeClock) -> None:
    for number in range(2):
        await served(ledger, f"r{number}", 950)
        clock.advance(61)
    assert (await refused(ledger, Demand(101))).metric is Metric.TPD


async def test_budgets_stop_before_and_count_open_requests(ledger: LedgerDb, clock: FakeClock) -> None:
    await ledger.set_budget("default", Budget(day_micro=25, month_micro=40))
    assert await ledger.budget("default") == Budget(25, 40)
    assert await ledger.budget("other") == Budget()
    await admitted(ledger, "a")
    await admitted(ledger, "b", bucket=Bucket("default", "gemini-y"))
    no = await refused(ledger)
    assert (no.metric, no.limit, no.used) == (Metric.DAY_BUDGET, 25, 20)
    assert no.until == next_pacific_midnight(clock.now())
    await ledger.settle("a", Used(10, cost_micro=2))
    await admitted(ledger, "c")
    clock.advance(86_400)
    await admitted(ledger, "d")
    no = await refused(ledger, Demand(1, cost_micro=11))
    assert (no.metric, no.used) == (Metric.MONTH_BUDGET, 32)
    assert (await refused(ledger, Demand(1, cost_micro=41))).impossible
    await admitted(ledger, "other", bucket=Bucket("other", "gemini-x"))


async def test_spend_by_day_model_and_operation(ledger: LedgerDb, clock: FakeClock) -> None:
    today = pacific_day(clock.now())
    await admitted(ledger, "a")
    await ledger.settle("a", Used(80, cost_micro=7, output_tokens=300))
    await admitted(ledger, "b")
    await admitted(ledger, "c", Demand(5, operation="subtopics"))
    clock.advance(86_400)
    tomorrow = pacific_day(clock.now())
    await admitted(ledger, "d")
    rows = await ledger.spend("default", today)
    about = ("default", "gemini-x")
    assert rows == (
        SpendRow(today, *about, "explanation", 2, 180, 300, 17),
        SpendRow(today, *about, "subtopics", 1, 5, 0, 0),
        SpendRow(tomorrow, *about, "explanation", 1, 100, 0, 10),
    )
    assert await ledger.spend("default", tomorrow) == rows[2:]
    assert await ledger.spend("other", today) == ()


async def test_limits_of_the_user_and_of_every_model(ledger: LedgerDb) -> None:
    assert await ledger.limits(BUCKET) == LIMITS
    await ledger.set_limits(Bucket("default", "*"), Limits(rpm=1))
    assert await ledger.limits(BUCKET) == Limits(rpm=1)
    await ledger.set_limits(BUCKET, Limits(rpm=2))
    assert await ledger.limits(BUCKET) == Limits(rpm=2)
    assert await ledger.limits(Bucket("other", "gemini-x")) == LIMITS


async def test_buckets_are_apart(ledger: LedgerDb) -> None:
    for name in "abc":
        await admitted(ledger, name)
    await refused(ledger)
    await admitted(ledger, "d", bucket=Bucket("other", "gemini-x"))
    await admitted(ledger, "e", bucket=Bucket("default", "gemini-y"))


async def test_gauges(ledger: LedgerDb, clock: FakeClock) -> None:
    await ledger.set_budget("default", Budget(day_micro=100))
    await admitted(ledger, "a")
    now = clock.now()
    gauges = {gauge.metric: gauge for gauge in await ledger.gauges(BUCKET)}
    assert list(gauges) == list(Metric)
    assert (gauges[Metric.RPM].used, gauges[Metric.RPM].limit, gauges[Metric.RPM].frees_at) == (1, 3, now + 60)
    assert gauges[Metric.RPD].frees_at == next_pacific_midnight(now)
    assert gauges[Metric.IPM].frees_at is None
    assert (gauges[Metric.DAY_BUDGET].used, gauges[Metric.DAY_BUDGET].limit) == (10, 100)
    assert (gauges[Metric.MONTH_BUDGET].used, gauges[Metric.MONTH_BUDGET].limit) == (10, None)


async def test_a_refusal_by_google_blocks_and_tightens(ledger: LedgerDb, clock: FakeClock) -> None:
    no = await ledger.learn(
        BUCKET,
        quota_id="GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
        limit=2,
        until=clock.now() + 40,
    )
    assert (no.metric, no.limit, no.told, no.until) == (Metric.RPM, 2, True, clock.now() + 40)
    assert await refused(ledger, Demand(1)) == no
    assert ledger.glance(BUCKET, ASKED) == no
    gauge = (await ledger.gauges(BUCKET))[0]
    assert (gauge.limit, gauge.blocked_until, gauge.learned) == (2, no.until, True)
    learned_at = clock.now()
    assert gauge.learned_at == learned_at
    assert (await ledger.gauges(BUCKET))[1].learned_at is None
    clock.advance(40)
    assert (await ledger.gauges(BUCKET))[0].learned_at == learned_at
    assert ledger.glance(BUCKET, ASKED) is None
    await served(ledger, "a")
    await served(ledger, "b")
    assert (await refused(ledger)).limit == 2
    await ledger.set_limits(BUCKET, LIMITS)
    await served(ledger, "c")
    forgotten = (await ledger.gauges(BUCKET))[0]
    assert (forgotten.learned, forgotten.learned_at) == (False, None)


async def test_a_figure_never_loosens(ledger: LedgerDb, clock: FakeClock) -> None:
    quota_id = "GenerateRequestsPerMinutePerProjectPerModel"
    for figure in (2, 100):
        await ledger.learn(BUCKET, quota_id=quota_id, limit=figure, until=clock.now() + 1)
        clock.advance(2)
        assert (await ledger.limits(BUCKET)).rpm == 2
    await ledger.learn(Bucket("default", "gemini-y"), quota_id=quota_id, limit=100, until=None)
    assert (await ledger.limits(Bucket("default", "gemini-y"))).rpm == 3


async def test_the_users_word_for_every_model_unblocks_all(ledger: LedgerDb, clock: FakeClock) -> None:
    await ledger.learn(BUCKET, quota_id="GenerateRequestsPerDayPerProjectPerModel", limit=0, until=None)
    assert (await refused(ledger)).until == next_pacific_midnight(clock.now())
    await ledger.set_limits(Bucket("default", "*"), LIMITS)
    assert ledger.glance(BUCKET, ASKED) is None
    await admitted(ledger, "a")


async def test_when_requests_were_sent_is_known(ledger: LedgerDb, clock: FakeClock) -> None:
    began = clock.now()
    await served(ledger, "a")
    await admitted(ledger, "b")
    await ledger.give_back("b")
    clock.advance(1_000)
    await served(ledger, "c")
    await admitted(ledger, "d")
    await admitted(ledger, "other", bucket=Bucket("default", "gemini-y"))
    rows = await ledger.pace(BUCKET, began)
    assert [row.requests for row in rows] == [1, 2]
    assert rows[0].at <= began < rows[0].at + rows[0].length_s
    assert rows[1].at <= clock.now() < rows[1].at + rows[1].length_s
    assert await ledger.pace(BUCKET, rows[1].at) == rows[1:]
    assert await ledger.pace(Bucket("school", "gemini-x"), began) == ()
