"""How long an Atlas answer takes end to end: cold (file just opened) and warm."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.atlas import AtlasEngine
from knowalledge_desktop.core.errors import TopicNotFound
from knowalledge_desktop.core.request import Request, Task
from tests.support.fakes import FakeClock

pytestmark = pytest.mark.bench

LIMIT_MS = 20.0
COMPLETION_MS = 5.0
TOPICS = ("DNA", "Photosynthesis", "Jazz", "World War II", "Ottoman Empire", "Brazil", "Computer", "Islam")


@pytest.fixture
def atlas_path() -> Path:
    path = Path(__file__).resolve().parents[2] / "resources" / "atlas" / "atlas.sqlite"
    assert path.exists(), "compile the Atlas first"
    return path


async def _ask_ms(engine: AtlasEngine, request: Request) -> float:
    started = time.perf_counter()
    async for _ in engine.ask(request):
        pass
    return (time.perf_counter() - started) * 1000


async def test_a_cold_answer_takes_less_than_the_limit(atlas_path: Path) -> None:
    import apsw  # the import is the start of the program, not of the answer

    assert apsw.sqlite_lib_version()
    taken: list[float] = []
    for topic in TOPICS:
        engine = AtlasEngine(atlas_path, FakeClock())
        taken.append(await _ask_ms(engine, Request(Task.SUBTOPICS, topic)))
        await engine.aclose()
    print(f"cold: median {statistics.median(taken):.2f} ms, worst {max(taken):.2f} ms")
    assert statistics.median(taken) < LIMIT_MS


async def test_warm_answers_take_less_than_the_limit(atlas_path: Path) -> None:
    engine = AtlasEngine(atlas_path, FakeClock())
    taken = [
        await _ask_ms(engine, Request(task, topic))
        for _ in range(25)
        for topic in TOPICS
        for task in (Task.SUBTOPICS, Task.EXPLANATION)
    ]
    await engine.aclose()
    worst = statistics.quantiles(taken, n=20)[-1]
    print(f"warm: median {statistics.median(taken):.2f} ms, 95 % {worst:.2f} ms")
    assert worst < LIMIT_MS


async def test_unknown_topics_and_completion(atlas_path: Path) -> None:
    engine = AtlasEngine(atlas_path, FakeClock())
    await engine.count("en")
    unknown: list[float] = []
    for topic in ("Photosintesys", "the history of the state of the art of war in the world", "Ottomann Empier"):
        started = time.perf_counter()
        with pytest.raises(TopicNotFound):
            await _ask_ms(engine, Request(Task.SUBTOPICS, topic))
        unknown.append((time.perf_counter() - started) * 1000)
    completion: list[float] = []
    for prefix in ("a", "s", "ph", "photosyn", "th"):
        started = time.perf_counter()
        await engine.articles(prefix, "en", 10)
        completion.append((time.perf_counter() - started) * 1000)
    await engine.aclose()
    print(f"unknown: worst {max(unknown):.2f} ms; completion: worst {max(completion):.2f} ms")
    assert statistics.median(unknown) < LIMIT_MS
    assert statistics.median(completion) < COMPLETION_MS
