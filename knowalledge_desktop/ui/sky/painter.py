"""How the sky is drawn: areas, the haze of all links, what hangs together in the library, dots and stars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QRadialGradient

from knowalledge_desktop.ui.canvas.bulk import draw_lines
from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.sky.chart import OWN, UNIT, Chart
from knowalledge_desktop.ui.sky.palette import Palette
from knowalledge_desktop.ui.sky.sprites import RADII, Sheet, growth

CLOSE = 4.5
"""From so many times the scale at which everything is seen, frames are drawn without a picture."""
FINE = 1.5
"""From more device pixels a pixel than this a picture takes so long that a coarse one comes first."""
STEPS, SHEETS = 5, 24
"""Sizes of dots that are told apart while they grow by once their own, and how many are kept."""
LINES, LINES_CLOSE = 1_500, 400
"""Lines between topics of the library that are drawn at most."""
_STAR, _LISTED = len(RADII), len(RADII) + 1


@dataclass(frozen=True, slots=True)
class Spot:
    """Which part of the scene a surface shows: the scene point at its first pixel, and device pixels per unit."""

    x: float
    y: float
    scale: float

    @classmethod
    def of(cls, camera: Camera, view: QSizeF, dpr: float, margin: float = 0.0) -> Spot:
        """Of a view, with a margin that is a part of it on each side."""
        wide, high = view.width() * (0.5 + margin), view.height() * (0.5 + margin)
        return cls(camera.x - wide / camera.scale, camera.y - high / camera.scale, camera.scale * dpr)


class SkyPainter:
    """Draws a chart in the colours of a palette.

    `fit` is the scale at which everything is seen; a `haze` that is a pixmap is in the colours already.
    """

    def __init__(self, chart: Chart, palette: Palette, haze: QImage | QPixmap, fit: float, dpr: float) -> None:
        self.chart, self.palette, self.fit, self.dpr = chart, palette, fit, dpr
        if isinstance(haze, QPixmap):
            self._haze = haze
        else:
            self._haze = tinted(haze, chart, palette) if not haze.isNull() and palette.haze else QPixmap()
        self._sheets: dict[float, Sheet] = {}
        kinds = np.where(chart.is_star, np.where(chart.known, _STAR, _LISTED), chart.size)
        rank = np.where(kinds == _STAR, _LISTED + 1, kinds)
        order = np.argsort(rank, kind="stable")
        self._order = order[chart.shown[order]]
        self._kinds = kinds[self._order]
        self._hues, self._x, self._y = chart.hue[self._order], chart.x[self._order], chart.y[self._order]
        lines = chart.lines[:LINES]
        self._lines = np.column_stack(
            [chart.x[lines[:, 0]], chart.y[lines[:, 0]], chart.x[lines[:, 1]], chart.y[lines[:, 1]]]
        )

    def coarse(self) -> SkyPainter:
        """The same with one pixel a pixel, for a picture that is soon there; itself where that is as fine."""
        if self.dpr <= FINE:
            return self
        return SkyPainter(self.chart, self.palette, self._haze, self.fit, 1.0)

    def sheet(self, scale: float) -> Sheet:
        """The dots and stars for a scale."""
        found = self._begun(scale)
        found.finish()
        return found

    def prepare(self, scale: float) -> Iterator[None]:
        """Draw the dots and stars for a scale part by part."""
        found = self._begun(scale)
        while found.go_on():
            yield None

    def _begun(self, scale: float) -> Sheet:
        grown = round(growth(scale, self.fit) * STEPS) / STEPS
        found = self._sheets.get(grown)
        if found is None:
            if len(self._sheets) >= SHEETS:
                del self._sheets[next(iter(self._sheets))]
            found = self._sheets[grown] = Sheet(self.palette, grown, self.dpr)
        return found

    def paint(self, painter: QPainter, part: QRect, spot: Spot) -> None:
        """Draw a part (device pixels) of a surface; the painter maps device pixels one to one."""
        sheet = self.sheet(spot.scale / self.dpr)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, part, spot)
        self._threads(painter, part, spot)
        reach = sheet.reach
        x, y = (self._x - spot.x) * spot.scale, (self._y - spot.y) * spot.scale
        seen = (y > part.top() - reach) & (y < part.bottom() + reach)
        seen &= (x > part.left() - reach) & (x < part.right() + reach)
        some = np.flatnonzero(seen)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)  # noqa: FBT003 - Qt takes no keyword here
        sheet.lay(painter, x[some], y[some], self._kinds[some], self._hues[some])

    def _ground(self, painter: QPainter, part: QRect, spot: Spot) -> None:
        painter.fillRect(part, self.palette.ground)
        for disc in self.chart.discs:
            middle = QPointF((disc.x - spot.x) * spot.scale, (disc.y - spot.y) * spot.scale)
            radius = disc.radius * spot.scale
            box = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
            if not box.intersects(QRectF(part)):
                continue
            if _inside(QRectF(part), middle, radius):
                painter.fillRect(part, self.palette.tints[disc.hue])
                continue
            painter.setBrush(self.palette.tints[disc.hue])
            pen = QPen(self.palette.rims[disc.hue], self.dpr)
            if disc.hue == OWN:
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawEllipse(middle, radius, radius)
        self._strands(painter, part, spot)

    def _strands(self, painter: QPainter, part: QRect, spot: Spot) -> None:
        near = np.log(spot.scale / self.dpr / self.fit) / np.log(CLOSE * 0.8)
        strength = self.palette.haze * float(np.clip(1.25 - 1.25 * near, 0.0, 1.0))
        if self._haze.isNull() or strength <= 0.01 or not self.chart.shown[: self.chart.articles].all():
            return
        left, top, wide, high = (value * UNIT for value in self.chart.sky.box)
        whole = QRectF(
            (left - spot.x) * spot.scale, (top - spot.y) * spot.scale, wide * spot.scale, high * spot.scale
        )
        target = whole.intersected(QRectF(part))
        if target.isEmpty():
            return
        across, down = self._haze.width() / whole.width(), self._haze.height() / whole.height()
        source = QRectF(
            (target.x() - whole.x()) * across,
            (target.y() - whole.y()) * down,
            target.width() * across,
            target.height() * down,
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(strength)
        painter.drawPixmap(target, self._haze, source)
        painter.setOpacity(1.0)

    def _threads(self, painter: QPainter, part: QRect, spot: Spot) -> None:
        """Lines between topics of the library, as constellations."""
        if not len(self._lines):
            return
        lines = (self._lines - (spot.x, spot.y, spot.x, spot.y)) * spot.scale
        low_x, high_x = np.minimum(lines[:, 0], lines[:, 2]), np.maximum(lines[:, 0], lines[:, 2])
        low_y, high_y = np.minimum(lines[:, 1], lines[:, 3]), np.maximum(lines[:, 1], lines[:, 3])
        seen = (low_x < part.right()) & (high_x > part.left()) & (low_y < part.bottom()) & (high_y > part.top())
        some = lines[seen]
        if spot.scale / self.dpr >= CLOSE * self.fit:
            some = some[:LINES_CLOSE]
        colour = QColor(self.palette.glow)
        colour.setAlphaF(0.5 if len(self._lines) < 300 else 0.3)
        painter.setPen(QPen(colour, 1.2 * self.dpr))
        draw_lines(painter, some)


def _inside(part: QRectF, middle: QPointF, radius: float) -> bool:
    """Whether the part is wholly in the disc."""
    far_x = max(abs(part.left() - middle.x()), abs(part.right() - middle.x()))
    far_y = max(abs(part.top() - middle.y()), abs(part.bottom() - middle.y()))
    return far_x * far_x + far_y * far_y < (radius - 2.0) ** 2


def decoded(haze: bytes) -> QImage:
    """The grey picture of the links, to be handed to a `SkyPainter`; may be called in any thread."""
    return QImage.fromData(haze) if haze else QImage()


def tinted(haze: QImage, chart: Chart, palette: Palette) -> QPixmap:
    """The links in the colours of the areas they run through."""
    made = QPixmap(haze.size())
    made.fill(palette.lines[OWN])
    left, top, wide, _ = (value * UNIT for value in chart.sky.box)
    scale = haze.width() / wide
    painter = QPainter(made)
    painter.setPen(Qt.PenStyle.NoPen)
    for disc in chart.discs:
        if disc.hue == OWN:
            continue
        middle = QPointF((disc.x - left) * scale, (disc.y - top) * scale)
        radius = disc.radius * scale * 1.3
        colour, clear = QColor(palette.lines[disc.hue]), QColor(palette.lines[disc.hue])
        clear.setAlphaF(0.0)
        fade = QRadialGradient(middle, radius)
        fade.setColorAt(0.0, colour)
        fade.setColorAt(0.72, colour)
        fade.setColorAt(1.0, clear)
        painter.setBrush(fade)
        painter.drawEllipse(middle, radius, radius)
    painter.end()
    mask = QImage(haze.constBits(), haze.width(), haze.height(), haze.bytesPerLine(), QImage.Format.Format_Alpha8)
    image = made.toImage().convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
    painter.drawImage(0, 0, mask)
    painter.end()
    return QPixmap.fromImage(image)
