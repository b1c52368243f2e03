"""The still picture of the map, kept so that panning and turning arcs draw almost nothing anew."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPixmap, QRegion

from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.scene import Frame

WHOLE = 1e-3
"""How near to whole device pixels a pan must be to be a shift of the picture."""


class StillLayer:
    """A picture of what `MapRenderer` draws. A pan shifts it and draws only the strips that came in."""

    def __init__(self, renderer: MapRenderer) -> None:
        self._renderer = renderer
        self._picture = QPixmap()
        self._rows: Rows | None = None
        self._frame: Frame | None = None

    def paint(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """Bring the map onto the painter; what moves is drawn directly."""
        if frame.motion is not None or frame.is_moving:
            self._rows = None
            self._renderer.render(painter, rows, frame)
            return
        still = replace(frame, shown=replace(frame.shown, hover=-1, turn=0.0, focused=False))
        shift = self._shift(rows, still)
        if shift is None:
            self._draw_all(rows, still)
        elif shift != (0, 0):
            self._shift_by(*shift, rows, still)
        self._rows, self._frame = rows, still
        painter.drawPixmap(QPointF(0.0, 0.0), self._picture)

    def forget(self) -> None:
        """Draw everything anew the next time."""
        self._rows = None

    def _shift(self, rows: Rows, frame: Frame) -> tuple[int, int] | None:
        """Device pixels by which the kept picture is off; None when it cannot be used."""
        last = self._frame
        if last is None or self._rows is not rows:
            return None
        if (last.view, last.dpr, last.shown, last.scale) != (frame.view, frame.dpr, frame.shown, frame.scale):
            return None
        unit = frame.scale * frame.dpr
        dx, dy = (last.camera.x - frame.camera.x) * unit, (last.camera.y - frame.camera.y) * unit
        if abs(dx - round(dx)) > WHOLE or abs(dy - round(dy)) > WHOLE:
            return None
        if abs(dx) >= self._picture.width() or abs(dy) >= self._picture.height():
            return None
        return round(dx), round(dy)

    def _draw_all(self, rows: Rows, frame: Frame) -> None:
        size = QSize(math.ceil(frame.view.width() * frame.dpr), math.ceil(frame.view.height() * frame.dpr))
        if self._picture.size() != size:
            self._picture = QPixmap(size)
        self._picture.setDevicePixelRatio(frame.dpr)
        self._draw(rows, frame)

    def _shift_by(self, dx: int, dy: int, rows: Rows, frame: Frame) -> None:
        width, height = self._picture.width(), self._picture.height()
        self._picture.scroll(dx, dy, self._picture.rect())
        if dx:
            self._draw_strip(QRect(0 if dx > 0 else width + dx, 0, abs(dx), height), rows, frame)
        if dy:
            self._draw_strip(QRect(0, 0 if dy > 0 else height + dy, width, abs(dy)), rows, frame)

    def _draw_strip(self, strip: QRect, rows: Rows, frame: Frame) -> None:
        dpr = frame.dpr
        part = QRectF(strip.x() / dpr, strip.y() / dpr, strip.width() / dpr, strip.height() / dpr)
        self._draw(rows, replace(frame, part=part))

    def _draw(self, rows: Rows, frame: Frame) -> None:
        painter = QPainter(self._picture)
        try:
            if frame.part is not None:
                painter.setClipRegion(QRegion(frame.part.toAlignedRect()))
            self._renderer.render(painter, rows, frame)
        finally:
            painter.end()
