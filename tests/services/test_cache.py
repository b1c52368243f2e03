"""Forgetting answers through the real wiring: they are asked for anew, and the library stays as it is."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from knowalledge_desktop.bootstrap import Overrides, build_services
from knowalledge_desktop.core.cache import Layer, Lives
from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.errors import Offline, StorageError, UserInputError
from knowalledge_desktop.core.request import Options, Priority, SubstituteKind
from knowalledge_desktop.resilience.memory import LIMIT_BYTES, AnswerMemory
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.cache import CacheReport, CacheService, LayerReport
from tests.support.cli_services import everything
from tests.support.engines import answer, parsed_subtopics
from tests.support.fakes import FakeClock, MemoryCache, MemorySecrets, MemorySettings
from tests.support.ui_services import KEY, Oracle

SPARE = Options(count=4)


class Home:
    """The files of one person; each `services` is another start of the program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = Oracle()
        self.clock = FakeClock()

    async def services(self) -> Services:
        return await asyncio.to_thread(self._start)

    def _start(self) -> Services:
        told = {"KNOWALLEDGE_HOME": str(self.folder)}
        services = build_services(told, Overrides(self.engine, MemorySecrets(KEY), self.clock))
        services.tariffs.cost(Provenance("gemini", "any", "p@1", 0.0))  # the file of prices is read here
        return services

    async def library(self) -> list[str]:
        """Everything in the library, as text."""
        return await asyncio.to_thread(self._dump)

    def _dump(self) -> list[str]:
        (path,) = self.folder.rglob("library.db")
        with closing(sqlite3.connect(path)) as db:
            return list(db.iterdump())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "person")


async def explore(services: Services, topic: str) -> SubstituteKind | None:
    """Ask as for a new map; what stood in for the answer."""
    session = services.explore.new_map(topic)
    (grown,) = await everything(services.explore.expand(session, session.map.root_id, SPARE))
    return grown.answer.substitute.kind if grown.answer.substitute else None


async def learn(home: Home) -> None:
    """Two maps, and an explanation in one of them."""
    services = await home.services()
    await explore(services, "Jazz")
    await explore(services, "Bebop")
    jazz = await services.library.find("Jazz")
    await everything(services.explain.explain(jazz, jazz.map.root_id, Options()))
    await services.aclose()


@pytest.mark.parametrize(("pattern", "forgotten"), [("topic:jazz", 2), ("topic:*", 3), ("*", 3), (None, 3)])
async def test_the_library_is_untouched(home: Home, pattern: str | None, forgotten: int) -> None:
    await learn(home)
    before = await home.library()
    assert sum('INSERT INTO "answer"' in line for line in before) == 3  # the kept answers too
    services = await home.services()
    assert (await services.cache.report()).items == 3
    cache = services.cache
    assert await (cache.clear() if pattern is None else cache.invalidate(pattern)) == forgotten
    assert (await cache.report()).items == 3 - forgotten
    await services.aclose()
    assert await home.library() == before


async def test_what_was_forgotten_is_asked_for_again_and_the_rest_is_not(home: Home) -> None:
    await learn(home)
    services = await home.services()
    assert await services.cache.invalidate("subtopics:JAZZ") == 1
    asked = len(home.engine.asked)
    await explore(services, "Bebop")
    assert len(home.engine.asked) == asked
    await explore(services, "Jazz")
    assert len(home.engine.asked) == asked + 1
    report = await services.cache.report()
    assert (report.items, report.hits, report.misses) == (3, 1, 1)
    await services.aclose()


async def test_memory_forgets_with_the_folder(home: Home) -> None:
    services = await home.services()
    await explore(services, "Jazz")
    await explore(services, "Bebop")
    asked = len(home.engine.asked)
    assert await services.cache.invalidate("topic:jazz") == 1
    await explore(services, "Bebop")
    assert len(home.engine.asked) == asked
    await explore(services, "Jazz")
    assert await services.cache.clear() == 2
    await explore(services, "Bebop")
    assert len(home.engine.asked) == asked + 2
    await services.aclose()


async def test_a_kept_answer_still_stands_in_when_gemini_is_away(home: Home) -> None:
    await learn(home)
    home.engine.plans["Jazz"] = (Offline(),)
    services = await home.services()
    await services.cache.clear()
    assert await explore(services, "Jazz") is SubstituteKind.KEPT
    await services.aclose()


async def test_an_old_answer_is_given_at_once_and_a_new_one_is_there_the_next_time(home: Home) -> None:
    services = await home.services()
    try:
        await explore(services, "Jazz")
        home.clock.advance(15 * 86_400.0)
        session = services.explore.new_map("Jazz")
        (grown,) = await everything(services.explore.expand(session, session.map.root_id, SPARE))
        assert grown.answer.from_cache
        while len(home.engine.asked) < 2:  # noqa: ASYNC110 - nobody waits for a renewal, so none is told
            await asyncio.sleep(0.001)
        assert (home.engine.asked[1].fresh, home.engine.asked[1].priority) == (True, Priority.LOW)
        while not (await services.cache.report()).renewed:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.001)
        home.clock.advance(13 * 86_400.0)  # the old one would be gone soon, the new one is good for long
        assert await explore(services, "Jazz") is None
        home.clock.advance(10 * 86_400.0)
        await explore(services, "Jazz")
        report = await services.cache.report()
        assert (report.hits, report.misses, report.layers[0].hits) == (3, 1, 3)
    finally:
        await services.aclose()


async def test_the_file_of_the_library_stays_the_same_to_the_byte(home: Home) -> None:
    await learn(home)
    (path,) = home.folder.rglob("library.db")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    services = await home.services()
    assert await services.cache.invalidate("topic:jazz") == 2
    assert await services.cache.clear() == 1
    assert (await services.cache.report()).items == 0
    await services.aclose()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


class Stuck(MemoryCache):
    """A cache whose folder cannot be used."""

    async def clear(self) -> int:
        raise StorageError("the cache")

    async def invalidate(self, pattern: str) -> int:
        raise StorageError("the cache")


@pytest.fixture
def memory() -> AnswerMemory:
    memory = AnswerMemory()
    for key, name in (("a", "subtopics:jazz"), ("b", "explanation:bebop"), ("c", "")):
        memory.put(key, answer(parsed_subtopics("x")), 10, 100.0, name)
    return memory


async def test_memory_is_emptied_even_when_the_folder_cannot_be(memory: AnswerMemory) -> None:
    service = CacheService(Stuck(), memory, MemorySettings().load)
    with pytest.raises(StorageError):
        await service.invalidate("topic:jazz")
    assert memory.size_bytes == 20
    with pytest.raises(StorageError):
        await service.clear()
    assert memory.size_bytes == 0


async def test_what_is_no_pattern_forgets_nothing(memory: AnswerMemory) -> None:
    service = CacheService(MemoryCache(), memory, MemorySettings().load)
    with pytest.raises(UserInputError):
        await service.invalidate("")
    assert memory.size_bytes == 30
    limit = MemorySettings().load().cache_limit_bytes
    layers = (LayerReport(Layer.MEMORY, 3, 30, LIMIT_BYTES, 0), LayerReport(Layer.DISK, 0, 0, limit, 0))
    lives = Lives(30 * 86400.0, 14 * 86400.0)
    assert await service.report() == CacheReport(0, 0, limit, 0, 0, layers, lives=lives)


def test_memory_forgets_by_name(memory: AnswerMemory) -> None:
    assert memory.invalidate("topic:*") == 2
    assert (memory.size_bytes, memory.get("c", 0.0) is not None) == (10, True)
    assert memory.invalidate("*") == 1
    assert memory.size_bytes == 0


async def test_another_running_program_asks_anew_once_the_cache_was_cleared_here(home: Home) -> None:
    window, command = await home.services(), await home.services()
    try:
        for _ in range(2):
            await explore(window, "Jazz")
        assert len(home.engine.asked) == 1
        assert await command.cache.clear() == 1
        await explore(window, "Jazz")
        assert len(home.engine.asked) == 2
    finally:
        await window.aclose()
        await command.aclose()
