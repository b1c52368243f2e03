"""Finding topics in the map that is open: lit, counted, walked through; the others are dimmed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from knowalledge_desktop.ui.panels.rail import MAP
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.core.finding import Query
    from knowalledge_desktop.core.graph import Map
    from knowalledge_desktop.services.bundle import Services
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.icons import Icons
    from knowalledge_desktop.ui.main_window import MainWindow
    from knowalledge_desktop.ui.panels.find_bar import FindBar

FIND = "find-in-map"
AT_ONCE = 2_000
"""Maps of up to so many topics are searched on the spot; larger ones beside the window's thread."""


class FindController(QObject):
    """Owns the bar, which is made when it is first wanted."""

    def __init__(
        self, desk: Desk, window: MainWindow, services: Services, icons: Icons, tasks: TaskRunner
    ) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services = desk, window, services
        self._icons, self._tasks = icons, tasks
        self._made: FindBar | None = None
        self._found: tuple[str, ...] = ()
        self._at = -1
        self._waiting = 0
        self._hidden = ""
        self._branch = ""
        # In a moment: the canvas has to show the change first.
        desk.maps.opened.connect(lambda _document: QTimer.singleShot(0, self, self._again))
        desk.maps.changed.connect(lambda _change, _document: QTimer.singleShot(0, self, self._again))
        ahead = window.canvas.keys.ahead
        ahead.always = lambda: services.preferences.settings.letters_jump
        ahead.told.connect(self._tell_letters)
        ahead.over.connect(lambda: window.map_page.show_hint(""))

    @property
    def is_open(self) -> bool:
        """Whether the bar is seen."""
        return self._made is not None and self._made.isVisible()

    def begin(self) -> None:
        """Open the bar."""
        self._window.show_page(MAP)
        if self._desk.maps.map is not None:
            self._branch = ""
            self._bar.begin()

    def focus(self, topic_id: str) -> None:
        """See one branch and dim the rest, until Esc."""
        document = self._desk.maps.map
        if document is None or topic_id not in document.topics:
            return
        if self.is_open:
            self._bar.leave()
        self._branch = topic_id
        self._window.canvas.light(document.branch(topic_id))
        self._window.canvas.frame_branch(topic_id)

    def _tell_letters(self, typed: str, title: str) -> None:
        """Say what was typed so far, and what it led to."""
        if not typed:
            said = self.tr("Type the first letters of a topic")
        elif title:
            said = self.tr("{letters}…  ·  {title}").format(letters=typed, title=title)
        else:
            said = self.tr("{letters}…  ·  no topic that is seen begins so").format(letters=typed)
        self._window.map_page.show_hint(said)

    def leave(self) -> bool:
        """Close the bar, or see all branches again; tells whether there was anything to leave."""
        was_open = self.is_open
        if self._branch:
            self._branch = ""
            self._window.canvas.light(None)
            return True
        if was_open:
            self._bar.leave()
        return was_open

    def walk(self, by: int) -> None:
        """Go to the next or the previous one that was found; opens the bar when it is closed."""
        if self.is_open:
            self.step(by)
        else:
            self.begin()

    def look(self, query: Query) -> None:
        """Look for what is asked, and light it."""
        from knowalledge_desktop.core.finding import Trait, find

        self._tasks.cancel(FIND)
        document = self._desk.maps.map
        self._waiting = 0
        if document is not None and Trait.STALE in query.traits and query.present is None:
            self._tasks.start(FIND, self._look_at_present(query))
        elif document is None or not query or len(document.topics) <= AT_ONCE:
            self._show(query, find(document, query) if document is not None else ())
        else:
            self._tasks.start(FIND, self._look(document, query))

    def step(self, by: int) -> None:
        """Go to the next or the previous one, round and round; folded branches on the way are opened."""
        if self._tasks.is_running(FIND):
            self._waiting = by  # as soon as it is known where to
        else:
            self._go(by)

    def reveal(self, topic_id: str) -> None:
        """Select a topic and see it; folded branches above it are opened first."""
        canvas = self._window.canvas
        self._window.show_page(MAP)
        self._unfold(topic_id)
        if topic_id in canvas.rows.index:
            canvas.select(topic_id, reveal=True)
        else:
            self._hidden = topic_id

    # --- inside ---

    def _go(self, by: int) -> None:
        if not self._found:
            return
        self._at = (self._at + by) % len(self._found) if self._at >= 0 else (0 if by > 0 else len(self._found) - 1)
        topic_id = self._found[self._at]
        self.reveal(topic_id)
        self._bar.show_count(self._at, len(self._found))

    @property
    def _bar(self) -> FindBar:
        if self._made is None:
            from knowalledge_desktop.ui.panels.find_bar import FindBar

            self._made = FindBar(self._icons, self._window.map_page)
            self._window.map_page.float_at_top(self._made)
            self._made.wanted.connect(self.look)
            self._made.stepped.connect(self.step)
            self._made.closed.connect(self._end)
        return self._made

    async def _look_at_present(self, query: Query) -> None:
        """First find out what answers of today come from."""
        await self._services.prepare()
        present = await self._services.origins.present()
        document = self._desk.maps.map
        if document is not None:
            await self._look(document, replace(query, present=present))

    async def _look(self, document: Map, query: Query) -> None:
        from knowalledge_desktop.core.finding import find

        found = await asyncio.to_thread(find, document, query)
        self._show(query, found)
        if self._waiting:
            self._go(self._waiting)

    def _show(self, query: Query, found: tuple[str, ...]) -> None:
        shown = self._found[self._at] if 0 <= self._at < len(self._found) else ""
        self._found = found
        self._at = found.index(shown) if shown in found else -1
        self._window.canvas.light(found if query else None)
        self._bar.show_count(self._at, len(found))

    def _again(self) -> None:
        hidden, self._hidden = self._hidden, ""
        if hidden:
            self.reveal(hidden)
        document = self._desk.maps.map
        if self._branch:
            there = document is not None and self._branch in document.topics
            self._window.canvas.light(document.branch(self._branch) if document and there else None)
            self._branch = self._branch if there else ""
        if not self.is_open:
            return
        if document is None:
            self._bar.leave()
        else:
            self.look(self._bar.query)

    def _end(self) -> None:
        self._tasks.cancel(FIND)
        self._window.canvas.light(None)
        self._window.canvas.setFocus()

    def _unfold(self, topic_id: str) -> None:
        document = self._desk.maps.map
        if document is None:
            return
        for topic in document.path(topic_id)[:-1]:
            place = document.places.get(topic.topic_id)
            if place is not None and place.collapsed:
                self._desk.maps.fold(topic.topic_id)
