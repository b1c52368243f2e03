"""The map from afar: branches as coloured areas with their names, topics as bars where their titles would be."""

from __future__ import annotations

import math
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from knowalledge_desktop.ui.canvas.bulk import draw_lines, draw_rects
from knowalledge_desktop.ui.canvas.edges import smooth_segments
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.regions import AREA_PAD, GROUP, INNER, LEAF, Plan, Regions, planned
from knowalledge_desktop.ui.canvas.scene import Frame
from knowalledge_desktop.ui.theme import Theme

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

RADIUS_PX = 7.0
INK = {GROUP: 0.34, LEAF: 0.5, INNER: 0.85}
"""How much of its colour a bar has."""
TINTS = (0.75, 0.62, 0.55)
"""How much of its tint an area has, by depth."""
OUTLINED = 2
"""How deep areas are drawn where they have outlines instead of tints."""
HINT = 0.55
"""How much of its tint an area has while topics are still dots."""
EDGE_INK = (0.6, 0.6, 0.5, 0.42, 0.42)
SMOOTH_AT_MOST = 5000
MAX_NAMES, MAX_PLANS = 600, 6
STEPS = 4
"""For how many scales between one and its double there is a plan."""
PLATE_X, PLATE_Y = 6.0, 1.0


class FarLayer:
    """Draws rows at scales at which no title can be read; the painter is in widget coordinates."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._regions = Regions(Rows())
        self._plans: OrderedDict[int, Plan] = OrderedDict()
        self._fonts: dict[int, tuple[QFont, QFontMetricsF]] = {}
        self._names: OrderedDict[tuple[str, int, int, int], QPixmap] = OrderedDict()

    def regions(self, rows: Rows) -> Regions:
        """How far the branches reach."""
        if self._regions.rows is not rows:
            self._regions = Regions(rows)
            self._plans.clear()
        return self._regions

    def below(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """Areas and edges: the edges of a depth lie below its areas, so that none runs over another branch."""
        plan = self._plan(rows, frame.scale)
        transform = frame.camera.transform(frame.view)
        for depth in range(1, 6):
            painter.save()
            painter.setTransform(transform, True)  # noqa: FBT003 - Qt takes no keyword here
            self._edges(painter, rows, plan, depth, frame)
            painter.restore()
            if depth <= len(plan.areas):
                self._areas(painter, plan.areas[depth - 1], depth, frame)

    def plates(self, painter: QPainter, rows: Rows, frame: Frame, depth: int) -> None:
        """Cover what runs below the branches of a depth with hints of areas; the painter maps scene units."""
        regions = self.regions(rows)
        if not regions.is_wrapped or not 0 < depth <= len(regions.areas):
            return
        ground = self._theme.color("bg.canvas")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground if self._theme.is_contrast else self._theme.mix(ground, self._tint(depth), HINT))
        for row in self._in_view(regions.areas[depth - 1], frame).tolist():
            corner = QPointF(float(regions.left[row]), float(regions.top[row]) - AREA_PAD)
            far = QPointF(float(regions.right[row]), float(regions.bottom[row]) + AREA_PAD)
            painter.drawRoundedRect(QRectF(corner, far), RADIUS_PX / frame.scale, RADIUS_PX / frame.scale)

    def topics(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """The bars of topics, or of whole branches that are lower than a line."""
        plan = self._plan(rows, frame.scale)
        left, top, right, bottom = frame.seen()
        bars = plan.bars
        seen = (bars[:, 0] <= right) & (bars[:, 2] >= left) & (bars[:, 1] <= bottom) & (bars[:, 3] >= top)
        seen = np.flatnonzero(seen)
        if not len(seen):
            return
        unit, dpr = frame.scale * frame.dpr, frame.dpr
        corner = frame.at(0.0, 0.0) * dpr
        ends = np.empty((len(seen), 4))
        ends[:, 0] = np.floor(corner.x() + bars[seen, 0] * unit + 0.5)
        ends[:, 1] = np.floor(corner.y() + bars[seen, 1] * unit + 0.5)
        ends[:, 2] = np.maximum(np.floor(corner.x() + bars[seen, 2] * unit + 0.5) - ends[:, 0], dpr)
        ends[:, 3] = np.maximum(np.floor(corner.y() + bars[seen, 3] * unit + 0.5) - ends[:, 1], dpr)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # noqa: FBT003 - Qt takes no keyword here
        painter.setPen(Qt.PenStyle.NoPen)
        boxes = ends / dpr
        key = plan.bar_depth[seen] * 3 + plan.bar_kind[seen]
        ground = self._theme.color("bg.canvas")
        for each in np.unique(key).tolist():
            depth, kind = divmod(each, 3)
            ink = 1.0 if self._theme.is_contrast else INK[kind]
            painter.setBrush(self._theme.mix(ground, self._theme.depth(depth).line, ink))
            draw_rects(painter, boxes[key == each])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def names(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """The names of areas, over everything."""
        plan = self._plan(rows, frame.scale)
        left, top, right, bottom = frame.seen()
        x, y, wide, high = plan.name_boxes
        wide, high = (wide + 1.0) / frame.scale, (high + 1.0) / frame.scale  # they are put on whole pixels
        seen = (x - wide <= right) & (x + wide >= left) & (y - high <= bottom) & (y + high >= top)
        for number in np.flatnonzero(seen).tolist():
            name = plan.names[number]
            at = frame.at(name.x, name.y)
            picture = self._name(name.text, name.size, int(rows.depth[name.row]), frame.dpr)
            corner = QPointF(frame.snapped(at.x() - name.wide / 2), frame.snapped(at.y() - name.high / 2))
            painter.drawPixmap(corner, picture)

    # --- inside ---

    def _plan(self, rows: Rows, scale: float) -> Plan:
        """For the next smaller of some scales: there, names are closer to each other, so none overlap here."""
        regions = self.regions(rows)
        step = math.floor(math.log2(scale) * STEPS + 1e-9)
        found = self._plans.get(step)
        if found is None:
            found = self._plans[step] = planned(regions, 2.0 ** (step / STEPS), self._size)
            if len(self._plans) > MAX_PLANS:
                self._plans.popitem(last=False)
        return found

    def _edges(self, painter: QPainter, rows: Rows, plan: Plan, depth: int, frame: Frame) -> None:
        chosen = plan.edges[depth - 1]
        if not len(chosen):
            return
        (left, top, right, bottom), pad = frame.seen(), 2.0 / frame.scale
        from_x, from_y, to_x, to_y = plan.edge_boxes[depth - 1]
        seen = (from_x <= right + pad) & (to_x >= left - pad) & (from_y <= bottom + pad) & (to_y >= top - pad)
        chosen = chosen[seen]
        if not len(chosen):
            return
        lines = smooth_segments(rows, chosen, frame.scale)
        ground = self._theme.color("bg.canvas")
        ink = 1.0 if self._theme.is_contrast else EDGE_INK[depth - 1]
        pen = QPen(self._theme.mix(ground, self._theme.depth(depth).line, ink), 1.0 if depth > 1 else 1.5)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(lines) <= SMOOTH_AT_MOST)
        draw_lines(painter, lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _areas(self, painter: QPainter, chosen: Ints, depth: int, frame: Frame) -> None:
        if self._theme.is_contrast and depth > OUTLINED:
            return
        painter.setBrush(self._tint(depth))
        border = self._theme.color("text.primary") if self._theme.is_contrast else None
        painter.setPen(QPen(border, 1.0) if border is not None else Qt.PenStyle.NoPen)
        regions = self._regions
        pad = min(AREA_PAD, 3.0 / frame.scale) if depth > 1 else AREA_PAD
        for row in self._in_view(chosen, frame).tolist():
            corner = frame.at(float(regions.left[row]) - pad, float(regions.top[row]) - pad)
            far = frame.at(float(regions.right[row]) + pad, float(regions.bottom[row]) + pad)
            radius = min(RADIUS_PX, (far.y() - corner.y()) / 4)
            painter.drawRoundedRect(QRectF(corner, far), radius, radius)

    def _in_view(self, chosen: Ints, frame: Frame) -> Ints:
        regions, (left, top, right, bottom) = self._regions, frame.seen()
        pad = AREA_PAD + 2.0 / frame.scale
        return chosen[
            (regions.left[chosen] <= right + pad)
            & (regions.right[chosen] >= left - pad)
            & (regions.top[chosen] <= bottom + pad)
            & (regions.bottom[chosen] >= top - pad)
        ]

    def _tint(self, depth: int) -> QColor:
        ground = self._theme.color("bg.canvas")
        if self._theme.is_contrast:
            return ground
        return self._theme.mix(ground, self._theme.depth(depth).tint, TINTS[depth - 1])

    def _font(self, size: int) -> tuple[QFont, QFontMetricsF]:
        found = self._fonts.get(size)
        if found is None:
            font = QFont(self._theme.font("node1" if size > 11 else "caption"))
            font.setPixelSize(round(size * self._theme.scale))
            found = self._fonts[size] = (font, QFontMetricsF(font))
        return found

    def _size(self, text: str, size: int) -> tuple[float, float]:
        metrics = self._font(size)[1]
        return math.ceil(metrics.horizontalAdvance(text)) + 2 * PLATE_X, math.ceil(metrics.height()) + 2 * PLATE_Y

    def _name(self, text: str, size: int, depth: int, dpr: float) -> QPixmap:
        """A name on a plate of its area's colour, through which what lies below shimmers."""
        key = (text, size, depth, round(dpr * 100))
        found = self._names.get(key)
        if found is None:
            (font, metrics), (wide, high) = self._font(size), self._size(text, size)
            found = QPixmap(math.ceil(wide * dpr), math.ceil(high * dpr))
            found.setDevicePixelRatio(dpr)
            found.fill(Qt.GlobalColor.transparent)
            painter = QPainter(found)
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
            plate = QColor(self._tint(depth))
            plate.setAlphaF(1.0 if self._theme.is_contrast else 0.86)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(plate)
            painter.drawRoundedRect(QRectF(0, 0, wide, high), high / 3, high / 3)
            painter.setFont(font)
            painter.setPen(self._theme.color("text.primary" if depth < 3 else "text.secondary"))
            painter.drawText(QPointF(PLATE_X, PLATE_Y + metrics.ascent()), text)
            painter.end()
            self._names[key] = found
            if len(self._names) > MAX_NAMES:
                self._names.popitem(last=False)
        return found
