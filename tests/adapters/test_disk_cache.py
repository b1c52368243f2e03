"""The cache against tampering, damage, deletion and a full disk: every trouble is a miss."""

from __future__ import annotations

import asyncio
import hashlib
import pickle
import shutil
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from knowalledge_desktop.adapters import disk_cache_preflight as preflight
from knowalledge_desktop.adapters.disk_cache import DiskCache
from knowalledge_desktop.adapters.disk_cache_envelope import Refused, seal, unseal
from knowalledge_desktop.adapters.disk_cache_store import BytesDisk, BytesStore
from knowalledge_desktop.core.cache import Matches
from knowalledge_desktop.core.errors import StorageError, UserInputError
from knowalledge_desktop.core.ports import CacheEntry
from tests.support.fakes import FakeClock


class Exploit:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, flag: Path) -> None:
        self.flag = flag

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.flag,))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "user-cache" / "answers"


@pytest.fixture
def flag(tmp_path: Path) -> Path:
    return tmp_path / "executed"


@pytest.fixture
def outside(folder: Path) -> Path:
    folder.parent.mkdir(parents=True)
    path = folder.parent / "outside.txt"
    path.write_text("mine")
    return path


async def test_a_pattern_can_be_tried_out_before_anything_is_forgotten(folder: Path) -> None:
    clock = FakeClock()
    cache = DiskCache(folder, clock)
    for number, name in enumerate(("explanation:jazz", "subtopics:jazz", "explanation:bebop", "")):
        await cache.put(f"k{number}", b"x", ttl_s=60, name=name)
    assert await cache.matching("topic:jazz") == Matches(2, ("explanation:jazz", "subtopics:jazz"))
    assert await cache.matching("explanation:*", names=1) == Matches(2, ("explanation:bebop",))
    assert (await cache.matching("*")).count == 4
    with pytest.raises(UserInputError):
        await cache.matching("")
    assert (await cache.stats()).items == 4
    clock.advance(60)
    assert await cache.matching("*") == Matches(0)
    await cache.aclose()


async def test_another_limit_holds_at_once(folder: Path) -> None:
    limit = [64 * 1024 * 1024]
    cache = DiskCache(folder, FakeClock(), lambda: limit[0])
    for number in range(40):
        await cache.put(f"k{number}", bytes([number]) * 100_000, ttl_s=9e6)
    assert (await cache.stats()).items == 40
    limit[0] = 2 * 1024 * 1024
    stats = await cache.stats()
    assert 0 < stats.items < 20
    assert stats.size_bytes <= limit[0]
    newest = await cache.get("k39")
    assert newest is not None
    assert await cache.get("k0") is None
    await cache.aclose()
    again = DiskCache(folder, FakeClock(), lambda: limit[0])  # what was set is no tampering
    assert (await again.stats()).items == stats.items
    await again.aclose()


async def fill(folder: Path) -> None:
    cache = DiskCache(folder, FakeClock())
    await cache.put("k", b"good", ttl_s=1e6)
    await cache.put("other", b"good too", ttl_s=1e6)
    await cache.aclose()


def sql(folder: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    with closing(sqlite3.connect(folder / "cache.db", isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement, values)


ROWS: dict[str, tuple[str, str]] = {
    "pickle in a row": ("mode = 4, value = :pickle", "k"),
    "pickle in a file": ("mode = 4, value = NULL, filename = 'planted.val'", "k"),
    "pickled key": ("raw = 0, key = :pickle", "k"),
    "bytes in a file": ("mode = 2, value = NULL, filename = '../outside.txt'", "k"),
    "text in a file": ("mode = 3, value = NULL, filename = '../outside.txt'", "k"),
    "file of an expired row": ("mode = 2, filename = '../outside.txt', expire_time = 1", "k"),
    "text in place of bytes": ("value = 'text'", "k"),
}


def plant(folder: Path, flag: Path, vector: str) -> None:
    pickled = pickle.dumps(Exploit(flag))
    (folder / "planted.val").write_bytes(pickled)
    assignment, key = ROWS[vector]
    values = (pickled,) if ":pickle" in assignment else ()
    sql(folder, f"UPDATE Cache SET {assignment.replace(':pickle', '?')} WHERE key = '{key}'", values=values)  # noqa: S608


def assert_untouched(flag: Path, outside: Path) -> None:
    assert not flag.exists()
    assert outside.read_text() == "mine"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("vector", ROWS)
async def test_a_planted_row_is_never_run_read_or_deleted(
    folder: Path, outside: Path, flag: Path, vector: str
) -> None:
    await fill(folder)
    plant(folder, flag, vector)
    cache = DiskCache(folder, FakeClock())
    assert await cache.get("k") is None
    await cache.put("k", b"new", ttl_s=60)
    assert (await cache.get("k") or pytest.fail("unusable")).payload == b"new"
    await cache.clear()
    await cache.aclose()
    assert_untouched(flag, outside)
    assert [each.name.partition("-")[0] for each in folder.parent.glob("answers.damaged*")] == ["answers.damaged"]


@pytest.mark.parametrize("vector", ROWS)
def test_the_store_itself_refuses_such_rows(folder: Path, outside: Path, flag: Path, vector: str) -> None:
    folder.mkdir()
    store = BytesStore(folder, 1 << 20)
    store.set("k", b"x")
    plant(folder, flag, vector)
    try:
        assert store.get("k") is None
    except Refused:
        assert vector not in {"pickled key", "file of an expired row"}
    store.set("k", b"y")
    store.delete("k")
    store.clear()
    store.close()
    assert_untouched(flag, outside)


SETTINGS_VECTORS = [
    ("disk_x", 1),
    ("_directory", "/elsewhere"),
    ("sqlite_journal_mode = DELETE; --", 1),
    ("sqlite_mmap_size", 1 << 30),
    ("eviction_policy", "none"),
    ("count", "many"),
]


@pytest.mark.parametrize(("name", "value"), SETTINGS_VECTORS)
async def test_planted_settings_put_the_folder_aside(folder: Path, name: str, value: object) -> None:
    await fill(folder)
    sql(folder, "INSERT OR REPLACE INTO Settings VALUES (?, ?)", values=(name, value))
    assert await asyncio.to_thread(preflight.look, folder) != ""
    cache = DiskCache(folder, FakeClock())
    assert await cache.get("k") is None
    await cache.put("k", b"new", ttl_s=60)
    assert await cache.get("k") is not None
    await cache.aclose()


def _trigger(folder: Path) -> None:
    sql(folder, "CREATE TRIGGER t AFTER INSERT ON Cache BEGIN DELETE FROM Cache; END")


def _view(folder: Path) -> None:
    sql(folder, "CREATE VIEW v AS SELECT 1")


def _other_trigger_text(folder: Path) -> None:
    sql(
        folder,
        "DROP TRIGGER Settings_count_insert",
        "CREATE TRIGGER Settings_count_insert AFTER INSERT ON Cache BEGIN DELETE FROM Cache; END",
    )


def _garbage(folder: Path) -> None:
    (folder / "cache.db").write_bytes(b"no database " * 100)


def _cut(folder: Path) -> None:
    path = folder / "cache.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _a_folder_in_place(folder: Path) -> None:
    (folder / "cache.db").unlink()
    (folder / "cache.db").mkdir()


def _a_link_in_place(folder: Path) -> None:
    (folder / "cache.db").rename(folder.parent / "elsewhere.db")
    (folder / "cache.db").symlink_to(folder.parent / "elsewhere.db")


def _empty(folder: Path) -> None:
    (folder / "cache.db").write_bytes(b"")


DAMAGES = [_trigger, _view, _other_trigger_text, _garbage, _cut, _a_folder_in_place, _a_link_in_place, _empty]


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_folder_is_put_aside_and_made_anew(folder: Path, damage: Callable[[Path], None]) -> None:
    await fill(folder)
    damage(folder)
    cache = DiskCache(folder, FakeClock())
    assert await cache.get("k") is None
    await cache.put("k", b"new", ttl_s=60)
    assert await cache.get("k") is not None
    await cache.aclose()
    assert len(list(folder.parent.glob("answers.damaged-*"))) == 1


async def test_a_sound_folder_is_kept_and_private(folder: Path) -> None:
    await fill(folder)
    assert await asyncio.to_thread(preflight.look, folder) == ""
    cache = DiskCache(folder, FakeClock())
    assert await cache.get("k") is not None
    assert mode(folder) == 0o700
    await cache.aclose()
    assert not list(folder.parent.glob("answers.damaged-*"))


async def test_a_crash_leaves_a_mark_and_a_close_none(folder: Path) -> None:
    cache = DiskCache(folder, FakeClock())
    await cache.put("k", b"x", ttl_s=60)
    assert (folder / "open").exists()
    await cache.aclose()
    assert not (folder / "open").exists()


async def test_only_the_newest_folder_put_aside_stays(folder: Path) -> None:
    clock = FakeClock()
    for _ in range(3):
        await fill(folder)
        _garbage(folder)
        clock.advance(10)
        cache = DiskCache(folder, clock)
        assert await cache.get("k") is None
        await cache.aclose()
    assert len(list(folder.parent.glob("answers.damaged-*"))) == 1


async def test_a_flipped_bit_is_a_miss(folder: Path) -> None:
    await fill(folder)
    sql(folder, "UPDATE Cache SET value = CAST(replace(value, 'good', 'evil') AS BLOB) WHERE key = 'k'")
    cache = DiskCache(folder, FakeClock())
    assert await cache.get("k") is None
    assert await cache.get("other") is not None
    await cache.aclose()


def sealed_before_names(key: str, payload: bytes, stored_at: float, expires_at: float) -> bytes:
    """The envelope as the first version of the program wrote it."""
    head = struct.pack(">4sBddQ", b"KAEC", 1, stored_at, expires_at, len(payload))
    digest = hashlib.blake2b(digest_size=16, person=b"knowalledge")
    digest.update(len(key).to_bytes(8, "big") + key.encode() + head + payload)
    return head + digest.digest() + payload


@pytest.mark.parametrize(
    ("sealed", "name"),
    [
        (seal("a", b"payload", 1.0, 100.0, "topic:Jazz"), "topic:Jazz"),
        (seal("a", b"payload", 1.0, 100.0), ""),
        (sealed_before_names("a", b"payload", 1.0, 100.0), ""),
    ],
)
def test_values_cannot_be_swapped_altered_or_cut(sealed: bytes, name: str) -> None:
    entry = unseal("a", sealed, 50.0)
    assert entry == CacheEntry(b"payload", 1.0, name)
    assert unseal("a", sealed, 100.0) is None
    with pytest.raises(Refused):
        unseal("b", sealed, 50.0)
    for at in range(len(sealed)):
        altered = bytearray(sealed)
        altered[at] ^= 1
        with pytest.raises(Refused):
            unseal("a", bytes(altered), 50.0)
        with pytest.raises(Refused):
            unseal("a", sealed[:at], 50.0)


@pytest.mark.parametrize("name", ["\x00\n\x1b[31m", "../../x", "'; DROP TABLE Cache; --", "\ud800", "é" * 9000])
async def test_a_name_is_only_data_and_has_an_end(folder: Path, name: str) -> None:
    cache = DiskCache(folder, FakeClock())
    await cache.put("k", b"x", ttl_s=60, name=name)
    entry = await cache.get("k") or pytest.fail("a miss")
    assert entry.payload == b"x"
    assert len(entry.name.encode()) <= 4000
    assert await cache.invalidate("nothing like it") == 0
    assert await cache.invalidate("*") == 1
    assert await cache.get("k") is None
    await cache.aclose()


async def test_entries_of_the_time_before_names_are_read_and_only_forgotten_with_all(folder: Path) -> None:
    await fill(folder)
    old = sealed_before_names("k", b"old", 1.0, 1e12)
    sql(folder, "UPDATE Cache SET value = ? WHERE key = 'k'", values=(old,))
    cache = DiskCache(folder, FakeClock())
    assert await cache.get("k") == CacheEntry(b"old", 1.0)
    assert await cache.invalidate("topic:*") == 0
    assert await cache.get("k") is not None
    assert await cache.invalidate("*") == 2
    assert (await cache.stats()).items == 0
    await cache.aclose()


async def test_forgetting_goes_on_after_an_entry_that_was_altered(folder: Path) -> None:
    cache = DiskCache(folder, FakeClock())
    for n in range(300):
        await cache.put(f"k{n}", b"good", ttl_s=60, name=f"subtopics:{n}")
    sql(folder, "UPDATE Cache SET value = CAST(replace(value, 'good', 'evil') AS BLOB) WHERE key = 'k7'")
    sql(folder, "UPDATE Cache SET mode = 4 WHERE key = 'k8'")
    assert await cache.invalidate("topic:*") == 298
    assert (await cache.stats()).items == 0
    await cache.aclose()


async def test_what_another_process_holds_cannot_be_forgotten_and_that_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowalledge_desktop.adapters.disk_cache._LONG_PATIENCE_S", 0.05)
    cache = DiskCache(folder, FakeClock())
    await cache.put("k", b"x", ttl_s=60, name="subtopics:jazz")
    with closing(sqlite3.connect(folder / "cache.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError):
            await cache.invalidate("*")
        other.execute("ROLLBACK")
    await cache.aclose()
    with pytest.raises(StorageError):
        await cache.clear()


async def test_a_folder_deleted_while_running_is_made_again(folder: Path) -> None:
    cache = DiskCache(folder, FakeClock())
    await cache.put("k", b"x", ttl_s=60)
    shutil.rmtree(folder.parent)
    assert await cache.get("k") is None
    await cache.put("k", b"y", ttl_s=60)
    assert (await cache.get("k") or pytest.fail("unusable")).payload == b"y"
    assert (folder / "cache.db").exists()
    await cache.aclose()


async def test_a_folder_that_cannot_be_made_is_only_misses_and_is_tried_again(folder: Path) -> None:
    folder.parent.parent.mkdir(exist_ok=True)
    folder.parent.write_text("a file where the folder should be")
    clock = FakeClock()
    cache = DiskCache(folder, clock)
    await cache.put("k", b"x", ttl_s=600)
    assert await cache.get("k") is None
    assert (await cache.stats()).items == 0
    for forgetting in (cache.clear(), cache.invalidate("*")):
        with pytest.raises(StorageError):  # who asked for it is told
            await forgetting
    folder.parent.unlink()
    assert await cache.get("k") is None  # not tried at every call
    clock.advance(31)
    await cache.put("k", b"x", ttl_s=600)
    assert await cache.get("k") is not None
    await cache.aclose()


async def test_it_stays_about_within_its_limit_and_drops_the_oldest(folder: Path) -> None:
    limit = 1024 * 1024
    cache = DiskCache(folder, FakeClock(), limit)
    for n in range(150):
        await cache.put(f"k{n}", bytes(20_000), ttl_s=60)
    stats = await cache.stats()
    assert stats.size_bytes < 1.2 * limit
    assert await cache.get("k0") is None
    assert await cache.get("k149") is not None
    await cache.aclose()


async def test_a_huge_value_is_not_stored(folder: Path) -> None:
    cache = DiskCache(folder, FakeClock(), 1024 * 1024)
    await cache.put("k", bytes(600_000), ttl_s=60)
    assert await cache.get("k") is None
    await cache.aclose()


async def test_two_caches_share_a_folder(folder: Path) -> None:
    one, two = DiskCache(folder, FakeClock()), DiskCache(folder, FakeClock())
    await one.put("k", b"x", ttl_s=60)
    assert await two.get("k") is not None
    await one.aclose()
    await two.aclose()


async def test_after_closing_everything_is_a_miss(folder: Path) -> None:
    cache = DiskCache(folder, FakeClock())
    await cache.put("k", b"x", ttl_s=60)
    await cache.aclose()
    await cache.aclose()
    assert await cache.get("k") is None


async def test_damage_while_running_is_only_misses_and_then_a_new_folder(folder: Path) -> None:
    cache = DiskCache(folder, FakeClock())
    for n in range(50):
        await cache.put(f"k{n}", bytes(5000), ttl_s=60)
    await cache.aclose()
    cache = DiskCache(folder, FakeClock())
    assert await cache.get("k0") is not None
    _overwrite_pages(folder / "cache.db")
    for n in range(50):
        await cache.get(f"k{n}")
        await cache.put(f"new{n}", b"y", ttl_s=60)
    assert (await cache.get("new49") or pytest.fail("unusable")).payload == b"y"
    await cache.aclose()


def _overwrite_pages(path: Path) -> None:
    with path.open("rb+") as file:
        file.seek(4096)
        file.write(b"\xaa" * (path.stat().st_size - 4096))


async def test_a_folder_held_by_another_process_is_a_miss_in_bounded_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowalledge_desktop.adapters.disk_cache._PATIENCE_S", 0.05)
    cache = DiskCache(folder, FakeClock())
    await cache.get("k")
    with closing(sqlite3.connect(folder / "cache.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await cache.put("k", b"x", ttl_s=60)  # gives up waiting
        assert await cache.get("k") is None
        other.execute("ROLLBACK")
    monkeypatch.setattr("knowalledge_desktop.adapters.disk_cache._PATIENCE_S", 30)
    await cache.put("k", b"x", ttl_s=60)
    assert await cache.get("k") is not None
    await cache.aclose()


def test_the_disk_takes_text_keys_and_bytes_alone(folder: Path) -> None:
    disk = BytesDisk(str(folder))
    for key in (b"k", 7, None, ("k",), "\ud800"):
        with pytest.raises(Refused):
            disk.put(key)
    for value, read in (("text", False), (7, False), (Exploit(folder), False), (b"x", True)):
        with pytest.raises(Refused):
            disk.store(value, read)
    for key, raw in ((b"k", 1), ("k", 0)):
        with pytest.raises(Refused):
            disk.get(key, raw)
    assert disk.get("k", 1) == "k"
    for refused in (disk.filename, lambda: disk.hash("k")):
        with pytest.raises(Refused):
            refused()


async def test_those_who_start_at_once_share_one_folder(folder: Path) -> None:
    """A database that another is making just now must not be taken for a planted one and put aside."""
    for round_ in range(6):
        here = folder.with_name(f"answers{round_}")
        caches = [DiskCache(here, FakeClock()) for _ in range(8)]
        await asyncio.gather(*(cache.put(f"k{n}", b"good", ttl_s=1e6) for n, cache in enumerate(caches)))
        assert [each.name for each in folder.parent.glob(f"{here.name}.damaged-*")] == []
        for cache in caches:
            assert (await cache.stats()).items == len(caches)
            await cache.aclose()


async def test_another_process_sees_that_something_was_forgotten(folder: Path) -> None:
    clock = FakeClock()
    mine, others = DiskCache(folder, clock), DiskCache(folder, clock)
    try:
        await mine.put("a", b"1", ttl_s=60, name="topic:DNA")
        seen = [await mine.generation()]
        await others.put("b", b"2", ttl_s=60, name="topic:RNA")
        assert await others.generation() == seen[0]  # what is added takes nothing away
        await others.invalidate("topic:DNA")
        seen.append(await mine.generation())
        await others.clear()
        seen.append(await mine.generation())
        await asyncio.to_thread(shutil.rmtree, folder)
        seen.append(await mine.generation())
        assert len(set(map(str, seen))) == len(seen)
        assert await mine.generation() == seen[-1]
    finally:
        await mine.aclose()
        await others.aclose()


async def test_a_forgetting_that_cannot_be_told_to_others_is_an_error(folder: Path) -> None:
    cache = DiskCache(folder, FakeClock())
    try:
        await cache.put("a", b"1", ttl_s=60)
        (folder.parent / "answers.forgotten").mkdir()
        with pytest.raises(StorageError):
            await cache.clear()
    finally:
        await cache.aclose()
