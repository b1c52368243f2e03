"""Offline as a state: known from real calls and from the system, shown quietly; what needs the net can wait.

Nobody's host is asked whether there is a connection. The system's word (`QNetworkInformation`) only says that
there is none; that there is one is shown by an answer alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from knowalledge_desktop.core.errors import AppError, CircuitOpen, Offline
from knowalledge_desktop.core.graph import Explanation
from knowalledge_desktop.core.request import Answer, EngineChoice, Task
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.status import Connection
from knowalledge_desktop.ui.map_controller import EXPAND, EXPLAIN, ILLUSTRATE
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from PySide6.QtNetwork import QNetworkInformation

    from knowalledge_desktop.services.session import MapSession
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.main_window import MainWindow

LATER = "offline:later"
_TASKS = {EXPAND: Task.SUBTOPICS, EXPLAIN: Task.EXPLANATION, ILLUSTRATE: Task.ILLUSTRATION}


class OfflineController(QObject):
    """The badge, and what is put off until there is a connection."""

    def __init__(self, desk: Desk, window: MainWindow, services: Services, tasks: TaskRunner) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services, self._tasks = desk, window, services, tasks
        self._system: QNetworkInformation | None = None
        self._cut = False
        services.status.listen(self._on_connection)
        desk.maps.topic_failed.connect(self._on_failed)
        desk.maps.grown.connect(self._on_grown)
        desk.maps.explained.connect(self._on_explained)
        desk.jobs.changed.connect(self.show_state)
        window.status_bar.offline.queue_requested.connect(desk.jobs.open)

    @property
    def is_offline(self) -> bool:
        """Whether the last real call or the system says that there is no connection."""
        return self._cut or self._services.status.snapshot().connection is Connection.OFFLINE

    def begin(self) -> None:
        """Listen to the system from now on, where it knows of connections."""
        from PySide6.QtNetwork import QNetworkInformation

        if QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Reachability):
            self._system = QNetworkInformation.instance()
            self._system.reachabilityChanged.connect(lambda _: self._on_system())
            self._on_system()

    def hear_system(self, *, cut: bool) -> None:
        """The system has found that there is no connection at all, or that there is one of some kind."""
        came_back = self._cut and not cut
        self._cut = cut
        if cut:
            self._services.jobs.disconnected()
        elif came_back:
            self._services.jobs.connected()  # they find out for themselves whether it reaches
        self.show_state()

    def later(self, kind: str, topic_id: str) -> None:
        """Do it when there is a connection: a job in the list of batches, which waits."""
        session = self._desk.maps.session
        if session is not None and topic_id in session.map.topics:
            self._tasks.start(f"{LATER}:{kind}:{topic_id}", self._later(session, kind, topic_id))

    def show_state(self) -> None:
        """The badge as it is now."""
        waiting = self._desk.jobs.waiting_for((Offline.__name__, CircuitOpen.__name__))
        self._window.status_bar.show_offline(offline=self.is_offline, waiting=waiting)

    # --- what happened ---

    def _on_system(self) -> None:
        from PySide6.QtNetwork import QNetworkInformation

        if self._system is not None:
            none = QNetworkInformation.Reachability.Disconnected
            self.hear_system(cut=self._system.reachability() == none)

    def _on_connection(self, connection: Connection) -> None:
        if connection is Connection.ONLINE:
            self._services.jobs.connected()
        elif connection is Connection.OFFLINE:
            self._services.jobs.disconnected()
        self.show_state()
        self._desk.settings.show_status()

    def _on_failed(self, topic_id: str, error: AppError) -> None:
        kind = self._desk.maps.failed_act(topic_id)
        if self._is_for_want_of_it(type(error).__name__) and kind in _TASKS:
            self._offer(kind, topic_id)

    def _on_grown(self, topic_id: str, answer: Answer, _: int) -> None:
        if self._stands_in(answer):
            self._offer(EXPAND, topic_id)

    def _on_explained(self, explanation: Explanation) -> None:
        answer = self._desk.maps.answer_for(explanation)
        if answer is not None and self._stands_in(answer):
            self._offer(EXPLAIN, explanation.topic_id)

    def _offer(self, kind: str, topic_id: str) -> None:
        # After whatever else is told of it, as the newest message is the one that is seen.
        QTimer.singleShot(0, self, lambda: self._tell_offer(kind, topic_id))

    def _tell_offer(self, kind: str, topic_id: str) -> None:
        document = self._desk.maps.map
        if document is None or topic_id not in document.topics:
            return
        texts = {
            EXPAND: self.tr("You are offline. Gemini can be asked for subtopics of ‘{title}’ later."),
            EXPLAIN: self.tr("You are offline. Gemini can be asked to explain ‘{title}’ later."),
            ILLUSTRATE: self.tr("You are offline. Gemini can be asked to draw ‘{title}’ later."),
        }
        text = texts[kind].format(title=document.topics[topic_id].title)
        self._window.notifier.show(text, self.tr("Do it when online"), lambda: self.later(kind, topic_id))

    async def _later(self, session: MapSession, kind: str, topic_id: str) -> None:
        options = self._services.preferences.settings.options
        job = await self._services.jobs.start(
            session.map, [topic_id], options, EngineChoice.GEMINI, fresh=True, task=_TASKS[kind]
        )
        await self._desk.jobs.launch(job, session)
        self._window.notifier.show(
            self.tr("It waits in Batches until there is a connection."), self.tr("Batches"), self._desk.jobs.open
        )
        self.show_state()

    def _stands_in(self, answer: Answer) -> bool:
        """Whether it is there because Gemini could not be reached."""
        return answer.substitute is not None and self._is_for_want_of_it(answer.substitute.because)

    def _is_for_want_of_it(self, because: str) -> bool:
        """Whether there was no connection; after some such failures nothing is tried for a while (CircuitOpen)."""
        return because == Offline.__name__ or (because == CircuitOpen.__name__ and self.is_offline)
