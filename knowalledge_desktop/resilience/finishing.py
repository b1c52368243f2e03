"""Work that must be finished once it has begun, whatever happens to whoever waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await a short write; cancelling is raised after it has ended, so that nothing is left behind."""
    ended = asyncio.Event()
    failed: list[Exception] = []

    async def run() -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 (raised again below, in whoever waits)
            failed.append(error)
        finally:
            ended.set()

    try:
        await asyncio.shield(run())
    except asyncio.CancelledError:
        while not ended.is_set():
            with suppress(asyncio.CancelledError):  # raised below, once the work has ended
                await ended.wait()
        raise
    if failed:
        raise failed[0]
