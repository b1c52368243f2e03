"""When to leave a failing service alone: the circuit breaker as a pure state machine.

The pattern is M. Nygard's ("Release It!"): *closed* lets everything through and counts failures in a row,
*open* lets nothing through for a while, then *half-open* lets exactly one probe through, whose fate
decides. Times are epoch or monotonic seconds, as long as they are always of the same kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from knowalledge_desktop.core.request import Task


class Family(StrEnum):
    """Operations that fail together."""

    TEXT = "text"
    VISION = "vision"
    IMAGE = "image"
    LISTS = "lists"


class CircuitState(StrEnum):
    """What a circuit does with the next request."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class CircuitRule:
    """Opens after so many failures in a row; probes after `rest_s` seconds."""

    failures: int
    rest_s: float


RULES = {
    Family.TEXT: CircuitRule(5, 60.0),
    Family.VISION: CircuitRule(3, 60.0),
    Family.IMAGE: CircuitRule(3, 120.0),
    Family.LISTS: CircuitRule(5, 60.0),
}


def family_of(task: Task) -> Family:
    """The family of a task."""
    match task:
        case Task.IMAGE_TOPIC:
            return Family.VISION
        case Task.ILLUSTRATION:
            return Family.IMAGE
        case Task.LIST_MODELS | Task.TEST_KEY | Task.COUNT_TOKENS:
            return Family.LISTS
        case _:
            return Family.TEXT


class Circuit:
    """One circuit.

    Every `enter` that lets a request through is followed by exactly one of `succeed`, `fail` and `leave`.
    """

    def __init__(self, rule: CircuitRule) -> None:
        self._rule = rule
        self._failures = 0
        self._opened_at: float | None = None
        self._probe: object | None = None

    def state(self, now: float) -> CircuitState:
        """What it would do with a request now."""
        if self._opened_at is None:
            return CircuitState.CLOSED
        rested = now >= self._opened_at + self._rule.rest_s
        return CircuitState.HALF_OPEN if rested and self._probe is None else CircuitState.OPEN

    def opens_at(self, now: float) -> float | None:
        """When a request may be tried again; None when it may be now."""
        if self.state(now) is not CircuitState.OPEN or self._opened_at is None:
            return None
        # While a probe is out nobody knows; asking again soon costs nothing.
        return now + 1.0 if self._probe is not None else self._opened_at + self._rule.rest_s

    def enter(self, now: float) -> object | None:
        """A pass for one request, or None when none may go. The first after the rest is the probe."""
        state = self.state(now)
        if state is CircuitState.OPEN:
            return None
        ticket = object()
        if state is CircuitState.HALF_OPEN:
            self._probe = ticket
        return ticket

    def succeed(self, ticket: object) -> None:
        """The service answered, whatever it said: it is there."""
        if self._opened_at is None or ticket is self._probe:
            self._failures, self._opened_at, self._probe = 0, None, None

    def fail(self, ticket: object, now: float) -> None:
        """The service was not there. A failed probe begins another rest; late news change nothing."""
        if ticket is self._probe:
            self._probe, self._opened_at = None, now
            return
        self._failures += 1
        if self._opened_at is None and self._failures >= self._rule.failures:
            self._opened_at = now

    def leave(self, ticket: object) -> None:
        """Nobody knows how it would have ended (cancelled): the next may probe."""
        if ticket is self._probe:
            self._probe = None
