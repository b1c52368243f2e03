"""All topics from scratch: both sides of the fan packed by their outlines, big maps in blocks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.layout.blocks import arranged
from knowalledge_desktop.layout.contour import Contour
from knowalledge_desktop.layout.forest import Floats, Forest, Ints, Size, forest_of

ROOT_GAP = 60.0
LEVEL_GAP, NAMES_GAP = 88.0, 150.0
"""Clear distance from level to level; more behind the branches, whose names keep their size from afar."""
GAPS = (40.0, 10.0, 8.0)
BETWEEN_BRANCHES = 14.0
MOST_BEND = 70.0
"""How far the middle of a side stands further out than its ends; less than LEVEL_GAP, so no columns meet."""
TALL, TOO_TALL = 3000.0, 1.9
"""From so many scene units, and so many times as high as wide, the branches stand beside each other as blocks."""


def pack(document: Map, sizes: Mapping[str, Size]) -> tuple[tuple[str, ...], Floats, Floats]:
    """Ids, and the centres of all topics in scene units, the root at the origin."""
    forest = forest_of(document, sizes)
    return forest.ids, *packed(forest)


def packed(forest: Forest) -> tuple[Floats, Floats]:
    """The centres of all topics, x and y."""
    contour = Contour(forest, forest.h, GAPS, BETWEEN_BRANCHES)
    branches = forest.children(0)
    cut = _cut(forest.leaves()[branches.start : branches.stop])
    for rows in (branches[:cut], branches[cut:]):
        contour.stack(rows, 1)
    offsets = np.array(contour.offsets)
    x, y = _across(forest, offsets, branches.start + cut), forest.summed(offsets)
    wide, high = float(np.ptp(x)), float(np.ptp(y))
    return arranged(forest, offsets, cut) if high > max(TALL, TOO_TALL * wide) else (x, y)


def _cut(weights: Ints) -> int:
    """How many branches stand on the right, so that both sides carry about as many leaves."""
    if not len(weights):
        return 0
    middles = np.cumsum(weights) - weights / 2
    found = np.flatnonzero(middles >= weights.sum() / 2)
    return max(1, int(found[0])) if len(found) else len(weights)


def _across(forest: Forest, offsets: Floats, first_left: int) -> Floats:
    """Columns by depth, on each side for itself, bent in at their ends."""
    side = np.ones(len(forest))
    bow = np.zeros(len(forest))
    x = np.zeros(len(forest))
    if len(forest) == 1:
        return x
    one = forest.level(1)
    side[first_left : one.stop] = -1
    for sign in (1, -1):
        rows = np.flatnonzero(side[one] == sign) + one.start
        if len(rows):
            half = max(1.0, float(np.abs(offsets[rows]).max())) * 1.05
            bow[rows] = min(half * 0.3, MOST_BEND) * np.sqrt(np.maximum(0.0, 1.0 - (offsets[rows] / half) ** 2))
    edge = {1: float(forest.w[0]) / 2 + ROOT_GAP, -1: float(forest.w[0]) / 2 + ROOT_GAP}
    for depth in range(1, len(forest.levels) - 1):
        part = forest.level(depth)
        if depth > 1:
            side[part], bow[part] = side[forest.parent[part]], bow[forest.parent[part]]
        for sign in (1, -1):
            rows = np.flatnonzero(side[part] == sign) + part.start
            if len(rows):
                x[rows] = sign * (edge[sign] + bow[rows] + forest.w[rows] / 2)
                edge[sign] += float(forest.w[rows].max()) + (NAMES_GAP if depth == 1 else LEVEL_GAP)
    return x
