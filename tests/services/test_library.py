"""Opening, finding, searching and the trash, without any engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.core.errors import DiskFull, MapNotFound
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.ports import Library
from knowalledge_desktop.core.shelf import Listing, Shelf
from knowalledge_desktop.services.held import HeldLibrary
from knowalledge_desktop.services.library import LibraryService
from tests.support.cli_services import Bench, TitleIndex
from tests.support.examples import photosynthesis
from tests.support.shelves import a_map


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


async def test_maps_that_are_only_in_memory_are_listed_and_found(tmp_path: Path, bench: Bench) -> None:
    file = LibraryDb(tmp_path / "library.db", bench.clock)
    held = HeldLibrary(cast("Library", FullDisk(file)), look_again, bench.clock, bench.new_id)
    library = LibraryService(cast("Library", held), TitleIndex())
    await file.create(photosynthesis("m1"))
    assert [info.map_id for info in await library.listed(Listing())] == ["m1"]
    await held.create(a_map("new", "New"))
    assert [(info.map_id, info.title) for info in await library.listed(Listing())] == [
        ("new", "New"),
        ("m1", "Photosynthesis"),
    ]
    assert await library.identify("new") == "new"
    assert [info.map_id for info in await library.listed(Listing(Shelf.PINNED))] == []
    await file.aclose()


class FullDisk:
    """A library whose disk has no room for a new map."""

    def __init__(self, library: LibraryDb) -> None:
        self._library = library

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    async def create(self, document: Map) -> None:
        raise DiskFull("library.db")


async def look_again() -> None:
    return
