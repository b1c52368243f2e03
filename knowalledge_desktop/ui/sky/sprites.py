"""Pictures of dots, stars and names, drawn once and laid many at a time."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QRadialGradient,
)
from shiboken6 import Shiboken

from knowalledge_desktop.ui.sky.palette import Palette

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RADII = (0.85, 1.1, 1.5, 2.1, 2.9)
"""Pixels, by size, when everything is seen."""
GROWTH = 0.42
"""Power of the scale with which dots grow."""
STAR, LISTED = 7.0, 2.9
"""Pixels from the middle of a star to its points, and the radius of the ring of a topic that is only listed."""
GLOW = 2.3
"""How far the glow reaches, in sizes of the star."""
_WAIST = 0.34
_PHASES = 2  # positions between pixels, each way, for small dots; larger ones stand on whole pixels
FINE_UP_TO = 1.6
"""Growth up to which dots have positions between pixels."""
MAX_NAMES = 2_500


def growth(scale: float, fit: float) -> float:
    """By how much dots are larger than when everything is seen."""
    return min(4.2, max(0.8, (scale / fit) ** GROWTH))


def star_path(middle: QPointF, reach: float) -> QPainterPath:
    """A star of four points."""
    points = QPolygonF()
    for corner in range(8):
        radius = reach if corner % 2 == 0 else reach * _WAIST
        angle = corner * math.pi / 4
        points.append(middle + QPointF(radius * math.sin(angle), -radius * math.cos(angle)))
    path = QPainterPath()
    path.addPolygon(points)
    path.closeSubpath()
    return path


class Sheet:
    """All dots and stars of one size on one pixmap, each at several places between the pixels."""

    def __init__(self, palette: Palette, grown: float, dpr: float) -> None:
        self.grown, self.dpr = grown, dpr
        self._hues, self._sizes = len(palette.dots), len(RADII)
        phases = self._phases = _PHASES if grown <= FINE_UP_TO else 1
        reach = STAR * (0.75 + 0.25 * grown)
        ring = LISTED * (0.6 + 0.4 * grown)
        self.radii = np.array([radius * grown for radius in RADII])
        self.star, self.ring = reach, ring
        far = [*self.radii.tolist(), reach * (GLOW if palette.has_glow else 1.2), ring + 1.5]
        # Whole pixels, odd, so that each cell has a middle one.
        self._cells = np.array([2 * math.ceil((each + 1.0) * dpr) + 3 for each in far], np.int64)
        self._lefts = np.concatenate([[0], np.cumsum(self._cells)[:-1]])
        rows = self._hues * phases * phases
        high = int(self._cells.max())
        self._high = high
        self.picture = QPixmap(int(self._cells.sum()), high * rows)
        self.picture.fill(Qt.GlobalColor.transparent)
        self._steps = self._drawing(palette, len(far))

    def finish(self) -> None:
        """Draw what is not drawn yet."""
        for _ in self._steps:
            pass

    def go_on(self) -> bool:
        """Draw a part of it; whether there was one left."""
        return next(self._steps, None) is not None

    def _drawing(self, palette: Palette, kinds: int) -> Iterator[int]:
        phases, high = self._phases, self._high
        for hue in range(self._hues):
            painter = QPainter(self.picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for phase in range(phases * phases):
                top = (hue * phases * phases + phase) * high
                off = QPointF(phase % phases + 0.5, phase // phases + 0.5) / phases
                for kind in range(kinds):
                    if kind >= self._sizes and hue:
                        continue  # stars have one colour
                    cell = int(self._cells[kind])
                    middle = QPointF(int(self._lefts[kind]) + cell // 2, top + cell // 2) + off
                    self._draw(painter, palette, kind, hue, middle)
            painter.end()
            yield hue

    def _draw(self, painter: QPainter, palette: Palette, kind: int, hue: int, middle: QPointF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        if kind < self._sizes:
            painter.setBrush(palette.dots[hue])
            radius = float(self.radii[kind]) * self.dpr
            painter.drawEllipse(middle, radius, radius)
        elif kind == self._sizes:
            reach = self.star * self.dpr
            if palette.has_glow:
                glow = QRadialGradient(middle, reach * GLOW)
                for at, strength in ((0.0, 0.62), (0.35, 0.30), (0.7, 0.07), (1.0, 0.0)):
                    colour = QColor(palette.glow)
                    colour.setAlphaF(strength)
                    glow.setColorAt(at, colour)
                painter.setBrush(glow)
                painter.drawEllipse(middle, reach * GLOW, reach * GLOW)
            painter.setBrush(palette.ground)  # a border all around keeps it apart from what it lies on
            painter.drawPath(star_path(middle, reach * 1.22))
            painter.setBrush(palette.star)
            painter.drawPath(star_path(middle, reach))
        else:
            painter.setBrush(palette.star_core)
            painter.setPen(QPen(palette.star, 1.5 * self.dpr))
            painter.drawEllipse(middle, self.ring * self.dpr, self.ring * self.dpr)

    @property
    def reach(self) -> float:
        """How far the largest of them goes beyond its middle, in device pixels."""
        return float(self._high)

    def lay(self, painter: QPainter, x: Floats, y: Floats, kinds: Ints, hues: Ints) -> None:
        """Draw many; `x` and `y` in the device pixels of a painter without a scale."""
        if not len(x):
            return
        phases, left, top = self._phases, np.floor(x), np.floor(y)
        across = np.minimum(phases - 1, ((x - left) * phases).astype(np.int64))
        down = np.minimum(phases - 1, ((y - top) * phases).astype(np.int64))
        cells = self._cells[kinds]
        rows = np.where(kinds < self._sizes, hues, 0) * phases * phases + down * phases + across
        told = np.empty((len(x), 10))
        told[:, 0], told[:, 1] = left + 0.5, top + 0.5  # fragments are given by their middles
        told[:, 2], told[:, 3] = self._lefts[kinds], rows * self._high
        told[:, 4] = told[:, 5] = cells
        told[:, 6] = told[:, 7] = told[:, 9] = 1.0
        told[:, 8] = 0.0
        first = Shiboken.wrapInstance(told.ctypes.data, QPainter.PixmapFragment)
        try:
            painter.drawPixmapFragments(first, len(told), self.picture)  # pyright: ignore[reportCallIssue, reportArgumentType] - C++ pointer and count
        finally:
            Shiboken.invalidate(first)  # the wrapper is kept by address: another array there must get its own


class Names:
    """Pictures of names with a border in the colour of the ground; the least recently used are dropped."""

    def __init__(self, dpr: float) -> None:
        self._dpr = dpr
        self._made: OrderedDict[tuple[str, str, int], QPixmap] = OrderedDict()

    def picture(self, text: str, font: QFont, ink: QColor, ground: QColor) -> QPixmap:
        """A name; its picture has the border's width around it."""
        key = (text, font.key(), ink.rgba())
        found = self._made.get(key)
        if found is not None:
            self._made.move_to_end(key)
            return found
        metrics, border = QFontMetricsF(font), halo(font)
        width = math.ceil(metrics.horizontalAdvance(text) + 2 * border)
        height = math.ceil(metrics.height() + 2 * border)
        found = QPixmap(math.ceil(width * self._dpr), math.ceil(height * self._dpr))
        found.setDevicePixelRatio(self._dpr)
        found.fill(Qt.GlobalColor.transparent)
        painter = QPainter(found)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        at = QPointF(border, border + metrics.ascent())
        outline = QPainterPath()
        outline.addText(at, font, text)
        edge = QColor(ground)
        edge.setAlphaF(0.9)
        pen = QPen(edge, 2 * border)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(outline, pen)
        painter.setFont(font)
        painter.setPen(ink)
        painter.drawText(at, text)
        painter.end()
        self._made[key] = found
        if len(self._made) > MAX_NAMES:
            self._made.popitem(last=False)
        return found


def halo(font: QFont) -> float:
    """How wide the border of a name is on each side, pixels."""
    return 2.0 if font.pixelSize() < 14 else 3.0
