"""How a claimed value stands to one that was found: rounding, other units, bounds, ranges of dates."""

from __future__ import annotations

from enum import IntEnum

from knowalledge_desktop.core.facts import Fact, Kind


class Fit(IntEnum):
    """How a claimed value stands to one that was found."""

    CONFLICT = 0
    NEAR = 1  # neither says the other is right nor that it is wrong
    MATCH = 2


def compare(claimed: Fact, said: Fact) -> Fit | None:
    """How two values stand to one another; None when they cannot be compared."""
    if claimed.kind is not said.kind:
        return None
    if claimed.kind is Kind.DATE:
        return _compare_dates(claimed, said)
    if claimed.kind is not Kind.NUMBER:
        return Fit.MATCH if claimed.low == said.low else Fit.CONFLICT
    if claimed.unit != said.unit:
        return None
    mine = [v for v in (claimed.low, claimed.other) if v is not None]
    theirs = [v for v in (said.low, said.other) if v is not None]
    return max(_compare_values(claimed, said, a, b) for a in mine for b in theirs)


def _compare_dates(claimed: Fact, said: Fact) -> Fit:
    tiny = 1e-6
    if claimed.low <= said.low + tiny and said.high <= claimed.high + tiny:
        return Fit.MATCH
    slack = 10.0 if claimed.about or said.about else 0.0
    if claimed.low < said.high + slack - tiny and said.low < claimed.high + slack - tiny:
        return Fit.NEAR
    return Fit.CONFLICT


def _compare_values(claimed: Fact, said: Fact, a: float, b: float) -> Fit:
    apart = abs(a - b)
    size = max(abs(a), abs(b), 1e-12)
    about = claimed.about or said.about
    half = 0.5 * max(claimed.grain, said.grain) * 1.0001
    coarse = 0.5 * max(claimed.coarse, said.coarse) * 1.0001
    converted = claimed.symbol != said.symbol and claimed.unit not in {"", "percent"}
    exact = claimed.grain == said.grain and not converted
    if apart <= 1e-9 * size or (apart < half and not (exact and apart > 1e-9 * size)):
        return Fit.MATCH
    if (converted and (apart <= 0.03 * size or (claimed.unit == "temperature" and apart <= 1.0))) or (
        apart <= coarse and (apart <= 0.1 * size if about else apart <= 0.025 * size)
    ):
        return Fit.MATCH
    if (
        _within_bounds(claimed, said, a, b)
        or apart <= (0.12 if about else 0.05 if apart <= coarse else 0.0) * size
    ):
        return Fit.NEAR
    return Fit.CONFLICT


def _within_bounds(claimed: Fact, said: Fact, a: float, b: float) -> bool:
    above = (said.bound > 0 and a >= b) or (claimed.bound > 0 and b >= a)
    below = (said.bound < 0 and a <= b) or (claimed.bound < 0 and b <= a)
    return (above or below) and 0.6 <= (a / b if b else 0.0) <= 1.6
