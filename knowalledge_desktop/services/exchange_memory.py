"""What is remembered of exported and imported files, and what a merge can know from it."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.services.exchange_report import Files

if TYPE_CHECKING:  # loaded with the first exchange
    from knowalledge_desktop.core.merge import Side
    from knowalledge_desktop.formats.base import Format, Imported


class ExchangeMemory:
    """States of maps by the names that files carry."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def lineage(self, document: Map) -> tuple[str, ...]:
        """Names of the states that other copies may know, the present one first."""
        from knowalledge_desktop.core.map_codec import state_of

        state = await asyncio.to_thread(state_of, document)
        names = await self._files.names(document.map_id)
        return tuple(dict.fromkeys((state, *(each for each in names if "." not in each))))[:20]

    async def remember(self, document: Map, state: str) -> None:
        """Keep a state of a map; raises StorageError."""
        from knowalledge_desktop.core.map_codec import encode_map

        await self._files.remember(document.map_id, state, await asyncio.to_thread(encode_map, document))

    async def remember_import(self, record: str, before: Map, after: Map, theirs: Map) -> None:
        """What both sides know from now on, for when the same file is imported again."""
        from knowalledge_desktop.core.map_codec import encode_map

        map_id = after.map_id
        for name, payload in (
            ("before", _content(before).encode()),
            ("here", await asyncio.to_thread(encode_map, after)),
            ("there", await asyncio.to_thread(encode_map, theirs)),
        ):
            await self._files.remember(map_id, f"{record}.{name}", payload)

    async def remember_common(self, found: Imported) -> None:
        """A file that holds the whole map is a state that both sides know from now on."""
        from knowalledge_desktop.core.map_codec import encode_map, state_of

        if found.lineage and await asyncio.to_thread(state_of, found.document) == found.lineage[0]:
            await self._files.remember(
                found.document.map_id, found.lineage[0], await asyncio.to_thread(encode_map, found.document)
            )

    async def side(self, kind: Format, found: Imported, ours: Map, record: str) -> Side:
        """What both sides know of each other."""
        from knowalledge_desktop.core.merge import Side

        mirror = await asyncio.to_thread(_through, kind, ours)
        for state in found.lineage:
            base = await self._state(ours.map_id, state)
            if base is not None:
                seen = await asyncio.to_thread(_through, kind, base)
                return Side(base, seen, mirror, later=await self._later(record, ours, mirror))
        return Side(ours, mirror, mirror, blind=True, later=await self._later(record, ours, mirror))

    async def _later(self, record: str, ours: Map, mirror: Map) -> Side | None:
        from knowalledge_desktop.core.merge import Side

        before = await self._files.remembered(ours.map_id, f"{record}.before")
        if before is None or before == _content(ours).encode():
            return None  # or that import was undone
        here = await self._state(ours.map_id, f"{record}.here")
        there = await self._state(ours.map_id, f"{record}.there")
        return Side(here, there, mirror) if here is not None and there is not None else None

    async def _state(self, map_id: str, name: str) -> Map | None:
        from knowalledge_desktop.core.map_codec import decode_map
        from knowalledge_desktop.formats.base import is_id

        payload = await self._files.remembered(map_id, name) if is_id(name.partition(".")[0]) else None
        if payload is None:
            return None
        try:
            return await asyncio.to_thread(decode_map, payload)
        except ValueError:  # of an older version of the program
            return None


def _through(kind: Format, document: Map) -> Map:
    """A map as a format shows it."""
    from knowalledge_desktop.formats.base import Caps, Extras

    if not kind.facts.writes:
        return document
    shown = kind.read(kind.write(document, Extras()).data, document.title, Caps()).document
    return replace(shown, map_id=document.map_id)


def _content(document: Map) -> str:
    """Name of what a map says, wherever its topics lie."""
    from knowalledge_desktop.core.map_codec import state_of

    return state_of(replace(document, places={}, view_places={}, view=""))


def record_name(found: Imported, kind: Format, path: Path) -> str:
    """Name of what is known of one file: the export that it came from, its format, and where it is."""
    head = found.lineage[0] if found.lineage else ""
    told = "\x1f".join((head, kind.facts.name, str(path.absolute())))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
