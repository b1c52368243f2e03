"""What a decision of the ledger costs, as ratios within one run.

A durable reservation against one bare commit that is on the disk, and a refusal from memory against an
empty method call; all in turns, so that the machine's moods fall on each of them.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.ledger_book import Book
from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.adapters.ledger_file import LedgerFile
from knowalledge_desktop.adapters.ledger_window import Terms
from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.core.quota import Admitted, Bucket, Demand, Limits, Refused, Used
from knowalledge_desktop.core.quota_rules import Days

pytestmark = pytest.mark.bench

ROUNDS = 400
GLANCES = 2_000
MOST_RESERVE = 1.3
MOST_GLANCE = 10.0
MOST_GLANCE_OF_RESERVE = 0.01
BUCKET = Bucket("default", "gemini-x")
ASKED = Demand(1_000, cost_micro=50, operation="explanation")


class Empty:
    def glance(self, bucket: Bucket, demand: Demand) -> Refused | None:
        pass


def seconds(job: Callable[[], object]) -> float:
    started = perf_counter()
    job()
    return perf_counter() - started


def repeated(glance: Callable[[Bucket, Demand], Refused | None]) -> Callable[[], None]:
    def job() -> None:
        for _ in range(GLANCES):
            glance(BUCKET, ASKED)

    return job


def report(rows: dict[str, float], record: Callable[[str, object], None]) -> None:
    for what, value in rows.items():
        record(f"ledger {what}", value)
    print("\nledger: " + ", ".join(f"{what} {value:.4g}" for what, value in rows.items()))


def test_durable_reserve(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    limits = Limits(rpm=1_000_000, tpm=10**12, rpd=10**9)
    terms = Terms(60.0, 120.0, Days(), lambda _bucket: limits)
    file = LedgerFile(tmp_path / "ledger.db", SystemClock(), 60.0)
    db = file.open()
    book = Book(db, SystemClock(), terms)
    bare = Connection(tmp_path / "bare.db", durable=True)
    bare.script("CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT)")

    def commit() -> None:
        with bare.writing():
            bare.rows("INSERT INTO t(text) VALUES ('a reservation of a request')")

    commits: list[float] = []
    reserves: list[float] = []
    settles: list[float] = []
    for number in range(ROUNDS):
        name = f"0123456789abcdef-{number}"
        commits.append(seconds(commit))
        reserves.append(seconds(lambda: book.reserve(BUCKET, ASKED, name)))  # noqa: B023
        commits.append(seconds(commit))
        settles.append(seconds(lambda: book.settle(name, Used(900, cost_micro=40))))  # noqa: B023
    bare.close()
    db.close()
    file.close()
    one = statistics.median(commits)
    ratio = statistics.median(reserves) / one
    report(
        {
            "bare_commit_us": one * 1e6,
            "reserve_us": statistics.median(reserves) * 1e6,
            "reserve_p99_us": statistics.quantiles(reserves, n=100)[-1] * 1e6,
            "reserve_ratio": ratio,
            "settle_ratio": statistics.median(settles) / one,
        },
        record_property,
    )
    assert ratio <= MOST_RESERVE


async def test_refusal_from_memory(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    # A long minute, so that the refusal is remembered to the end of the run.
    limits = Limits(rpm=15, rpd=10**9)
    ledger = LedgerDb(tmp_path / "ledger.db", SystemClock(), defaults=lambda _bucket: limits, minute_s=3600.0)
    for number in range(15):
        assert isinstance(await ledger.reserve(BUCKET, ASKED, reservation=f"r{number}"), Admitted)
        await ledger.settle(f"r{number}", Used(900))
    assert isinstance(await ledger.reserve(BUCKET, ASKED, reservation="no"), Refused)
    assert isinstance(ledger.glance(BUCKET, ASKED), Refused)
    empty: list[float] = []
    glances: list[float] = []
    denies: list[float] = []
    reserves: list[float] = []
    for number in range(60):
        empty.append(seconds(repeated(Empty().glance)) / GLANCES)
        glances.append(seconds(repeated(ledger.glance)) / GLANCES)
        started = perf_counter()
        await ledger.reserve(BUCKET, ASKED, reservation="no")
        denies.append(perf_counter() - started)
        started = perf_counter()
        await ledger.reserve(Bucket("default", f"gemini-{number}"), ASKED, reservation=f"other{number}")
        reserves.append(perf_counter() - started)
        await asyncio.sleep(0)
    await ledger.aclose()
    of_empty = statistics.median(glances) / statistics.median(empty)
    of_reserve = statistics.median(glances) / statistics.median(reserves)
    report(
        {
            "empty_call_us": statistics.median(empty) * 1e6,
            "glance_us": statistics.median(glances) * 1e6,
            "file_deny_us": statistics.median(denies) * 1e6,
            "reserve_await_us": statistics.median(reserves) * 1e6,
            "glance_of_empty": of_empty,
            "glance_of_reserve": of_reserve,
        },
        record_property,
    )
    assert of_empty <= MOST_GLANCE
    assert of_reserve <= MOST_GLANCE_OF_RESERVE
