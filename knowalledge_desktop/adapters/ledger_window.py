"""What stands in the way of a request: how full every limit is, and when it frees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from knowalledge_desktop.adapters.ledger_limits import Rules, tightened
from knowalledge_desktop.adapters.library_connection import Connection, Row
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Bucket, Demand, Gauge, Limits, Refused
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
    right, both days are charged and both must have room. Nothing is sent before `held`.
    """

    now: float
    wall: float
    names: tuple[str, ...]
    held: float = 0.0

    def times(self) -> tuple[float, ...]:
        """A time in each of the days that may be meant."""
        return (self.now, self.wall)[: len(self.names)]

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

    def __init__(self, db: Connection, terms: Terms, moment: Moment, bucket: Bucket, rules: Rules) -> None:
        self._db = db
        self._terms = terms
        self._moment = moment
        self._bucket = bucket
        self._learned = rules.learned
        self.limits = tightened(terms.defaults(bucket) if rules.given is None else rules.given, rules.learned)
        self._limits: dict[Metric, int | None] = {
            Metric.RPM: self.limits.rpm,
            Metric.TPM: self.limits.tpm,
            Metric.IPM: self.limits.ipm,
            Metric.RPD: self.limits.rpd,
            Metric.TPD: self.limits.tpd,
            Metric.DAY_BUDGET: rules.budget.day_micro,
            Metric.MONTH_BUDGET: rules.budget.month_micro,
        }
        self._minute = self._sums()
        self._days: list[Row] | None = None

    # --- decisions ---

    def stands_in_the_way(self, demand: Demand) -> Refused | None:
        """The limit that keeps this request from being sent the longest, or None."""
        needs = self._needs(demand)
        return self.blocked() or self._too_big(needs) or self._full(needs)

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
        limit, used = self._limits[metric], self._used(metric)
        return Refused(metric, self._moment.told(until), used if limit is None else limit, used, told=True)

    def sure(self, refused: Refused) -> Sure | None:
        """How long the bucket is shut for every request, assuming that all open ones are given back now."""
        if refused.told:
            return Sure(refused, refused.until)
        ends = [each for each in (self._sure_minute(), self._sure_day()) if each is not None]
        return max(ends, key=lambda each: each.until, default=None)

    def _too_big(self, needs: list[tuple[Metric, int, int]]) -> Refused | None:
        for metric, limit, amount in needs:
            if amount > limit:
                return Refused(metric, inf, limit, self._used(metric), impossible=True)
        return None

    def _full(self, needs: list[tuple[Metric, int, int]]) -> Refused | None:
        full: list[Refused] = []
        for metric, limit, amount in needs:
            used = self._used(metric)
            if used + amount > limit:
                until = self._moment.told(self._frees(metric, used + amount - limit))
                full.append(Refused(metric, until, limit, used))
        return max(full, key=lambda each: each.until, default=None)

    def _needs(self, demand: Demand) -> list[tuple[Metric, int, int]]:
        """Metric, limit and amount of all that is limited; what is not needed stands in nobody's way."""
        tokens, images, cost = demand.tokens, demand.images, demand.cost_micro
        amounts = zip(self._limits.items(), (1, tokens, images, 1, tokens, cost, cost), strict=True)
        return [(metric, limit, amount) for (metric, limit), amount in amounts if limit is not None and amount]

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
        ends = [at for used, at in self._by_day(Metric.RPD) if used - open_ones >= limit]
        if not ends:
            return None
        until = self._moment.told(max(ends))
        return Sure(Refused(Metric.RPD, until, limit, self._used(Metric.RPD)), until)

    # --- how full ---

    def gauges(self) -> tuple[Gauge, ...]:
        """How full every limit is, in the order of `Metric`."""
        return tuple(self._gauge(metric) for metric in Metric)

    def _gauge(self, metric: Metric) -> Gauge:
        used, lesson = self._used(metric), self._learned.get(metric)
        shut = lesson is not None and lesson.until > self._moment.now
        learned = lesson is not None and lesson.limit() is not None
        return Gauge(
            metric,
            self._limits[metric],
            used,
            frees_at=self._moment.told(self._frees(metric, 1)) if used else None,
            blocked_until=self._moment.told(lesson.until) if lesson is not None and shut else None,
            learned=learned,
            learned_at=self._moment.told(lesson.at) if lesson is not None and learned else None,
        )

    def _used(self, metric: Metric) -> int:
        if metric in _A_MINUTE:
            return self._minute[_A_MINUTE.index(metric)]
        return max(self._used_by_day(metric))

    def _frees(self, metric: Metric, needed: int) -> float:
        """The first moment at which `needed` of a limit may have come back, ledger time."""
        if metric in _A_MINUTE:
            return self._minute_frees(metric, needed)
        left = self._used(metric) - needed
        return max(ends for used, ends in self._by_day(metric) if used > left)

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

    def _by_day(self, metric: Metric) -> list[tuple[int, float]]:
        """How much of a limit is used in each day (or month) that may be meant, and when that ends."""
        days, moment = self._terms.days, self._moment
        ends = days.month_ends if metric is Metric.MONTH_BUDGET else days.ends
        times = moment.times()
        return [
            (used, ends(at) + moment.now - at) for used, at in zip(self._used_by_day(metric), times, strict=True)
        ]

    def _used_by_day(self, metric: Metric) -> list[int]:
        if metric in _A_DAY:
            return [row[_A_DAY.index(metric)] for row in self._charged()]
        if metric is Metric.DAY_BUDGET:
            return [self._cost(name, f"{name} ") for name in self._moment.names]
        return [self._cost(*self._terms.days.month(at)) for at in self._moment.times()]

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

    def _charged(self) -> list[Row]:
        if self._days is None:
            sql = (
                "SELECT coalesce(sum(rpd), 0), coalesce(sum(tpd), 0) FROM tally"
                " WHERE project = ? AND day = ? AND model = ?"
            )
            about = self._bucket.project, self._bucket.model
            self._days = [self._db.rows(sql, (about[0], name, about[1]))[0] for name in self._moment.names]
        return self._days

    def _cost(self, first: str, after: str) -> int:
        """Money of the project on the days from `first` up to, not with, `after`; open requests at their most."""
        return self._db.value(
            "SELECT coalesce(sum(cost), 0) FROM tally WHERE project = ? AND day >= ? AND day < ?",
            (self._bucket.project, first, after),
        )
