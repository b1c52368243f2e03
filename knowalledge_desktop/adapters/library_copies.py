"""The folder of copies of the library: making one whole, looking into one, keeping the right ones."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.adapters.storage_errors import os_errors, private_folder
from knowalledge_desktop.core.backup import Backup, BackupKind
from knowalledge_desktop.core.errors import StorageDamaged
from knowalledge_desktop.core.ports import Clock

APPLICATION_ID = 0x4B414544  # "KAED"
_LEFT_S = 3600.0  # seconds after which an unfinished copy is one that a killed process has left
KEPT_COPIES = 7
"""So many are kept of each kind that the program makes by itself; those made by hand are the person's."""

_NAME = re.compile(r"library-(?:(by-hand|before-v|before-restore)[\d-]*-)?[\d-]+\.db")


class Copies:
    """The copies in one folder. Every method may block; use it in a thread. All raise StorageError."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock

    def newest_first(self) -> list[Path]:
        """The files, newest first."""
        found: list[tuple[float, Path]] = []
        for path in self.folder.glob("library-*.db"):
            with suppress(OSError):  # it may have been deleted just now
                if path.is_file():
                    found.append((path.stat().st_mtime, path))
        return [path for _, path in sorted(found, key=lambda each: (each[0], each[1].name), reverse=True)]

    def told(self) -> tuple[Backup, ...]:
        """What their names and sizes tell, newest first."""
        found: list[Backup] = []
        for path in self.newest_first():
            with suppress(OSError):
                there = path.stat()
                found.append(Backup(path.name, kind_of(path), there.st_mtime, there.st_size))
        return tuple(found)

    def look(self, path: Path) -> Backup:
        """A copy with what is in it. One that is damaged or no library is not `good`."""
        with os_errors(path):
            there = path.stat()
        backup = Backup(path.name, kind_of(path), there.st_mtime, there.st_size)
        try:
            db = Connection(path, frozen=True)
            try:
                check(db, path, thorough=True)
                maps = db.value("SELECT count(*) FROM map WHERE deleted_at IS NULL")
                topics = db.value("SELECT count(*) FROM topic")
            finally:
                db.close()
        except StorageDamaged:
            return replace(backup, good=False)
        return replace(backup, good=True, maps=maps, topics=topics)

    def make(self, db: Connection, kind: BackupKind, *, version: int = 0) -> Path:
        """A whole, compact copy that appears under its name only when it is on the disk."""
        target = self.today() if kind is BackupKind.DAILY else self._stamped(kind, version)
        whole_copy(db, target)
        self._prune(kind)
        return target

    def today(self) -> Path:
        """Where the copy of this day (UTC) is, or would be."""
        return self.folder / f"library-{self._time().strftime('%Y%m%d')}.db"

    def stamp(self) -> str:
        """Now, for names of files."""
        return self._time().strftime("%Y%m%d-%H%M%S")

    def _time(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)

    def _stamped(self, kind: BackupKind, version: int) -> Path:
        about = f"{kind}{version}" if kind is BackupKind.BEFORE_MIGRATION else str(kind)
        first = self.folder / f"library-{about}-{self.stamp()}.db"
        target, number = first, 2
        while target.exists():  # two in one second: none takes the other's place
            target, number = first.with_name(f"{first.stem}-{number}.db"), number + 1
        return target

    def _prune(self, kind: BackupKind) -> None:
        mine = f".{os.getpid()}.new"  # one that is being written just now, whatever the clock says
        for left in self.folder.glob("library-*.new"):
            with suppress(OSError):
                if not left.name.endswith(mine) and left.stat().st_mtime < self._clock.now() - _LEFT_S:
                    left.unlink()
        if kind is BackupKind.BY_HAND:
            return
        with os_errors(self.folder):
            alike = [path for path in self.newest_first() if kind_of(path) is kind]
            if kind is BackupKind.DAILY:
                alike.sort(key=lambda path: path.name, reverse=True)
            for old in alike[KEPT_COPIES:]:
                old.unlink(missing_ok=True)


def kind_of(path: Path) -> BackupKind:
    """Why a copy was made, from its name; one with a name of its own was put there by hand."""
    found = _NAME.fullmatch(path.name)
    if found is None:
        return BackupKind.BY_HAND
    return BackupKind(found[1]) if found[1] else BackupKind.DAILY


def whole_copy(db: Connection, target: Path) -> None:
    """Copy a library to a file that appears under its name only when all of it is on the disk."""
    private_folder(target.parent)
    fresh = target.with_name(f"{target.name}.{os.getpid()}.new")
    with os_errors(fresh):
        fresh.unlink(missing_ok=True)
    try:
        db.rows("VACUUM INTO ?", (str(fresh),))
        with os_errors(target):
            to_disk(fresh)
            fresh.replace(target)
            folder_to_disk(target.parent)
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def check(db: Connection, path: Path, *, thorough: bool) -> None:
    """Raise StorageDamaged unless this is a library, or an empty file that may become one."""
    mark, version = db.value("PRAGMA application_id"), db.value("PRAGMA user_version")
    empty = db.value("SELECT count(*) FROM sqlite_master") == 0
    if mark != APPLICATION_ID and not (empty and version == 0):
        raise StorageDamaged(f"{path}: not a library of this program")
    if thorough and db.rows("PRAGMA quick_check(1)") != [("ok",)]:
        raise StorageDamaged(f"{path}: its pages do not fit together")


def to_disk(path: Path) -> None:
    """Have what was written to a file on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def folder_to_disk(folder: Path) -> None:
    """Have new names in a folder on the disk; where folders cannot be opened, the system does it itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
