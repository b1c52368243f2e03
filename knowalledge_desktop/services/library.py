"""The user's maps: list, open, search, trash."""

from __future__ import annotations

from collections.abc import Sequence

from knowalledge_desktop.core.errors import MapNotFound
from knowalledge_desktop.core.ports import Library, MapInfo, SearchHit, TopicIndex
from knowalledge_desktop.services.session import MapSession


class LibraryService:
    """Everything kept, without any network."""

    def __init__(self, library: Library, index: TopicIndex) -> None:
        self._library = library
        self._index = index

    async def maps(self) -> Sequence[MapInfo]:
        """All maps, last opened first."""
        return await self._library.maps()

    async def open(self, map_id: str) -> MapSession:
        """Open a map; raises MapNotFound."""
        session = await self.behind(map_id)
        await self._library.mark_opened(map_id)
        return session

    async def behind(self, map_id: str) -> MapSession:
        """A map to work on behind what is seen: it does not count as opened. Raises MapNotFound."""
        return MapSession(await self._library.load(map_id), self._library, stored=True)

    async def open_last(self) -> MapSession | None:
        """The map that was opened last, or None in an empty library."""
        maps = await self._library.maps()
        return await self.open(maps[0].map_id) if maps else None

    async def find(self, wanted: str) -> MapSession:
        """Open a map by id or by the title of its root; raises MapNotFound."""
        known = {info.map_id for info in await self._library.maps()}
        map_id = wanted if wanted in known else await self._library.find_root(wanted)
        if map_id is None:
            raise MapNotFound(wanted)
        return await self.open(map_id)

    async def trash(self, map_id: str) -> None:
        """Move a map to the trash."""
        await self._library.trash(map_id)

    async def restore(self, map_id: str) -> None:
        """Take a map out of the trash."""
        await self._library.restore(map_id)

    async def search(self, text: str, *, limit: int = 50) -> Sequence[SearchHit]:
        """Kept topics whose title or text matches."""
        return await self._library.search(text, limit=limit) if text.strip() else ()

    async def complete(self, prefix: str, language: str, *, limit: int = 8) -> tuple[str, ...]:
        """Titles of the Atlas that start so."""
        return await self._index.articles(prefix, language, limit) if prefix.strip() else ()
