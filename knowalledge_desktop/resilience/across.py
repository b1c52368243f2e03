"""Equal requests of several processes on this machine are one call."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

from knowalledge_desktop.core.answer_names import answer_name
from knowalledge_desktop.core.content import Usage
from knowalledge_desktop.core.ports import Engine, Locks
from knowalledge_desktop.core.request import Answer, Part, Request
from knowalledge_desktop.resilience.keys import CONTENT_TASKS
from knowalledge_desktop.resilience.replay import replayed


class Across:
    """Asks while it holds the lock of the question, if the answer has not come into the cache meanwhile.

    `read` and `write` are those of the cache further out: what was asked is stored before the lock is
    let go, so that whoever waits finds it there.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        locks: Locks,
        key: Callable[[Request], str],
        read: Callable[[str], Awaitable[Answer | None]],
        write: Callable[[str, Answer, str], Awaitable[None]],
    ) -> None:
        self._engine = engine
        self._locks = locks
        self._key = key
        self._read = read
        self._write = write

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The engine's parts, or the answer another process has just had, marked `from_cache`."""
        if request.task not in CONTENT_TASKS:
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    yield part
            return
        key = self._key(request)
        async with self._locks.hold(key):
            # Also who did not have to wait looks again: the other may have finished since the first look.
            found = None if request.fresh else await self._read(key)
            if found is not None:
                for part in replayed(replace(found, from_cache=True, usage=Usage())):
                    yield part
                return
            async with aclosing(self._engine.ask(request)) as parts:
                async for part in parts:
                    if isinstance(part, Answer):
                        await self._write(key, part, answer_name(request))
                    yield part
