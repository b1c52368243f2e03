"""What a command says while its requests wait for their turn, and the names of the limits they wait for."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence

from knowalledge_desktop.cli.console import Console
from knowalledge_desktop.core.quota import Metric
from knowalledge_desktop.core.request import Queued, Request
from knowalledge_desktop.services.bundle import Services

METRIC_NAMES = {
    Metric.RPM: "requests per minute",
    Metric.TPM: "input tokens per minute",
    Metric.IPM: "images per minute",
    Metric.RPD: "requests per day",
    Metric.TPD: "input tokens per day",
    Metric.DAY_BUDGET: "today’s budget",
    Metric.MONTH_BUDGET: "this month’s budget",
}
_SOON_S = 120.0
_TICK_S = 1.0


def when(until: float, now: float, time_of: Callable[[float], str]) -> str:
    """How far off a moment is: "in 23 s" up to two minutes, "at 09:00" beyond."""
    left = until - now
    return f"in {max(1, math.ceil(left))} s" if left <= _SOON_S else f"at {time_of(until)}"


def waiting_line(waiting: Sequence[tuple[Request, Queued]], now: float, time_of: Callable[[float], str]) -> str:
    """What the first of those who wait is waiting for; empty when nobody waits."""
    if not waiting:
        return ""
    first = min((state for _, state in waiting), key=lambda state: state.position)
    if first.metric:
        reason = f"{METRIC_NAMES[Metric(first.metric)]} of {first.model}"
    else:
        reason = f"others are asked first of {first.model}"
    free = f", free {when(first.until, now, time_of)}" if first.until is not None else ""
    place = f"position {first.position}" if len(waiting) == 1 else f"{len(waiting)} requests wait"
    return f"Waiting: {reason}{free} ({place})"


async def beside(
    work: Awaitable[int], console: Console, services: Services, time_of: Callable[[float], str]
) -> int:
    """Do the work; on a terminal say meanwhile, once a second, what it waits for."""
    if not console.stderr.isatty():
        return await work
    trouble: Exception | None = None
    code = 0
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(_watch(console, services, time_of))
        try:
            code = await work
        except Exception as error:  # noqa: BLE001 (raised again below as itself, not as a group of one)
            trouble = error
        finally:
            watch.cancel()
    if trouble is not None:
        raise trouble
    return code


async def _watch(console: Console, services: Services, time_of: Callable[[float], str]) -> None:
    before = told = ""
    while True:
        await services.sleep(_TICK_S)
        line = waiting_line(services.quota.waiting(), services.now(), time_of)
        if console.is_within_line:
            continue  # the passing line would wipe the text that is being written
        if console.passing != told:
            before = console.passing  # the command has said something else meanwhile
        if line:
            console.progress(line)
        elif told and console.passing == told:
            console.progress(before)
        told = line
