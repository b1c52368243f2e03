"""One SQLite connection to the library, with its errors in the words of the error tree."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from knowalledge_desktop.core.errors import (
    DiskFull,
    StorageDamaged,
    StorageError,
    StorageReadOnly,
)

Row = tuple[Any, ...]

_BUSY_MS = 10_000  # how long to wait for another process that is writing
_MIN_SQLITE = (3, 51, 3)  # older ones can damage a file in WAL mode

_PRAGMAS = """
PRAGMA trusted_schema = OFF;
PRAGMA foreign_keys = ON;
PRAGMA mmap_size = 0;
PRAGMA temp_store = MEMORY;
PRAGMA recursive_triggers = ON;
PRAGMA cell_size_check = ON;
"""

# On macOS only a full sync reaches the disk itself; elsewhere it is the same as a plain one.
_DURABLE = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA checkpoint_fullfsync = ON;
"""


class Interrupted(Exception):
    """A statement was stopped because nobody waits for it any more."""


class Connection:
    """A connection for one thread; only `interrupt` may be called from another.

    `durable` opens for writing, where a commit is on the disk when it returns. Otherwise the
    file is read only, and with `frozen` even without the two files that go with it, as
    needed in a folder that cannot be written.
    """

    def __init__(self, path: Path, *, durable: bool = False, frozen: bool = False) -> None:
        import apsw

        if tuple(map(int, apsw.sqlite_lib_version().split("."))) < _MIN_SQLITE:
            raise RuntimeError("this SQLite can damage files in WAL mode")
        self._apsw = apsw
        self._path = path
        with self._errors():
            if durable:
                flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
                self._db = apsw.Connection(str(path), flags=flags)
            else:
                flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
                uri = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if frozen else ''}"
                self._db = apsw.Connection(uri, flags=flags)
            self._db.set_busy_timeout(_BUSY_MS)
        try:
            self.script(_PRAGMAS)
            if durable:
                self.script(_DURABLE)
        except BaseException:
            self.close()
            raise

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one statement to its end and give all its rows."""
        with self._errors():
            return cast("Any", self._db).execute(sql, values).fetchall()

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401 (SQL values have no type)
        """The first column of the first row, or None."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def script(self, sql: str) -> None:
        """Run several statements, each to its end: one that gives a row would hold up those after it."""
        with self._errors():
            cast("Any", self._db).execute(sql).fetchall()

    @contextmanager
    def writing(self) -> Generator[None]:
        """A transaction that is on the disk when the block ends, or never was."""
        yield from self._transaction("BEGIN IMMEDIATE")

    @contextmanager
    def reading(self) -> Generator[None]:
        """Everything read in the block is of one moment."""
        yield from self._transaction("BEGIN")

    def _transaction(self, begin: str) -> Generator[None]:
        self.script(begin)
        try:
            yield
            self.script("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self.script("ROLLBACK")
            raise

    def fill_from(self, source: Connection) -> None:
        """Put all of `source` in this file's place in one transaction, also while others read it."""
        with self._errors(), self._db.backup("main", source._db, "main") as pages:
            while not pages.done:
                pages.step(-1)

    def interrupt(self) -> None:
        """Stop the statement that is running, if any; it raises `Interrupted`."""
        self._db.interrupt()

    def close(self) -> None:
        """Release the file."""
        with self._errors():
            self._db.close()

    @contextmanager
    def _errors(self) -> Generator[None]:
        apsw = self._apsw
        try:
            yield
        except apsw.InterruptError as error:
            raise Interrupted from error
        except (apsw.FullError, apsw.TooBigError) as error:
            raise DiskFull(self._told(error)) from error
        except (apsw.ReadOnlyError, apsw.PermissionsError, apsw.CantOpenError, apsw.AuthError) as error:
            raise StorageReadOnly(self._told(error)) from error
        except (apsw.CorruptError, apsw.NotADBError, apsw.FormatError) as error:
            raise StorageDamaged(self._told(error)) from error
        except apsw.IOError as error:
            raise _of_io(getattr(error, "extendedresult", 0))(self._told(error)) from error
        except (apsw.BusyError, apsw.LockedError) as error:
            raise StorageError(f"{self._path}: in use by another program") from error

    def _told(self, error: Exception) -> str:
        return f"{self._path}: {error}"


def _of_io(code: int) -> type[StorageError]:
    """What an error of reading or writing means: only what was read wrongly says that a file is damaged."""
    import apsw

    damaged = {
        apsw.SQLITE_IOERR_READ,
        apsw.SQLITE_IOERR_SHORT_READ,
        apsw.SQLITE_IOERR_CORRUPTFS,
        apsw.SQLITE_IOERR_DATA,
    }
    full = {apsw.SQLITE_IOERR_SHMSIZE}  # no room for the file that processes share
    return StorageDamaged if code in damaged else DiskFull if code in full else StorageError
