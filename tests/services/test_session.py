"""A session stores before it shows, and stays in step with the library whatever interrupts it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.core.edits import moving, renaming
from knowalledge_desktop.core.errors import DiskFull
from knowalledge_desktop.core.graph import Change, Map, Place, PutPlace, PutTopic, Topic
from knowalledge_desktop.services.session import HISTORY_MAX, MapSession
from tests.support.examples import photosynthesis
from tests.support.fakes import FakeClock, MemoryLibrary


class SlowLibrary(MemoryLibrary):
    """Writes wait at the gate: there a test can cancel."""

    def hold(self) -> None:
        self.begun, self.gate = asyncio.Event(), asyncio.Event()

    async def _wait(self) -> None:
        self.begun.set()
        await self.gate.wait()

    async def create(self, document: Map) -> None:
        await self._wait()
        await super().create(document)

    async def apply(self, map_id: str, change: Change) -> None:
        await self._wait()
        await super().apply(map_id, change)


def rename(title: str, topic_id: str = "root") -> Callable[[Map], Change]:
    return lambda document: renaming(document, topic_id, title)


async def kept_session(library: MemoryLibrary) -> MapSession:
    document = photosynthesis()
    await MemoryLibrary.create(library, document)
    return MapSession(document, library, stored=True)


async def test_a_new_map_is_stored_with_its_first_change() -> None:
    library = MemoryLibrary()
    session = MapSession(photosynthesis(), library, stored=False)
    assert not session.is_stored
    assert not library.shelves
    await session.commit(rename("Light"))
    assert session.is_stored
    assert library.documents()["m1"] == session.map


async def test_an_empty_change_stores_nothing() -> None:
    library = MemoryLibrary()
    session = MapSession(photosynthesis(), library, stored=False)
    assert not await session.commit(lambda document: Change(()))
    assert not session.is_stored
    assert session.next_undo is None


async def test_the_map_takes_the_title_of_its_root() -> None:
    library = MemoryLibrary()
    session = await kept_session(library)
    await session.commit(rename("Light"))
    assert session.map.title == "Light"
    await session.undo()
    assert session.map.title == "Photosynthesis"


async def test_undo_and_redo_are_stored_changes_too() -> None:
    library = MemoryLibrary()
    session = await kept_session(library)
    before = session.map
    await session.commit(rename("A", "c0"))
    await session.commit(rename("B", "c0"))
    after = session.map
    await session.undo()
    await session.undo()
    assert session.map == before == library.documents()["m1"]
    assert await session.undo() is None
    await session.redo()
    await session.redo()
    assert session.map == after == library.documents()["m1"]
    assert await session.redo() is None


async def test_a_new_act_forgets_what_was_undone() -> None:
    session = await kept_session(MemoryLibrary())
    await session.commit(rename("A", "c0"))
    await session.undo()
    assert session.next_redo is not None
    await session.commit(rename("B", "c1"))
    assert session.next_redo is None


async def test_changes_of_view_are_no_steps_of_undo() -> None:
    session = await kept_session(MemoryLibrary())
    await session.commit(rename("A", "c0"), undoable=False)
    assert session.next_undo is None


async def test_the_history_has_an_end() -> None:
    session = await kept_session(MemoryLibrary())
    for n in range(HISTORY_MAX + 5):
        await session.commit(rename(f"A{n}", "c0"))
    steps = 0
    while await session.undo():
        steps += 1
    assert steps == HISTORY_MAX


async def test_what_could_not_be_stored_is_not_shown() -> None:
    library = MemoryLibrary()
    session = await kept_session(library)
    await session.commit(rename("A", "c0"))
    before, library.failing = session.map, DiskFull("library.db")
    for act in (session.commit(rename("B", "c0")), session.undo()):
        with pytest.raises(DiskFull):
            await act
        assert session.map is before
        assert session.next_undo is not None
    assert session.next_undo.about == "Branch 0"
    assert session.next_redo is None


async def test_a_new_map_that_could_not_be_stored_may_be_tried_again() -> None:
    library = MemoryLibrary(failing=DiskFull("library.db"))
    session = MapSession(photosynthesis(), library, stored=False)
    with pytest.raises(DiskFull):
        await session.commit(rename("A", "c0"))
    assert not session.is_stored
    library.failing = None
    await session.commit(rename("A", "c0"))
    assert library.documents()["m1"].topics["c0"].title == "A"


async def cancel_twice(library: SlowLibrary, act: Coroutine[Any, Any, Any]) -> None:
    """Cancel an act while its write is under way; then the write goes on."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(act)
        await library.begun.wait()
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()  # impatience changes nothing
        await asyncio.sleep(0)
        assert not task.done()
        library.gate.set()
    assert task.cancelled()


@pytest.mark.parametrize("stored", [True, False])
async def test_a_write_that_has_begun_is_finished_when_it_is_cancelled(*, stored: bool) -> None:
    library = SlowLibrary()
    session = await kept_session(library) if stored else MapSession(photosynthesis(), library, stored=False)
    library.hold()
    await cancel_twice(library, session.commit(rename("A", "c0")))
    assert session.map.topics["c0"].title == "A"
    assert session.is_stored
    assert library.documents()["m1"] == session.map
    await session.commit(rename("B", "c0"))
    while await session.undo():
        assert library.documents()["m1"] == session.map
    assert session.map.topics["c0"].title == "Branch 0"


async def test_an_undo_that_has_begun_is_finished_when_it_is_cancelled() -> None:
    library = SlowLibrary()
    session = await kept_session(library)
    library.hold()
    library.gate.set()
    await session.commit(rename("A", "c0"))
    library.hold()
    await cancel_twice(library, session.undo())
    assert session.map.topics["c0"].title == "Branch 0"
    assert (session.next_undo, session.next_redo is not None) == (None, True)
    assert library.documents()["m1"] == session.map


async def test_a_write_that_fails_after_cancelling_leaves_everything_as_it_was() -> None:
    library = SlowLibrary()
    session = await kept_session(library)
    before = session.map
    library.hold()
    library.failing = DiskFull("library.db")
    await cancel_twice(library, session.commit(rename("A", "c0")))
    assert session.map is before
    assert session.next_undo is None


async def test_an_act_that_waits_for_its_turn_is_not_done_when_it_is_cancelled() -> None:
    library = SlowLibrary()
    session = await kept_session(library)
    library.hold()
    async with asyncio.TaskGroup() as group:
        group.create_task(session.commit(rename("A", "c0")))
        await library.begun.wait()
        waiting = group.create_task(session.commit(rename("B", "c1")))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.sleep(0)
        library.gate.set()
    assert [session.map.topics[each].title for each in ("c0", "c1")] == ["A", "Branch 1"]


async def test_changes_made_at_once_are_written_one_after_the_other() -> None:
    library = MemoryLibrary()
    session = await kept_session(library)

    def add(n: int) -> Callable[[Map], Change]:
        return lambda document: Change((PutTopic(None, Topic(f"n{n}", f"New {n}", "root", float(n))),), "add")

    async with asyncio.TaskGroup() as group:
        for n in range(20):
            group.create_task(session.commit(add(n)))
    assert len(session.map.topics) == 24
    assert library.documents()["m1"] == session.map


async def test_cancelling_at_any_moment_keeps_the_real_library_in_step(tmp_path: Path) -> None:
    library = LibraryDb(tmp_path / "library.db", FakeClock())
    session = MapSession(photosynthesis(), library, stored=False)
    for turns in range(30):
        async with asyncio.TaskGroup() as group:
            task = group.create_task(session.commit(rename(f"A{turns}", "c0")))
            for _ in range(turns % 6):
                await asyncio.sleep(0)
            task.cancel()
        assert session.is_stored is (turns > 0)
        if session.is_stored:
            assert await library.load("m1") == session.map
    await session.commit(rename("last", "c0"))
    while session.next_undo:
        await session.undo()
    assert await library.load("m1") == session.map
    await library.aclose()


async def test_every_stored_change_is_told_also_one_whose_author_was_cancelled() -> None:
    library = SlowLibrary()
    session = await kept_session(library)
    told: list[tuple[str, str]] = []
    session.listen(lambda change, document: told.append((change.reason, document.title)))
    library.hold()
    author = asyncio.ensure_future(session.commit(rename("Light")))
    await library.begun.wait()
    author.cancel()
    library.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await author
    assert told == [("rename", "Light")]
    await session.undo()
    assert told[-1] == ("rename", "Photosynthesis")


async def test_undo_moves_back_a_topic_that_was_folded_since_and_leaves_the_fold() -> None:
    library = MemoryLibrary()
    session = await kept_session(library)
    start = session.map.places.get("root") or Place(0.0, 0.0)
    await session.commit(lambda document: moving(document, {"root": start}), undoable=False)
    await session.commit(lambda document: moving(document, {"root": Place(50.0, 60.0, pinned=True)}))
    folded = Place(50.0, 60.0, pinned=True, collapsed=True)
    fold = Change((PutPlace("root", session.map.places["root"], folded),), "fold")
    await session.commit(lambda _: fold, undoable=False)
    await session.undo()
    assert session.map.places["root"] == Place(start.x, start.y, start.pinned, collapsed=True)
    await session.redo()
    assert session.map.places["root"] == folded
    assert library.documents()["m1"] == session.map
