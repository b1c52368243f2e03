"""A picture of the map at one scale around a view, drawn in pieces, so that no frame waits for all of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QElapsedTimer, QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QRegion

from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.ring import Ring
from knowalledge_desktop.ui.canvas.scene import HALF, Frame

MARGIN = 0.25
"""What is kept on each side of the view, as a part of it: 2.25 times the view's bytes in all."""
PIECE = 256
"""Device pixels of a piece's side: about as much as can be drawn in the pause between two frames."""

Draw = Callable[[QPainter, Rows, Frame], None]


class Kept:
    """What was drawn of rows at one scale, on the plane of device pixels whose origin is the scene's."""

    def __init__(self, draw: Draw) -> None:
        self._draw_part = draw
        self._ring = Ring()
        self.rows: Rows | None = None
        self.frame: Frame | None = None
        self.valid = QRect()
        self._corner = QRect()
        self._pieces: list[QRect] = []
        self._then = QRect()
        self._done = QRegion()

    @property
    def bytes(self) -> int:
        """Memory of the picture."""
        return self._ring.bytes

    @property
    def room(self) -> QSize:
        """How much of the plane can be kept at once, device pixels."""
        return self._ring.size

    @property
    def is_busy(self) -> bool:
        """Whether pieces are still to be drawn."""
        return bool(self._pieces)

    def forget(self) -> None:
        """Nothing is kept any more."""
        self.rows, self.frame, self.valid = None, None, QRect()
        self._pieces.clear()

    def release(self) -> None:
        """Give the memory back."""
        self.forget()
        self._ring.resize(QSize())

    def begin(self, rows: Rows, still: Frame, seen: QRect) -> None:
        """Keep this from now on; `seen` is to be drawn piece by piece, from the middle outwards."""
        wide, high = (math.ceil(side * (1 + 2 * MARGIN) / 64) * 64 for side in (seen.width(), seen.height()))
        around = QPoint((wide - seen.width()) // 2, (high - seen.height()) // 2)
        self._ring.resize(QSize(wide, high), seen.topLeft() - around)
        self.rows, self.frame, self._corner, self.valid = rows, still, seen, QRect()
        self._plan(seen, seen)

    def finish(self) -> None:
        """Draw all that is still to be drawn, at once."""
        if self._pieces:
            whole = QRect()
            for piece in self._pieces:
                whole = whole.united(piece)
            self._pieces.clear()
            self._draw(whole)
            self.valid = self._then

    def step(self, budget_ms: float) -> None:
        """Draw pieces for about so many milliseconds, one at least."""
        clock = QElapsedTimer()
        clock.start()
        while self._pieces:
            piece = self._pieces.pop(0)
            self._draw(piece)
            self._done += piece
            if not self._pieces:
                self.valid = self._then
            if clock.nsecsElapsed() / 1e6 >= budget_ms:
                return

    def extend(self, side: str, by: int, *, at_once: bool) -> None:
        """Draw a strip along one side; the ring may take it from the other."""
        valid, size = QRect(self.valid), self._ring.size
        strip, left = QRect(valid), QRect(valid)
        if side == "left":
            strip.setRight(valid.left() - 1)
            strip.setLeft(valid.left() - by)
            valid.setLeft(strip.left())
            valid.setWidth(min(valid.width(), size.width()))
        elif side == "right":
            strip.setLeft(valid.right() + 1)
            strip.setRight(valid.right() + by)
            valid.setRight(strip.right())
            valid.setLeft(max(valid.left(), valid.right() + 1 - size.width()))
        elif side == "up":
            strip.setBottom(valid.top() - 1)
            strip.setTop(valid.top() - by)
            valid.setTop(strip.top())
            valid.setHeight(min(valid.height(), size.height()))
        else:
            strip.setTop(valid.bottom() + 1)
            strip.setBottom(valid.bottom() + by)
            valid.setBottom(strip.bottom())
            valid.setTop(max(valid.top(), valid.bottom() + 1 - size.height()))
        if at_once:
            self._pieces.clear()
            self._draw(strip)
            self.valid = valid
            return
        self.valid = left.intersected(valid)  # what the strip takes is gone before the strip is there
        self._plan(strip, valid)

    def blit(self, painter: QPainter, seen: QRect) -> None:
        """Copy a part of it to a painter that maps device pixels."""
        self._ring.blit(painter, seen)

    def blit_done(self, painter: QPainter, seen: QRect) -> QRegion:
        """Copy the pieces of the first picture that are there; returns where they are in the view."""
        done = self._done.intersected(QRegion(seen)).translated(-seen.topLeft())
        painter.save()
        painter.setClipRegion(done, Qt.ClipOperation.IntersectClip)
        self._ring.blit(painter, seen)
        painter.restore()
        return done

    def stretch(self, painter: QPainter, view: QSizeF, frame: Frame) -> QRegion:
        """Show it bigger or smaller as far as it goes; the painter maps device pixels. Returns what it covers."""
        if self.frame is None or self.valid.isEmpty():
            return QRegion()
        factor = frame.scale / self.frame.scale
        wanted = seen_at(frame, self.frame.scale)
        part = wanted.intersected(QRectF(self.valid))
        if part.isEmpty():
            return QRegion()
        at = (part.topLeft() - wanted.topLeft()) * factor
        box = QRectF(at, part.size() * factor)
        # Whole device pixels, so that no seam shows; what is kept is stretched by a hair more or less.
        target = QRectF(box.toAlignedRect()).intersected(QRectF(QPointF(0, 0), view))
        from_left, from_top = (target.left() - box.left()) / factor, (target.top() - box.top()) / factor
        source = QRectF(part.left() + from_left, part.top() + from_top, *_over(target.size(), factor))
        source = source.intersected(QRectF(self.valid))
        self._ring.stretch_to(painter, source, target)
        return QRegion(target.toRect())

    def _plan(self, rect: QRect, then: QRect) -> None:
        """Cut a rectangle into pieces; when all are drawn, `then` is there."""
        pieces = [
            QRect(left, top, PIECE, PIECE).intersected(rect)
            for top in range(rect.top(), rect.bottom() + 1, PIECE)
            for left in range(rect.left(), rect.right() + 1, PIECE)
        ]
        middle = rect.center()
        pieces.sort(key=lambda piece: (piece.center() - middle).manhattanLength())
        self._pieces, self._then, self._done = pieces, then, QRegion()

    def _draw(self, rect: QRect) -> None:
        frame, rows = self.frame, self.rows
        if frame is None or rows is None:
            return
        dpr, corner = frame.dpr, self._corner.topLeft()
        for painter, piece in self._ring.painters(rect):
            painter.translate(corner)
            painter.scale(dpr, dpr)
            at = piece.topLeft() - corner
            part = QRectF(at.x() / dpr, at.y() / dpr, piece.width() / dpr, piece.height() / dpr)
            self._draw_part(painter, rows, replace(frame, part=part))


def _over(size: QSizeF, factor: float) -> tuple[float, float]:
    return size.width() / factor, size.height() / factor


def seen_by(frame: Frame) -> QRect:
    """The view on the plane of device pixels whose origin is the scene's, at this scale.

    Rounded alike for every frame, so that a picture does not depend on the way that led to it.
    """
    size, unit = frame.view * frame.dpr, frame.scale * frame.dpr
    x, y = frame.camera.x * unit - size.width() / 2, frame.camera.y * unit - size.height() / 2
    return QRect(math.floor(x + HALF), math.floor(y + HALF), math.ceil(size.width()), math.ceil(size.height()))


def seen_at(frame: Frame, scale: float) -> QRectF:
    """The view on the plane of another scale."""
    size, unit = frame.view * (frame.dpr * scale / frame.scale), scale * frame.dpr
    x, y = frame.camera.x * unit - size.width() / 2, frame.camera.y * unit - size.height() / 2
    return QRectF(x, y, size.width(), size.height())


def snapped(frame: Frame, seen: QRect) -> Frame:
    """The frame whose view is exactly there."""
    size, unit = frame.view * frame.dpr, frame.scale * frame.dpr
    x, y = (seen.x() + size.width() / 2) / unit, (seen.y() + size.height() / 2) / unit
    return replace(frame, camera=replace(frame.camera, x=x, y=y))
