"""The way from one view of the sky to another: out, across, and in again, at an even speed for the eye.

After van Wijk and Nuij, "Smooth and efficient zooming and panning" (2003), equations 9 and 10.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.theme import Theme

RHO = 1.3
"""How much the way prefers to go out before it goes across."""
LONGEST = 2.4
"""The longest flight, in durations of a camera's move."""
FRAME_MS = 12


def way(start: Camera, end: Camera, width: float, t: float) -> Camera:
    """The camera at `t` (0 to 1) of the way; `width` is the view's, in pixels."""
    if t >= 1.0:
        return end
    w0, w1 = width / start.scale, width / end.scale
    dx, dy = end.x - start.x, end.y - start.y
    far = math.hypot(dx, dy)
    if far < 1e-6 * w0:
        return Camera(start.x + dx * t, start.y + dy * t, start.scale * (end.scale / start.scale) ** t)
    r0, length = _turns(w0, w1, far)
    s = t * length
    w = w0 * math.cosh(r0) / math.cosh(RHO * s + r0)
    u = w0 / RHO**2 * (math.cosh(r0) * math.tanh(RHO * s + r0) - math.sinh(r0)) / far
    return Camera(start.x + dx * u, start.y + dy * u, width / w)


def length(start: Camera, end: Camera, width: float) -> float:
    """How long the way is for the eye."""
    w0, w1 = width / start.scale, width / end.scale
    far = math.hypot(end.x - start.x, end.y - start.y)
    return abs(math.log(w1 / w0)) / RHO if far < 1e-6 * w0 else _turns(w0, w1, far)[1]


def _turns(w0: float, w1: float, far: float) -> tuple[float, float]:
    b0 = (w1 * w1 - w0 * w0 + RHO**4 * far * far) / (2 * w0 * RHO**2 * far)
    b1 = (w1 * w1 - w0 * w0 - RHO**4 * far * far) / (2 * w1 * RHO**2 * far)
    r0, r1 = -math.asinh(b0), -math.asinh(b1)
    return r0, (r1 - r0) / RHO


class Flight(QObject):
    """Flies a camera; at once when the person wants less motion."""

    moved = Signal(object, bool)  # Camera, whether it is still on the way

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._from, self._to, self._width, self._ms = Camera(), Camera(), 1.0, 0.0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def is_flying(self) -> bool:
        """Whether it is on the way."""
        return self._timer.isActive()

    def start(self, camera: Camera, end: Camera, width: float) -> None:
        """Set out."""
        self._timer.stop()
        base = self._theme.duration("camera")
        if base <= 0:
            self.moved.emit(end, False)  # noqa: FBT003 - a signal takes no keyword
            return
        self._from, self._to, self._width = camera, end, width
        self._ms = base * min(LONGEST, 0.6 + 0.4 * length(camera, end, width))
        self._clock.start()
        self._timer.start()

    def stop(self) -> None:
        """The person took the camera."""
        self._timer.stop()

    def _tick(self) -> None:
        t = min(1.0, self._clock.elapsed() / self._ms)
        eased = self._theme.easing("standard").valueForProgress(t)
        if t >= 1.0:
            self._timer.stop()
        self.moved.emit(way(self._from, self._to, self._width, eased if t < 1.0 else 1.0), t < 1.0)
