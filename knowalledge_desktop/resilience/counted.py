"""Big requests are reserved by an exact count: the service is asked how many tokens they have."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.payload import TokenCount
from knowalledge_desktop.core.ports import Engine
from knowalledge_desktop.core.quota import Demand
from knowalledge_desktop.core.request import Answer, Part, Request, Task
from knowalledge_desktop.resilience.keys import CONTENT_TASKS

BIG_TOKENS = 20_000
"""From this local estimate on it is worth to ask: a wrong estimate would block much of a minute's tokens."""

_LEAST_SHARE = 1 / 20
"""The local estimate is never this far above the truth; a smaller count is none (some gateways answer 0)."""

_log = logging.getLogger(__name__)


class Counted:
    """Asks for the count of a big request, and of one with a picture, before it is reserved.

    It stands outside *retrying*, so that a request is counted once however often it is tried, and inside the
    cache, so that nothing is counted that need not be sent. The counting is a request like others: it passes
    the breaker and is measured, but no limit of generating is charged with it. When it fails, for whatever
    reason, the local estimate holds, which is never too small.
    """

    def __init__(self, engine: Engine, *, demand: Callable[[Request], Demand]) -> None:
        self._engine = engine
        self._demand = demand

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The engine's parts for the request with its exact size, where that was asked for."""
        counted = await self._counted(request)
        async with aclosing(self._engine.ask(counted)) as parts:
            async for part in parts:
                yield part

    async def _counted(self, request: Request) -> Request:
        if request.task not in CONTENT_TASKS or request.counted is not None:
            return request
        estimate = self._demand(request).tokens
        if estimate < BIG_TOKENS and request.image is None:
            return request
        asked = Request(
            Task.COUNT_TOKENS,
            priority=request.priority,
            engine=request.engine,
            model=request.model,
            of=request,
        )
        try:
            tokens = await self._ask_for(asked)
        except AppError as error:
            _log.info("A request could not be counted, its estimate holds: %s", type(error).__name__)
            return request
        if tokens < estimate * _LEAST_SHARE:
            _log.info("A count of %d tokens is not believed, the estimate of %d holds", tokens, estimate)
            return request
        return replace(request, counted=tokens)

    async def _ask_for(self, asked: Request) -> int:
        tokens = 0
        async with aclosing(self._engine.ask(asked)) as parts:
            async for part in parts:
                if isinstance(part, Answer) and isinstance(part.content, TokenCount):
                    tokens = part.content.tokens
        return tokens
