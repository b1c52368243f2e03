"""The evictable cache of answers: bytes in, the same bytes out, or nothing."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from knowalledge_desktop.adapters import disk_cache_preflight as preflight
from knowalledge_desktop.adapters.disk_cache_envelope import Refused, seal, unseal
from knowalledge_desktop.core.answer_names import name_matcher
from knowalledge_desktop.core.cache import Matches
from knowalledge_desktop.core.errors import StorageError
from knowalledge_desktop.core.ports import CacheEntry, CacheStats, Clock

if TYPE_CHECKING:
    from knowalledge_desktop.adapters.disk_cache_store import BytesStore

_LARGEST = 8 * 1024 * 1024  # bytes; a larger value would push out too much else
_LIMIT = 200 * 1024 * 1024
_CULL_SHARE = 0.85  # the library's limit is soft: aim lower
_PAUSE_S = 30.0  # after a failure to open
_PATIENCE_S = 3.0  # the longest that a caller waits; then it is a miss
_OPENING_PATIENCE_S = 10.0  # the first call also makes or checks the database, perhaps after other processes
_LONG_PATIENCE_S = 60.0
_FAILED = -1

T = TypeVar("T")


class DiskCache:
    """Implements `Cache` in the folder `folder`, up to about `limit_bytes`, which may change while it is used.

    All work is done in one thread; the folder is opened at the first call. A folder that was
    tampered with or damaged is put aside, one that is deleted while running is made again.
    Every trouble is a miss; only who wants something forgotten is told.
    """

    def __init__(self, folder: Path, clock: Clock, limit_bytes: int | Callable[[], int] = _LIMIT) -> None:
        self._folder = folder
        self._clock = clock
        self._limit: Callable[[], int] = limit_bytes if callable(limit_bytes) else lambda: limit_bytes
        self._held_to = 0
        self._forgettings = folder.with_name(f"{folder.name}.forgotten")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="disk-cache")
        self._store: BytesStore | None = None
        self._identity: tuple[int, int] | None = None
        self._not_before = 0.0
        self._closed = False

    async def get(self, key: str) -> CacheEntry | None:
        """The entry, or None when it is missing, expired or damaged."""
        now = self._clock.now()
        return await self._run(lambda store: _get(store, key, now), None)

    async def put(self, key: str, payload: bytes, *, ttl_s: float, name: str = "") -> None:
        """Store `payload` for `ttl_s` seconds under a key and a name; one that is very large is not stored."""
        if len(payload) <= min(_LARGEST, self._limit() // 4):
            now = self._clock.now()
            await self._run(lambda store: store.set(key, seal(key, payload, now, now + ttl_s, name)), None)

    async def clear(self) -> int:
        """Forget everything; returns how many entries. Raises StorageError."""

        def forget(store: BytesStore) -> int:
            count = store.clear()
            self._note_forgetting()
            return count

        return await self._must(forget)

    async def invalidate(self, pattern: str) -> int:
        """Forget the entries whose name matches; returns how many. Raises UserInputError and StorageError.

        Names are only believed with their whole entry, so everything is read: about a second for 200 MB.
        """
        meant, now = name_matcher(pattern), self._clock.now()

        def forget(store: BytesStore) -> int:
            count = _forget(store, meant, now)
            self._note_forgetting()
            return count

        return await self._must(forget)

    async def matching(self, pattern: str, *, names: int = 5) -> Matches:
        """How many entries a pattern means, and the first so many of their names; forgets nothing.

        Raises UserInputError and StorageError as `invalidate`.
        """
        meant, now = name_matcher(pattern), self._clock.now()
        found = await self._run(
            lambda store: _matching(store, meant, now, names), None, patience_s=_LONG_PATIENCE_S
        )
        if found is None:
            raise StorageError(str(self._folder))
        return found

    async def generation(self) -> object:
        """Another value each time that any process has had something forgotten, or the folder was deleted.

        Not asked in the thread of the cache, which may be busy.
        """
        return await asyncio.to_thread(_generation, self._folder, self._forgettings)

    async def stats(self) -> CacheStats:
        """What is in it."""
        return await self._run(lambda store: CacheStats(store.count(), store.size_bytes()), CacheStats(0, 0))

    async def aclose(self) -> None:
        """Release the folder and the thread. May be called twice."""
        if not self._closed:
            self._closed = True
            await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
            self._thread.shutdown(wait=False)

    async def _must(self, job: Callable[[BytesStore], int]) -> int:
        """The same for what may take its time and must not fail unseen."""
        found = await self._run(job, _FAILED, patience_s=_LONG_PATIENCE_S)
        if found == _FAILED:
            raise StorageError(str(self._folder))
        return found

    async def _run(self, job: Callable[[BytesStore], T], otherwise: T, *, patience_s: float | None = None) -> T:
        def run() -> T:
            from knowalledge_desktop.adapters.disk_cache_store import TROUBLES

            try:
                store = self._opened()
                return otherwise if store is None else job(store)
            except TROUBLES as error:
                self._note(error)
                return otherwise

        if self._closed:
            return otherwise
        if patience_s is None:
            patience_s = _OPENING_PATIENCE_S if self._store is None else _PATIENCE_S
        try:
            async with asyncio.timeout(patience_s):
                return await asyncio.get_running_loop().run_in_executor(self._thread, run)
        except TimeoutError:
            return otherwise

    # --- in the thread ---

    def _note_forgetting(self) -> None:
        """One more byte: appending is never lost, whoever else does it at the same time."""
        with self._forgettings.open("ab") as file:
            file.write(b".")

    def _opened(self) -> BytesStore | None:
        """The open folder; None while opening it was in vain a moment ago."""
        if self._store is not None and self._identity != _identity(self._folder):
            self._drop()
        if self._store is None and self._clock.monotonic() >= self._not_before:
            self._not_before = self._clock.monotonic() + _PAUSE_S
            self._open_alone()
            self._not_before = 0.0
        if self._store is not None and self._held_to != self._limit():
            self._held_to = self._limit()
            self._store.hold_to(int(self._held_to * _CULL_SHARE))
        return self._store

    def _open_alone(self) -> None:
        """One process at a time: a database that another is making just now would look like a planted one."""
        from filelock import FileLock

        self._folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder.with_name(f"{self._folder.name}.lock"), timeout=_OPENING_PATIENCE_S):
            self._open()

    def _open(self) -> None:
        from knowalledge_desktop.adapters.disk_cache_store import BytesStore

        why = preflight.look(self._folder)
        if why:
            logging.getLogger(__name__).info("cache put aside: %s", why)
            preflight.put_aside(self._folder, f"{self._clock.now():.0f}")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        preflight.mark_open(self._folder)
        self._held_to = self._limit()
        self._store = BytesStore(self._folder, int(self._held_to * _CULL_SHARE))
        self._identity = _identity(self._folder)

    def _note(self, error: Exception) -> None:
        """A database that turned out damaged is opened anew next time, and looked at before."""
        logging.getLogger(__name__).info("cache trouble: %s", type(error).__name__)
        if isinstance(error, sqlite3.DatabaseError) and "locked" not in str(error):
            self._drop()

    def _drop(self) -> None:
        """Let go of the database; its mark stays, so that the next look is thorough."""
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _close(self) -> None:
        try:
            if self._store is not None:
                self._drop()
                preflight.mark_closed(self._folder)
        except (OSError, sqlite3.Error) as error:
            logging.getLogger(__name__).info("cache trouble: %s", type(error).__name__)


def _get(store: BytesStore, key: str, now: float) -> CacheEntry | None:
    sealed = store.get(key)
    if sealed is None:
        return None
    try:
        entry = unseal(key, sealed, now)
    except Refused:
        store.delete(key)
        raise
    if entry is None:
        store.delete(key)
    return entry


def _forget(store: BytesStore, meant: Callable[[str], bool], now: float) -> int:
    """Delete the entries that are meant, and those that are no good any more without counting them."""
    forgotten = 0
    for key in store.all_keys():
        try:
            sealed = store.get(key)
            entry = unseal(key, sealed, now) if sealed is not None else None
        except Refused:
            entry = None
        if entry is None or meant(entry.name):
            store.delete(key)
            forgotten += entry is not None
    return forgotten


def _matching(store: BytesStore, meant: Callable[[str], bool], now: float, names: int) -> Matches:
    count, found = 0, set[str]()
    for key in store.all_keys():
        try:
            sealed = store.get(key)
            entry = unseal(key, sealed, now) if sealed is not None else None
        except Refused:
            continue
        if entry is not None and meant(entry.name):
            count += 1
            found.add(entry.name)
    return Matches(count, tuple(sorted(found))[:names])


def _generation(folder: Path, forgettings: Path) -> tuple[object, object]:
    try:
        told = forgettings.stat()
    except OSError:
        return _identity(folder), None
    return _identity(folder), (told.st_ino, told.st_size)


def _identity(folder: Path) -> tuple[int, int] | None:
    """Which file the database is now; None when it was deleted."""
    try:
        told = (folder / preflight.DATABASE).stat()
    except OSError:
        return None
    return told.st_dev, told.st_ino
