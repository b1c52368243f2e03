"""Copies of the library: listed, looked into, made, put in its place, and the present kept before that."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.library_backup import LibraryBackup
from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.adapters.library_copies import KEPT_COPIES, Copies, kind_of
from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.adapters.library_file import MIGRATIONS, LibraryFile, migrate
from knowalledge_desktop.core.backup import BackupKind
from knowalledge_desktop.core.edits import renaming
from knowalledge_desktop.core.errors import NewerVersion, StorageDamaged, StorageError, UserInputError
from tests.support.examples import photosynthesis
from tests.support.fakes import FakeClock


class Shelf:
    """A library with its copies."""

    def __init__(self, path: Path) -> None:
        self.clock = FakeClock()
        self.path = path
        self.library = LibraryDb(path, self.clock)
        self.copies = LibraryBackup(self.library, path, self.clock)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "library.db"


def set_version(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {version}")


def garbage(path: Path) -> None:
    path.write_bytes(b"garbage " * 900)
    path.with_name(path.name + "-wal").unlink(missing_ok=True)


def garbage_inside(path: Path) -> bytes:
    content = bytearray(path.read_bytes())
    content[4096:7000] = b"\xff" * (7000 - 4096)
    path.write_bytes(content)
    return bytes(content)


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "something").write_text("of somebody")


def content_of(path: str) -> bytes:
    return Path(path).read_bytes()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("library-20270115.db", BackupKind.DAILY),
        ("library-by-hand-20270115-080000.db", BackupKind.BY_HAND),
        ("library-by-hand-20270115-080000-2.db", BackupKind.BY_HAND),
        ("library-before-v5-20270115-080000.db", BackupKind.BEFORE_MIGRATION),
        ("library-before-restore-20270115-080000.db", BackupKind.BEFORE_RESTORE),
        ("library-of-my-own.db", BackupKind.BY_HAND),
    ],
)
def test_the_name_says_why_a_copy_was_made(name: str, kind: BackupKind) -> None:
    assert kind_of(Path(name)) is kind


async def test_a_copy_is_made_and_tells_what_is_in_it(path: Path) -> None:
    shelf = Shelf(path)
    await shelf.library.create(photosynthesis("m1", children=3))
    made = await shelf.copies.make()
    assert (made.kind, made.good, made.maps, made.topics) == (BackupKind.BY_HAND, True, 1, 4)
    first = (await shelf.copies.backups())[0]
    assert first.good is None
    assert first.size_bytes == made.size_bytes > 0
    assert await shelf.copies.look(first.name) in {made}
    await shelf.library.aclose()


async def test_going_back_and_forth_loses_nothing(path: Path) -> None:
    shelf = Shelf(path)
    await shelf.library.create(photosynthesis("m1"))
    made = await shelf.copies.make()
    await shelf.library.apply("m1", renaming(photosynthesis("m1"), "c0", "Later words"))
    await shelf.library.create(photosynthesis("m2"))
    restored = await shelf.copies.restore(made.name)
    assert [info.map_id for info in await shelf.library.maps()] == ["m1"]
    assert await shelf.library.load("m1") == photosynthesis("m1")
    kept = await shelf.copies.look(restored.before)
    assert (kept.kind, kept.good, kept.maps) == (BackupKind.BEFORE_RESTORE, True, 2)
    await shelf.copies.restore(restored.before)
    assert (await shelf.library.load("m1")).topics["c0"].title == "Later words"
    assert len(await shelf.library.maps()) == 2
    assert await shelf.library.search("later")
    await shelf.library.aclose()
    assert not list(path.parent.glob("*.restored*"))


async def test_another_process_goes_on_with_what_was_restored(path: Path) -> None:
    one, two = Shelf(path), Shelf(path)
    await one.library.create(photosynthesis("m1"))
    made = await one.copies.make()
    await one.library.create(photosynthesis("m2"))
    assert len(await two.library.maps()) == 2
    await one.copies.restore(made.name)
    assert [info.map_id for info in await two.library.maps()] == ["m1"]
    await two.library.create(photosynthesis("m3"))
    assert len(await one.library.maps()) == 2
    await one.library.aclose()
    await two.library.aclose()


async def test_a_copy_of_an_older_version_comes_in_the_newest_form(path: Path) -> None:
    shelf = Shelf(path)
    await shelf.library.create(photosynthesis("m1"))
    old = path.parent / "backups" / "library-before-v2-20260101-000000.db"
    old.parent.mkdir(exist_ok=True)
    db = Connection(old, durable=True)
    migrate(db, MIGRATIONS[:1], 0)
    db.close()
    await shelf.copies.restore(old.name)
    assert not await shelf.library.maps()
    await shelf.library.create(photosynthesis("m2"))
    with closing(sqlite3.connect(old)) as kept:
        assert kept.execute("PRAGMA user_version").fetchone() == (1,)
    await shelf.library.aclose()


async def test_what_is_no_good_copy_is_not_restored(path: Path) -> None:
    shelf = Shelf(path)
    await shelf.library.create(photosynthesis("m1"))
    bad = path.parent / "backups" / "library-20260101.db"
    bad.parent.mkdir(exist_ok=True)
    bad.write_bytes(b"garbage " * 900)
    assert (await shelf.copies.look(bad.name)).good is False
    with pytest.raises(StorageDamaged):
        await shelf.copies.restore(bad.name)
    newer = await shelf.copies.make()
    set_version(path.parent / "backups" / newer.name, 99)
    with pytest.raises(NewerVersion):
        await shelf.copies.restore(newer.name)
    with pytest.raises(UserInputError, match="no backup"):
        await shelf.copies.restore("library-of-dreams.db")
    assert await shelf.library.load("m1") == photosynthesis("m1")
    await shelf.library.aclose()


async def test_a_damaged_library_is_put_aside_by_a_restore(path: Path) -> None:
    shelf = Shelf(path)
    await shelf.library.create(photosynthesis("m1"))
    made = await shelf.copies.make()
    await shelf.library.aclose()
    content = garbage_inside(path)
    again = Shelf(path)
    restored = await again.copies.restore(made.name)
    assert "damaged" in restored.before
    assert content_of(restored.before) == content
    assert await again.library.load("m1") == photosynthesis("m1")
    await again.library.aclose()


async def test_a_damaged_library_that_another_process_uses_stays(path: Path) -> None:
    one = Shelf(path)
    await one.library.create(photosynthesis("m1"))
    made = await one.copies.make()
    garbage(path)
    two = Shelf(path)
    with pytest.raises(StorageError, match="in use"):
        await two.copies.restore(made.name)
    assert not list(path.parent.glob("*.damaged-*"))
    await two.library.aclose()
    one.library.file.damaged = True
    await one.library.aclose()


async def test_a_newer_library_can_be_replaced_by_an_older_copy(path: Path) -> None:
    shelf = Shelf(path)
    await shelf.library.create(photosynthesis("m1"))
    made = await shelf.copies.make()
    await shelf.library.aclose()
    set_version(path, 99)
    again = Shelf(path)
    assert len(await again.library.maps()) == 1
    assert isinstance(again.copies.refuses, NewerVersion)
    await again.copies.restore(made.name)
    await again.library.create(photosynthesis("m2"))
    assert again.copies.refuses is None
    await again.library.aclose()


async def test_all_maps_are_saved_elsewhere_in_one_file(path: Path, tmp_path: Path) -> None:
    shelf = Shelf(path)
    await shelf.library.create(photosynthesis("m1"))
    await shelf.library.create(photosynthesis("m2"))
    target = tmp_path / "elsewhere" / "my maps.db"
    assert await shelf.copies.save_copy(target, shelf.library) == 2
    with pytest.raises(UserInputError, match="there already"):
        await shelf.copies.save_copy(target, shelf.library)
    assert [each.name for each in target.parent.iterdir()] == [target.name]
    await shelf.library.trash("m1")
    await shelf.copies.restore(str(target))
    assert len(await shelf.library.maps()) == 2
    await shelf.library.aclose()


async def test_a_folder_in_its_place_is_put_aside(path: Path) -> None:
    shelf = Shelf(path)
    await shelf.library.create(photosynthesis("m1"))
    await shelf.library.aclose()
    folder_instead(path)
    again = Shelf(path)
    assert await again.library.load("m1") == photosynthesis("m1")
    assert "backup" in again.library.notices()[0]
    assert len(list(path.parent.glob("*.damaged-*/something"))) == 1
    await again.library.aclose()


def test_the_program_s_own_copies_are_counted_and_the_person_s_are_not(path: Path) -> None:
    clock = FakeClock()
    file = LibraryFile(path, clock)
    db, copies = file.open(), file.copies
    for _ in range(KEPT_COPIES + 3):
        for kind in BackupKind:
            copies.make(db, kind, version=5)
        clock.advance(86_400)
    count = {kind: sum(each.kind is kind for each in copies.told()) for kind in BackupKind}
    assert count.pop(BackupKind.BY_HAND) == KEPT_COPIES + 3
    assert set(count.values()) == {KEPT_COPIES}
    db.close()
    file.close()


def test_two_copies_in_one_second_are_two(path: Path) -> None:
    file = LibraryFile(path, FakeClock())
    db = file.open()
    assert len({file.copies.make(db, BackupKind.BY_HAND) for _ in range(3)}) == 3
    db.close()
    file.close()


def test_copies_of_a_folder_that_is_not_there_are_none(tmp_path: Path) -> None:
    assert Copies(tmp_path / "nothing", FakeClock()).told() == ()
