"""All topics from scratch: both sides of the fan packed by their outlines.

Each branch is a block with an outline: for every depth column the span it covers. Siblings
are pushed together until their outlines touch in some column, so a small branch slips in
beside the deep part of a big one. After van der Ploeg, "Drawing non-layered tidy trees in
linear time", Software: Practice and Experience 44 (2014), with one column per depth.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from knowalledge_desktop.core.graph import Map

Size = tuple[float, float]
Outline = list[tuple[float, float]]
"""Top and bottom per depth below the branch's own column, relative to the branch's centre line."""

ROOT_GAP = 60.0
LEVEL_GAP = 88.0
GAPS = (40.0, 10.0, 8.0)
BETWEEN_BRANCHES = 14.0
MOST_BEND = 70.0
"""How far the middle of a side stands further out than its ends; less than LEVEL_GAP, so no columns meet."""


def pack(document: Map, sizes: Mapping[str, Size]) -> dict[str, tuple[float, float]]:
    """Centres of all topics in scene units, the root at the origin."""
    if document.root is None:
        return {}
    order = document.branch(document.root_id)
    depth = _depths(document, order)
    first = document.children(document.root_id)
    weights = {c: _leaves(document, c) for c in first}
    right, left = _balanced(first, weights)
    places = {document.root_id: (0.0, 0.0)}
    for side, ids in ((1, right), (-1, left)):
        if ids:
            _pack_side(document, sizes, depth, ids, side, places)
    return places


def _depths(document: Map, order: Sequence[str]) -> dict[str, int]:
    depth = {document.root_id: 0}
    for topic_id in order[1:]:
        depth[topic_id] = depth[document.topics[topic_id].parent_id or document.root_id] + 1
    return depth


def _leaves(document: Map, topic_id: str) -> int:
    return sum(1 for each in document.branch(topic_id) if not document.children(each))


def _balanced(ids: Sequence[str], weights: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """Cut the list once so that both sides carry about as many leaves."""
    total, running = sum(weights.values()), 0
    for index, topic_id in enumerate(ids):
        if running + weights[topic_id] / 2 >= total / 2:
            cut = max(1, index)
            return list(ids[:cut]), list(ids[cut:])
        running += weights[topic_id]
    return list(ids), []


def _pack_side(
    document: Map,
    sizes: Mapping[str, Size],
    depth: Mapping[str, int],
    ids: Sequence[str],
    side: int,
    places: dict[str, tuple[float, float]],
) -> None:
    order = [each for top in ids for each in document.branch(top)]
    offsets: dict[str, float] = {}
    outlines: dict[str, Outline] = {}
    for topic_id in reversed(order):  # children before parents
        children = document.children(topic_id)
        below = _stack([outlines.pop(c) for c in children], children, offsets, depth[topic_id] + 1)
        half = sizes[topic_id][1] / 2
        outlines[topic_id] = [(-half, half), *below]
    _stack([outlines.pop(c) for c in ids], ids, offsets, 1)
    columns = _columns(sizes, depth, order, sizes[document.root_id][0])
    half = max(1.0, *(abs(offsets[c]) for c in ids)) * 1.05
    bow = 0.0
    for topic_id in order:
        parent = document.topics[topic_id].parent_id or document.root_id
        y = places[parent][1] + offsets[topic_id]
        if depth[topic_id] == 1:
            bow = min(half * 0.3, MOST_BEND) * math.sqrt(max(0.0, 1.0 - (y / half) ** 2))
        x = side * (columns[depth[topic_id]] + bow + sizes[topic_id][0] / 2)
        places[topic_id] = (round(x, 2), round(y, 2))


def _columns(
    sizes: Mapping[str, Size], depth: Mapping[str, int], order: Sequence[str], root_width: float
) -> dict[int, float]:
    """The near edge of each depth's column, counted outward from the root's centre."""
    widest: dict[int, float] = {}
    for topic_id in order:
        widest[depth[topic_id]] = max(widest.get(depth[topic_id], 0.0), sizes[topic_id][0])
    columns: dict[int, float] = {}
    edge = root_width / 2 + ROOT_GAP
    for level in sorted(widest):
        columns[level] = edge
        edge += widest[level] + LEVEL_GAP
    return columns


def _stack(outlines: Sequence[Outline], ids: Sequence[str], offsets: dict[str, float], depth: int) -> Outline:
    """Stack branches downwards until they touch; records their offsets from the middle."""
    if not outlines:
        return []
    gap = GAPS[min(depth, len(GAPS)) - 1]
    bottoms: list[float] = []
    tops: list[float] = []
    at: list[float] = []
    for outline in outlines:
        shared = min(len(outline), len(bottoms))
        y = max(
            (bottoms[i] - outline[i][0] + (BETWEEN_BRANCHES if i else gap) for i in range(shared)), default=0.0
        )
        if at:
            y = max(y, at[-1])
        for level, (top, bottom) in enumerate(outline):
            if level < len(bottoms):
                bottoms[level] = max(bottoms[level], y + bottom)
                tops[level] = min(tops[level], y + top)
            else:
                bottoms.append(y + bottom)
                tops.append(y + top)
        at.append(y)
    middle = (at[0] + at[-1]) / 2
    for topic_id, y in zip(ids, at, strict=True):
        offsets[topic_id] = y - middle
    return [(top - middle, bottom - middle) for top, bottom in zip(tops, bottoms, strict=True)]
