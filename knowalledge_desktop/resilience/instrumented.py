"""Outermost: counts what people were given, and what troubles reached them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.payload import ExplanationText, Illustration, SubtopicList
from knowalledge_desktop.core.ports import Engine, Metrics
from knowalledge_desktop.core.request import Answer, Part, Request, SubstituteKind


class Instrumented:
    """Counts new content with its quality, and errors by class name.

    What is only shown again, from the cache or from the library, is not counted as generated;
    cancelling is not counted as an error.
    """

    def __init__(self, engine: Engine, *, metrics: Metrics) -> None:
        self._engine = engine
        self._metrics = metrics

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The engine's parts, unchanged."""
        try:
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    if isinstance(part, Answer):
                        self._count(part)
                    yield part
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except BaseException as error:
            self._metrics.error(type(error).__name__, request.task.value)
            if isinstance(error, AppError):  # its sentence may depend on what was asked for
                error.task = request.task.value
            raise

    def _count(self, answer: Answer) -> None:
        shown_again = answer.substitute is not None and answer.substitute.kind is SubstituteKind.KEPT
        if answer.from_cache or shown_again:
            return
        if isinstance(answer.content, SubtopicList):
            self._metrics.generated("subtopics", len(answer.content.items), answer.quality)
        elif isinstance(answer.content, ExplanationText):
            self._metrics.generated("explanations", 1, answer.quality)
        elif isinstance(answer.content, Illustration):
            self._metrics.generated("images", 1, None)
