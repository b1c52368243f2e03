"""Counts what stands in the way of an answer: limits, and answers that cannot be used."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from knowalledge_desktop.core.errors import ContentBlocked, InvalidReply, QuotaExhausted
from knowalledge_desktop.core.ports import Engine, Metrics
from knowalledge_desktop.core.request import Part, Queued, Request


class Noted:
    """Tells each refusal by a limit, the first wait for one, and each answer that was refused.

    It stands where every try passes and before anything stands in for the answer, so that a limit is counted
    also when the Atlas answers instead.
    """

    def __init__(self, engine: Engine, *, metrics: Metrics) -> None:
        self._engine = engine
        self._metrics = metrics

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The engine's parts, unchanged."""
        waited = False
        try:
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    if isinstance(part, Queued) and part.metric and not waited:
                        waited = True
                        self._metrics.limited(part.metric, refused=False)
                    yield part
        except QuotaExhausted as error:
            self._metrics.limited(error.quota_id, refused=True)
            raise
        except (InvalidReply, ContentBlocked) as error:
            self._metrics.invalid(request.task.value, type(error).__name__)
            raise
