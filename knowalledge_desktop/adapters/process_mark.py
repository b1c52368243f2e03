"""Marks that say which processes have a file open, and that tell a crash from a clean end."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from knowalledge_desktop.adapters.storage_errors import os_errors


def _lock(file: IO[bytes], *, wait: bool) -> bool:
    """Whether the lock on an open file could be had; the system frees it when the process dies."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


@contextmanager
def alone(path: Path) -> Generator[None]:
    """Hold the lock file `path`, so that only one process at a time is in such a block."""
    with os_errors(path):
        file = path.open("ab")
    with file:
        _lock(file, wait=True)
        yield


class Claim:
    """A lock file that one process holds as long as it lives; kept open in this object."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self._path.parent

    def take(self) -> bool:
        """Whether this process holds it now. Where there can be no such file, everybody does."""
        if self._file is not None:
            return True
        try:
            file = self._path.open("ab")
        except OSError:
            return True
        if not _lock(file, wait=False):
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let another have it."""
        if self._file is not None:
            self._file.close()
            self._file = None


class ProcessMark:
    """A file `NAME.open-…` beside `path`, locked while this process lives."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mark = path.with_name(f"{path.name}.open-{os.getpid()}-{os.urandom(4).hex()}")
        self._file: IO[bytes] | None = None

    def others(self) -> tuple[bool, bool]:
        """Whether another process is at work on the file, and whether one has crashed on it.

        Marks of crashed processes are removed: call this once, before `set`.
        """
        alive = crashed = False
        for mark in self._path.parent.glob(f"{self._path.name}.open-*"):
            with suppress(OSError), mark.open("ab") as file:
                if _lock(file, wait=False):
                    crashed = True
                else:
                    alive = True
                    continue
            with suppress(OSError):
                mark.unlink()
        return alive, crashed

    def is_alive_elsewhere(self) -> bool:
        """Whether another process is at work on the file now; removes nothing."""
        for mark in self._path.parent.glob(f"{self._path.name}.open-*"):
            if mark == self._mark:
                continue
            with suppress(OSError), mark.open("ab") as file:
                if not _lock(file, wait=False):
                    return True
        return False

    def set(self) -> None:
        """Say that this process has the file open."""
        with os_errors(self._mark):
            self._file = self._mark.open("ab")
        _lock(self._file, wait=False)

    def clear(self, *, clean: bool) -> None:
        """Say that it is closed; not `clean` leaves the mark for the next start to find."""
        if self._file is None:
            return
        self._file.close()
        self._file = None
        if clean:
            with suppress(OSError):
                self._mark.unlink()
