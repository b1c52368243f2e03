"""What the sky draws, as arrays: articles, stars, areas, links."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowalledge_desktop.core.sky import Explored, Sky
from knowalledge_desktop.core.validation import fold
from knowalledge_desktop.services.sky import Stars

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

UNIT = 4.0
"""Units of the drawn scene per unit of the stored places: close up, neighbours are a name's width apart."""
HUES = 8
"""Colours that are told apart; areas beside each other get different ones."""
_ALIKE = {(1, 5): 0.8, (0, 6): 0.7, (0, 7): 0.7, (1, 6): 0.6, (5, 6): 0.6, (2, 3): 0.4, (2, 4): 0.4, (3, 7): 0.3}
OWN = HUES
"""The hue of what is no article."""
CLASSES = (0.50, 0.80, 0.95, 0.99)
"""Parts of the articles that are less known than those of the next size."""


@dataclass(frozen=True, slots=True)
class Disc:
    """An area of the Atlas or a map of one's own, in scene units.

    `hue` is its colour; `count` are the articles in it, `explored` those of them that are in the library.
    """

    name: str
    x: float
    y: float
    radius: float
    hue: int
    count: int
    explored: int = 0


@dataclass(frozen=True, eq=False)
class Chart:
    """Articles first, then topics that are none. `star` is the topic of the library at a node, or None.

    `size` is how well known a node is (0 to 4); `known` says that its topic has a text or subtopics.
    """

    sky: Sky
    titles: tuple[str, ...]
    x: Floats
    y: Floats
    hue: Ints
    size: Ints
    fame: Ints
    star: dict[int, Explored]
    is_star: Bools
    known: Bools
    discs: tuple[Disc, ...]
    lines: Ints
    shown: Bools
    places: dict[str, int]

    def __len__(self) -> int:
        """How many nodes there are."""
        return len(self.titles)

    @property
    def articles(self) -> int:
        """How many of the nodes are articles."""
        return len(self.sky)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of all discs."""
        if not self.discs:
            return (-1.0, -1.0, 2.0, 2.0)
        left = min(disc.x - disc.radius for disc in self.discs)
        top = min(disc.y - disc.radius for disc in self.discs)
        right = max(disc.x + disc.radius for disc in self.discs)
        bottom = max(disc.y + disc.radius for disc in self.discs)
        return left, top, right - left, bottom - top

    def disc_of(self, node: int) -> Disc | None:
        """The area or the own map a node is in."""
        if node < self.articles:
            return self.discs[self.sky.area[node]]
        apart = [np.hypot(self.x[node] - disc.x, self.y[node] - disc.y) - disc.radius for disc in self.discs]
        return self.discs[int(np.argmin(apart))] if apart else None

    @cached_property
    def _links(self) -> tuple[Ints, Ints]:
        """Where each article's neighbours begin in the list of all neighbours, and that list."""
        pairs = np.frombuffer(self.sky.links, "<u2").reshape(-1, 2).astype(np.int64)
        ends = np.concatenate([pairs[:, 0], pairs[:, 1]])
        others = np.concatenate([pairs[:, 1], pairs[:, 0]])
        order = np.argsort(ends, kind="stable")
        return np.searchsorted(ends[order], np.arange(self.articles + 1)), others[order]

    def neighbours(self, node: int) -> Ints:
        """Articles that are linked with this one, the best known first."""
        if node >= self.articles:
            return np.empty(0, np.int64)
        starts, others = self._links
        some = others[starts[node] : starts[node + 1]]
        return some[np.argsort(-self.fame[some], kind="stable")]

    def find(self, text: str, limit: int) -> list[int]:
        """Nodes with a title that begins so, then such with a word that does, then such that have it anywhere."""
        wanted = fold(text)
        if not wanted:
            return []
        ranked: list[tuple[int, int, int]] = []
        inner = " " + wanted
        for folded, node in self.places.items():
            if wanted in folded:
                kind = 0 if folded == wanted else 1 if folded.startswith(wanted) else 2 if inner in folded else 3
                ranked.append((kind, -int(self.fame[node]) - (1_000 if self.is_star[node] else 0), node))
        ranked.sort()
        return [node for *_, node in ranked[:limit]]


def chart_of(sky: Sky, stars: Stars, *, everything: bool) -> Chart:
    """Arrange a sky and the stars in it for drawing; without `everything` only stars are shown."""
    count = len(sky)
    at = np.frombuffer(sky.places, "<f4").reshape(-1, 2).astype(np.float64) * UNIT
    area = np.array(sky.area, np.int64)
    discs = _areas(sky, at, area)
    hue = np.array([disc.hue for disc in discs], np.int64)[area] if count else np.empty(0, np.int64)
    fame = np.array(sky.fame, np.int64)
    size = np.zeros(count, np.int64)
    size[np.argsort(fame, kind="stable")] = np.searchsorted(CLASSES, np.arange(count) / max(1, count), "right")
    node_of: list[int] = []
    extra: list[int] = []
    for number, star in enumerate(stars.stars):
        node_of.append(star.article if star.article >= 0 else count + len(extra))
        if star.article < 0:
            extra.append(number)
    own = [stars.stars[number] for number in extra]
    x = np.concatenate([at[:, 0], [star.x * UNIT for star in own]])
    y = np.concatenate([at[:, 1], [star.y * UNIT for star in own]])
    topics = {node: star.topic for node, star in zip(node_of, stars.stars, strict=True)}
    is_star, known = np.zeros(len(x), np.bool_), np.zeros(len(x), np.bool_)
    for node, topic in topics.items():
        is_star[node], known[node] = True, topic.known
    pairs = zip(node_of, stars.stars, strict=True)
    lines = [(node_of[star.parent], node) for node, star in pairs if star.parent >= 0]
    titles = sky.titles + tuple(star.topic.title for star in own)
    places = dict(zip(sky.folded, range(count), strict=True))
    places |= {star.topic.folded: count + n for n, star in enumerate(own)}
    explored = np.bincount(area[[node for node in node_of if node < count]], minlength=len(discs)).tolist()
    discs = [replace(disc, explored=explored[number]) for number, disc in enumerate(discs)]
    discs += [Disc(each.title, each.x * UNIT, each.y * UNIT, each.radius * UNIT, OWN, 0) for each in stars.own]
    return Chart(
        sky,
        titles,
        x,
        y,
        np.concatenate([hue, np.full(len(own), OWN)]),
        np.concatenate([size, np.ones(len(own), np.int64)]),
        np.concatenate([fame, np.zeros(len(own), np.int64)]),
        topics,
        is_star,
        known,
        tuple(discs),
        np.array(lines, np.int64).reshape(-1, 2),
        np.ones(len(x), np.bool_) if everything else is_star,
        places,
    )


def _areas(sky: Sky, at: Floats, area: Ints) -> list[Disc]:
    """The disc around the articles of each area; those near each other in different colours."""
    rough: list[tuple[float, float, float, int]] = []
    for number in range(len(sky.areas)):
        some = at[area == number]
        low, high = some.min(axis=0), some.max(axis=0)
        middle = (low + high) / 2
        radius = float(np.hypot(*(some - middle).T).max()) + 14.0 * UNIT
        rough.append((float(middle[0]), float(middle[1]), radius, len(some)))
    hues: list[int] = []
    for number, (x, y, radius, _) in enumerate(rough):
        cost = [0.0] * HUES
        for other, hue in enumerate(hues):
            ox, oy, reach, _ = rough[other]
            gap = max(1.0, float(np.hypot(x - ox, y - oy)) - radius - reach)
            for each in range(HUES):
                alike = 1.0 if each == hue else _ALIKE.get((min(each, hue), max(each, hue)), 0.0)
                cost[each] += alike / gap
        hues.append(min(range(HUES), key=lambda hue: (cost[hue], (hue - number) % HUES)))
    return [
        Disc(name, x, y, radius, hue, count)
        for name, (x, y, radius, count), hue in zip(sky.areas, rough, hues, strict=True)
    ]
