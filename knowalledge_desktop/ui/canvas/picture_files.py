"""The picture of a map as a file: PNG in pixels, SVG and PDF as lines and text, paper over several pages."""

from __future__ import annotations

import asyncio
import html
import math
import re
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from knowalledge_desktop.ui.canvas.map_picture import MapPicture, clear

MOST_PIXELS = 120_000_000
"""The largest PNG, 480 MB while it is drawn."""
LONGEST_SIDE = 32_000
"""Pixels; Qt's raster painter counts in 16 bits."""
STRIP = 512
"""Pixel rows that are drawn without letting the window breathe."""
POINTS = 0.75
"""Points of a scene unit on paper: a unit is a pixel of 96 to the inch, as CSS has it."""
LONGEST_PAGE = 14_400.0
"""Points; the largest page of PDF 1.4 (ISO 32000-1, annex C)."""


class Kind(StrEnum):
    """File formats of pictures."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a picture is to be: `scale` in pixels per scene unit (PNG only), with its ground or transparent."""

    kind: Kind = Kind.PNG
    scale: float = 2.0
    transparent: bool = False


def pixels(picture: MapPicture, scale: float) -> QSize:
    """Width and height of the PNG."""
    return QSize(math.ceil(picture.size.width() * scale), math.ceil(picture.size.height() * scale))


def is_too_large(size: QSize) -> bool:
    """Whether a PNG of this size cannot be made."""
    return size.width() * size.height() > MOST_PIXELS or max(size.width(), size.height()) > LONGEST_SIDE


async def encoded(picture: MapPicture, wish: Wish, title: str) -> bytes:
    """The bytes of the file. Raises MemoryError where a PNG of that size cannot be held."""
    ground = None if wish.transparent else picture.ground
    if wish.kind is Kind.SVG:
        return _svg(picture, ground, title)
    if wish.kind is Kind.PDF:
        return _pdf(picture, ground, title)
    image = await _image(picture, wish.scale, ground)
    image.setText("Title", title)
    return await asyncio.to_thread(_png, image)


async def _image(picture: MapPicture, scale: float, ground: QColor | None) -> QImage:
    """Drawn strip by strip, so that the window goes on meanwhile."""
    size = pixels(picture, scale)
    kind = QImage.Format.Format_ARGB32_Premultiplied if ground is None else QImage.Format.Format_RGB32
    image = QImage(size, kind)
    if image.isNull():
        raise MemoryError(f"{size.width()} x {size.height()} pixels")
    image.fill(ground if ground is not None else QColor(Qt.GlobalColor.transparent))
    for top in range(0, size.height(), STRIP):
        strip = QRect(0, top, size.width(), min(STRIP, size.height() - top))
        painter = QPainter(image)
        try:
            painter.setClipRect(strip)
            painter.scale(scale, scale)
            part = QRectF(0.0, strip.top() / scale, strip.width() / scale, strip.height() / scale)
            picture.paint(painter, part)
        finally:
            painter.end()
        await asyncio.sleep(0)
    return image


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType] - the stubs want bytes here
    return bytes(buffer.data().data())


def _svg(picture: MapPicture, ground: QColor | None, title: str) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setTitle(title)
    generator.setResolution(96)
    generator.setSize(picture.size.toSize())
    box = QRectF(0.0, 0.0, picture.size.width(), picture.size.height())
    generator.setViewBox(box)
    painter = QPainter(generator)
    try:
        clear(painter, box, ground)
        picture.paint(painter)
    finally:
        painter.end()
    return _with_widths(bytes(data.data()).decode()).encode()


_TEXT = re.compile(
    r'<text ([^>]*?font-family="([^"]*)" font-size="([0-9.]+)" font-weight="([0-9]+)"[^>]*)>([^<]*)<'
)


def _with_widths(svg: str) -> str:
    """Each text says how wide it is, so that a reader without our fonts keeps it in its pill (SVG 2, 11.5)."""
    measures: dict[tuple[str, str, str], QFontMetricsF] = {}

    def wide(found: re.Match[str]) -> str:
        told, families, size, weight, words = found.groups()
        measure = measures.get((families, size, weight))
        if measure is None:
            font = QFont(families.split(","))
            font.setPixelSize(round(float(size)))
            font.setWeight(QFont.Weight(int(weight)))
            measure = measures[families, size, weight] = QFontMetricsF(font)
        width = measure.horizontalAdvance(html.unescape(words))
        return f'<text {told.rstrip()} textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs">{words}<'

    return _TEXT.sub(wide, svg)


def _pdf(picture: MapPicture, ground: QColor | None, title: str) -> bytes:
    """One page as large as the map, or as large as pages may be."""
    points = picture.size * POINTS
    points *= min(1.0, LONGEST_PAGE / max(points.width(), points.height()))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("KnowAllEdge")
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, title, QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    try:
        scale = writer.width() / picture.size.width()
        painter.scale(scale, scale)
        clear(painter, QRectF(0.0, 0.0, picture.size.width(), picture.size.height()), ground)
        picture.paint(painter)
    finally:
        painter.end()
    return bytes(data.data())


@dataclass(frozen=True, slots=True)
class Sheets:
    """The map over pages: `across` times `down`, each showing `part` scene units of it, `scale` dots a unit."""

    across: int
    down: int
    part: QSizeF
    scale: float

    @property
    def count(self) -> int:
        """How many pages."""
        return self.across * self.down


FOOT = 0.03
"""Of a page's height, kept for its number when there are several."""


def sheets(size: QSizeF, page: QSizeF, across: int) -> Sheets:
    """How a picture of this size lies on pages (dots) when it is so many pages wide; 0: all on one page."""
    if across <= 0:
        scale = min(page.width() / size.width(), page.height() / size.height())
        return Sheets(1, 1, page / scale, scale)
    room = QSizeF(page.width(), page.height() * (1.0 - FOOT))
    scale = across * room.width() / size.width()
    return Sheets(across, max(1, math.ceil(size.height() * scale / room.height() - 1e-6)), room / scale, scale)


def paint_sheet(painter: QPainter, picture: MapPicture, plan: Sheets, number: int, caption: str) -> None:
    """One page; the painter is in its dots. A page of several says which it is."""
    column, line = number % plan.across, number // plan.across
    corner = QRectF(column * plan.part.width(), line * plan.part.height(), plan.part.width(), plan.part.height())
    if plan.count == 1:  # in the middle of its page
        corner.translate(
            (picture.size.width() - plan.part.width()) / 2, (picture.size.height() - plan.part.height()) / 2
        )
    painter.save()
    painter.scale(plan.scale, plan.scale)
    painter.setClipRect(QRectF(0.0, 0.0, corner.width(), corner.height()))
    painter.translate(-corner.topLeft())
    picture.paint(painter, corner)
    painter.restore()
    if plan.count > 1:
        below = plan.part.height() * plan.scale
        painter.setPen(QColor(Qt.GlobalColor.darkGray))
        font = painter.font()
        font.setPixelSize(max(1, round(below * FOOT * 0.5)))
        painter.setFont(font)
        foot = QRectF(0.0, below, plan.part.width() * plan.scale, below * FOOT)
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignCenter), caption)
