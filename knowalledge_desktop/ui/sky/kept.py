"""The far view of the sky as a picture with a margin.

A pan shifts it, a zoom stretches it, and a new one is drawn in thin bands between the frames: Qt's painters hold
Python's lock, so a thread that draws would stop the frames for as long.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QElapsedTimer, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QPainter, QPixmap

from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.sky.painter import FINE, SkyPainter, Spot

MARGIN, MARGIN_FINE = 0.25, 0.12
"""What a picture has on each side, as a part of the view; less on screens with more than 1.5 pixels a pixel."""
BAND_AREA, SLICE_MS = 150_000, 1.0
"""Device pixels of a band in all, and how long bands are drawn between two frames; one is always drawn."""
STRETCHED = 1.5
"""By how much a picture is stretched before a new one is begun, although the zoom goes on."""


class Kept:
    """The picture that is shown far away, the one that is being drawn, and one of everything."""

    def __init__(self, painter: SkyPainter) -> None:
        self._painter = painter
        self._front: tuple[QPixmap, Spot] | None = None
        self._whole: tuple[QPixmap, Spot] | None = None
        self._spare: QPixmap | None = None
        self._work: Iterator[tuple[QPixmap, Spot] | None] | None = None
        self._wanted: Spot | None = None

    @property
    def is_drawing(self) -> bool:
        """Whether bands are left to draw."""
        return self._work is not None

    @property
    def bytes(self) -> int:
        """Memory of the pictures that are kept."""
        kept = [each[0] for each in (self._front, self._whole) if each is not None]
        return sum(picture.width() * picture.height() * picture.depth() // 8 for picture in kept)

    def fill(self, camera: Camera, view: QSizeF) -> None:
        """Draw the whole picture now, as there is none; on fine screens a coarse one, which is soon there."""
        self._begin(camera, view, self._painter.coarse())
        while self._work is not None:
            self.go_on(1e9)

    def keep_whole(self) -> None:
        """Keep the present picture for what no later one shows."""
        self._whole = self._front

    def begin(self, camera: Camera, view: QSizeF) -> None:
        """Begin a picture around this view; one that is being drawn is given up."""
        self._begin(camera, view, self._painter)

    def _begin(self, camera: Camera, view: QSizeF, painter: SkyPainter) -> None:
        margin = MARGIN if self._painter.dpr <= FINE else MARGIN_FINE
        size = (view * ((1 + 2 * margin) * painter.dpr)).toSize()
        self._wanted = Spot.of(camera, view, painter.dpr, margin)
        self._work = self._bands(self._wanted, size, painter)

    def go_on(self, for_ms: float = SLICE_MS) -> bool:
        """Draw bands for a while; True when a new picture has been finished."""
        clock = QElapsedTimer()
        clock.start()
        while self._work is not None:
            done = next(self._work)
            if done is not None:
                before = self._front
                self._front, self._work = done, None
                self._spare = before[0] if before is not None and before is not self._whole else None
                return True
            if clock.nsecsElapsed() / 1e6 >= for_ms:
                return False
        return False

    def _bands(self, spot: Spot, size: QSize, by: SkyPainter) -> Iterator[tuple[QPixmap, Spot] | None]:
        yield from by.prepare(spot.scale / by.dpr)
        # Memory that was drawn on before is there already: fresh pages cost as much as what is drawn on them.
        picture = self._spare
        if picture is None or picture.size() != size:
            picture = self._spare = QPixmap(size)
        high = max(16, BAND_AREA // max(1, size.width()))
        for top in range(0, size.height(), high):
            band = QRect(0, top, size.width(), min(high, size.height() - top))
            painter = QPainter(picture)
            painter.setClipRect(band)
            by.paint(painter, band, spot)
            painter.end()
            yield None
        yield picture, spot

    def lacks(self, camera: Camera, view: QSizeF) -> bool:
        """Whether a new picture should be begun for this view: another scale, or the margin is used up."""
        spot = Spot.of(camera, view, self._painter.dpr)
        for made in (self._wanted, self._front[1] if self._front else None):
            if made is not None and _serves(made, spot, view, self._painter.dpr):
                return False
        return True

    def is_far_off(self, camera: Camera) -> bool:
        """Whether the picture is stretched so much that a new one is worth its while before the zoom rests."""
        if self._front is None or self._work is not None:
            return False
        stretch = camera.scale * self._painter.dpr / self._front[1].scale
        return not 1 / STRETCHED < stretch < STRETCHED

    def is_exact(self, camera: Camera) -> bool:
        """Whether the picture is at this scale."""
        return self._front is not None and _same(self._front[1].scale, camera.scale * self._painter.dpr)

    def paint(self, painter: QPainter, camera: Camera, view: QSizeF) -> None:
        """Bring the pictures onto a painter that maps device pixels one to one."""
        dpr = self._painter.dpr
        spot = Spot.of(camera, view, dpr)
        whole = QRectF(0, 0, view.width() * dpr, view.height() * dpr)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)  # noqa: FBT003 - Qt takes no keyword here
        covered = self._front is not None and _where(self._front, spot).contains(whole)
        if not covered:
            painter.fillRect(whole, self._painter.palette.ground)
            if self._whole is not None:
                _bring(painter, self._whole, spot, whole)
        if self._front is not None:
            _bring(painter, self._front, spot, whole)


def _same(one: float, other: float) -> bool:
    return abs(one / other - 1.0) < 1e-6


def _serves(made: Spot, spot: Spot, view: QSizeF, dpr: float) -> bool:
    margin = MARGIN if dpr <= FINE else MARGIN_FINE
    if not _same(made.scale, spot.scale):
        return False
    left_over_x = margin * view.width() * dpr - abs((spot.x - made.x) * spot.scale - margin * view.width() * dpr)
    left_over_y = margin * view.height() * dpr - abs((spot.y - made.y) * spot.scale - margin * view.height() * dpr)
    return left_over_x > 0.3 * margin * view.width() * dpr and left_over_y > 0.3 * margin * view.height() * dpr


def _where(made: tuple[QPixmap, Spot], spot: Spot) -> QRectF:
    """Where a picture lies on a surface."""
    picture, of = made
    stretch = spot.scale / of.scale
    x, y = (of.x - spot.x) * spot.scale, (of.y - spot.y) * spot.scale
    return QRectF(x, y, picture.width() * stretch, picture.height() * stretch)


def _bring(painter: QPainter, made: tuple[QPixmap, Spot], spot: Spot, whole: QRectF) -> None:
    picture, of = made
    target = _where(made, spot)
    if _same(of.scale, spot.scale):
        painter.drawPixmap(target.topLeft().toPoint(), picture)
        return
    part = target.intersected(whole)
    if part.isEmpty():
        return
    back = of.scale / spot.scale
    source = QRectF(
        (part.x() - target.x()) * back, (part.y() - target.y()) * back, part.width() * back, part.height() * back
    )
    painter.drawPixmap(part, picture, source)
