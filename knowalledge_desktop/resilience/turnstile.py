"""The queue before one model: who goes next, and what everybody waits for."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field

from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.quota import Refused
from knowalledge_desktop.core.request import Priority, Queued

AGEING_S = 120.0
"""A request that has waited so long goes before a newer one of the next higher priority."""

LEAST_NAP_S = 0.02
LOOK_AGAIN_S = 2.0
"""Other processes may give something back before the time that was named: look this often."""


@dataclass(eq=False)
class Ticket:
    """One place in the queue. `key` never changes with time, so the heap stays a heap."""

    key: tuple[float, int]
    joined_at: float
    flight: str = ""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    gone: bool = False

    def __lt__(self, other: Ticket) -> bool:
        return self.key < other.key


class Turnstile:
    """Lets requests for one model through, one at a time, in the order of their keys.

    The key is the time of joining plus 120 s for each level below CRITICAL: ageing without ever
    touching the heap again, so that nothing starves. Only the first asks for admission; the others
    wait for it to be their turn. There is no task behind it: whoever is first does the asking.
    """

    def __init__(self, model: str, clock: Clock) -> None:
        self._model = model
        self._clock = clock
        self._heap: list[Ticket] = []
        self._count = itertools.count()
        self._obstacle: Refused | None = None
        self._ranks: dict[Ticket, int] = {}

    def __len__(self) -> int:
        return sum(1 for ticket in self._heap if not ticket.gone)

    @property
    def obstacle(self) -> Refused | None:
        """What the first one waits for."""
        return self._obstacle if self._first() is not None else None

    def join(self, priority: Priority, flight: str = "") -> Ticket:
        """Take a place; `flight` is the name under which it can be promoted."""
        now = self._clock.monotonic()
        ticket = Ticket((_key(now, priority), next(self._count)), now, flight)
        self._push(ticket)
        return ticket

    def promote(self, flight: str, priority: Priority) -> None:
        """Give what waits under this name at least this priority, counted from when it joined."""
        for ticket in list(self._heap):
            key = _key(ticket.joined_at, priority)
            if ticket.flight == flight and not ticket.gone and key < ticket.key[0]:
                ticket.key = (key, ticket.key[1])
                heapq.heapify(self._heap)
                self._changed()

    def leave(self, ticket: Ticket) -> None:
        """Give the place up, admitted or not; the next one is told."""
        ticket.gone = True
        self._changed()

    def look_again(self) -> None:
        """Something was given back, or the limits changed: the first asks again at once."""
        first = self._first()
        if first is not None:
            first.news.set()

    async def wait(
        self, ticket: Ticket, admit: Callable[[], Awaitable[Refused | None]]
    ) -> AsyncGenerator[Queued, None]:
        """Until `admit`, asked when it is this ticket's turn, returns None; tells each new state of waiting.

        What `admit` raises ends the wait. The caller leaves the queue in any case.
        """
        told: Queued | None = None
        while True:
            ticket.news.clear()
            first = self._first()
            if first is ticket:
                refused = await admit()
                self._see(refused)
                if refused is None:
                    return
                if self._first() is not ticket:
                    continue  # a more urgent one came meanwhile
            state = self._state(ticket)
            if state != told:
                told = state
                yield state
            if first is ticket:
                await self._nap(ticket)
            else:
                await ticket.news.wait()

    def _state(self, ticket: Ticket) -> Queued:
        if not self._ranks:
            waiting = sorted(each for each in self._heap if not each.gone)
            self._ranks = {each: rank for rank, each in enumerate(waiting, 1)}
        obstacle = self._obstacle
        return Queued(
            self._ranks[ticket],
            self._model,
            obstacle.metric.value if obstacle else "",
            obstacle.until if obstacle else None,
        )

    async def _nap(self, ticket: Ticket) -> None:
        obstacle = self._obstacle
        seconds = max(0.0, obstacle.until - self._clock.now()) if obstacle else 0.0
        async with asyncio.TaskGroup() as group:
            nap = group.create_task(self._alarm(ticket, min(max(seconds, LEAST_NAP_S), LOOK_AGAIN_S)))
            await ticket.news.wait()
            nap.cancel()

    async def _alarm(self, ticket: Ticket, seconds: float) -> None:
        await self._clock.sleep(seconds)
        ticket.news.set()

    def _push(self, ticket: Ticket) -> None:
        heapq.heappush(self._heap, ticket)
        self._changed()

    def _see(self, obstacle: Refused | None) -> None:
        """What is in the way now; all who wait are told when that is something else."""
        known, self._obstacle = self._obstacle, obstacle
        if obstacle is not None and (known is None or known.metric is not obstacle.metric):
            self._changed(but=self._first())

    def _changed(self, but: Ticket | None = None) -> None:
        """The order has changed: the first acts, and while something is in the way all tell where they are."""
        self._ranks = {}
        first = self._first()
        for ticket in self._heap if self._obstacle is not None else (first,):
            if ticket is not None and ticket is not but:
                ticket.news.set()

    def _first(self) -> Ticket | None:
        while self._heap and self._heap[0].gone:
            heapq.heappop(self._heap)
        return self._heap[0] if self._heap else None


def _key(joined_at: float, priority: Priority) -> float:
    return joined_at + AGEING_S * (priority - Priority.CRITICAL)
