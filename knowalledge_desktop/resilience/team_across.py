"""Equal requests of several members of a team are one call."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

from knowalledge_desktop.core.answer_names import answer_name
from knowalledge_desktop.core.content import Usage
from knowalledge_desktop.core.ports import Engine
from knowalledge_desktop.core.request import Answer, Part, Request
from knowalledge_desktop.core.team import Leases
from knowalledge_desktop.resilience.keys import CONTENT_TASKS
from knowalledge_desktop.resilience.replay import replayed


class TeamAcross:
    """Asks while it holds the team's lease of the question; who does not have it waits for the answer.

    It is inside `Across`, so one process of each machine at most is here with a question. Without a team, or
    without its Redis, everybody has the lease. `read` and `write` are those of the cache further out.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        leases: Leases,
        key: Callable[[Request], str],
        read: Callable[[str], Awaitable[Answer | None]],
        write: Callable[[str, Answer, str], Awaitable[None]],
    ) -> None:
        self._engine = engine
        self._leases = leases
        self._key = key
        self._read = read
        self._write = write

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The engine's parts, or the answer that another member has just had, marked `from_cache`."""
        if request.task not in CONTENT_TASKS or request.fresh:
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    yield part
            return
        key = self._key(request)
        while True:
            async with self._leases.hold(key) as is_ours:
                # Also who has it at once looks again: another may have finished since the look further out.
                found = await self._read(key)
                if found is None and is_ours:
                    async with aclosing(self._engine.ask(request)) as parts:
                        async for part in parts:
                            if isinstance(part, Answer):
                                await self._write(key, part, answer_name(request))
                            yield part
                    return
            if found is not None:
                for part in replayed(replace(found, from_cache=True, usage=Usage())):
                    yield part
                return
            await self._leases.news(key)
