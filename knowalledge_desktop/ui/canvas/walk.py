"""Walking over the map with the keyboard: where an arrow leads. Pure functions."""

from __future__ import annotations

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
    children = [i for i in range(len(rows)) if rows.parent[i] == row]
    if row == 0:
        children = [i for i in children if rows.side[i] == sign]
    elif rows.side[row] != sign:
        return int(rows.parent[row])
    if not children:
        return row
    return min(children, key=lambda i: abs(rows.y[i] - rows.y[row]))


def _along(rows: Rows, row: int, sign: int) -> int:
    def below(other: int) -> bool:
        return (rows.y[other] - rows.y[row]) * sign > 0

    peers = [
        i
        for i in range(len(rows))
        if i != row and rows.depth[i] == rows.depth[row] and rows.side[i] == rows.side[row] and below(i)
    ]
    siblings = [i for i in peers if rows.parent[i] == rows.parent[row]]
    nearest = siblings or peers
    if not nearest:
        return row
    return min(nearest, key=lambda i: (abs(rows.y[i] - rows.y[row]), abs(rows.x[i] - rows.x[row])))
