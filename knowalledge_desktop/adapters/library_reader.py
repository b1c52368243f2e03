"""A thread that reads the library with a connection of its own, and stops when nobody waits any more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from knowalledge_desktop.adapters.library_connection import Connection, Interrupted
from knowalledge_desktop.core.errors import StorageDamaged

if TYPE_CHECKING:
    from knowalledge_desktop.adapters.library_file import LibraryFile

T = TypeVar("T")

_PAGES = "PRAGMA cache_size = -32768"  # KiB of pages that are kept, so that lists come from memory


class _Ticket:
    """One job; `dropped` when nobody waits for it any more."""

    dropped = False


class LibraryReader:
    """Does one job after the other on the file, which is opened at the first.

    A statement can be stopped between two of its steps only: one that has begun to read a long
    list from a cold disk ends some 50 ms later. What a key must not wait for has another reader.
    """

    def __init__(self, file: LibraryFile, name: str) -> None:
        self._file = file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._db: Connection | None = None
        self._lock = threading.Lock()
        self._running: _Ticket | None = None

    async def read(self, job: Callable[[Connection], T]) -> T:
        """The result of the job; cancelling stops it. Raises StorageError."""
        ticket = _Ticket()

        def run() -> T:
            if self._db is None:
                self._db = self._file.reader()
                self._db.script(_PAGES)
            with self._lock:
                self._running = ticket
            try:
                if ticket.dropped:
                    raise Interrupted
                return job(self._db)
            except StorageDamaged:
                self._file.damaged = True
                raise
            finally:
                with self._lock:
                    self._running = None

        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, run)
        except asyncio.CancelledError:
            self._drop(ticket)
            raise

    def go_on(self) -> None:
        """For jobs: end the one that nobody waits for any more, also outside a statement."""
        if self._running is not None and self._running.dropped:
            raise Interrupted

    async def close(self) -> None:
        """Release the file; the next job opens it anew. May be called twice."""
        if self._db is None:
            return
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)

    def end(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False)

    def _drop(self, ticket: _Ticket) -> None:
        """Stop this job if it runs, and never the one after it.

        The lock is only tried, as this is the loop's thread: when the reader holds it, the job
        is just ending, or about to look at `dropped`.
        """
        ticket.dropped = True
        if self._lock.acquire(blocking=False):
            try:
                if self._running is ticket and self._db is not None:
                    self._db.interrupt()
            finally:
                self._lock.release()

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
