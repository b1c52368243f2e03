"""Tells each step of a request to whoever watches; where nobody does, none of this is there."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from contextvars import ContextVar

from knowalledge_desktop.core.ports import Engine
from knowalledge_desktop.core.request import Part, Request, TextDelta
from knowalledge_desktop.core.tracing import Span, Tracer

_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Tracing:
    """Puts a step around engines. All that belong to one program share one, so that steps find each other."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        # A variable of the context: it goes along into the task in which equal requests share a call.
        self._now: ContextVar[Span | None] = ContextVar("step", default=None)

    def around(self, engine: Engine, step: str = "") -> Engine:
        """The engine, whose asking is a step; without a name it is that of its class."""
        return Traced(engine, step or _HUMPS.sub("_", type(engine).__name__).lower(), self._tracer, self._now)


class Traced:
    """One step around one engine."""

    def __init__(self, engine: Engine, step: str, tracer: Tracer, now: ContextVar[Span | None]) -> None:
        self._engine = engine
        self._step = step
        self._tracer = tracer
        self._now = now

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The engine's parts, unchanged.

        A caller that stops early ends the step well; being cancelled is an end with that error.
        """
        span = self._tracer.begin(self._step, request, self._now.get())
        error: BaseException | None = None
        wrote = False
        try:
            async with aclosing(self._engine.ask(request)) as parts:
                while (part := await self._next(parts, span)) is not None:
                    if not isinstance(part, TextDelta):
                        span.saw(part)
                    elif not wrote:
                        wrote = True
                        span.saw(part)
                    yield part
        except GeneratorExit:
            raise
        except BaseException as caught:
            error = caught
            raise
        finally:
            span.end(error)

    async def _next(self, parts: AsyncGenerator[Part, None], span: Span) -> Part | None:
        """The next part. Only while it is awaited this is the step that others are within."""
        before = self._now.set(span)
        try:
            return await anext(parts, None)
        finally:
            self._now.reset(before)
