"""From the thread of the port to the loop that owns the services, and back."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
Json = dict[str, Any]
Tell = Callable[[Json], None]

PATIENCE_S = 10.0
"""What only looks at something takes no longer; then the window is busy with something else."""


class Busy(Exception):
    """The loop of the services did not come round in time."""


class Bridge:
    """Has coroutines run on the loop of the services; its methods are awaited on the loop of the port.

    Cancelling the wait cancels what runs there.
    """

    def __init__(self, owner: asyncio.AbstractEventLoop) -> None:
        self._owner = owner
        self._open: set[concurrent.futures.Future[Any]] = set()

    async def look(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of a short look; raises Busy when that takes too long."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self.ask(work)
        except TimeoutError:
            raise Busy from None

    async def ask(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of a coroutine that is made and run on the loop of the services."""
        return await asyncio.wrap_future(self._submit(work))

    async def stream(self, work: Callable[[Tell], Coroutine[Any, Any, Json]]) -> AsyncGenerator[Json, None]:
        """What the coroutine tells while it runs, then its result."""
        here = asyncio.get_running_loop()
        told: asyncio.Queue[Json | None] = asyncio.Queue()

        def tell(event: Json | None) -> None:
            if not here.is_closed():
                here.call_soon_threadsafe(told.put_nowait, event)

        future = self._submit(lambda: work(tell))
        future.add_done_callback(lambda _: tell(None))
        try:
            while (event := await told.get()) is not None:
                yield event
            yield await asyncio.wrap_future(future)
        finally:
            future.cancel()

    def report(self, bug: BaseException) -> None:
        """Tell the loop of the services of a mistake in the program: it goes where all of them go."""
        self._owner.call_soon_threadsafe(
            self._owner.call_exception_handler, {"message": "a bug in the loopback port", "exception": bug}
        )

    def end(self) -> None:
        """Cancel all that still runs."""
        for future in tuple(self._open):
            future.cancel()

    def _submit(self, work: Callable[[], Coroutine[Any, Any, T]]) -> concurrent.futures.Future[T]:
        async def made() -> T:
            return await work()

        future = asyncio.run_coroutine_threadsafe(made(), self._owner)
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        return future
