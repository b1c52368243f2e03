"""Where the articles stand in the sky: a disc for each area, those that hang together near each other.

Within a disc all places are a sunflower (Vogel 1979: the n-th seed at radius sqrt(n), turned by the golden angle),
so that the density is even. Which article gets which place is found by letting each go where its neighbours are,
and dealing the places out anew in that order, a few times over.
"""

from __future__ import annotations

import itertools
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
ROUNDS = 14
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
    """Middles of discs that touch no other, the largest in the middle, each as near to it as it can be."""
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
            for turn in range(72):
                angle = turn * math.tau / 72
                x = middles[other][0] + reach * math.cos(angle)
                y = middles[other][1] + reach * math.sin(angle)
                far = math.hypot(x, y)
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


def place_sky(area: Sequence[int], fame: Sequence[int], links: Sequence[tuple[int, int]]) -> Floats:
    """Places of all articles, shape (n, 2), scene units. The same input gives the same places."""
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
    if len(links):
        pairs = np.asarray(links, np.int64)
        ends = np.concatenate([pairs[:, 0], pairs[:, 1]])
        others = np.concatenate([pairs[:, 1], pairs[:, 0]])
        degree = np.bincount(ends, minlength=count).astype(float)
        for _ in range(ROUNDS):
            at = _drawn(at, ends, others, degree)
            for which, some in enumerate(members):
                at[some] = _dealt(at[some] - middles[which], seats[which]) + middles[which]
    return at


def _drawn(at: Floats, ends: Ints, others: Ints, degree: Floats) -> Floats:
    """Each half way to the middle of its neighbours."""
    total = np.column_stack([np.bincount(ends, at[others, k], minlength=len(at)) for k in (0, 1)])
    near = np.where(degree[:, None] > 0, total / np.maximum(degree, 1.0)[:, None], at)
    return 0.5 * at + 0.5 * near


def _dealt(wanted: Floats, seats: Floats) -> Floats:
    """Deal the seats of a disc to those who want to be somewhere: ring by ring, around each ring in order."""
    count = len(wanted)
    rings = max(1, round(math.sqrt(count / math.pi)))
    centred = wanted - wanted.mean(axis=0)
    by_reach = np.argsort(np.hypot(centred[:, 0], centred[:, 1]), kind="stable")
    bounds = np.unique(np.round(count * (np.arange(rings + 1) / rings) ** 2).astype(int))
    placed = np.empty_like(wanted)
    for low, high in itertools.pairwise(bounds.tolist()):
        some = by_reach[low:high]
        ring = seats[low:high]
        around = some[np.argsort(np.arctan2(centred[some, 1], centred[some, 0]), kind="stable")]
        placed[around] = ring[np.argsort(np.arctan2(ring[:, 1], ring[:, 0]), kind="stable")]
    return placed
