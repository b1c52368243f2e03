"""Each damage to the library and its disk: the program starts, says what happened, loses nothing a backup held."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from knowalledge_desktop.bootstrap import build_services
from knowalledge_desktop.cli.main import run
from knowalledge_desktop.core.errors import DiskFull, StorageReadOnly
from knowalledge_desktop.core.graph import Change, Explanation, PutExplanation, Rendering
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.session import MapSession
from tests.support.cli_services import FakePort, Outcome, Stream, console
from tests.support.disks import SMALL, fill, read_only, small_disk
from tests.support.examples import photosynthesis
from tests.support.qt import RunAsync
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there


def do(home: Path, *words: str) -> Outcome:
    at = console()
    environ = {**os.environ, "KNOWALLEDGE_HOME": str(home)}
    code = run(words, lambda told: build_services({**environ, **told}), lambda _: FakePort(), at)
    out, err = at.stdout, at.stderr
    assert isinstance(out, Stream)
    assert isinstance(err, Stream)
    return Outcome(code, out.text, err.text)


def services_in(home: Path) -> Services:
    return build_services({**os.environ, "KNOWALLEDGE_HOME": str(home)})


def kept_in(home: Path) -> Path:
    """A library with one map and a backup of it; returns its file."""

    async def keep() -> None:
        services = services_in(home)
        await services.library._library.create(photosynthesis("m1"))
        await services.aclose()

    asyncio.run(keep())
    return home / "data" / "library.db"


# --- the file is damaged ---


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _garbage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[:200] = os.urandom(200)
    path.write_bytes(content)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _flipped(path: Path) -> None:
    """One bit of a page's own account of itself."""
    content = bytearray(path.read_bytes())
    content[4096] ^= 0x08
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [_half, _garbage, _empty, _folder, _flipped])
def test_a_damaged_library_is_put_aside_and_the_newest_backup_is_open(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = kept_in(tmp_path / "home")
    damage(path)
    path.with_name(path.name + ".open-1-abcd").touch()  # as after a crash
    done = do(tmp_path / "home", "library", "list")
    assert done.code == 0
    assert "Photosynthesis" in done.out
    assert "backup library-" in done.err
    assert "kept as" in done.err
    assert len(list(path.parent.glob("*.damaged-*"))) >= 1
    assert do(tmp_path / "home", "library", "list").err == ""


def _pages(path: Path) -> None:
    """Every page that holds rows, but the first, which all is found by."""
    content = bytearray(path.read_bytes())
    for at in range(4096, len(content), 4096):
        content[at : at + 100] = os.urandom(100)
    path.write_bytes(content)


def test_a_damage_that_only_reading_shows_is_mended_in_the_same_run(tmp_path: Path) -> None:
    path = kept_in(tmp_path / "home")
    _pages(path)
    done = do(tmp_path / "home", "library", "list")
    assert (done.code, "Photosynthesis" in done.out) == (0, True), done.err
    assert "backup library-" in done.err
    assert len(list(path.parent.glob("*.damaged-*"))) >= 1
    assert do(tmp_path / "home", "library", "list").err == ""


def test_the_window_says_that_a_backup_is_open(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path, home: Path
) -> None:
    path = kept_in(home)
    _empty(path)

    async def flow() -> None:
        driver = Driver(qapp, ui_services(Oracle(), atlas_path))
        assert await driver.window.desk.library.open_last()
        driver.window.desk.backups.begin(driver.services.notices())
        assert "library-" in driver.find(QLabel, "storageBannerText").text()
        await until(lambda: not driver.tasks.running(), "rest")
        await driver.end()

    run_async(flow())


# --- the disk is full ---


class _FullDisk(apsw.VFS):
    """Says that the disk is full to every write while `full` is set: where no small disk can be mounted."""

    def __init__(self) -> None:
        self.full = False
        super().__init__("full-disk", "")

    def xOpen(self, name: object, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 (its base says so)
        return _FullFile(name, flags, self)


class _FullFile(apsw.VFSFile):
    def __init__(self, name: object, flags: list[int], disk: _FullDisk) -> None:
        self._disk = disk
        super().__init__("", name, flags)  # type: ignore[arg-type]

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 (its base says so)
        if self._disk.full:
            raise apsw.FullError
        super().xWrite(data, offset)


def _explaining(session: MapSession, number: int) -> Change:
    text = f"Explanation {number}. " + "Light drives it. " * 4000
    made = Explanation("root", Rendering(language=f"x{number}"), text)
    return Change((PutExplanation(session.map.explanations.get(made.key), made),), "explain")


async def _work_on_a_full_disk(home: Path, make_full: Callable[[], None], make_room: Callable[[], None]) -> None:
    services = services_in(home)
    session = await services.library.open("m1")
    await session.commit(lambda _: _explaining(session, 0))
    make_full()
    for number in range(1, 5):
        await session.commit(lambda _, n=number: _explaining(session, n))
    assert isinstance(services.backups.refuses, DiskFull)
    assert services.backups.held.acts > 0
    assert len(session.map.explanations) == len(photosynthesis("m1").explanations) + 5
    assert not await services.backups.flush()
    make_room()
    assert await services.backups.flush()
    assert services.backups.refuses is None
    whole = session.map
    await services.aclose()
    again = services_in(home)
    assert (await again.library.open("m1")).map == whole
    await again.aclose()


def check_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_on_a_full_disk_nothing_is_half_written_and_all_is_written_later(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as mounted:
        home = tmp_path / "disk" / "home"
        path = kept_in(home)
        if mounted:
            assert os.statvfs(tmp_path / "disk").f_blocks * os.statvfs(tmp_path / "disk").f_frsize == SMALL
            asyncio.run(
                _work_on_a_full_disk(
                    home,
                    lambda: fill(tmp_path / "disk") and None,
                    lambda: (tmp_path / "disk" / "filler").unlink(),
                )
            )
        else:
            _without_a_disk(home)
        check_file(path)
        assert not list(path.parent.glob("*.damaged-*"))


def _without_a_disk(home: Path) -> None:
    disk, plain = _FullDisk(), apsw.Connection
    patch = pytest.MonkeyPatch()
    patch.setattr(apsw, "Connection", lambda name, *, flags: plain(name, flags=flags, vfs="full-disk"))
    try:
        asyncio.run(
            _work_on_a_full_disk(home, lambda: setattr(disk, "full", True), lambda: setattr(disk, "full", False))
        )
    finally:
        patch.undo()
        disk.unregister()


def test_where_no_disk_can_be_mounted_the_other_way_shows_the_same(tmp_path: Path) -> None:
    path = kept_in(tmp_path / "home")
    _without_a_disk(tmp_path / "home")
    check_file(path)


def test_a_start_on_a_full_disk_shows_what_is_kept(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as mounted:
        home = tmp_path / "disk" / "home"
        path = kept_in(home)
        if mounted:
            fill(tmp_path / "disk")
        done = do(home, "library", "show", "m1")
        assert done.code == 0
        assert "Photosynthesis" in done.out
        if mounted:
            assert do(home, "library", "delete", "m1").code == 7
            (tmp_path / "disk" / "filler").unlink()
        assert do(home, "library", "delete", "m1").code == 0
        check_file(path)


# --- the folder cannot be written ---


def test_a_read_only_home_is_read_and_what_is_done_stays_in_memory(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = kept_in(home)
    before = path.read_bytes()

    async def flow(*, expected: bool) -> None:
        services = services_in(home)
        session = await services.library.open("m1")
        await services.edit.rename(session, "c0", "Only in memory")
        if expected:
            assert isinstance(services.backups.refuses, StorageReadOnly)
            assert services.backups.held.acts == 1
            assert "can be read but not changed" in services.notices()[0]
            assert await services.backups.save_copy(tmp_path / "copy.db") == 1
        await services.aclose()

    with read_only(home) as made:
        assert "Photosynthesis" in do(home, "library", "list").out
        explored = do(home, "explore", "DNA", "--engine", "atlas")
        assert "RNA" in explored.out
        assert (explored.code, "Kept in the library" in explored.out) == ((7, False) if made else (0, True))
        asyncio.run(flow(expected=made))
    if made:
        assert path.read_bytes() == before
        with closing(sqlite3.connect(tmp_path / "copy.db")) as db:
            assert db.execute("SELECT title FROM topic WHERE topic_id = 'c0'").fetchall() == [("Only in memory",)]


def test_the_window_opens_on_a_read_only_home_and_says_so(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path, home: Path
) -> None:
    kept_in(home)

    async def flow(*, expected: bool) -> None:
        driver = Driver(qapp, ui_services(Oracle(), atlas_path))
        assert await driver.window.desk.library.open_last()
        driver.window.desk.backups.begin(driver.services.notices())
        if expected:
            assert driver.has(QWidget, "storageBanner")
            assert "cannot be written" in driver.find(QLabel, "storageBannerTitle").text()
        await until(lambda: not driver.tasks.running(), "rest")
        assert driver.window.close()
        await driver.end()

    with read_only(home) as made:
        run_async(flow(expected=made))
