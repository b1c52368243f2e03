"""A ledger in memory that counts requests in flight and lets a test decide the rest."""

from __future__ import annotations

from collections import deque

from knowalledge_desktop.core.metric import Metric
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
from tests.support.fakes import FakeClock


class PlannedLedger:
    """Implements `Ledger`: at most `rpm` reservations a minute of the fake clock; `refusals` come first."""

    def __init__(self, clock: FakeClock, rpm: int | None = None) -> None:
        self.clock = clock
        self.rpm = rpm
        self.refusals: deque[Refused] = deque()
        self.reserved: dict[str, tuple[Bucket, Demand, float]] = {}
        self.settled: dict[str, Used] = {}
        self.given_back: list[str] = []
        self.learnt: list[tuple[str, int | None, float | None]] = []

    def glance(self, bucket: Bucket, demand: Demand) -> Refused | None:
        return None

    async def reserve(self, bucket: Bucket, demand: Demand, *, reservation: str) -> Admitted | Refused:
        if self.refusals:
            return self.refusals.popleft()
        now = self.clock.now()
        live = sorted(at for own, _, at in self.reserved.values() if own == bucket and at > now - 60)
        if self.rpm is not None and len(live) >= self.rpm:
            return Refused(Metric.RPM, live[-self.rpm] + 60, self.rpm, len(live))
        self.reserved[reservation] = (bucket, demand, now)
        return Admitted(reservation, now)

    async def settle(self, reservation: str, used: Used) -> None:
        self.settled[reservation] = used

    async def give_back(self, reservation: str) -> None:
        if self.reserved.pop(reservation, None):
            self.given_back.append(reservation)

    async def learn(self, bucket: Bucket, *, quota_id: str, limit: int | None, until: float | None) -> Refused:
        self.learnt.append((quota_id, limit, until))
        refused = Refused(Metric.RPM, until or self.clock.now() + 60, limit or 1, limit or 1, told=True)
        self.refusals.append(refused)
        return refused

    async def limits(self, bucket: Bucket) -> Limits:
        return Limits(rpm=self.rpm)

    async def set_limits(self, bucket: Bucket, limits: Limits) -> None:
        self.rpm = limits.rpm

    async def set_budget(self, project: str, budget: Budget) -> None:
        raise NotImplementedError

    async def budget(self, project: str) -> Budget:
        return Budget()

    async def gauges(self, bucket: Bucket) -> tuple[Gauge, ...]:
        return ()

    async def spend(self, project: str, since_day: str) -> tuple[SpendRow, ...]:
        return ()

    async def pace(self, bucket: Bucket, since: float) -> tuple[PaceRow, ...]:
        return ()

    async def aclose(self) -> None:
        self.refusals.clear()
