"""The still picture of the map, kept with a margin around the view, so that most frames are one copy of it.

It holds all but what changes without the map changing (hover, focus, turning arcs) and what keeps its
size close up (first lines). A pan shifts the view over the picture; a zoom stretches it until it rests or
the picture is too coarse. What comes into view and is not there yet is drawn before the frame is shown,
so nothing is ever blank; the margin is drawn ahead in slices while nothing else happens.
"""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QElapsedTimer, QRect, QRectF, QSize
from PySide6.QtGui import QPainter

from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.ring import Ring
from knowalledge_desktop.ui.canvas.scene import LABELS, PILLS, Frame

MARGIN = 0.25
"""What is kept on each side of the view, as a part of it: 2.25 times the view's bytes in all."""
AHEAD_PX = 96
"""Device pixels that are drawn beyond what a frame lacks, so that the next frames lack nothing."""
STRETCHED, STRETCHED_LABELS = 1.6, 1.25
"""By how much the picture is stretched at most; less where it has labels, which keep their size."""
SLICE_MS, THINNEST, THICKEST = 3.5, 16, 256
"""Milliseconds a slice of the margin shall take, and the device pixels it may be thick."""
SAME = 1e-9
"""How much scales differ that count as one."""


class StillLayer:
    """Keeps what `MapRenderer` draws of one set of rows at one scale."""

    def __init__(self, renderer: MapRenderer) -> None:
        self._renderer = renderer
        self._ring = Ring()
        self._rows: Rows | None = None
        self._frame: Frame | None = None
        self._valid = QRect()
        self._seen = QRect()
        self._ahead = False
        self._fresh = False
        self._slice = AHEAD_PX

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
            seen = self._seen_stretched(frame, stretch)
            if self._covers(seen.toAlignedRect()):
                self._ahead = False
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)  # noqa: FBT003 - Qt takes no keyword here
                self._ring.stretch(painter, seen, stretch / frame.dpr)
                self._renderer.captions(painter, rows, frame)
                return frame
        if stretch != 1.0 or not self._covers(self._seen_exactly(still)):
            self._begin(rows, still)
        seen = self._seen_exactly(still)
        self._seen = seen
        self._ahead = self._ahead or self._is_near_its_end()
        painter.save()
        painter.scale(1 / frame.dpr, 1 / frame.dpr)
        self._ring.blit(painter, seen)
        painter.restore()
        snapped = replace(frame, camera=self._camera_at(seen, still))
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

    def _begin(self, rows: Rows, still: Frame) -> None:
        """Draw the view anew."""
        view = _pixels(still)
        size = QSize(*(math.ceil(side * (1 + 2 * MARGIN) / 64) * 64 for side in (view.width(), view.height())))
        self._ring.resize(size)
        self._rows, self._frame, self._valid = rows, still, QRect()
        whole = QRect(0, 0, view.width(), view.height())
        self._draw(whole)
        self._valid = whole
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
            painter.scale(dpr, dpr)
            part = QRectF(piece.x() / dpr, piece.y() / dpr, piece.width() / dpr, piece.height() / dpr)
            self._renderer.render(painter, rows, replace(frame, part=part), captions=False)

    # --- where the view is on the plane; its corner is the origin when the picture is begun ---

    def _seen_exactly(self, still: Frame) -> QRect:
        if self._frame is None:
            return QRect()
        first, unit = self._frame.camera, still.scale * still.dpr
        size = _pixels(still)
        x, y = round((still.camera.x - first.x) * unit), round((still.camera.y - first.y) * unit)
        return QRect(x, y, size.width(), size.height())

    def _seen_stretched(self, frame: Frame, stretch: float) -> QRectF:
        if self._frame is None:
            return QRectF()
        first, dpr = self._frame.camera, frame.dpr
        corner = first.to_view(frame.camera.x, frame.camera.y, frame.view) * dpr
        size = frame.view * dpr / stretch
        return QRectF(corner.x() - size.width() / 2, corner.y() - size.height() / 2, size.width(), size.height())

    def _camera_at(self, seen: QRect, still: Frame) -> Camera:
        first, unit = (self._frame or still).camera, still.scale * still.dpr
        return replace(still.camera, x=first.x + seen.x() / unit, y=first.y + seen.y() / unit)


def _pixels(frame: Frame) -> QSize:
    """The view in device pixels."""
    return QSize(math.ceil(frame.view.width() * frame.dpr), math.ceil(frame.view.height() * frame.dpr))
