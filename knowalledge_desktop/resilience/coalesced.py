"""Equal requests that are in flight at the same time are one call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from knowalledge_desktop.core.ports import Engine
from knowalledge_desktop.core.request import Answer, Part, Priority, Request, Task

Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]
"""Starts a task: a loop's or a TaskGroup's `create_task`."""


@dataclass(eq=False)
class _Flight:
    """One call, and how many are waiting for it. `parts` is all that came so far.

    `priority` is the most urgent of those who have joined.
    """

    priority: Priority
    parts: list[Part] = field(default_factory=list[Part])
    waiters: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    done: bool = False
    error: Exception | None = None
    trace: TracebackType | None = None
    task: asyncio.Task[None] | None = None

    def tell(self) -> None:
        """Wake everybody who waits."""
        news, self.news = self.news, asyncio.Event()
        news.set()

    @property
    def answered(self) -> bool:
        return bool(self.parts) and isinstance(self.parts[-1], Answer)


class Coalesced:
    """Lets equal requests share a call; who comes late is told all parts from the beginning.

    The call runs in a task of its own. It has to: were it pulled along by one of those who
    wait, cancelling that one would end the call for all (time-outs and connections belong
    to the task they were opened in, so nobody else could pull it further). The task lives
    inside the lives of its waiters: the last one to leave cancels it and sees it end. It never
    raises, so a TaskGroup may own it; its error is raised by each who waits.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        key: Callable[[Request], str],
        spawn: Spawn,
        promote: Callable[[Request], None] = lambda _: None,
        joined: Callable[[], None] = lambda: None,
        landed: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._engine = engine
        self._key = key
        self._spawn = spawn
        self._promote = promote
        self._joined = joined
        self._landed = landed
        self._flights: dict[str, _Flight] = {}

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The parts of the shared call. Closing this generator leaves the call to the others."""
        if request.task is Task.TEST_KEY:  # the answer is about a key, which no fingerprint may hold
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    yield part
            return
        key = self._key(request)
        flight = self._flights.get(key)
        if flight is None:
            flight = self._start(key, request)
        else:
            self._joined()
        flight.waiters += 1
        self._lift(flight, request)
        try:
            told = 0
            while True:
                while told < len(flight.parts):
                    told += 1
                    yield flight.parts[told - 1]
                if flight.done:
                    break
                await flight.news.wait()
            if flight.error is not None:
                # One error for all who wait: its trace must not grow by each of them.
                raise flight.error.with_traceback(flight.trace)
            if not flight.answered and flight.task is not None and flight.task.cancelled():
                raise asyncio.CancelledError
        finally:
            flight.waiters -= 1
            if flight.waiters == 0:
                await self._land(key, flight)

    def _lift(self, flight: _Flight, request: Request) -> None:
        """A click that joins what runs in the background makes it urgent."""
        if request.priority < flight.priority:
            flight.priority = request.priority
            self._promote(request)

    def _start(self, key: str, request: Request) -> _Flight:
        flight = self._flights[key] = _Flight(request.priority)

        def landed(_: asyncio.Task[None]) -> None:
            flight.done = True
            self._forget(key, flight)
            flight.tell()

        flight.task = self._spawn(self._pump(flight, request))
        flight.task.add_done_callback(landed)
        return flight

    async def _pump(self, flight: _Flight, request: Request) -> None:
        try:
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    flight.parts.append(part)
                    flight.tell()
        except Exception as error:  # noqa: BLE001 - not swallowed: every waiter raises it
            flight.error, flight.trace = error, error.__traceback__

    async def _land(self, key: str, flight: _Flight) -> None:
        """Nobody waits any more: end the call and see that it has ended."""
        self._forget(key, flight)
        task = flight.task
        if task is None or task.done():
            return
        if not flight.answered:  # after its answer a call only tidies up, which should not be broken off
            task.cancel()
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            raise

    def _forget(self, key: str, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
            self._landed(key)
