"""What limits are called and what is said of requests that wait for one, for every face.

Templates are plain English with `{placeholders}`, as those of `sentences`: a face passes what translates one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.request import Queued, Request

Translate = Callable[[str], str]
When = Callable[[float], str]

SOON_S = 120.0
"""Up to so far off a moment is told in seconds."""

METRIC_NAMES = {
    Metric.RPM: "requests per minute",
    Metric.TPM: "input tokens per minute",
    Metric.IPM: "images per minute",
    Metric.RPD: "requests per day",
    Metric.TPD: "input tokens per day",
    Metric.DAY_BUDGET: "today’s budget",
    Metric.MONTH_BUDGET: "this month’s budget",
}
"""What a limit is called within a sentence."""

_IN, _AT = "in {n} s", "at {time}"
_LIMIT, _OTHERS = "{name} of {model}", "others are asked first of {model}"
_FREE, _NUMBER, _COUNT = "free {when}", "number {n} in line", "{n} in line"
_WAITING = "Waiting: {what}"


def plain(template: str) -> str:
    """The template as it is: no translation."""
    return template


def templates() -> tuple[str, ...]:
    """All templates, for the translators' catalogue."""
    return (*METRIC_NAMES.values(), _IN, _AT, _LIMIT, _OTHERS, _FREE, _NUMBER, _COUNT, _WAITING)


def when(until: float, now: float, time_of: When, tr: Translate = plain) -> str:
    """How far off a moment is: "in 23 s" up to two minutes, "at 09:00" beyond; both in epoch seconds.

    The ledger counts time on a clock of its own: midnight comes back from it a hair early or late.
    """
    left = until - now
    if left <= SOON_S:
        return tr(_IN).format(n=max(1, math.ceil(left)))
    return tr(_AT).format(time=time_of(round(until)))


def reason(queued: Queued, tr: Translate = plain) -> str:
    """What stands in the way: "requests per minute of gemini-x"."""
    if queued.metric:
        return tr(_LIMIT).format(name=tr(METRIC_NAMES[Metric(queued.metric)]), model=queued.model)
    return tr(_OTHERS).format(model=queued.model)


def free(queued: Queued, told: When, tr: Translate = plain) -> str:
    """When its turn may come, "free in 23 s", of what `told` says of a moment; empty when nobody knows."""
    return tr(_FREE).format(when=told(queued.until)) if queued.until is not None else ""


def place(queued: Queued, tr: Translate = plain) -> str:
    """Its place in the line, from 1."""
    return tr(_NUMBER).format(n=queued.position)


def waiting_line(waiting: Sequence[tuple[Request, Queued]], told: When, tr: Translate = plain) -> str:
    """What the first of those who wait is waiting for; empty when nobody waits."""
    if not waiting:
        return ""
    first = min((state for _, state in waiting), key=lambda state: state.position)
    line = place(first, tr) if len(waiting) == 1 else tr(_COUNT).format(n=len(waiting))
    parts = (reason(first, tr), free(first, told, tr), line)
    return tr(_WAITING).format(what=", ".join(part for part in parts if part))
