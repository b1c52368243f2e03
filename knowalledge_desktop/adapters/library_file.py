"""Opening the library's file so that nothing is lost: versions, damage, backups."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.adapters.library_copies import APPLICATION_ID, Copies, check, folder_to_disk, to_disk
from knowalledge_desktop.adapters.migrations import (
    m0001_start,
    m0002_pictures,
    m0003_own_words,
    m0004_lists,
    m0005_views,
)
from knowalledge_desktop.adapters.process_mark import ProcessMark, alone
from knowalledge_desktop.adapters.storage_errors import os_errors, private_folder
from knowalledge_desktop.core.backup import BackupKind
from knowalledge_desktop.core.errors import DiskFull, NewerVersion, StorageDamaged, StorageError, StorageReadOnly
from knowalledge_desktop.core.ports import Clock

MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    m0001_start.migrate,
    m0002_pictures.migrate,
    m0003_own_words.migrate,
    m0004_lists.migrate,
    m0005_views.migrate,
)
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
        self._migrations = migrations
        self.copies = Copies(path.parent / "backups", clock)
        self._mark = ProcessMark(path)
        self._frozen = False
        self._new = False
        self._copied: Path | None = None
        self.refuses: StorageError | None = None
        self.notices: list[str] = []
        self.damaged = False

    def open(self) -> Connection:
        """A connection for writing, with the newest tables; raises StorageError.

        When the file must not be written, the connection only reads and `refuses` says why. After a damage was
        met (`damaged`), all of the file is looked at, as after a crash.
        """
        suspect = self.damaged
        self.refuses, self.damaged, self._frozen = None, False, False
        try:
            return self._open(suspect=suspect)
        except (StorageReadOnly, DiskFull) as error:
            self._mark.clear(clean=True)
            if not self._path.is_file() or self._path.stat().st_size == 0:
                raise
            self.refuses = error
            self._tell(f"The library can be read but not changed: {error.detail}")
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

    def is_open_elsewhere(self) -> bool:
        """Whether another process has the file open; marks of crashed ones stay."""
        return self._mark.is_alive_elsewhere()

    def put_aside(self) -> str:
        """Move the file, with those that go with it, to a name that says it is damaged; returns that path."""
        aside = self._path.with_name(f"{self._path.name}.damaged-{self.copies.stamp()}-{os.urandom(2).hex()}")
        kept = ""
        with os_errors(self._path):
            for end in ("", "-wal", "-shm"):
                part = self._path.with_name(self._path.name + end)
                if part.exists():
                    part.replace(aside.with_name(aside.name + end))
                    kept = str(aside)
        return kept

    def _tell(self, sentence: str) -> None:
        if sentence not in self.notices:
            self.notices.append(sentence)

    def _freeze(self) -> None:
        """Read the file where nothing can be written.

        Commits that are still in the write-ahead log can only be read through files beside it,
        so with such commits a copy elsewhere is read; also of a file whose tables are of an older version.
        """
        self._frozen = True
        log = self._path.with_name(self._path.name + "-wal")
        has_log = log.exists() and log.stat().st_size > 0
        if not has_log:
            db = self.reader()
            try:
                if int(db.value("PRAGMA user_version")) >= len(self._migrations):
                    return
            finally:
                db.close()
        self._copied = Path(tempfile.mkdtemp(prefix="knowalledge-"))
        copy = self._copied / self._path.name
        with os_errors(self._copied):
            for part in (self._path, log) if has_log else (self._path,):
                shutil.copyfile(part, self._copied / part.name)
        db = Connection(copy, durable=True)
        try:
            migrate(db, self._migrations, int(db.value("PRAGMA user_version")))
        finally:
            db.close()

    def _open(self, *, suspect: bool) -> Connection:
        private_folder(self._path.parent)
        with alone(self._path.with_name(self._path.name + ".lock")):
            alive, crashed = self._mark.others()
            if crashed and not alive:
                self._sweep()
            self._mark.set()
            try:
                db = self._checked(thorough=crashed or suspect)
            except StorageDamaged as error:
                if alive:  # another process has it open: not the moment to move it away
                    raise
                db = self._replaced(error)
            return self._of_this_version(db)

    def _sweep(self) -> None:
        """Remove what a restore that was killed has left."""
        for left in self._path.parent.glob(f"{self._path.name}.*restored*"):
            with suppress(OSError):
                left.unlink()

    def _checked(self, *, thorough: bool) -> Connection:
        if self._path.is_dir():
            raise StorageDamaged(f"{self._path}: a folder")
        if self.copies.newest_first() and (not self._path.exists() or self._path.stat().st_size == 0):
            raise StorageDamaged(f"{self._path}: missing or empty, but there are backups of it")
        with os_errors(self._path):
            self._path.touch(mode=0o600)  # the files beside it get the same mode
        db = Connection(self._path, durable=True)
        try:
            check(db, self._path, thorough=thorough)
        except BaseException:
            db.close()
            raise
        return db

    def _replaced(self, error: StorageDamaged) -> Connection:
        """Move the damaged file aside and go on with the newest good backup, else with a new file."""
        aside = self.put_aside()
        kept = f" The damaged file is kept as {aside}." if aside else ""
        backup = self._restored()
        if backup is None:
            told = "The library was damaged and there was no good backup; a new one was started."
        else:
            told = f"The library was damaged or missing ({error.detail}); the backup {backup.name} is open now."
        self.notices.append(told + kept)
        return Connection(self._path, durable=True)

    def _restored(self) -> Path | None:
        fresh = self._path.with_name(self._path.name + ".restored")
        for backup in self.copies.newest_first():
            with os_errors(fresh):
                shutil.copyfile(backup, fresh)
            try:
                db = Connection(fresh, frozen=True)
                try:
                    check(db, fresh, thorough=True)
                finally:
                    db.close()
            except StorageDamaged:
                continue
            with os_errors(fresh):
                to_disk(fresh)
                fresh.replace(self._path)
                folder_to_disk(self._path.parent)
            return backup
        fresh.unlink(missing_ok=True)
        return None

    def _of_this_version(self, db: Connection) -> Connection:
        version = int(db.value("PRAGMA user_version"))
        self._new = version == 0
        if version > len(self._migrations):
            db.close()
            self.refuses = NewerVersion(f"{self._path}: version {version}, known {len(self._migrations)}")
            self._tell("The library was written by a newer version of the program; it can only be read.")
            return self.reader()
        try:
            if 0 < version < len(self._migrations):
                self.copies.make(db, BackupKind.BEFORE_MIGRATION, version=version + 1)
            migrate(db, self._migrations, version)
        except BaseException:
            db.close()
            raise
        return db

    def back_up(self, db: Connection, *, closing: bool = False) -> None:
        """Keep one copy for each of the last days the library was used; a failure becomes a notice.

        The first copy of a day is made after opening; `closing` replaces it when something was
        changed since, unless the library is so large that the person would have to wait.
        """
        if self.refuses is not None or self.damaged or self._needless(db, self.copies.today(), closing=closing):
            return
        try:
            self.copies.make(db, BackupKind.DAILY)
        except StorageError as error:
            self.damaged = self.damaged or isinstance(error, StorageDamaged)
            self._tell(f"The library could not be backed up: {error.detail}")

    def _needless(self, db: Connection, today: Path, *, closing: bool) -> bool:
        if not closing:
            return self._new or today.exists()
        if today.exists() and (not db.value("SELECT total_changes()") or self._is_large()):
            return True
        return db.value("SELECT 1 FROM map UNION ALL SELECT 1 FROM answer LIMIT 1") is None

    def _is_large(self) -> bool:
        return self._path.stat().st_size > _LARGE


def migrate(db: Connection, migrations: Sequence[Callable[[Connection], None]], version: int) -> None:
    """Bring a library from `version` to the newest form, each step wholly or not at all."""
    for number, step in enumerate(migrations[version:], start=version + 1):
        with db.writing():
            step(db)
            db.script(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};")
