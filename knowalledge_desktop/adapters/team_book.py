"""What a member of a team keeps of Redis's last word, in one small file that all its processes share."""

from __future__ import annotations

import asyncio
import json
import math
import os
import uuid
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, cast

from knowalledge_desktop.adapters.process_mark import alone
from knowalledge_desktop.adapters.storage_errors import os_errors, private_folder
from knowalledge_desktop.core.team import Note

_LARGEST = 1024 * 1024


class TeamBookFile:
    """Implements `TeamBook` in the file `path`. A file that cannot be understood begins anew, as nobody."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def read(self) -> Note:
        """The note; raises StorageError."""
        return await self.change(lambda note: note)

    async def change(self, change: Callable[[Note], Note]) -> Note:
        """Change it, while no other process does; raises StorageError."""
        return await asyncio.to_thread(self._change, change)

    def _change(self, change: Callable[[Note], Note]) -> Note:
        private_folder(self._path.parent)
        with alone(self._path.with_name(self._path.name + ".lock")):
            old = self._read()
            note = old or Note(uuid.uuid4().hex[:16])
            new = change(note)
            if new != old:
                self._write(new)
            return new

    def _read(self) -> Note | None:
        try:
            text = self._path.read_bytes()[:_LARGEST]
            told = cast("dict[str, Any]", json.loads(text))
            values = {each.name: told[each.name] for each in fields(Note)}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        model: dict[str, Any] = asdict(Note(""))
        right = all(_is(value, cast("type[Any]", type(model[name]))) for name, value in values.items())
        return Note(**values) if right and values["member_id"] else None

    def _write(self, note: Note) -> None:
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        with os_errors(self._path):
            with fresh.open("w", encoding="utf-8") as file:
                fresh.chmod(0o600)
                json.dump(asdict(note), file)
            fresh.replace(self._path)


def _is(value: object, kind: type[Any]) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return type(value) is kind
