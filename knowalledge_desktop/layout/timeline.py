"""The timeline: topics that have a date along an axis, the others at its side.

The axis is the line y = 0. It is not to scale: years between two topics count by their logarithm, so that
antiquity and last year fit on one page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from knowalledge_desktop.core.dates import Dated
from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.layout.boxes import Boxes, Size
from knowalledge_desktop.layout.columns import Group, column

LEAST = 3
"""From so many topics with a date a timeline is worth while."""
LEAST_STEP, STEP = 26.0, 16.0
"""Scene units between two years, and more of them for each tenfold distance."""
AWAY, LANE_GAP = 46.0, 12.0
"""Clear distance from the axis to the nearest topics, and between those above each other."""
ASIDE = 12.0
LABEL = 1.6
"""How much longer than its pill a title is from afar, where it keeps its size: room is kept for that."""
SIDE_GAP, SIDE_COLUMN = 90.0, 24
"""Clear distance from the axis to the topics without a date, and how many of those stand below each other."""
SIDE_SHAPE = 6
"""How many more of them where there are many: their columns are about nine times as wide as a topic is high."""


def tidy(document: Map, sizes: Mapping[str, Size], dates: Mapping[str, Dated]) -> dict[str, Place]:
    """Places for all topics from scratch; folding is kept."""
    ids = [i for i in document.branch(document.root_id) if i in document.topics]
    dated = sorted((i for i in ids if i in dates), key=lambda i: dates[i].year)
    taken = Boxes()
    found: dict[str, tuple[float, float]] = {}
    scale = Scale.of([dates[i].year for i in dated])
    for topic_id in dated:
        found[topic_id] = _stand(scale.at(dates[topic_id].year), sizes[topic_id], taken)
    left = taken.bounds()[0]
    undated = [i for i in ids if i not in dates]
    most = max(SIDE_COLUMN, math.isqrt(SIDE_SHAPE * len(undated)))
    groups = [undated[n : n + most] for n in range(0, len(undated), most)]
    edge = left - SIDE_GAP
    for ids_of_column in reversed(groups):
        group = Group.of(ids_of_column, sizes, LANE_GAP)
        widest = max(w for w, _ in group.sizes)
        y = -group.height / 2
        for topic_id, (w, h) in zip(group.ids, group.sizes, strict=True):
            found[topic_id] = (edge - LABEL * widest + w / 2, y + h / 2)
            y += h + LANE_GAP
        edge -= LABEL * widest + LANE_GAP
    folded = {i for i, place in document.places.items() if place.collapsed}
    return {i: Place(round(x, 2), round(y, 2), collapsed=i in folded) for i, (x, y) in found.items()}


def place(document: Map, sizes: Mapping[str, Size], dates: Mapping[str, Dated]) -> dict[str, Place]:
    """Places for the topics that have none: at their year between those that are there, or at the side."""
    taken = Boxes()
    for topic_id, at in document.places.items():
        if topic_id in document.topics:
            w, h = sizes[topic_id]
            taken.add(at.x + (LABEL - 1.0) * w / 2, at.y, LABEL * w, h)
    new = [i for i in document.topics if i not in document.places]
    there = [(i, at) for i, at in document.places.items() if i in dates and i in document.topics]
    known = [(dates[i].year, at.x - sizes[i][0] / 2) for i, at in there]
    scale = Scale(sorted(known)) if known else Scale.of([])
    found: dict[str, Place] = {}
    for topic_id in sorted((i for i in new if i in dates), key=lambda i: (dates[i].year, i)):
        x, y = _stand(scale.at(dates[topic_id].year), sizes[topic_id], taken)
        found[topic_id] = Place(round(x, 2), round(y, 2))
    undated = [i for i in document.branch(document.root_id) if i in new and i not in dates]
    if undated:
        axis = min((x for _, x in known), default=0.0)
        group = Group.of(undated, sizes, LANE_GAP)
        edge = axis - SIDE_GAP - (LABEL - 1.0) * max(w for w, _ in group.sizes)
        spots = column(group, -1, edge, -group.height / 2, taken, aside=LANE_GAP)
        found |= {i: Place(round(x, 2), round(y, 2)) for i, (x, y) in zip(group.ids, spots, strict=True)}
    return found


def _stand(x: float, size: Size, taken: Boxes) -> tuple[float, float]:
    """The free spot nearest to the axis with its left edge at this place on it; above where both are as near."""
    w, h = size
    room = [(LABEL * w, h)]
    middle = [x + LABEL * w / 2]
    above = taken.slide(middle, room, 0.0, -AWAY - h, (ASIDE, LANE_GAP), most=-AWAY - h)
    below = taken.slide(middle, room, 0.0, AWAY, (ASIDE, LANE_GAP), AWAY)
    top = above if -above - h <= below else below
    taken.add(middle[0], top + h / 2, LABEL * w, h)
    return x + w / 2, top + h / 2


class Scale:
    """Where a year is on the axis, between years whose places are known."""

    def __init__(self, known: Sequence[tuple[float, float]]) -> None:
        self._years: list[float] = []
        self._at: list[float] = []
        for year, x in known:
            # Topics that a person has moved past others do not bend the axis back.
            if not self._at or (year > self._years[-1] and x > self._at[-1]):
                self._years.append(year)
                self._at.append(x)

    @classmethod
    def of(cls, years: Sequence[float]) -> Scale:
        """From scratch, beginning at 0."""
        x, known = 0.0, list[tuple[float, float]]()
        different = sorted(set(years))
        for year, after in pairwise([*different, math.inf]):
            known.append((year, x))
            x += _step(after - year) if after < math.inf else 0.0
        return cls(known)

    def at(self, year: float) -> float:
        """The place of a year; beyond the ends by the distance that many years have."""
        years, at = self._years, self._at
        if not years:
            return 0.0
        if year <= years[0]:
            return at[0] - (_step(years[0] - year) if year < years[0] else 0.0)
        if year >= years[-1]:
            return at[-1] + (_step(year - years[-1]) if year > years[-1] else 0.0)
        after = next(n for n, known in enumerate(years) if known >= year)
        part = (year - years[after - 1]) / (years[after] - years[after - 1])
        return at[after - 1] + part * (at[after] - at[after - 1])


def _step(years: float) -> float:
    return LEAST_STEP + STEP * math.log10(1.0 + years)
