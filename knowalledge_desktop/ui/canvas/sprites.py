"""Pictures of pills and labels, drawn once and blitted."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from knowalledge_desktop.ui.canvas.badges import Badges
from knowalledge_desktop.ui.canvas.pills import Look, PillPainter

MARGIN = 3.0
"""Scene units around a pill, for its border."""
BADGE_SCALE = 0.8
"""How big what a person put on a topic is beside its label, for what it is on its pill."""
MAX_SPRITES = 3000
MAX_THUMBNAILS = 200
PLATE = 0.78
"""How much a label hides of what lies below it."""

Thumbnail = Callable[[str], QPixmap | None]
"""Gives a picture by the name of its bytes; None while it is on its way, or when it is not there."""


def no_thumbnail(_sha256: str) -> QPixmap | None:
    """Where topics have no pictures."""
    return None


class Sprites:
    """Least recently used pictures are dropped; all go when the theme changes."""

    def __init__(self, pills: PillPainter) -> None:
        self._pills = pills
        self._pills_made: OrderedDict[Look, tuple[float, QPixmap]] = OrderedDict()
        self._labels: OrderedDict[tuple[str, str, int, int, int], QPixmap] = OrderedDict()
        self._badges: dict[tuple[Badges, int, int], QPixmap] = {}
        self._fonts: dict[int, tuple[QFont, str]] = {}
        self._thumbnails: OrderedDict[tuple[str, int, int], QPixmap] = OrderedDict()

    def pill(self, look: Look, pixels_per_unit: float, *, exact: bool) -> tuple[QPixmap, bool]:
        """The pill's picture and whether it is sharp at this scale.

        `pixels_per_unit` is in device pixels. Unless `exact`, a picture of another scale will do,
        so that zooming draws nothing anew.
        """
        found = self._pills_made.get(look)
        if found is not None:
            self._pills_made.move_to_end(look)
            sharp = abs(found[0] - pixels_per_unit) < 1e-6
            if sharp or not exact:
                return found[1], sharp
        picture = self._draw_pill(look, pixels_per_unit)
        self._pills_made[look] = (pixels_per_unit, picture)
        if len(self._pills_made) > MAX_SPRITES:
            self._pills_made.popitem(last=False)
        return picture, True

    def extent(self, look: Look) -> QRectF:
        """What the picture shows, in scene units relative to the pill's centre."""
        extra = look.extra
        left = look.width / 2 + MARGIN + (extra if look.side < 0 else 0.0)
        right = look.width / 2 + MARGIN + (extra if look.side > 0 else 0.0)
        high = look.height / 2 + MARGIN
        return QRectF(-left, -high, left + right, 2 * high)

    def label(self, text: str, font: QFont, colour: QColor, dpr: float, plate: QColor | None = None) -> QPixmap:
        """A line of text at a constant size on the screen, on a plate that mutes the lines below it."""
        key = (text, self._key(font), colour.rgba(), round(dpr * 100), plate.rgba() if plate is not None else 0)
        found = self._labels.get(key)
        if found is None:
            metrics = QFontMetricsF(font)
            width = math.ceil(metrics.horizontalAdvance(text)) + 4
            height = math.ceil(metrics.height()) + 2
            found = QPixmap(math.ceil(width * dpr), math.ceil(height * dpr))
            found.setDevicePixelRatio(dpr)
            found.fill(Qt.GlobalColor.transparent)
            painter = QPainter(found)
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
            if plate is not None:
                muting = QColor(plate)
                muting.setAlphaF(PLATE)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(muting)
                painter.drawRoundedRect(QRectF(0.0, 1.0, width, height - 2.0), 3.0, 3.0)
            painter.setFont(font)
            painter.setPen(colour)
            painter.drawText(QPointF(2.0, 1.0 + metrics.ascent()), text)
            painter.end()
            self._labels[key] = found
            if len(self._labels) > MAX_SPRITES:
                self._labels.popitem(last=False)
        return found

    def _key(self, font: QFont) -> str:
        """The name of a font; making it out takes longer than laying a label does."""
        found = self._fonts.get(id(font))
        if found is None or found[0] is not font:
            found = self._fonts[id(font)] = (font, font.key())
        return found[1]

    def badges(self, badges: Badges, dpr: float, plate: QColor, scale: float) -> QPixmap:
        """What a person put on a topic, at a scale of its own beside a label; on a plate as that is."""
        key = (badges, round(dpr * 100), plate.rgba())
        found = self._badges.get(key)
        if found is None:
            width, height = math.ceil(badges.width * scale) + 3, math.ceil(16.0 * scale) + 2
            found = QPixmap(math.ceil(width * dpr), math.ceil(height * dpr))
            found.setDevicePixelRatio(dpr)
            found.fill(Qt.GlobalColor.transparent)
            painter = QPainter(found)
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
            muting = QColor(plate)
            muting.setAlphaF(PLATE)
            painter.fillRect(QRectF(0.0, 0.0, width, height), muting)
            painter.scale(scale, scale)
            self._pills.badges(painter, badges, 1.0, height / scale / 2)
            painter.end()
            self._badges[key] = found
        return found

    def thumbnail(self, sha256: str, source: QPixmap, side: float, border: QColor, dpr: float) -> QPixmap:
        """The middle of a picture as a square with soft corners, `side` logical pixels wide."""
        key = (sha256, round(side * dpr), border.rgba())
        found = self._thumbnails.get(key)
        if found is None:
            found = self._thumbnails[key] = _square(source, key[1], border, dpr)
            if len(self._thumbnails) > MAX_THUMBNAILS:
                self._thumbnails.popitem(last=False)
        return found

    def _draw_pill(self, look: Look, pixels_per_unit: float) -> QPixmap:
        extent = self.extent(look)
        picture = QPixmap(
            max(1, math.ceil(extent.width() * pixels_per_unit)),
            max(1, math.ceil(extent.height() * pixels_per_unit)),
        )
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.scale(pixels_per_unit, pixels_per_unit)
        self._pills.paint(painter, look, -extent.left(), -extent.top())
        painter.end()
        return picture


def _square(source: QPixmap, side: int, border: QColor, dpr: float) -> QPixmap:
    scaled = source.scaled(
        side,
        side,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    made = QPixmap(side, side)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(0.5, 0.5, side - 1.0, side - 1.0), 6.0 * dpr, 6.0 * dpr)
    painter.setClipPath(shape)
    painter.drawPixmap((side - scaled.width()) // 2, (side - scaled.height()) // 2, scaled)
    painter.setClipping(False)
    painter.setPen(QPen(border, dpr))
    painter.drawPath(shape)
    painter.end()
    made.setDevicePixelRatio(dpr)
    return made
