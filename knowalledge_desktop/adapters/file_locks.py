"""Locks between processes: a file each, locked by the system, which frees it when a process dies."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock

_POLL_S = 0.1
_SLOTS = 4096


class FileLocks:
    """Locks in a folder. A folder that cannot be used means no lock: the worst is a call made twice.

    Names share a fixed number of files, so that the folder does not grow; two names in one file only
    wait for each other.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncGenerator[None, None]:
        """Hold the lock of a name, once nobody else does.

        Waiting is done in small steps on the loop, so that cancelling is immediate and leaves no thread behind.
        """
        lock = await asyncio.to_thread(self._lock, name)
        if lock is None:
            yield
            return
        while not await _take(lock):  # noqa: ASYNC110 - another process cannot set an event
            await asyncio.sleep(_POLL_S)
        try:
            yield
        finally:
            lock.release()

    @asynccontextmanager
    async def hold_now(self, name: str) -> AsyncGenerator[bool, None]:
        """Hold the lock of a name without waiting; gives whether it could be had."""
        lock = await asyncio.to_thread(self._lock, name)
        if lock is None or not await _take(lock):
            yield lock is None
            return
        try:
            yield True
        finally:
            lock.release()

    def _lock(self, name: str) -> BaseFileLock | None:
        from filelock import FileLock

        slot = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % _SLOTS
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return None
        # Not of a thread: it is taken in a worker and released on the loop.
        return FileLock(self._folder / f"{slot:04d}.lock", thread_local=False, is_singleton=False)


async def _take(lock: BaseFileLock) -> bool:
    """Whether the lock could be had; one that comes after its caller was cancelled is let go again."""
    taking = asyncio.get_running_loop().run_in_executor(None, _taken, lock)
    try:
        return await asyncio.shield(taking)
    except asyncio.CancelledError:
        taking.add_done_callback(lambda _: lock.release())
        raise


def _taken(lock: BaseFileLock) -> bool:
    from filelock import Timeout

    try:
        lock.acquire(blocking=False)
    except Timeout:  # which is an OSError too
        return False
    except OSError:  # a disk without locks, or read-only: nobody can be waited for
        return True
    return True
