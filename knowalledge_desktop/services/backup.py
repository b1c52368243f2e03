"""Copies of the library, and what stands in the way of writing it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from knowalledge_desktop.core.backup import Backup, BackupStore, Restored
from knowalledge_desktop.core.errors import StorageError
from knowalledge_desktop.core.ports import Library
from knowalledge_desktop.services.held import Held, HeldLibrary


class BackupService:
    """Lists, makes and restores copies; tells what is only in memory, and writes it when that goes again."""

    def __init__(self, store: BackupStore, library: HeldLibrary, source: Library) -> None:
        self._store = store
        self._library = library
        self._source = source

    @property
    def folder(self) -> Path:
        """Where the copies are."""
        return self._store.folder

    @property
    def refuses(self) -> StorageError | None:
        """Why nothing can be written now, or None; NewerVersion will stay, others may pass."""
        return self._store.refuses or self._library.held.because

    @property
    def held(self) -> Held:
        """What is only in memory."""
        return self._library.held

    def listen(self, tell: Callable[[], None]) -> None:
        """Have it told when `held` or `refuses` may be another."""
        self._library.listen(lambda _: tell())

    async def flush(self) -> bool:
        """Try to write what is in memory; whether all is on the disk."""
        return await self._library.flush()

    async def look_again(self) -> StorageError | None:
        """Open the library anew, as its place may be writable by now; what still stands in the way."""
        await self._store.look_again()
        await self._source.maps()
        await self._library.flush()
        return self.refuses

    async def backups(self) -> tuple[Backup, ...]:
        """All copies, newest first; `look` tells what is in one."""
        return await self._store.backups()

    async def look(self, name: str) -> Backup:
        """A copy with what is in it, and whether it is whole; raises UserInputError, StorageError."""
        return await self._store.look(name)

    async def make(self) -> Backup:
        """Copy the library as it is now; raises StorageError."""
        await self._library.flush()
        return await self._store.make()

    async def restore(self, name: str) -> Restored:
        """Put a copy in the library's place, once the present is copied; raises UserInputError, StorageError."""
        if not await self._library.flush() and self._library.held.because is not None:
            raise self._library.held.because
        return await self._store.restore(name)

    async def save_copy(self, target: Path) -> int:
        """Write all maps, also those in memory, to a file elsewhere; returns how many. Raises StorageError."""
        return await self._store.save_copy(target, self._source)
