"""The whole map as one small picture, to fall back on where nothing sharper is there yet."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QElapsedTimer, QRect, QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter

from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.kept import Draw, seen_at
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.scene import Frame, Shown

PIXELS = 3_000_000
"""How big the picture is: 12 MB, whatever the map and the screen."""
LARGEST = 0.4
LONGEST_SIDE = 16_000
PIECE = 320
PAD = 60.0
"""Scene units of ground around the map."""


class World:
    """Keeps the picture of one set of rows; an old one serves until the new one is drawn."""

    def __init__(self, draw: Draw) -> None:
        self._draw_part = draw
        self._rows: Rows | None = None
        self._image: QImage | None = None
        self._box = QRectF()
        self._scale = 1.0
        self._next: tuple[Rows, QImage, QRectF, float, list[QRect]] | None = None

    @property
    def bytes(self) -> int:
        """Memory of the picture."""
        return self._image.sizeInBytes() if self._image is not None else 0

    def lacks(self, rows: Rows) -> bool:
        """Whether there is no picture of these rows."""
        return self._rows is not rows

    def forget(self) -> None:
        """Nothing is kept any more."""
        self._rows, self._image, self._next = None, None, None

    def step(self, rows: Rows, budget_ms: float) -> bool:
        """Draw pieces for about so many milliseconds; returns whether more are to be drawn."""
        if self._rows is rows:
            return False
        if self._next is None or self._next[0] is not rows:
            self._next = _planned(rows)
        _, image, box, scale, pieces = self._next
        clock = QElapsedTimer()
        clock.start()
        while pieces:
            piece = pieces.pop()
            camera = Camera(box.center().x(), box.center().y(), scale)
            frame = Frame(camera, QSizeF(image.size()), Shown(), part=QRectF(piece))
            painter = QPainter(image)
            try:
                painter.setClipRect(piece)
                self._draw_part(painter, rows, frame)
            finally:
                painter.end()
            if clock.nsecsElapsed() / 1e6 >= budget_ms:
                break
        if pieces:
            return True
        self._rows, self._image, self._box, self._scale = rows, image, box, scale
        self._next = None
        return False

    def covers(self, frame: Frame, box: QRect) -> bool:
        """Whether the picture reaches everywhere in a part of the view (device pixels)."""
        return self._image is not None and QRectF(self._image.rect()).contains(self._source(frame, box))

    def paint(self, painter: QPainter, frame: Frame, box: QRect) -> None:
        """Show what lies in a part of the view, to which the painter is clipped; it maps device pixels."""
        image = self._image
        if image is None:
            return
        factor = frame.scale * frame.dpr / self._scale
        source = self._source(frame, box)
        there = source.intersected(QRectF(image.rect()))
        if there.isEmpty():
            return
        target = QRectF(
            box.left() + (there.left() - source.left()) * factor,
            box.top() + (there.top() - source.top()) * factor,
            there.width() * factor,
            there.height() * factor,
        )
        painter.drawImage(target, image, there)

    def _source(self, frame: Frame, box: QRect) -> QRectF:
        """Where a part of the view lies on the picture."""
        factor = frame.scale * frame.dpr / self._scale
        wanted = seen_at(replace(frame, dpr=1.0), self._scale)
        return QRectF(
            wanted.left() - self._box.left() * self._scale + box.left() / factor,
            wanted.top() - self._box.top() * self._scale + box.top() / factor,
            box.width() / factor,
            box.height() / factor,
        )


def _planned(rows: Rows) -> tuple[Rows, QImage, QRectF, float, list[QRect]]:
    left, top, right, bottom = rows.bounds()
    box = QRectF(left - PAD, top - PAD, right - left + 2 * PAD, bottom - top + 2 * PAD)
    scale = min(
        LARGEST, math.sqrt(PIXELS / (box.width() * box.height())), LONGEST_SIDE / max(box.width(), box.height())
    )
    image = QImage(
        max(1, math.ceil(box.width() * scale)), max(1, math.ceil(box.height() * scale)), QImage.Format.Format_RGB32
    )
    pieces = [
        QRect(x, y, PIECE, PIECE).intersected(image.rect())
        for y in range(0, image.height(), PIECE)
        for x in range(0, image.width(), PIECE)
    ]
    return rows, image, box, scale, pieces
