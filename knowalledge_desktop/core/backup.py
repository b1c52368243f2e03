"""Copies of the library for a bad day: what is known of one, and who keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from knowalledge_desktop.core.errors import StorageError
from knowalledge_desktop.core.ports import Library


class BackupKind(StrEnum):
    """Why a copy was made; the value begins its file name."""

    DAILY = "daily"
    BY_HAND = "by-hand"
    BEFORE_MIGRATION = "before-v"
    BEFORE_RESTORE = "before-restore"


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy. `made_at` is epoch seconds; `good` and `maps` are None until it was looked into."""

    name: str
    kind: BackupKind
    made_at: float
    size_bytes: int
    good: bool | None = None
    maps: int | None = None
    topics: int | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: from which copy, and what was there before is kept as `before` (a name or a path)."""

    backup: Backup
    before: str


class BackupStore(Protocol):
    """The copies of one library. All raise StorageError."""

    @property
    def folder(self) -> Path:
        """Where they are."""
        ...

    @property
    def refuses(self) -> StorageError | None:
        """Why the library can only be read, or None while it can be written, as far as is known."""
        ...

    async def backups(self) -> tuple[Backup, ...]:
        """All copies, newest first, not looked into."""
        ...

    async def look(self, name: str) -> Backup:
        """A copy with what is in it, and whether it is whole; raises UserInputError when there is none."""
        ...

    async def make(self) -> Backup:
        """Copy the library as it is now."""
        ...

    async def restore(self, name: str) -> Restored:
        """Put a copy in the library's place, once what is there is copied too; nothing happens by halves."""
        ...

    async def save_copy(self, target: Path, source: Library) -> int:
        """Write all maps of `source` into a library in one file; returns how many. `target` must not exist."""
        ...

    async def look_again(self) -> None:
        """Close the library and open it anew at its next use: the trouble with its place may be over."""
        ...
