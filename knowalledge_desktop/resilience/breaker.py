"""Fails at once while the service is known to be down, before anybody waits in the queue."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from knowalledge_desktop.core.circuit import RULES, Circuit, CircuitRule, CircuitState, Family, family_of
from knowalledge_desktop.core.errors import AppError, CircuitOpen, ModelUnavailable, Offline, TimedOut
from knowalledge_desktop.core.ports import Clock, Engine
from knowalledge_desktop.core.request import Part, Request, Task

_DOWN = (ModelUnavailable, Offline, TimedOut)
"""Errors that say the service is not there; anything else is an answer, though an unwelcome one."""


class Circuits:
    """One circuit for each family of operations.

    They rest by the monotonic clock: a wall clock that is set back must not keep a service shut for hours.
    The times that people are told are of the wall clock.
    """

    def __init__(self, clock: Clock, rules: Mapping[Family, CircuitRule] = RULES) -> None:
        self._clock = clock
        self._circuits = {family: Circuit(rule) for family, rule in rules.items()}

    def check(self, task: Task) -> None:
        """Raise CircuitOpen when a request could not go now; takes no pass."""
        now = self._clock.monotonic()
        opens_at = self._circuits[family_of(task)].opens_at(now)
        if opens_at is not None:
            raise CircuitOpen(family_of(task).value, until=self._clock.now() + opens_at - now)

    def enter(self, task: Task) -> Pass:
        """A pass for one request; raises CircuitOpen."""
        circuit = self._circuits[family_of(task)]
        ticket = circuit.enter(self._clock.monotonic())
        if ticket is None:
            self.check(task)
            raise CircuitOpen(family_of(task).value, until=self._clock.now())
        return Pass(circuit, ticket, self._clock)

    def states(self) -> dict[Family, CircuitState]:
        """What each would do now, for people to see."""
        now = self._clock.monotonic()
        return {family: circuit.state(now) for family, circuit in self._circuits.items()}


class Pass:
    """The right to send one request; told how that ended. Told once, further words are ignored."""

    def __init__(self, circuit: Circuit, ticket: object, clock: Clock) -> None:
        self._circuit = circuit
        self._ticket: object | None = ticket
        self._clock = clock

    def end(self, error: BaseException | None) -> None:
        """How it ended: None for an answer. What is not an AppError (cancelling) says nothing."""
        ticket, self._ticket = self._ticket, None
        if ticket is None:
            return
        if isinstance(error, _DOWN):
            self._circuit.fail(ticket, self._clock.monotonic())
        elif error is None or isinstance(error, AppError):
            self._circuit.succeed(ticket)
        else:
            self._circuit.leave(ticket)


class Breaker:
    """Asks the circuits before the queue. They are asked again on leaving it: see `Admitted`."""

    def __init__(self, engine: Engine, *, circuits: Circuits) -> None:
        self._engine = engine
        self._circuits = circuits

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The engine's parts; raises CircuitOpen without asking it."""
        self._circuits.check(request.task)
        async with aclosing(self._engine.ask(request)) as parts:
            async for part in parts:
                yield part
