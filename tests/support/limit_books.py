"""A ledger in memory of limits, budgets and spending, for what people see and set of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

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


@dataclass
class LimitBook:
    """Implements `Ledger` for one who only reads and sets: nothing can be reserved in it."""

    preset: Callable[[Bucket], Limits]
    given: dict[Bucket, Limits] = field(default_factory=dict[Bucket, Limits])
    budgets: dict[str, Budget] = field(default_factory=dict[str, Budget])
    used: dict[Metric, int] = field(default_factory=dict[Metric, int])
    more: dict[Metric, Gauge] = field(default_factory=dict[Metric, Gauge])
    rows: tuple[SpendRow, ...] = ()
    paces: tuple[PaceRow, ...] = ()
    since: list[str] = field(default_factory=list[str])

    def glance(self, bucket: Bucket, demand: Demand) -> Refused | None:
        return None

    async def reserve(self, bucket: Bucket, demand: Demand, *, reservation: str) -> Admitted | Refused:
        raise NotImplementedError

    async def settle(self, reservation: str, used: Used) -> None:
        raise NotImplementedError

    async def give_back(self, reservation: str) -> None:
        raise NotImplementedError

    async def learn(self, bucket: Bucket, *, quota_id: str, limit: int | None, until: float | None) -> Refused:
        raise NotImplementedError

    async def limits(self, bucket: Bucket) -> Limits:
        every = self.given.get(Bucket(bucket.project, "*"))
        return self.given.get(bucket) or every or self.preset(bucket)

    async def set_limits(self, bucket: Bucket, limits: Limits) -> None:
        self.given[bucket] = limits

    async def set_budget(self, project: str, budget: Budget) -> None:
        self.budgets[project] = budget

    async def budget(self, project: str) -> Budget:
        return self.budgets.get(project, Budget())

    async def gauges(self, bucket: Bucket) -> tuple[Gauge, ...]:
        limits, budget = await self.limits(bucket), await self.budget(bucket.project)
        most = {
            Metric.RPM: limits.rpm,
            Metric.TPM: limits.tpm,
            Metric.IPM: limits.ipm,
            Metric.RPD: limits.rpd,
            Metric.TPD: limits.tpd,
            Metric.DAY_BUDGET: budget.day_micro,
            Metric.MONTH_BUDGET: budget.month_micro,
        }
        plain = {metric: Gauge(metric, limit, self.used.get(metric, 0)) for metric, limit in most.items()}
        return tuple({**plain, **self.more}.values())

    async def spend(self, project: str, since_day: str) -> tuple[SpendRow, ...]:
        self.since.append(since_day)
        return tuple(row for row in self.rows if row.project == project and row.day >= since_day)

    async def pace(self, bucket: Bucket, since: float) -> tuple[PaceRow, ...]:
        return tuple(row for row in self.paces if row.at + row.length_s > since)

    async def aclose(self) -> None:
        return
