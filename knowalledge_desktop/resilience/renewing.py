"""Asking again, behind, for answers that were given although they are no longer fresh."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import replace

from knowalledge_desktop.core.cache import LookUps
from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.request import Answer, EngineChoice, Part, Priority, Request
from knowalledge_desktop.resilience.coalesced import Spawn

AT_ONCE = 2
_REST = 600.0
"""Seconds until an answer is tried again after a renewal in vain."""
_log = logging.getLogger(__name__)

Ask = Callable[[Request], AsyncGenerator[Part, None]]


class Renewals:
    """Runs a few renewals at a time at the lowest priority, none twice, and drops what would be too many.

    Nobody waits for one: when it fails, the old answer stays as good as it was. `may` says whether anything
    optional may be asked now. A call of `begin` costs nothing by itself.
    """

    def __init__(
        self,
        *,
        spawn: Spawn,
        may: Callable[[], Awaitable[bool]],
        look_ups: LookUps,
        monotonic: Callable[[], float],
    ) -> None:
        self._spawn = spawn
        self._may = may
        self._look_ups = look_ups
        self._monotonic = monotonic
        self._running: dict[str, asyncio.Task[None]] = {}
        self._failed: dict[str, float] = {}
        self._closed = False

    def begin(self, key: str, request: Request, ask: Ask) -> bool:
        """Renew the answer of a request, unless it is being renewed or too many are; whether it was begun."""
        rests = self._monotonic() - self._failed.get(key, -_REST) < _REST
        if self._closed or rests or key in self._running or len(self._running) >= AT_ONCE:
            return False
        wanted = replace(request, fresh=True, priority=Priority.LOW, engine=EngineChoice.GEMINI)
        task = self._running[key] = self._spawn(self._renew(key, wanted, ask))
        task.add_done_callback(lambda _: self._running.pop(key, None))
        return True

    async def aclose(self) -> None:
        """End what runs."""
        self._closed = True
        running = list(self._running.values())
        for task in running:
            task.cancel()
        for task in running:
            with suppress(asyncio.CancelledError):
                await task

    async def _renew(self, key: str, request: Request, ask: Ask) -> None:
        try:
            if not await self._may():
                return
            async with aclosing(ask(request)) as parts:
                async for part in parts:
                    if isinstance(part, Answer):
                        self._look_ups.renewed += 1
        except AppError as error:  # nobody asked for it
            self._look_ups.renewals_failed += 1
            self._failed[key] = self._monotonic()
            _log.info("An answer was not renewed: %s", type(error).__name__)
