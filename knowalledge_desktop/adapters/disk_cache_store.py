"""The cache library, held to text keys and bytes inside its database. No pickle, no files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import diskcache  # pyright: ignore[reportMissingTypeStubs]

from knowalledge_desktop.adapters.disk_cache_envelope import Refused
from knowalledge_desktop.adapters.disk_cache_preflight import SETTINGS

TROUBLES: tuple[type[Exception], ...] = (OSError, sqlite3.Error, Refused, diskcache.Timeout)
"""What a store may raise; each is a miss."""

_RAW = 1
_ONE = "SELECT mode, filename, value FROM Cache WHERE key = ? AND raw = 1 AND expire_time IS NULL"
_WAIT_S = 1.0  # for another process that is writing


class BytesDisk(diskcache.Disk):
    """Refuses every row that is not text -> bytes; the base class would unpickle it or open its file."""

    def hash(self, key: object) -> int:
        """Nothing of ours asks for it."""
        raise Refused("hash")

    def put(self, key: object) -> Any:  # noqa: ANN401 (as the base class has it)
        """A key for the database."""
        if not isinstance(key, str) or not key.isascii():
            raise Refused("key")
        return key, True

    def get(self, key: object, raw: object) -> str:
        """A key from the database."""
        if raw != 1 or not isinstance(key, str):
            raise Refused("key")
        return key

    def store(self, value: object, read: object, key: object = None) -> Any:  # noqa: ANN401 (as the base class has it)
        """A value for the database."""
        if read or not isinstance(value, bytes):
            raise Refused("value")
        return 0, _RAW, None, sqlite3.Binary(value)

    def fetch(self, mode: object, filename: object, value: object, read: object) -> bytes:
        """A value from the database."""
        if read or mode != _RAW or filename is not None or not isinstance(value, bytes):
            raise Refused("value")
        return value

    def filename(self, key: object = None, value: object = None) -> tuple[str, str]:
        """There are no files."""
        raise Refused("file")

    def remove(self, file_path: object) -> None:
        """There are no files, so there is nothing to delete, whatever a row says."""


class BytesStore:
    """An open cache folder, for one thread; raises the `TROUBLES`."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        settings = cast("dict[str, Any]", SETTINGS)
        self._reading: sqlite3.Cursor | None = None
        self._cache = cast(
            "Any",
            diskcache.Cache(str(folder), _WAIT_S, BytesDisk, size_limit=limit_bytes, **settings),  # pyright: ignore[reportArgumentType]
        )

    def get(self, key: str) -> bytes | None:
        """The value, or None.

        By a statement of our own, as what the library does beside reading takes longer than that.
        """
        if not key.isascii():
            raise Refused("key")
        if self._reading is None:
            self._reading = cast("sqlite3.Cursor", self._cache._con.cursor())  # noqa: SLF001 - no other way to a row
        row = self._reading.execute(_ONE, (key,)).fetchone()
        if row is None:
            return None
        mode, filename, value = row
        if mode != _RAW or filename is not None or not isinstance(value, bytes):
            raise Refused("value")
        return value

    def set(self, key: str, value: bytes) -> None:
        """Store a value, and drop those stored longest ago when there is too much."""
        self._cache.set(key, value)

    def delete(self, key: str) -> None:
        """Forget a value."""
        self._cache.delete(key)

    def clear(self) -> int:
        """Forget all values; returns how many."""
        return int(self._cache.clear())

    def all_keys(self) -> Iterator[str]:
        """All keys, in order; values may be deleted meanwhile."""
        return iter(self._cache.iterkeys())

    def hold_to(self, limit_bytes: int) -> None:
        """Hold to another limit from now on; what was stored longest ago goes if there is too much."""
        self._cache.reset("size_limit", limit_bytes)
        self._cache.cull()

    def count(self) -> int:
        """How many values there are."""
        return len(self._cache)

    def size_bytes(self) -> int:
        """Size of the database."""
        return int(self._cache.volume())

    def close(self) -> None:
        """Release the database."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None
        self._cache.close()
