"""The user's maps: lists, search in two stages, opening, collections, the trash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

from knowalledge_desktop.core.errors import MapNotFound, UserInputError
from knowalledge_desktop.core.ports import Library, MapInfo, SearchHit, TopicIndex
from knowalledge_desktop.services.session import MapSession

if TYPE_CHECKING:
    from knowalledge_desktop.core.shelf import Archive, Filter, Found, Listing, Losses, Overview
    from knowalledge_desktop.services.history import HistoryService

RECENT_S = 14 * 24 * 3600.0
"""Maps opened within so many seconds are among those opened lately."""

TAG_LETTERS = 60
"""The longest name of a collection."""


class LibraryService:
    """Everything kept, without any network."""

    def __init__(self, library: Library, index: TopicIndex) -> None:
        self._library = library
        self._archive = cast("Archive", library)
        self._index = index

    @cached_property
    def history(self) -> HistoryService:
        """The versions of the maps."""
        from knowalledge_desktop.services.history import HistoryService

        return HistoryService(self._archive)

    async def maps(self) -> Sequence[MapInfo]:
        """All maps, last opened first."""
        return await self._library.maps()

    async def listed(self, listing: Listing) -> Sequence[MapInfo]:
        """A page of a list of maps: pinned ones first, then those opened last."""
        return await self._archive.listed(listing)

    async def overview(self, now: float) -> Overview:
        """How much there is, by shelf and collection."""
        return await self._archive.overview(now - RECENT_S)

    async def open(self, map_id: str) -> MapSession:
        """Open a map; raises MapNotFound."""
        session = await self.behind(map_id)
        await self._library.mark_opened(map_id)
        return session

    async def behind(self, map_id: str) -> MapSession:
        """A map to work on behind what is seen: it does not count as opened. Raises MapNotFound."""
        document = await self._library.load(map_id)
        if document.root is not None and document.root.title != document.title:  # renamed since it was made
            document = replace(document, title=document.root.title)
        return MapSession(document, self._library, stored=True)

    async def open_last(self) -> MapSession | None:
        """The map that was opened last, or None in an empty library."""
        map_id = await self._library.last_opened()
        return await self.open(map_id) if map_id is not None else None

    async def find(self, wanted: str) -> MapSession:
        """Open a map by id or by the title of its root; raises MapNotFound."""
        return await self.open(await self.identify(wanted))

    async def identify(self, wanted: str) -> str:
        """The id of a map outside the trash, from its id or the title of its root; raises MapNotFound."""
        known = await self._library.has(wanted)
        map_id = wanted if known else await self._library.find_root(wanted)
        if map_id is None:
            raise MapNotFound(wanted)
        return map_id

    async def twins(self, map_id: str) -> Sequence[MapInfo]:
        """Other maps whose root has the same title."""
        return await self._archive.twins(map_id)

    # --- order ---

    async def pin(self, map_id: str, *, pinned: bool) -> None:
        """Keep a map at the top of the lists, or no longer; raises MapNotFound."""
        await self._archive.pin(map_id, pinned=pinned)

    async def tag(self, map_id: str, tag: str, *, tagged: bool = True) -> None:
        """Put a map into a collection, or take it out; raises MapNotFound, UserInputError."""
        name = " ".join(tag.split())
        if not name or not name.isprintable() or len(name) > TAG_LETTERS:
            raise UserInputError(f"The name of a collection has 1 to {TAG_LETTERS} letters.")
        await self._archive.tag(map_id, name, tagged=tagged)

    async def trash(self, map_id: str) -> None:
        """Move a map to the trash."""
        await self._library.trash(map_id)

    async def restore(self, map_id: str) -> None:
        """Take a map out of the trash."""
        await self._library.restore(map_id)

    async def losses(self, map_ids: Sequence[str] | None = None) -> Losses:
        """What goes for good with these maps of the trash, or with all."""
        return await self._archive.losses(map_ids)

    async def erase(self, map_ids: Sequence[str] | None = None) -> Losses:
        """Delete these maps of the trash, or all, for good; ask before. Returns what has gone."""
        return await self._archive.erase(map_ids)

    # --- search ---

    async def search(self, text: str, *, limit: int = 50, among: Filter | None = None) -> Sequence[SearchHit]:
        """Kept topics whose title or text matches, and when there are none those written nearly so."""
        if not text.strip():
            return ()
        if not among:
            return await self._library.search(text, limit=limit)
        found = [*await self.titles(text, among, limit=limit)]
        known = {(hit.map_id, hit.topic_id) for hit in found}
        more = await self.texts(text, among, limit=limit)
        found += [hit for hit in more if (hit.map_id, hit.topic_id) not in known]
        return tuple(found[:limit]) or (await self.near(text, among, limit=limit)).hits

    async def titles(self, text: str, among: Filter | None = None, *, limit: int = 50) -> Sequence[SearchHit]:
        """The first stage, for every letter that is typed: titles with words that begin so."""
        return await self._archive.titles(text, among or _everything(), limit=limit)

    async def texts(self, text: str, among: Filter | None = None, *, limit: int = 50) -> Sequence[SearchHit]:
        """The second stage, for a pause in typing: all texts. Cancel it to stop the search itself."""
        return await self._archive.texts(text, among or _everything(), limit=limit)

    async def near(self, text: str, among: Filter | None = None, *, limit: int = 20) -> Found:
        """When nothing matches: titles that are written nearly so, and the words they have."""
        return await self._archive.near(text, among or _everything(), limit=limit)

    async def complete(self, prefix: str, language: str, *, limit: int = 8) -> tuple[str, ...]:
        """Titles of the Atlas that start so."""
        return await self._index.articles(prefix, language, limit) if prefix.strip() else ()


def _everything() -> Filter:
    from knowalledge_desktop.core.shelf import EVERYTHING

    return EVERYTHING
