"""The ledger of somebody who shares a project with others: their own count first, then the team's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf

from knowalledge_desktop.core.errors import StorageError
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.quota import (
    Admitted,
    Bucket,
    Budget,
    Demand,
    Gauge,
    Ledger,
    Limits,
    PaceRow,
    Refused,
    SpendRow,
    Used,
)
from knowalledge_desktop.core.quota_rules import Days, pacific_midnight
from knowalledge_desktop.core.team import EpochChanged, Held, OutOfReach, TeamQuota, Wanted, portion
from knowalledge_desktop.resilience.membership import Membership

_NO_SHARE_S = 600.0  # how long to wait for a share that nobody has given
_LATER_MOST = 1000
_A_MINUTE = (Metric.RPM, Metric.TPM, Metric.IPM)
_REMEMBERED_S = 2.0

Step = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Shut:
    refused: Refused
    mono: float


class TeamLedger:
    """Implements `Ledger` over the member's own one. A request is counted there before the team is asked.

    While Redis cannot be reached only the member's share is used, by its own count: see `core.team`. What could
    not be told then is told when it is back. Without a team it is the member's own ledger, unchanged.
    """

    def __init__(self, own: Ledger, quota: TeamQuota, membership: Membership, clock: Clock, days: Days) -> None:
        self._own = own
        self._quota = quota
        self._membership = membership
        self._clock = clock
        self._days = days
        self._open: dict[str, Bucket] = {}
        self._later: list[Step] = []
        self._shut: dict[Bucket, _Shut] = {}
        membership.on_return = self._catch_up

    # --- deciding -------------------------------------------------------------------------------------------

    def glance(self, bucket: Bucket, demand: Demand) -> Refused | None:
        """A refusal that is certain from memory alone."""
        shut = self._shut.get(bucket)
        if shut is not None and self._membership.is_on and self._clock.monotonic() < shut.mono:
            return shut.refused
        return self._own.glance(bucket, demand)

    async def reserve(self, bucket: Bucket, demand: Demand, *, reservation: str) -> Admitted | Refused:
        """Count the request in here and in the team, all of it or nothing."""
        if not self._membership.is_on:
            return await self._own.reserve(bucket, demand, reservation=reservation)
        # Before the own count is made: the team may be new, and nobody's requests wait for it in the count.
        together = await self._membership.ready()
        decision = await self._own.reserve(bucket, demand, reservation=reservation)
        if isinstance(decision, Refused):
            return decision
        self._open[reservation] = bucket
        verdict = await self._by_team(bucket, demand, reservation) if together else None
        if verdict is None:
            verdict = await self._by_share(bucket, demand) or decision
        if isinstance(verdict, Refused):
            self._remember(bucket, verdict)
            await self.give_back(reservation)
            return verdict
        return decision

    async def _by_team(self, bucket: Bucket, demand: Demand, reservation: str) -> Admitted | Refused | None:
        """The team's word, or None when there is none to be had."""
        for _ in range(2):
            try:
                return await self._quota.reserve(await self._wanted(bucket, demand), reservation)
            except EpochChanged as error:
                self._membership.lost(error)
                if not await self._membership.ready():
                    return None
            except OutOfReach as error:
                self._membership.lost(error)
                return None
        return None

    async def _wanted(self, bucket: Bucket, demand: Demand) -> Wanted:
        gauges = {gauge.metric: gauge for gauge in await self._own.gauges(bucket)}
        limits = Limits(
            rpm=gauges[Metric.RPM].limit,
            tpm=gauges[Metric.TPM].limit,
            rpd=gauges[Metric.RPD].limit,
            tpd=gauges[Metric.TPD].limit,
            ipm=gauges[Metric.IPM].limit,
        )
        now = self._clock.now()
        today = self._days.name(now)
        ends = self._days.ends(now)
        days = [(today, self._of_day_s(now), ends - now, gauges[Metric.RPD].used, gauges[Metric.TPD].used)]
        late = now + self._membership.lengths.deadline_s
        if self._days.name(late) != today:  # Google may count it there
            days.append((self._days.name(late), now - ends, self._days.ends(late) - now, 0, 0))
        requests, tokens, images = (gauges[metric].used for metric in _A_MINUTE)
        return Wanted(bucket, demand, limits, requests, tokens, images, tuple(days))

    async def _by_share(self, bucket: Bucket, demand: Demand) -> Refused | None:
        """What stands in the way while nobody can be asked: all that counts must fit into the share."""
        held = await self._membership.held()
        now = self._clock.now()
        full: list[Refused] = []
        for gauge in await self._own.gauges(bucket):
            if gauge.metric is Metric.IPM and not demand.images:
                continue
            part = self._part(gauge.metric, held, now)
            most = None if part is None else portion(gauge.limit, part)
            if most is not None and gauge.used > most:
                at = self._share_frees(gauge, held, most, now)
                full.append(Refused(gauge.metric, at, most, gauge.used - 1, apart=True))
        return max(full, key=lambda each: each.until, default=None)

    def _part(self, metric: Metric, held: Held | None, now: float) -> float | None:
        """The part of a limit that may be used; None for what is no limit of the team's."""
        lengths = self._membership.lengths
        if metric in (Metric.DAY_BUDGET, Metric.MONTH_BUDGET):
            return None
        if held is None:
            return 0.0
        if metric in _A_MINUTE:
            return held.part(lengths)
        return held.day_part(lengths, of_day_s=self._of_day_s(now))

    def _share_frees(self, gauge: Gauge, held: Held | None, most: int, now: float) -> float:
        lengths = self._membership.lengths
        if held is None or not held.share:
            return now + _NO_SHARE_S
        if gauge.metric not in _A_MINUTE:
            return self._days.ends(now)
        whole_in_s = held.whole_in_s(lengths)
        if whole_in_s > 0:
            return now + whole_in_s
        if not most or gauge.frees_at is None:
            return now + _NO_SHARE_S
        return gauge.frees_at

    def _of_day_s(self, now: float) -> float:
        """How long ago the day began."""
        return now - pacific_midnight(now) if self._days.length_s is None else now % self._days.length_s

    def _remember(self, bucket: Bucket, refused: Refused) -> None:
        """What Google told another member is sure for a while."""
        left = refused.until - self._clock.now()
        if refused.told and left > 0:
            self._shut[bucket] = _Shut(refused, self._clock.monotonic() + min(left, _REMEMBERED_S))

    # --- what becomes of it ---------------------------------------------------------------------------------

    async def settle(self, reservation: str, used: Used) -> None:
        """Replace the estimate by what was used, here and in the team."""
        await self._own.settle(reservation, used)
        bucket = self._open.pop(reservation, None)
        if bucket is not None:
            await self._tell(lambda: self._quota.settle(reservation, bucket, used))

    async def give_back(self, reservation: str) -> None:
        """The request was never sent: forget it, here and in the team."""
        await self._own.give_back(reservation)
        bucket = self._open.pop(reservation, None)
        if bucket is not None:
            await self._tell(lambda: self._quota.give_back(reservation, bucket))

    async def learn(self, bucket: Bucket, *, quota_id: str, limit: int | None, until: float | None) -> Refused:
        """Google answered 429: hold to it here, and let the team know."""
        refused = await self._own.learn(bucket, quota_id=quota_id, limit=limit, until=until)
        if self._membership.is_on and refused.until < inf:
            gauges = await self._own.gauges(bucket)
            cap = next((each.limit for each in gauges if each.metric is refused.metric and each.learned), None)
            await self._tell(lambda: self._quota.learn(bucket, refused, cap))
        return refused

    async def set_limits(self, bucket: Bucket, limits: Limits) -> None:
        """The user's word; also the team forgets what it was taught."""
        await self._own.set_limits(bucket, limits)
        self._shut.clear()
        if self._membership.is_on:
            await self._tell(lambda: self._quota.unlearn(bucket))

    async def _tell(self, step: Step) -> None:
        """Tell the team, at once or when it is back."""
        if await self._membership.ready():
            try:
                await step()
            except OutOfReach as error:
                self._membership.lost(error)
            else:
                return
        if self._membership.is_on and len(self._later) < _LATER_MOST:  # beyond that the count only stays high
            self._later.append(step)

    async def _catch_up(self) -> None:
        """Tell what could not be told; raises OutOfReach."""
        while self._later:
            await self._later[0]()
            self._later.pop(0)

    # --- looking --------------------------------------------------------------------------------------------

    async def limits(self, bucket: Bucket) -> Limits:
        """The limits in force."""
        return await self._own.limits(bucket)

    async def set_budget(self, project: str, budget: Budget) -> None:
        """Set what a project may spend; money is each member's own."""
        await self._own.set_budget(project, budget)

    async def budget(self, project: str) -> Budget:
        """What a project may spend."""
        return await self._own.budget(project)

    async def gauges(self, bucket: Bucket) -> tuple[Gauge, ...]:
        """How full every limit of a bucket is by this member's own use."""
        return await self._own.gauges(bucket)

    async def spend(self, project: str, since_day: str) -> tuple[SpendRow, ...]:
        """What was spent, oldest first."""
        return await self._own.spend(project, since_day)

    async def pace(self, bucket: Bucket, since: float) -> tuple[PaceRow, ...]:
        """When requests were sent, oldest first."""
        return await self._own.pace(bucket, since)

    async def aclose(self) -> None:
        """Leave the team's count as it is and release the file."""
        try:
            with suppress(StorageError):
                await self._membership.aclose()
        finally:
            await self._own.aclose()
