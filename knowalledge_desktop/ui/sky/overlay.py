"""What keeps its size on the screen: names of articles and areas, rings, and the links of one article."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from knowalledge_desktop.ui.canvas.bulk import draw_lines, draw_points
from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.sky.chart import Chart, Disc
from knowalledge_desktop.ui.sky.names import FIRST, name_scales
from knowalledge_desktop.ui.sky.palette import Palette
from knowalledge_desktop.ui.sky.sprites import MAX_NAMES, RADII, STAR, Names, growth, halo
from knowalledge_desktop.ui.theme import Theme

Scales = NDArray[np.float64]

MOST_STARS = 400
"""Names of explored topics that come before those of all others, whatever the scale."""
MOST_LINKS = 160
"""Links of one article that are drawn; the best known ends first."""
NEW_NAMES = 6
"""Names that are drawn for the first time in one frame at most: each takes as long as many that are kept."""
FONTS = ("caption", "caption", "small", "body", "bodyStrong")
"""How the name of an article is set, by its size."""
BELOW = 2.0
"""Pixels between a dot and its name."""
LEAST = 26.0
"""Pixels of the radius of an area from which it has a name."""
STICKY = 14.0
"""Pixels from the upper edge to the name of the area one is in."""


class Overlay:
    """Draws over the picture; holds pictures of names, no state of the view."""

    def __init__(self, chart: Chart, palette: Palette, theme: Theme, fit: float, dpr: float) -> None:
        self._chart, self._palette, self._fit = chart, palette, fit
        self._names = Names(dpr)
        self._fonts = tuple(theme.font(name) for name in FONTS)
        self._star_font, self._area_font, self._count_font = (
            theme.font("bodyStrong"),
            theme.font("title"),
            theme.font("small"),
        )
        self._labels: dict[tuple[int, bool], tuple[QPixmap, float, float, float]] = {}
        self.lacks_names = False
        self._area_labels: dict[str, tuple[QPixmap, QPixmap]] = {}
        self._sizes, self._stars = chart.size.tolist(), chart.is_star.tolist()
        self.scales: Scales = np.full(len(chart), np.inf)

    def font(self, node: int) -> QFont:
        """How the name of a node is set."""
        if self._chart.known[node]:
            return self._star_font
        return self._fonts[2] if self._chart.is_star[node] else self._fonts[int(self._chart.size[node])]

    def reach(self, node: int, scale: float) -> float:
        """How far a dot or star goes from its middle, pixels."""
        grown = growth(scale, self._fit)
        return STAR * (0.75 + 0.25 * grown) if self._stars[node] else RADII[self._sizes[node]] * grown

    def paint_names(self, painter: QPainter, camera: Camera, view: QSizeF, focused: tuple[int, ...]) -> None:
        """Names that have room at this scale, but for those under the names of what is in focus."""
        chart = self._chart
        x = (chart.x - camera.x) * camera.scale + view.width() / 2
        y = (chart.y - camera.y) * camera.scale + view.height() / 2
        seen = (self.scales <= camera.scale * 1.0001) & (x > -160) & (x < view.width() + 160)
        seen &= (y > -40) & (y < view.height() + 10)
        taken = [self._placed(node, QPointF(x[node], y[node]), camera.scale, strong=True)[1] for node in focused]
        some = np.flatnonzero(seen)
        made, self.lacks_names = 0, False
        for node, left, top in zip(some.tolist(), x[some].tolist(), y[some].tolist(), strict=True):
            if (node, False) not in self._labels:
                made += 1
                if made > NEW_NAMES:  # the next frame draws some more
                    self.lacks_names = True
                    continue
            picture, box = self._placed(node, QPointF(left, top), camera.scale)
            if node not in focused and not any(box.intersects(other) for other in taken):
                painter.drawPixmap(box.topLeft(), picture)

    def paint_areas(self, painter: QPainter, camera: Camera, view: QSizeF) -> None:
        """The name of each area above it; of the one that fills the view, at the upper edge.

        How many articles an area has stands behind its name where there is room.
        """
        taken: list[QRectF] = []
        counts: list[tuple[QRectF, QPixmap]] = []
        for disc in sorted(self._chart.discs, key=lambda disc: -disc.radius):
            if disc.radius * camera.scale < LEAST:
                continue
            name, count = self._area(disc)
            box = self._area_box(disc, name.deviceIndependentSize(), camera, view)
            if any(box.intersects(other) for other in taken):  # then below it
                low = camera.to_view(disc.x, disc.y + disc.radius, view).y() + 3.0
                box.moveTop(round(low))
            if not box.intersects(QRectF(QPointF(0, 0), view)) or any(box.intersects(other) for other in taken):
                continue
            taken.append(box)
            painter.drawPixmap(box.topLeft(), name)
            size = count.deviceIndependentSize()
            counts.append((QRectF(QPointF(box.right(), box.bottom() - size.height() - 2.0), size), count))
        for box, count in counts:
            if not any(box.adjusted(6, 0, 0, 0).intersects(other) for other in taken):
                taken.append(box)
                painter.drawPixmap(box.topLeft().toPoint(), count)

    def _area_box(self, disc: Disc, size: QSizeF, camera: Camera, view: QSizeF) -> QRectF:
        """Where the name of an area stands."""
        middle, radius = camera.to_view(disc.x, disc.y, view), disc.radius * camera.scale
        at = QPointF(middle.x() - size.width() / 2, middle.y() - radius - size.height() - 3.0)
        off = middle - QPointF(view.width() / 2, view.height() / 2)
        if at.y() < STICKY and math.hypot(off.x(), off.y()) < radius:
            half = math.sqrt(max(0.0, radius**2 - (middle.y() - STICKY) ** 2))  # of the disc at that height
            left, right = max(16.0, middle.x() - half), min(view.width() - 16.0, middle.x() + half)
            at = QPointF(min(max(at.x(), left), max(left, right - size.width())), STICKY)
        return QRectF(at.toPoint().toPointF(), size)

    def _area(self, disc: Disc) -> tuple[QPixmap, QPixmap]:
        """The name of an area, and how many articles it has and how many of them are explored."""
        found = self._area_labels.get(disc.name)
        if found is not None:
            return found
        palette = self._palette
        told = f" {disc.count:,}" if disc.count else " "
        if disc.explored:
            told = QCoreApplication.translate("SkyView", " {explored} of {count}").format(
                explored=f"{disc.explored:,}", count=f"{disc.count:,}"
            )
        found = self._area_labels[disc.name] = (
            self._names.picture(disc.name, self._area_font, palette.texts[disc.hue], palette.ground),
            self._names.picture(told, self._count_font, palette.name, palette.ground),
        )
        return found

    def _kept_free(self) -> list[tuple[float, float, float, float]]:
        """Where the names of areas stand, for `name_scales`; may be called in any thread."""
        name, count = QFontMetricsF(self._area_font), QFontMetricsF(self._count_font)
        found: list[tuple[float, float, float, float]] = []
        for disc in self._chart.discs:
            wide = name.horizontalAdvance(disc.name) / 2 + count.horizontalAdvance(" 9,999 of 9,999") + 5.0
            found.append((disc.x, disc.y - disc.radius, wide, name.height() + 8.0))
        return found

    def paint_focus(self, painter: QPainter, camera: Camera, view: QSizeF, node: int, *, ring: bool) -> None:
        """One article: a ring around it, and its name; a second ring for the focus of the keyboard."""
        chart = self._chart
        at = camera.to_view(float(chart.x[node]), float(chart.y[node]), view)
        reach = self.reach(node, camera.scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(
            self._palette.dots[int(chart.hue[node])] if not chart.is_star[node] else Qt.BrushStyle.NoBrush
        )
        painter.setPen(QPen(self._palette.focus, 2.0))
        radius = max(5.0, reach + 2.5)
        painter.drawEllipse(at, radius, radius)
        if ring:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, radius + 4.0, radius + 4.0)
        picture, box = self._placed(node, at, camera.scale, strong=True)
        painter.drawPixmap(box.topLeft(), picture)

    def paint_links(self, painter: QPainter, camera: Camera, view: QSizeF, node: int, *, strong: bool) -> None:
        """The links of one article, and a mark at each of their ends."""
        others = self._chart.neighbours(node)[:MOST_LINKS]
        others = others[self._chart.shown[others]]
        if not len(others):
            return
        at = camera.to_view(float(self._chart.x[node]), float(self._chart.y[node]), view)
        x = (self._chart.x[others] - camera.x) * camera.scale + view.width() / 2
        y = (self._chart.y[others] - camera.y) * camera.scale + view.height() / 2
        lines = np.column_stack([np.full(len(x), at.x()), np.full(len(x), at.y()), x, y])
        colour = QColor(self._palette.focus)
        colour.setAlphaF(0.6 if strong else 0.35)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.0))
        draw_lines(painter, _clipped(lines, view))
        pen = QPen(self._palette.focus, 6.0 if strong else 4.0)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        draw_points(painter, x, y)

    def _placed(self, node: int, at: QPointF, scale: float, *, strong: bool = False) -> tuple[QPixmap, QRectF]:
        """The picture of a name, and where it stands for a node that is at a point of the view."""
        found = self._labels.get((node, strong))
        if found is None:
            font = self._star_font if strong else self.font(node)
            ink = self._palette.star_name if strong or self._chart.is_star[node] else self._palette.name
            picture = self._names.picture(self._chart.titles[node], font, ink, self._palette.ground)
            size = picture.deviceIndependentSize()
            found = picture, size.width(), size.height(), BELOW - halo(font) + (4.0 if strong else 0.0)
            if len(self._labels) >= MAX_NAMES:
                self._labels.clear()
            self._labels[node, strong] = found
        picture, wide, high, below = found
        left, top = at.x() - wide / 2, at.y() + self.reach(node, scale) + below
        return picture, QRectF(round(left), round(top), wide, high)

    def find_scales(self, farthest: float, nearest: float, unwanted: Callable[[], bool]) -> Scales:
        """From which scale on each name has room, for names that are seen up to `nearest`; in any thread."""
        chart = self._chart
        rank = np.lexsort((-chart.fame, ~chart.is_star, ~chart.known))
        always = min(MOST_STARS, int(chart.is_star.sum()))
        order = rank[chart.shown[rank]][: round(always + FIRST * (nearest / farthest) ** 2)].tolist()
        metrics = {font.key(): QFontMetricsF(font) for font in (*self._fonts, self._star_font)}
        widths = np.zeros(len(chart))
        for node in order:
            if unwanted():
                break
            widths[node] = metrics[self.font(node).key()].horizontalAdvance(chart.titles[node])
        height = metrics[self._star_font.key()].height() + BELOW + 2.0
        return name_scales(
            chart.x,
            chart.y,
            widths,
            height,
            order,
            (farthest, nearest),
            always=always,
            blocked=self._kept_free(),
            unwanted=unwanted,
        )


def _clipped(lines: NDArray[np.float64], view: QSizeF) -> NDArray[np.float64]:
    """Lines with what is far outside the view cut off: very long ones are slow to draw (Liang and Barsky 1984)."""
    box = QRectF(-20, -20, view.width() + 40, view.height() + 40)
    x0, y0, x1, y1 = lines.T
    dx, dy = x1 - x0, y1 - y0
    begin, end = np.zeros(len(lines)), np.ones(len(lines))
    with np.errstate(divide="ignore", invalid="ignore"):
        for p, q in (
            (-dx, x0 - box.left()),
            (dx, box.right() - x0),
            (-dy, y0 - box.top()),
            (dy, box.bottom() - y0),
        ):
            t = q / p
            begin = np.where(p < 0, np.maximum(begin, t), begin)
            end = np.where(p > 0, np.minimum(end, t), end)
            end = np.where((p == 0) & (q < 0), -1.0, end)
    keep = begin < end
    told = np.column_stack([x0 + begin * dx, y0 + begin * dy, x0 + end * dx, y0 + end * dy])
    return told[keep]
