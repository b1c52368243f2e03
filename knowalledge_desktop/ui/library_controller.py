"""Listing, searching, opening and removing maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.panels.rail import MAP
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.main_window import MainWindow
    from knowalledge_desktop.ui.panels.library_page import LibraryPage


class LibraryController(QObject):
    """The library page's acts."""

    def __init__(self, desk: Desk, window: MainWindow, services: Services, tasks: TaskRunner) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services, self._tasks = desk, window, services, tasks

    def adopt_page(self, page: LibraryPage) -> None:
        """Connect the page when it is built."""
        page.open_requested.connect(self.open)
        page.trash_requested.connect(self.trash)
        page.search_requested.connect(self.search)
        page.new_map_requested.connect(self._desk.explore)

    def refresh(self) -> None:
        """List the maps anew, or search again."""
        self.search(self._window.library_page.search.text())

    def search(self, text: str) -> None:
        """Find topics; without a text, list all maps."""
        self._tasks.start("library:list", self._list(text))

    def open(self, map_id: str, topic_id: str = "") -> None:
        """Open a map, at a topic when one is named."""
        self._tasks.start("library:open", self._open(map_id, topic_id))

    def trash(self, map_id: str) -> None:
        """Move a map to the trash; a toast offers to take that back."""
        self._tasks.start("library:trash", self._trash(map_id))

    async def open_last(self) -> bool:
        """Open the map that was open last; False when there is none."""
        session = await self._services.library.open_last()
        if session is not None:
            self._desk.maps.show(session)
        return session is not None

    async def _list(self, text: str) -> None:
        page = self._window.library_page
        if text.strip():
            page.show_hits(text, await self._services.library.search(text))
        else:
            page.show_maps(await self._services.library.maps(), self._services.now())
            if not page.search.hasFocus():
                page.list.setFocus()

    async def _open(self, map_id: str, topic_id: str) -> None:
        open_now = self._desk.maps.map
        if open_now is None or open_now.map_id != map_id:
            session = await self._services.library.open(map_id)
            self._desk.maps.show(self._desk.jobs.session_of(map_id) or session)
        self._window.show_page(MAP)
        if topic_id:
            self._window.canvas.select(topic_id, reveal=True)

    async def _trash(self, map_id: str) -> None:
        title = next((i.title for i in await self._services.library.maps() if i.map_id == map_id), "")
        self._desk.jobs.rest(map_id)
        await self._services.library.trash(map_id)
        if self._desk.maps.map is not None and self._desk.maps.map.map_id == map_id:
            self._desk.maps.show(None)
        await self._list("")
        self._window.notifier.show(
            self.tr("{title} is in the trash.").format(title=title),
            self.tr("Undo"),
            lambda: self._tasks.start("library:restore", self._restore(map_id)),
        )

    async def _restore(self, map_id: str) -> None:
        await self._services.library.restore(map_id)
        await self._list("")
