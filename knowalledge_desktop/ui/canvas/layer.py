"""The still picture of the map, kept with a margin around the view, so that most frames are one copy of it.

It holds all but what changes without the map changing (hover, focus, turning arcs) and what keeps its
size close up (first lines). A pan shifts the view over the picture; a zoom stretches it while a sharp one is
drawn in the pauses. Where the picture does not reach, the small picture of the whole map is stretched. What comes
into view and is cheap is drawn before the frame is shown; all else is drawn in slices, so that no frame waits.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QRegion

from knowalledge_desktop.ui.canvas.kept import Kept, seen_by, snapped
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.scene import AREAS, LABELS, PILLS, Frame
from knowalledge_desktop.ui.canvas.world import World

AHEAD_PX = 96
"""Device pixels that are drawn beyond what a frame lacks, so that the next frames lack nothing."""
SLICE_MS = 3.5
"""Milliseconds that are drawn in a pause."""
ANEW, ANEW_LABELS = 1.3, 1.12
"""By how much a zoom stretches the picture before another is begun; labels keep their size, so sooner there."""
FAR_OFF = 1.6
"""By how much a zoom may leave the picture that is being drawn before it is given up for one of the new scale."""
HEAVY_DOTS, HEAVY_LABELS = 2500, 350
"""Topics in view, from afar and close up, that are more than one frame can draw."""
HUGE, FIRST_MS = 12_000, 8.0
"""The first picture of a map of so many topics comes in pieces, the first ones within so many milliseconds."""
WITH_WORLD = 200
"""Maps of more topics have a small picture of all of it."""
SAME = 1e-9
"""How much scales differ that count as one."""


class StillLayer:
    """Keeps what `MapRenderer` draws of one set of rows at one scale."""

    def __init__(self, renderer: MapRenderer) -> None:
        self._renderer = renderer
        self._front, self._back = Kept(self._draw), Kept(self._draw)
        self._world = World(self._draw)
        self._seen = QRect()
        self._ahead = False
        self._fresh = False
        self._patient = False
        self._in_pieces = False
        self._weighed: tuple[Rows, Frame, bool] | None = None

    @property
    def bytes(self) -> int:
        """Memory of the pictures."""
        return self._front.bytes + self._back.bytes + self._world.bytes

    @property
    def is_fresh(self) -> bool:
        """Whether the last frame drew the picture anew: the next one may do so again."""
        return self._fresh

    @property
    def lacks_margin(self) -> bool:
        """Whether `grow` has something to do."""
        return self._ahead or self._back.is_busy

    @property
    def is_sharpening(self) -> bool:
        """Whether a picture is being drawn that is to be shown when it is there."""
        return self._back.is_busy or self.shows_pieces

    @property
    def shows_pieces(self) -> bool:
        """Whether what is shown is the first picture as far as it is drawn."""
        return self._front.is_busy and self._front.valid.isEmpty()

    def forget(self) -> None:
        """Draw everything anew the next time."""
        self._front.forget()
        self._back.forget()
        self._world.forget()
        self._ahead = False

    def be_patient(self) -> None:
        """Let the next picture be unsharp until it is drawn in the pauses."""
        self._patient = True

    def paint(self, painter: QPainter, rows: Rows, frame: Frame) -> Frame:
        """Bring the map onto the painter. Returns the frame it is in, to the device pixel."""
        self._fresh = False
        front = self._front
        still = replace(
            frame, shown=replace(frame.shown, hover=-1, turn=0.0, focused=False, zooming=False), motion=None
        )
        if frame.motion is not None:
            if still.scale >= AREAS and not self._is_heavy(rows, still):
                self._ahead = False
                self._renderer.render(painter, rows, frame)
                return frame
            frame = replace(frame, motion=None)  # so many, or so far away, that no eye follows
        seen = seen_by(still)
        if self._shows(front, rows, still) and self._covers(still, seen):
            self._back.forget()
            return self._blit(painter, rows, frame, seen)
        if self._can_wait(rows, still, moving=frame.is_moving):
            self._sharpen(rows, still, seen, moving=frame.is_moving)
            if not self._shows(front, rows, still):
                self._stretch(painter, frame)
                self._renderer.captions(painter, rows, frame)
                return frame
        elif not self._draw_now(painter, rows, still, seen):
            return snapped(frame, seen)
        return self._blit(painter, rows, frame, seen)

    def grow(self) -> bool:
        """Draw one slice of what is lacking: the sharp picture, the margin, the small one of all.

        Returns whether more is lacking; ask `is_sharpening` before to know whether something new is to be shown.
        """
        if self._back.is_busy:
            self._back.step(SLICE_MS)
            if not self._back.is_busy:
                self._front, self._back = self._back, self._front
                self._back.forget()
                self._ahead = False  # the next frame says what it needs beyond itself
            return self._back.is_busy
        rows = self._front.rows
        if rows is None or not self._ahead:
            self._ahead = False
            return False
        if self._front.is_busy:
            self._front.step(SLICE_MS)
            return True
        side, has, wants = min(self._margins(), key=lambda margin: margin[1] / max(1, margin[2]))
        if has < wants:
            self._front.extend(side, min(AHEAD_PX, wants - has), at_once=False)
            self._front.step(SLICE_MS)
            return True
        if len(rows) > WITH_WORLD and self._world.lacks(rows):
            self._world.step(rows, SLICE_MS)
            return True
        self._back.release()
        self._ahead = False
        return False

    # --- what is kept ---

    def _draw(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        self._renderer.render(painter, rows, frame, captions=False)

    def _shows(self, kept: Kept, rows: Rows, still: Frame) -> bool:
        """Whether a picture is of these rows as they are to be shown, at this scale."""
        last = kept.frame
        if last is None or kept.rows is not rows or kept.valid.isEmpty():
            return False
        same = (last.view, last.dpr, last.shown) == (still.view, still.dpr, still.shown)
        return same and abs(still.scale / last.scale - 1.0) < SAME

    def _draw_now(self, painter: QPainter, rows: Rows, still: Frame, seen: QRect) -> bool:
        """Draw a new picture at once; of a huge map, what a frame can hold, and False while some is lacking."""
        front = self._front
        self._back.forget()
        last = front.frame
        begun = last is not None and front.is_busy and front.rows is rows and last == snapped(still, seen)
        if not begun:
            self._in_pieces = len(rows) >= HUGE or self._is_another_view(rows)
            front.begin(rows, snapped(still, seen), seen)
        if not self._in_pieces or not self._is_heavy(rows, still):
            front.finish()
            self._ahead = self._fresh = True
            return True
        if not begun:
            front.step(FIRST_MS)
        self._ahead = True
        self._seen = seen
        if not front.is_busy:
            return True
        painter.save()
        painter.scale(1 / still.dpr, 1 / still.dpr)
        whole = QRegion(QRect(QPoint(0, 0), seen.size()))
        lacking = whole.subtracted(front.blit_done(painter, seen))
        painter.setClipRegion(lacking, Qt.ClipOperation.IntersectClip)
        painter.fillRect(lacking.boundingRect(), self._renderer.ground)
        painter.restore()
        return False

    def _can_wait(self, rows: Rows, still: Frame, *, moving: bool) -> bool:
        """Whether there is something to show meanwhile, and reason to."""
        last = self._front.frame
        if last is None or self._front.valid.isEmpty() or (last.view, last.dpr) != (still.view, still.dpr):
            return False
        if self._front.rows is rows and (moving or self._patient):
            return True
        return self._is_heavy(rows, still) and not self._is_another_view(rows)

    def _is_another_view(self, rows: Rows) -> bool:
        """Whether what is kept is another view of the map: it says nothing of where topics are in this one."""
        return self._front.rows is not None and self._front.rows.style != rows.style

    def _is_heavy(self, rows: Rows, still: Frame) -> bool:
        """Whether more topics are in view than one frame can draw."""
        most = HEAVY_DOTS if still.scale < LABELS else HEAVY_LABELS
        if len(rows) <= most:
            return False
        if self._weighed is None or self._weighed[0] is not rows or self._weighed[1] != still:
            left, top, right, bottom = still.seen()
            inside = (rows.x >= left) & (rows.x <= right) & (rows.y >= top) & (rows.y <= bottom)
            self._weighed = (rows, still, int(np.count_nonzero(inside)) > most)
        return self._weighed[2]

    def _sharpen(self, rows: Rows, still: Frame, seen: QRect, *, moving: bool) -> None:
        """See to it that a sharp picture is drawn in the pauses."""
        if not moving:
            kept = self._back
            if kept.is_busy and self._shows_soon(kept, rows, still, seen):
                return
            self._back.begin(rows, snapped(still, seen), seen)
            return
        front, back = self._front.frame, self._back.frame
        most = ANEW if still.scale >= PILLS or still.scale < LABELS else ANEW_LABELS
        if self._back.is_busy and back is not None and self._back.rows is rows:
            if 1 / FAR_OFF < still.scale / back.scale < FAR_OFF:
                return
        elif front is not None and 1 / most < still.scale / front.scale < most:
            return
        self._back.begin(rows, snapped(still, seen), seen)

    def _shows_soon(self, kept: Kept, rows: Rows, still: Frame, seen: QRect) -> bool:
        last = kept.frame
        return (
            last is not None
            and kept.rows is rows
            and (last.view, last.dpr, last.shown) == (still.view, still.dpr, still.shown)
            and abs(still.scale / last.scale - 1.0) < SAME
            and seen_by(last).intersects(seen)
        )

    def _blit(self, painter: QPainter, rows: Rows, frame: Frame, seen: QRect) -> Frame:
        self._patient = False
        self._seen = seen
        self._ahead = self._ahead or self._is_near_its_end()
        painter.save()
        painter.scale(1 / frame.dpr, 1 / frame.dpr)
        self._front.blit(painter, seen)
        painter.restore()
        at_pixel = snapped(frame, seen)
        self._renderer.captions(painter, rows, at_pixel)
        return at_pixel

    def _stretch(self, painter: QPainter, frame: Frame) -> None:
        """Show what is there, bigger or smaller, and the small picture where it does not reach."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # noqa: FBT003 - Qt takes no keyword here
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)  # noqa: FBT003 - as above
        painter.scale(1 / frame.dpr, 1 / frame.dpr)
        view = frame.view * frame.dpr
        whole = QRegion(QRect(QPoint(0, 0), view.toSize()))
        covered = self._front.stretch(painter, view, frame)
        lacking = whole.subtracted(covered)
        pieces: list[QRect] = list(lacking)  # pyright: ignore[reportArgumentType] - iterable, the stubs miss it
        for piece in pieces:  # one by one: a clip of many pieces makes stretching slow
            painter.setClipRect(piece)
            if not self._world.covers(frame, piece):
                painter.fillRect(piece, self._renderer.ground)
            self._world.paint(painter, frame, piece)
        painter.restore()

    def _covers(self, still: Frame, wanted: QRect) -> bool:
        """Draw what of this is not there; False when too much is lacking."""
        front = self._front
        size, valid = front.room, front.valid
        if wanted.width() > size.width() or wanted.height() > size.height():
            return False
        common = valid.intersected(wanted)
        if common == wanted:
            return True
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
                front.extend(side, max(lacks, more), at_once=True)
        return True

    def _margins(self) -> tuple[tuple[str, int, int], ...]:
        """By side, how much there is beyond the view and how much there shall be."""
        seen, valid, size = self._seen, self._front.valid, self._front.room
        wide, high = (size.width() - seen.width()) // 2, (size.height() - seen.height()) // 2
        return (
            ("left", seen.left() - valid.left(), wide),
            ("right", valid.right() - seen.right(), wide),
            ("up", seen.top() - valid.top(), high),
            ("down", valid.bottom() - seen.bottom(), high),
        )

    def _is_near_its_end(self) -> bool:
        return any(2 * has < wants for _, has, wants in self._margins())
