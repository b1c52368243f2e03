"""What a command says while its requests wait for their turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from knowalledge_desktop.cli.console import Console
from knowalledge_desktop.core.limit_words import reason, waiting_line, when
from knowalledge_desktop.core.request import Queued, Request
from knowalledge_desktop.services.bundle import Services

_TICK_S = 1.0
_PATIENCE_TICKS = 5
"""Where nothing passes by, such as in a log, a wait is told once it has lasted so long."""


async def beside(
    work: Awaitable[int], console: Console, services: Services, time_of: Callable[[float], str]
) -> int:
    """Do the work and say what it waits for: on a terminal once a second, elsewhere once for each reason."""
    watching = _watch if console.stderr.isatty() else _note
    trouble: Exception | None = None
    code = 0
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(watching(console, services, time_of))
        try:
            code = await work
        except Exception as error:  # noqa: BLE001 (raised again below as itself, not as a group of one)
            trouble = error
        finally:
            watch.cancel()
    if trouble is not None:
        raise trouble
    return code


def _line(services: Services, time_of: Callable[[float], str]) -> str:
    now = services.now()
    return waiting_line(services.quota.waiting(), lambda until: when(until, now, time_of))


async def _watch(console: Console, services: Services, time_of: Callable[[float], str]) -> None:
    before = told = ""
    while True:
        await services.sleep(_TICK_S)
        line = _line(services, time_of)
        if console.is_within_line:
            continue  # the passing line would wipe the text that is being written
        if console.passing != told:
            before = console.passing  # the command has said something else meanwhile
        if line:
            console.progress(line)
        elif told and console.passing == told:
            console.progress(before)
        told = line


async def _note(console: Console, services: Services, time_of: Callable[[float], str]) -> None:
    ticks, told = 0, ""
    while True:
        await services.sleep(_TICK_S)
        waiting = services.quota.waiting()
        ticks = ticks + 1 if waiting else 0
        if not waiting:
            told = ""
        elif ticks >= _PATIENCE_TICKS and (why := _why(waiting)) != told:
            told = why
            console.say(f"{_line(services, time_of)}.")


def _why(waiting: Sequence[tuple[Request, Queued]]) -> str:
    return reason(min((state for _, state in waiting), key=lambda state: state.position))
