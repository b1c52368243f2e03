"""Opening, finding, searching and the trash, without any engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowalledge_desktop.core.errors import MapNotFound
from knowalledge_desktop.services.library import LibraryService
from tests.support.cli_services import Bench
from tests.support.examples import photosynthesis


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    for map_id in ("m1", "m2"):
        bench.clock.advance(1)
        await bench.memory.create(photosynthesis(map_id))
    return bench


@pytest.fixture
def library(bench: Bench) -> LibraryService:
    return bench.services().library


async def test_the_map_opened_last_comes_first(bench: Bench, library: LibraryService) -> None:
    bench.memory.clock.advance(5)
    session = await library.open("m1")
    assert session.is_stored
    assert [info.map_id for info in await library.maps()] == ["m1", "m2"]
    last = await library.open_last()
    assert last is not None
    assert last.map == session.map


async def test_an_empty_library_has_no_last_map(tmp_path: Path) -> None:
    assert await Bench(tmp_path).services().library.open_last() is None


async def test_a_map_is_found_by_its_id_or_the_title_of_its_root(library: LibraryService) -> None:
    assert (await library.find("m1")).map.map_id == "m1"
    assert (await library.find("PHOTOSYNTHESIS")).map.map_id == "m2"
    for wanted in ("Branch 0", "", "m3"):
        with pytest.raises(MapNotFound):
            await library.find(wanted)


async def test_the_trash_gives_back(library: LibraryService) -> None:
    await library.trash("m2")
    assert [info.map_id for info in await library.maps()] == ["m1"]
    with pytest.raises(MapNotFound):
        await library.find("m2")
    await library.restore("m2")
    assert (await library.find("m2")).map.map_id == "m2"
    with pytest.raises(MapNotFound):
        await library.trash("m9")


async def test_searching_needs_words(library: LibraryService) -> None:
    assert {hit.title for hit in await library.search("chloro", limit=1)} == {"Branch 0"}
    assert await library.search("   ") == ()


async def test_completing_needs_a_beginning(library: LibraryService) -> None:
    assert await library.complete("Ja", "en", limit=1) == ("Jazz",)
    assert await library.complete(" ", "en") == ()
