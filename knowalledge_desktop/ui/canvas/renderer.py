"""One way to draw the map, for the screen and for pictures of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.canvas.bulk import draw_points
from knowalledge_desktop.ui.canvas.decor import Decor
from knowalledge_desktop.ui.canvas.edge_layer import EdgeLayer
from knowalledge_desktop.ui.canvas.link_layer import LinkLayer
from knowalledge_desktop.ui.canvas.metrics import NodeMetrics
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.motion import Motion
from knowalledge_desktop.ui.canvas.node_layer import NodeLayer
from knowalledge_desktop.ui.canvas.pills import Look, PillPainter, round_pen
from knowalledge_desktop.ui.canvas.scene import AREAS, LABELS, Frame, Shown
from knowalledge_desktop.ui.canvas.sprites import Thumbnail, no_thumbnail
from knowalledge_desktop.ui.icons import fill
from knowalledge_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from knowalledge_desktop.ui.canvas.far_layer import FarLayer

DOT_STEP, DOTS_FROM = 24.0, 0.5
"""Scene units between the dots of the ground, and the scale from which they are seen."""
TILE_PX = 256
"""About how big the tile of the ground is, in device pixels."""
BARS_FROM = 1000
"""Maps of more topics are areas and bars in a very small picture too."""
WITH_AREAS = frozenset((View.MIND.value, View.TREE.value, View.OUTLINE.value))
"""Views in which a branch has a part of the picture for itself."""


class MapRenderer:
    """Draws rows under a camera. Holds caches, no state of the map."""

    def __init__(self, theme: Theme, thumbnail: Thumbnail = no_thumbnail) -> None:
        self._theme = theme
        self.metrics = NodeMetrics(theme)
        self.pills = PillPainter(theme, self.metrics)
        self._edges = EdgeLayer(theme)
        self.links = LinkLayer(theme)
        self._decor = Decor(theme)
        self._nodes = NodeLayer(theme, self.metrics, self.pills, thumbnail)
        self._tile: tuple[tuple[int, float], QPixmap] | None = None
        self._late_far: FarLayer | None = None

    @property
    def _far(self) -> FarLayer:
        """What draws a map from afar; many are never seen so."""
        if self._late_far is None:
            from knowalledge_desktop.ui.canvas.far_layer import FarLayer

            self._late_far = FarLayer(self._theme)
        return self._late_far

    @property
    def ground(self) -> QColor:
        """The colour the map lies on."""
        return self._theme.color("bg.canvas")

    def look(self, rows: Rows, row: int, shown: Shown) -> Look:
        """How a topic's pill looks now."""
        return self._nodes.look(rows, row, shown)

    def paint_pill(self, painter: QPainter, rows: Rows, row: int, frame: Frame) -> None:
        """One pill over the picture."""
        self._nodes.pill(painter, rows, row, frame, 1.0)

    def render(self, painter: QPainter, rows: Rows, frame: Frame, *, captions: bool = True) -> None:
        """Draw everything that is seen, or all but the `captions`. The painter is in widget coordinates."""
        self._ground(painter, frame)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        motion = frame.motion
        if motion is not None:
            rows = self._moving(rows, motion)
        is_far = frame.scale < AREAS and rows.style in WITH_AREAS and motion is None
        if is_far:
            self._far.below(painter, rows, frame)
        painter.save()
        painter.setTransform(frame.camera.transform(frame.view), True)  # noqa: FBT003 - Qt takes no keyword here
        self._decor.below(painter, rows, frame)
        if is_far:
            self._edges.paint_path(painter, rows, frame)
        else:
            self._edges.paint(painter, rows, frame, self._plates(painter, rows, frame))
        self.links.paint(painter, rows, frame)
        self._decor.marks(painter, rows, frame)
        left = 1.0 - motion.shrunk() if motion else 0.0
        if motion and left > 0.0:
            self._edges.paint_leaving(painter, motion.before, motion.leaving, left)
        painter.restore()
        if motion and left > 0.0:
            for row in motion.leaving:
                self._nodes.pill(painter, motion.before, row, frame, max(0.01, left * 1.6 - 0.6))
        if is_far:
            self._far.topics(painter, rows, frame)
            self._nodes.paint_few(painter, rows, frame)
            self._far.names(painter, rows, frame)
            return
        self._nodes.paint(painter, rows, frame)
        if captions:
            self._nodes.captions(painter, rows, frame)

    def silhouette(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """Only edges and dots, for a very small picture; the painter is in the picture's coordinates."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if len(rows) > BARS_FROM and rows.style in WITH_AREAS:
            self._far.below(painter, rows, frame)
            self._far.topics(painter, rows, frame)
            return
        painter.save()
        painter.setTransform(frame.camera.transform(frame.view), True)  # noqa: FBT003 - Qt takes no keyword here
        self._edges.paint(painter, rows, frame)
        painter.restore()
        x = frame.view.width() / 2 + (rows.x - frame.camera.x) * frame.scale
        y = frame.view.height() / 2 + (rows.y - frame.camera.y) * frame.scale
        for depth in range(6):
            some = np.flatnonzero(np.minimum(rows.depth, 5) == depth)
            painter.setPen(
                round_pen(self._theme.depth(depth).line, 5.0 if depth == 0 else 3.0 if depth == 1 else 1.5)
            )
            draw_points(painter, x[some], y[some])

    def edges(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """Only the edges, as outlines, and what the view draws with them; the painter maps scene units."""
        self._decor.below(painter, rows, frame)
        self._decor.marks(painter, rows, frame)
        self._edges.paint_fine(painter, rows, frame)
        self.links.paint(painter, rows, frame)

    def captions(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """What stands beside the topics close up: it keeps its size on the screen, whatever the scale."""
        self._nodes.captions(painter, rows, frame)

    def _plates(self, painter: QPainter, rows: Rows, frame: Frame) -> Callable[[int], None] | None:
        """What hides edges that run below other branches; only from where no words are."""
        if frame.scale >= LABELS or rows.style not in WITH_AREAS or frame.motion is not None:
            return None
        return lambda depth: self._far.plates(painter, rows, frame, depth)

    def _ground(self, painter: QPainter, frame: Frame) -> None:
        whole = frame.part or QRectF(QPointF(0, 0), frame.view)
        if frame.scale < DOTS_FROM or frame.is_moving:
            fill(painter, QRectF(whole), self._theme.color("bg.canvas"))
            return
        step = max(1, round(DOT_STEP * frame.scale * frame.dpr))
        tile = self._dots(step, frame.dpr)
        box = QRectF(whole.topLeft() * frame.dpr, whole.size() * frame.dpr).toAlignedRect()
        at = (frame.at(0.0, 0.0) * frame.dpr).toPoint()
        side = tile.width()
        painter.save()
        painter.scale(1 / frame.dpr, 1 / frame.dpr)
        painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
        # One by one: as a brush, Qt would share the rows out to threads, whose start takes longer than all of it.
        for x in range(box.left() - (box.left() - at.x()) % side, box.right() + 1, side):
            for y in range(box.top() - (box.top() - at.y()) % side, box.bottom() + 1, side):
                painter.drawPixmap(x, y, tile)
        painter.restore()

    def _dots(self, step: int, dpr: float) -> QPixmap:
        """A tile of the ground with many dots: few big tiles are laid faster than many small ones."""
        if self._tile is None or self._tile[0] != (step, dpr):
            count = max(1, TILE_PX // step)
            tile = QPixmap(count * step, count * step)
            tile.fill(self._theme.color("bg.canvas"))
            dots, side = QPainter(tile), max(1.0, dpr)
            for number in range(count * count):
                x, y = number % count * step, number // count * step
                fill(dots, QRectF(x, y, side, side), self._theme.color("bg.canvasDot"))
            dots.end()
            self._tile = ((step, dpr), tile)
        return self._tile[1]

    def _moving(self, rows: Rows, motion: Motion) -> Rows:
        if motion.x0 is None or motion.y0 is None:
            return rows
        t = self._theme.easing("standard").valueForProgress(min(1.0, motion.at_ms / max(1.0, motion.total_ms)))
        return replace(rows, x=motion.x0 + (rows.x - motion.x0) * t, y=motion.y0 + (rows.y - motion.y0) * t)
