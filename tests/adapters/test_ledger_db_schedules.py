"""Made-up lives of a ledger: no minute or day at the server ever holds more than the limit."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.adapters.ledger_book import Book
from knowalledge_desktop.adapters.ledger_file import LedgerFile
from knowalledge_desktop.adapters.ledger_window import Terms
from knowalledge_desktop.core.quota import Admitted, Bucket, Demand, Limits, Refused, Used
from knowalledge_desktop.core.quota_rules import Days, next_pacific_midnight, pacific_day
from tests.support.fakes import FakeClock

BUCKET = Bucket("default", "gemini-x")
DEADLINE_S = 120.0
SPRING, AUTUMN, PLAIN = 1_772_951_400.0, 1_793_514_600.0, 1_800_000_000.0


@dataclass(frozen=True)
class Step:
    """One request: after a pause, so long on its way and to its answer; maybe its process is killed."""

    pause: float
    took: float
    arrives: float
    estimate: int
    real: float
    killed: bool
    set_back: float
    patient: bool


@dataclass
class Server:
    """What arrived: true time and input tokens."""

    events: list[tuple[float, int]]

    def worst_minute(self) -> tuple[int, int]:
        events = sorted(self.events)
        requests = tokens = 0
        for index, (start, _) in enumerate(events):
            within = [amount for at, amount in events[index:] if at < start + 60]
            requests, tokens = max(requests, len(within)), max(tokens, sum(within))
        return requests, tokens

    def worst_day(self) -> int:
        return max(Counter(pacific_day(at) for at, _ in self.events).values(), default=0)


def steps(set_back: st.SearchStrategy[float]) -> st.SearchStrategy[list[Step]]:
    one = st.builds(
        Step,
        pause=st.sampled_from([0.0, 0.0, 0.0, 1.0, 31.0, 61.0]),
        took=st.sampled_from([0.0, 3.0, 40.0, 119.0]),
        arrives=st.sampled_from([0.0, 0.5, 1.0]),
        estimate=st.sampled_from([10, 100, 400]),
        real=st.sampled_from([0.5, 1.0]),
        killed=st.sampled_from([False, False, False, True]),
        set_back=set_back,
        patient=st.booleans(),
    )
    return st.lists(one, min_size=20, max_size=40)


@contextmanager
def book_at(clock: FakeClock, limits: Limits) -> Iterator[Book]:
    with TemporaryDirectory() as folder:
        file = LedgerFile(Path(folder) / "ledger.db", clock, 60.0)
        db = file.open()
        db.script("PRAGMA synchronous = OFF")  # nothing loses power here
        yield Book(db, clock, Terms(60.0, DEADLINE_S, Days(), lambda _bucket: limits))
        db.close()
        file.close()


def live(schedule: list[Step], limits: Limits, began: float) -> Server:
    """Run a schedule; the server's time is the true one, which the machine's clock leaves when set back."""
    clock, server, true = FakeClock(began), Server([]), began
    settling: list[tuple[float, int, int]] = []
    with book_at(clock, limits) as book:

        def wait(until: float) -> None:
            nonlocal true
            while settling and settling[0][0] <= until:
                at, number, tokens = heapq.heappop(settling)
                clock.advance(max(0.0, at - true))
                true = max(true, at)
                book.settle(f"r{number}", Used(tokens))
            clock.advance(until - true)
            true = until

        for number, step in enumerate(schedule):
            wait(true + step.pause)
            clock.time -= step.set_back
            asked = Demand(step.estimate)
            decision, _, sure = book.reserve(BUCKET, asked, f"r{number}")
            if isinstance(decision, Refused) and not decision.impossible and step.patient:
                assert sure is None or sure.until >= clock.now()
                wait(true + max(0.0, decision.until - clock.now()))
                decision, _, _ = book.reserve(BUCKET, asked, f"r{number}")
            if isinstance(decision, Admitted):
                tokens = int(step.estimate * step.real)
                server.events.append((true + step.took * step.arrives, tokens))
                if not step.killed:
                    heapq.heappush(settling, (true + step.took, number, tokens))
    return server


@given(steps(st.sampled_from([0.0, 0.0, 0.0, 0.0, 2.0, 3_600.0])))
def test_no_minute_is_over_whatever_happens(schedule: list[Step]) -> None:
    requests, tokens = live(schedule, Limits(rpm=5, tpm=1_000), PLAIN).worst_minute()
    assert requests <= 5
    assert tokens <= 1_000


@given(steps(st.just(0.0)), st.sampled_from([SPRING, AUTUMN, PLAIN]), st.floats(0, 400))
def test_no_day_is_over_across_midnight(schedule: list[Step], day: float, before: float) -> None:
    began = next_pacific_midnight(day) - before
    assert live(schedule, Limits(rpd=6), began).worst_day() <= 6
