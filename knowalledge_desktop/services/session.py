"""An open map: its present value, its history, and the order of its writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.graph import Change, Map
from knowalledge_desktop.core.history import rebased
from knowalledge_desktop.core.ports import Library

HISTORY_MAX = 500

T = TypeVar("T")


class MapSession:
    """One map while it is open.

    Every change is stored before it becomes visible here. A new map is written to the
    library with its first change, so a topic that no engine knows leaves nothing behind. Cancelling
    stops an act that waits for its turn; a write that has begun is finished.
    """

    def __init__(self, document: Map, library: Library, *, stored: bool) -> None:
        self._map = document
        self._library = library
        self._stored = stored
        self._lock = asyncio.Lock()
        self._done: list[Change] = []
        self._undone: list[Change] = []
        self._tell: Callable[[Change, Map], None] = _nobody

    def listen(self, tell: Callable[[Change, Map], None]) -> None:
        """Have every change told with the map after it, in their order, as soon as it is stored.

        Also one whose author has been cancelled meanwhile: what is in the library has to be shown.
        """
        self._tell = tell

    @property
    def map(self) -> Map:
        """The map as it is now."""
        return self._map

    @property
    def is_stored(self) -> bool:
        """Whether the map is in the library."""
        return self._stored

    @property
    def next_undo(self) -> Change | None:
        """What undo would take back."""
        return self._done[-1] if self._done else None

    @property
    def next_redo(self) -> Change | None:
        """What redo would do again."""
        return self._undone[-1] if self._undone else None

    async def commit(self, make: Callable[[Map], Change], *, undoable: bool = True) -> Change:
        """Store and apply the change that `make` derives from the newest map.

        An empty change does nothing. Changes of view (places) are not undoable steps.
        """
        async with self._lock:
            change = make(self._map)
            if change:
                await _to_the_end(self._commit(change, undoable=undoable))
            return change

    async def undo(self) -> Change | None:
        """Take the last act back; returns the change that was applied."""
        async with self._lock:
            return await _to_the_end(self._step(self._done, self._undone, "undo "))

    async def redo(self) -> Change | None:
        """Do the last undone act again; returns the change that was applied."""
        async with self._lock:
            return await _to_the_end(self._step(self._undone, self._done, "redo "))

    async def _commit(self, change: Change, *, undoable: bool) -> None:
        await self._write(change)
        if undoable:
            self._done.append(change)
            del self._done[:-HISTORY_MAX]
            self._undone.clear()
        self._tell(change, self._map)

    async def _step(self, source: list[Change], target: list[Change], how: str) -> Change | None:
        if not source:
            return None
        change = rebased(self._map, source[-1].inverse())
        await self._write(change, how)
        source.pop()
        target.append(change)
        self._tell(change, self._map)
        return change

    async def _write(self, change: Change, how: str = "") -> None:
        after = self._map.apply(change)
        if change.puts and after.root is not None and self._map.root is not None:
            after = replace(after, title=after.root.title)
        if self._stored:
            told = replace(change, reason=how + change.reason) if how else change  # for the journal
            await self._library.apply(self._map.map_id, told)
        else:
            await self._library.create(after)
        self._stored = True
        self._map = after


def _nobody(change: Change, document: Map) -> None:
    """Nobody listens."""


async def _to_the_end(write: Coroutine[Any, Any, T]) -> T:
    """Await a write; one that has begun is finished even when whoever waits for it is cancelled.

    Otherwise nobody could tell whether it is in the library: it takes milliseconds, and session
    and history stay in step with the file.
    """
    ended = asyncio.Event()
    written: list[T] = []
    failed: list[Exception] = []

    async def work() -> None:
        try:
            written.append(await write)
        except Exception as error:  # noqa: BLE001 (raised again below, in whoever waits)
            failed.append(error)
        finally:
            ended.set()

    try:
        await asyncio.shield(work())
    except asyncio.CancelledError:
        while not ended.is_set():
            with suppress(asyncio.CancelledError):  # raised below, once the write has ended
                await ended.wait()
        if not failed or isinstance(failed[0], AppError):
            raise  # whoever has left does not want to hear what is wrong with the disk
    if failed:
        raise failed[0]
    return written[0]
