"""From which scale on the name of each node is seen, so that names never overlap.

A name that is seen stays when one comes closer: scales are gone through from far to near, and each brings the
best known names for which there is room then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEP = 1.3
"""From one scale that is looked at to the next."""
FIRST = 70
"""So many of the best known have a name when everything is seen; more by the square of the scale."""
PAD_X, PAD_Y = 10.0, 7.0
"""Pixels that stay free around a name."""
NEVER = math.inf
_CELL_X, _CELL_Y = 96.0, 32.0


def name_scales(
    x: Floats,
    y: Floats,
    widths: Floats,
    height: float,
    order: Sequence[int],
    scales: tuple[float, float],
    *,
    always: int = 0,
    blocked: Sequence[tuple[float, float, float, float]] = (),
    unwanted: Callable[[], bool] = lambda: False,
) -> Floats:
    """The smallest scale at which each name has room; `NEVER` for those that are not in `order`.

    Names stand below their node, `widths` and `height` pixels large whatever the scale. `order` begins with those
    that matter most, of which the first `always` may come at any scale; `scales` are the farthest and the nearest.
    `blocked` is what stays free at all scales: a place in the scene, and half the width and the height above it in
    pixels. When the result is `unwanted`, the rest is left out.
    """
    farthest, nearest = scales
    found = np.full(len(x), NEVER)
    waiting = list(order)
    rank = {node: number for number, node in enumerate(waiting)}
    shown: list[int] = []
    xs, ys, wide = x.tolist(), y.tolist(), widths.tolist()
    scale = farthest
    while waiting and not unwanted():
        grid: dict[tuple[int, int], list[tuple[float, float, float, float]]] = {}
        for bx, by, half, high in blocked:
            _put(grid, (bx * scale - half, by * scale - high, bx * scale + half, by * scale))
        for node in shown:
            _put(grid, _box(xs[node], ys[node], wide[node], height, scale))
        eligible = always + FIRST * (scale / farthest) ** 2
        left: list[int] = []
        for number, node in enumerate(waiting):
            if rank[node] >= eligible or unwanted():
                left.extend(waiting[number:])
                break
            box = _box(xs[node], ys[node], wide[node], height, scale)
            if _is_free(grid, box):
                _put(grid, box)
                shown.append(node)
                found[node] = scale
            else:
                left.append(node)
        waiting = left
        if scale >= nearest:
            break
        scale = min(nearest, scale * STEP)
    return found


def _box(x: float, y: float, width: float, height: float, scale: float) -> tuple[float, float, float, float]:
    left, top = x * scale - width / 2, y * scale
    return (left - PAD_X, top - PAD_Y, left + width + PAD_X, top + height + PAD_Y)


def _cells(box: tuple[float, float, float, float]) -> list[tuple[int, int]]:
    columns = range(math.floor(box[0] / _CELL_X), math.floor(box[2] / _CELL_X) + 1)
    rows = range(math.floor(box[1] / _CELL_Y), math.floor(box[3] / _CELL_Y) + 1)
    return [(column, row) for column in columns for row in rows]


def _put(
    grid: dict[tuple[int, int], list[tuple[float, float, float, float]]], box: tuple[float, float, float, float]
) -> None:
    for cell in _cells(box):
        grid.setdefault(cell, []).append(box)


def _is_free(
    grid: dict[tuple[int, int], list[tuple[float, float, float, float]]], box: tuple[float, float, float, float]
) -> bool:
    left, top, right, bottom = box
    for cell in _cells(box):
        for other in grid.get(cell, ()):
            if left < other[2] and right > other[0] and top < other[3] and bottom > other[1]:
                return False
    return True
