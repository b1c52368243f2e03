"""One timer for all that moves on the canvas; it stands still when nothing does."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.motion import Motion, motion_between
from knowalledge_desktop.ui.theme import Theme

FRAME_MS = 16
TURN_MS = 33


class Animator(QObject):
    """Growth, leaving, morphs, flights of the camera and turning arcs.

    `advanced` comes once a frame; read `motion` and `turn` then. `flown` gives the camera.
    """

    advanced = Signal()
    flown = Signal(object, bool)  # Camera, whether it is still on the way

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self.motion: Motion | None = None
        self.turn = 0.0
        self._turning = False
        self._flight: tuple[Camera, Camera, float] | None = None
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)

    @property
    def is_running(self) -> bool:
        """Whether frames are coming."""
        return self._timer.isActive()

    def change(self, before: Rows, after: Rows) -> None:
        """Move from one set of rows to the other.

        A change that moves nothing, such as places that were stored, leaves what is under way alone.
        """
        if self._theme.reduced_motion:  # not one after the other either
            self.motion = None
            self._run()
            return
        motion = motion_between(
            before,
            after,
            grow_ms=self._theme.duration("grow"),
            base_ms=self._theme.duration("base"),
            stagger_ms=self._theme.number("motion.stagger.childMs"),
            stagger_max_ms=self._theme.number("motion.stagger.maxTotalMs"),
        )
        if motion is None and self.motion is not None and self.motion.after.ids == after.ids:
            return
        self.motion = motion
        self._run()

    def fly(self, start: Camera, target: Camera) -> None:
        """Move the camera; at once when the person wants less motion."""
        if self._theme.duration("camera") <= 0:
            self._flight = None
            self.flown.emit(target, False)  # noqa: FBT003 - a signal takes no keyword
            return
        self._flight = (start, target, 0.0)
        self._run()

    def stop_flight(self) -> None:
        """The person took the camera."""
        self._flight = None

    def stop_motion(self) -> None:
        """Everything is at its place at once."""
        self.motion = None

    def set_turning(self, *, turning: bool) -> None:
        """Whether arcs turn; they do not when the person wants less motion."""
        self._turning = turning and not self._theme.reduced_motion
        self._run()

    def _run(self) -> None:
        if self.motion is None and self._flight is None and not self._turning:
            self._timer.stop()
            return
        if not self._timer.isActive():
            self._clock.start()
        interval = FRAME_MS if self.motion or self._flight else TURN_MS
        if not self._timer.isActive() or self._timer.interval() != interval:
            self._timer.start(interval)

    def _tick(self) -> None:
        passed = float(self._clock.restart())
        if self.motion is not None:
            self.motion.at_ms += passed
            if self.motion.done:
                self.motion = None
        if self._turning:
            self.turn = (self.turn + passed / self._theme.number("motion.limits.spinnerPeriodMs")) % 1.0
        if self._flight is not None:
            start, target, at = self._flight
            at += passed / max(1, self._theme.duration("camera"))
            self._flight = (start, target, at) if at < 1.0 else None
            eased = self._theme.easing("standard").valueForProgress(min(1.0, at))
            self.flown.emit(start.between(target, eased) if at < 1.0 else target, at < 1.0)
        self._run()
        self.advanced.emit()
