"""When a batch will be done: the requests that are left, played through under the limits."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush, heapreplace

_PLAYED_MAX = 5000
"""Longer batches are taken to go on as the second half of so many items, so that a forecast costs milliseconds."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast items come: each takes `seconds_each`, `at_once` of them side by side.

    `rpm` is the limit of a minute (None: no limit), of which `minute_used` are used now and come back
    at `minute_frees_at` (epoch seconds). A request counts until `minute_s` after its answer.
    """

    seconds_each: float
    at_once: int
    rpm: int | None = None
    minute_used: int = 0
    minute_frees_at: float | None = None
    minute_s: float = 60.0


@dataclass(frozen=True, slots=True)
class DayLimit:
    """What may be asked until `resets_at` (epoch seconds), and on each day of `day_s` after it."""

    left: int
    limit: int
    resets_at: float
    day_s: float = 86_400.0


def finishing_at(left: int, now: float, pace: Pace, day: DayLimit | None = None) -> float | None:
    """When so many items will be done: what today's limit still allows now, the rest after each reset.

    None when it would never end.
    """
    if left <= 0:
        return now
    if (pace.rpm is not None and pace.rpm <= 0) or (day is not None and day.limit <= 0 and day.left < left):
        return None
    if left <= _PLAYED_MAX:
        return _played(left, now, pace, day)
    half = _PLAYED_MAX // 2
    before, ends = (_played(count, now, pace, day) for count in (half, 2 * half))
    return ends + (ends - before) * (left - 2 * half) / half


def _played(count: int, now: float, pace: Pace, day: DayLimit | None) -> float:
    """When the last answer comes if each request is sent as early as the limits allow."""
    lanes = [now] * max(1, pace.at_once)
    window: list[float] = []  # when the requests of the last minute stop counting
    if pace.rpm is not None:
        frees_at = now + pace.minute_s if pace.minute_frees_at is None else pace.minute_frees_at
        window = [max(now, frees_at)] * min(pace.minute_used, pace.rpm)
    room, reset = (max(0, day.left), day.resets_at) if day else (count, float("inf"))
    begins = ends = now
    for _ in range(count):
        begins = max(begins, lanes[0])
        if pace.rpm is not None and len(window) >= pace.rpm:
            begins = max(begins, heappop(window))
        while day and (begins >= reset or room <= 0):
            begins, room, reset = max(begins, reset), day.limit, reset + day.day_s
        room -= 1
        ended = begins + pace.seconds_each
        ends = max(ends, ended)
        heapreplace(lanes, ended)
        heappush(window, ended + pace.minute_s)
    return ends
