"""Innermost: every request that reaches the service has been let through by the ledger."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from knowalledge_desktop.core.errors import (
    AccessDenied,
    AppError,
    BudgetReached,
    KeyMalformed,
    KeyMissing,
    KeyRejected,
    KeyringUnavailable,
    ModelNotFound,
    ModelUnavailable,
    Offline,
    QueueFull,
    QuotaExhausted,
    RequestRejected,
    RequestTooBig,
    TeamApart,
    UserInputError,
)
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.ports import Clock, Engine
from knowalledge_desktop.core.quota import Admitted as LetIn
from knowalledge_desktop.core.quota import Bucket, Demand, Ledger, Refused, Used
from knowalledge_desktop.core.request import Answer, Part, Priority, Queued, Request, Task
from knowalledge_desktop.resilience.breaker import Circuits, Pass
from knowalledge_desktop.resilience.finishing import to_the_end
from knowalledge_desktop.resilience.turnstile import Turnstile

QUEUE_MAX = 500
PATIENCE_S = 120.0
"""Nobody waits longer than this for a limit: the error then carries the time at which it frees."""

SOON_S = 1.0  # when something may come back of what requests on their way hold at their most

_UNCHARGED = frozenset({Task.LIST_MODELS, Task.TEST_KEY, Task.COUNT_TOKENS})
_NEVER_SENT = (KeyMissing, KeyMalformed, KeyringUnavailable, UserInputError)
"""Errors of requests that cannot have reached the service."""

_NOT_BILLED = (AccessDenied, KeyRejected, ModelNotFound, ModelUnavailable, RequestRejected)
"""Errors with which the service says that it did nothing; it bills answers only."""

_BUDGETS = frozenset({Metric.DAY_BUDGET, Metric.MONTH_BUDGET})
_HELD_AT_MOST = _BUDGETS | {Metric.TPD}


@dataclass(frozen=True, slots=True)
class Tariff:
    """How requests are measured. `bucket` and `demand` before, `used` after with the answer's usage."""

    bucket: Callable[[Request], Bucket]
    demand: Callable[[Request], Demand]
    used: Callable[[Request, Answer], Used]


async def _at_once() -> None:
    """Nothing has to be made ready."""


class Gate:
    """The state that all requests share: one queue a bucket, the ledger and the circuits.

    `ready` loads what sending needs. It is awaited before a place in the window is taken: what is admitted
    goes out at once, so that no place is held, and no refusal of others missed, while modules are loaded.
    """

    def __init__(
        self,
        ledger: Ledger,
        circuits: Circuits,
        tariff: Tariff,
        clock: Clock,
        *,
        key: Callable[[Request], str],
        ready: Callable[[], Awaitable[None]] = _at_once,
    ) -> None:
        self.ledger = ledger
        self.circuits = circuits
        self.tariff = tariff
        self.key = key
        self.ready = ready
        self._clock = clock
        self.on_their_way: set[str] = set()
        self._turnstiles: dict[Bucket, Turnstile] = {}
        self._board: dict[str, tuple[Request, Queued]] = {}
        self._lifted: dict[str, Priority] = {}

    def board(self) -> tuple[tuple[Request, Queued], ...]:
        """Who waits now, and for what."""
        return tuple(self._board.values())

    def note(self, reservation: str, request: Request, state: Queued | None) -> None:
        """A request waits so, or (None) no longer."""
        if state is None:
            self._board.pop(reservation, None)
        else:
            self._board[reservation] = (request, state)

    def turnstile(self, bucket: Bucket) -> Turnstile:
        """The queue of a bucket."""
        return self._turnstiles.setdefault(bucket, Turnstile(bucket.model, self._clock))

    def waiting(self) -> int:
        """How many wait, over all buckets."""
        return sum(len(each) for each in self._turnstiles.values())

    def promote(self, request: Request) -> None:
        """Somebody more urgent has joined an equal request that is on its way; `landed` ends it.

        It is kept: the request may not be in line yet, or be between two tries.
        """
        flight = self.key(request)
        self._lifted[flight] = min(request.priority, self._lifted.get(flight, request.priority))
        bucket = self.tariff.bucket(request)
        if bucket in self._turnstiles:
            self._turnstiles[bucket].promote(flight, request.priority)

    def landed(self, flight: str) -> None:
        """The call of that name is over: who asks the same later is as urgent as it says itself."""
        self._lifted.pop(flight, None)

    def urgency(self, request: Request) -> Priority:
        """The priority of a request, or of the most urgent who has joined it."""
        return min(request.priority, self._lifted.get(self.key(request), request.priority))

    def look_again(self) -> None:
        """The limits have changed: all who wait ask again."""
        for each in self._turnstiles.values():
            each.look_again()


class Admitted:
    """Waits for its turn, reserves, asks, and settles with what was really used.

    A reservation is made when a request leaves the queue, never earlier. One that was cancelled
    before it was sent is given back; one that was sent counts, however it ended. A refusal that no
    wait of a few minutes can help is raised with the time at which it frees.
    """

    def __init__(self, engine: Engine, *, gate: Gate, clock: Clock) -> None:
        self._engine = engine
        self._gate = gate
        self._clock = clock

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """`Queued` while it waits, then the engine's parts.

        Raises QuotaExhausted (also BudgetReached, RequestTooBig, TeamApart), QueueFull, CircuitOpen, StorageError.
        """
        if request.task in _UNCHARGED:
            with_pass = self._gate.circuits.enter(request.task)
            async with aclosing(self._sent(request, with_pass)) as parts:
                async for part in parts:
                    yield part
            return
        visit = _Visit(self._gate, request, self._clock)
        async with aclosing(visit.let_in()) as states:
            async for state in states:
                yield state
        async with aclosing(self._charged(request, visit)) as parts:
            async for part in parts:
                yield part

    async def _charged(self, request: Request, visit: _Visit) -> AsyncGenerator[Part, None]:
        used: Used | None = None
        sent = True
        try:
            async with aclosing(self._sent(request, visit.passing())) as parts:
                async for part in parts:
                    if isinstance(part, Answer):
                        used = self._gate.tariff.used(request, part)
                    yield part
        except _NEVER_SENT:
            sent = False
            raise
        except Offline as error:
            sent = not error.never_sent
            raise
        except QuotaExhausted as told:
            used = Used(0)  # a request counts, but nothing was read or made
            raise await visit.learnt(told) from None
        except _NOT_BILLED:
            used = Used(0)
            raise
        finally:
            await to_the_end(visit.end(used, sent=sent))

    async def _sent(self, request: Request, with_pass: Pass) -> AsyncGenerator[Part, None]:
        ended: BaseException | None = asyncio.CancelledError()
        try:
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    if isinstance(part, Answer):
                        ended = None
                    yield part
            ended = None
        except AppError as error:
            ended = error
            raise
        finally:
            with_pass.end(ended)


class _Visit:
    """One request on its way through the gate."""

    def __init__(self, gate: Gate, request: Request, clock: Clock) -> None:
        self._gate = gate
        self._request = request
        self._clock = clock
        self._bucket = gate.tariff.bucket(request)
        self._demand = gate.tariff.demand(request)
        self._turnstile = gate.turnstile(self._bucket)
        self._reservation = uuid.uuid4().hex
        self._pass: Pass | None = None
        self._asked_for = False

    async def let_in(self) -> AsyncGenerator[Queued, None]:
        """Wait until the request may be sent."""
        if len(self._turnstile) >= QUEUE_MAX:
            raise QueueFull(str(QUEUE_MAX))
        ticket = self._turnstile.join(self._gate.urgency(self._request), self._gate.key(self._request))
        try:
            async with aclosing(self._turnstile.wait(ticket, self._admit)) as states:
                async for state in states:
                    self._gate.note(self._reservation, self._request, state)
                    yield state
        except BaseException:
            await self._withdraw()
            raise
        finally:
            self._gate.note(self._reservation, self._request, None)
            self._turnstile.leave(ticket)

    async def _admit(self) -> Refused | None:
        ledger = self._gate.ledger
        refused = ledger.glance(self._bucket, self._demand)
        if refused is None:
            await self._gate.ready()
            self._pass = self._gate.circuits.enter(self._request.task)
            self._asked_for = True
            try:
                verdict = await ledger.reserve(self._bucket, self._demand, reservation=self._reservation)
            except BaseException:
                await self._withdraw()
                raise
            if isinstance(verdict, LetIn):
                self._gate.on_their_way.add(self._reservation)
                return None
            self._pass.end(asyncio.CancelledError())
            self._pass = None
            refused = verdict
        now = self._clock.now()
        held = refused.metric in _HELD_AT_MOST and not (refused.told or refused.impossible)
        if held and self._gate.on_their_way:
            # They hold the dearest end they could come to: what they leave over may be enough.
            return replace(refused, until=now + SOON_S)
        if refused.impossible or refused.metric in _BUDGETS or refused.until - now > PATIENCE_S:
            raise refusal(refused, self._bucket)
        return refused

    def passing(self) -> Pass:
        """The circuit's pass, taken on leaving the queue."""
        if self._pass is None:
            raise RuntimeError("asked before it was let in")
        return self._pass

    def estimate(self) -> Used:
        """What a request is taken to have used when nobody says."""
        return Used(self._demand.tokens, self._demand.images, self._demand.cost_micro)

    async def learnt(self, told: QuotaExhausted) -> QuotaExhausted:
        """What a 429 means for everybody: from now on the ledger knows it."""
        refused = await self._gate.ledger.learn(
            self._bucket, quota_id=told.quota_id, limit=told.limit, until=told.until
        )
        error = refusal(refused, self._bucket)
        error.__cause__ = told
        return error

    async def end(self, used: Used | None, *, sent: bool) -> None:
        """Settle: by the answer, by the estimate when there is none, or not at all when nothing was sent."""
        try:
            if used is None and not sent:
                await self._gate.ledger.give_back(self._reservation)
            else:
                # What failed or was broken off counts; nobody knows more than the estimate.
                await self._gate.ledger.settle(self._reservation, used or self.estimate())
        finally:
            self._gate.on_their_way.discard(self._reservation)
        self._turnstile.look_again()

    async def _withdraw(self) -> None:
        if self._pass is not None:
            self._pass.end(asyncio.CancelledError())
            self._pass = None
        self._gate.on_their_way.discard(self._reservation)
        # Also when the reservation was under way: it may have been made before the cancelling. What never asked
        # for one writes nothing, so that a missing key is told where nothing can be written, too.
        if self._asked_for:
            await to_the_end(self._gate.ledger.give_back(self._reservation))


def refusal(refused: Refused, bucket: Bucket) -> QuotaExhausted:
    """The error of a refusal."""
    kind: type[QuotaExhausted] = QuotaExhausted
    if refused.metric in _BUDGETS:
        kind = BudgetReached
    elif refused.impossible:
        kind = RequestTooBig
    elif refused.apart:
        kind = TeamApart
    until = None if refused.impossible else refused.until
    error = kind(refused.metric.value, until=until, quota_id=refused.metric.value, limit=refused.limit)
    error.model = bucket.model
    return error
