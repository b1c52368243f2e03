"""Which part of the scene is seen, and how big."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

MIN_SCALE = 0.001
MAX_SCALE = 4.0
STEP = 1.2
FIT_MARGIN = 58.0
FIT_MAX = 1.0


@dataclass(frozen=True, slots=True)
class Camera:
    """The scene point in the middle of the view, and pixels per scene unit."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0

    def transform(self, view: QSizeF) -> QTransform:
        """Scene to widget coordinates."""
        return QTransform(
            self.scale,
            0.0,
            0.0,
            self.scale,
            view.width() / 2 - self.x * self.scale,
            view.height() / 2 - self.y * self.scale,
        )

    @property
    def percent(self) -> str:
        """The scale in words; small ones with a decimal, as none that shows something is 0 %."""
        value = self.scale * 100
        if value < 0.05:
            return "<0.1%"
        return f"{value:.1f}%" if value < 9.95 else f"{round(value)}%"

    def to_scene(self, at: QPointF, view: QSizeF) -> QPointF:
        """The scene point under a widget point."""
        return QPointF(
            self.x + (at.x() - view.width() / 2) / self.scale, self.y + (at.y() - view.height() / 2) / self.scale
        )

    def to_view(self, x: float, y: float, view: QSizeF) -> QPointF:
        """The widget point of a scene point."""
        return QPointF(view.width() / 2 + (x - self.x) * self.scale, view.height() / 2 + (y - self.y) * self.scale)

    def panned(self, dx: float, dy: float) -> Camera:
        """Moved by widget pixels."""
        return replace(self, x=self.x - dx / self.scale, y=self.y - dy / self.scale)

    def zoomed(self, factor: float, at: QPointF, view: QSizeF) -> Camera:
        """Bigger or smaller, with the scene point under `at` staying there."""
        scale = min(MAX_SCALE, max(MIN_SCALE, self.scale * factor))
        under = self.to_scene(at, view)
        return Camera(
            under.x() - (at.x() - view.width() / 2) / scale,
            under.y() - (at.y() - view.height() / 2) / scale,
            scale,
        )

    def framing(self, box: QRectF, view: QSizeF, largest: float = FIT_MAX) -> Camera:
        """Everything in the box seen, at most at the size `largest`."""
        wide = max(1.0, view.width() - 2 * FIT_MARGIN) / max(1.0, box.width())
        high = max(1.0, view.height() - 2 * FIT_MARGIN) / max(1.0, box.height())
        scale = min(MAX_SCALE, max(MIN_SCALE, min(wide, high, largest)))
        return Camera(box.center().x(), box.center().y(), scale)

    def between(self, other: Camera, t: float) -> Camera:
        """On the way to another view; the scale changes by equal factors."""
        scale = self.scale * (other.scale / self.scale) ** t
        return Camera(self.x + (other.x - self.x) * t, self.y + (other.y - self.y) * t, scale)
