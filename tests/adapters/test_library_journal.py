"""The journal: every act is told, every version can be read, older entries are taken together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from knowalledge_desktop.adapters import library_journal
from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.edits import moving, removal, renaming
from knowalledge_desktop.core.errors import MapNotFound, StorageDamaged
from knowalledge_desktop.core.graph import Change, Map, Place, PutPicture, PutTopic, Topic
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.services.history import HistoryService
from knowalledge_desktop.services.session import MapSession
from tests.support.examples import GEMINI, histories, photosynthesis
from tests.support.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def library(tmp_path: Path, clock: FakeClock) -> AsyncIterator[LibraryDb]:
    made = LibraryDb(tmp_path / "library.db", clock)
    yield made
    await made.aclose()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(told=histories())
async def test_every_version_of_any_history_is_read_back(
    library: LibraryDb, clock: FakeClock, told: tuple[Map, tuple[Change, ...]]
) -> None:
    start = Map(f"m{len(await library.maps())}", told[0].title)
    await library.create(start)
    states, document = [start], start
    for change in told[1]:
        clock.advance(100)
        acts = len(await library.acts(start.map_id))
        await library.apply(start.map_id, change)
        document = document.apply(change)
        if len(await library.acts(start.map_id)) > acts:
            states.append(document)
        else:  # it only says how the map is seen
            states[-1] = document
    acts = await library.acts(start.map_id)
    assert len(acts) == len(states)
    for act, state in zip(reversed(acts), states, strict=True):
        found = await library.version(start.map_id, act.act_id)
        for part in ("root_id", "topics", "links", "explanations", "pictures"):
            assert getattr(found, part) == getattr(state, part)


async def test_what_is_told(library: LibraryDb, clock: FakeClock) -> None:
    session = MapSession(photosynthesis(), library, stored=False)
    await session.commit(
        lambda now: Change((PutTopic(None, Topic("n", "New", "root", provenance=GEMINI)),), "add")
    )
    clock.advance(60)
    await session.commit(lambda now: renaming(now, "c1", "Other"))
    clock.advance(60)
    await session.undo()
    await session.redo()
    acts = await library.acts("m1")
    assert [(act.reason, act.about, act.author) for act in acts] == [
        ("redo rename", "Branch 1", "person"),
        ("undo rename", "Branch 1", "person"),
        ("rename", "Branch 1", "person"),
        ("begin", "Photosynthesis", "atlas"),
    ]
    assert acts[0].at == clock.now()
    assert acts[-1].tally.added == 5
    assert [act.reason for act in await library.acts("m1", before=acts[1].act_id, limit=1)] == ["rename"]


async def test_an_act_of_several_steps_is_one_entry(library: LibraryDb, clock: FakeClock) -> None:
    await library.create(photosynthesis())
    document = photosynthesis()
    for n in range(3):
        put = PutTopic(None, Topic(f"n{n}", f"N {n}", "c0", provenance=GEMINI))
        await library.apply("m1", Change((put,), "expand", "Branch 0"))
        clock.advance(5)
    await library.apply("m1", moving(document, {"c0": Place(1, 2)}))
    await library.apply("m1", moving(document, {"c1": Place(3, 4)}))
    moved, grown, begun = await library.acts("m1")
    assert (grown.author, grown.model, grown.tally.added) == ("gemini", GEMINI.model, 3)
    assert (moved.reason, moved.tally.moved) == ("move", 2)
    assert (await library.version("m1", begun.act_id)).topics == document.topics
    assert (await library.version("m1", grown.act_id)).places == document.places


async def test_going_back_is_one_step_of_undo_and_of_the_journal(library: LibraryDb, clock: FakeClock) -> None:
    await library.create(photosynthesis())
    session = MapSession(await library.load("m1"), library, stored=True)
    history = HistoryService(library)
    (begun,) = await history.acts("m1")
    for change in (removal, lambda now, key: renaming(now, "root", f"Without {key}")):
        clock.advance(60)
        await session.commit(lambda now, change=change: change(now, "c0"))
    after = session.map
    different = await history.compare("m1", begun.act_id)
    assert (different.removed, different.renamed) == (("Branch 0",), (("Photosynthesis", "Without c0"),))
    change = await history.go_back(session, begun.act_id)
    assert (change.reason, session.map) == ("back", photosynthesis())
    assert await library.load("m1") == photosynthesis()
    assert not await history.go_back(session, begun.act_id)
    assert not await history.compare("m1", begun.act_id)
    assert [act.reason for act in await history.acts("m1")] == ["back", "rename", "remove", "begin"]
    await session.undo()
    assert session.map == after


async def test_older_entries_are_taken_together_and_can_still_be_gone_back_over(
    library: LibraryDb, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_journal, "KEPT", 12)
    monkeypatch.setattr(library_journal, "FINE", 5)
    document = photosynthesis()
    await library.create(document)
    names: dict[int, str] = {}
    for n in range(40):
        clock.advance(3 * 3600)
        change = renaming(document, "c0", f"Name {n}")
        document = document.apply(change)
        await library.apply("m1", change)
        names[(await library.acts("m1"))[0].act_id] = f"Name {n}"
    acts = await library.acts("m1")
    assert len(acts) <= 12
    assert {act.reason for act in acts} >= {"rename", "several"}
    for act in acts:
        assert (await library.version("m1", act.act_id)).topics["c0"].title == names[act.act_id]
    with pytest.raises(MapNotFound):
        await library.version("m1", 1)


async def test_a_damaged_entry_is_told_as_damage(library: LibraryDb, clock: FakeClock) -> None:
    await library.create(photosynthesis())
    await library.apply("m1", renaming(photosynthesis(), "c0", "X"))
    begun = (await library.acts("m1"))[-1]
    for damaged in (b"", b"no zlib", b"x\x9c\x03\x00\x00\x00\x00\x01"):
        await library._write(lambda db, damaged=damaged: db.rows("UPDATE act SET undo = ?", (damaged,)))
        with pytest.raises(StorageDamaged):
            await library.version("m1", begun.act_id)
        library._file.damaged = False  # an entry of the journal, not the file


async def test_erasing_takes_pictures_that_nobody_else_has(library: LibraryDb) -> None:
    mine, both, was = (Picture.of("image/png", bytes([n]), 1, 1) for n in range(3))
    for picture in (mine, both, was):
        await library.put_picture(picture)
    for map_id in ("m1", "m2"):
        document = photosynthesis(map_id)
        await library.create(document)
        shown = [TopicPicture("c1", p.sha256, p.mime, 1, 1, "", GEMINI) for p in (mine, both, was)]
        puts = [PutPicture(None, shown[2]), PutPicture(shown[2], shown[1])] if map_id == "m1" else []
        puts += [PutPicture(None, shown[1])] if map_id == "m2" else []
        for put in puts:
            await library.apply(map_id, Change((put,), "picture"))
    await library.apply(
        "m1", Change((PutPicture(None, TopicPicture("c2", mine.sha256, "image/png", 1, 1, "", GEMINI)),))
    )
    await library.trash("m1")
    gone = await library.erase(["m1", "m2"])
    assert (gone.maps, gone.topics, gone.explanations, gone.pictures) == (1, 4, 1, 3)
    assert gone.titles == ("Photosynthesis",)
    kept = await asyncio.gather(*(library.picture(each.sha256) for each in (mine, both, was)))
    assert kept == [None, both, None]
    assert await library.acts("m1") == ()
    assert len(await library.maps()) == 1


async def test_what_a_file_brings_was_done_by_a_person(library: LibraryDb) -> None:
    document = photosynthesis()
    await library.create(document)
    topic = document.topics["c0"]
    told = Topic("new", "From a file", "root", 9.0, provenance=GEMINI)
    renamed = PutTopic(topic, replace(topic, title="Renamed in the file"))
    await library.apply("m1", Change((PutTopic(None, told), renamed), "import", document.title))
    newest = (await library.acts("m1"))[0]
    assert (newest.reason, newest.author) == ("import", "person")
