"""Limits, amounts and times of quota in the user's words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from knowalledge_desktop.core import limit_words
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.request import Queued, Request
from knowalledge_desktop.ui.messages import local_time

if TYPE_CHECKING:
    from knowalledge_desktop.core.pace import DayPace
    from knowalledge_desktop.core.quota import Gauge

MINUTE = (Metric.RPM, Metric.TPM, Metric.IPM)
BUDGETS = (Metric.DAY_BUDGET, Metric.MONTH_BUDGET)
_DAY_S = 86_400.0
_K, _M = 1_000, 1_000_000


def _tr(text: str) -> str:
    return QCoreApplication.translate("Quota", text)


def translated(template: str) -> str:
    """A template of the words for limits in the user's language."""
    return _tr(template)


def name_of(metric: Metric) -> str:
    """What a limit is called within a sentence."""
    return _tr(limit_words.METRIC_NAMES[metric])


def amount(metric: Metric, value: int, beside: int | None = None) -> str:
    """A count, or money for a budget, told so that it differs from what it stands beside."""
    if metric in BUDGETS:
        from knowalledge_desktop.core.prices import money

        return money(value, beside)
    return f"{value:,}"


def brief(metric: Metric, value: int) -> str:
    """The same where room is scarce: "38k", "1.1M"."""
    if metric in BUDGETS or value < 10 * _K:
        return amount(metric, value)
    if value < _M:
        return f"{value // _K:,}k"
    return f"{math.floor(value / (_M / 10)) / 10:g}M"


def short_use(gauge: Gauge) -> str:
    """The use of a limit for the status bar: "3 of 15 a minute"."""
    used = brief(gauge.metric, gauge.used)
    limit = brief(gauge.metric, gauge.limit) if gauge.limit is not None else ""
    template = {
        Metric.RPM: _tr("{used} of {limit} a minute"),
        Metric.TPM: _tr("{used} of {limit} tokens a minute"),
        Metric.IPM: _tr("{used} of {limit} images a minute"),
        Metric.RPD: _tr("{used} of {limit} today"),
        Metric.TPD: _tr("{used} of {limit} tokens today"),
        Metric.DAY_BUDGET: _tr("{used} of {limit} today"),
        Metric.MONTH_BUDGET: _tr("{used} of {limit} this month"),
    }[gauge.metric]
    return template.format(used=used, limit=limit)


def when(until: float, now: float) -> str:
    """How far off a moment is: "in 23 s", beyond two minutes "at 09:00", on other days with the date."""
    if until - now <= _DAY_S:
        return limit_words.when(until, now, local_time, _tr)
    second = round(until)  # as `limit_words.when`
    date = QLocale().toString(QDateTime.fromSecsSinceEpoch(second).date(), QLocale.FormatType.ShortFormat)
    return _tr("on {date} at {time}").format(date=date, time=local_time(second))


def _within(until: float, now: float) -> str:
    """As `when`, in words that stay true while they are on the screen."""
    if until - now <= limit_words.SOON_S:
        return _tr("within {n} s").format(n=max(1, math.ceil(until - now)))
    return when(until, now)


def remark(gauge: Gauge, now: float) -> str:
    """When something of a limit comes back; empty when nothing is used."""
    if gauge.blocked_until is not None and gauge.blocked_until > now:
        return _tr("Google refused: free {when}").format(when=_within(gauge.blocked_until, now))
    if gauge.limit is not None and gauge.used > 0 and gauge.frees_at is not None and gauge.frees_at > now:
        return _tr("Frees {when}").format(when=_within(gauge.frees_at, now))
    return ""


def whole_use(gauge: Gauge, now: float) -> str:
    """One limit in a line, for tooltips and screen readers."""
    name = name_of(gauge.metric)
    used = amount(gauge.metric, gauge.used, gauge.limit)
    if gauge.limit is None:
        line = _tr("{name}: {used}, no limit").format(name=_capital(name), used=used)
    else:
        line = _tr("{name}: {used} of {limit}").format(
            name=_capital(name), used=used, limit=amount(gauge.metric, gauge.limit, gauge.used)
        )
    parts = [line, remark(gauge, now), learned_line(gauge, now)]
    return ". ".join(part for part in parts if part)


def learned_line(gauge: Gauge, now: float) -> str:
    """When a refusal by Google taught a limit; empty when none did."""
    if not gauge.learned:
        return ""
    if gauge.learned_at is None:
        return _tr("Learned from a refusal")
    return _tr("Learned {time} from a refusal").format(time=moment(gauge.learned_at, now))


def moment(at: float, now: float) -> str:
    """A moment that is over: its clock time, on other days with the date."""
    day, today = (QDateTime.fromSecsSinceEpoch(int(each)).date() for each in (at, now))
    if day == today:
        return local_time(at)
    return f"{QLocale().toString(day, QLocale.FormatType.ShortFormat)} {local_time(at)}"


def pace_line(day: DayPace) -> str:
    """Today's requests and where they lead, in a sentence or two."""
    used, ends = f"{day.used:,}", local_time(day.ends)
    if day.limit is None:
        sent = _tr("{used} requests sent today.").format(used=used)
    else:
        sent = _tr("{used} of {limit} requests sent today.").format(used=used, limit=f"{day.limit:,}")
    if day.limit is not None and day.used >= day.limit:
        return f"{sent} " + _tr("The next ones go at {time}.").format(time=ends)
    if day.full_at is not None:
        return f"{sent} " + _tr("At this pace requests run out at {time}.").format(time=local_time(day.full_at))
    if day.projected > day.used:
        return f"{sent} " + _tr("At this pace about {n} by {time}.").format(n=f"{day.projected:,}", time=ends)
    return sent


def pace_short(day: DayPace) -> str:
    """The end of the forecast, for the plot; empty when nothing more is coming."""
    if day.limit is not None and day.used >= day.limit:
        return _tr("used up")
    if day.full_at is not None:
        return _tr("runs out at {time}").format(time=local_time(day.full_at))
    if day.projected == day.used:
        return ""
    return _tr("about {n} by {time}").format(n=f"{day.projected:,}", time=local_time(day.ends))


def waiting_line(waiting: Sequence[tuple[Request, Queued]], now: float) -> str:
    """What the first of those who wait is waiting for; empty when nobody waits."""
    return limit_words.waiting_line(waiting, lambda until: when(until, now), _tr)


def left_today(requests: int, day: Gauge | None, day_ends: float, now: float) -> tuple[str, bool]:
    """Which share of today's requests these would take, and whether they do not fit; empty without a limit.

    `day` is the gauge of requests a day, `day_ends` the moment when it begins anew (epoch seconds).
    """
    if day is None or day.limit is None:
        return "", False
    left, resumes = max(0, day.limit - day.used), max(day_ends, now)
    if day.blocked_until is not None and day.blocked_until > now:
        left, resumes = 0, day.blocked_until
    if requests > left:
        text = _tr("{left} requests are left today; the rest goes on {when}.")
        if not left:
            text = _tr("No requests are left today; they go on {when}.")
        return text.format(left=f"{left:,}", when=when(resumes, now)), True
    share = round(100 * requests / left)
    percent = f"{share}" if share else _tr("under 1")
    text = _tr("{percent} % of the {left} requests left today.")
    return text.format(percent=percent, left=f"{left:,}"), False


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def fullest(gauges: Sequence[Gauge], among: Sequence[Metric]) -> Gauge | None:
    """The gauge with the greatest share used, of those that are limited."""
    limited = [gauge for gauge in gauges if gauge.metric in among and gauge.limit is not None]
    return max(limited, key=lambda gauge: gauge.used / gauge.limit if gauge.limit else math.inf, default=None)
