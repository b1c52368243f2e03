"""Listing, searching, opening, ordering and removing maps, and their history."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QElapsedTimer, QObject
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.core.errors import AppError, MapNotFound
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.messages import message_for
from knowalledge_desktop.ui.panels.rail import MAP
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.core.graph import Map
    from knowalledge_desktop.core.ports import SearchHit
    from knowalledge_desktop.core.shelf import Filter, Listing
    from knowalledge_desktop.core.versions import Act
    from knowalledge_desktop.services.session import MapSession
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.main_window import MainWindow
    from knowalledge_desktop.ui.panels.library_page import LibraryPage

PAUSE_S = 0.12
"""So long nothing is typed before texts are looked through."""
_TITLES = 30
"""Titles that are shown for a letter; the pause after it brings more."""
_PAGE = 100
"""Rows of a list that are read at once."""
MOST = 50
"""Topics that are shown for a search."""
_STEPS = 50  # acts on the library that can be taken back

_COUNT, _LOOK = "library:overview", "library:look"

Undo = Callable[[], Coroutine[Any, Any, None]]


class LibraryController(QObject):
    """The library page's acts."""

    def __init__(self, desk: Desk, window: MainWindow, services: Services, tasks: TaskRunner) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services, self._tasks = desk, window, services, tasks
        self._undo: list[Undo] = []
        self._to_count = False
        self._seen: Map | None = None
        self._stale: tuple[tuple[str, str], ...] | None = None

    def adopt_page(self, page: LibraryPage) -> None:
        """Connect the page when it is built."""
        page.shelves.backups_requested.connect(self._desk.backups.open)
        page.open_requested.connect(self.open)
        page.trash_requested.connect(self.trash)
        page.search_requested.connect(self.search)
        page.new_map_requested.connect(self._desk.explore)
        page.listing_requested.connect(self.refresh)
        page.more_requested.connect(lambda count: self._tasks.start("library:more", self._more(count)))
        page.look_requested.connect(lambda map_id: self._tasks.start(_LOOK, self._look(map_id)))
        page.pin_requested.connect(self.pin)
        page.topic_requested.connect(self._desk.focus_topic)
        page.import_requested.connect(self._window.exchange.open_import)
        page.empty_requested.connect(lambda: self.erase(""))
        page.card.tag_requested.connect(lambda map_id, tag: self.tag(map_id, tag, tagged=True))
        page.card.untag_requested.connect(lambda map_id, tag: self.tag(map_id, tag, tagged=False))
        page.card.restore_requested.connect(lambda map_id: self._do("restore", self._restore(map_id)))
        page.card.erase_requested.connect(self.erase)
        page.card.history_requested.connect(self.show_history)
        page.history.act_chosen.connect(
            lambda map_id, act: self._tasks.start("library:compare", self._compare(map_id, act), self._untold)
        )
        page.history.back_requested.connect(lambda map_id, act: self._do("back", self._go_back(map_id, act)))
        page.history.more_requested.connect(
            lambda map_id, oldest: self._tasks.start("library:acts", self._more_acts(map_id, oldest))
        )

    # --- seeing ---

    def refresh(self) -> None:
        """List the maps anew, or search again, and count what there is."""
        self._seen = self._stale = None
        self.search(self._window.library_page.search.text())
        self._tasks.start(_COUNT, self._count())

    def search(self, text: str) -> None:
        """Find topics; without a text, list maps. What was looked for before stops at once.

        Counting gives way to typing and is made up for in the pause.
        """
        if text.strip() and self._tasks.cancel(_COUNT):
            self._to_count = True
        self._tasks.start("library:list", self._find(text) if text.strip() else self._list())

    def open(self, map_id: str, topic_id: str = "") -> None:
        """Open a map, at a topic when one is named."""
        self._tasks.start("library:open", self._open(map_id, topic_id))

    async def open_last(self) -> bool:
        """Open the map that was open last; False when there is none."""
        session = await self._services.library.open_last()
        if session is not None:
            await self._window.canvas.get_ready(session.map)
            self._desk.maps.show(session)
        return session is not None

    def show_history(self, map_id: str) -> None:
        """Show what was done to a map."""
        self._tasks.start("library:history", self._show_history(map_id))

    # --- acts ---

    def pin(self, map_id: str, pinned: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Keep a map at the top, or no longer."""
        self._do("pin", self._pin(map_id, pinned=pinned))

    def tag(self, map_id: str, tag: str, *, tagged: bool) -> None:
        """Put a map into a collection, or take it out."""
        self._do("tag", self._tag(map_id, tag, tagged=tagged))

    def trash(self, map_id: str) -> None:
        """Move a map to the trash; a toast and Ctrl+Z take that back."""
        self._do(f"trash:{map_id}", self._trash(map_id))

    def erase(self, map_id: str) -> None:
        """Delete a map of the trash, or all of them, for good; a dialog says what goes."""
        self._tasks.start("library:erase", self._erase(map_id))

    def undo(self) -> None:
        """Take the last act on the library back."""
        if self._undo:
            self._do("undo", self._undo.pop()())

    def _do(self, what: str, act: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(f"library:do:{what}", act)

    def _note(self, undo: Undo) -> None:
        self._undo.append(undo)
        del self._undo[:-_STEPS]

    # --- listing ---

    async def _listing(self, offset: int = 0) -> Listing:
        from knowalledge_desktop.core.shelf import Listing

        among = await self._among()
        shelf, tag = self._window.library_page.shelves.current
        return Listing(shelf, tag, among, offset, _PAGE)

    async def _among(self) -> Filter:
        """What is filtered for; who wrote what is out of date is looked up once for each look at the library."""
        page = self._window.library_page
        if page.filters.wants_stale and self._stale is None:
            await self._services.prepare()
            origins = self._services.origins
            self._stale = await origins.stale_makers(await origins.present())
        return page.filter(self._services.now(), self._stale or ())

    async def _list(self) -> None:
        page = self._window.library_page
        infos = await self._services.library.listed(await self._listing())
        page.show_maps(infos, self._services.now(), goes_on=len(infos) == _PAGE)
        focused = QApplication.focusWidget()
        if page.isVisible() and (focused in (None, page.shelves.list) or not page.isAncestorOf(focused)):
            (page.list if infos else page.search).setFocus()

    async def _look(self, map_id: str) -> None:
        """Read the chosen map for its picture, once the choice has rested."""
        card = self._window.library_page.card
        if self._seen is None or self._seen.map_id != map_id or not self._window.library_page.isVisible():
            await self._services.sleep(PAUSE_S)
            try:
                document = (await self._services.library.behind(map_id)).map
            except MapNotFound:
                return  # erased meanwhile: the list that comes next does not have it
            from knowalledge_desktop.ui.panels.library_preview import laid_out

            self._seen = await asyncio.to_thread(laid_out, document)
        card.show_map(self._seen)

    async def _more(self, count: int) -> None:
        infos = await self._services.library.listed(await self._listing(count))
        self._window.library_page.add_maps(infos, goes_on=len(infos) == _PAGE)

    async def _count(self) -> None:
        self._window.library_page.show_overview(await self._services.library.overview(self._services.now()))

    async def _find(self, text: str) -> None:
        """Titles at once; texts after a pause; what is written nearly so when there is nothing."""
        page, library = self._window.library_page, self._services.library
        among = await self._among()
        clock = QElapsedTimer()
        clock.start()
        hits: list[SearchHit] = [*await library.titles(text, among, limit=_TITLES)]
        page.show_hits(text, hits, took_ms=clock.nsecsElapsed() / 1e6, ended=False)
        await self._services.sleep(PAUSE_S)
        clock.restart()
        known = {(hit.map_id, hit.topic_id) for hit in hits}
        texts = await library.texts(text, among, limit=MOST)
        hits += [hit for hit in texts if (hit.map_id, hit.topic_id) not in known]
        if hits:
            page.show_hits(text, hits[:MOST], took_ms=clock.nsecsElapsed() / 1e6)
        else:
            near = await library.near(text, among)
            page.show_hits(text, near.hits, instead=near.instead)
        if self._to_count:
            self._to_count = False
            self._tasks.start(_COUNT, self._count())

    async def _open(self, map_id: str, topic_id: str) -> None:
        open_now = self._desk.maps.map
        if open_now is None or open_now.map_id != map_id:
            session = await self._services.library.open(map_id)
            session = self._desk.jobs.session_of(map_id) or session
            await self._window.canvas.get_ready(session.map)
            self._desk.maps.show(session)
        self._window.show_page(MAP)
        if topic_id:
            self._window.canvas.select(topic_id, reveal=True)

    # --- order and trash ---

    async def _pin(self, map_id: str, *, pinned: bool) -> None:
        await self._services.library.pin(map_id, pinned=pinned)
        self._note(lambda: self._unpin(map_id, pinned=not pinned))
        self.refresh()

    async def _unpin(self, map_id: str, *, pinned: bool) -> None:
        await self._services.library.pin(map_id, pinned=pinned)
        self.refresh()

    async def _tag(self, map_id: str, tag: str, *, tagged: bool) -> None:
        await self._services.library.tag(map_id, tag, tagged=tagged)
        self._note(lambda: self._untag(map_id, tag, tagged=not tagged))
        self.refresh()

    async def _untag(self, map_id: str, tag: str, *, tagged: bool) -> None:
        await self._services.library.tag(map_id, tag, tagged=tagged)
        self.refresh()

    async def _trash(self, map_id: str) -> None:
        title = self._title(map_id)
        self._desk.jobs.rest(map_id)
        await self._services.library.trash(map_id)
        if self._desk.maps.map is not None and self._desk.maps.map.map_id == map_id:
            self._desk.maps.show(None)
        self._note(lambda: self._restore(map_id))
        self.refresh()
        self._window.notifier.show(
            self.tr("{title} is in the trash.").format(title=title), self.tr("Undo"), self.undo
        )

    async def _restore(self, map_id: str) -> None:
        try:
            await self._services.library.restore(map_id)
        except MapNotFound:  # it was deleted for good meanwhile
            return
        finally:
            self.refresh()
        self._window.notifier.hide()

    async def _erase(self, map_id: str) -> None:
        from knowalledge_desktop.ui.dialogs.ask import ask
        from knowalledge_desktop.ui.dialogs.erase_dialog import EraseDialog

        which = [map_id] if map_id else None
        losses = await self._services.library.losses(which)
        if losses.maps and await ask(EraseDialog(losses, self._window)):
            gone = await self._services.library.erase(which)
            self.refresh()
            self._window.notifier.show(self.tr("%n maps deleted for good.", "", gone.maps))

    def _title(self, map_id: str) -> str:
        chosen = self._window.library_page.chosen
        if chosen is not None and chosen.map_id == map_id:
            return chosen.info.title if chosen.info else chosen.hit.map_title if chosen.hit else ""
        open_now = self._desk.maps.map
        return open_now.title if open_now is not None and open_now.map_id == map_id else ""

    # --- history ---

    async def _show_history(self, map_id: str) -> None:
        page, history = self._window.library_page, self._services.library.history
        acts = await history.acts(map_id, limit=_PAGE)
        title = self._title(map_id) or (await self._services.library.behind(map_id)).map.title
        page.history.show_acts(map_id, title, acts, goes_on=len(acts) == _PAGE)
        page.show_history()

    async def _more_acts(self, map_id: str, oldest: int) -> None:
        acts = await self._services.library.history.acts(map_id, before=oldest, limit=_PAGE)
        view = self._window.library_page.history
        if view.map_id == map_id:
            view.add_acts(acts, goes_on=len(acts) == _PAGE)

    async def _compare(self, map_id: str, act: Act) -> None:
        different = await self._services.library.history.compare(map_id, act.act_id)
        self._window.library_page.history.show_difference(act, different)

    def _untold(self, error: AppError) -> None:
        self._window.library_page.history.show_trouble(message_for(error, self._services.now()).whole)

    async def _go_back(self, map_id: str, act: Act) -> None:
        """Go back in the session that is open, if the map is, so that undo there takes it back, too."""
        library, open_now = self._services.library, self._desk.maps.session
        session = open_now if open_now is not None and open_now.map.map_id == map_id else None
        session = session or self._desk.jobs.session_of(map_id) or await library.behind(map_id)
        change = await library.history.go_back(session, act.act_id)
        await self._show_history(map_id)
        self.refresh()
        if not change:
            return
        self._note(lambda: self._forward(session, map_id))
        self._window.notifier.show(
            self.tr("{title} is as it was then.").format(title=session.map.title), self.tr("Undo"), self.undo
        )

    async def _forward(self, session: MapSession, map_id: str) -> None:
        """Take going back back, unless something else was done to the map since."""
        if session.next_undo is not None and session.next_undo.reason == "back":
            await session.undo()
            await self._show_history(map_id)
            self.refresh()
