"""Looking at a cache folder before the cache library does, so that a planted file is never trusted.

The library rebuilds objects from rows and settings that it finds; a folder that is not exactly
as our own settings leave it is put aside.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

# Everything the folder may have been set up with. The count, size, hits and misses vary.
SETTINGS: dict[str, object] = {
    "statistics": 0,
    "tag_index": 0,
    "eviction_policy": "least-recently-stored",
    "cull_limit": 10,
    "sqlite_auto_vacuum": 1,
    "sqlite_cache_size": 8192,
    "sqlite_journal_mode": "wal",
    "sqlite_mmap_size": 0,
    "sqlite_synchronous": 1,
    "disk_min_file_size": 1 << 40,
    "disk_pickle_protocol": 0,
}
_COUNTERS = {"size_limit", "count", "size", "hits", "misses"}
# Digest of the tables, indexes and triggers that diskcache 5.6.3 makes.
_SCHEMA = "dc3f902ae6a0cd069ed5ea8367a859de"

_STRANGE_ROWS = (
    "SELECT 1 FROM Cache WHERE raw IS NOT 1 OR mode IS NOT 1 OR filename IS NOT NULL OR tag IS NOT NULL"
    " OR typeof(key) IS NOT 'text' OR typeof(value) IS NOT 'blob' LIMIT 1"
)

DATABASE = "cache.db"
_OPEN = "open"


def look(folder: Path) -> str:
    """Why the folder cannot be trusted, or "" when it can (also when there is nothing in it)."""
    database = folder / DATABASE
    try:
        if not os.path.lexists(database):
            return "" if _only_ours(folder) else "files of another kind"
        if folder.is_symlink() or database.is_symlink() or not database.is_file():
            return "something else in place of a file"
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True, timeout=2)) as db:
            return _look_into(db, thorough=(folder / _OPEN).exists())
    except (sqlite3.Error, OSError, UnicodeError) as error:
        # When another process is writing just now, it has looked already.
        return "" if "locked" in str(error) else f"unreadable: {type(error).__name__}"


def schema_digest(db: sqlite3.Connection) -> str:
    """A digest of all tables, indexes, triggers and views with their text."""
    rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    return hashlib.blake2b(repr(rows).encode(), digest_size=16).hexdigest()


def _look_into(db: sqlite3.Connection, *, thorough: bool) -> str:
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA cell_size_check = ON")
    if schema_digest(db) != _SCHEMA:
        return "other tables or triggers"
    settings: dict[object, object] = dict(db.execute("SELECT key, value FROM Settings").fetchall())
    for name in _COUNTERS:
        if not isinstance(settings.pop(name, None), int):
            return f"setting {name}"
    if settings != SETTINGS:
        return "other settings"
    if thorough and db.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
        return "damaged pages"
    if db.execute(_STRANGE_ROWS).fetchall():
        return "rows of another kind"
    return ""


def _only_ours(folder: Path) -> bool:
    return not os.path.lexists(folder) or all(each.name == _OPEN for each in folder.iterdir())


def put_aside(folder: Path, stamp: str) -> None:
    """Rename an untrusted folder, and keep only the newest of such."""
    prefix = f"{folder.name}.damaged-"
    for old in folder.parent.glob(f"{prefix}*"):
        _remove(old)
    folder.rename(folder.with_name(prefix + stamp))


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    else:
        shutil.rmtree(path)


def mark_open(folder: Path) -> None:
    """Leave a mark, so that a crash is seen at the next start."""
    (folder / _OPEN).touch(mode=0o600)


def mark_closed(folder: Path) -> None:
    """Take the mark away."""
    (folder / _OPEN).unlink(missing_ok=True)
