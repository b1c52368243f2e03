"""The still picture of the map, kept with a margin around the view, so that most frames are one copy of it.

It holds all but what changes without the map changing (hover, focus, turning arcs) and what keeps its
size close up (first lines). A pan shifts the view over the picture; a zoom stretches it until it rests or
the picture is too coarse. What comes into view and is not there yet is drawn before the frame is shown,
so nothing is ever blank; the margin is drawn ahead in slices while nothing else happens.
"""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QElapsedTimer, QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QPainter

from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.ring import Ring
from knowalledge_desktop.ui.canvas.scene import HALF, LABELS, PILLS, Frame

MARGIN = 0.25
"""What is kept on each side of the view, as a part of it: 2.25 times the view's bytes in all."""
AHEAD_PX = 96
"""Device pixels that are drawn beyond what a frame lacks, so that the next frames lack nothing."""
STRETCHED, STRETCHED_LABELS = 1.6, 1.25
"""By how much the picture is stretched at most; less where it has labels, which keep their size."""
SLICE_MS, THINNEST, FIRST, THICKEST = 3.5, 16, 32, 256
"""Milliseconds a slice of the margin shall take, and the device pixels it may be thick; the first is careful."""
SAME = 1e-9
"""How much scales differ that count as one."""


class StillLayer:
    """Keeps what `MapRenderer` draws of one set of rows at one scale."""

    def __init__(self, renderer: MapRenderer) -> None:
        self._renderer = renderer
        self._ring = Ring()
        self._rows: Rows | None = None
        self._frame: Frame | None = None
        self._from = QPoint()
        self._valid = QRect()
        self._seen = QRect()
        self._ahead = False
        self._fresh = False
        self._slice = FIRST

    @property
    def bytes(self) -> int:
        """Memory of the picture."""
        return self._ring.bytes

    @property
    def is_fresh(self) -> bool:
        """Whether the last frame drew the picture anew: the next one may do so again."""
        return self._fresh

    @property
    def lacks_margin(self) -> bool:
        """Whether `grow` has something to do."""
        return self._ahead

    def forget(self) -> None:
        """Draw everything anew the next time."""
        self._rows = None
        self._ahead = False

    def paint(self, painter: QPainter, rows: Rows, frame: Frame) -> Frame:
        """Bring the map onto the painter. Returns the frame it is in, to the device pixel."""
        self._fresh = False
        if frame.motion is not None or (frame.is_moving and frame.scale < LABELS):
            self._ahead = False
            self._renderer.render(painter, rows, frame)
            return frame
        still = replace(frame, shown=replace(frame.shown, hover=-1, turn=0.0, focused=False, zooming=False))
        stretch = self._stretch(rows, still, moving=frame.is_moving)
        if stretch != 1.0 and stretch > 0.0:
            wanted = _seen_stretched(frame, still.scale / stretch)
            if self._covers(wanted.toAlignedRect()):
                self._ahead = False
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)  # noqa: FBT003 - Qt takes no keyword here
                self._ring.stretch(painter, wanted, stretch / frame.dpr)
                self._renderer.captions(painter, rows, frame)
                return frame
        seen = self._seen = _seen(still)
        if stretch != 1.0 or not self._covers(seen):
            self._begin(rows, _snapped(still, seen), seen)
        self._ahead = self._ahead or self._is_near_its_end()
        painter.save()
        painter.scale(1 / frame.dpr, 1 / frame.dpr)
        self._ring.blit(painter, seen)
        painter.restore()
        snapped = _snapped(frame, seen)
        self._renderer.captions(painter, rows, snapped)
        return snapped

    def grow(self) -> bool:
        """Draw one slice of the margin, where there is least. Returns whether more is lacking."""
        if self._rows is None or not self._ahead:
            self._ahead = False
            return False
        side, has, wants = min(self._margins(), key=lambda margin: margin[1] / max(1, margin[2]))
        if has >= wants:
            self._ahead = False
            return False
        clock = QElapsedTimer()
        clock.start()
        step = min(self._slice, wants - has)
        self._extend(side, step)
        took = max(0.05, clock.nsecsElapsed() / 1e6)
        if step == self._slice:
            self._slice = min(THICKEST, max(THINNEST, int(step * min(2.0, SLICE_MS / took))))
        return True

    # --- what is kept ---

    def _stretch(self, rows: Rows, still: Frame, *, moving: bool) -> float:
        """By how much the kept picture is to be stretched; 0 when it cannot serve."""
        last = self._frame
        if last is None or self._rows is not rows:
            return 0.0
        if (last.view, last.dpr, last.shown) != (still.view, still.dpr, still.shown):
            return 0.0
        stretch = still.scale / last.scale
        if abs(stretch - 1.0) < SAME:
            return 1.0
        if not moving or (last.scale < PILLS) != (still.scale < PILLS):
            return 0.0
        most = STRETCHED if still.scale >= PILLS else STRETCHED_LABELS
        return stretch if 1 / most < stretch < most else 0.0

    def _covers(self, wanted: QRect) -> bool:
        """Draw what of this is not there; False when too much is lacking."""
        size, valid = self._ring.size, self._valid
        if wanted.width() > size.width() or wanted.height() > size.height():
            return False
        common = valid.intersected(wanted)
        if 2 * common.width() < wanted.width() or 2 * common.height() < wanted.height():
            return False
        # Beyond what is lacking a little more, as far as there is room.
        more_x = min(AHEAD_PX, size.width() - wanted.width())
        more_y = min(AHEAD_PX, size.height() - wanted.height())
        for side, lacks, more in (
            ("left", valid.left() - wanted.left(), more_x),
            ("right", wanted.right() - valid.right(), more_x),
            ("up", valid.top() - wanted.top(), more_y),
            ("down", wanted.bottom() - valid.bottom(), more_y),
        ):
            if lacks > 0:
                self._extend(side, max(lacks, more))
        return True

    def _begin(self, rows: Rows, still: Frame, seen: QRect) -> None:
        """Draw the view anew."""
        size = QSize(*(math.ceil(side * (1 + 2 * MARGIN) / 64) * 64 for side in (seen.width(), seen.height())))
        self._ring.resize(size)
        self._rows, self._frame, self._from, self._valid = rows, still, seen.topLeft(), QRect()
        self._draw(seen)
        self._valid = seen
        self._ahead = self._fresh = True

    def _margins(self) -> tuple[tuple[str, int, int], ...]:
        """By side, how much there is beyond the view and how much there shall be."""
        seen, valid, size = self._seen, self._valid, self._ring.size
        wide, high = (size.width() - seen.width()) // 2, (size.height() - seen.height()) // 2
        return (
            ("left", seen.left() - valid.left(), wide),
            ("right", valid.right() - seen.right(), wide),
            ("up", seen.top() - valid.top(), high),
            ("down", valid.bottom() - seen.bottom(), high),
        )

    def _is_near_its_end(self) -> bool:
        return any(2 * has < wants for _, has, wants in self._margins())

    def _extend(self, side: str, step: int) -> None:
        """Draw a strip along one side; the ring may take it from the other."""
        valid, size = QRect(self._valid), self._ring.size
        strip = QRect(valid)
        if side == "left":
            strip.setRight(valid.left() - 1)
            strip.setLeft(valid.left() - step)
            valid.setLeft(strip.left())
            valid.setWidth(min(valid.width(), size.width()))
        elif side == "right":
            strip.setLeft(valid.right() + 1)
            strip.setRight(valid.right() + step)
            valid.setRight(strip.right())
            valid.setLeft(max(valid.left(), valid.right() + 1 - size.width()))
        elif side == "up":
            strip.setBottom(valid.top() - 1)
            strip.setTop(valid.top() - step)
            valid.setTop(strip.top())
            valid.setHeight(min(valid.height(), size.height()))
        else:
            strip.setTop(valid.bottom() + 1)
            strip.setBottom(valid.bottom() + step)
            valid.setBottom(strip.bottom())
            valid.setTop(max(valid.top(), valid.bottom() + 1 - size.height()))
        self._draw(strip)
        self._valid = valid

    def _draw(self, rect: QRect) -> None:
        frame, rows = self._frame, self._rows
        if frame is None or rows is None:
            return
        dpr = frame.dpr
        for painter, piece in self._ring.painters(rect):
            painter.translate(self._from)
            painter.scale(dpr, dpr)
            at = piece.topLeft() - self._from
            part = QRectF(at.x() / dpr, at.y() / dpr, piece.width() / dpr, piece.height() / dpr)
            self._renderer.render(painter, rows, replace(frame, part=part), captions=False)


def _seen(frame: Frame) -> QRect:
    """The view on the plane of device pixels whose origin is the scene's, at this scale.

    Rounded alike for every frame, so that a picture does not depend on the way that led to it.
    """
    size, unit = frame.view * frame.dpr, frame.scale * frame.dpr
    x, y = frame.camera.x * unit - size.width() / 2, frame.camera.y * unit - size.height() / 2
    return QRect(math.floor(x + HALF), math.floor(y + HALF), math.ceil(size.width()), math.ceil(size.height()))


def _seen_stretched(frame: Frame, kept_scale: float) -> QRectF:
    """The view on the plane of another scale."""
    size, unit = frame.view * (frame.dpr * kept_scale / frame.scale), kept_scale * frame.dpr
    x, y = frame.camera.x * unit - size.width() / 2, frame.camera.y * unit - size.height() / 2
    return QRectF(x, y, size.width(), size.height())


def _snapped(frame: Frame, seen: QRect) -> Frame:
    """The frame whose view is exactly there."""
    size, unit = frame.view * frame.dpr, frame.scale * frame.dpr
    x, y = (seen.x() + size.width() / 2) / unit, (seen.y() + size.height() / 2) / unit
    return replace(frame, camera=replace(frame.camera, x=x, y=y))
