"""Requests that wait for their turn, told on their topics: which, for what, and until when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from knowalledge_desktop.core import limit_words
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.request import Queued, Request, Task
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.ask_controller import ASK
from knowalledge_desktop.ui.canvas.pills import GENERATING, QUEUED
from knowalledge_desktop.ui.imaging_controller import ASK_IMAGE
from knowalledge_desktop.ui.map_controller import EXPAND, EXPLAIN, ILLUSTRATE
from knowalledge_desktop.ui.quota_words import translated, when
from knowalledge_desktop.ui.tasks import TaskRunner

POLL_MS = 500
JOB = "job:"
"""What the keys of running jobs begin with."""
_READY = "waits:ready"
_ASKING = (f"{EXPAND}:", f"{EXPLAIN}:", f"{ILLUSTRATE}:", ASK, ASK_IMAGE, JOB)
_TASKS = {
    Task.SUBTOPICS: EXPAND,
    Task.EXPLANATION: EXPLAIN,
    Task.ILLUSTRATION: ILLUSTRATE,
    Task.QUESTION: ASK,
}

Acts = Callable[[], Iterable[tuple[str, str]]]
"""What runs: (kind of act, topic id)."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One act that waits for its turn."""

    kind: str
    topic_id: str
    queued: Queued


class Waits(QObject):
    """Looks twice a second who waits, while anything runs; at rest nothing ticks."""

    changed = Signal()

    def __init__(
        self,
        services: Services,
        tasks: TaskRunner,
        document: Callable[[], Map | None],
        acts: Acts,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._tasks = services, tasks
        self._document, self._acts = document, acts
        self._waits: tuple[Wait, ...] = ()
        self._picture: Queued | None = None
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self.look)
        tasks.started.connect(self._on_started)
        tasks.finished.connect(self._on_finished)

    @property
    def is_ticking(self) -> bool:
        """Whether it looks again by itself."""
        return self._timer.isActive()

    @property
    def all(self) -> tuple[Wait, ...]:
        """Acts on the open map that wait, those whose turn comes first in front."""
        return self._waits

    def of(self, topic_id: str) -> Wait | None:
        """What a topic waits for."""
        return next((wait for wait in self._waits if wait.topic_id == topic_id), None)

    def first(self, topic_id: str) -> Wait | None:
        """The wait of this topic, else the one whose turn comes first."""
        return self.of(topic_id) or (self._waits[0] if self._waits else None)

    def words(self, kind: str, topic_id: str) -> str:
        """A sentence for an act on a topic that waits; empty when it does not."""
        found = next((w.queued for w in self._waits if (w.kind, w.topic_id) == (kind, topic_id)), None)
        return "" if found is None else wait_sentence(found, self._services.now())

    def picture_words(self) -> str:
        """The same for the question what a picture shows."""
        return "" if self._picture is None else wait_sentence(self._picture, self._services.now())

    def mark(self, states: Mapping[str, str]) -> dict[str, str]:
        """The states of topics, "queued" for those that do nothing but wait."""
        waiting = {wait.topic_id for wait in self._waits}
        return {
            topic_id: QUEUED if state == GENERATING and topic_id in waiting else state
            for topic_id, state in states.items()
        }

    def remarks(self) -> dict[str, str]:
        """A sentence for each topic that waits."""
        now = self._services.now()
        return {wait.topic_id: wait_sentence(wait.queued, now) for wait in reversed(self._waits)}

    def look(self) -> None:
        """See who waits now."""
        before = self._waits
        self._waits = self._matched()
        self._picture = self._of_picture()
        if self._waits or before:  # the seconds count down, so it is told anew even when nothing else is
            self.changed.emit()
        if not self._runs():
            self._timer.stop()

    # --- inside ---

    def _matched(self) -> tuple[Wait, ...]:
        document = self._document()
        if document is None or not self._runs():
            return ()
        running = {_name(document, kind, topic_id): (kind, topic_id) for kind, topic_id in self._acts()}
        found = [
            Wait(*running[name], queued)
            for request, queued in self._services.quota.waiting()
            if (name := _name_of(request)) in running
        ]
        return tuple(sorted(found, key=lambda wait: wait.queued.position))

    def _of_picture(self) -> Queued | None:
        if not self._tasks.is_running(ASK_IMAGE):
            return None
        board = self._services.quota.waiting()
        return next((queued for request, queued in board if request.task is Task.IMAGE_TOPIC), None)

    def _runs(self) -> bool:
        return any(key.startswith(_ASKING) for key in self._tasks.running())

    def _on_started(self, key: str) -> None:
        if key.startswith(_ASKING) and not self._timer.isActive():
            self._tasks.start(_READY, self._begin())

    async def _begin(self) -> None:
        await self._services.prepare()  # off the loop; who waits is not known before
        if self._runs():
            self._timer.start()

    def _on_finished(self, key: str) -> None:
        if key.startswith(_ASKING) and self._timer.isActive():
            self.look()


def _name(document: Map, kind: str, topic_id: str) -> tuple[str, tuple[str, ...]]:
    return kind, tuple(topic.title for topic in document.path(topic_id))


def _name_of(request: Request) -> tuple[str, tuple[str, ...]]:
    return _TASKS.get(request.task, ""), (*request.path, request.topic)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Waiting", text)


def wait_reason(queued: Queued) -> str:
    """What stands in the way: "requests per minute of gemini-x"."""
    return limit_words.reason(queued, translated)


def wait_time(queued: Queued, now: float, *, place: bool = True) -> str:
    """When its turn may come and, unless that is left out, its place: "free in 23 s, number 2 in line"."""
    line = limit_words.place(queued, translated)
    free = limit_words.free(queued, lambda until: when(until, now), translated)
    if not free:
        return line
    return f"{free}, {line}" if place else free


def wait_sentence(queued: Queued, now: float) -> str:
    """All of it in one line."""
    return _tr("Waits: {reason}, {time}").format(reason=wait_reason(queued), time=wait_time(queued, now))
