"""What is moving: topics that grow, leave or change their place, by one clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import compress, count, repeat
from operator import is_not

import numpy as np
from numpy.typing import NDArray

from knowalledge_desktop.ui.canvas.model import Rows

MAX_MOVING = 60
MOST_TRAVELLING = 1500
"""When more topics than this change their places, all are at their new ones at once: no eye follows so many."""


@dataclass
class Motion:
    """One animated change between two sets of rows.

    `born` are rows of `after` that grow from their parents, with a delay each; `x0`, `y0` where
    the others come from; `leaving` are rows of `before` that shrink back. Times in milliseconds.
    """

    before: Rows
    after: Rows
    born: dict[int, float] = field(default_factory=dict[int, float])
    leaving: tuple[int, ...] = ()
    x0: NDArray[np.float64] | None = None
    y0: NDArray[np.float64] | None = None
    grow_ms: float = 320.0
    total_ms: float = 0.0
    at_ms: float = 0.0

    @property
    def done(self) -> bool:
        """Whether everything has arrived."""
        return self.at_ms >= self.total_ms

    def grown(self, row: int) -> float:
        """How far a new topic has grown, 0 to 1; 1 for those that were there."""
        delay = self.born.get(row)
        if delay is None:
            return 1.0
        return min(1.0, max(0.0, (self.at_ms - delay) / self.grow_ms))

    def shrunk(self) -> float:
        """How far the leaving ones are gone, 0 to 1."""
        return min(1.0, self.at_ms / max(1.0, self.total_ms))


def motion_between(
    before: Rows, after: Rows, *, grow_ms: float, base_ms: float, stagger_ms: float, stagger_max_ms: float
) -> Motion | None:
    """How to get from one set of rows to the other; None when nothing moves."""
    if after is before:
        return None
    came_from = _came_from(before, after)
    old = came_from >= 0
    born_rows: list[int] = np.flatnonzero(~old).tolist()
    stays = np.zeros(len(before), bool)
    stays[came_from[old]] = True
    leaving = tuple(np.flatnonzero(~stays).tolist())
    x0, y0 = after.x.copy(), after.y.copy()
    x0[old], y0[old] = before.x[came_from[old]], before.y[came_from[old]]
    travelling = int(np.count_nonzero((np.abs(x0 - after.x) > 0.01) | (np.abs(y0 - after.y) > 0.01)))
    moved = 0 < travelling <= MOST_TRAVELLING
    if not born_rows and not leaving and not moved:
        return None
    if not len(before):  # a map that is opened is simply there
        return None
    each = min(stagger_ms, stagger_max_ms / max(1, len(born_rows)))
    born = {row: number * each for number, row in enumerate(born_rows[:MAX_MOVING])}
    total = max(
        (max(born.values()) + grow_ms) if born else 0.0, base_ms if leaving else 0.0, base_ms if moved else 0.0
    )
    if total <= 0:
        return None
    return Motion(
        before,
        after,
        born,
        leaving[:MAX_MOVING],
        x0 if moved else None,
        y0 if moved else None,
        max(1.0, grow_ms),
        total,
    )


def _came_from(before: Rows, after: Rows) -> NDArray[np.int64]:
    """For each row the row it was, -1 for new ones; what is alike at both ends of a big map is not looked up."""
    old, new = before.ids, after.ids
    least = min(len(old), len(new))
    head = next(compress(count(), map(is_not, old, new)), least)
    tail = min(least - head, next(compress(count(), map(is_not, reversed(old), reversed(new))), least))
    made = np.arange(len(new), dtype=np.int64)
    made[len(new) - tail :] += len(old) - len(new)
    middle = new[head : len(new) - tail]
    made[head : len(new) - tail] = np.fromiter(map(before.index.get, middle, repeat(-1)), np.int64, len(middle))
    return made
