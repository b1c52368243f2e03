"""Opening the library's file so that nothing is lost: versions, damage, backups."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.adapters.migrations import m0001_start, m0002_pictures, m0003_own_words, m0005_views
from knowalledge_desktop.adapters.process_mark import ProcessMark, alone
from knowalledge_desktop.adapters.storage_errors import os_errors, private_folder
from knowalledge_desktop.core.errors import NewerVersion, StorageDamaged, StorageError, StorageReadOnly
from knowalledge_desktop.core.ports import Clock

APPLICATION_ID = 0x4B414544  # "KAED"
MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    m0001_start.migrate,
    m0002_pictures.migrate,
    m0003_own_words.migrate,
    m0005_views.migrate,
)
KEPT_BACKUPS = 7
_LARGE = 64 * 1024 * 1024  # bytes; copying more takes longer than people wait at the end


class LibraryFile:
    """The file with its marks and backups; used by the writer's thread alone, except `reader`.

    `refuses` is set when the file can be read but must not be written; `notices` are
    sentences for the user about what was found and done.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        migrations: tuple[Callable[[Connection], None], ...] = MIGRATIONS,
    ) -> None:
        self._path = path
        self._clock = clock
        self._migrations = migrations
        self._folder = path.parent / "backups"
        self._mark = ProcessMark(path)
        self._frozen = False
        self._new = False
        self._copied: Path | None = None
        self.refuses: StorageError | None = None
        self.notices: list[str] = []
        self.damaged = False

    def open(self) -> Connection:
        """A connection for writing, with the newest tables; raises StorageError.

        When the file must not be written, the connection only reads and `refuses` says why.
        """
        try:
            return self._open()
        except StorageReadOnly as error:
            if not self._path.is_file():
                self._mark.clear(clean=True)
                raise
            self.refuses = error
            self.notices.append(f"The library can be read but not changed: {error.detail}")
            self._freeze()
            return self.reader()
        except BaseException:
            self._mark.clear(clean=False)  # the next start looks again
            raise

    def reader(self) -> Connection:
        """A connection that only reads."""
        if self._copied is not None:
            return Connection(self._copied / self._path.name)
        return Connection(self._path, frozen=self._frozen)

    def close(self) -> None:
        """Say that this process is done; a damage that was met leaves a mark for the next start."""
        self._mark.clear(clean=not self.damaged)
        if self._copied is not None:
            shutil.rmtree(self._copied, ignore_errors=True)
            self._copied = None

    def _freeze(self) -> None:
        """Read the file where nothing can be written.

        Commits that are still in the write-ahead log can only be read through files beside it,
        so with such commits a copy elsewhere is read.
        """
        self._frozen = True
        log = self._path.with_name(self._path.name + "-wal")
        if log.exists() and log.stat().st_size:
            self._copied = Path(tempfile.mkdtemp(prefix="knowalledge-"))
            with os_errors(self._copied):
                for part in (self._path, log):
                    shutil.copyfile(part, self._copied / part.name)

    def _open(self) -> Connection:
        private_folder(self._path.parent)
        with alone(self._path.with_name(self._path.name + ".lock")):
            alive, crashed = self._mark.others()
            self._mark.set()
            try:
                db = self._checked(thorough=crashed)
            except StorageDamaged as error:
                if alive:  # another process has it open: not the moment to move it away
                    raise
                db = self._replaced(error)
            return self._of_this_version(db)

    def _checked(self, *, thorough: bool) -> Connection:
        if self._backups() and (not self._path.exists() or self._path.stat().st_size == 0):
            raise StorageDamaged(f"{self._path}: missing or empty, but there are backups of it")
        with os_errors(self._path):
            self._path.touch(mode=0o600)  # the files beside it get the same mode
        db = Connection(self._path, durable=True)
        try:
            _check(db, self._path, thorough=thorough)
        except BaseException:
            db.close()
            raise
        return db

    def _replaced(self, error: StorageDamaged) -> Connection:
        """Move the damaged file aside and go on with the newest good backup, else with a new file."""
        aside = self._path.with_name(f"{self._path.name}.damaged-{self._stamp()}-{os.urandom(2).hex()}")
        kept = ""
        with os_errors(self._path):
            for end in ("", "-wal", "-shm"):
                part = self._path.with_name(self._path.name + end)
                if part.exists():
                    part.replace(aside.with_name(aside.name + end))
                    kept = f" The damaged file is kept as {aside}."
        backup = self._restored()
        if backup is None:
            told = "The library was damaged and there was no good backup; a new one was started."
        else:
            told = f"The library was damaged or missing ({error.detail}); the backup {backup.name} is open now."
        self.notices.append(told + kept)
        return Connection(self._path, durable=True)

    def _restored(self) -> Path | None:
        fresh = self._path.with_name(self._path.name + ".restored")
        for backup in self._backups():
            with os_errors(fresh):
                shutil.copyfile(backup, fresh)
            try:
                db = Connection(fresh, frozen=True)
                try:
                    _check(db, fresh, thorough=True)
                finally:
                    db.close()
            except StorageDamaged:
                continue
            with os_errors(fresh):
                _to_disk(fresh)
                fresh.replace(self._path)
            return backup
        fresh.unlink(missing_ok=True)
        return None

    def _of_this_version(self, db: Connection) -> Connection:
        version = int(db.value("PRAGMA user_version"))
        self._new = version == 0
        if version > len(self._migrations):
            db.close()
            self.refuses = NewerVersion(f"{self._path}: version {version}, known {len(self._migrations)}")
            self.notices.append("The library was written by a newer version of the program; it can only be read.")
            return self.reader()
        try:
            if 0 < version < len(self._migrations):
                self._copy(db, self._folder / f"library-before-v{version + 1}-{self._stamp()}.db")
            for number, migrate in enumerate(self._migrations[version:], start=version + 1):
                with db.writing():
                    migrate(db)
                    db.script(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};")
        except BaseException:
            db.close()
            raise
        return db

    def back_up(self, db: Connection, *, closing: bool = False) -> None:
        """Keep one copy for each of the last days the library was used; a failure becomes a notice.

        The first copy of a day is made after opening; `closing` replaces it when something was
        changed since, unless the library is so large that the person would have to wait.
        """
        today = self._folder / f"library-{self._day()}.db"
        if self.refuses is not None or self.damaged or self._needless(db, today, closing=closing):
            return
        try:
            self._copy(db, today)
            with os_errors(self._folder):
                for old in sorted(self._folder.glob("library-[0-9]*.db"), reverse=True)[KEPT_BACKUPS:]:
                    old.unlink(missing_ok=True)
        except StorageError as error:
            self.notices.append(f"The library could not be backed up: {error.detail}")

    def _needless(self, db: Connection, today: Path, *, closing: bool) -> bool:
        if not closing:
            return self._new or today.exists()
        if today.exists() and (not db.value("SELECT total_changes()") or self._is_large()):
            return True
        return db.value("SELECT 1 FROM map UNION ALL SELECT 1 FROM answer LIMIT 1") is None

    def _is_large(self) -> bool:
        return self._path.stat().st_size > _LARGE

    def _copy(self, db: Connection, target: Path) -> None:
        """A whole, compact copy that appears under its name only when it is on the disk."""
        private_folder(target.parent)
        fresh = target.with_name(f"{target.name}.new")
        with os_errors(fresh):
            fresh.unlink(missing_ok=True)
        try:
            db.rows("VACUUM INTO ?", (str(fresh),))
            with os_errors(target):
                _to_disk(fresh)
                fresh.replace(target)
        finally:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)

    def _backups(self) -> list[Path]:
        """Backups, newest first."""
        found = [path for path in self._folder.glob("library-*.db") if path.is_file()]
        return sorted(found, key=lambda path: (path.stat().st_mtime, path.name), reverse=True)

    def _day(self) -> str:
        return datetime.fromtimestamp(self._clock.now(), UTC).strftime("%Y%m%d")

    def _stamp(self) -> str:
        return datetime.fromtimestamp(self._clock.now(), UTC).strftime("%Y%m%d-%H%M%S")


def _check(db: Connection, path: Path, *, thorough: bool) -> None:
    """Raise StorageDamaged unless this is a library, or an empty file that may become one."""
    mark, version = db.value("PRAGMA application_id"), db.value("PRAGMA user_version")
    empty = db.value("SELECT count(*) FROM sqlite_master") == 0
    if mark != APPLICATION_ID and not (empty and version == 0):
        raise StorageDamaged(f"{path}: not a library of this program")
    if thorough and db.rows("PRAGMA quick_check(1)") != [("ok",)]:
        raise StorageDamaged(f"{path}: its pages do not fit together")


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
