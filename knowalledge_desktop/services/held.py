"""The library while nothing can be written: what is done goes on in memory and is written when there is room."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import DiskFull, StorageError, StorageReadOnly
from knowalledge_desktop.core.graph import Change, ChangeConflict, Map, PutPlace
from knowalledge_desktop.core.ports import Clock, Library, MapInfo
from knowalledge_desktop.core.request import Answer, Request
from knowalledge_desktop.core.validation import fold

if TYPE_CHECKING:
    from knowalledge_desktop.core.shelf import Archive, Listing

PASSING = (DiskFull, StorageReadOnly)
"""What may be over in a moment; a newer version or a damage will not be."""

Write = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Held:
    """What is only in memory: how many acts, of which maps, and what stands in the way.

    Where the program itself has put topics for the first time is no act: it would do so again.
    """

    acts: int = 0
    titles: tuple[str, ...] = ()
    because: StorageError | None = None


class HeldLibrary:
    """Stands before a `Library` and keeps in memory what it cannot write for lack of room or permission.

    Maps with such acts are read from memory, so the person works on. The acts are tried again, in their
    order, before any new one and with `flush`. What else the library can do goes straight to it. An answer
    that cannot be kept for later is not worth holding: it is in the map already.
    """

    def __init__(
        self, library: Library, look_again: Callable[[], Awaitable[None]], clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self._library = library
        self._archive = cast("Archive", library)
        self._clock = clock
        self._look_again = look_again
        self._new_id = new_id
        self._lock = asyncio.Lock()
        self._waiting: list[tuple[str, Write, bool]] = []  # map id, write, whether a person would miss it
        self._maps: dict[str, Map] = {}
        self._pictures: dict[str, Picture] = {}
        self._because: StorageError | None = None
        self._listeners: list[Callable[[Held], None]] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else the library has
        return getattr(self._library, name)

    @property
    def held(self) -> Held:
        """What is only in memory now."""
        missed = [map_id for map_id, _, is_act in self._waiting if is_act]
        titles = tuple(dict.fromkeys(self._maps[each].title for each in missed if each in self._maps))
        return Held(len(missed), titles, self._because)

    def listen(self, tell: Callable[[Held], None]) -> None:
        """Have every change of `held` told."""
        self._listeners.append(tell)

    # --- writing ---

    async def create(self, document: Map) -> None:
        """Store a new map, in memory when it must be."""
        map_id = document.map_id
        if map_id in self._maps:
            raise ChangeConflict(f"{map_id}: there is such a map already")
        await self._write(map_id, lambda: self._library.create(document), lambda: self._put(document))

    async def apply(self, map_id: str, change: Change) -> None:
        """Store one change of a map, in memory when it must be."""

        async def hold() -> None:
            await self._put((await self._present(map_id)).apply(change))

        is_act = not all(isinstance(put, PutPlace) and put.before is None for put in change.puts)
        await self._write(map_id, lambda: self._library.apply(map_id, change), hold, is_act=is_act)

    async def put_picture(self, picture: Picture) -> None:
        """Store the bytes of a picture, in memory when it must be."""

        async def hold() -> None:
            self._pictures[picture.sha256] = picture

        await self._write("", lambda: self._library.put_picture(picture), hold)

    async def mark_opened(self, map_id: str) -> None:
        """Remember that the map was opened now; a library that cannot be written does without."""
        if map_id in self._maps:
            return
        try:
            await self._library.mark_opened(map_id)
        except PASSING as error:
            self._note(error)

    async def keep(self, key: str, request: Request, answer: Answer) -> None:
        """Store an answer; a library that cannot be written does without."""
        try:
            await self._library.keep(key, request, answer)
        except PASSING as error:
            self._note(error)

    async def flush(self) -> bool:
        """Write what is held, in its order, as far as it goes; whether all is on the disk now."""
        async with self._lock:
            return await self._flush()

    # --- reading ---

    async def load(self, map_id: str) -> Map:
        """Read a map, from memory when it is newer there."""
        return self._maps[map_id] if map_id in self._maps else await self._library.load(map_id)

    async def maps(self) -> Sequence[MapInfo]:
        """All maps, those in memory as they are there."""
        if not self._maps:
            return await self._library.maps()
        try:
            stored = await self._library.maps()
        except PASSING:
            stored = ()
        now, known = self._clock.now(), {info.map_id for info in stored}
        new = [MapInfo(map_id, "", 0, 0, now, now) for map_id in reversed(self._maps) if map_id not in known]
        return [self._told(info) for info in (*new, *stored)]

    async def listed(self, listing: Listing) -> Sequence[MapInfo]:
        """A page of a list of maps, those in memory as they are there and the new ones of them first."""
        if not self._maps:
            return await self._archive.listed(listing)
        try:
            stored = await self._archive.listed(listing)
            known = {map_id for map_id in self._maps if await self._library.has(map_id)}
        except PASSING:
            stored, known = (), set[str]()
        now, new = self._clock.now(), list[MapInfo]()
        first_of_all = not (listing.tag or listing.filter or listing.offset)
        if first_of_all and listing.shelf in ("all", "recent"):
            new = [MapInfo(map_id, "", 0, 0, now, now) for map_id in reversed(self._maps) if map_id not in known]
        return [self._told(info) for info in (*new, *stored)]

    async def has(self, map_id: str) -> bool:
        """Whether there is such a map outside the trash, also one in memory."""
        return map_id in self._maps or await self._library.has(map_id)

    async def find_root(self, title: str) -> str | None:
        """Id of the newest map whose root has this title, also of one in memory."""
        wanted = fold(title)
        for map_id, document in reversed(self._maps.items()):
            if document.root is not None and fold(document.root.title) == wanted:
                return map_id
        return await self._library.find_root(title)

    async def picture(self, sha256: str) -> Picture | None:
        """The picture of this name, or None."""
        return self._pictures.get(sha256) or await self._library.picture(sha256)

    async def aclose(self) -> None:
        """Write what is held, if that goes, and release the file."""
        if self._waiting:
            await self.flush()
        await self._library.aclose()

    # --- inside ---

    async def _write(self, map_id: str, write: Write, hold: Write, *, is_act: bool = True) -> None:
        async with self._lock:
            if self._waiting and not await self._flush():
                await hold()
                self._waiting.append((map_id, write, is_act))
                self._tell()
                return
            try:
                await write()
            except PASSING as error:
                await hold()
                self._waiting.append((map_id, write, is_act))
                self._note(error)
            else:
                if self._because is not None:
                    self._because = None
                    self._tell()

    async def _flush(self) -> bool:
        """Write in order; what could not be written stays in line, nothing is dropped."""
        if not self._waiting:
            return True
        before = len(self._waiting)
        try:
            await self._look_again()  # the file may have been opened for reading only
            while self._waiting:
                map_id, write, _ = self._waiting[0]
                try:
                    await write()
                except PASSING:
                    raise
                except (StorageError, ChangeConflict):
                    await self._rescue(map_id)
                else:
                    del self._waiting[0]
        except StorageError as error:
            self._because = error
        else:
            self._because = None
            self._maps.clear()
            self._pictures.clear()
        if len(self._waiting) < before:
            self._tell()
        return not self._waiting

    async def _rescue(self, map_id: str) -> None:
        """The stored map was changed from elsewhere: what is in memory becomes a map of its own, wholly."""
        document = self._maps.get(map_id)
        if document is not None:
            await self._library.create(replace(document, map_id=self._new_id()))
        self._waiting = [each for each in self._waiting if each[0] != map_id]

    async def _present(self, map_id: str) -> Map:
        return self._maps[map_id] if map_id in self._maps else await self._library.load(map_id)

    async def _put(self, document: Map) -> None:
        after = document
        if document.root is not None and document.title != document.root.title:
            after = replace(document, title=document.root.title)
        self._maps[document.map_id] = after

    def _told(self, info: MapInfo) -> MapInfo:
        document = self._maps.get(info.map_id)
        if document is None:
            return info
        return replace(
            info, title=document.title, topics=len(document.topics), explained=len(document.explained_ids())
        )

    def _note(self, error: StorageError) -> None:
        self._because = error
        self._tell()

    def _tell(self) -> None:
        for tell in self._listeners:
            tell(self.held)
