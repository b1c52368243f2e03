"""What the system says about files becomes an error with a name and the path."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.adapters.storage_errors import from_os, os_errors, private_folder
from knowalledge_desktop.core.errors import DiskFull, StorageDamaged, StorageError, StorageReadOnly


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EACCES, StorageReadOnly),
        (errno.EPERM, StorageReadOnly),
        (errno.EROFS, StorageReadOnly),
        (errno.ENOTDIR, StorageReadOnly),
        (errno.EIO, StorageDamaged),
        (errno.EMFILE, StorageError),
    ],
)
def test_each_error_has_its_kind_and_names_the_path(number: int, kind: type[StorageError]) -> None:
    problem = from_os(OSError(number, os.strerror(number)), Path("/some/file"))
    assert type(problem) is kind
    assert problem.detail == f"/some/file: {os.strerror(number)}"


def test_the_block_translates_and_keeps_the_cause() -> None:
    with pytest.raises(DiskFull) as caught, os_errors(Path("f")):
        raise OSError(errno.ENOSPC, "full")
    assert isinstance(caught.value.__cause__, OSError)


def test_a_private_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    made = private_folder(tmp_path / "a" / "b")
    assert made.stat().st_mode & 0o777 == 0o700
    assert private_folder(made) == made


def test_sqlite_errors_have_their_kind(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with pytest.raises(StorageReadOnly, match="x"):
        Connection(path)  # reading what is not there
    path.write_bytes(b"garbage" * 1000)
    with pytest.raises(StorageDamaged, match="x"):
        Connection(path, durable=True)


def test_sqlite_reads_only_when_asked_to(tmp_path: Path) -> None:
    db = Connection(tmp_path / "x.db", durable=True)
    with db.writing():
        db.script("CREATE TABLE t(x)")
    reader = Connection(tmp_path / "x.db")
    with pytest.raises(StorageReadOnly):
        reader.rows("INSERT INTO t VALUES (1)")
    with reader.reading():
        assert reader.value("SELECT count(*) FROM t") == 0
        with db.writing():
            db.rows("INSERT INTO t VALUES (?)", (1,))
        assert reader.value("SELECT count(*) FROM t") == 0  # still the same moment
    assert reader.value("SELECT count(*) FROM t") == 1
    reader.close()
    db.close()


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    db = Connection(tmp_path / "x.db", durable=True)
    db.script("CREATE TABLE t(x)")

    def fail() -> None:
        with db.writing():
            db.rows("INSERT INTO t VALUES (1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert db.value("SELECT count(*) FROM t") == 0
    assert db.value("SELECT x FROM t") is None
    db.close()
