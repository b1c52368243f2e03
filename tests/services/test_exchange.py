"""Files that go out and come back edited, through real folders and a library in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.core.errors import ImportRefused, MapNotFound, StorageError, UserInputError
from knowalledge_desktop.core.graph import Change, Map, PutTopic
from knowalledge_desktop.services.exchange import ExchangeService
from knowalledge_desktop.services.session import MapSession
from tests.support.cli_services import Bench
from tests.support.examples import photosynthesis

ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "home")


@pytest.fixture
def exchange(bench: Bench) -> ExchangeService:
    return bench.services().exchange


@pytest.fixture
async def session(bench: Bench) -> MapSession:
    document = photosynthesis(ID)
    await bench.memory.create(document)
    return MapSession(document, bench.library, stored=True)


def rename(topic_id: str, title: str) -> Callable[[Map], Change]:
    def make(document: Map) -> Change:
        topic = document.topics[topic_id]
        return Change((PutTopic(topic, replace(topic, title=title)),), "rename")

    return make


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir() if each.name not in ("home", "knowalledge-home", "runtime")]


def a_child(document: Map, number: int = 0) -> str:
    return document.children(document.root_id)[number]


@pytest.mark.parametrize("suffix", [".knowalledge", ".zip", ".canvas", ".graphml", ".csv"])
async def test_a_file_that_was_not_edited_changes_nothing(
    suffix: str, exchange: ExchangeService, session: MapSession, tmp_path: Path
) -> None:
    target = tmp_path / f"map{suffix}"
    report = await exchange.export(session.map, "", target)
    assert report.path == target
    assert report.size_bytes == target.stat().st_size
    before = session.map
    back = await exchange.import_file(target, into=session)
    assert (back.is_new, back.added, back.altered, back.removed) == (False, 0, 0, 0)
    assert (back.conflicts, back.warnings) == ((), ())
    assert session.map == before
    assert session.next_undo is None
    # Once it was edited here, the old file still has nothing to say.
    await session.commit(rename(a_child(before), "Renamed here"))
    again = await exchange.import_file(target, into=session)
    assert (again.altered, again.conflicts) == (0, ())
    assert session.map.topics[a_child(before)].title == "Renamed here"


async def test_a_map_that_is_not_there_comes_with_the_file(
    exchange: ExchangeService, session: MapSession, bench: Bench, tmp_path: Path
) -> None:
    await exchange.export(session.map, "knowalledge", tmp_path / "a")
    other = Bench(tmp_path / "other")
    report = await other.services().exchange.import_file(tmp_path / "a")
    assert report.is_new
    assert await other.library.load(ID) == session.map
    # The other one edits and sends it back.
    await report.session.commit(rename(a_child(session.map), "Renamed there"))
    await session.commit(rename(a_child(session.map, 1), "Renamed here"))
    await other.services().exchange.export(report.session.map, "knowalledge", tmp_path / "b")
    back = await exchange.import_file(tmp_path / "b", into=session)
    assert (back.altered, back.conflicts) == (1, ())
    titles = {topic.title for topic in session.map.topics.values()}
    assert {"Renamed there", "Renamed here"} <= titles
    undone = await session.undo()
    assert undone is not None
    assert undone.reason == "import"
    assert "Renamed there" not in {topic.title for topic in session.map.topics.values()}


async def test_a_vault_edited_in_its_folder_is_merged(
    exchange: ExchangeService, session: MapSession, tmp_path: Path
) -> None:
    folder = tmp_path / "Vault"
    await exchange.export(session.map, "vault", folder)
    child = a_child(session.map)
    topic = session.map.topics[child]
    note = folder / f"{topic.title}.md"
    note.write_text(
        note.read_text(encoding="utf-8") + "\n## Note %%knowalledge:note%%\n\nMy words\n", encoding="utf-8"
    )
    (folder / "My own note.md").write_text(f"Something about [[{topic.title}]].", encoding="utf-8")
    report = await exchange.import_file(folder, into=session)
    assert (report.added, report.altered, report.conflicts) == (1, 1, ())
    assert session.map.topics[child].note == "My words"
    added = next(t for t in session.map.topics.values() if t.title == "My own note")
    assert added.note == f"Something about [[{topic.title}]]."
    assert added.provenance.engine == "person"
    # The same again adds nothing, and what was removed here does not come back.
    again = await exchange.import_file(folder, into=session)
    assert (again.added, again.altered) == (0, 0)
    await session.commit(lambda document: Change((PutTopic(document.topics[added.topic_id], None),)))
    assert (await exchange.import_file(folder, into=session)).added == 0


async def test_an_import_that_was_undone_can_be_made_again(
    exchange: ExchangeService, session: MapSession, tmp_path: Path
) -> None:
    target = tmp_path / "map.csv"
    await exchange.export(session.map, "", target)
    title = session.map.topics[a_child(session.map)].title
    target.write_text(target.read_text(encoding="utf-8").replace(title, "From the table", 1), encoding="utf-8")
    assert (await exchange.import_file(target, into=session)).altered == 1
    await session.undo()
    assert (await exchange.import_file(target, into=session)).altered == 1


async def test_a_folder_that_is_no_vault_gets_one_inside(
    exchange: ExchangeService, session: MapSession, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    report = await exchange.export(session.map, "vault", tmp_path)
    assert report.path == tmp_path / session.map.title
    assert (tmp_path / "mine.txt").read_text() == "mine"


async def test_edits_in_a_vault_are_not_written_over(
    exchange: ExchangeService, session: MapSession, tmp_path: Path
) -> None:
    folder = tmp_path / "Vault"
    await exchange.export(session.map, "vault", folder)
    note = folder / f"{session.map.title}.md"
    note.write_text("edited", encoding="utf-8")
    with pytest.raises(UserInputError, match="Import the folder first"):
        await exchange.export(session.map, "vault", folder)
    assert note.read_text(encoding="utf-8") == "edited"


async def test_notes_of_topics_that_are_gone_leave_the_vault(
    exchange: ExchangeService, session: MapSession, tmp_path: Path
) -> None:
    folder = tmp_path / "Vault"
    await exchange.export(session.map, "vault", folder)
    child = a_child(session.map)
    title = session.map.topics[child].title
    (folder / "theirs.md").write_text("theirs", encoding="utf-8")
    await session.commit(rename(child, "Another title"))
    await exchange.export(session.map, "vault", folder)
    assert not (folder / f"{title}.md").exists()
    assert (folder / "Another title.md").exists()
    assert (folder / "theirs.md").exists()


async def test_the_sealed_file_is_the_same_each_time(
    exchange: ExchangeService, session: MapSession, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        await exchange.export(session.map, "knowalledge", tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


async def test_a_damaged_sealed_file_is_refused(
    exchange: ExchangeService, session: MapSession, tmp_path: Path
) -> None:
    target = tmp_path / "map.knowalledge"
    await exchange.export(session.map, "", target)
    target.write_bytes(target.read_bytes().replace(b'"rank"', b'"rang"'))
    with pytest.raises(ImportRefused):
        await exchange.import_file(target)


async def test_a_file_of_a_map_in_the_trash_brings_it_back(
    exchange: ExchangeService, session: MapSession, bench: Bench, tmp_path: Path
) -> None:
    await exchange.export(session.map, "graphml", tmp_path / "map.graphml")
    await bench.library.trash(ID)
    report = await exchange.import_file(tmp_path / "map.graphml")
    assert not report.is_new
    assert [info.map_id for info in await bench.library.maps()] == [ID]


async def test_without_what_was_remembered_nothing_is_removed(
    exchange: ExchangeService, session: MapSession, bench: Bench, tmp_path: Path
) -> None:
    target = tmp_path / "map.canvas"
    await exchange.export(session.map, "", target)
    told = json.loads(target.read_text(encoding="utf-8"))
    gone = a_child(session.map)
    told["nodes"] = [node for node in told["nodes"] if node["id"] != gone]
    told["knowalledge"]["lineage"] = ""
    target.write_text(json.dumps(told), encoding="utf-8")
    report = await exchange.import_file(target, into=session)
    assert report.removed == 0
    assert gone in session.map.topics
    assert len(report.warnings) == 1


async def test_a_table_without_ids_joins_the_open_map_by_titles(
    exchange: ExchangeService, session: MapSession, tmp_path: Path
) -> None:
    document = session.map
    child = document.topics[a_child(document)].title
    rows = ["title,parent", f"{document.title},", f"{child},{document.title}", f"Brand new,{child}"]
    target = tmp_path / "plain.csv"
    target.write_text("\n".join(rows), encoding="utf-8")
    report = await exchange.import_file(target, into=session, join=True)
    assert (report.is_new, report.added, report.altered, report.removed) == (False, 1, 0, 0)
    new = next(t for t in session.map.topics.values() if t.title == "Brand new")
    assert new.parent_id == a_child(document)
    apart = await exchange.import_file(target)
    assert (apart.is_new, apart.added) == (True, 3)


@pytest.mark.parametrize(("name", "target"), [("nonsense", "a.csv"), ("", "a.xyz")], ids=["name", "ending"])
async def test_an_unknown_format_is_said(
    name: str, target: str, exchange: ExchangeService, session: MapSession, tmp_path: Path
) -> None:
    with pytest.raises(UserInputError):
        await exchange.export(session.map, name, tmp_path / target)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"  \n", b"\x00\x01\x02\x03" * 50], ids=["empty", "blank", "noise"])
async def test_what_is_no_map_is_refused(content: bytes, exchange: ExchangeService, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(content)
    with pytest.raises(ImportRefused):
        await exchange.import_file(tmp_path / "x.bin")


async def test_a_file_that_is_not_there(exchange: ExchangeService, tmp_path: Path) -> None:
    with pytest.raises(UserInputError, match="There is no file"):
        await exchange.import_file(tmp_path / "gone.csv")


async def test_a_folder_that_cannot_be_written_leaves_nothing(
    exchange: ExchangeService, session: MapSession, tmp_path: Path
) -> None:
    with pytest.raises(StorageError):
        await exchange.export(session.map, "csv", tmp_path / "none" / "map.csv")
    assert names_in(tmp_path) == []


async def test_a_link_in_a_vault_does_not_lead_the_export_out(
    exchange: ExchangeService, session: MapSession, tmp_path: Path
) -> None:
    folder, outside = tmp_path / "Vault", tmp_path / "outside"
    await exchange.export(session.map, "vault", folder)
    outside.mkdir()
    for each in (folder / ".knowalledge").iterdir():
        (outside / each.name).write_bytes(each.read_bytes())
        each.unlink()
    (folder / ".knowalledge").rmdir()
    (folder / ".knowalledge").symlink_to(outside)
    before = {each.name: each.stat().st_mtime_ns for each in outside.iterdir()}
    report = await exchange.export(session.map, "vault", folder)
    assert report.path == folder / session.map.title
    assert {each.name: each.stat().st_mtime_ns for each in outside.iterdir()} == before


async def test_the_trash_is_not_the_end_of_a_file(exchange: ExchangeService, tmp_path: Path, bench: Bench) -> None:
    document = photosynthesis(ID)
    await exchange.export(document, "graphml", tmp_path / "map.graphml")
    with pytest.raises(MapNotFound):
        await bench.library.load(ID)
    assert (await exchange.import_file(tmp_path / "map.graphml")).is_new
