"""The copies of the library as the person uses them: listed, made, put in its place."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.adapters.library_copies import check, folder_to_disk, to_disk, whole_copy
from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.adapters.library_file import MIGRATIONS, migrate
from knowalledge_desktop.adapters.process_mark import alone
from knowalledge_desktop.adapters.storage_errors import os_errors, private_folder
from knowalledge_desktop.core.backup import Backup, BackupKind, Restored
from knowalledge_desktop.core.errors import NewerVersion, StorageDamaged, StorageError, UserInputError
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.ports import Clock, Library

Migrations = Sequence[Callable[[Connection], None]]


class LibraryBackup:
    """Implements `BackupStore` for the library in the file `path`."""

    def __init__(self, library: LibraryDb, path: Path, clock: Clock, migrations: Migrations = MIGRATIONS) -> None:
        self._library = library
        self._path = path
        self._clock = clock
        self._migrations = migrations
        self._copies = library.file.copies

    @property
    def folder(self) -> Path:
        """Where they are."""
        return self._copies.folder

    @property
    def refuses(self) -> StorageError | None:
        """Why the library can only be read, or None while it can be written, as far as is known."""
        return self._library.file.refuses

    async def backups(self) -> tuple[Backup, ...]:
        """All copies, newest first, not looked into."""
        return await asyncio.to_thread(self._copies.told)

    async def look(self, name: str) -> Backup:
        """A copy with what is in it, and whether it is whole; raises UserInputError when there is none."""
        return await asyncio.to_thread(lambda: self._copies.look(self._found(name)))

    async def make(self) -> Backup:
        """Copy the library as it is now."""
        await self._library.maps()  # it is there, and in the newest form
        return await asyncio.to_thread(self._make, BackupKind.BY_HAND)

    async def restore(self, name: str) -> Restored:
        """Put a copy in the library's place, once what is there is copied too.

        It is one transaction of the library's own file, so another process that has it open goes on with
        it; a file that is too damaged for that is put aside, unless another process has it open.
        """
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}.restored")
        try:
            backup = await asyncio.to_thread(self._prepare, name, fresh)
            before = await self._library.exclusively(lambda: self._put(fresh))
        finally:
            await asyncio.to_thread(_remove, fresh)
        return Restored(backup, before)

    async def save_copy(self, target: Path, source: Library) -> int:
        """Write all maps of `source`, with their pictures, into one file; returns how many."""
        if await asyncio.to_thread(target.exists):
            raise UserInputError(f"{target} is there already. Choose another name.")
        folder = await asyncio.to_thread(_folder_beside, target)
        try:
            made = LibraryDb(folder / target.name, self._clock)
            try:
                infos = await source.maps()
                for info in infos:
                    await _copy_map(await source.load(info.map_id), source, made)
            finally:
                await made.aclose()
            await asyncio.to_thread(_in_one_file, folder / target.name, target)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return len(infos)

    async def look_again(self) -> None:
        """Close the library and open it anew at its next use: the trouble with its place may be over."""
        await self._library.exclusively(lambda: None)

    # --- in threads ---

    def _found(self, name: str) -> Path:
        """The file of a copy; a name with a folder in it is a file anywhere."""
        path = Path(name).expanduser()
        if path.name == name:
            path = self.folder / name
        if not path.is_file():
            raise UserInputError(f"There is no backup ‘{name}’.")
        return path

    def _make(self, kind: BackupKind) -> Backup:
        db = self._library.file.reader()
        try:
            made = self._copies.make(db, kind)
        finally:
            db.close()
        return self._copies.look(made)

    def _prepare(self, name: str, fresh: Path) -> Backup:
        """A copy of the copy in the newest form, on the disk; the copy itself stays as it was."""
        source = self._found(name)
        backup = self._copies.look(source)
        if not backup.good:
            raise StorageDamaged(str(source))
        private_folder(fresh.parent)
        with os_errors(fresh):
            shutil.copyfile(source, fresh)
        db = Connection(fresh, durable=True)
        try:
            version = int(db.value("PRAGMA user_version"))
            if version > len(self._migrations):
                raise NewerVersion(str(source))
            migrate(db, self._migrations, version)
            check(db, fresh, thorough=True)
        finally:
            db.close()
        with os_errors(fresh):
            to_disk(fresh)
        return backup

    def _put(self, fresh: Path) -> str:
        """Keep what is there, then put `fresh` in its place; returns where the former one is kept."""
        with alone(self._path.with_name(self._path.name + ".lock")):
            if not self._path.exists() or self._path.stat().st_size == 0:
                self._replace(fresh)
                return ""
            try:
                present = Connection(self._path)
                try:
                    check(present, self._path, thorough=True)
                    before = self._copies.make(present, BackupKind.BEFORE_RESTORE)
                finally:
                    present.close()
                self._fill(fresh)
            except StorageDamaged:
                if self._library.file.is_open_elsewhere():
                    raise StorageError(f"{self._path}: in use by another program") from None
                aside = self._library.file.put_aside()
                self._replace(fresh)
                return aside
            return before.name

    def _fill(self, fresh: Path) -> None:
        source = Connection(fresh, frozen=True)
        try:
            present = Connection(self._path, durable=True)
            try:
                present.fill_from(source)
            finally:
                present.close()
        finally:
            source.close()

    def _replace(self, fresh: Path) -> None:
        with os_errors(self._path):
            for end in ("-wal", "-shm"):
                self._path.with_name(self._path.name + end).unlink(missing_ok=True)
            fresh.replace(self._path)
            folder_to_disk(self._path.parent)


async def _copy_map(document: Map, source: Library, to: Library) -> None:
    for shown in document.pictures.values():
        picture = await source.picture(shown.sha256)
        if picture is not None:
            await to.put_picture(picture)
    await to.create(document)


def _folder_beside(target: Path) -> Path:
    with os_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=".knowalledge-", dir=target.parent))


def _in_one_file(path: Path, target: Path) -> None:
    db = Connection(path)
    try:
        whole_copy(db, target)
    finally:
        db.close()


def _remove(fresh: Path) -> None:
    for end in ("", "-wal", "-shm"):
        with suppress(OSError):
            fresh.with_name(fresh.name + end).unlink(missing_ok=True)
