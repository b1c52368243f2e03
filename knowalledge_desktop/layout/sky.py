"""Where the articles stand in the sky: a disc for each area, those that hang together near each other.

Within a disc all places are a sunflower (Vogel 1979: the n-th seed at radius sqrt(n), turned by the golden angle),
so that the density is even. Which article gets which place is found by letting each go where its neighbours are,
and dealing the places out anew, a few times over: wishes and places are halved again and again, across and along,
and the same halves belong together, so that who wants to be near each other stays near (Bentley 1975, k-d trees).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEP = 10.0
"""Scene units between neighbouring articles."""
GAP = 60.0
"""Scene units between discs."""
ROUNDS = 24
PULL = 0.8
"""By how much of the way an article goes towards its neighbours in a round."""
ABROAD = 0.3
"""What a link to another area counts beside one inside."""
WIDE = 2.0
"""How much wider than high the whole is, about: as windows are."""
_GOLDEN = math.pi * (3.0 - math.sqrt(5.0))


def sunflower(count: int) -> Floats:
    """Places of a disc from its middle outwards, shape (count, 2), scene units."""
    n = np.arange(count) + 0.5
    radius, angle = STEP * np.sqrt(n), n * _GOLDEN
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def disc_radius(count: int) -> float:
    """How large a disc of so many articles is."""
    return STEP * math.sqrt(count + 1.0) + STEP


def place_discs(counts: Sequence[int]) -> list[tuple[float, float]]:
    """Middles of discs that touch no other, the largest in the middle, each as near to it as it can be.

    Nearer counts what is above or below by `WIDE` times as far, so that the whole is as wide as a window.
    """
    order = sorted(range(len(counts)), key=lambda i: -counts[i])
    middles: list[tuple[float, float]] = [(0.0, 0.0)] * len(counts)
    done: list[int] = []
    for which in order:
        radius = disc_radius(counts[which])
        if not done:
            done.append(which)
            continue
        best: tuple[float, float, float] | None = None
        for other in done:
            reach = radius + disc_radius(counts[other]) + GAP
            for turn in range(180):
                angle = turn * math.tau / 180
                x = middles[other][0] + reach * math.cos(angle)
                y = middles[other][1] + reach * math.sin(angle)
                far = math.hypot(x, WIDE * y)
                if best is not None and far >= best[0]:
                    continue
                if all(
                    math.hypot(x - middles[each][0], y - middles[each][1])
                    >= radius + disc_radius(counts[each]) + GAP - 1e-6
                    for each in done
                ):
                    best = (far, x, y)
        middles[which] = (best[1], best[2]) if best is not None else (0.0, 0.0)
        done.append(which)
    return middles


def place_sky(
    area: Sequence[int],
    fame: Sequence[int],
    links: Sequence[tuple[int, int]],
    weights: Sequence[float] | None = None,
) -> Floats:
    """Places of all articles, shape (n, 2), scene units; `weights` say how much each link counts.

    The same input gives the same places.
    """
    areas = np.asarray(area, np.int64)
    count = len(areas)
    if not count:
        return np.empty((0, 2))
    discs = int(areas.max()) + 1
    members = [np.flatnonzero(areas == each) for each in range(discs)]
    middles = np.array(place_discs([len(each) for each in members]))
    known = np.asarray(fame, np.float64)
    at = np.empty((count, 2))
    seats = [sunflower(len(each)) for each in members]
    for which, some in enumerate(members):  # the best known in the middle, to begin with
        at[some[np.argsort(-known[some], kind="stable")]] = seats[which] + middles[which]
    if not len(links):
        return at
    pairs = np.asarray(links, np.int64)
    ends, others = pairs.T.ravel(), pairs[:, ::-1].T.ravel()
    counts = np.ones(len(pairs)) if weights is None else np.asarray(weights, np.float64)
    counts = np.tile(counts * np.where(areas[pairs[:, 0]] == areas[pairs[:, 1]], 1.0, ABROAD), 2)
    total = np.bincount(ends, counts, minlength=count).astype(np.float64)
    for _ in range(ROUNDS):
        wanted = _drawn(at, ends, others, counts, total)
        for which, some in enumerate(members):
            at[some] = _dealt(wanted[some] - middles[which], seats[which]) + middles[which]
    return at


def _drawn(at: Floats, ends: Ints, others: Ints, counts: Floats, total: Floats) -> Floats:
    """Each on its way to the middle of its neighbours."""
    pulled = np.column_stack([np.bincount(ends, counts * at[others, k], minlength=len(at)) for k in (0, 1)])
    near = np.where(total[:, None] > 0, pulled / np.maximum(total, 1e-9)[:, None], at)
    return (1.0 - PULL) * at + PULL * near


def _dealt(wanted: Floats, seats: Floats) -> Floats:
    """Deal the seats of a disc to those who want to be somewhere."""
    placed = np.empty_like(wanted)
    placed[_halved(wanted)] = seats[_halved(seats)]
    return placed


def _halved(points: Floats) -> Ints:
    """An order of the points in which neighbours stand together: halved across, then along, and so on."""
    count, axis = len(points), 0
    order = np.arange(count)
    first, size = np.zeros(count, np.int64), np.full(count, count)
    while True:
        order = order[np.lexsort((points[order, axis], first))]
        if size.max(initial=0) <= 2:
            return order
        half = size // 2
        later = (np.arange(count) - first >= half) & (size > 1)
        first = np.where(later, first + half, first)
        size = np.where(later, size - half, np.where(size > 1, half, size))
        axis = 1 - axis
