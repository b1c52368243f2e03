"""Many lines, boxes or points in one call of the painter, straight from numpy arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter
from shiboken6 import Shiboken


def draw_lines(painter: QPainter, lines: NDArray[np.float64]) -> None:
    """Draw lines given as rows of x1, y1, x2, y2 with the painter's pen."""
    if not len(lines):
        return
    data = np.ascontiguousarray(lines, float)
    first = Shiboken.wrapInstance(data.ctypes.data, QLineF)
    try:
        painter.drawLines(first, len(data))  # pyright: ignore[reportCallIssue, reportArgumentType] - C++ pointer and count
    finally:
        # The wrapper is kept by address: another array at this address must get its own.
        Shiboken.invalidate(first)


def draw_rects(painter: QPainter, boxes: NDArray[np.float64]) -> None:
    """Draw boxes given as rows of left, top, width, height with the painter's pen and brush."""
    if not len(boxes):
        return
    data = np.ascontiguousarray(boxes, float)
    first = Shiboken.wrapInstance(data.ctypes.data, QRectF)
    try:
        painter.drawRects(first, len(data))  # pyright: ignore[reportCallIssue, reportArgumentType] - C++ pointer and count
    finally:
        Shiboken.invalidate(first)


def draw_points(painter: QPainter, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    """Draw points with the painter's pen (a round cap makes them discs)."""
    if len(x):
        painter.drawPointsNp(  # the stubs do not know that arrays are what it takes
            np.ascontiguousarray(x, float),  # pyright: ignore[reportArgumentType]
            np.ascontiguousarray(y, float),  # pyright: ignore[reportArgumentType]
        )
