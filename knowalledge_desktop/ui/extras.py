"""What is asked besides what the person asks for, when they have set it: only while there is plenty left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from knowalledge_desktop.core.graph import Explanation
from knowalledge_desktop.core.request import Answer, EngineChoice
from knowalledge_desktop.core.settings import Ahead
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.ui.map_controller import AHEAD
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.main_window import MainWindow

SECOND_LOOK = "second-look:"
"""Begins the keys of second looks; the topic's id follows."""

PAUSE_S = 1.0
"""The view comes to rest, and what the person clicks next goes first."""


class Extras(QObject):
    """Starts asking ahead when a map has grown. Another map, another expansion or Stop ends it."""

    def __init__(self, desk: Desk, window: MainWindow, services: Services, tasks: TaskRunner) -> None:
        super().__init__(desk)
        self._maps, self._window = desk.maps, window
        self._services, self._tasks = services, tasks
        desk.maps.grown.connect(self._on_grown)
        desk.maps.explained.connect(self._on_explained)
        desk.maps.opened.connect(lambda _document: self.stop())
        window.map_page.stop_requested.connect(self.stop)

    def stop(self) -> None:
        """End what was begun for a map: it is not seen any more, or nothing more is to be asked."""
        for key in self._tasks.running():
            if key == AHEAD or key.startswith(SECOND_LOOK):
                self._tasks.cancel(key)

    def _on_grown(self, topic_id: str, answer: Answer, _count: int) -> None:
        settings, session = self._services.preferences.settings, self._maps.session
        wanted = settings.ahead is not Ahead.OFF and settings.engine is not EngineChoice.ATLAS
        if session is not None and wanted and answer.provenance.engine == "gemini" and answer.substitute is None:
            self._tasks.start(AHEAD, self._fetch(session, topic_id))

    def _on_explained(self, explanation: Explanation) -> None:
        settings, session = self._services.preferences.settings, self._maps.session
        if session is not None and settings.second_look and explanation.provenance.engine == "gemini":
            self._tasks.start(f"{SECOND_LOOK}{explanation.topic_id}", self._look(session, explanation))

    async def _look(self, session: MapSession, explanation: Explanation) -> None:
        await self._services.second_look.look(session, explanation)

    async def _fetch(self, session: MapSession, topic_id: str) -> None:
        await self._services.sleep(PAUSE_S)
        document, canvas = session.map, self._window.canvas
        if topic_id in document.topics:
            there = set(canvas.visible_ids())
            open_ = [c for c in document.children(topic_id) if c in there and not document.topics[c].locked]
            seen = [c for c in open_ if canvas.shows((c,))]
            await self._services.prefetch.fetch(document, seen)
