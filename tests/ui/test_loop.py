"""The window's loop does what asyncio expects of one."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Awaitable, Callable


def test_a_stream_that_is_given_up_is_closed_in_the_loop(run_async: Callable[[Awaitable[None]], None]) -> None:
    closed: list[bool] = []

    async def stream() -> AsyncGenerator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)  # as a connection is: only a loop can do it
            closed.append(True)

    async def give_up() -> None:
        async for _ in stream():
            break
        gc.collect()
        for _ in range(20):
            await asyncio.sleep(0)

    run_async(give_up())
    assert closed == [True]
