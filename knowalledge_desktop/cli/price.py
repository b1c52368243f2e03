"""What a batch would take, told before it begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.prices import money
from knowalledge_desktop.core.request import EngineChoice, Priority
from knowalledge_desktop.services.explain import explanation_request
from knowalledge_desktop.services.quota import QuotaReport
from knowalledge_desktop.services.tariff import Quote

_BUDGETS = {Metric.DAY_BUDGET: "today’s budget", Metric.MONTH_BUDGET: "this month’s budget"}


@dataclass(frozen=True, slots=True)
class Estimate:
    """Requests, tokens and money at most, what today has left for it, and when it would be done.

    `quote` is None where nobody has to be paid; `ends_at` (epoch seconds) is None when it would never be done.
    """

    count: int
    quote: Quote | None
    ends_at: float | None
    report: QuotaReport | None = None

    def as_json(self) -> dict[str, object]:
        """For programs; money in dollars."""
        told: dict[str, object] = {"requests": self.count, "ends_at": self.ends_at, "free": self.quote is None}
        if self.quote is not None:
            most = self.quote.most_micro
            told |= {
                "tokens": self.quote.tokens_in + self.quote.tokens_out,
                "most_usd": None if most is None else most / 1e6,
                "free": self.quote.free,
            }
        return told


async def estimate(context: Context, document: Map, topic_ids: Sequence[str]) -> Estimate:
    """What explaining these topics would take. Raises StorageError."""
    services, engine = context.services, context.engine()
    has_key = (await services.preferences.key_state()).is_set
    ends_at = await services.jobs.forecast(len(topic_ids), engine)
    if engine is EngineChoice.ATLAS or (engine is EngineChoice.AUTO and not has_key):
        return Estimate(len(topic_ids), None, ends_at)
    options = context.options()
    quote = services.tariffs.quote(
        explanation_request(document, topic_id, options, engine=engine, priority=Priority.LOW)
        for topic_id in topic_ids
    )
    return Estimate(len(topic_ids), quote, ends_at, await services.quota.report(quote.model))


def price_line(told: Estimate, time_of: Callable[[float], str]) -> str:
    """All of it in a line or two; `time_of` tells a moment as the person's clock shows it."""
    done = "With these limits it would never be done."
    if told.ends_at is not None:
        done = f"Done about {time_of(told.ends_at)}."
    if told.quote is None:
        return f"{_counted(told.count, 'topic')}, free: only the built-in Atlas is asked. {done}"
    quote = told.quote
    money_part = "price unknown"
    if quote.free:
        money_part = "free on the free tier"
    elif quote.most_micro is not None:
        money_part = f"at most {money(quote.most_micro)} (estimate)"
    tokens = f"{quote.tokens_in + quote.tokens_out:,}"
    parts = [f"{_counted(quote.requests, 'request')}, at most {tokens} tokens, {money_part}."]
    parts += _left(told, quote)
    return " ".join([*parts, done])


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _left(told: Estimate, quote: Quote) -> list[str]:
    if told.report is None:
        return []
    lines: list[str] = []
    day = told.report.gauge(Metric.RPD)
    if day is not None and day.limit is not None:
        left = max(0, day.limit - day.used)
        lines.append(f"{_counted(left, 'request')} {'is' if left == 1 else 'are'} left today.")
    for metric, name in _BUDGETS.items():
        gauge = told.report.gauge(metric)
        if gauge is not None and gauge.limit is not None:
            left = max(0, gauge.limit - gauge.used)
            stops = ": it may stop before the end" if (quote.most_micro or 0) > left else ""
            lines.append(f"{money(left)} is left of {name}{stops}.")
    return lines
