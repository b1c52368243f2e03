"""`knowalledge budget`: what may be spent, and what was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Budget, Gauge, Limits, SpendRow
from tests.support.cli_services import Bench, command
from tests.support.fakes import FakeClock
from tests.support.limit_books import LimitBook

NOON = datetime(2026, 11, 22, 20, tzinfo=UTC).timestamp()  # noon of the 22nd in California


def row(day: str, cost_micro: int, model: str = "lite", operation: str = "subtopics") -> SpendRow:
    return SpendRow(day, "default", model, operation, 1, 100, 200, cost_micro)


@pytest.fixture
def book() -> LimitBook:
    return LimitBook(
        lambda _: Limits(),
        rows=(
            row("2026-10-22", 9_000_000),  # before all that is shown
            row("2026-10-23", 7_000_000),  # 31 days with today, so in no sum of 30
            row("2026-10-24", 1_000_000),
            row("2026-11-01", 200_000),
            row("2026-11-22", 30_000, operation="illustration", model="image"),
            row("2026-11-22", 4_000),
        ),
    )


@pytest.fixture
def bench(tmp_path: Path, book: LimitBook) -> Bench:
    return Bench(tmp_path, clock=FakeClock(NOON), ledger=book)


def told(bench: Bench, *words: str) -> Any:
    done = command(bench, "budget", *words, "--json")
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


def test_what_was_spent(bench: Bench) -> None:
    report = told(bench)
    assert report["spent_micro"] == {"today": 34_000, "month": 234_000, "days": 1_234_000, "requests": 4}
    assert (report["day_micro"], report["month_micro"], report["estimate"]) == (None, None, True)
    assert report["by_model_and_operation"] == [
        {
            "model": "lite",
            "operation": "subtopics",
            "today": 4_000,
            "month": 204_000,
            "days": 1_204_000,
            "requests": 3,
        },
        {
            "model": "image",
            "operation": "illustration",
            "today": 30_000,
            "month": 30_000,
            "days": 30_000,
            "requests": 1,
        },
    ]
    assert [each["day"] for each in report["rows"]] == ["2026-10-24", "2026-11-01", "2026-11-22", "2026-11-22"]


def test_for_people(bench: Bench, book: LimitBook) -> None:
    book.budgets["default"] = Budget(day_micro=500_000)
    lines = command(bench, "budget").out.splitlines()
    assert "estimated" in lines[0]
    assert lines[1:4] == [
        "  today         $0.03 of $0.50",
        "  this month    $0.23, no budget is set",
        "  last 30 days  $1.23",
    ]
    assert [line.split() for line in lines[5:]] == [
        ["model", "operation", "requests", "today", "month", "30", "days"],
        ["lite", "subtopics", "3", "$0.0040", "$0.20", "$1.20"],
        ["image", "illustration", "1", "$0.03", "$0.03", "$0.03"],
    ]


def test_setting_and_lifting(bench: Bench, book: LimitBook) -> None:
    report = told(bench, "--day", "$0.05", "--month", "1,5")
    assert (report["day_micro"], report["month_micro"]) == (50_000, 1_500_000)
    assert book.budgets == {"default": Budget(50_000, 1_500_000)}
    assert told(bench, "--day", "none")["month_micro"] == 1_500_000
    assert book.budgets == {"default": Budget(None, 1_500_000)}
    assert command(bench, "budget", "--month", "0").errors == ["100 % of this month’s budget is used."]
    assert book.budgets == {"default": Budget(None, 0)}


@pytest.mark.parametrize("text", ["much", "-1", "1e3", "0.0000001", "9" * 20, "١"])
def test_what_is_no_amount_changes_nothing(bench: Bench, book: LimitBook, text: str) -> None:
    done = command(bench, "budget", "--month", "3", f"--day={text}")
    assert (done.code, done.out, len(done.errors)) == (3, "", 1)
    assert book.budgets == {}


def test_a_budget_that_is_nearly_used_is_told(bench: Bench, book: LimitBook) -> None:
    book.more[Metric.MONTH_BUDGET] = Gauge(Metric.MONTH_BUDGET, 100, 76)
    assert command(bench, "budget").errors == ["76 % of this month’s budget is used."]


def test_nothing_spent_is_said_without_a_table(bench: Bench, book: LimitBook) -> None:
    book.rows = ()
    assert command(bench, "budget").out.splitlines()[-1] == "  last 30 days  $0"
