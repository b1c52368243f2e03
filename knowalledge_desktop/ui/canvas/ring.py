"""A picture on an endless plane, of which a window that can be shifted for nothing is kept."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPixmap


class Ring:
    """A pixmap whose rows and columns wrap round.

    All coordinates are whole device pixels of the plane, of any sign. Two points that lie a multiple of
    the pixmap's size apart share a pixel: what is drawn on one side takes the place of what is as far
    away on the other. So a window no bigger than the pixmap moves over the plane without copying.
    """

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._origin = QPoint()

    @property
    def size(self) -> QSize:
        """How much of the plane can be kept at once."""
        return self._pixmap.size()

    @property
    def bytes(self) -> int:
        """Memory of the picture."""
        return self._pixmap.width() * self._pixmap.height() * self._pixmap.depth() // 8

    def resize(self, size: QSize, origin: QPoint | None = None) -> None:
        """Take another size, with a point of the plane in the first corner; what was drawn is lost.

        What fits between there and the last corner is drawn and copied in one piece.
        """
        self._origin = origin or QPoint()
        if self._pixmap.size() != size:
            self._pixmap = QPixmap()  # the old one goes first, so that there are never two
            self._pixmap = QPixmap(size)

    def painters(self, rect: QRect) -> Iterator[tuple[QPainter, QRect]]:
        """Painters clipped to the pieces of a rectangle, in coordinates of the plane, and the pieces."""
        for source, at in self._pieces(QRectF(rect)):
            piece = QRect(at.toPoint(), source.size().toSize())
            corner = source.topLeft().toPoint()
            painter = QPainter(self._pixmap)
            try:
                painter.setClipRect(QRect(corner, piece.size()))
                painter.translate(corner - piece.topLeft())
                yield painter, piece
            finally:
                painter.end()

    def blit(self, painter: QPainter, rect: QRect) -> None:
        """Copy a rectangle to the origin of a painter that maps device pixels one to one."""
        for source, at in self._pieces(QRectF(rect)):
            painter.drawPixmap(at.toPoint() - rect.topLeft(), self._pixmap, source.toRect())

    def stretch(self, painter: QPainter, rect: QRectF, factor: float) -> None:
        """Bring a rectangle, any part of a pixel included, to the painter's origin, bigger by the factor."""
        self.stretch_to(painter, rect, QRectF(QPointF(0.0, 0.0), rect.size() * factor))

    def stretch_to(self, painter: QPainter, rect: QRectF, box: QRectF) -> None:
        """Bring a rectangle, any part of a pixel included, into a box of the painter."""
        across, down = box.width() / rect.width(), box.height() / rect.height()
        for source, at in self._pieces(rect):
            left, top = box.left() + (at.x() - rect.left()) * across, box.top() + (at.y() - rect.top()) * down
            target = QRectF(left, top, source.width() * across, source.height() * down)
            painter.drawPixmap(target, self._pixmap, source)

    def _pieces(self, rect: QRectF) -> Iterator[tuple[QRectF, QPointF]]:
        """Where the pieces of a rectangle are in the pixmap, and on the plane."""
        width, height = self._pixmap.width(), self._pixmap.height()
        left, top = self._origin.x(), self._origin.y()
        for y, from_y, high in _cut(rect.top() - top, rect.bottom() - top, height):
            for x, from_x, wide in _cut(rect.left() - left, rect.right() - left, width):
                yield QRectF(from_x, from_y, wide, high), QPointF(x + left, y + top)


def _cut(start: float, end: float, size: int) -> Iterator[tuple[float, float, float]]:
    """A stretch cut where the ring wraps: where each piece begins, where that is in the ring, how long it is."""
    while start < end:
        base = math.floor(start / size) * size
        stop = min(end, float(base + size))
        yield start, start - base, stop - start
        start = stop
