"""The durable count of what was sent, in one SQLite file that all processes of a user share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from knowalledge_desktop.adapters import ledger_limits as limits_of
from knowalledge_desktop.adapters.ledger_book import Book
from knowalledge_desktop.adapters.ledger_file import LedgerFile
from knowalledge_desktop.adapters.ledger_window import Sure, Terms
from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.core.errors import StorageDamaged
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.quota import (
    Admitted,
    Bucket,
    Budget,
    Demand,
    Gauge,
    Limits,
    PaceRow,
    Refused,
    SpendRow,
    Used,
)
from knowalledge_desktop.core.quota_rules import Days
from knowalledge_desktop.core.team import OwnUse

T = TypeVar("T")

_REMEMBERED_SHARE = 1 / 12  # of a minute: how long a refusal is known without looking at the file


@dataclass(frozen=True, slots=True)
class _Shut:
    refused: Refused
    until: float
    mono: float


class LedgerDb:
    """Implements `Ledger` in the file `path`; see `Book` for its time and `Window` for its decisions.

    A request occupies the minute's window from its admission until `minute_s` after it was
    settled. Google counts it at some moment between, so no window of that length holds more
    than the limit there, whether it slides or is cut at full minutes. A request that is never settled
    leaves after `deadline_s` and `minute_s`: the caller ends every request within the deadline.

    One thread works on the file, which is opened at the first call. Lengths are seconds; with
    `day_s` None days are Pacific dates. All times given and taken are of the machine's clock,
    except `Admitted.at`.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        defaults: Callable[[Bucket], Limits],
        minute_s: float = 60.0,
        day_s: float | None = None,
        deadline_s: float = 120.0,
    ) -> None:
        self._clock = clock
        self._terms = Terms(minute_s, deadline_s, Days(day_s), defaults)
        self._file = LedgerFile(path, clock, minute_s)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._db: Connection | None = None
        self._book: Book | None = None
        self._shut: dict[tuple[str, str], _Shut] = {}
        self._ended = False
        self._remembered_s = minute_s * _REMEMBERED_SHARE

    def notices(self) -> tuple[str, ...]:
        """Sentences for the user about what was found at opening, such as a damaged file."""
        return tuple(self._file.notices)

    def glance(self, bucket: Bucket, demand: Demand) -> Refused | None:
        """A refusal that is certain from memory alone, in microseconds; None says nothing.

        Remembered are refusals that neither a settled nor a returned request can lift: by Google,
        and by RPM or RPD when requests that are settled already fill them. They are forgotten
        after a twelfth of a minute, as another process may be told new limits by the user.
        """
        shut = self._shut.get((bucket.project, bucket.model))
        if shut is None or self._clock.monotonic() >= shut.mono or self._clock.now() >= shut.until:
            return None
        return shut.refused

    async def reserve(self, bucket: Bucket, demand: Demand, *, reservation: str) -> Admitted | Refused:
        """Count the request in, all of it or nothing. The same `reservation` again changes nothing.

        After it is settled, the same `reservation` is another request. When the call is cancelled, what
        it counted in is given back.
        """
        made: list[str] = []

        def job(book: Book) -> tuple[Admitted | Refused, Sure | None]:
            decision, fresh, sure = book.reserve(bucket, demand, reservation)
            if fresh:
                made.append(reservation)
            return decision, sure

        try:
            decision, sure = await self._run(job)
        except asyncio.CancelledError:
            # Behind the job in the thread's queue. When it fails, the request stays counted, which is safe.
            self._thread.submit(self._give_back, made)
            raise
        if sure is not None:
            self._remember(bucket, sure)
        return decision

    async def settle(self, reservation: str, used: Used) -> None:
        """Replace the estimate by what was used. Sent and failed is settled too: it counts.

        A request that Google refused or that failed is settled with no tokens. Only the first word
        counts. The file is written also when the call is cancelled.
        """
        await self._run(lambda book: book.settle(reservation, used))

    async def give_back(self, reservation: str) -> None:
        """The request was never sent: forget it. The file is written also when the call is cancelled."""
        await self._run(lambda book: book.give_back(reservation))

    async def learn(self, bucket: Bucket, *, quota_id: str, limit: int | None, until: float | None) -> Refused:
        """Google answered 429: tighten the limit it names and block it until its time.

        Without a figure the count last served is learned: what was answered in the minute (or
        day) before, and what was on its way then and is answered still.
        """
        refused = await self._run(lambda book: book.learn(bucket, quota_id, limit, until))
        self._remember(bucket, Sure(refused, refused.until))
        return refused

    async def limits(self, bucket: Bucket) -> Limits:
        """The limits in force: the user's or preset's, tightened by what was learned."""
        return await self._run(lambda book: book.window(bucket).limits)

    async def set_limits(self, bucket: Bucket, limits: Limits) -> None:
        """The user's word; forgets what was learned and unblocks. Model "*" stands for every model.

        Limits of a single model go before those of "*".
        """
        await self._run(lambda book: book.change(lambda db: limits_of.set_given(db, bucket, limits)))
        self._shut.clear()

    async def set_budget(self, project: str, budget: Budget) -> None:
        """Set what a project may spend."""
        await self._run(lambda book: book.change(lambda db: limits_of.set_budget(db, project, budget)))

    async def budget(self, project: str) -> Budget:
        """What a project may spend."""
        return await self._run(lambda book: book.budget(project))

    async def gauges(self, bucket: Bucket) -> tuple[Gauge, ...]:
        """How full every limit of a bucket is, the budgets of its project too."""
        return await self._run(lambda book: book.window(bucket).gauges())

    async def spend(self, project: str, since_day: str) -> tuple[SpendRow, ...]:
        """What was spent from that day on, oldest first; what is on its way at its estimate."""
        return await self._run(lambda book: book.spend(project, since_day))

    async def pace(self, bucket: Bucket, since: float) -> tuple[PaceRow, ...]:
        """When requests were sent, from `since` on by quarters of an hour, oldest first."""
        return await self._run(lambda book: book.pace(bucket, since))

    async def own_uses(self) -> tuple[OwnUse, ...]:
        """All that counts now, by bucket, to be told to a team."""
        return await self._run(lambda book: book.own_uses())

    async def aclose(self) -> None:
        """Finish what was begun and release the file. May be called twice."""
        if self._ended:
            return
        self._ended = True
        # Behind what is still at work there, which may be opening the file just now.
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)  # it is idle now and ends by itself

    # --- thread ---

    async def _run(self, job: Callable[[Book], T]) -> T:
        """The result of a job, which is done also when nobody waits for it any more."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, self._work, job))

    def _give_back(self, made: list[str]) -> None:
        for reservation in made:
            self._work(lambda book, each=reservation: book.give_back(each))

    def _work(self, job: Callable[[Book], T]) -> T:
        if self._book is None:
            self._db = self._file.open()
            self._book = Book(self._db, self._clock, self._terms)
        try:
            return job(self._book)
        except StorageDamaged:
            self._close(damaged=True)  # the next call opens it again, and replaces it
            raise

    def _close(self, *, damaged: bool = False) -> None:
        if self._db is None:
            return
        db, self._db, self._book = self._db, None, None
        try:
            db.close()
        finally:
            self._file.close(damaged=damaged)

    def _remember(self, bucket: Bucket, sure: Sure) -> None:
        now = self._clock.now()
        lasts = min(sure.until - now, self._remembered_s)
        if lasts > 0:
            mono = self._clock.monotonic() + lasts
            self._shut[bucket.project, bucket.model] = _Shut(sure.refused, sure.until, mono)
