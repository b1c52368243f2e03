"""The library's file: round trips, damage, backups, versions, several processes, cancelled searches."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from knowalledge_desktop.adapters import library_copies, library_file, library_search
from knowalledge_desktop.adapters.library_connection import Connection, Interrupted
from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.adapters.library_file import APPLICATION_ID, MIGRATIONS, LibraryFile, migrate
from knowalledge_desktop.core.content import Picture, Provenance
from knowalledge_desktop.core.edits import removal, renaming
from knowalledge_desktop.core.errors import DiskFull, NewerVersion, StorageDamaged, StorageError, StorageReadOnly
from knowalledge_desktop.core.graph import Change, Map, PutTopic, Topic
from knowalledge_desktop.core.payload import Illustration
from knowalledge_desktop.core.request import Answer, Task
from knowalledge_desktop.core.shelf import EVERYTHING
from tests.support.examples import GEMINI, answer, ask, histories, photosynthesis
from tests.support.fakes import FakeClock

DAY = 24 * 3600.0


@asynccontextmanager
async def opened(path: Path, clock: FakeClock | None = None) -> AsyncIterator[LibraryDb]:
    library = LibraryDb(path, clock or FakeClock())
    try:
        yield library
    finally:
        await library.aclose()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "library.db"


def look(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        return db.execute(sql).fetchall()


def names(folder: Path, pattern: str = "*") -> list[str]:
    return sorted(each.name for each in folder.glob(pattern))


# --- round trips ---


@pytest.fixture
async def library(path: Path) -> AsyncIterator[LibraryDb]:
    async with opened(path) as made:
        yield made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # every example has maps of its own
@given(told=histories())
async def test_any_history_is_read_back_equal(library: LibraryDb, told: tuple[Map, tuple[Change, ...]]) -> None:
    count = len(await library.maps())
    start = document = replace(told[0], map_id=f"m{count}")
    await library.create(start)
    for change in told[1]:
        await library.apply(start.map_id, change)
        document = document.apply(change)
    assert await library.load(start.map_id) == document
    whole = replace(document, map_id=f"whole{count}")
    await library.create(whole)
    for change in reversed(told[1]):
        await library.apply(start.map_id, change.inverse())
    assert await library.load(start.map_id) == start
    assert await library.load(whole.map_id) == whole


async def test_text_that_is_no_text_becomes_a_replacement_sign(path: Path) -> None:
    async with opened(path) as library:
        await library.create(Map("m", "half \ud800", "r", {"r": Topic("r", "half \ud800 of a pair")}))
        loaded = await library.load("m")
    assert (loaded.title, loaded.topics["r"].title) == ("half �", "half � of a pair")


async def test_a_change_is_stored_wholly_or_not_at_all(path: Path) -> None:
    async with opened(path) as library:
        await library.create(photosynthesis())
        bad = Topic("t", "T", provenance=Provenance("person", parameters=(("a", object()),)))  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            await library.apply("m1", Change((PutTopic(None, Topic("s", "S", "root")), PutTopic(None, bad))))
        assert await library.load("m1") == photosynthesis()


# --- the file ---


async def test_the_file_is_as_it_should_be(path: Path) -> None:
    async with opened(path) as library:
        await library.create(photosynthesis())
        db = library._writing
        assert db is not None

        def pragmas() -> list[object]:
            asked = ("journal_mode", "synchronous", "mmap_size", "trusted_schema", "foreign_keys", "fullfsync")
            asked += ("checkpoint_fullfsync", "temp_store", "recursive_triggers", "cell_size_check")
            return [db.value(f"PRAGMA {name}") for name in asked]

        assert await asyncio.get_running_loop().run_in_executor(library._writer, pragmas) == [
            "wal",
            2,
            0,
            0,
            1,
            1,
            1,
            2,
            1,
            1,
        ]
    assert look(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert look(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert permissions(path) == (0o700, 0o600)
    assert names(path.parent) == ["backups", "library.db", "library.db.lock"]


def permissions(path: Path) -> tuple[int, int]:
    return path.parent.stat().st_mode & 0o777, path.stat().st_mode & 0o777


def test_making_one_touches_nothing(path: Path) -> None:
    LibraryDb(path, FakeClock())
    assert not path.parent.exists()


async def test_closing_twice_or_unused_is_fine(path: Path) -> None:
    library = LibraryDb(path, FakeClock())
    await library.aclose()
    await library.aclose()
    assert library.notices() == ()


async def test_search_tables_stay_whole(path: Path) -> None:
    document = photosynthesis()
    async with opened(path) as library:
        await library.create(document)
        await library.apply("m1", renaming(document, "c0", "Chloroplast"))

        def check() -> None:
            db = library._writing
            assert db is not None
            for table in ("topic_words", "topic_parts", "explanation_words"):
                db.rows(f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)")  # noqa: S608

        await asyncio.get_running_loop().run_in_executor(library._writer, check)
        assert (await library.search("chloroplast"))[0].topic_id == "c0"


# --- backups and damage ---


async def test_one_backup_a_day_and_seven_of_them(path: Path) -> None:
    clock = FakeClock()
    for _ in range(9):
        async with opened(path, clock) as library:
            await (library.create(photosynthesis()) if not await library.maps() else library.mark_opened("m1"))
        clock.advance(DAY)
    kept = names(path.parent / "backups")
    assert len(kept) == 7
    assert (kept[0], kept[-1]) == ("library-20270117.db", "library-20270123.db")


async def test_the_copy_of_a_day_has_what_was_there_at_its_end(path: Path) -> None:
    async with opened(path) as library:
        await library.create(photosynthesis("m1"))
    async with opened(path) as library:
        await library.create(photosynthesis("m2"))
    (copy,) = (path.parent / "backups").iterdir()
    assert look(copy, "SELECT count(*) FROM map") == [(2,)]


async def test_an_empty_library_is_not_backed_up(path: Path) -> None:
    async with opened(path) as library:
        assert not await library.maps()
    assert names(path.parent / "backups") == []


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _garbage(path: Path) -> None:
    path.write_bytes(b"no library " * 400)


def _garbage_inside(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 : 4096 + 3000] = b"\xff" * 3000
    path.write_bytes(content)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _missing(path: Path) -> None:
    path.unlink()


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _of_another_program(path: Path) -> None:
    path.unlink()
    look(path, "CREATE TABLE theirs(x)")


DAMAGES = [_cut, _garbage, _garbage_inside, _empty, _missing, _of_another_program]


def _as_after_a_crash(path: Path) -> None:
    path.with_name(path.name + ".open-1-abcd").touch()


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_library_is_put_aside_and_the_backup_opened(
    path: Path, damage: Callable[[Path], None]
) -> None:
    async with opened(path) as library:
        await library.create(photosynthesis())
        await library.keep("k", ask(), answer())
    damage(path)
    _as_after_a_crash(path)
    async with opened(path) as library:
        assert await library.load("m1") == photosynthesis()
        assert await library.kept("k", ask()) == answer()
        assert len(library.notices()) == 1
        assert "backup library-20270115.db" in library.notices()[0]
        await library.create(photosynthesis("m2"))
    assert len(names(path.parent, "library.db.damaged-*")) == (0 if damage is _missing else 1)
    async with opened(path) as library:
        assert library.notices() == ()
        assert len(await library.maps()) == 2
        assert library.notices() == ()


@pytest.mark.parametrize("damage", [_cut, _garbage, _garbage_inside])
async def test_without_a_good_backup_a_new_library_is_started(path: Path, damage: Callable[[Path], None]) -> None:
    async with opened(path) as library:
        await library.create(photosynthesis())
    damage(path)
    _as_after_a_crash(path)
    for backup in (path.parent / "backups").iterdir():
        _garbage(backup)
    async with opened(path) as library:
        assert not await library.maps()
        assert "a new one was started" in library.notices()[0]
    assert len(names(path.parent, "library.db.damaged-*")) == 1


async def test_damage_met_while_reading_is_looked_for_at_the_next_start(path: Path) -> None:
    async with opened(path) as library:
        await library.create(photosynthesis(children=200))
    _hollow(path)
    async with opened(path) as library:
        await library.pin("m1", pinned=True)  # a backup would not have that
        with pytest.raises(StorageDamaged):
            await library.load("m1")
    assert len(names(path.parent, "library.db.open-*")) == 1
    async with opened(path) as library:
        assert await library.load("m1") == photosynthesis(children=200)
        assert "backup" in library.notices()[0]


async def test_damage_met_before_anything_was_changed_is_mended_at_once(path: Path) -> None:
    async with opened(path) as library:
        await library.create(photosynthesis(children=200))
    _hollow(path)
    async with opened(path) as library:
        await library.mark_opened("m1")
        first, second = await asyncio.gather(library.load("m1"), library.load("m1"))
        assert first == second == photosynthesis(children=200)
        assert any("backup library-" in notice for notice in library.notices())
    assert len(names(path.parent, "library.db.damaged-*")) >= 1
    assert names(path.parent, "library.db.open-*") == []


def _hollow(path: Path) -> None:
    """Damage the pages of the topics alone."""
    (root,) = look(path, "SELECT rootpage FROM sqlite_master WHERE name = 'topic'")[0]
    content = bytearray(path.read_bytes())
    at = (int(str(root)) - 1) * 4096
    content[at : at + 4096] = b"\xaa" * 4096
    path.write_bytes(content)


async def test_a_library_that_another_process_uses_is_not_moved_away(path: Path) -> None:
    async with opened(path) as first:
        await first.create(photosynthesis())
        _garbage(path)
        path.with_name(path.name + "-wal").unlink(missing_ok=True)
        second = LibraryDb(path, FakeClock())
        with pytest.raises(StorageDamaged):
            await second.maps()
        await second.aclose()
        assert names(path.parent, "library.db.damaged-*") == []
        first._file.damaged = True  # nothing of it can be backed up any more


async def test_a_clean_end_leaves_no_mark_and_a_crash_does(path: Path) -> None:
    async with opened(path) as library:
        await library.maps()
        assert len(names(path.parent, "library.db.open-*")) == 1
    assert names(path.parent, "library.db.open-*") == []


# --- versions ---


def _second_version(db: Connection) -> None:
    db.script("ALTER TABLE map ADD COLUMN colour TEXT NOT NULL DEFAULT ''")


async def test_a_migration_is_preceded_by_a_backup(path: Path) -> None:
    async with opened(path) as library:
        await library.create(photosynthesis())
    async with opened(path) as library:
        library._file = LibraryFile(path, FakeClock(), (*MIGRATIONS, _second_version))
        assert await library.load("m1") == photosynthesis()
    now = len(MIGRATIONS)
    assert look(path, "PRAGMA user_version") == [(now + 1,)]
    (copy,) = (path.parent / "backups").glob(f"library-before-v{now + 1}-*.db")
    assert look(copy, "PRAGMA user_version") == [(now,)]
    assert look(copy, "SELECT map_id FROM map") == [("m1",)]


def _failing_version(db: Connection) -> None:
    db.script("ALTER TABLE map ADD COLUMN colour TEXT NOT NULL DEFAULT ''")
    raise ZeroDivisionError


async def test_a_failed_migration_changes_nothing(path: Path) -> None:
    async with opened(path) as library:
        await library.create(photosynthesis())
    library = LibraryDb(path, FakeClock())
    library._file = LibraryFile(path, FakeClock(), (*MIGRATIONS, _failing_version))
    with pytest.raises(ZeroDivisionError):
        await library.load("m1")
    await library.aclose()
    async with opened(path) as library:
        assert await library.load("m1") == photosynthesis()
    assert look(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]


LEAF = Picture.of("image/png", b"\x89PNG and so on", 4, 3)


async def make_first_version(path: Path) -> Map:
    """A library as it was before there were pictures."""
    document = replace(photosynthesis(), pictures={})
    new = path.with_name("new.db")
    async with opened(new) as library:
        await library.create(document)
    path.parent.mkdir(exist_ok=True)
    with closing(Connection(path, durable=True)) as db:
        migrate(db, MIGRATIONS[:1], 0)
        db.rows("ATTACH ? AS new", (str(new),))
        for table in ("map", "topic", "link", "explanation", "place"):
            columns = ", ".join(name for (name,) in db.rows("SELECT name FROM pragma_table_info(?)", (table,)))
            db.script(f"INSERT INTO main.{table}({columns}) SELECT {columns} FROM new.{table}")  # noqa: S608
    new.unlink()
    shutil.rmtree(path.parent / "backups", ignore_errors=True)
    return document


async def test_a_library_without_pictures_gets_room_for_them(path: Path) -> None:
    document = await make_first_version(path)
    async with opened(path) as library:
        assert await library.load("m1") == document
        await library.put_picture(LEAF)
        assert await library.picture(LEAF.sha256) == LEAF
    assert names(path.parent / "backups", "library-before-v2-*.db")


async def test_a_library_without_pictures_that_cannot_be_written_is_read(path: Path) -> None:
    document = await make_first_version(path)
    async with opened(path) as library:
        library._file = LibraryFile(path, FakeClock(), ())
        assert await library.load("m1") == document
        assert await library.picture(LEAF.sha256) is None


async def test_a_picture_is_stored_once_and_never_given_as_another(path: Path) -> None:
    drawn = Answer(Illustration(LEAF, "A leaf."), GEMINI)
    async with opened(path) as library:
        await library.put_picture(LEAF)
        await library.put_picture(LEAF)
        await library.keep("k", ask(task=Task.ILLUSTRATION), drawn)
        assert await library.kept("k", ask(task=Task.ILLUSTRATION)) == drawn
    assert look(path, "SELECT count(*), max(length(data)) FROM picture") == [(1, len(LEAF.data))]
    assert look(path, "SELECT max(length(payload)) < 1000 FROM answer") == [(1,)]
    look(path, "UPDATE picture SET data = x'00'")
    async with opened(path) as library:
        assert await library.picture(LEAF.sha256) is None
        assert await library.kept("k", ask(task=Task.ILLUSTRATION)) is None


async def test_a_newer_library_can_be_read_and_not_written(path: Path) -> None:
    async with opened(path) as library:
        await library.create(photosynthesis())
    look(path, "PRAGMA user_version = 99")
    async with opened(path) as library:
        assert await library.load("m1") == photosynthesis()
        await library.mark_opened("m1")
        with pytest.raises(NewerVersion):
            await library.create(photosynthesis("m2"))
        with pytest.raises(NewerVersion):
            await library.apply("m1", renaming(photosynthesis(), "c0", "X"))
        assert "newer version" in library.notices()[0]
    assert look(path, "PRAGMA user_version") == [(99,)]


# --- trouble with the disk ---


async def test_a_folder_that_cannot_be_made_is_said_with_its_path(path: Path) -> None:
    path.parent.write_text("a file in the way")
    library = LibraryDb(path, FakeClock())
    with pytest.raises(StorageReadOnly, match="data"):
        await library.maps()
    await library.aclose()


async def test_a_full_disk_is_said_and_nothing_is_half_written(path: Path) -> None:
    async with opened(path) as library:
        await library.create(photosynthesis())
        pages = await _in_writer(library, "PRAGMA page_count")
        await _in_writer(library, f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(DiskFull, match="library"):
            await library.create(photosynthesis("m2", children=500))
        assert [info.map_id for info in await library.maps()] == ["m1"]
        await _in_writer(library, "PRAGMA max_page_count = 1000000")
        await library.create(photosynthesis("m2", children=500))
        assert await library.load("m2") == photosynthesis("m2", children=500)


async def _in_writer(library: LibraryDb, sql: str) -> int:
    db = library._writing
    assert db is not None
    return await asyncio.get_running_loop().run_in_executor(library._writer, db.value, sql)


@pytest.mark.parametrize("crashed", [False, True])
async def test_a_read_only_library_can_be_read(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crashed: bool
) -> None:
    async with opened(path) as library:
        await library.create(photosynthesis())
        here = path.parent if not crashed else _left_by_a_crash(path, tmp_path / "crashed")
    path = here / path.name

    def refuse(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(library_file.ProcessMark, "set", lambda self: _as_os_error(refuse, path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = names(here)
    async with opened(path) as library:
        assert await library.load("m1") == photosynthesis()
        assert (await library.search("branch"))[0].map_id == "m1"
        with pytest.raises(StorageReadOnly):
            await library.trash("m1")
        assert "can be read but not changed" in library.notices()[0]
    assert set(names(here)) - set(before) <= {"library.db.lock"}
    assert names(tmp_path, "knowalledge-*") == ["knowalledge-home"] * (tmp_path / "knowalledge-home").exists()


def _left_by_a_crash(path: Path, to: Path) -> Path:
    """The files as they are in the middle of the work, with commits that are only in the log."""
    to.mkdir()
    for end in ("", "-wal"):
        shutil.copyfile(path.with_name(path.name + end), to / (path.name + end))
    assert (to / (path.name + "-wal")).stat().st_size > 0
    return to


def _as_os_error(action: Callable[[object], None], path: Path) -> None:
    with library_file.os_errors(path):
        action(None)


async def test_a_failed_backup_is_a_notice_and_no_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(library_copies, "to_disk", full)
    library = LibraryDb(path, FakeClock())
    await library.create(photosynthesis())
    await library.aclose()
    assert "could not be backed up" in library.notices()[-1]
    assert names(path.parent / "backups") == []


# --- several at once ---


async def test_two_processes_see_each_other(path: Path) -> None:
    async with opened(path) as one, opened(path) as two:
        await one.create(photosynthesis())
        await two.apply("m1", renaming(photosynthesis(), "c1", "Light"))
        assert (await one.load("m1")).topics["c1"].title == "Light"
        async with asyncio.TaskGroup() as group:
            for n in range(20):
                library = (one, two)[n % 2]
                group.create_task(library.apply("m1", Change((PutTopic(None, Topic(f"n{n}", "N", "root")),))))
        assert len((await one.load("m1")).topics) == 24


async def test_a_change_that_does_not_fit_what_another_process_left_is_refused(path: Path) -> None:
    document = photosynthesis()
    async with opened(path) as one, opened(path) as two:
        await one.create(document)
        await two.apply("m1", removal(document, "c0"))
        with pytest.raises(StorageError, match="changed from elsewhere"):
            await one.apply("m1", Change((PutTopic(None, Topic("new", "New", "c0")),)))
        await two.apply("m1", Change((PutTopic(None, Topic("new", "New", "c1")),)))
        with pytest.raises(StorageError, match="changed from elsewhere"):
            await one.apply("m1", removal(document, "c1"))
        assert set((await one.load("m1")).topics) == {"root", "c1", "c2", "new"}


async def test_a_busy_library_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowalledge_desktop.adapters.library_connection._BUSY_MS", 1)
    async with opened(path) as one, opened(path) as two:
        await one.create(photosynthesis())
        await two.maps()
        await _in_writer(one, "BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="in use by another program"):
            await two.trash("m1")
        await _in_writer(one, "ROLLBACK")
        await two.trash("m1")


async def test_a_cancelled_search_stops_and_the_next_call_works(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[bool] = []
    started = asyncio.Event()
    loop = asyncio.get_running_loop()

    def endless(db: Connection, text: str, limit: int) -> tuple[()]:
        loop.call_soon_threadsafe(started.set)
        try:
            db.rows("WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n")
        except Interrupted:
            stopped.append(True)
            raise
        return ()

    async with opened(path) as library:
        await library.create(photosynthesis())
        monkeypatch.setattr(library_search, "find_topics", endless)
        async with asyncio.TaskGroup() as group:
            search = group.create_task(library.search("x"))
            await started.wait()
            while not stopped:
                search.cancel()
                await asyncio.sleep(0)
                if library._reader._running is not None and library._reader._db is not None:
                    library._reader._db.interrupt()  # the statement may not have begun when the first one came
        assert await library.load("m1") == photosynthesis()


async def test_a_key_does_not_wait_for_the_search_of_texts_that_it_ends(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(*_: object) -> tuple[()]:  # a statement on a cold disk: it cannot be stopped in the middle
        begun.set()
        assert may_end.wait(20.0)
        return ()

    async with opened(path) as library:
        await library.create(photosynthesis())
        monkeypatch.setattr(library_search, "find_texts", slow)
        texts = asyncio.create_task(library.texts("pho", EVERYTHING))
        assert await asyncio.to_thread(begun.wait, 20.0)
        texts.cancel()
        try:
            (first, *_) = await library.titles("phot", EVERYTHING)
            assert not may_end.is_set()
            assert first.title == "Photosynthesis"
        finally:
            may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await texts


async def test_an_unreadable_kept_answer_is_as_if_it_were_not_there(path: Path) -> None:
    async with opened(path) as library:
        await library.keep("old", ask(), answer("Old"))
        await library.keep("new", ask(), answer("New"))
        await _in_writer(library, "UPDATE answer SET payload = 'x' WHERE key = 'new'")
        assert await library.kept("new", ask()) == answer("Old")


async def test_a_row_that_makes_no_sense_is_said_to_be_damage(path: Path) -> None:
    async with opened(path) as library:
        await library.create(photosynthesis())
        await _in_writer(library, "UPDATE topic SET provenance = '{}' WHERE topic_id = 'c1'")
        with pytest.raises(StorageDamaged, match="m1"):
            await library.load("m1")
