"""Branches pushed together until their outlines touch.

Each branch is a block with an outline: for every level the span it covers. A small branch slips in
beside the deep part of a big one. After van der Ploeg, "Drawing non-layered tidy trees in linear time",
Software: Practice and Experience 44 (2014), with one span for each level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from knowalledge_desktop.layout.forest import Floats, Forest

Outline = list[tuple[float, float]]
"""Begin and end for each level below a branch's top, told from the top's centre."""


class Contour:
    """Offsets of all topics from their parents, along the axis on which siblings follow each other.

    `extent` is how long a topic is on that axis, `gaps` the clear distance between siblings at depth 1, 2 and
    deeper, `between` the one between branches further down. `hung` gives what hangs below a topic as it is,
    already placed; the offsets of such children are left to the caller.
    """

    def __init__(
        self,
        forest: Forest,
        extent: Floats,
        gaps: Sequence[float],
        between: float,
        hung: Mapping[int, Outline] | None = None,
    ) -> None:
        self._forest = forest
        self._extent: list[float] = extent.tolist()
        self._gaps, self._between = gaps, between
        self._outlines: dict[int, Outline] = {}
        self.offsets: list[float] = [0.0] * len(forest)
        hung = hung or {}
        first, count = forest.first.tolist(), forest.count.tolist()
        depth = forest.depth.tolist()
        for row in range(len(forest) - 1, 0, -1):
            if count[row]:
                rows = range(first[row], first[row] + count[row])
                below = hung[row] if row in hung else self.stack(rows, depth[row] + 1)
                half = self._extent[row] / 2
                self._outlines[row] = [(-half, half), *below]

    def stack(self, rows: Sequence[int], depth: int) -> Outline:
        """Put branches one after the other; notes their offsets from the middle between first and last."""
        if not rows:
            return []
        gap = self._gaps[min(depth, len(self._gaps)) - 1]
        outlines = self._outlines
        if not any(row in outlines for row in rows):
            return self._row_of_leaves(rows, gap)
        begins: list[float] = []
        ends: list[float] = []
        at: list[float] = []
        for row in rows:
            half = self._extent[row] / 2
            outline = outlines.pop(row, None) or [(-half, half)]
            y = at[-1] if at else 0.0
            for level, ((begin, _), end) in enumerate(zip(outline, ends, strict=False)):
                y = max(y, end - begin + (self._between if level else gap))
            for level, (begin, end) in enumerate(outline):
                if level < len(ends):
                    ends[level] = max(ends[level], y + end)
                    begins[level] = min(begins[level], y + begin)
                else:
                    ends.append(y + end)
                    begins.append(y + begin)
            at.append(y)
        middle = (at[0] + at[-1]) / 2
        for row, y in zip(rows, at, strict=True):
            self.offsets[row] = y - middle
        return [(begin - middle, end - middle) for begin, end in zip(begins, ends, strict=True)]

    def _row_of_leaves(self, rows: Sequence[int], gap: float) -> Outline:
        """As `stack` does it, for what most groups are."""
        extent, offsets = self._extent, self.offsets
        y = end = extent[rows[0]] / 2
        at: list[float] = []
        for row in rows:
            half = extent[row] / 2
            y = end + gap + half if at else half
            end = y + half
            at.append(y)
        middle = (at[0] + y) / 2
        for row, each in zip(rows, at, strict=True):
            offsets[row] = each - middle
        return [(-middle, end - middle)]


def band(forest: Forest, extent: Floats, gap: Floats) -> Floats:
    """Positions along the axis on which siblings follow each other, when each branch keeps a band of its own.

    `gap` is the clear distance at each depth. Looser than outlines, and ten times as fast.
    """
    own = extent + gap[np.minimum(forest.depth, len(gap) - 1)]
    room, below = own.copy(), np.zeros(len(forest))
    deepest = len(forest.levels) - 2
    for depth in range(deepest, 0, -1):
        part = forest.level(depth)
        room[part] = np.maximum(own[part], below[part])
        below += np.bincount(forest.parent[part], room[part], len(forest))
    at = np.zeros(len(forest))
    for depth in range(1, deepest + 1):
        part = forest.level(depth)
        above = forest.parent[part]
        before = np.cumsum(room[part]) - room[part]
        before -= before[forest.first[above] - forest.levels[depth]]
        at[part] = at[above] - below[above] / 2 + before + room[part] / 2
    return at
