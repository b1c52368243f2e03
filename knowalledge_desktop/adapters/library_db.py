"""The user's documents in one SQLite file: never evicted, on the disk when a call returns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from knowalledge_desktop.adapters import library_pictures, library_rows
from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.adapters.library_file import LibraryFile
from knowalledge_desktop.adapters.library_mending import Mending
from knowalledge_desktop.adapters.library_reader import LibraryReader
from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import MapNotFound, StorageDamaged
from knowalledge_desktop.core.graph import Change, ChangeConflict, Map
from knowalledge_desktop.core.ports import Clock, MapInfo, SearchHit
from knowalledge_desktop.core.request import Answer, Request

if TYPE_CHECKING:
    from knowalledge_desktop.core.shelf import Filter, Found, Listing, Losses, OriginRow, Overview
    from knowalledge_desktop.core.sky import Explored
    from knowalledge_desktop.core.versions import Act, Befores

T = TypeVar("T")


class LibraryDb:
    """Implements `Library` in the file `path`.

    One thread writes, in the order of the calls; another reads, and a third reads what each key
    asks for, so that a key never waits for a search that it ends. The file is opened at the first
    call. Several processes may use the same file.

    A write that is cancelled is stored wholly or not at all.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._file = LibraryFile(path, clock)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="library-writer")
        self._reader = LibraryReader(self._file, "library-reader")
        self._keys = LibraryReader(self._file, "library-keys")
        self._writing: Connection | None = None
        self._mending = Mending(lambda: self.exclusively(lambda: None))

    def notices(self) -> tuple[str, ...]:
        """Sentences for the user about what was found at opening, such as a restored backup."""
        return tuple(self._file.notices)

    @property
    def file(self) -> LibraryFile:
        """The file with its state: whether it refuses changes, and where its copies are."""
        return self._file

    async def exclusively(self, act: Callable[[], T]) -> T:
        """Close the file, do `act` in the writer's thread, and open the file anew at the next call."""

        def work() -> T:
            if self._writing is not None:
                try:
                    self._writing.close()
                finally:
                    self._writing = None
                    self._file.close()
            return act()

        await self._reader.close()
        await self._keys.close()
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)

    async def create(self, document: Map) -> None:
        """Store a new map with all that is in it; raises ChangeConflict when the id is taken."""
        now = self._clock.now()

        def job(db: Connection) -> None:
            if _exists(db, document.map_id):
                raise ChangeConflict(f"{document.map_id}: there is such a map already")
            from knowalledge_desktop.adapters import library_journal

            library_rows.add_map(db, document, now)
            library_journal.write_beginning(db, document, now)

        await self._write(job)

    async def apply(self, map_id: str, change: Change) -> None:
        """Store one change of a map, all of it or nothing; raises MapNotFound, StorageError."""
        now = self._clock.now()

        def job(db: Connection) -> None:
            from knowalledge_desktop.adapters import library_journal

            library_rows.apply_change(db, map_id, change, now)
            library_journal.write_act(db, map_id, change, now)

        await self._write(job)

    async def load(self, map_id: str) -> Map:
        """Read a map, also one in the trash; raises MapNotFound, StorageError."""

        def job(db: Connection) -> Map:
            try:
                return library_rows.read_map(db, map_id)
            except (ValueError, KeyError, TypeError) as error:
                raise StorageDamaged(f"{self._path}: map {map_id}: {type(error).__name__}") from error

        return await self._read(job)

    async def maps(self) -> Sequence[MapInfo]:
        """All maps that are not in the trash, last opened first."""
        return await self._read(library_rows.read_infos)

    async def last_opened(self) -> str | None:
        """Id of the map that was opened last, outside the trash; None in an empty library."""
        order = "opened_at DESC, created_at DESC, rowid DESC LIMIT 1"
        sql = f"SELECT map_id FROM map WHERE deleted_at IS NULL ORDER BY {order}"  # noqa: S608
        return await self._read(lambda db: db.value(sql))

    async def has(self, map_id: str) -> bool:
        """Whether there is such a map, outside the trash."""
        sql = "SELECT 1 FROM map WHERE map_id = ? AND deleted_at IS NULL"
        return await self._read(lambda db: db.value(sql, (map_id,)) is not None)

    async def mark_opened(self, map_id: str) -> None:
        """Remember that the map was opened now; does nothing to a library that can only be read."""
        await self._opened()
        if self._file.refuses is None:
            await self._update(
                map_id, "UPDATE map SET opened_at = ? WHERE map_id = ?", self._clock.now(), counts=False
            )

    async def find_root(self, title: str) -> str | None:
        """Id of the newest map whose root has this title (case and accents folded)."""
        return await self._read(lambda db: library_rows.newest_with_root(db, title))

    async def trash(self, map_id: str) -> None:
        """Move a map to the trash; raises MapNotFound."""
        await self._update(map_id, "UPDATE map SET deleted_at = ? WHERE map_id = ?", self._clock.now())

    async def restore(self, map_id: str) -> None:
        """Take a map out of the trash; raises MapNotFound."""
        await self._update(map_id, "UPDATE map SET deleted_at = ? WHERE map_id = ?", None)

    async def search(self, text: str, *, limit: int = 50) -> Sequence[SearchHit]:
        """Topics whose title or text matches, best first; cancel it to stop the search itself."""
        from knowalledge_desktop.adapters import library_search

        return await self._read(lambda db: library_search.find_topics(db, text, limit))

    # --- lists, search in two stages, the journal: see `core.shelf.Archive` ---

    async def listed(self, listing: Listing) -> Sequence[MapInfo]:
        """A page of a list of maps."""
        from knowalledge_desktop.adapters import library_lists

        return await self._read(lambda db: library_lists.listed(db, listing))

    async def overview(self, since: float) -> Overview:
        """How much there is; maps opened after `since` (epoch seconds) count as recent."""
        from knowalledge_desktop.adapters import library_lists

        return await self._read(lambda db: library_lists.overview(db, since))

    async def twins(self, map_id: str) -> Sequence[MapInfo]:
        """Other maps whose root has the same folded title."""
        from knowalledge_desktop.adapters import library_lists

        return await self._read(lambda db: library_lists.twins(db, map_id))

    async def pin(self, map_id: str, *, pinned: bool) -> None:
        """Keep a map at the top, or no longer; raises MapNotFound."""
        value = self._clock.now() if pinned else None
        await self._update(map_id, "UPDATE map SET pinned_at = ? WHERE map_id = ?", value)

    async def tag(self, map_id: str, tag: str, *, tagged: bool) -> None:
        """Put a map into a collection, or take it out; raises MapNotFound."""
        from knowalledge_desktop.adapters import library_lists

        await self._write(lambda db: library_lists.set_tag(db, map_id, tag, tagged=tagged))

    async def losses(self, map_ids: Sequence[str] | None = None) -> Losses:
        """What goes when these maps of the trash (None: all) are deleted for good."""
        from knowalledge_desktop.adapters import library_lists

        return await self._read(lambda db: library_lists.losses(db, map_ids))

    async def erase(self, map_ids: Sequence[str] | None = None) -> Losses:
        """Delete these maps of the trash (None: all) for good."""
        from knowalledge_desktop.adapters import library_lists

        return await self._write(lambda db: library_lists.erase(db, map_ids))

    async def titles(self, text: str, among: Filter, *, limit: int = 50) -> Sequence[SearchHit]:
        """The first stage of a search: titles."""
        from knowalledge_desktop.adapters import library_search

        return await self._read(lambda db: library_search.find_titles(db, text, among, limit), self._keys)

    async def texts(self, text: str, among: Filter, *, limit: int = 50) -> Sequence[SearchHit]:
        """The second stage of a search: all texts; cancel it to stop the search itself."""
        from knowalledge_desktop.adapters import library_search

        go_on = self._reader.go_on
        return await self._read(lambda db: library_search.find_texts(db, text, among, limit, go_on))

    async def near(self, text: str, among: Filter, *, limit: int = 20) -> Found:
        """Topics whose title is written nearly so."""
        from knowalledge_desktop.adapters import library_search

        return await self._read(lambda db: library_search.find_near(db, text, among, limit))

    async def acts(self, map_id: str, *, before: int | None = None, limit: int = 100) -> Sequence[Act]:
        """What was done to a map, newest first."""
        from knowalledge_desktop.adapters import library_journal

        return await self._read(lambda db: library_journal.read_acts(db, map_id, before, limit))

    async def acts_on(self, map_id: str, topic_id: str) -> Sequence[tuple[Act, Befores]]:
        """What was done to a topic, newest first, with what was there before."""
        from knowalledge_desktop.adapters import library_journal

        return await self._read(lambda db: library_journal.read_acts_on(db, map_id, topic_id))

    async def origins(self) -> Sequence[OriginRow]:
        """Who wrote the texts of all maps outside the trash."""
        from knowalledge_desktop.adapters import library_lists

        return await self._read(library_lists.origins)

    async def explored(self, limit: int) -> Sequence[Explored]:
        """Topics of all maps outside the trash."""
        from knowalledge_desktop.adapters import library_explored

        return await self._read(lambda db: library_explored.explored(db, limit))

    async def version(self, map_id: str, act_id: int) -> Map:
        """The map as it was right after an act; raises MapNotFound, StorageDamaged."""
        from knowalledge_desktop.adapters import library_journal

        return await self._read(lambda db: library_journal.read_version(db, map_id, act_id))

    async def put_picture(self, picture: Picture) -> None:
        """Store the bytes of a picture under their name; they stay, also while no map shows them."""
        now = self._clock.now()
        await self._write(lambda db: library_pictures.put_picture(db, picture, now))

    async def picture(self, sha256: str) -> Picture | None:
        """The picture of this name, or None."""
        return await self._read(lambda db: library_pictures.read_picture(db, sha256))

    async def keep(self, key: str, request: Request, answer: Answer) -> None:
        """Store an answer durably under its fingerprint."""
        now = self._clock.now()
        from knowalledge_desktop.adapters import library_answers

        await self._write(lambda db: library_answers.keep_answer(db, key, request, answer, now))

    async def kept(self, key: str, request: Request) -> Answer | None:
        """The kept answer for this fingerprint, else the newest for the same task, topic, path and language."""
        from knowalledge_desktop.adapters import library_answers

        return await self._read(lambda db: library_answers.kept_answer(db, key, request))

    async def aclose(self) -> None:
        """Finish writing and release the file. May be called twice."""
        for reader in (self._reader, self._keys):
            await reader.close()
            reader.end()
        if self._writing is not None:
            await asyncio.get_running_loop().run_in_executor(self._writer, self._close_writing)
        self._writer.shutdown(wait=False)

    # --- threads ---

    async def _write(self, job: Callable[[Connection], T], *, counts: bool = True) -> T:
        """`counts` is False for what a backup need not have."""
        result = await self._mending.around(lambda: self._write_once(job))
        self._mending.changed |= counts
        return result

    async def _write_once(self, job: Callable[[Connection], T]) -> T:
        def run() -> T:
            db = self._open()
            refuses = self._file.refuses
            if refuses is not None:
                raise type(refuses)(refuses.detail)
            try:
                with db.writing():
                    return job(db)
            except StorageDamaged:
                self._file.damaged = True
                raise

        return await asyncio.get_running_loop().run_in_executor(self._writer, run)

    async def _read(self, job: Callable[[Connection], T], reader: LibraryReader | None = None) -> T:
        return await self._mending.around(lambda: self._read_once(job, reader or self._reader))

    async def _read_once(self, job: Callable[[Connection], T], reader: LibraryReader) -> T:
        await self._opened()
        return await reader.read(job)

    async def _update(self, map_id: str, sql: str, value: float | None, *, counts: bool = True) -> None:
        def job(db: Connection) -> None:
            if not _exists(db, map_id):
                raise MapNotFound(map_id)
            db.rows(sql, (value, map_id))

        await self._write(job, counts=counts)

    async def _opened(self) -> None:
        if self._writing is None:
            await asyncio.get_running_loop().run_in_executor(self._writer, self._open)

    def _open(self) -> Connection:
        if self._writing is None:
            self._writing = self._file.open()
            self._writer.submit(self._back_up)  # after the call that is waiting
        return self._writing

    def _back_up(self) -> None:
        if self._writing is not None:
            self._file.back_up(self._writing)

    def _close_writing(self) -> None:
        if self._writing is not None:
            self._file.back_up(self._writing, closing=True)
            self._writing.close()
            self._writing = None
            self._file.close()


def _exists(db: Connection, map_id: str) -> bool:
    return db.value("SELECT 1 FROM map WHERE map_id = ?", (map_id,)) is not None
