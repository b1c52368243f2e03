"""Copies of a library in memory, for faces that are tested without files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from knowalledge_desktop.core.backup import Backup, BackupKind, Restored
from knowalledge_desktop.core.errors import StorageError, UserInputError
from knowalledge_desktop.core.ports import Library


@dataclass
class MemoryBackups:
    """Implements `BackupStore`: `kept` is what there is, newest first; `restored` what was asked for."""

    folder: Path
    kept: list[Backup] = field(default_factory=list)
    refuses: StorageError | None = None
    restored: list[str] = field(default_factory=list)
    looked: int = 0

    async def backups(self) -> tuple[Backup, ...]:
        return tuple(replace(each, good=None, maps=None, topics=None) for each in self.kept)

    async def look(self, name: str) -> Backup:
        for each in self.kept:
            if each.name == name:
                return each
        raise UserInputError(f"There is no backup ‘{name}’.")

    async def make(self) -> Backup:
        name = f"library-by-hand-{len(self.kept)}.db"
        self.kept.insert(0, Backup(name, BackupKind.BY_HAND, 1_800_000_000.0, 4096, good=True, maps=1, topics=4))
        return self.kept[0]

    async def restore(self, name: str) -> Restored:
        backup = await self.look(name)
        self.restored.append(name)
        return Restored(backup, "library-before-restore-1.db")

    async def save_copy(self, target: Path, source: Library) -> int:
        return len(await source.maps())

    async def look_again(self) -> None:
        self.looked += 1
