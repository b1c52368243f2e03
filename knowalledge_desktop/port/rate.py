"""How often the port may be asked: so that a program that has gone wild costs neither money nor the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Pace:
    """So many at once, and one more every `1 / per_s` seconds."""

    burst: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What the port bears. Sizes in bytes, times in seconds.

    `looks` are requests that read, `works` those that ask an engine, `refused` those without the right token.
    """

    looks: Pace = Pace(400, 200.0)
    works: Pace = Pace(30, 0.5)
    refused: Pace = Pace(20, 0.2)
    connections: int = 64
    words_bytes: int = 64 * 1024
    picture_bytes: int = 10 * 1024 * 1024 + 64 * 1024
    idle_s: float = 15.0


class Meter:
    """A bucket of tokens that fills with time; `now` is seconds of a clock that never goes back."""

    def __init__(self, pace: Pace, now: Callable[[], float]) -> None:
        self._pace = pace
        self._now = now
        self._left = float(pace.burst)
        self._at = now()

    def take(self) -> int:
        """0 when it may go on, else the seconds after which it may."""
        now = self._now()
        self._left = min(float(self._pace.burst), self._left + (now - self._at) * self._pace.per_s)
        self._at = now
        if self._left >= 1.0:
            self._left -= 1.0
            return 0
        return max(1, ceil((1.0 - self._left) / self._pace.per_s))
