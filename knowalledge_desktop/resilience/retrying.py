"""Tries again what may well work a moment later."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from knowalledge_desktop.core.errors import InvalidReply, ModelUnavailable, Offline, TimedOut, Unavailable
from knowalledge_desktop.core.ports import Clock, Engine
from knowalledge_desktop.core.request import Part, Priority, Request, Restarted, Task, TextDelta

if TYPE_CHECKING:
    from tenacity import RetryCallState

CAP_S = 60.0
FIRST_S = 0.5
TRIES = 3
TRIES_UNHURRIED = 5
PATIENCE_S = 20.0
"""The longest advice to wait that is followed while a person watches; jobs follow any up to the cap."""

_AGAIN = (ModelUnavailable, Offline, TimedOut, InvalidReply)

_ONCE = frozenset({Task.TEST_KEY, Task.COUNT_TOKENS})
"""What is asked once: somebody waits for it, and an error says enough."""


class Retrying:
    """Asks again after a failure that passes: overload, no connection, no answer in time.

    Between tries it waits a random time below a bound that doubles ("full jitter", M. Brooker, AWS
    Architecture Blog 2015), never less than the service's own Retry-After and never more than a
    minute. An answer that could not be read gets one more try. Refusals, bad requests, keys, limits
    and open circuits are not asked about again. Each try pays its own quota further in.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Clock,
        first_s: float = FIRST_S,
        urgency: Callable[[Request], Priority] = lambda request: request.priority,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._first_s = first_s
        self._urgency = urgency

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The parts of the try that worked; `Restarted` comes where text of a failed one was shown."""
        from tenacity import AsyncRetrying, wait_random_exponential

        def hurried() -> bool:  # asked at each failure: a person may have joined meanwhile
            return self._urgency(request) <= Priority.HIGH

        jitter = wait_random_exponential(multiplier=self._first_s, max=CAP_S)

        def wait(state: RetryCallState) -> float:
            return min(CAP_S, max(jitter(state), _advice_s(state)))

        shown = False
        async for attempt in AsyncRetrying(
            sleep=self._clock.sleep,
            wait=wait,
            retry=lambda state: _worth_another(state, request, hurried=hurried()),
            stop=lambda state: state.attempt_number >= (TRIES if hurried() else TRIES_UNHURRIED),
            reraise=True,
        ):
            with attempt:
                if shown:
                    shown = False
                    yield Restarted("the first try failed")
                async with aclosing(self._engine.ask(request)) as parts:
                    async for part in parts:
                        shown = shown or isinstance(part, TextDelta)
                        yield part


def _worth_another(state: RetryCallState, request: Request, *, hurried: bool) -> bool:
    error = state.outcome.exception() if state.outcome is not None else None
    if not isinstance(error, _AGAIN) or request.task in _ONCE:
        return False
    if isinstance(error, InvalidReply):
        return state.attempt_number == 1
    if isinstance(error, TimedOut) and hurried:
        return False  # whoever watches has waited long enough
    return not (hurried and _advice_s(state) > PATIENCE_S)


def _advice_s(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    return (error.retry_after_s or 0.0) if isinstance(error, Unavailable) else 0.0
