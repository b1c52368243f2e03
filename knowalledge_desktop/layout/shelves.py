"""A big tree in the shape of a screen: branches that are too wide side by side stand in rows below each other.

Level by level, a tree of thousands is a line a hundred times as wide as high, of which nothing is seen at once.
Here a branch of few leaves is drawn as ever; where more come together, they stand on shelves below their topic, of
which there are as many as make the whole about as wide as a screen. All lengths are scene units.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowalledge_desktop.layout.blocks import tops
from knowalledge_desktop.layout.forest import Floats, Forest, Ints

LEAVES = 24
"""A branch of at most so many leaves is one block."""
BELOW, SHELF_GAP, BLOCK_GAP, BIG_GAP = 110.0, 90.0, 44.0, 120.0
"""Clear distances: from a topic to its first shelf, between shelves, between small blocks, between big ones."""
SHAPE, INNER_SHAPE = 1.6, 1.3
"""How wide the whole, and a big branch within it, is to be for its height."""
MOST_SHELVES = 24
LANE = 64.0


@dataclass(frozen=True, slots=True)
class _Block:
    """A branch: how far it goes left, right, up and down from the centre of its topic."""

    row: int
    left: float
    right: float
    up: float
    down: float
    is_big: bool

    @property
    def wide(self) -> float:
        return self.left + self.right

    @property
    def high(self) -> float:
        return self.up + self.down


def shelved(forest: Forest, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The centres of all topics, from those that they have level by level; the root at the origin."""
    is_big = forest.leaves() > LEAVES
    is_big[0] = True
    top = tops(forest, is_big)
    inside = np.flatnonzero(top >= 0)
    own_x, own_y = np.zeros(len(forest)), np.zeros(len(forest))  # in a block from its top, else from the parent
    own_x[inside], own_y[inside] = x[inside] - x[top[inside]], y[inside] - y[top[inside]]
    blocks = _small_blocks(forest, top, own_x, own_y)
    for row in np.flatnonzero(is_big)[::-1].tolist():
        children = [blocks.pop(child) for child in forest.children(row)]
        blocks[row] = _stand(forest, row, children, own_x, own_y)
    at_x, at_y = np.zeros(len(forest)), np.zeros(len(forest))
    for depth in range(1, len(forest.levels) - 1):
        part = forest.level(depth)
        rows: Ints = np.arange(part.start, part.stop, dtype=np.int64)
        told_from = np.where((top[part] < 0) | (top[part] == rows), forest.parent[part], top[part])
        at_x[part], at_y[part] = at_x[told_from] + own_x[part], at_y[told_from] + own_y[part]
    return at_x, at_y


def _small_blocks(forest: Forest, top: Ints, x: Floats, y: Floats) -> dict[int, _Block]:
    inside = np.flatnonzero(top >= 0)
    left, right, down = np.zeros(len(forest)), np.zeros(len(forest)), np.zeros(len(forest))
    np.maximum.at(left, top[inside], forest.w[inside] / 2 - x[inside])
    np.maximum.at(right, top[inside], forest.w[inside] / 2 + x[inside])
    np.maximum.at(down, top[inside], forest.h[inside] / 2 + y[inside])
    found: dict[int, _Block] = {}
    for row in np.unique(top[inside]).tolist():
        up = float(forest.h[row]) / 2
        found[row] = _Block(row, float(left[row]), float(right[row]), up, float(down[row]), is_big=False)
    return found


def _stand(forest: Forest, row: int, blocks: Sequence[_Block], x: Floats, y: Floats) -> _Block:
    """Put blocks on shelves below their topic; notes where their tops are, told from it."""
    half, up = float(forest.w[row]) / 2, float(forest.h[row]) / 2
    is_big = row > 0
    if not blocks:
        return _Block(row, half, half, up, up, is_big)
    shape = INNER_SHAPE if is_big else SHAPE
    ways = [_cut_into(blocks, count) for count in range(1, min(MOST_SHELVES, len(blocks)) + 1)]

    def off(shelves: list[list[_Block]]) -> float:
        high = sum(max(b.high for b in shelf) + SHELF_GAP for shelf in shelves) + BELOW
        return abs(math.log(max(_width(shelf) for shelf in shelves) / high / shape))

    left = right = half
    down = up + BELOW
    shelves = min(ways, key=off)
    for shelf in shelves:
        for part, start in _halves(shelf) if shelf is not shelves[-1] else ((shelf, -_width(shelf) / 2),):
            at = start
            for block in part:
                x[block.row], y[block.row] = at + block.left, down + block.up
                at += block.wide + _gap(block)
            left, right = max(left, -start), max(right, start + _width(part))
        down += max(b.high for b in shelf) + SHELF_GAP
    return _Block(row, left, right, up, down - SHELF_GAP, is_big)


def _halves(shelf: list[_Block]) -> list[tuple[list[_Block], float]]:
    """A shelf with a lane in its middle, where edges run down to further shelves; and where each half begins."""
    whole, filled = _width(shelf), 0.0
    for cut, block in enumerate(shelf):
        if filled + block.wide / 2 > whole / 2 and cut:
            return [(shelf[:cut], -LANE / 2 - _width(shelf[:cut])), (shelf[cut:], LANE / 2)]
        filled += block.wide + _gap(block)
    return [(shelf, -whole / 2)]


def _cut_into(blocks: Sequence[_Block], count: int) -> list[list[_Block]]:
    """Shelves of about the same width, in the order of the blocks."""
    limit = sum(b.wide + _gap(b) for b in blocks) / count
    shelves: list[list[_Block]] = [[]]
    filled = 0.0
    for block in blocks:
        own = block.wide + _gap(block)
        if shelves[-1] and len(shelves) < count and filled + own / 2 > limit:
            shelves.append([])
            filled = 0.0
        shelves[-1].append(block)
        filled += own
    return shelves


def _width(shelf: Sequence[_Block]) -> float:
    return sum(b.wide + _gap(b) for b in shelf) - _gap(shelf[-1])


def _gap(block: _Block) -> float:
    return BIG_GAP if block.is_big else BLOCK_GAP
