"""A model of power loss: what SQLite writes and syncs is logged, and a crash keeps only what was synced for sure.

Of what came after a file's last sync any part may be there, sector by sector, as a disk may order its
writes as it likes.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import apsw

SECTOR = 512
NAME = "power-loss"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done to a file: "write", "truncate", "sync" or "delete"."""

    kind: str
    path: str
    at: int = 0
    data: bytes = b""


class PowerLog:
    """All steps in their order; `mark` notes after which of them something was said to be stored."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.marks: list[int] = []
        self._lock = threading.Lock()

    def add(self, step: Step) -> None:
        with self._lock:
            self.steps.append(step)

    def mark(self) -> None:
        with self._lock:
            self.marks.append(len(self.steps))

    def said_before(self, moment: int) -> int:
        """How many things had been said to be stored by then."""
        return sum(mark <= moment for mark in self.marks)

    def image(self, moment: int, chance: random.Random) -> dict[str, bytes]:
        """What could be on the disk when the power fails after so many steps."""
        sure: dict[str, bytearray] = {}
        loose: dict[str, list[Step]] = {}
        for step in self.steps[:moment]:
            if step.kind == "sync":
                content = sure.setdefault(step.path, bytearray())
                for each in loose.pop(step.path, []):
                    _do(content, each)
            elif step.kind == "delete":
                sure.pop(step.path, None)
                loose.pop(step.path, None)
            else:
                loose.setdefault(step.path, []).append(step)
        for path, steps in loose.items():
            content = sure.setdefault(path, bytearray())
            keeps = chance.choice((0.0, 0.5, 1.0, chance.random()))
            for step in steps:
                for part in _sectors(step):
                    if chance.random() < keeps:
                        _do(content, part)
        return {path: bytes(content) for path, content in sure.items()}


def _do(content: bytearray, step: Step) -> None:
    if step.kind == "truncate":
        del content[step.at :]
        return
    if len(content) < step.at:
        content.extend(bytes(step.at - len(content)))
    content[step.at : step.at + len(step.data)] = step.data


def _sectors(step: Step) -> list[Step]:
    if step.kind != "write":
        return [step]
    parts: list[Step] = []
    start = 0
    while start < len(step.data):
        length = SECTOR - (step.at + start) % SECTOR
        parts.append(Step("write", step.path, step.at + start, step.data[start : start + length]))
        start += length
    return parts


class _File(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int], log: PowerLog) -> None:
        self._name = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self._log = log
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 (its base says so)
        super().xWrite(data, offset)
        self._log.add(Step("write", self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 (its base says so)
        super().xTruncate(newsize)
        self._log.add(Step("truncate", self._name, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802 (its base says so)
        super().xSync(flags)
        self._log.add(Step("sync", self._name))


class _System(apsw.VFS):
    def __init__(self, log: PowerLog) -> None:
        self._log = log
        super().__init__(NAME, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 (its base says so)
        return _File(name, flags, self._log)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 (its base says so)
        try:
            super().xDelete(filename, syncdir)
        except apsw.IOError as error:
            if (
                getattr(error, "extendedresult", 0) != apsw.SQLITE_IOERR_DELETE_NOENT
            ):  # what is not there is no trouble
                raise
        self._log.add(Step("delete", filename))


def logging_to(log: PowerLog) -> tuple[Callable[..., apsw.Connection], Callable[[], None]]:
    """What to put in the place of `apsw.Connection`, and what to call at the end."""
    system, plain = _System(log), apsw.Connection

    def connection(filename: str, *, flags: int) -> apsw.Connection:
        # A lock that SQLite tries and can do without would be raised by the layer in between.
        if flags & apsw.SQLITE_OPEN_READONLY:
            filename = filename.replace("?mode=ro", "?mode=rw")
            flags = flags & ~apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_READWRITE
        return plain(filename, flags=flags, vfs=NAME)

    return connection, cast("Callable[[], None]", system.unregister)


def put_down(image: dict[str, bytes], here: Path, there: Path) -> None:
    """Write the files of an image that were in the folder `here` into `there`."""
    there.mkdir(parents=True, exist_ok=True)
    for name, content in image.items():
        path = Path(name)
        if path.parent == here:
            (there / path.name).write_bytes(content)
