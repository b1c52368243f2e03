"""Where one is in the map and where one was: the way from the root, back and forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from knowalledge_desktop.ui.find_controller import FindController
from knowalledge_desktop.ui.map_controller import MapController
from knowalledge_desktop.ui.visited import Visited

if TYPE_CHECKING:
    from knowalledge_desktop.ui.main_window import MainWindow


class Wayfinding(QObject):
    """Remembers visits and shows the way."""

    def __init__(self, window: MainWindow, maps: MapController, find: FindController, parent: QObject) -> None:
        super().__init__(parent)
        self._window, self._maps, self._find = window, maps, find
        self._visited = Visited()
        window.top_bar.crumbs.chosen.connect(find.reveal)
        window.top_bar.back_requested.connect(self.back)
        window.top_bar.forward_requested.connect(self.forward)

    def has(self, step: int) -> bool:
        """Whether there is a visit so many steps away."""
        return self._visited.has(step)

    def forget(self) -> None:
        """Another map: no visits yet."""
        self._visited = Visited()

    def visit(self, topic_id: str) -> None:
        """A topic is selected."""
        self._visited.add(topic_id)
        self.show()

    def back(self) -> None:
        """The topic that was visited before."""
        self._go(-1)

    def forward(self) -> None:
        """The topic that was visited after."""
        self._go(1)

    def show(self) -> None:
        """The way from the root to the selected topic."""
        document = self._maps.map
        path = document.path(self._window.canvas.selected_id or document.root_id) if document else ()
        self._window.top_bar.crumbs.show_path([(step.topic_id, step.title) for step in path])

    def _go(self, step: int) -> None:
        there = self._visited.go(step)
        if there and self._maps.map and there in self._maps.map.topics:
            self._find.reveal(there)
