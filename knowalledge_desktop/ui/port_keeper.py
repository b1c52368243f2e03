"""Keeps the loopback port as the settings want it, while the window lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.app import PortLike
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.services.session import MapSession
    from knowalledge_desktop.ui.main_window import MainWindow


class PortKeeper(QObject):
    """Opens, moves and closes the port. While it is off, nothing of it is loaded."""

    def __init__(
        self,
        window: MainWindow,
        services: Services,
        tasks: TaskRunner,
        port_for: Callable[[Services], PortLike] | None,
    ) -> None:
        super().__init__(window)
        self._window, self._services, self._tasks, self._port_for = window, services, tasks, port_for
        self._port: PortLike | None = None
        self._number = 0

    def follow(self) -> None:
        """The settings have changed."""
        self._tasks.start("port", self.open())

    async def open(self) -> None:
        """Listen where the settings say, or nowhere. What stands in the way is told in the window."""
        wanted = self._services.preferences.settings.port
        if wanted == self._number:
            return
        await self.aclose()
        if not wanted or self._port_for is None:
            return
        port = self._port_for(self._services)
        port.use_sessions(self._held)
        try:
            await port.start(wanted)
        except AppError as error:
            self._window.desk.tell_error(error)
            return
        self._port, self._number = port, wanted
        self._window.canvas.timed = self._services.monitor.numbers.frame

    def _held(self, map_id: str) -> MapSession | None:
        """The session of a map that is open in the window, or worked on behind."""
        session = self._window.desk.maps.session
        if session is not None and session.map.map_id == map_id:
            return session
        return self._window.desk.jobs.session_of(map_id)

    async def aclose(self) -> None:
        """Close the port, if it is open."""
        port, self._port, self._number = self._port, None, 0
        if port is not None:
            self._window.canvas.timed = None
            await port.aclose()
