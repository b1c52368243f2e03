"""Files that people exchange, and what is remembered of them so that they can be merged when they come back."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import zlib
from collections.abc import Mapping
from pathlib import Path

from knowalledge_desktop.adapters.storage_errors import os_errors, private_folder
from knowalledge_desktop.core.errors import ImportRefused, StorageReadOnly, UserInputError

KEPT_MOST = 40
"""So many states are remembered of each map, the newest."""

_MB = 1024 * 1024


class ExchangeFiles:
    """Implements `services.exchange.Files`; what is remembered is in the folder `memory`."""

    def __init__(self, memory: Path) -> None:
        self._memory = memory

    async def read(self, path: Path, most_bytes: int) -> bytes | None:
        """The bytes of a file, or None when it is a folder; raises UserInputError, ImportRefused, StorageError."""
        return await asyncio.to_thread(_read, path, most_bytes)

    async def read_folder(self, path: Path, most_bytes: int, most_files: int) -> dict[str, bytes]:
        """The files below a folder by their relative names; links are not followed. Raises as `read` does."""
        return await asyncio.to_thread(_read_folder, path, most_bytes, most_files)

    async def write(self, path: Path, data: bytes) -> None:
        """Write a file, whole or not at all; raises StorageError."""
        await asyncio.to_thread(_write, path, data)

    async def write_folder(self, path: Path, files: Mapping[str, bytes], gone: frozenset[str]) -> None:
        """Write files below a folder, each whole or not at all, and take away those in `gone`.

        A folder that is not there yet appears with everything in it, or not at all. Raises StorageError.
        """
        await asyncio.to_thread(_write_folder, path, files, gone)

    async def is_used_folder(self, path: Path) -> bool:
        """Whether there is a folder with anything in it."""
        return await asyncio.to_thread(lambda: path.is_dir() and any(path.iterdir()))

    async def remember(self, map_id: str, name: str, payload: bytes) -> None:
        """Keep a state of a map under a name; raises StorageError."""
        await asyncio.to_thread(self._remember, map_id, name, payload)

    async def remembered(self, map_id: str, name: str) -> bytes | None:
        """A state that was kept, or None when it is not known any more, or damaged."""
        return await asyncio.to_thread(self._remembered, map_id, name)

    async def names(self, map_id: str) -> tuple[str, ...]:
        """Names under which states of a map are kept, the newest first."""
        return await asyncio.to_thread(self._names, map_id)

    def _remember(self, map_id: str, name: str, payload: bytes) -> None:
        folder = private_folder(self._memory / map_id)
        _write(folder / name, zlib.compress(payload, 6))
        for old in self._names(map_id)[KEPT_MOST:]:
            (folder / old).unlink(missing_ok=True)

    def _remembered(self, map_id: str, name: str) -> bytes | None:
        try:
            return zlib.decompress((self._memory / map_id / name).read_bytes())
        except (OSError, zlib.error):
            return None

    def _names(self, map_id: str) -> tuple[str, ...]:
        folder = self._memory / map_id
        if not folder.is_dir():
            return ()
        found = [
            (each.stat().st_mtime_ns, each.name) for each in folder.iterdir() if not each.name.startswith(".")
        ]
        return tuple(name for _, name in sorted(found, reverse=True))


def _read(path: Path, most_bytes: int) -> bytes | None:
    with os_errors(path):
        try:
            about = path.stat()
        except (FileNotFoundError, NotADirectoryError, ValueError) as error:
            raise UserInputError(f"There is no file ‘{path}’.") from error
        if stat.S_ISDIR(about.st_mode):
            return None
        if not stat.S_ISREG(about.st_mode):
            raise UserInputError(f"‘{path}’ is not a file.")
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise ImportRefused(f"The file is larger than {most_bytes // _MB} MB, so it was not read.")
    return data


def _read_folder(path: Path, most_bytes: int, most_files: int) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = most_bytes
    with os_errors(path):
        for folder, folders, names in os.walk(path, followlinks=False):
            folders.sort()
            for name in sorted(names):
                file = Path(folder, name)
                if not stat.S_ISREG(file.lstat().st_mode):
                    continue
                if len(found) >= most_files:
                    raise ImportRefused(f"The folder holds more than {most_files:,} files, so it was not read.")
                with file.open("rb") as opened:
                    data = opened.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise ImportRefused(f"The folder holds more than {most_bytes // _MB} MB, so it was not read.")
                found[file.relative_to(path).as_posix()] = data
    return found


def _write(path: Path, data: bytes) -> None:
    """Write through a second file beside it, so that an earlier one is there until the new one is whole."""
    fresh = path.with_name(f".{path.name[:80]}.{os.getpid()}.new")
    with os_errors(path):
        try:
            with fresh.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there; renaming is durable by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_folder(path: Path, files: Mapping[str, bytes], gone: frozenset[str]) -> None:
    with os_errors(path):
        if path.exists() and not path.is_dir():
            raise StorageReadOnly(f"{path}: there is a file of this name")
        if path.is_dir() and any(path.iterdir()):
            _write_into(path, files)
            for name in sorted(gone):
                _inside(path, name).unlink(missing_ok=True)
            return
        fresh = path.with_name(f".{path.name[:80]}.{os.getpid()}.new")
        try:
            fresh.mkdir()
            _write_into(fresh, files)
            if path.is_dir():
                path.rmdir()  # an empty one
            fresh.rename(path)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        _sync_folder(path.parent)


def _write_into(path: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        file = _inside(path, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, data)


def _inside(path: Path, name: str) -> Path:
    """The file of that name below a folder; a name or a link that leads out of it is refused."""
    file = path / name
    if not file.parent.resolve().is_relative_to(path.resolve()):
        raise StorageReadOnly(f"{file}: it leads out of its folder")
    return file
