"""A big map in the shape of a screen: its branches as blocks, beside each other instead of one below the other.

Packed by outlines alone, both sides of a map of thousands are two columns a hundred times as high as wide, of
which nothing can be seen at once. Here a branch of few leaves is packed by its outline as ever; where more come
together, their blocks stand in columns, of which there are as many as make the whole about as wide as high.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowalledge_desktop.layout.forest import Floats, Forest, Ints

LEAVES = 48
"""A branch of at most so many leaves is one block, packed by its outline."""
LEVEL_GAP, COLUMN_GAP, BLOCK_GAP, BIG_GAP = 88.0, 150.0, 30.0, 110.0
"""Clear distances: from level to level, between columns of blocks, between small blocks, between big ones."""
ROOT_GAP = 160.0
LANE = 64.0
"""How high the way is that columns leave for edges to further ones."""
SIDE_SHAPE, INNER_SHAPE = 0.8, 1.1
"""How wide a side of the root, and a block within it, is to be for its height."""
MOST_COLUMNS = 16


@dataclass(frozen=True, slots=True)
class _Block:
    """A branch: how far out it goes from its topic's near edge, and how far up and down from its middle."""

    row: int
    wide: float
    up: float
    down: float
    is_big: bool

    @property
    def high(self) -> float:
        return self.up + self.down


def arranged(forest: Forest, offsets: Floats, cut: int) -> tuple[Floats, Floats]:
    """The centres of all topics; `offsets` are those of the outlines, `cut` is how many branches go right."""
    is_big = forest.leaves() > LEAVES
    is_big[0] = True
    top = tops(forest, is_big)
    packed = forest.summed(offsets)
    near = _nears(forest, top)
    y = packed - packed[np.maximum(top, 0)]
    blocks = _small_blocks(forest, top, near, y)
    side = np.ones(len(forest))
    at_x, at_y = np.zeros(len(forest)), np.zeros(len(forest))
    for row in np.flatnonzero(is_big)[::-1].tolist():
        if row:
            children = [blocks.pop(child) for child in forest.children(row)]
            start = float(forest.w[row]) + LEVEL_GAP * 1.5
            wide, high = _stand(children, start, INNER_SHAPE, at_x, at_y)
            blocks[row] = _Block(row, wide, high / 2, high / 2, is_big=True)
    branches = list(forest.children(0))
    for sign, rows in ((1.0, branches[:cut]), (-1.0, branches[cut:])):
        _stand([blocks[row] for row in rows], float(forest.w[0]) / 2 + ROOT_GAP, SIDE_SHAPE, at_x, at_y)
        side[rows] = sign
    x = np.zeros(len(forest))
    for depth in range(1, len(forest.levels) - 1):
        part = forest.level(depth)
        above = forest.parent[part]
        if depth > 1:
            side[part] = side[above]
        placed = (
            top[above] < 0
        )  # its parent is big: it is where its block stands, told from its parent's near edge
        own_x = np.where(placed, at_x[above] + at_x[part], at_x[np.maximum(top[part], 0)] + near[part])
        own_y = np.where(placed, at_y[above] + at_y[part], at_y[np.maximum(top[part], 0)] + y[part])
        at_x[part], at_y[part] = own_x, own_y
        x[part] = side[part] * (own_x + forest.w[part] / 2)
    return x, at_y


def tops(forest: Forest, is_big: NDArray[np.bool_]) -> Ints:
    """By topic, the top of the small block it is in; -1 for those that have blocks below them."""
    top = np.full(len(forest), -1, np.int64)
    for depth in range(1, len(forest.levels) - 1):
        part = forest.level(depth)
        above = top[forest.parent[part]]
        rows: Ints = np.arange(part.start, part.stop, dtype=np.int64)
        top[part] = np.where(is_big[part], -1, np.where(above < 0, rows, above))
    return top


def _nears(forest: Forest, top: Ints) -> Floats:
    """How far each topic's near edge is from the one of its block's top: its block has columns of its own."""
    inside = top >= 0
    deepest = len(forest.levels) - 1
    below = np.where(inside, forest.depth - forest.depth[np.maximum(top, 0)], 0)
    widest = np.zeros(len(forest) * deepest if len(forest) * deepest < 20_000_000 else 0)
    if not len(widest):  # a map that is one long chain; no block has that many levels
        return np.where(inside, below * LEVEL_GAP * 4, 0.0)
    key = top[inside] * deepest + below[inside]
    np.maximum.at(widest, key, forest.w[inside])
    columns = widest.reshape(len(forest), deepest)
    before = np.cumsum(np.where(columns > 0, columns + LEVEL_GAP, 0.0), axis=1)
    near = np.zeros(len(forest))
    deeper = inside & (below > 0)
    near[deeper] = before[top[deeper], below[deeper] - 1]
    return near


def _small_blocks(forest: Forest, top: Ints, near: Floats, y: Floats) -> dict[int, _Block]:
    inside = np.flatnonzero(top >= 0)
    wide, up, down = np.zeros(len(forest)), np.zeros(len(forest)), np.zeros(len(forest))
    np.maximum.at(wide, top[inside], near[inside] + forest.w[inside])
    np.maximum.at(up, top[inside], forest.h[inside] / 2 - y[inside])
    np.maximum.at(down, top[inside], forest.h[inside] / 2 + y[inside])
    rows = np.unique(top[inside])
    sizes = zip(rows.tolist(), wide[rows].tolist(), up[rows].tolist(), down[rows].tolist(), strict=True)
    return {row: _Block(row, w, a, b, is_big=False) for row, w, a, b in sizes}


def _stand(
    blocks: Sequence[_Block], start: float, shape: float, at_x: Floats, at_y: Floats
) -> tuple[float, float]:
    """Put blocks into columns; notes where they are from the near edge and the middle of what they hang on.

    Returns how wide and how high all of it is.
    """
    if not blocks:
        return start, 0.0
    ways = [_cut_into(blocks, count) for count in range(1, min(MOST_COLUMNS, len(blocks)) + 1)]

    def off(columns: list[list[_Block]]) -> float:
        wide = start + sum(max(b.wide for b in column) + COLUMN_GAP for column in columns)
        return abs(math.log(wide / max(_height(column) for column in columns) / shape))

    x, farthest = start, 0.0
    columns = min(ways, key=off)
    for column in columns:
        for part, top in _halves(column) if column is not columns[-1] else [(column, -_height(column) / 2)]:
            y = top
            for block in part:
                at_x[block.row], at_y[block.row] = x, y + block.up
                y += block.high + _gap(block)
            farthest = max(farthest, -top, top + _height(part))
        x += max(b.wide for b in column) + COLUMN_GAP
    return x - COLUMN_GAP, 2 * farthest


def _halves(column: list[_Block]) -> list[tuple[list[_Block], float]]:
    """A column with a lane in its middle, where edges run to further columns; and where each half begins."""
    whole, filled = _height(column), 0.0
    for cut, block in enumerate(column):
        if cut and filled + block.high / 2 > whole / 2:
            return [(column[:cut], -LANE / 2 - _height(column[:cut])), (column[cut:], LANE / 2)]
        filled += block.high + _gap(block)
    return [(column, -whole / 2)]


def _cut_into(blocks: Sequence[_Block], count: int) -> list[list[_Block]]:
    """Columns of about the same height, in the order of the blocks."""
    limit = sum(b.high + _gap(b) for b in blocks) / count
    columns: list[list[_Block]] = [[]]
    filled = 0.0
    for block in blocks:
        own = block.high + _gap(block)
        if columns[-1] and len(columns) < count and filled + own / 2 > limit:
            columns.append([])
            filled = 0.0
        columns[-1].append(block)
        filled += own
    return columns


def _height(column: Sequence[_Block]) -> float:
    return sum(b.high + _gap(b) for b in column) - _gap(column[-1])


def _gap(block: _Block) -> float:
    return BIG_GAP if block.is_big else BLOCK_GAP
