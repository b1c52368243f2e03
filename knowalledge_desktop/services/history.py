"""The versions of a map: what was done to it, how it was then, and going back there."""

from __future__ import annotations

from collections.abc import Sequence

from knowalledge_desktop.core.difference import difference
from knowalledge_desktop.core.graph import Change, Map
from knowalledge_desktop.core.shelf import PAGE, Archive
from knowalledge_desktop.core.versions import BACK, Act, Comparison, compare
from knowalledge_desktop.services.session import MapSession


class HistoryService:
    """Reads the journal of a map, compares with earlier versions, and goes back to one as a step of undo."""

    def __init__(self, library: Archive) -> None:
        self._library = library

    async def acts(self, map_id: str, *, before: int | None = None, limit: int = PAGE) -> Sequence[Act]:
        """What was done to a map, newest first; only what is older than the act `before`."""
        return await self._library.acts(map_id, before=before, limit=limit)

    async def version(self, map_id: str, act_id: int) -> Map:
        """The map as it was right after an act; raises MapNotFound, StorageDamaged."""
        return await self._library.version(map_id, act_id)

    async def compare(self, map_id: str, act_id: int) -> Comparison:
        """What has become different since right after an act; raises as `version`."""
        earlier = await self._library.version(map_id, act_id)
        return compare(earlier, await self._library.load(map_id))

    async def go_back(self, session: MapSession, act_id: int) -> Change:
        """Make the map what it was right after an act, as one step that can be undone; raises as `version`.

        The change is empty when nothing has become different.
        """
        then = await self._library.version(session.map.map_id, act_id)
        return await session.commit(lambda now: difference(now, then, BACK, then.title))
