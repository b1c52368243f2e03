"""What is asked of files, and what is told of an exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from knowalledge_desktop.core.exchange import FormatFacts, Loss
from knowalledge_desktop.services.session import MapSession

if TYPE_CHECKING:
    from knowalledge_desktop.core.merge import Conflict


class Files(Protocol):
    """Files of people, and states of maps that are remembered for merging."""

    async def read(self, path: Path, most_bytes: int) -> bytes | None:
        """The bytes of a file, or None when it is a folder; raises UserInputError, ImportRefused, StorageError."""
        ...

    async def read_folder(self, path: Path, most_bytes: int, most_files: int) -> dict[str, bytes]:
        """The files below a folder by their relative names."""
        ...

    async def write(self, path: Path, data: bytes) -> None:
        """Write a file, whole or not at all; raises StorageError."""
        ...

    async def write_folder(self, path: Path, files: Mapping[str, bytes], gone: frozenset[str]) -> None:
        """Write files below a folder, each whole or not at all, and take away those in `gone`."""
        ...

    async def is_used_folder(self, path: Path) -> bool:
        """Whether there is a folder with anything in it."""
        ...

    async def remember(self, map_id: str, name: str, payload: bytes) -> None:
        """Keep a state of a map under a name; raises StorageError."""
        ...

    async def remembered(self, map_id: str, name: str) -> bytes | None:
        """A state that was kept, or None."""
        ...

    async def names(self, map_id: str) -> tuple[str, ...]:
        """Names under which states of a map are kept, the newest first."""
        ...


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written where, and what of the map is not in it."""

    path: Path
    format: FormatFacts
    topics: int
    size_bytes: int
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import has done; `session` is the map with it, `is_new` whether the map came with the file.

    `added`, `altered` and `removed` count topics.
    """

    session: MapSession
    format: FormatFacts
    is_new: bool
    added: int
    altered: int = 0
    removed: int = 0
    conflicts: tuple[Conflict, ...] = ()
    losses: tuple[Loss, ...] = ()
    warnings: tuple[str, ...] = ()
