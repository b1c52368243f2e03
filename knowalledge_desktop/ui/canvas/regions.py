"""How far the branches of a map reach, and which of them are worth an area and a name from afar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowalledge_desktop.ui.canvas.edges import FAR_AWAY
from knowalledge_desktop.ui.canvas.model import Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

AREA_PAD = 14.0
"""Scene units of ground around a branch."""
LEAST, DEEPEST = 6, 3
"""How many topics an area has at least, and how deep areas go."""
MOST_COMPARED = 3000
"""Areas of one depth that are asked whether they overlap; beyond that none counts as clear."""
SMALL_PX, AREA_HIGH_PX, AREA_WIDE_PX = 5.0, 14.0, 26.0
"""A branch that is lower than this is one bar from afar; an area is at least so high and wide."""
EDGE_LEAST_PX = 3.0
NAME_PX = ((15, 13, 11), (20, 14, 11))
"""Sizes of the names of areas by depth, in small areas and in big ones."""
BIG_AREA_PX = 220.0
CELL = 64.0
SMALLEST_ROOT, ROOT_GAP = 0.7, 3.0
"""The root's pill gets no smaller than at this scale, where its letters are as big as those of labels; names keep
so many pixels away from it."""
Half = tuple[float, float]


class Regions:
    """The boxes of whole branches, topics of rows with all below them; scene units."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.left, self.right = rows.x - rows.w / 2, rows.x + rows.w / 2
        self.top, self.bottom = rows.y - rows.h / 2, rows.y + rows.h / 2
        self.count = np.ones(len(rows), np.int64)
        deepest = int(rows.depth.max(initial=0))
        for depth in range(deepest, 0, -1):
            part = np.flatnonzero(rows.depth == depth)
            above = rows.parent[part]
            np.minimum.at(self.left, above, self.left[part])
            np.minimum.at(self.top, above, self.top[part])
            np.maximum.at(self.right, above, self.right[part])
            np.maximum.at(self.bottom, above, self.bottom[part])
            np.add.at(self.count, above, self.count[part])
        child = np.flatnonzero(rows.parent >= 0)
        above = rows.parent[child]
        self.is_wrapped = bool((np.abs(rows.x[child] - rows.x[above]) > FAR_AWAY).any())
        """Whether edges run across other branches, as they do where branches stand beside each other."""
        self.areas = tuple(self._areas(depth) for depth in range(1, DEEPEST + 1))

    def _areas(self, depth: int) -> Ints:
        """Branches of one depth whose areas overlap no other's: an area may hide what runs below it."""
        part = np.flatnonzero((self.rows.depth == depth) & (self.count >= LEAST)).astype(np.int32)
        if len(part) > MOST_COMPARED:
            return part[:0]
        left, right, top, bottom = (each[part] for each in (self.left, self.right, self.top, self.bottom))
        order = np.argsort(top, kind="stable")
        clear = np.ones(len(part), bool)
        reach = np.maximum.accumulate(bottom[order]) if len(part) else bottom
        for at, one in enumerate(order.tolist()):
            before = order[np.searchsorted(reach, top[one], side="right") : at]
            hit = before[(bottom[before] > top[one]) & (left[before] < right[one]) & (right[before] > left[one])]
            if len(hit):
                clear[one] = False
                clear[hit] = False
        return part[clear]


@dataclass(frozen=True)
class Name:
    """The name of an area: where its middle is (scene units), how big its letters and its plate (pixels)."""

    row: int
    text: str
    x: float
    y: float
    size: int
    wide: float
    high: float


@dataclass(frozen=True)
class Plan:
    """What is drawn of rows from afar at one scale. Boxes are left, top, right, bottom in scene units.

    `edge_boxes` has one such column for each edge, in four rows; `name_boxes` the middles of names in scene
    units and the halves of their plates in pixels, alike: a part of the map is found in them at once.
    """

    bars: Floats
    bar_depth: Ints
    bar_kind: Ints
    edges: tuple[Ints, ...]
    areas: tuple[Ints, ...]
    names: tuple[Name, ...]
    edge_boxes: tuple[Floats, ...]
    name_boxes: Floats


GROUP, LEAF, INNER = 0, 1, 2
Measure = Callable[[str, int], tuple[float, float]]


def planned(regions: Regions, scale: float, measure: Measure) -> Plan:
    """Work out what to draw; `measure` tells the width and height of a text in letters of a size, pixels."""
    rows = regions.rows
    high = (regions.bottom - regions.top) * scale
    small = high < SMALL_PX
    parent = np.maximum(rows.parent, 0)
    drawn = ~small[parent] & (rows.parent >= 0)
    chosen = np.flatnonzero(drawn)
    is_group = small[chosen] & (regions.count[chosen] > 1)
    half = np.maximum(rows.h[chosen] * 0.19, 0.5 / scale)
    bars = np.column_stack(
        [
            np.where(is_group, regions.left[chosen], rows.x[chosen] - rows.w[chosen] / 2),
            np.where(is_group, regions.top[chosen], rows.y[chosen] - half),
            np.where(is_group, regions.right[chosen], rows.x[chosen] + rows.w[chosen] / 2),
            np.where(is_group, regions.bottom[chosen], rows.y[chosen] + half),
        ]
    )
    kind = np.where(is_group, GROUP, np.where(regions.count[chosen] == 1, LEAF, INNER))
    depth = np.minimum(rows.depth[chosen], 5)
    reach_x = np.abs(rows.x[chosen] - rows.x[rows.parent[chosen]]) - (rows.w[chosen] + rows.w[parent[chosen]]) / 2
    reach_y = np.abs(rows.y[chosen] - rows.y[rows.parent[chosen]])
    long = chosen[np.maximum(reach_x, reach_y) * scale >= EDGE_LEAST_PX]
    edges = tuple(long[np.minimum(rows.depth[long], 5) == d].astype(np.int32) for d in range(1, 6))
    wide = (regions.right - regions.left) * scale
    areas = tuple(
        part[(high[part] >= AREA_HIGH_PX) & (wide[part] >= AREA_WIDE_PX)] if len(part) else part
        for part in regions.areas
    )
    names = tuple(_names(regions, scale, high, wide, measure))
    return Plan(
        np.asfortranarray(bars),
        depth.astype(np.int32),
        kind.astype(np.int32),
        edges,
        areas,
        names,
        tuple(_boxes(rows, part) for part in edges),
        np.array([(each.x, each.y, each.wide / 2, each.high / 2) for each in names], float)
        .reshape(-1, 4)
        .T.copy(),
    )


def _boxes(rows: Rows, part: Ints) -> Floats:
    """The boxes around the edges that lead to these rows, each in a column."""
    above = rows.parent[part]
    x, px, y, py = rows.x[part], rows.x[above], rows.y[part], rows.y[above]
    return np.array([np.minimum(x, px), np.minimum(y, py), np.maximum(x, px), np.maximum(y, py)], float)


def _names(regions: Regions, scale: float, high: Floats, wide: Floats, measure: Measure) -> list[Name]:
    """The biggest branches first, each in the middle of its area, none over another.

    Asked of the whole map, not of what is seen, so that panning changes no name.
    """
    rows, found, taken = regions.rows, list[Name](), dict[tuple[int, int], list[tuple[float, ...]]]()
    root = (0.0, 0.0)
    if len(rows):
        of = max(scale, SMALLEST_ROOT) / 2
        root = (float(rows.w[0]) * of + ROOT_GAP, float(rows.h[0]) * of + ROOT_GAP)
        _take(taken, float(rows.x[0]) * scale, float(rows.y[0]) * scale, *root)
    for depth in range(1, DEEPEST + 1):
        part = np.flatnonzero((rows.depth == depth) & (high >= AREA_HIGH_PX) & (wide >= AREA_WIDE_PX))
        part = part[np.argsort(-regions.count[part], kind="stable")]
        for row in part.tolist():
            is_big = min(float(high[row]), float(wide[row]) * 0.7) >= BIG_AREA_PX
            size = NAME_PX[is_big][depth - 1]
            across, down = measure(rows.titles[row], size)
            if depth > 1 and (across > float(wide[row]) or down > float(high[row])):
                continue
            x = float(regions.left[row] + regions.right[row]) / 2
            y = float(regions.top[row] + regions.bottom[row]) / 2
            if depth == 1:
                x = _beside(x, y, float(rows.x[0]), float(rows.y[0]), root, (across / 2, down / 2), scale)
            if _take(taken, x * scale, y * scale, across / 2, down / 2):
                found.append(Name(row, rows.titles[row], x, y, size, across, down))
    return found


def _beside(x: float, y: float, root_x: float, root_y: float, root: Half, name: Half, scale: float) -> float:
    """Where the middle of a name goes so that it does not cover the root, whose half size is given in pixels."""
    clear_x, clear_y = (root[0] + name[0]) / scale, (root[1] + name[1]) / scale
    if abs(y - root_y) >= clear_y or abs(x - root_x) >= clear_x:
        return x
    return root_x + (clear_x if x >= root_x else -clear_x)


def _take(
    taken: dict[tuple[int, int], list[tuple[float, ...]]], x: float, y: float, half_w: float, half_h: float
) -> bool:
    """Whether a box is free, which it then is no more; the boxes are kept by the cells they touch."""
    box = (x - half_w, y - half_h, x + half_w, y + half_h)
    cells = [
        (i, k)
        for i in range(int(box[0] // CELL), int(box[2] // CELL) + 1)
        for k in range(int(box[1] // CELL), int(box[3] // CELL) + 1)
    ]
    for cell in cells:
        for other in taken.get(cell, ()):
            if box[0] < other[2] and box[2] > other[0] and box[1] < other[3] and box[3] > other[1]:
                return False
    for cell in cells:
        taken.setdefault(cell, []).append(box)
    return True


def rooms(rows: Rows) -> Floats:
    """How far each topic's port is from that of its nearest subtopic: what its title has for itself."""
    found = np.full(len(rows), np.inf)
    child = np.flatnonzero(rows.parent >= 0)
    port = rows.x - rows.side * rows.w / 2
    np.minimum.at(found, rows.parent[child], np.abs(port[child] - port[rows.parent[child]]))
    return found
