"""Out to files and in again, in every format; what comes back edited is merged, not doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from knowalledge_desktop.core.content import Picture, Provenance
from knowalledge_desktop.core.errors import ImportRefused, MapNotFound, UserInputError
from knowalledge_desktop.core.exchange import FormatFacts
from knowalledge_desktop.core.graph import Change, Map, PutTopic, Topic
from knowalledge_desktop.core.ports import Clock, Library
from knowalledge_desktop.services.exchange_memory import ExchangeMemory, record_name
from knowalledge_desktop.services.exchange_report import ExportReport, Files, ImportReport
from knowalledge_desktop.services.session import MapSession

if TYPE_CHECKING:  # loaded with the first exchange
    from knowalledge_desktop.core.merge import Merged
    from knowalledge_desktop.formats.base import Format, Imported

IMPORT = "import"
"""The act's name in the history."""


class ExchangeService:
    """Exports maps and imports files.

    With each export the state of the map is remembered under the name that the file carries. A file that comes
    back is compared with it, so that only what was edited there is an edit.
    """

    def __init__(self, library: Library, files: Files, clock: Clock, new_id: Callable[[], str]) -> None:
        self._library = library
        self._files = files
        self._memory = ExchangeMemory(files)
        self._clock = clock
        self._new_id = new_id

    def formats(self) -> tuple[FormatFacts, ...]:
        """All formats, in the order in which people see them."""
        return tuple(each.facts for each in _all_formats())

    async def export(self, document: Map, name: str, path: Path) -> ExportReport:
        """Write a map to a file, or for a vault without `.zip` to a folder.

        `name` is that of a format; "" goes by the ending of the path. Raises UserInputError, StorageError.
        """
        kind = _format_to_write(name, path)
        if document.root is None:
            raise UserInputError("The map is empty, so there is nothing to export.")
        from knowalledge_desktop.formats.base import Extras

        pictures = await self._pictures(document)
        lineage = await self._memory.lineage(document)
        exported = await asyncio.to_thread(kind.write, document, Extras(pictures, lineage))
        if kind.facts.reads:  # first, so that there is no file whose state is not known
            await self._memory.remember(document, lineage[0])
        if kind.facts.folder and path.suffix.lower() != ".zip":
            path = await self._write_folder(path, exported.data, document.title)
        else:
            await self._files.write(path, exported.data)
        return ExportReport(path, kind.facts, len(document.topics), len(exported.data), exported.losses)

    async def import_file(
        self,
        path: Path,
        *,
        name: str = "",
        into: MapSession | None = None,
        join: bool = False,
        held: Callable[[str], MapSession | None] = lambda map_id: None,
    ) -> ImportReport:
        """Take in a file, or the folder of a vault.

        A file of a map that is in the library, or of `into`, is merged with it as one step of undo; another one
        becomes a new map. With `join` a file that does not know the map is merged into `into` too, topics being
        told by their titles. `held` gives the session of a map that is worked on behind. Raises ImportRefused,
        UserInputError, StorageError.
        """
        kind, data = await self._read(path, name)
        from knowalledge_desktop.formats.base import Caps

        found = await asyncio.to_thread(kind.read, data, path.stem, Caps())
        target = await self._target(found, into, held)
        if target is None and join and into is not None:
            from knowalledge_desktop.core.merge_titles import with_known_ids

            found = replace(found, document=with_known_ids(found.document, into.map), lineage=())
            target = into
        for picture in found.pictures.values():
            await self._library.put_picture(picture)
        if target is None:
            return await self._new_map(kind, found)
        return await self._merged(kind, found, target, path)

    # --- out ------------------------------------------------------------------------------------------------

    async def _pictures(self, document: Map) -> dict[str, Picture]:
        found: dict[str, Picture] = {}
        for sha256 in {each.sha256 for each in document.pictures.values()}:
            picture = await self._library.picture(sha256)
            if picture is not None:
                found[sha256] = picture
        return found

    async def _write_folder(self, path: Path, data: bytes, title: str) -> Path:
        """Unpack a vault; a folder that is no vault of ours is left alone, and gets one inside."""
        from knowalledge_desktop.formats.base import Caps
        from knowalledge_desktop.formats.vault import edited_since, file_name, owned
        from knowalledge_desktop.formats.zips import unpack

        files = await asyncio.to_thread(unpack, data, Caps())
        gone = frozenset[str]()
        if await self._files.is_used_folder(path):
            there = await self._files.read_folder(path, Caps().unpacked_bytes, Caps().members)
            if not owned(there):
                return await self._write_folder(path / file_name(title), data, title)
            edited = edited_since(there)
            if edited:
                raise UserInputError(
                    f"‘{edited[0]}’ was edited in this folder since the last export. Import the folder first."
                )
            gone = frozenset(owned(there)) - files.keys()
        await self._files.write_folder(path, files, gone)
        return path

    # --- in -------------------------------------------------------------------------------------------------

    async def _read(self, path: Path, name: str) -> tuple[Format, bytes]:
        from knowalledge_desktop.formats.base import Caps
        from knowalledge_desktop.formats.zips import pack

        caps = Caps()
        data = await self._files.read(path, caps.file_bytes)
        if data is None:
            kinds = [each for each in _all_formats() if each.facts.folder and each.facts.reads]
            if not kinds:
                raise ImportRefused("This is a folder. Choose a file.")
            files = await self._files.read_folder(path, caps.unpacked_bytes, caps.members)
            return kinds[0], await asyncio.to_thread(pack, files)
        if not data.strip():
            raise ImportRefused("The file is empty.")
        return _format_to_read(name, path, data), data

    async def _target(
        self, found: Imported, into: MapSession | None, held: Callable[[str], MapSession | None]
    ) -> MapSession | None:
        """The map that a file is of, open or in the library."""
        map_id = found.document.map_id
        if not found.keeps_ids:
            return None
        if into is not None and (map_id == into.map.map_id or (not map_id and _is_kin(found.document, into.map))):
            return into
        if map_id:
            return held(map_id) or await self._kept(map_id)
        for info in list(await self._library.maps())[:_KIN_MOST]:
            document = await self._library.load(info.map_id)
            if _is_kin(found.document, document):
                return MapSession(document, self._library, stored=True)
        return None

    async def _kept(self, map_id: str) -> MapSession | None:
        """A map of the library; one in the trash is brought back."""
        try:
            document = await self._library.load(map_id)
        except MapNotFound:
            return None
        if map_id not in {each.map_id for each in await self._library.maps()}:
            await self._library.restore(map_id)
        return MapSession(document, self._library, stored=True)

    async def _new_map(self, kind: Format, found: Imported) -> ImportReport:
        document = replace(found.document, map_id=found.document.map_id or self._new_id())
        document = replace(document, topics={key: self._signed(each) for key, each in document.topics.items()})
        root = document.root
        document = replace(document, title=root.title if root else document.title)
        await self._library.create(document)
        session = MapSession(document, self._library, stored=True)
        if found.lineage and kind.facts.two_way:
            await self._memory.remember_common(found)
        return ImportReport(
            session,
            kind.facts,
            is_new=True,
            added=len(document.topics),
            losses=found.losses,
            warnings=found.warnings,
        )

    async def _merged(self, kind: Format, found: Imported, target: MapSession, path: Path) -> ImportReport:
        from knowalledge_desktop.core.merge import merge

        record = record_name(found, kind, path)
        while True:
            document = target.map
            side = await self._memory.side(kind, found, document, record)
            merged: Merged = await asyncio.to_thread(merge, document, found.document, side, IMPORT)
            if not merged.change:
                break
            # Merging took a moment: if the map was altered in it, once more.
            change = self._signed_change(merged.change)
            done = await target.commit(lambda now, was=document, c=change: c if now is was else _NOTHING)
            if done:
                await self._memory.remember_import(record, document, target.map, found.document)
                break
        await self._memory.remember_common(found)
        warnings = found.warnings
        if side.blind:
            warnings = (*warnings, _BLIND)
        return ImportReport(
            target,
            kind.facts,
            is_new=False,
            added=merged.added,
            altered=merged.altered,
            removed=merged.removed,
            conflicts=merged.conflicts,
            losses=found.losses,
            warnings=warnings,
        )

    def _signed(self, topic: Topic) -> Topic:
        """A topic of which the file does not say who wrote it was written by a person, now."""
        if topic.provenance != Provenance(engine="person"):
            return topic
        return replace(topic, provenance=Provenance(engine="person", created_at=self._clock.now()))

    def _signed_change(self, change: Change) -> Change:
        puts = tuple(
            PutTopic(None, self._signed(put.after))
            if isinstance(put, PutTopic) and put.before is None and put.after is not None
            else put
            for put in change.puts
        )
        return replace(change, puts=puts)


_KIN_MOST = 30  # so many maps are looked at for one that a file without a name of its map may be of
_NOTHING = Change(())
_BLIND = (
    "What the map was like when this file was written is not known here: nothing was removed, and where texts "
    "differ both are kept."
)


def _all_formats() -> tuple[Format, ...]:
    from knowalledge_desktop.formats.catalogue import all_formats

    return all_formats()


def _named(name: str) -> Format:
    for each in _all_formats():
        if each.facts.name == name:
            return each
    names = ", ".join(each.facts.name for each in _all_formats())
    raise UserInputError(f"There is no format ‘{name}’. There are: {names}.")


def _format_to_write(name: str, path: Path) -> Format:
    if name:
        found = _named(name)
        if not found.facts.writes:
            raise UserInputError(f"{found.facts.title} can be imported, not exported.")
        return found
    suffix = path.suffix.lower()
    for each in _all_formats():
        if each.facts.writes and (suffix in each.facts.suffixes or (each.facts.folder and not suffix)):
            return each
    raise UserInputError(f"The ending ‘{path.suffix}’ does not tell the format. Name the format.")


def _format_to_read(name: str, path: Path, data: bytes) -> Format:
    """By name, by ending and look, or by look alone."""
    if name:
        found = _named(name)
        if not found.facts.reads:
            raise UserInputError(f"{found.facts.title} can be exported, not imported.")
        return found
    readable = [each for each in _all_formats() if each.facts.reads]
    fitting = [each for each in readable if path.suffix.lower() in each.facts.suffixes]
    for each in (*fitting, *readable):
        if each.recognises(data):
            return each
    if fitting:
        return fitting[0]
    raise ImportRefused("This kind of file cannot be read: neither its ending nor what is in it is known here.")


def _is_kin(document: Map, other: Map) -> bool:
    """Whether a file has topics of a map: its root, or half of them."""
    if document.root_id in other.topics:
        return True
    shared = len(document.topics.keys() & other.topics.keys())
    return shared * 2 >= len(document.topics) and shared > 0
