"""The tree, read downwards: levels in rows, and groups of topics without children as lists below their parent."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.layout.boxes import Boxes, Size
from knowalledge_desktop.layout.columns import Group, column
from knowalledge_desktop.layout.contour import Contour, Outline
from knowalledge_desktop.layout.forest import Floats, Forest, forest_of, places_of
from knowalledge_desktop.layout.groups import new_groups, settle, taken_boxes
from knowalledge_desktop.layout.shelves import shelved

Bools = NDArray[np.bool_]

LEVEL_GAP = 56.0
"""Clear distance between the rows of two levels."""
FALL, MOST_FALL = 9.0, 150.0
"""More of it below the root, for each branch: the edges to many branches need height to tell them apart."""
GAPS = (36.0, 28.0, 24.0)
BETWEEN_BRANCHES = 28.0
INDENT = 28.0
"""How far a list stands in from its parent's left edge: its edges come down to the left of it."""
FIRST_GAP, LIST_GAP = 16.0, 8.0
LIST_FROM = 3
"""So many topics without children are a list; fewer stand side by side."""
ASIDE = 24.0
WIDE, TOO_WIDE = 2800.0, 3.2
"""From so many scene units, and so many times as wide as high, the branches stand on shelves."""


def tidy(document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Places for all topics from scratch."""
    forest = forest_of(document, sizes)
    return places_of(document, forest.ids, *tree(forest))


def tree(forest: Forest) -> tuple[Floats, Floats]:
    """The centres of all topics, x and y; the root at the origin."""
    tops = _tops(forest)
    listed, list_tops = _listed(forest, tops)
    contour = Contour(forest, forest.w, GAPS, BETWEEN_BRANCHES, _outlines(forest, tops, listed, list_tops))
    contour.stack(forest.children(0), 1)
    x = np.array(contour.offsets)
    x[listed] = INDENT + (forest.w[listed] - forest.w[forest.parent[listed]]) / 2
    y = np.where(listed, list_tops, tops[forest.depth]) + forest.h / 2
    x, y = forest.summed(x), y - forest.h[0] / 2
    return shelved(forest, x, y) if float(np.ptp(x)) > max(WIDE, TOO_WIDE * float(np.ptp(y))) else (x, y)


def _tops(forest: Forest) -> Floats:
    """Where the row of each level begins; rows below the last one go on at its pitch, for long lists."""
    high = forest.widest(forest.h) + LEVEL_GAP
    high[0] += min(MOST_FALL, FALL * int(forest.count[0]))
    return np.concatenate([[0.0], np.cumsum(high)])


def _listed(forest: Forest, tops: Floats) -> tuple[Bools, Floats]:
    """Which topics stand in a list below their parent, and the top of each if it does."""
    below = forest.parent[1:]
    inner = np.bincount(below, forest.count[1:] > 0, len(forest)) > 0
    has_list = (forest.count >= LIST_FROM) & ~inner
    has_list[0] = False
    above = np.maximum(forest.parent, 0)
    step = np.cumsum(forest.h + LIST_GAP) - forest.h - LIST_GAP
    within = step - step[np.minimum(forest.first[above], len(forest) - 1)]
    begin = tops[forest.depth[above]] + forest.h[above] + FIRST_GAP
    return has_list[above] & (forest.parent >= 0), begin + within


def _outlines(forest: Forest, tops: Floats, listed: Bools, list_tops: Floats) -> dict[int, Outline]:
    """Parents whose children are a list, and the outline of what is below them."""
    parents = np.unique(forest.parent[listed])
    if not len(parents):
        return {}
    inner = np.flatnonzero(forest.count > 0)
    widest = dict(zip(inner.tolist(), np.maximum.reduceat(forest.w, forest.first[inner]).tolist(), strict=True))
    last = forest.first[parents] + forest.count[parents] - 1
    # A list reaches down over the rows of so many levels; beyond the last one there is nothing to meet.
    level = forest.depth[parents] + 1
    more = np.maximum(0, np.searchsorted(tops, list_tops[last] + forest.h[last]) - level - 1)
    more = np.where(level < len(tops) - 1, more, 0)
    left = INDENT - forest.w[parents] / 2
    found = zip(parents.tolist(), left.tolist(), more.tolist(), strict=True)
    return {row: [(at - INDENT / 2, at + widest[row])] * (1 + deep) for row, at, deep in found}


def place(document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Places for the topics that have none, as lists below their parents or beside them where there is no room."""
    found: dict[str, Place] = {}
    taken = taken_boxes(document, sizes)
    if document.root_id not in document.places:
        settle((document.root_id,), [(0.0, 0.0)], sizes, found, taken)
    for parent_id, new in new_groups(document):
        _place_list(document, parent_id, new, sizes, found, taken)
    return found


def _place_list(
    document: Map,
    parent_id: str,
    new: list[str],
    sizes: Mapping[str, Size],
    found: dict[str, Place],
    taken: Boxes,
) -> None:
    parent = found.get(parent_id) or document.places[parent_id]
    wide, high = sizes[parent_id]
    group = Group.of(new, sizes, LIST_GAP)
    near, least = parent.x - wide / 2 + INDENT, parent.y + high / 2 + FIRST_GAP
    wanted = least
    known = [document.places[c] for c in document.children(parent_id) if c in document.places]
    if known:
        last = max(
            zip(known, (c for c in document.children(parent_id) if c in document.places), strict=True),
            key=lambda each: (each[0].y, each[0].x),
        )
        wanted = last[0].y + sizes[last[1]][1] / 2 + LIST_GAP
    settle(group.ids, column(group, 1, near, wanted, taken, least=least, aside=ASIDE), sizes, found, taken)
