"""Innermost: counts what really goes to the engine, each attempt once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from knowalledge_desktop.core.content import Usage
from knowalledge_desktop.core.errors import KeyMalformed, KeyMissing, KeyringUnavailable
from knowalledge_desktop.core.ports import Clock, Engine, Metrics
from knowalledge_desktop.core.request import Answer, Part, Request

_NEVER_SENT = (KeyMissing, KeyMalformed, KeyringUnavailable)


class Attempts:
    """Counts attempts with their outcome, duration and tokens.

    It stands where every attempt passes, a repeated one too, so the numbers agree with what
    the service bills. A request that was never sent, for want of a usable key, is not an attempt.
    """

    def __init__(self, engine: Engine, *, metrics: Metrics, clock: Clock) -> None:
        self._engine = engine
        self._metrics = metrics
        self._clock = clock

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The engine's parts, unchanged."""
        started = self._clock.monotonic()
        status, model, usage = "cancelled", request.model, Usage()
        try:
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    if isinstance(part, Answer):
                        status, model, usage = "ok", part.provenance.model or request.model, part.usage
                    yield part
            status = status if status == "ok" else "no_answer"
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except BaseException as error:
            status = "" if isinstance(error, _NEVER_SENT) else type(error).__name__
            raise
        finally:
            if status:
                seconds = self._clock.monotonic() - started
                self._metrics.api_call(request.task.value, model, status, seconds, usage)
