"""Looking at the map in its views: which one is seen, tidying up, and layouts of big maps behind the window."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from knowalledge_desktop.core.graph import Change, Map, Place, PutPlace
from knowalledge_desktop.core.views import View, seen_in
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.services.views import look_at, put_places
from knowalledge_desktop.ui.canvas.views import BIG, Sizes, offered, places_for, tidied
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.ui.main_window import MainWindow

LAYOUT = "layout"
SAID_MS = 5_000
TURN_S, USUAL_TURN_S = 0.0005, 0.005
"""How long a thread may keep the interpreter while a layout is worked out, and else (Python's default)."""
Layout = Callable[[View, Map, Sizes], dict[str, Place]]
_BY_PERSON = ("tidy", "move")


class ViewController(QObject):
    """Turns the map from one view to another; each view keeps its own places, and the map which one it was."""

    def __init__(self, window: MainWindow, tasks: TaskRunner) -> None:
        super().__init__(window)
        self._window, self._tasks = window, tasks
        self._maps, self._canvas = window.desk.maps, window.canvas
        self._canvas.lays_out_big_maps = False
        self._canvas.homes_found.connect(self._keep_homes)
        self._canvas.layout_wanted.connect(self._lay_out)
        self._canvas.view_changed.connect(self._on_view)
        self._maps.changed.connect(self._on_changed)
        switcher = window.map_page.views
        switcher.opened.connect(lambda: switcher.open(self.offered()))
        switcher.chosen.connect(self.show)
        switcher.tidy_requested.connect(self.tidy)

    @property
    def view(self) -> View:
        """The view that is seen."""
        return self._canvas.view

    def offered(self) -> tuple[View, ...]:
        """The views that make sense for the open map."""
        document = self._maps.map
        return offered(document) if document is not None and document.root is not None else ()

    def show(self, view: View) -> None:
        """See the map in another view."""
        session = self._maps.session
        if session is not None and view is not self.view and view in self.offered():
            self._tasks.start(LAYOUT, self._show(session, view))

    def tidy(self) -> None:
        """Lay the view out anew; one step of undo."""
        session, document = self._maps.session, self._canvas.document
        if session is None or document is None:
            return
        if all(place.pinned for place in document.places.values()):
            self._window.map_page.show_hint(
                self.tr("All topics are pinned here. P unpins those that are chosen."), SAID_MS
            )
        elif len(document.topics) < BIG:
            self._maps.tidy(self._canvas.tidy())
        else:
            self._tasks.start(LAYOUT, self._tidy(session, document, self.view))

    # --- inside ---

    async def _show(self, session: MapSession, view: View) -> None:
        document = session.map
        seen = seen_in(document, view)
        found: dict[str, Place] = {}
        if sum(1 for i in seen.topics if i not in seen.places) >= BIG:
            found = await _behind(places_for, view, seen, self._canvas.sizes)
        await look_at(session, view, found)

    async def _tidy(self, session: MapSession, document: Map, view: View) -> None:
        found = await _behind(tidied, view, document, self._canvas.sizes)
        await put_places(session, view, found, "tidy")

    def _lay_out(self) -> None:
        """Many topics have no place: find them behind, and show them when they are there."""
        session, document = self._maps.session, self._canvas.document
        if session is not None and document is not None and not self._tasks.is_running(LAYOUT):
            self._tasks.start(LAYOUT, self._lay_out_behind(session, document, self.view))

    async def _lay_out_behind(self, session: MapSession, document: Map, view: View) -> None:
        found = await _behind(places_for, view, document, self._canvas.sizes)
        if session is self._maps.session:
            self._canvas.give(view, found)

    def _keep_homes(self, homes: dict[str, Place]) -> None:
        session = self._maps.session
        if session is not None:
            self._tasks.start(f"place:home:{min(homes)}", self._put_homes(session, homes))

    async def _put_homes(self, session: MapSession, homes: dict[str, Place]) -> None:
        await put_places(session, View.MIND, homes, "place", undoable=False)

    def _on_view(self) -> None:
        self._maps.view = self._canvas.view
        self._window.map_page.views.show_view(self._canvas.view)

    def _on_changed(self, change: Change, document: Map) -> None:
        """What is taken back or done again is seen: when it moved topics in another view, that one is shown."""
        if change.reason not in _BY_PERSON:
            return
        views = {put.view if isinstance(put, PutPlace) else None for put in change.puts}
        moved_in = views.pop() if len(views) == 1 else None
        if moved_in is not None and moved_in != self.view:
            self.show(View(moved_in))


async def _behind(work: Layout, view: View, document: Map, sizes: Sizes) -> dict[str, Place]:
    """Work in a thread while the window goes on.

    A thread of plain Python keeps the interpreter for as long as it may; with shorter turns the window, which
    takes it several times a frame, ticks on.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, TURN_S))
    try:
        return await asyncio.to_thread(work, view, document, sizes)
    finally:
        sys.setswitchinterval(max(before, USUAL_TURN_S))
