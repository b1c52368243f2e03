"""The tree, read downwards: levels in rows, and groups of topics without children as lists below their parent."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.layout.boxes import Boxes, Size
from knowalledge_desktop.layout.columns import Group, column
from knowalledge_desktop.layout.contour import Contour, Outline
from knowalledge_desktop.layout.forest import Floats, Forest, forest_of, places_of
from knowalledge_desktop.layout.groups import new_groups, settle, taken_boxes

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


def tidy(document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Places for all topics from scratch."""
    forest = forest_of(document, sizes)
    return places_of(document, forest.ids, *tree(forest))


def tree(forest: Forest) -> tuple[Floats, Floats]:
    """The centres of all topics, x and y; the root at the origin."""
    tops = _tops(forest)
    hung = _lists(forest, tops)
    contour = Contour(forest, forest.w, GAPS, BETWEEN_BRANCHES, hung)
    contour.stack(forest.children(0), 1)
    x = np.array(contour.offsets)
    y = tops[forest.depth] + forest.h / 2
    for parent in hung:
        rows = slice(forest.children(parent).start, forest.children(parent).stop)
        x[rows] = INDENT + (forest.w[rows] - forest.w[parent]) / 2
        y[rows] = _list_tops(forest, parent, tops) + forest.h[rows] / 2
    return forest.summed(x), y - forest.h[0] / 2


def _tops(forest: Forest) -> Floats:
    """Where the row of each level begins; rows below the last one go on at its pitch, for long lists."""
    high = forest.widest(forest.h) + LEVEL_GAP
    high[0] += min(MOST_FALL, FALL * int(forest.count[0]))
    return np.concatenate([[0.0], np.cumsum(high)])


def _list_tops(forest: Forest, parent: int, tops: Floats) -> Floats:
    rows = slice(forest.children(parent).start, forest.children(parent).stop)
    high = forest.h[rows] + LIST_GAP
    begin = tops[forest.depth[parent]] + forest.h[parent] + FIRST_GAP
    return begin + np.cumsum(high) - high


def _lists(forest: Forest, tops: Floats) -> dict[int, Outline]:
    """Parents whose children are a list, and the outline of what is below them."""
    leaf = forest.count == 0
    found: dict[int, Outline] = {}
    for parent in np.flatnonzero(forest.count >= LIST_FROM).tolist():
        children = forest.children(parent)
        rows = slice(children.start, children.stop)
        if parent == 0 or not bool(leaf[rows].all()):
            continue
        left = INDENT - float(forest.w[parent]) / 2
        span = (left - INDENT / 2, left + float(forest.w[rows].max()))
        bottom = float(_list_tops(forest, parent, tops)[-1] + forest.h[rows][-1])
        # The list reaches down over the rows of so many levels.
        level = int(forest.depth[parent]) + 1
        deep = len(tops) - 1
        more = max(0, int(np.searchsorted(tops[level:], bottom)) - 1) if level < deep else 0
        found[parent] = [span] * (1 + more)
    return found


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
