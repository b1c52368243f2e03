"""The topics of a map as arrays, level by level: what all layouts from scratch work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from knowalledge_desktop.core.graph import Map, Place

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Size = tuple[float, float]
PIECE = 2000
"""So many values are made into an array at once: in a worker, that holds up the window as long as it takes."""


@dataclass(frozen=True)
class Forest:
    """Topics in level order: the root, its children, theirs; siblings side by side in their order.

    `first` and `count` say where the children of a topic are, `levels` where each level begins (and the
    last one ends). `w`, `h` are sizes in scene units.
    """

    ids: tuple[str, ...]
    parent: Ints
    depth: Ints
    first: Ints
    count: Ints
    w: Floats
    h: Floats
    levels: tuple[int, ...]

    def __len__(self) -> int:
        """How many topics there are."""
        return len(self.ids)

    def level(self, depth: int) -> slice:
        """The topics of one depth."""
        return slice(self.levels[depth], self.levels[depth + 1])

    def children(self, row: int) -> range:
        """The children of a topic."""
        begin = int(self.first[row])
        return range(begin, begin + int(self.count[row]))

    def leaves(self) -> Ints:
        """How many topics without children are in each branch, itself included."""
        found = (self.count == 0).astype(np.int64)
        for depth in range(len(self.levels) - 2, 0, -1):
            part = self.level(depth)
            found += np.bincount(self.parent[part], found[part], len(self)).astype(np.int64)
        return found

    def sizes_of_branches(self) -> Ints:
        """How many topics are in each branch, itself included."""
        found = np.ones(len(self), np.int64)
        for depth in range(len(self.levels) - 2, 0, -1):
            part = self.level(depth)
            found += np.bincount(self.parent[part], found[part], len(self)).astype(np.int64)
        return found

    def reading_order(self) -> Ints:
        """The place of each topic when one reads the branches one after the other, from 0."""
        branch = self.sizes_of_branches()
        order = np.zeros(len(self), np.int64)
        for depth in range(1, len(self.levels) - 1):
            part = self.level(depth)
            above = self.parent[part]
            before = np.cumsum(branch[part]) - branch[part]
            order[part] = order[above] + 1 + before - before[self.first[above] - self.levels[depth]]
        return order

    def summed(self, offsets: Floats) -> Floats:
        """Positions from offsets that are told from the parent's."""
        at = offsets.copy()
        for depth in range(1, len(self.levels) - 1):
            part = self.level(depth)
            at[part] += at[self.parent[part]]
        return at

    def widest(self, extent: Floats) -> Floats:
        """The largest extent of each level."""
        return np.maximum.reduceat(extent, self.levels[:-1])


def forest_of(document: Map, sizes: Mapping[str, Size]) -> Forest:
    """The topics of a map that has a root."""
    children = document.children
    ids, parent, first, count, levels = [document.root_id], [-1], list[int](), list[int](), [0]
    row = 0
    while row < len(ids):
        if row == levels[-1]:
            levels.append(len(ids))
        found = children(ids[row])
        first.append(len(ids))
        count.append(len(found))
        if found:
            ids.extend(found)
            parent.extend([row] * len(found))
        if row + 1 == levels[-1] and len(ids) == levels[-1]:
            break
        row += 1
    boxes = sizes_array(sizes, ids)
    depth = np.repeat(np.arange(len(levels) - 1), np.diff(levels))
    return Forest(
        tuple(ids),
        np.array(parent, np.int64),
        depth,
        np.array(first, np.int64),
        np.array(count, np.int64),
        boxes[:, 0],
        boxes[:, 1],
        tuple(levels),
    )


def sizes_array(sizes: Mapping[str, Size], ids: Sequence[str]) -> Floats:
    """Widths and heights of topics, a row each."""
    boxes = np.empty((len(ids), 2))
    for begin in range(0, len(ids), PIECE):
        part = ids[begin : begin + PIECE]
        flat = np.fromiter(chain.from_iterable(map(sizes.__getitem__, part)), float, 2 * len(part))
        boxes[begin : begin + PIECE] = flat.reshape(-1, 2)
    return boxes


def places_of(document: Map, ids: tuple[str, ...], x: Floats, y: Floats) -> dict[str, Place]:
    """Centres as places; what is folded stays so, and nothing is pinned any more."""
    known = document.places
    folded = {topic_id for topic_id, place in known.items() if place.collapsed}
    xs, ys = np.round(x, 2).tolist(), np.round(y, 2).tolist()
    return {i: Place(xs[n], ys[n], collapsed=i in folded) for n, i in enumerate(ids)}
