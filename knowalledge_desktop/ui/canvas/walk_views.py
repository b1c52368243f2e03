"""Walking by keyboard in the views whose topics do not stand in columns beside their parents. Pure functions."""

from __future__ import annotations

import numpy as np

from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.canvas.model import Rows

WAYS = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "up": (0.0, -1.0), "down": (0.0, 1.0)}
ASTRAY = 2.5
"""How much worse it is to come off the way than to go far on it."""


def step(rows: Rows, row: int, direction: str) -> int:
    """The row that an arrow leads to as one sees it; the same one where there is none.

    On the learning path arrows to the right and left follow the numbers; in the outline they go in and out.
    """
    if rows.style == View.PATH and direction in ("left", "right"):
        return _numbered(rows, row, 1 if direction == "right" else -1)
    if rows.style == View.OUTLINE and row and direction == "left":
        return int(rows.parent[row])
    dx, dy = WAYS[direction]
    # From the edges that face each other: a wide topic is not further away than a narrow one.
    gap_x = np.maximum(np.abs(rows.x - rows.x[row]) - (rows.w + rows.w[row]) / 2, 0.0)
    gap_y = np.maximum(np.abs(rows.y - rows.y[row]) - (rows.h + rows.h[row]) / 2, 0.0)
    along = (rows.x - rows.x[row]) * dx + (rows.y - rows.y[row]) * dy
    on, off = (gap_x, gap_y) if dx else (gap_y, gap_x)
    cost = on + ASTRAY * off + 0.05 * np.abs((rows.x - rows.x[row]) * dy + (rows.y - rows.y[row]) * dx)
    there = (along > 0.5) & (on >= off * 0.5) & ((on > 0.0) | (off == 0.0))
    there[row] = False
    return int(np.argmin(np.where(there, cost, np.inf))) if bool(there.any()) else row


def _numbered(rows: Rows, row: int, by: int) -> int:
    order = sorted(rows.marks, key=lambda each: int(rows.marks[each]))
    at = order.index(row) + by if row in rows.marks else -1
    return order[at] if 0 <= at < len(order) else row
