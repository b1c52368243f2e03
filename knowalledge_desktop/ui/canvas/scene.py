"""What one picture of the map depends on besides its rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF

from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.motion import Motion

PILLS, LABELS, FIRST_LINES, AREAS = 0.85, 0.4, 1.4, 0.2
"""Scales at which detail appears or goes (design: level of detail)."""

BRANCH_PILLS = 0.65
"""The scale from which branches are pills while the topics below them are dots."""
SMALL_MAP, ROOMY = 250, 0.3
"""Maps of so few topics keep their titles from farther off, where there is room for them: down to this scale."""
HALF = 0.5 + 1e-6
"""For rounding to whole pixels: halves, which are common, go one way also when they are a little off."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown besides the map itself. Rows are -1 where there is none."""

    selected: int = -1
    hover: int = -1
    focused: bool = False
    states: Mapping[str, str] = field(default_factory=dict[str, str])
    turn: float = 0.0
    zooming: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: from where, how big in logical pixels, how sharp, and what is under way.

    `part` limits it to a piece of the view, the rest being there already.
    """

    camera: Camera
    view: QSizeF
    shown: Shown
    dpr: float = 1.0
    motion: Motion | None = None
    part: QRectF | None = None

    @property
    def is_moving(self) -> bool:
        """Whether the next picture comes at once, so that a quick one is better than a fine one."""
        return self.shown.zooming

    @property
    def scale(self) -> float:
        """Pixels per scene unit."""
        return self.camera.scale

    def at(self, x: float, y: float) -> QPointF:
        """Where a scene point is in the picture."""
        return self.camera.to_view(x, y, self.view)

    def seen(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of what is to be drawn, in scene units."""
        part = self.part or QRectF(QPointF(0.0, 0.0), self.view)
        corner = self.camera.to_scene(part.topLeft(), self.view)
        far = self.camera.to_scene(part.bottomRight(), self.view)
        return corner.x(), corner.y(), far.x(), far.y()

    def whole(self) -> Frame:
        """The same picture, all of it."""
        return self if self.part is None else replace(self, part=None)

    def snapped(self, value: float) -> float:
        """The nearest whole device pixel, so that hairlines and letters stay crisp."""
        return math.floor(value * self.dpr + HALF) / self.dpr

    @property
    def deepest_pill(self) -> int:
        """How deep topics are drawn as pills where not all are; their titles get too small sooner than labels."""
        return 1 if self.scale >= BRANCH_PILLS else 0

    def is_pill(self, depth: int) -> bool:
        """Whether topics of this depth are drawn as pills; else they are dots."""
        return self.scale >= PILLS or depth <= self.deepest_pill
