"""What stands in the way of a request: how full every limit is, and when it frees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf

from knowalledge_desktop.adapters import ledger_limits as limits_of
from knowalledge_desktop.adapters.library_connection import Connection, Row
from knowalledge_desktop.core.quota import Bucket, Demand, Gauge, Limits, Metric, Refused
from knowalledge_desktop.core.quota_rules import Days

_A_MINUTE = (Metric.RPM, Metric.TPM, Metric.IPM)
_A_DAY = (Metric.RPD, Metric.TPD)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long windows are, how long an unsettled request may still be on its way, and the preset's limits."""

    minute_s: float
    deadline_s: float
    days: Days
    defaults: Callable[[Bucket], Limits]


@dataclass(frozen=True, slots=True)
class Moment:
    """The time of one decision: `now` is the ledger's, `wall` the machine's clock, which may be behind it.

    `names` are the days that may be meant, the ledger's first: as nobody can tell which of two clocks is
    right, both days are charged and both must have room.
    """

    now: float
    wall: float
    names: tuple[str, ...]

    def told(self, at: float) -> float:
        """A ledger time as the machine's clock will show it."""
        return at - (self.now - self.wall)

    def own(self, at: float) -> float:
        """A time of the machine's clock as the ledger counts it."""
        return at + (self.now - self.wall)


@dataclass(frozen=True, slots=True)
class Sure:
    """A refusal that holds until `until` whatever else is settled or given back; times of the machine's clock."""

    refused: Refused
    until: float


class Window:
    """What the file says about one bucket at one moment; read inside the transaction that decides."""

    def __init__(self, db: Connection, terms: Terms, moment: Moment, bucket: Bucket) -> None:
        self._db = db
        self._terms = terms
        self._moment = moment
        self._bucket = bucket
        self._learned = limits_of.lessons(db, bucket)
        given = limits_of.given(db, bucket)
        self.limits = limits_of.tightened(terms.defaults(bucket) if given is None else given, self._learned)
        self.budget = limits_of.budget(db, bucket.project)
        self._minute = self._sums()
        self._days: list[tuple[int, int]] | None = None

    # --- decisions ---

    def stands_in_the_way(self, demand: Demand) -> Refused | None:
        """The limit that keeps this request from being sent the longest, or None."""
        return self.blocked() or self._too_big(demand) or self._full(demand)

    def blocked(self) -> Refused | None:
        """What Google's own refusals keep shut."""
        shut = [
            (lesson.until, metric) for metric, lesson in self._learned.items() if lesson.until > self._moment.now
        ]
        if not shut:
            return None
        until, metric = max(shut)
        return self.told(metric, until)

    def told(self, metric: Metric, until: float) -> Refused:
        """A refusal by Google; `until` is ledger time."""
        limit, used = self._limit(metric), self._used(metric)
        return Refused(metric, self._moment.told(until), used if limit is None else limit, used, told=True)

    def sure(self, refused: Refused) -> Sure | None:
        """How long the bucket is shut for every request, assuming that all open ones are given back now."""
        if refused.told:
            return Sure(refused, refused.until)
        ends = [each for each in (self._sure_minute(), self._sure_day()) if each is not None]
        return max(ends, key=lambda each: each.until, default=None)

    def _too_big(self, demand: Demand) -> Refused | None:
        for metric, limit, amount in self._demands(demand):
            if limit is not None and amount > limit:
                return Refused(metric, inf, limit, self._used(metric), impossible=True)
        return None

    def _full(self, demand: Demand) -> Refused | None:
        full: list[Refused] = []
        for metric, limit, amount in self._demands(demand):
            if limit is None:
                continue
            used = self._used(metric)
            if used + amount > limit:
                until = self._moment.told(self._frees(metric, used + amount - limit))
                full.append(Refused(metric, until, limit, used))
        return max(full, key=lambda each: each.until, default=None)

    def _demands(self, demand: Demand) -> Iterator[tuple[Metric, int | None, int]]:
        amounts = {
            Metric.RPM: 1,
            Metric.TPM: demand.tokens,
            Metric.IPM: demand.images,
            Metric.RPD: 1,
            Metric.TPD: demand.tokens,
            Metric.DAY_BUDGET: demand.cost_micro,
            Metric.MONTH_BUDGET: demand.cost_micro,
        }
        for metric, amount in amounts.items():
            if amount:  # what a request does not need cannot keep it from being sent
                yield metric, self._limit(metric), amount

    def _sure_minute(self) -> Sure | None:
        limit = self.limits.rpm
        if not limit:
            return None
        ends = sorted(row[0] for row in self._rows() if row[1])
        if len(ends) < limit:
            return None
        until = self._moment.told(ends[len(ends) - limit])
        return Sure(Refused(Metric.RPM, until, limit, self._minute[0]), until)

    def _sure_day(self) -> Sure | None:
        limit = self.limits.rpd
        if not limit:
            return None
        open_ones = self._db.value(
            "SELECT count(*) FROM live WHERE project = ? AND model = ? AND settled = 0",
            (self._bucket.project, self._bucket.model),
        )
        used = self._used(Metric.RPD)
        if used - open_ones < limit:
            return None
        until = self._moment.told(self._day_ends())
        return Sure(Refused(Metric.RPD, until, limit, used), until)

    # --- how full ---

    def gauges(self) -> tuple[Gauge, ...]:
        """How full every limit is, in the order of `Metric`."""
        return tuple(self._gauge(metric) for metric in Metric)

    def _gauge(self, metric: Metric) -> Gauge:
        used, lesson = self._used(metric), self._learned.get(metric)
        shut = lesson is not None and lesson.until > self._moment.now
        return Gauge(
            metric,
            self._limit(metric),
            used,
            frees_at=self._moment.told(self._frees(metric, 1)) if used else None,
            blocked_until=self._moment.told(lesson.until) if lesson is not None and shut else None,
            learned=lesson is not None and lesson.limit() is not None,
        )

    def _limit(self, metric: Metric) -> int | None:
        match metric:
            case Metric.DAY_BUDGET:
                return self.budget.day_micro
            case Metric.MONTH_BUDGET:
                return self.budget.month_micro
            case _:
                return limits_of.of(self.limits, metric)

    def _used(self, metric: Metric) -> int:
        if metric in _A_MINUTE:
            return self._minute[_A_MINUTE.index(metric)]
        if metric in _A_DAY:
            return max(day[_A_DAY.index(metric)] for day in self._by_day())
        if metric is Metric.DAY_BUDGET:
            return max(self._cost(name, f"{name} ") for name in self._moment.names)
        times = {self._moment.now, self._moment.wall}
        return max(self._cost(*self._terms.days.month(at)) for at in times)

    def _frees(self, metric: Metric, needed: int) -> float:
        """The first moment at which `needed` of a limit may have come back, ledger time."""
        if metric in _A_MINUTE:
            return self._minute_frees(metric, needed)
        if metric is not Metric.MONTH_BUDGET:
            return self._day_ends()
        days = self._terms.days
        return max(days.month_ends(self._moment.now), self._moment.own(days.month_ends(self._moment.wall)))

    def _minute_frees(self, metric: Metric, needed: int) -> float:
        """An open request counts as if it ended now: nothing of it comes back sooner."""
        soonest = self._moment.now + self._terms.minute_s
        column = {Metric.RPM: None, Metric.TPM: 2}.get(metric, 3)
        at = self._moment.now
        for ends, row in sorted((row[0] if row[1] else min(row[0], soonest), row) for row in self._rows()):
            if needed <= 0:
                break
            needed -= 1 if column is None else row[column]
            at = ends
        return at

    def _day_ends(self) -> float:
        days = self._terms.days
        return max(days.ends(self._moment.now), self._moment.own(days.ends(self._moment.wall)))

    # --- the file ---

    def _sums(self) -> Row:
        return self._db.rows(
            "SELECT count(*), coalesce(sum(tokens), 0), coalesce(sum(images), 0) FROM live"
            " WHERE project = ? AND model = ? AND releases > ?",
            (self._bucket.project, self._bucket.model, self._moment.now),
        )[0]

    def _rows(self) -> list[Row]:
        return self._db.rows(
            "SELECT releases, settled, tokens, images FROM live WHERE project = ? AND model = ? AND releases > ?",
            (self._bucket.project, self._bucket.model, self._moment.now),
        )

    def _by_day(self) -> list[tuple[int, int]]:
        if self._days is None:
            self._days = []
            for name in self._moment.names:
                row = self._db.rows(
                    "SELECT coalesce(sum(rpd), 0), coalesce(sum(tpd), 0) FROM tally"
                    " WHERE project = ? AND day = ? AND model = ?",
                    (self._bucket.project, name, self._bucket.model),
                )[0]
                self._days.append((row[0], row[1]))
        return self._days

    def _cost(self, first: str, after: str) -> int:
        """Money of the project on the days from `first` up to, not with, `after`; open requests at their most."""
        return self._db.value(
            "SELECT coalesce(sum(cost), 0) FROM tally WHERE project = ? AND day >= ? AND day < ?",
            (self._bucket.project, first, after),
        )
