"""Walking over the map with the keyboard: where an arrow leads. Pure functions."""

from __future__ import annotations

import numpy as np

from knowalledge_desktop.ui.canvas import walk_views
from knowalledge_desktop.ui.canvas.model import Rows

LEFT, RIGHT, UP, DOWN, HOME, END = "left", "right", "up", "down", "home", "end"


def step(rows: Rows, row: int, direction: str) -> int:
    """The row to go to; the same row where there is none.

    Left and right go toward the parent or to the nearest child, as seen on the screen: on the
    left fan they swap. Up and down go to the sibling, past the end to the nearest topic of the
    same depth on the same side.
    """
    if not len(rows):
        return -1
    if row < 0:
        return 0
    if direction in (HOME, END):
        return 0 if direction == HOME else len(rows) - 1
    if rows.style:
        return walk_views.step(rows, row, direction)
    if direction in (LEFT, RIGHT):
        return _across(rows, row, 1 if direction == RIGHT else -1)
    return _along(rows, row, 1 if direction == DOWN else -1)


def _across(rows: Rows, row: int, sign: int) -> int:
    children = np.flatnonzero(rows.parent == row)
    if row == 0:
        children = children[rows.side[children] == sign]
    elif rows.side[row] != sign:
        return int(rows.parent[row])
    if not len(children):
        return row
    return int(children[np.argmin(np.abs(rows.y[children] - rows.y[row]))])


def _along(rows: Rows, row: int, sign: int) -> int:
    away = (rows.y - rows.y[row]) * sign
    peers = np.flatnonzero((rows.depth == rows.depth[row]) & (rows.side == rows.side[row]) & (away > 0))
    siblings = peers[rows.parent[peers] == rows.parent[row]]
    nearest = siblings if len(siblings) else peers
    if not len(nearest):
        return row
    order = np.lexsort((np.abs(rows.x[nearest] - rows.x[row]), away[nearest]))
    return int(nearest[order[0]])
