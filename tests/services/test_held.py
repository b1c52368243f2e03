"""While nothing can be written the person works on in memory; all of it is written when there is room again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from knowalledge_desktop.core.edits import renaming
from knowalledge_desktop.core.errors import DiskFull, NewerVersion, StorageError, StorageReadOnly
from knowalledge_desktop.core.graph import Change, Map, Place, PutPlace, PutTopic, Topic
from knowalledge_desktop.core.ports import Library
from knowalledge_desktop.services.backup import BackupService
from knowalledge_desktop.services.edit import EditService
from knowalledge_desktop.services.held import Held, HeldLibrary
from knowalledge_desktop.services.library import LibraryService
from tests.support.backups import MemoryBackups
from tests.support.examples import photosynthesis
from tests.support.fakes import FakeClock, MemoryLibrary
from tests.support.pictures import png


class Bench:
    """A library that can be made to fail, behind one that holds."""

    def __init__(self) -> None:
        self.disk = MemoryLibrary()
        self.looked = 0
        self.told: list[Held] = []
        self.held = HeldLibrary(self.disk, self._look, self.disk.clock, lambda: "rescued")
        self.held.listen(self.told.append)
        self.library = cast("Library", self.held)
        self.service = LibraryService(self.library, cast("Any", None))
        self.edit = EditService(FakeClock(), lambda: "new")

    async def _look(self) -> None:
        self.looked += 1


@pytest.fixture
def bench() -> Bench:
    return Bench()


def adding(name: str) -> Change:
    return Change((PutTopic(None, Topic(name, name.title(), "root")),), "add")


@pytest.mark.parametrize("trouble", [DiskFull("library.db"), StorageReadOnly("library.db")])
async def test_acts_go_on_in_memory_and_are_written_in_their_order(bench: Bench, trouble: StorageError) -> None:
    await bench.held.create(photosynthesis("m1"))
    bench.disk.failing = trouble
    session = await bench.service.open("m1")
    await bench.edit.rename(session, "c0", "One")
    await bench.edit.rename(session, "c0", "Two")
    await session.undo()
    assert session.map.topics["c0"].title == "One"
    assert bench.disk.documents()["m1"] == photosynthesis("m1"), "something was half written"
    assert bench.held.held == Held(3, (photosynthesis("m1").title,), trouble)
    assert (await bench.service.open("m1")).map.topics["c0"].title == "One", "another map was opened in between"
    bench.disk.failing = None
    assert await bench.held.flush()
    assert bench.disk.documents()["m1"] == session.map
    assert bench.held.held == Held()
    assert bench.told[-1] == Held()


async def test_a_new_map_is_listed_and_found_while_it_is_only_in_memory(bench: Bench) -> None:
    await bench.held.create(photosynthesis("m1"))
    bench.disk.failing = DiskFull()
    await bench.held.create(Map("m2", "Bebop", "r", {"r": Topic("r", "Bebop")}))
    await bench.held.apply("m2", Change((PutTopic(None, Topic("s", "Swing", "r")),)))
    first, second = await bench.service.maps()
    assert (first.map_id, first.title, first.topics) == ("m2", "Bebop", 2)
    assert second.map_id == "m1"
    assert (await bench.service.find("BEBOP")).map.map_id == "m2"
    bench.disk.failing = None
    await bench.held.aclose()
    assert len(bench.disk.documents()["m2"].topics) == 2


async def test_the_next_act_writes_what_waits_before_it(bench: Bench) -> None:
    await bench.held.create(photosynthesis("m1"))
    bench.disk.failing = DiskFull()
    await bench.held.apply("m1", adding("one"))
    bench.disk.failing = None
    await bench.held.apply("m1", adding("two"))
    assert [change.puts[0].after.topic_id for _, change in bench.disk.changes] == ["one", "two"]  # type: ignore[union-attr]
    assert bench.held.held.acts == 0
    assert bench.looked == 1


async def test_acts_at_the_same_time_keep_their_order(bench: Bench) -> None:
    await bench.held.create(photosynthesis("m1"))
    bench.disk.failing = DiskFull()
    async with asyncio.TaskGroup() as group:
        for n in range(10):
            group.create_task(bench.held.apply("m1", adding(f"n{n}")))
    bench.disk.failing = None
    await bench.held.flush()
    assert [change.puts[0].after.topic_id for _, change in bench.disk.changes] == [f"n{n}" for n in range(10)]  # type: ignore[union-attr]


async def test_a_disk_that_fills_again_half_way_loses_nothing(bench: Bench) -> None:
    await bench.held.create(photosynthesis("m1"))
    bench.disk.failing = DiskFull()
    for n in range(4):
        await bench.held.apply("m1", adding(f"n{n}"))
    written, whole = bench.disk.apply, 2

    async def some(map_id: str, change: Change) -> None:
        if len(bench.disk.changes) >= whole:
            raise DiskFull
        await written(map_id, change)

    bench.disk.failing = None
    bench.disk.apply = some  # type: ignore[method-assign]
    assert not await bench.held.flush()
    assert bench.held.held.acts == 2
    assert len((await bench.held.load("m1")).topics) == len(photosynthesis("m1").topics) + 4
    whole = 4
    assert await bench.held.flush()
    assert bench.disk.documents()["m1"] == await bench.held.load("m1")


async def test_a_map_that_was_changed_elsewhere_meanwhile_is_kept_beside_it(bench: Bench) -> None:
    await bench.held.create(photosynthesis("m1"))
    bench.disk.failing = DiskFull()
    await bench.held.apply("m1", adding("mine"))
    await bench.held.apply("m1", adding("mine too"))
    bench.disk.failing = None

    async def conflict(map_id: str, change: Change) -> None:
        raise StorageError(f"{map_id}: it was changed from elsewhere")

    bench.disk.apply = conflict  # type: ignore[method-assign]
    assert await bench.held.flush()
    assert bench.disk.documents()["m1"] == photosynthesis("m1")
    assert set(bench.disk.documents()["rescued"].topics) >= {"mine", "mine too"}


async def test_first_places_are_kept_in_memory_but_are_no_act(bench: Bench) -> None:
    await bench.held.create(replace(photosynthesis("m1"), places={}))
    bench.disk.failing = DiskFull()
    await bench.held.apply("m1", Change((PutPlace("c1", None, Place(1.0, 2.0)),), "move"))
    assert (await bench.held.load("m1")).places["c1"] == Place(1.0, 2.0)
    assert bench.held.held.acts == 0
    await bench.held.apply("m1", Change((PutPlace("c1", Place(1.0, 2.0), Place(3.0, 2.0)),), "move"))
    assert bench.held.held.acts == 1
    bench.disk.failing = None
    assert await bench.held.flush()
    assert bench.disk.documents()["m1"].places["c1"] == Place(3.0, 2.0)


async def test_pictures_are_held_too(bench: Bench) -> None:
    from knowalledge_desktop.core.content import Picture

    picture = Picture.of("image/png", png(8, 8), 8, 8)
    bench.disk.failing = StorageReadOnly()
    await bench.held.put_picture(picture)
    assert await bench.held.picture(picture.sha256) == picture
    bench.disk.failing = None
    await bench.held.flush()
    assert bench.disk.pictures == {picture.sha256: picture}


async def test_a_newer_library_holds_nothing_and_refuses(bench: Bench) -> None:
    await bench.held.create(photosynthesis("m1"))
    bench.disk.failing = NewerVersion("library.db")
    with pytest.raises(NewerVersion):
        await bench.held.apply("m1", renaming(photosynthesis("m1"), "c0", "X"))
    assert bench.held.held == Held()
    assert (await bench.held.load("m1")) == photosynthesis("m1")


async def test_what_a_copy_elsewhere_holds_is_what_is_in_memory(bench: Bench, tmp_path: Path) -> None:
    await bench.held.create(photosynthesis("m1"))
    bench.disk.failing = DiskFull()
    await bench.held.create(photosynthesis("m2"))
    service = BackupService(MemoryBackups(tmp_path), bench.held, bench.library)
    assert isinstance(service.refuses, DiskFull)
    assert await service.save_copy(tmp_path / "copy.db") == 2
    bench.disk.failing = None
    assert await service.look_again() is None
    assert service.held == Held()
