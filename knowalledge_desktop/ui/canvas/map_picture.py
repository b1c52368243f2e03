"""The whole map as a picture, drawn with the canvas's own painters but without what belongs to the screen.

Text is drawn as text and edges as outlines, so that a file of lines (SVG, PDF) or a printer gets them as such.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.scene import Frame, Shown
from knowalledge_desktop.ui.canvas.sprites import Thumbnail, no_thumbnail
from knowalledge_desktop.ui.theme import Theme

MARGIN = 40.0
"""Scene units of ground around the map."""
REACH = 140.0
"""How far a topic may leave ink beyond its box: its count, its small picture."""
PICTURE_GAP = 6.0


class MapPicture:
    """Rows as a picture; its unit is the scene's, its origin the upper left corner of the margin."""

    def __init__(self, theme: Theme, rows: Rows, thumbnail: Thumbnail = no_thumbnail) -> None:
        self._theme, self._rows, self._thumbnail = theme, rows, thumbnail
        self._renderer = MapRenderer(theme)
        self._ink = self._bounds()

    @property
    def size(self) -> QSizeF:
        """Width and height with the margin, scene units."""
        return self._ink.size()

    @property
    def ground(self) -> QColor:
        """The colour that the picture is meant to lie on."""
        return self._theme.color("bg.canvas")

    def paint(self, painter: QPainter, part: QRectF | None = None) -> None:
        """Draw the map, or what may be seen of it in a part of the picture. The painter maps scene units."""
        seen = (part or QRectF(0.0, 0.0, self.size.width(), self.size.height())).translated(self._ink.topLeft())
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.translate(-self._ink.topLeft())
        frame = Frame(Camera(seen.center().x(), seen.center().y(), 1.0), seen.size(), Shown())
        self._renderer.edges(painter, self._rows, frame)
        for row in self._inside(seen).tolist():
            look = self._renderer.look(self._rows, row, frame.shown)
            self._renderer.pills.paint(painter, look, float(self._rows.x[row]), float(self._rows.y[row]))
            if row in self._rows.pictures:
                self._small_picture(painter, row, look.extra)
        painter.restore()

    def _inside(self, seen: QRectF) -> NDArray[np.int32]:
        return self._rows.inside(
            seen.left() - REACH, seen.top() - REACH, seen.right() + REACH, seen.bottom() + REACH
        )

    def _small_picture(self, painter: QPainter, row: int, extra: float) -> None:
        source = self._thumbnail(self._rows.pictures[row])
        if source is not None:
            painter.drawPixmap(self._picture_box(row, extra), *_middle(source))

    def _picture_box(self, row: int, extra: float) -> QRectF:
        """At a topic's far end and as high as its pill, the root's above it."""
        rows, side = self._rows, float(self._rows.h[row])
        x, y = float(rows.x[row]), float(rows.y[row])
        if row == 0:
            return QRectF(x - side / 2, y - side / 2 - PICTURE_GAP - side, side, side)
        far = float(rows.w[row]) / 2 + extra + PICTURE_GAP
        return QRectF(x + far if rows.side[row] > 0 else x - far - side, y - side / 2, side, side)

    def _bounds(self) -> QRectF:
        left, top, right, bottom = self._rows.bounds()
        box = QRectF(left, top, right - left, bottom - top)
        for row in range(len(self._rows)):
            extra = self._renderer.look(self._rows, row, Shown()).extra
            if extra:
                x, y = float(self._rows.x[row]), float(self._rows.y[row])
                look = self._renderer.look(self._rows, row, Shown())
                box = box.united(self._renderer.pills.box(look, x, y))
            if row in self._rows.pictures:
                box = box.united(self._picture_box(row, extra))
        return QRectF(box.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).toAlignedRect())  # whole units, whole pixels


def _middle(source: QPixmap) -> tuple[QPixmap, QRectF]:
    """A picture and the square in the middle of it."""
    side = min(source.width(), source.height())
    return source, QRectF((source.width() - side) / 2, (source.height() - side) / 2, side, side)


def clear(painter: QPainter, box: QRectF, ground: QColor | None) -> None:
    """Lay the ground, if there is to be one."""
    if ground is not None:
        painter.fillRect(box, ground)
    painter.setPen(Qt.PenStyle.NoPen)
