"""One way to draw the map, for the screen and for pictures of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen, QPixmap

from knowalledge_desktop.ui.canvas.bulk import draw_lines, draw_points
from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.edges import EdgeShapes, curve, ends, ribbon, segments
from knowalledge_desktop.ui.canvas.metrics import NodeMetrics
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.motion import Motion
from knowalledge_desktop.ui.canvas.pills import IDLE, Look, PillPainter, round_pen
from knowalledge_desktop.ui.canvas.sprites import Sprites
from knowalledge_desktop.ui.theme import Theme

PILLS, LABELS, FIRST_LINES, AREAS = 0.85, 0.45, 1.4, 0.2
"""Scales at which detail appears or goes (design: level of detail)."""
RIBBONS_AT_MOST = 160
"""Filled edges drawn one by one; beyond that, lines in bulk."""
REST = 0.62
"""How much of its colour an edge has when it is not on the path to the selection."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown besides the map itself. Rows are -1 where there is none."""

    selected: int = -1
    hover: int = -1
    focused: bool = False
    states: Mapping[str, str] = field(default_factory=dict[str, str])
    turn: float = 0.0
    zooming: bool = False


class MapRenderer:
    """Draws rows under a camera. Holds caches, no state of the map."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.metrics = NodeMetrics(theme)
        self.pills = PillPainter(theme, self.metrics)
        self._sprites = Sprites(self.pills)
        self._edges = EdgeShapes(Rows())
        self._edges_of: Rows | None = None
        self._dots: dict[float, QPixmap] = {}
        self.blurred = False

    def look(self, rows: Rows, row: int, shown: Shown) -> Look:
        """How a topic's pill looks now."""
        depth = int(rows.depth[row])
        return Look(
            self.metrics.label(rows.titles[row], depth),
            min(depth, 5),
            int(rows.side[row]),
            float(rows.w[row]),
            float(rows.h[row]),
            bool(rows.explained[row]),
            shown.states.get(rows.ids[row], IDLE),
            int(rows.hidden[row]),
            row == shown.hover,
        )

    def render(
        self,
        painter: QPainter,
        rows: Rows,
        camera: Camera,
        view: QSizeF,
        shown: Shown,
        motion: Motion | None = None,
    ) -> None:
        """Draw everything that is seen. The painter is in widget coordinates."""
        self.blurred = False
        dpr = painter.device().devicePixelRatioF()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self._background(painter, camera, view, dpr)
        if motion is not None:
            rows = self._moving(rows, motion)
        self._shapes(rows)
        world = camera.transform(view)
        corner, far = (
            camera.to_scene(QPointF(0, 0), view),
            camera.to_scene(QPointF(view.width(), view.height()), view),
        )
        seen = rows.inside(corner.x() - 20, corner.y() - 20, far.x() + 20, far.y() + 20)
        painter.save()
        painter.setTransform(world, True)
        if camera.scale < AREAS:
            self._areas(painter, rows)
        self._draw_edges(painter, rows, (corner, far), camera.scale, motion)
        self._path(painter, rows, shown.selected, camera.scale)
        painter.restore()
        if motion is not None:
            self._draw_leaving(painter, motion, camera, view, shown, dpr)
            self._draw_nodes(painter, rows, seen, camera, view, shown, dpr, motion)
        else:
            self._draw_nodes(painter, rows, seen, camera, view, shown, dpr, None)

    # --- layers ---

    def _background(self, painter: QPainter, camera: Camera, view: QSizeF, dpr: float) -> None:
        painter.fillRect(QRectF(QPointF(0, 0), view), self._theme.color("bg.canvas"))
        if camera.scale < 0.5:
            return
        step = 24.0 * camera.scale
        tile = self._dots.get(step * dpr)
        if tile is None:
            size = max(1, round(step * dpr))
            tile = QPixmap(size, size)
            tile.fill(self._theme.color("bg.canvas"))
            dots = QPainter(tile)
            dots.fillRect(QRectF(0, 0, max(1.0, dpr), max(1.0, dpr)), self._theme.color("bg.canvasDot"))
            dots.end()
            tile.setDevicePixelRatio(dpr)
            self._dots = {step * dpr: tile}
        origin = camera.to_view(0.0, 0.0, view)
        brush = QBrush(tile)
        painter.setBrushOrigin(QPointF(round(origin.x()), round(origin.y())))
        painter.fillRect(QRectF(QPointF(0, 0), view), brush)

    def _shapes(self, rows: Rows) -> None:
        if self._edges_of is not rows:
            self._edges, self._edges_of = EdgeShapes(rows), rows

    def _moving(self, rows: Rows, motion: Motion) -> Rows:
        if motion.x0 is None or motion.y0 is None:
            return rows
        t = self._theme.easing("standard").valueForProgress(min(1.0, motion.at_ms / max(1.0, motion.total_ms)))
        return replace(rows, x=motion.x0 + (rows.x - motion.x0) * t, y=motion.y0 + (rows.y - motion.y0) * t)

    def _areas(self, painter: QPainter, rows: Rows) -> None:
        """Far away a branch is a coloured area with its name."""
        top = np.zeros(len(rows), np.int32)
        for row in range(1, len(rows)):
            top[row] = row if rows.parent[row] == 0 else top[rows.parent[row]]
        for branch in np.unique(top[1:]):
            mine = top == branch
            left, right = (rows.x - rows.w / 2)[mine].min(), (rows.x + rows.w / 2)[mine].max()
            up, down = (rows.y - rows.h / 2)[mine].min(), (rows.y + rows.h / 2)[mine].max()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.depth(1 + int(branch) % 5).tint)
            painter.drawRoundedRect(QRectF(left - 12, up - 12, right - left + 24, down - up + 24), 40, 40)

    def _draw_edges(
        self, painter: QPainter, rows: Rows, seen: tuple[QPointF, QPointF], scale: float, motion: Motion | None
    ) -> None:
        chosen = self._edges_seen(rows, *seen)
        growing = motion.born if motion else {}
        if scale >= LABELS and len(chosen) <= RIBBONS_AT_MOST:
            painter.setPen(Qt.PenStyle.NoPen)
            for row in chosen.tolist():
                part = motion.grown(row) if motion and row in growing else 1.0
                self._ribbon(painter, rows, row, part)
            return
        pieces = 6 if len(chosen) < 2000 else 3
        for depth in range(1, 6):
            deep = rows.depth[chosen] >= 5 if depth == 5 else rows.depth[chosen] == depth
            some = chosen[deep]
            if len(some):
                pen = QPen(self._edge_colour(depth), 0.0 if scale < LABELS else 1.2 / scale)
                painter.setPen(pen)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(some) < 1500)
                draw_lines(painter, segments(rows, some, pieces))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _ribbon(self, painter: QPainter, rows: Rows, row: int, part: float) -> None:
        if part <= 0.0:
            return
        depth = int(rows.depth[row])
        colour = self._edge_colour(depth)
        if rows.related[row]:
            self._dotted(painter, self._edges.points(row), colour, part)
            return
        painter.setBrush(colour)
        if part >= 1.0:
            painter.drawPath(self._edges.ribbon(row))
            return
        points = self._edges.points(row)
        eased = self._theme.easing("grow").valueForProgress(part)
        painter.drawPath(ribbon(points, depth - 1, eased))
        tip = points[min(len(points) - 1, max(1, round(len(points) * eased)) - 1)]
        painter.setBrush(self._theme.color("accent.base"))
        painter.drawEllipse(QPointF(*tip.tolist()), 2.5, 2.5)

    def _dotted(self, painter: QPainter, points: NDArray[np.float64], colour: QColor, part: float) -> None:
        pen = QPen(colour, 1.6, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.RoundCap)
        pen.setDashPattern([0.6, 3.0])
        painter.setPen(pen)
        count = max(2, round(len(points) * part))
        painter.drawPolyline([QPointF(x, y) for x, y in points[:count].tolist()])
        painter.setPen(Qt.PenStyle.NoPen)

    def _edges_seen(self, rows: Rows, corner: QPointF, far: QPointF) -> NDArray[np.int32]:
        child = np.arange(1, len(rows), dtype=np.int32)
        parent = rows.parent[1:]
        left, right = np.minimum(rows.x[child], rows.x[parent]), np.maximum(rows.x[child], rows.x[parent])
        up, down = np.minimum(rows.y[child], rows.y[parent]), np.maximum(rows.y[child], rows.y[parent])
        seen = (left <= far.x()) & (right >= corner.x()) & (up <= far.y()) & (down >= corner.y())
        return child[seen & (parent >= 0)]

    def _edge_colour(self, depth: int) -> QColor:
        return self._theme.mix(self._theme.color("bg.canvas"), self._theme.depth(depth).line, REST)

    def _path(self, painter: QPainter, rows: Rows, selected: int, scale: float) -> None:
        """The way from the root to the selection, in full colour."""
        row = selected
        painter.setPen(Qt.PenStyle.NoPen)
        while row > 0:
            colour = self._theme.depth(int(rows.depth[row])).line
            if scale >= LABELS and not rows.related[row]:
                painter.setBrush(colour)
                painter.drawPath(self._edges.ribbon(row))
            else:
                painter.setPen(QPen(colour, 2.0 / scale))
                points = self._edges.points(row)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPolyline([QPointF(x, y) for x, y in points.tolist()])
                painter.setPen(Qt.PenStyle.NoPen)
            row = int(rows.parent[row])

    # --- topics ---

    def _draw_nodes(
        self,
        painter: QPainter,
        rows: Rows,
        seen: NDArray[np.int32],
        camera: Camera,
        view: QSizeF,
        shown: Shown,
        dpr: float,
        motion: Motion | None,
    ) -> None:
        scale = camera.scale
        if scale >= PILLS:
            pills, dots = seen, seen[:0]
        else:
            near = rows.depth[seen] <= (1 if scale >= LABELS else 0)
            pills, dots = seen[near], seen[~near]
        if len(dots):
            self._draw_dots(painter, rows, dots, camera, view, shown, dpr)
        for row in pills.tolist():
            grown = motion.grown(row) if motion else 1.0
            opacity = min(1.0, max(0.0, (grown - 0.6) / 0.4))
            if opacity > 0.0:
                self._pill(painter, rows, row, camera, view, shown, dpr, opacity)
        if scale >= FIRST_LINES:
            self._first_lines(painter, rows, pills, camera, view, dpr)

    def _pill(
        self,
        painter: QPainter,
        rows: Rows,
        row: int,
        camera: Camera,
        view: QSizeF,
        shown: Shown,
        dpr: float,
        opacity: float,
    ) -> None:
        look = self.look(rows, row, shown)
        picture, sharp = self._sprites.pill(look, camera.scale * dpr, exact=not shown.zooming)
        extent = self._sprites.extent(look)
        at = camera.to_view(float(rows.x[row]), float(rows.y[row]), view)
        if opacity < 1.0:
            painter.setOpacity(opacity)
        if sharp:
            # On whole device pixels, so that hairlines and letters stay crisp.
            left = round((at.x() + extent.left() * camera.scale) * dpr) / dpr
            top = round((at.y() + extent.top() * camera.scale) * dpr) / dpr
            picture.setDevicePixelRatio(dpr)
            painter.drawPixmap(QPointF(left, top), picture)
        else:
            self.blurred = True
            target = QRectF(
                at.x() + extent.left() * camera.scale,
                at.y() + extent.top() * camera.scale,
                extent.width() * camera.scale,
                extent.height() * camera.scale,
            )
            picture.setDevicePixelRatio(1.0)
            painter.drawPixmap(target, picture, QRectF(picture.rect()))
        if opacity < 1.0:
            painter.setOpacity(1.0)

    def _draw_dots(
        self,
        painter: QPainter,
        rows: Rows,
        dots: NDArray[np.int32],
        camera: Camera,
        view: QSizeF,
        shown: Shown,
        dpr: float,
    ) -> None:
        scale = camera.scale
        # The dot sits where the edge meets the pill, so the picture stays whole.
        x = view.width() / 2 + (rows.x[dots] - rows.side[dots] * rows.w[dots] / 2 - camera.x) * scale
        y = view.height() / 2 + (rows.y[dots] - camera.y) * scale
        size = 7.0 if scale >= LABELS else min(6.0, max(2.5, 14.0 * scale))
        canvas = self._theme.color("bg.canvas")
        for depth in range(1, 6):
            deep = rows.depth[dots] >= 5 if depth == 5 else rows.depth[dots] == depth
            if not deep.any():
                continue
            painter.setPen(round_pen(self._theme.depth(depth).line, size))
            draw_points(painter, x[deep], y[deep])
            hollow = deep & ~rows.explained[dots]
            if size >= 5.0 and hollow.any():
                painter.setPen(round_pen(canvas, size - 3.2))
                draw_points(painter, x[hollow], y[hollow])
        font = self._label_font()
        for i, row in enumerate(dots.tolist()):
            if scale >= LABELS or rows.depth[row] <= 1 or row in (shown.selected, shown.hover):
                self._dot_label(painter, rows, row, float(x[i]), float(y[i]), font, dpr)

    def _dot_label(
        self, painter: QPainter, rows: Rows, row: int, x: float, y: float, font: QFont, dpr: float
    ) -> None:
        title = self.metrics.label(rows.titles[row], int(rows.depth[row]))
        picture = self._sprites.label(title, font, self._theme.color("text.primary"), dpr)
        width, height = picture.width() / dpr, picture.height() / dpr
        left = x + 6.0 if rows.side[row] > 0 else x - 6.0 - width
        painter.drawPixmap(QPointF(round(left * dpr) / dpr, round((y - height / 2) * dpr) / dpr), picture)

    def _label_font(self) -> QFont:
        font = QFont(self._theme.font("small"))
        font.setPixelSize(round(11 * self._theme.scale))
        return font

    def _first_lines(
        self, painter: QPainter, rows: Rows, seen: NDArray[np.int32], camera: Camera, view: QSizeF, dpr: float
    ) -> None:
        """Close up, what a topic is about, beside those that have room on their far side."""
        font = self._label_font()
        for row in seen.tolist():
            summary = rows.summaries[row]
            if not summary or not rows.leaf[row] or row == 0:
                continue
            text = summary if len(summary) <= 60 else summary[:59].rstrip() + "…"
            picture = self._sprites.label(text, font, self._theme.color("text.tertiary"), dpr)
            width, height = picture.width() / dpr, picture.height() / dpr
            edge = float(rows.x[row]) + rows.side[row] * float(rows.w[row]) / 2
            at = camera.to_view(edge, float(rows.y[row]), view)
            left = at.x() + 8.0 if rows.side[row] > 0 else at.x() - 8.0 - width
            painter.drawPixmap(QPointF(round(left), round(at.y() - height / 2)), picture)

    def _draw_leaving(
        self, painter: QPainter, motion: Motion, camera: Camera, view: QSizeF, shown: Shown, dpr: float
    ) -> None:
        left = 1.0 - motion.shrunk()
        if left <= 0.0:
            return
        rows = motion.before
        painter.save()
        painter.setTransform(camera.transform(view), True)
        painter.setPen(Qt.PenStyle.NoPen)
        for row in motion.leaving:
            if rows.parent[row] >= 0:
                start, end = ends(rows, row)
                painter.setBrush(self._edge_colour(int(rows.depth[row])))
                points = curve(start, end, steep=rows.parent[row] == 0)
                painter.drawPath(ribbon(points, int(rows.depth[row]) - 1, left))
        painter.restore()
        for row in motion.leaving:
            self._pill(painter, rows, row, camera, view, shown, dpr, max(0.0, left * 1.6 - 0.6) or 0.01)
