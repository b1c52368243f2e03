"""Today's use as a curve, and where it leads if it goes on like this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowalledge_desktop.core.quota import PaceRow

RECENT_S = 3 * 3600.0
"""The pace is that of so long: long enough for a pause to count, short enough to follow what is going on."""

_LEAST_S = 1800.0  # a few requests in the first minutes are no pace of a day


@dataclass(frozen=True, slots=True)
class DayPace:
    """Requests of the day of a limit: `points` are (epoch second, requests so far) up to `now`.

    `projected` is how many there are at `ends` at the present pace. `full_at` is when the limit is reached at
    that pace, None when it is not before the day ends, or when there is no limit.
    """

    starts: float
    ends: float
    now: float
    points: tuple[tuple[float, int], ...]
    limit: int | None
    projected: int
    full_at: float | None = None

    @property
    def used(self) -> int:
        """Requests up to now."""
        return self.points[-1][1]


def day_pace(
    rows: Sequence[PaceRow], *, used: int, limit: int | None, starts: float, ends: float, now: float
) -> DayPace:
    """The curve of a day.

    `used` is what counts against the limit, which may be more than the rows know of: a request on its way at
    midnight counts in both days, and what was sent before there were rows is in none. The curve begins there.
    """
    today = [row for row in rows if row.at + row.length_s > starts and row.at < now]
    known = sum(row.requests for row in today)
    so_far = max(0, used - known)
    points = [(starts, so_far)]
    for row in today:
        begins, over = max(starts, row.at), min(now, row.at + row.length_s)
        if begins > points[-1][0]:
            points.append((begins, so_far))
        so_far = min(used, so_far + row.requests)
        points.append((over, so_far))
    if points[-1][0] < now or len(points) == 1:
        points.append((max(now, starts), used))
    pace = _recent(today, now) / min(RECENT_S, max(_LEAST_S, now - starts))
    projected = used + round(pace * max(0.0, ends - now))
    full_at = None
    if limit is not None and projected > limit:
        full_at = now if used >= limit else now + (limit - used) / pace
    return DayPace(starts, ends, now, tuple(points), limit, projected, full_at)


def _recent(rows: Sequence[PaceRow], now: float) -> float:
    """Requests of the last while; of a row that began before it, its share."""
    since = now - RECENT_S
    total = 0.0
    for row in rows:
        share = (row.at + row.length_s - max(row.at, since)) / row.length_s
        total += row.requests * min(1.0, max(0.0, share))
    return total
