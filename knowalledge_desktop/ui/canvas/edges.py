"""The tapered edges: thick at the parent, thin at the child.

An edge is a cubic in the shape of a horizontal S from the parent's side to the child's port
side. It is sampled, and offset along its normal by half its width.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF

from knowalledge_desktop.ui.canvas.model import Rows

Floats = NDArray[np.float64]

SAMPLES = 22
WIDTHS = ((6.0, 2.2), (3.4, 1.6), (2.4, 1.3), (1.8, 1.1))
"""Width at the parent and at the child, by the parent's depth (tokens: edge.width)."""

_T = np.linspace(0.0, 1.0, SAMPLES)
_B0, _B1, _B2, _B3 = (1 - _T) ** 3, 3 * (1 - _T) ** 2 * _T, 3 * (1 - _T) * _T**2, _T**3


def ends(rows: Rows, row: int) -> tuple[QPointF, QPointF]:
    """Where the edge leaves the parent and meets the child, in scene units."""
    parent, side = int(rows.parent[row]), int(rows.side[row])
    if parent == 0 and rows.depth[row] == 1:
        # From the root all edges leave close together, so that they read as one bundle.
        start = QPointF(rows.x[parent] + side * rows.w[parent] * 0.34, rows.y[parent])
    else:
        start = QPointF(rows.x[parent] + side * rows.w[parent] / 2, rows.y[parent])
    return start, QPointF(rows.x[row] - side * rows.w[row] / 2, rows.y[row])


def curve(start: QPointF, end: QPointF, *, steep: bool, samples: int = SAMPLES) -> Floats:
    """Points of the cubic, shape (samples, 2). `steep` leaves the root almost upright."""
    x0, y0, x3, y3 = start.x(), start.y(), end.x(), end.y()
    reach = x3 - x0
    if steep:
        x1, y1 = x0 + reach * 0.22, y0 + (y3 - y0) * 0.55
        x2, y2 = x0 + reach * 0.30, y3
    else:
        x1, y1, x2, y2 = x0 + reach * 0.5, y0, x0 + reach * 0.5, y3
    if samples == SAMPLES:
        b0, b1, b2, b3 = _B0, _B1, _B2, _B3
    else:
        t = np.linspace(0.0, 1.0, samples)
        b0, b1, b2, b3 = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
    return np.column_stack([b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3, b0 * y0 + b1 * y1 + b2 * y2 + b3 * y3])


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


class EdgeShapes:
    """Sampled edges of the present rows; each is made when it is first needed."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._points: dict[int, Floats] = {}
        self._ribbons: dict[int, QPainterPath] = {}

    def points(self, row: int) -> Floats:
        """The sampled middle line."""
        found = self._points.get(row)
        if found is None:
            start, end = ends(self._rows, row)
            found = self._points[row] = curve(start, end, steep=self._rows.parent[row] == 0)
        return found

    def ribbon(self, row: int) -> QPainterPath:
        """The filled edge to this row from its parent."""
        found = self._ribbons.get(row)
        if found is None:
            parent = int(self._rows.parent[row])
            found = self._ribbons[row] = ribbon(self.points(row), int(self._rows.depth[parent]))
        return found


def segments(rows: Rows, chosen: NDArray[np.int32], pieces: int = 6) -> Floats:
    """Straight pieces of many edges at once, shape (edges * pieces, 4): x1, y1, x2, y2."""
    parent = rows.parent[chosen]
    side = rows.side[chosen]
    from_root = parent == 0
    lead = np.where(from_root, 0.34, 0.5) * rows.w[parent]
    x0, y0 = rows.x[parent] + side * lead, rows.y[parent]
    x3, y3 = rows.x[chosen] - side * rows.w[chosen] / 2, rows.y[chosen]
    reach = x3 - x0
    x1 = x0 + reach * np.where(from_root, 0.22, 0.5)
    y1 = y0 + (y3 - y0) * np.where(from_root, 0.55, 0.0)
    x2 = x0 + reach * np.where(from_root, 0.30, 0.5)
    t = np.linspace(0.0, 1.0, pieces + 1)[None, :]
    b0, b1, b2, b3 = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
    xs = b0 * x0[:, None] + b1 * x1[:, None] + b2 * x2[:, None] + b3 * x3[:, None]
    ys = b0 * y0[:, None] + b1 * y1[:, None] + (b2 + b3) * y3[:, None]
    out = np.stack([xs[:, :-1], ys[:, :-1], xs[:, 1:], ys[:, 1:]], axis=-1)
    return np.ascontiguousarray(out.reshape(-1, 4))
