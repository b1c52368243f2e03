"""Which article is next in a direction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEFT, RIGHT, UP, DOWN = (-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)


def next_towards(x: Floats, y: Floats, among: NDArray[np.bool_], here: int, towards: tuple[float, float]) -> int:
    """The nearest node in about a quarter of the plane, what is aside counting more; -1 for none."""
    dx, dy = x - x[here], y - y[here]
    ahead = dx * towards[0] + dy * towards[1]
    aside = np.abs(dx * towards[1] - dy * towards[0])
    cost = np.where(among & (ahead > 0) & (aside <= ahead * 1.2), ahead + 1.6 * aside, np.inf)
    cost[here] = np.inf
    best = int(np.argmin(cost))
    return best if np.isfinite(cost[best]) else -1


def nearest(x: Floats, y: Floats, among: NDArray[np.bool_], at: tuple[float, float], within: float) -> int:
    """The node nearest to a point, at most so far away; -1 for none."""
    if not len(x):
        return -1
    far = np.where(among, np.hypot(x - at[0], y - at[1]), np.inf)
    best = int(np.argmin(far))
    return best if far[best] <= within else -1
