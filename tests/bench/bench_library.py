"""A hundred thousand topics of about 2.8 KB feel like a hundred: opening, lists, both stages of a search.

Measured through the library as the window uses it, one letter a 80 ms, in libraries of growing size, with the
naive way (all texts ranked for every letter) beside it in the same run.
"""

from __future__ import annotations

import asyncio
import os
import statistics
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from time import perf_counter

import pytest

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.core.shelf import EVERYTHING, Filter, Listing
from tests.support.atlas import atlas_path
from tests.support.big_library import fill

__all__ = ["atlas_path"]
pytestmark = pytest.mark.bench

TITLES = 30  # that the window shows for a letter
SIZES = (1_000, 10_000, 100_000)
LETTER_S = 0.080
TYPED = ("photosynthesis", "roman empire", "water", "the art of", "selimiye", "carbon", "istanbul", "music")
OPEN_MS, LIST_MS, LETTER_MS, STOP_MS = 30.0, 50.0, 10.0, 40.0
NAIVE = 1 / 100

_NAIVE = """SELECT topic.title, snippet(explanation_words, 0, '[', ']', '…', 24) FROM explanation_words
    JOIN explanation ON explanation.row = explanation_words.rowid
    JOIN topic ON topic.map_id = explanation.map_id AND topic.topic_id = explanation.topic_id
    WHERE explanation_words MATCH ? ORDER BY bm25(explanation_words) LIMIT 20"""


@pytest.fixture(scope="module", params=SIZES)
def path(request: pytest.FixtureRequest, atlas_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of that size; kept between runs in KNOWALLEDGE_BENCH_FOLDER when that is set."""
    kept = os.environ.get("KNOWALLEDGE_BENCH_FOLDER")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("libraries")
    made = folder / str(request.param) / "library.db"
    if not made.exists():
        fill(made, atlas_path, request.param)
    return made


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[LibraryDb]:
    library = LibraryDb(path, SystemClock())
    library._back_up = lambda: None  # type: ignore[method-assign] # the copy of the day is measured elsewhere
    try:
        yield library
    finally:
        library._file.back_up = lambda *_, **__: None  # type: ignore[method-assign]
        await library.aclose()


def forget(path: Path) -> None:
    """Have the system forget what it has read of the file."""
    for part in (path, path.with_name(path.name + "-wal")):
        if part.exists() and hasattr(os, "posix_fadvise"):
            with part.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


async def cold(path: Path) -> tuple[float, float, float]:
    """Milliseconds to open, from there to the first list, and to the map opened last with its texts."""
    forget(path)
    async with opened(path) as library:
        begun = perf_counter()
        await library._opened()
        open_ = perf_counter()
        rows = await library.listed(Listing(limit=50))
        listed = perf_counter()
        await library.load(rows[0].map_id)
        loaded = perf_counter()
    assert len(rows) >= 20
    return (open_ - begun) * 1e3, (listed - open_) * 1e3, (loaded - listed) * 1e3


async def typed(library: LibraryDb, among: Filter) -> list[float]:
    """Milliseconds of the first stage for each letter of some words, one letter a 80 ms.

    Of three rounds the middle one for each letter: other programs share the machine.
    """
    rounds = [await _typed(library, among) for _ in range(3)]
    return [statistics.median(each) for each in zip(*rounds, strict=True)]


async def _typed(library: LibraryDb, among: Filter) -> list[float]:
    took: list[float] = []
    for words in TYPED:
        for end in range(1, len(words) + 1):
            begun = perf_counter()
            await library.titles(words[:end], among, limit=TITLES)
            took.append((perf_counter() - begun) * 1e3)
            await asyncio.sleep(max(0.0, LETTER_S - took[-1] / 1e3))
    return took


async def stopped(library: LibraryDb) -> tuple[list[float], list[float]]:
    """Milliseconds of the second stage when let, and from a key while it runs to the titles of that key."""
    whole: list[float] = []
    after: list[float] = []
    for words in ("the", "art", "wat", "car", "ist", "con"):
        begun = perf_counter()
        await library.texts(words, EVERYTHING)
        whole.append((perf_counter() - begun) * 1e3)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(library.texts(words, EVERYTHING))
            await asyncio.sleep(min(0.03, whole[-1] / 2e3))
            begun = perf_counter()
            task.cancel()
            await library.titles(words + "e", EVERYTHING, limit=TITLES)
            after.append((perf_counter() - begun) * 1e3)
    return whole, after


def naive(path: Path) -> float:
    """Milliseconds, in the middle, of ranking all texts for each of the first letters."""
    took: list[float] = []
    with closing(Connection(path)) as db:
        for words in TYPED:
            for end in (1, 2, 3):
                begun = perf_counter()
                db.rows(_NAIVE, ('"' + words[:end] + '"*',))
                took.append((perf_counter() - begun) * 1e3)
    return statistics.median(took)


def high(values: Sequence[float]) -> float:
    return sorted(values)[max(0, round(0.99 * len(values)) - 1)]


async def test_a_library_feels_the_same_at_every_size(
    path: Path, record_property: Callable[[str, object], None]
) -> None:
    size = int(path.parent.name)
    colds = [await cold(path) for _ in range(5)]
    async with opened(path) as library:
        letters = await typed(library, EVERYTHING)
        filtered = await typed(library, Filter(quality=0.98))
        whole, after = await stopped(library)
        begun = perf_counter()
        near = await library.near("mathmatics", EVERYTHING)
        near_ms = (perf_counter() - begun) * 1e3
        begun = perf_counter()
        await library.overview(0.0)
        overview_ms = (perf_counter() - begun) * 1e3
    plain = naive(path) if size == max(SIZES) else 0.0
    told = {
        "open cold": statistics.median(each[0] for each in colds),
        "first list cold": statistics.median(each[1] for each in colds),
        "last map cold": statistics.median(each[2] for each in colds),
        "letter p50": statistics.median(letters),
        "letter p99": high(letters),
        "letter p99 with a filter": high(filtered),
        "texts p50": statistics.median(whole),
        "texts max": max(whole),
        "key while texts run, max": max(after),
        "near miss": near_ms,
        "overview": overview_ms,
        "naive ranking p50": plain,
    }
    for what, value in told.items():
        record_property(f"library {size} {what} ms", value)
    print(f"\nlibrary of {size}, ms: ", end="")
    print(", ".join(f"{what} {value:.2f}" for what, value in told.items()))
    assert near.hits
    assert told["open cold"] <= OPEN_MS
    assert told["first list cold"] <= LIST_MS
    assert told["letter p99"] <= LETTER_MS
    assert told["key while texts run, max"] <= STOP_MS
    if plain:
        assert told["letter p50"] / plain <= NAIVE
