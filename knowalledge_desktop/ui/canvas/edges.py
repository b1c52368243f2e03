"""The tapered edges: thick at the parent, thin at the child.

An edge is a cubic whose ends and shape are the view's: a horizontal S from the parent's side to the child's
port side on the mind map, downwards in the tree, a trunk beside lists, straight lines on rings. It is sampled, and
offset along its normal by half its width.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF

from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.canvas.model import Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

SAMPLES = 22
WIDTHS = ((6.0, 2.2), (3.4, 1.6), (2.4, 1.3), (1.8, 1.1))
"""Width at the parent and at the child, by the parent's depth (tokens: edge.width)."""
FAR_AWAY, TURN_BEFORE = 700.0, 60.0
"""Scene units aside from which an edge runs across what is not its own, and how long before its end it turns."""
WITHOUT_EDGES = frozenset((View.PATH.value, View.TIMELINE.value))
"""Views that show another order than who is below whom."""
AT_ONCE = 2000
"""In a map of so many topics all edges are sampled together, which costs less than a few of them alone."""
LONG_PX, SHORT_PX = 90.0, 35.0
"""Edges that are so long on the screen are drawn as more pieces, and those as few."""
FAR_DOWN, TURN_ABOVE = 230.0, 40.0
"""From so far below its parent a topic of the tree is on a lower shelf, and how far above it its edge turns."""
TRUNK, TRUNK_REACH = 14.0, 60.0
"""How far in from the parent's left edge a trunk goes down, and how far right of it a topic still hangs on it."""


def controls(rows: Rows, chosen: Ints) -> tuple[Floats, Floats]:
    """The four points of the cubics to these rows from their parents: x and y, shape (rows, 4) each."""
    if rows.style in (View.TREE, View.OUTLINE):
        return _hanging(rows, chosen)
    if rows.style == View.RADIAL:
        return _straight(rows, chosen)
    return _sideways(rows, chosen)


def _sideways(rows: Rows, chosen: Ints) -> tuple[Floats, Floats]:
    parent, side = rows.parent[chosen], rows.side[chosen]
    # From the root all edges leave close together, so that they read as one bundle, almost upright.
    from_root = (parent == 0) & (rows.depth[chosen] == 1)
    x0, y0 = rows.x[parent] + side * np.where(from_root, 0.34, 0.5) * rows.w[parent], rows.y[parent]
    x3, y3 = rows.x[chosen] - side * rows.w[chosen] / 2, rows.y[chosen]
    reach = x3 - x0
    # To another column of branches an edge goes straight on, in the lane that columns leave, and turns before it.
    is_far = np.abs(reach) > FAR_AWAY
    from_root &= ~is_far
    late = np.maximum(0.5, 1.0 - TURN_BEFORE / np.maximum(np.abs(reach), 1.0))
    half = np.where(is_far, late, 0.5)
    x1, y1 = x0 + reach * np.where(from_root, 0.22, half), y0 + (y3 - y0) * np.where(from_root, 0.55, 0.0)
    x2 = x0 + reach * np.where(from_root, 0.30, half)
    return np.stack([x0, x1, x2, x3], axis=-1), np.stack([y0, y1, y3, y3], axis=-1)


def _hanging(rows: Rows, chosen: Ints) -> tuple[Floats, Floats]:
    """Down to the top of a topic below, along a trunk to one that is listed, else from side to side."""
    parent = rows.parent[chosen]
    px, py, pw, ph = rows.x[parent], rows.y[parent], rows.w[parent], rows.h[parent]
    cx, cy, cw, ch = rows.x[chosen], rows.y[chosen], rows.w[chosen], rows.h[chosen]
    trunk, left = px - pw / 2 + TRUNK, cx - cw / 2
    below = cy - ch / 2 >= py + ph / 2
    listed = below & (left > trunk + 2.0) & (left <= trunk + TRUNK_REACH)
    down = below & ~listed
    start, end = py + ph / 2, cy - ch / 2
    # To a shelf further down the edge falls first, in the lane that the shelves leave, and turns close above it.
    middle = np.where(end - start > FAR_DOWN, end - TURN_ABOVE, (start + end) / 2)
    side = np.where(cx >= px, 1.0, -1.0)
    ax, bx = px + side * pw / 2, cx - side * cw / 2
    halfway = (ax + bx) / 2
    x0 = np.where(listed, trunk, np.where(down, px, ax))
    y0 = np.where(below, py + ph / 2, py)
    y0 = np.where(listed | down, y0, py)
    x1 = np.where(listed, trunk, np.where(down, px, halfway))
    y1 = np.where(listed, cy, np.where(down, middle, py))
    port = left + TRUNK  # where its dot is from afar
    x2 = np.where(listed, trunk, np.where(down, port, halfway))
    y2 = np.where(listed, cy, np.where(down, middle, cy))
    x3 = np.where(listed, left, np.where(down, port, bx))
    y3 = np.where(down, cy - ch / 2, cy)
    if rows.style == View.OUTLINE:  # cards hang on no line: they stand below the root, or say where they belong
        card = (parent == 0) | ~listed
        x0, x1, x2 = (np.where(card, x3, x) for x in (x0, x1, x2))
        y0, y1, y2 = (np.where(card, y3, y) for y in (y0, y1, y2))
    return np.stack([x0, x1, x2, x3], axis=-1), np.stack([y0, y1, y2, y3], axis=-1)


def _straight(rows: Rows, chosen: Ints) -> tuple[Floats, Floats]:
    """From the parent's outline to where the child's port is."""
    parent, side = rows.parent[chosen], rows.side[chosen]
    px, py = rows.x[parent], rows.y[parent]
    x3, y3 = rows.x[chosen] - side * rows.w[chosen] / 2, rows.y[chosen]
    dx, dy = x3 - px, y3 - py
    # The part of the way at which it leaves the parent's box.
    part = np.minimum(
        rows.w[parent] / 2 / np.maximum(np.abs(dx), 1e-6), rows.h[parent] / 2 / np.maximum(np.abs(dy), 1e-6)
    )
    x0, y0 = px + dx * np.minimum(part, 1.0) * 0.9, py + dy * np.minimum(part, 1.0) * 0.9
    xs = np.stack([x0, x0 + (x3 - x0) / 3, x0 + (x3 - x0) * 2 / 3, x3], axis=-1)
    return xs, np.stack([y0, y0 + (y3 - y0) / 3, y0 + (y3 - y0) * 2 / 3, y3], axis=-1)


def _weights(samples: int) -> Floats:
    """How much each of the four points counts along the cubic, shape (4, samples)."""
    t = np.linspace(0.0, 1.0, samples)
    return np.stack([(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3])


_MANY, _SOME, _FEW = 18, 9, 5
"""Straight pieces of a long, a middling and a short edge."""
_FINE = _weights(SAMPLES)
_COARSE = {pieces: _weights(pieces + 1) for pieces in (_MANY, _SOME, _FEW)}


def _along(ends: Floats, weights: Floats) -> Floats:
    """The samples of cubics, written out: a product of matrices would wake the threads of a whole library."""
    out = ends[:, 0:1] * weights[0]
    for n in (1, 2, 3):
        out += ends[:, n : n + 1] * weights[n]
    return out


def lines(rows: Rows, chosen: Ints) -> Floats:
    """The sampled middle lines of edges, shape (rows, SAMPLES, 2)."""
    x, y = controls(rows, chosen)
    return np.stack([_along(x, _FINE), _along(y, _FINE)], axis=-1)


def ribbon(points: Floats, depth: int, part: float = 1.0) -> QPainterPath:
    """The filled edge along the points, or its first `part` while it grows."""
    thick, thin = WIDTHS[min(depth, len(WIDTHS) - 1)]
    count = max(2, round(len(points) * part))
    used = points[:count]
    slope = np.gradient(used, axis=0)
    length = np.maximum(np.hypot(slope[:, 0], slope[:, 1]), 1e-9)
    half = np.linspace(thick, thick + (thin - thick) * part, count) / 2
    normal = np.column_stack([-slope[:, 1] / length, slope[:, 0] / length]) * half[:, None]
    outline = np.concatenate([used + normal, (used - normal)[::-1]])
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in outline.tolist()]))
    path.closeSubpath()
    return path


STILL = 1e-6
"""Scene units by which both ends of an edge may differ in how far they went, for it to be the same edge."""


class EdgeShapes:
    """Sampled edges of the present rows; each is made when it is first needed."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._points: dict[int, Floats] = {}
        self._ribbons: dict[int, QPainterPath] = {}

    def moved(self, rows: Rows) -> EdgeShapes:
        """The shapes of rows that differ by places alone, as while some are dragged; others' serve as they are."""
        new = EdgeShapes(rows)
        old, made = self._rows, np.fromiter(self._ribbons, np.int64, len(self._ribbons))
        alike = rows.parent is old.parent and rows.side is old.side and rows.w is old.w and rows.h is old.h
        if not alike or rows.depth is not old.depth or rows.style != old.style or not len(made):
            return new
        dx, dy, above = rows.x - old.x, rows.y - old.y, rows.parent[made]
        same = (np.abs(dx[made] - dx[above]) < STILL) & (np.abs(dy[made] - dy[above]) < STILL)
        went = same & ((dx[made] != 0.0) | (dy[made] != 0.0))
        for row in made[same & ~went].tolist():
            new._ribbons[row] = self._ribbons[row]
        for row in made[went].tolist():
            new._ribbons[row] = self._ribbons[row].translated(float(dx[row]), float(dy[row]))
        return new

    def points(self, row: int) -> Floats:
        """The sampled middle line."""
        found = self._points.get(row)
        if found is None:
            if len(self._rows) <= AT_ONCE and not self._points:
                all_rows = np.arange(1, len(self._rows), dtype=np.int32)
                self._points = dict(enumerate(lines(self._rows, all_rows), start=1))
                return self._points[row]
            found = self._points[row] = lines(self._rows, np.array([row], np.int32))[0]
        return found

    def ribbon(self, row: int) -> QPainterPath:
        """The filled edge to this row from its parent."""
        found = self._ribbons.get(row)
        if found is None:
            parent = int(self._rows.parent[row])
            found = self._ribbons[row] = ribbon(self.points(row), int(self._rows.depth[parent]))
        return found


def segments(rows: Rows, chosen: Ints, pieces: int = 6) -> Floats:
    """Straight pieces of many edges at once, shape (edges * pieces, 4): x1, y1, x2, y2."""
    x, y = controls(rows, chosen)
    weights = _COARSE.get(pieces)
    if weights is None:
        weights = _weights(pieces + 1)
    xs, ys = _along(x, weights), _along(y, weights)
    out = np.stack([xs[:, :-1], ys[:, :-1], xs[:, 1:], ys[:, 1:]], axis=-1)
    return np.ascontiguousarray(out.reshape(-1, 4))


def smooth_segments(rows: Rows, chosen: Ints, scale: float) -> Floats:
    """As `segments`, in as many pieces as it takes at a scale for corners not to show."""
    parent = rows.parent[chosen]
    reach = np.hypot(rows.x[chosen] - rows.x[parent], rows.y[chosen] - rows.y[parent]) * scale
    pieces = np.where(reach > LONG_PX, _MANY, np.where(reach > SHORT_PX, _SOME, _FEW))
    parts = [segments(rows, chosen[pieces == n], n) for n in (_MANY, _SOME, _FEW) if (pieces == n).any()]
    return np.concatenate(parts) if parts else segments(rows, chosen, _FEW)
