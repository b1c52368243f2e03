"""What the whole stack adds to an engine that takes 300 ms, and what a cached answer takes.

Both are measured in turns in the same run, so that the machine's moods fall on both.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.disk_cache import DiskCache
from knowalledge_desktop.adapters.file_locks import FileLocks
from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.adapters.metrics import PrometheusMetrics
from knowalledge_desktop.core.ports import Cache, Engine, Library, Locks
from knowalledge_desktop.core.quota import Ledger, Limits
from knowalledge_desktop.core.request import Answer, EngineChoice, Part, Request, Task, TextDelta
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.resilience.keys import key_maker
from knowalledge_desktop.resilience.memory import AnswerMemory
from knowalledge_desktop.resilience.stack import build_stack
from tests.support.engines import PROSE, explanation_parts, spawn, subtopics_answer, told
from tests.support.fakes import MemoryCache, MemoryLibrary
from tests.support.gates import NoLocks, open_gate

pytestmark = pytest.mark.bench

ANSWER_S = 0.3
CHUNKS = 10
ROUNDS = 21
MOST_OVERHEAD = 1.05
MOST_CACHED_S = 0.02

SUBTOPICS = Request(Task.SUBTOPICS, engine=EngineChoice.GEMINI)
EXPLANATION = Request(Task.EXPLANATION, engine=EngineChoice.GEMINI)


class TimedEngine:
    """Answers in ten pieces over 300 ms, as a model does."""

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        explain = request.task is Task.EXPLANATION
        size = len(PROSE) // CHUNKS + 1
        ends = asyncio.get_running_loop().time()
        for n in range(CHUNKS):
            ends += ANSWER_S / CHUNKS  # by the clock, so that a slow reader does not add up
            await asyncio.sleep(ends - asyncio.get_running_loop().time())
            if explain:
                yield TextDelta(PROSE[n * size : (n + 1) * size])
        yield explanation_parts()[-1] if explain else subtopics_answer()


def stack_over(
    engine: Engine,
    cache: Cache,
    library: Library,
    memory: AnswerMemory | None = None,
    *,
    ledger: Ledger | None = None,
    locks: Locks | None = None,
) -> Engine:
    key = key_maker(lambda request: f"{request.task}@1", Settings)
    return build_stack(
        engine,
        engine,
        cache=cache,
        library=library,
        metrics=PrometheusMetrics(on=True),
        clock=SystemClock(),
        key=key,
        gate=open_gate(SystemClock(), key, ledger),
        locks=locks or NoLocks(),
        settings=Settings,
        spawn=spawn,
        memory=memory,
    )


async def seconds(engine: Engine, request: Request) -> float:
    started = perf_counter()
    parts = await told(engine, request)
    took = perf_counter() - started
    assert isinstance(parts[-1], Answer)
    return took


def report(name: str, rows: dict[str, float], record: Callable[[str, object], None]) -> None:
    for what, value in rows.items():
        record(f"{name} {what}", value)
    print(f"\n{name}: " + ", ".join(f"{what} {value:.5g}" for what, value in rows.items()))


@pytest.mark.parametrize("request_", [SUBTOPICS, EXPLANATION], ids=["subtopics", "explanation"])
@pytest.mark.parametrize("stores", ["memory", "disk"])
async def test_stack_overhead(
    request_: Request, stores: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    clock, bare = SystemClock(), TimedEngine()
    cache: Cache = MemoryCache()
    library: Library = MemoryLibrary()
    ledger: Ledger | None = None
    locks: Locks | None = None
    if stores == "disk":
        cache = DiskCache(tmp_path / "cache", clock, limit_bytes=50_000_000)
        library = LibraryDb(tmp_path / "library.db", clock)
        ledger = LedgerDb(tmp_path / "ledger.db", clock, defaults=lambda _: Limits(rpm=10_000))
        locks = FileLocks(tmp_path / "locks")
    stack = stack_over(bare, cache, library, ledger=ledger, locks=locks)
    alone: list[float] = []
    whole: list[float] = []
    for n in range(ROUNDS + 1):
        request = replace(request_, topic=f"Photosynthesis {n}")
        alone.append(await seconds(bare, request))
        whole.append(await seconds(stack, request))
    alone_s, whole_s = statistics.median(alone[1:]), statistics.median(whole[1:])  # the first one opens files
    ratio = whole_s / alone_s
    report(
        f"stack over a 300 ms {request_.task} answer, {stores}",
        {"bare_ms": alone_s * 1e3, "stack_ms": whole_s * 1e3, "ratio": ratio},
        record_property,
    )
    await cache.aclose()
    await library.aclose()
    if ledger is not None:
        await ledger.aclose()
    assert ratio <= MOST_OVERHEAD


async def test_cached_answer(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    cache = DiskCache(tmp_path / "cache", SystemClock(), limit_bytes=50_000_000)
    memory = AnswerMemory()
    stack = stack_over(TimedEngine(), cache, MemoryLibrary(), memory)
    request = replace(EXPLANATION, topic="Photosynthesis")
    await seconds(stack, request)
    from_memory = [await seconds(stack, request) for _ in range(200)]
    from_disk: list[float] = []
    for _ in range(200):
        memory.clear()
        from_disk.append(await seconds(stack, request))
    rows = {
        "memory_ms": statistics.median(from_memory) * 1e3,
        "disk_ms": statistics.median(from_disk) * 1e3,
        "disk_p95_ms": statistics.quantiles(from_disk, n=20)[-1] * 1e3,
    }
    report("cached answer", rows, record_property)
    await cache.aclose()
    assert statistics.median(from_disk) <= MOST_CACHED_S
