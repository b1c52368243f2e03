"""An open map: its present value, its history, and the order of its writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from knowalledge_desktop.core.errors import MapNotFound
from knowalledge_desktop.core.graph import Change, Map
from knowalledge_desktop.core.ports import Library

HISTORY_MAX = 500


class MapSession:
    """One map while it is open.

    Every change is stored before it becomes visible here. A new map is written to the
    library with its first change, so a topic that no engine knows leaves nothing behind.
    """

    def __init__(self, document: Map, library: Library, *, stored: bool) -> None:
        self._map = document
        self._library = library
        self._stored = stored
        self._lock = asyncio.Lock()
        self._done: list[Change] = []
        self._undone: list[Change] = []

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
                before = self._map
                try:
                    await self._write(change)
                finally:
                    if undoable and self._differs(before):
                        self._done.append(change)
                        del self._done[:-HISTORY_MAX]
                        self._undone.clear()
            return change

    async def undo(self) -> Change | None:
        """Take the last act back; returns the change that was applied."""
        async with self._lock:
            return await self._step(self._done, self._undone)

    async def redo(self) -> Change | None:
        """Do the last undone act again; returns the change that was applied."""
        async with self._lock:
            return await self._step(self._undone, self._done)

    async def _step(self, source: list[Change], target: list[Change]) -> Change | None:
        if not source:
            return None
        change, before = source[-1].inverse(), self._map
        try:
            await self._write(change)
        finally:
            if self._differs(before):
                source.pop()
                target.append(change)
        return change

    def _differs(self, before: Map) -> bool:
        """Whether a write took place, though the one who asked for it may have been cancelled."""
        return self._map is not before and self._map != before

    async def _write(self, change: Change) -> None:
        after = self._map.apply(change)
        if change.puts and after.root is not None and self._map.root is not None:
            after = replace(after, title=after.root.title)
        try:
            if self._stored:
                await self._library.apply(self._map.map_id, change)
            else:
                await self._library.create(after)
        except asyncio.CancelledError:
            # The library finishes a write that has begun: read what is really there.
            with suppress(MapNotFound):  # it never came to the first write
                self._map = await self._library.load(self._map.map_id)
                self._stored = True
            raise
        self._stored = True
        self._map = after
