"""What people see and decide about limits, budgets and spending."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.pace import DayPace, day_pace
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.quota import Bucket, Budget, Gauge, Ledger, Limits, SpendRow
from knowalledge_desktop.core.quota_rules import next_pacific_midnight, pacific_day, pacific_midnight, percent_used
from knowalledge_desktop.core.request import Queued, Request
from knowalledge_desktop.core.settings import Settings

WARN_AT = (0.75, 0.9)
BUSY_PERCENT = 80.0
EVERY_MODEL = "*"
_DAY_S = 86_400.0
_MOST = 10**12
_PLACES = 6


@dataclass(frozen=True, slots=True)
class QuotaReport:
    """How full the limits of a model are, who waits, and when the day ends (epoch seconds)."""

    project: str
    model: str
    tier: str
    gauges: tuple[Gauge, ...]
    waiting: int
    day_ends: float

    def gauge(self, metric: Metric) -> Gauge | None:
        """One of the gauges."""
        return next((gauge for gauge in self.gauges if gauge.metric is metric), None)


class QuotaService:
    """Reads the ledger for people, and writes their word into it."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Callable[[], Settings],
        clock: Clock,
        *,
        board: Callable[[], Sequence[tuple[Request, Queued]]],
        changed: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._board = board
        self._changed = changed

    async def report(self, model: str = "") -> QuotaReport:
        """How full the limits are, of the text model when none is named. Raises StorageError."""
        settings = self._settings()
        bucket = Bucket(settings.project, model or settings.text_model)
        gauges = await self._ledger.gauges(bucket)
        ends = next_pacific_midnight(self._clock.now())
        return QuotaReport(bucket.project, bucket.model, settings.tier, gauges, len(self._board()), ends)

    async def pace(self, report: QuotaReport) -> DayPace:
        """Today's requests of a model as a curve, and where they lead at the present pace."""
        now = self._clock.now()
        starts = pacific_midnight(now)
        gauge = report.gauge(Metric.RPD)
        rows = await self._ledger.pace(Bucket(report.project, report.model), starts)
        return day_pace(
            rows,
            used=gauge.used if gauge else 0,
            limit=gauge.limit if gauge else None,
            starts=starts,
            ends=next_pacific_midnight(now),
            now=now,
        )

    def waiting(self) -> tuple[tuple[Request, Queued], ...]:
        """The requests that wait for their turn, and for what."""
        return tuple(self._board())

    async def limits(self, model: str = "") -> Limits:
        """The limits in force for a model."""
        settings = self._settings()
        return await self._ledger.limits(Bucket(settings.project, model or settings.text_model))

    async def set_limits(self, limits: Limits, model: str = EVERY_MODEL) -> None:
        """The user's word on the limits of a model, or of all; forgets what a 429 taught about it.

        Raises UserInputError.
        """
        for name in ("rpm", "tpm", "rpd", "tpd", "ipm"):
            value = getattr(limits, name)
            if value is not None and not 0 <= value <= _MOST:
                raise UserInputError(f"A limit must be a whole number from 0 on, not {value}.")
        await self._ledger.set_limits(Bucket(self._settings().project, model), limits)
        self._changed()

    async def budget(self) -> Budget:
        """What may be spent."""
        return await self._ledger.budget(self._settings().project)

    async def set_budget(self, budget: Budget) -> None:
        """Set what may be spent a day and a month; raises UserInputError."""
        for value in (budget.day_micro, budget.month_micro):
            if value is not None and not 0 <= value <= _MOST:
                raise UserInputError("A budget must be an amount from $0 on.")
        await self._ledger.set_budget(self._settings().project, budget)
        self._changed()

    async def spend(self, days: int = 30) -> tuple[SpendRow, ...]:
        """What was spent in so many days, today included, oldest first."""
        since = pacific_day(self._clock.now() - (days - 1) * _DAY_S)
        return await self._ledger.spend(self._settings().project, since)

    async def busy(self) -> bool:
        """Whether more than four fifths of a limit are used, or Google refuses: nothing optional is asked then."""
        gauges, now = (await self.report()).gauges, self._clock.now()
        return any(
            (percent_used(gauge.used, gauge.limit) or 0.0) > BUSY_PERCENT or (gauge.blocked_until or 0.0) > now
            for gauge in gauges
        )

    async def warnings(self) -> tuple[tuple[Metric, float], ...]:
        """Budgets that are more than three quarters used: which, and what share of 1."""
        report = await self.report()
        budgets = (Metric.DAY_BUDGET, Metric.MONTH_BUDGET)
        shares = (
            (gauge.metric, gauge.used / gauge.limit if gauge.limit else 1.0)
            for gauge in report.gauges
            if gauge.metric in budgets and gauge.limit is not None
        )
        return tuple((metric, share) for metric, share in shares if share >= WARN_AT[0])


def parse_money(text: str) -> int | None:
    """Micro-dollars from "$1.50" or "1,50"; None for "none" or "off". Raises UserInputError."""
    plain = text.strip().removeprefix("$").strip().replace(",", ".")
    if plain.lower() in {"none", "off", "no", ""}:
        return None
    whole, _, part = plain.partition(".")
    if not (whole or part) or not (whole + part).isascii() or not (whole + part).isdigit() or len(part) > _PLACES:
        raise UserInputError(f"‘{text}’ is not an amount of money such as 0.50.")
    return int(whole or 0) * 1_000_000 + int(part.ljust(_PLACES, "0"))
