"""The acts on the open map: what runs, what came of it, and what it changed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from knowalledge_desktop.core.errors import AppError, ContentBlocked, NewerVersion, TopicGone, UserInputError
from knowalledge_desktop.core.graph import Change, Explanation, Map, Place
from knowalledge_desktop.core.request import Answer, Options, Restarted, TextDelta
from knowalledge_desktop.core.views import View
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.services.views import put_places
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.services.explain import Explained

EXPAND, EXPLAIN, ILLUSTRATE = "expand", "explain", "illustrate"
AHEAD = "ahead"
"""Key of what is asked ahead for the open map; it is no act of the person's."""

_KINDS = (EXPAND, EXPLAIN, ILLUSTRATE)


class MapController(QObject):
    """Owns the open session. Widgets tell it what is wanted and listen to what happened."""

    opened = Signal(object)  # Map | None
    changed = Signal(object, object)  # Change, Map
    states_changed = Signal(object)  # dict[str, str]
    activity_changed = Signal()
    growing = Signal(str, int)  # topic id, expected count
    grown = Signal(str, object, int)  # topic id, Answer, how many were new
    not_grown = Signal(str)
    text_begun = Signal(str)
    text_added = Signal(str, str)
    text_restarted = Signal(str)
    text_ended = Signal(str)
    explained = Signal(object)  # Explanation
    removed = Signal(object)  # Change
    topic_failed = Signal(str, object)  # topic id, AppError

    def __init__(self, services: Services, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._tasks = tasks
        self._session: MapSession | None = None
        self._states: dict[str, str] = {}
        self._failed: dict[str, tuple[str, AppError]] = {}
        self._partial: dict[str, str] = {}
        self._answers: dict[str, tuple[Explanation, Answer]] = {}
        self._unstored: dict[str, Place] = {}
        self.view = View.MIND  # the one that is seen: what is put somewhere is put there in this view
        tasks.finished.connect(self._task_ended)

    # --- the open map ---

    @property
    def session(self) -> MapSession | None:
        """The open session."""
        return self._session

    @property
    def map(self) -> Map | None:
        """The open map."""
        return self._session.map if self._session else None

    def partial_text(self, topic_id: str) -> str | None:
        """The text that is being written for a topic, or None."""
        return self._partial.get(topic_id)

    @property
    def states(self) -> dict[str, str]:
        """Topics with an act that runs or has failed: "generating" or "failed"."""
        return dict(self._states)

    def failure(self, topic_id: str) -> AppError | None:
        """Why the last act on a topic failed, or None."""
        found = self._failed.get(topic_id)
        return found[1] if found else None

    def failed_act(self, topic_id: str) -> str:
        """The kind of act that failed last on a topic, empty when none did."""
        return self._failed[topic_id][0] if topic_id in self._failed else ""

    def answer_for(self, explanation: Explanation) -> Answer | None:
        """The answer an explanation came with, while the map is open: it tells who stood in for whom."""
        found = self._answers.get(explanation.key)
        if (
            found is None
            or replace(found[0], opinion=explanation.opinion, opinion_note=explanation.opinion_note) != explanation
        ):
            return None  # another text by now; what a person thinks of it makes it no other one
        return found[1]

    def note_failure(self, map_id: str, topic_id: str, error: AppError | None) -> None:
        """A batch failed to explain a topic, or (None) asks for it anew."""
        if self.map is None or self.map.map_id != map_id or (error is None and topic_id not in self._failed):
            return
        if error is None:
            del self._failed[topic_id]
            self._states.pop(topic_id, None)
        else:
            self._states[topic_id] = "failed"
            self._fail(EXPLAIN, topic_id, error)
        self.states_changed.emit(dict(self._states))

    def running(self) -> tuple[tuple[str, str], ...]:
        """Acts that run: (kind, topic id)."""
        return tuple(tuple(key.split(":", 1)) for key in self._tasks.running() if _is_act(key))  # type: ignore[misc]

    def explore(self, topic: str) -> None:
        """Begin a map of a topic; raises UserInputError."""
        self.begin(self._services.explore.new_map(topic))

    def begin(self, session: MapSession, language: str = "") -> None:
        """Open a new map and have its root expanded, in another language than the set one when one is named."""
        self.show(session)
        self.expand(session.map.root_id, language=language)

    def show(self, session: MapSession | None) -> None:
        """Make a session the open one; what ran on the old one is stopped."""
        self.stop_all()
        if session is not None:
            session.listen(lambda change, document: self._show_change(session, change, document))
        self._session = session
        self._states, self._failed, self._partial, self._unstored = {}, {}, {}, {}
        self._answers = {}
        self.states_changed.emit({})
        self.opened.emit(session.map if session else None)

    # --- asking ---

    def expand(self, topic_id: str, *, fresh: bool = False, language: str = "") -> None:
        """Ask for subtopics."""
        if self._session and topic_id in self._session.map.topics and not self._runs(EXPAND, topic_id):
            options = self._services.preferences.settings.options
            options = replace(options, language=language) if language else options
            self.growing.emit(topic_id, options.count)
            self._begin(EXPAND, topic_id, self._expand(self._session, topic_id, options, fresh=fresh))

    def explain(self, topic_id: str, options: Options | None = None, *, fresh: bool = False) -> None:
        """Ask for an explanation."""
        if self._session and topic_id in self._session.map.topics:
            asked = options or self._services.preferences.settings.options
            self._partial[topic_id] = ""
            self.text_begun.emit(topic_id)
            self._begin(EXPLAIN, topic_id, self._explain(self._session, topic_id, asked, fresh=fresh))

    def illustrate(self, topic_id: str, *, fresh: bool = False) -> None:
        """Ask for a picture, in place of one that is there."""
        if self._session and topic_id in self._session.map.topics and not self._runs(ILLUSTRATE, topic_id):
            options = self._services.preferences.settings.options
            self._begin(ILLUSTRATE, topic_id, self._illustrate(self._session, topic_id, options, fresh=fresh))

    def retry(self, topic_id: str) -> None:
        """Do the act again that failed on a topic."""
        kind, error = self._failed.get(topic_id, (EXPAND, None))
        fresh = isinstance(error, ContentBlocked)  # what was declined is remembered: this asks anew
        if kind == EXPLAIN:
            self.explain(topic_id, fresh=fresh)
        else:
            {EXPAND: self.expand, ILLUSTRATE: self.illustrate}[kind](topic_id, fresh=fresh)

    def stop_drawing(self, topic_id: str) -> bool:
        """Stop the picture of a topic only; whether there was one."""
        return self._tasks.cancel(_key(ILLUSTRATE, topic_id))

    def stop(self, topic_id: str) -> bool:
        """Stop what runs on a topic; whether anything did."""
        stopped = {self._tasks.cancel(_key(kind, topic_id)) for kind in _KINDS}
        return True in stopped

    def stop_all(self) -> None:
        """Stop all acts on the map, and what is asked ahead for it."""
        self._tasks.cancel(AHEAD)
        for kind, topic_id in self.running():
            self._tasks.cancel(_key(kind, topic_id))

    async def _expand(self, session: MapSession, topic_id: str, options: Options, *, fresh: bool) -> None:
        engine = self._services.preferences.settings.engine
        steps = self._services.explore.expand(session, topic_id, options, engine=engine, fresh=fresh)
        async with aclosing(steps):
            async for step in steps:
                self.grown.emit(topic_id, step.answer, step.added)

    async def _illustrate(self, session: MapSession, topic_id: str, options: Options, *, fresh: bool) -> None:
        engine = self._services.preferences.settings.engine
        await self._services.imaging.illustrate(session, topic_id, options, engine=engine, fresh=fresh)

    async def _explain(self, session: MapSession, topic_id: str, options: Options, *, fresh: bool) -> None:
        engine = self._services.preferences.settings.engine
        parts = self._services.explain.explain(session, topic_id, options, engine=engine, fresh=fresh)
        async with aclosing(parts):
            async for part in parts:
                if isinstance(part, TextDelta):
                    self._partial[topic_id] = self._partial.get(topic_id, "") + part.text
                    self.text_added.emit(topic_id, part.text)
                elif isinstance(part, Restarted):
                    self._partial[topic_id] = ""
                    self.text_restarted.emit(topic_id)
                else:
                    self._finish_text(session, topic_id, part)

    def _finish_text(self, session: MapSession, topic_id: str, part: Explained) -> None:
        if self._session is session:
            self._partial.pop(topic_id, None)
            self._answers[part.explanation.key] = (part.explanation, part.answer)
            self.explained.emit(part.explanation)

    # --- editing ---

    def rename(self, topic_id: str, title: str) -> None:
        """Give a topic another title."""
        self._edit("rename", lambda session: self._services.edit.rename(session, topic_id, title))

    def remove(self, topic_id: str) -> None:
        """Remove a topic with its branch."""
        if self._session is not None:
            self.stop(topic_id)
            self._tasks.start(f"edit:remove:{topic_id}", self._remove(self._session, topic_id))

    def remove_picture(self, topic_id: str) -> None:
        """Take a topic's picture away."""
        imaging = self._services.imaging
        self._edit("remove picture", lambda session: imaging.remove_picture(session, topic_id))

    def add(self, parent_id: str, title: str) -> None:
        """Add a person's own subtopic."""
        self._edit("add", lambda session: self._services.edit.add(session, parent_id, title))

    def fold(self, topic_id: str) -> None:
        """Hide what is below a topic, or show it again."""
        place = self.map.places.get(topic_id) if self.map else None
        if place is not None:
            collapsed = not place.collapsed
            self._edit("fold", lambda session: self._services.edit.fold(session, topic_id, collapsed=collapsed))

    def place(self, places: dict[str, Place], by_person: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Store where topics sit."""
        if self._session is not None:
            session, view = self._session, self.view
            self._tasks.start(
                f"place:{view}:{min(places)}", self._place(session, view, places, by_person=by_person)
            )

    def tidy(self, places: dict[str, Place]) -> None:
        """Move all topics to the places of a fresh layout; one step of undo."""
        view = self.view
        self._edit("tidy", lambda session: put_places(session, view, places, "tidy"))

    def undo(self) -> None:
        """Take the last act back."""
        self._edit("undo", lambda session: session.undo())

    def redo(self) -> None:
        """Do the undone act again."""
        self._edit("redo", lambda session: session.redo())

    async def _place(self, session: MapSession, view: View, places: dict[str, Place], *, by_person: bool) -> None:
        if view is not View.MIND:
            await put_places(session, view, places, "move" if by_person else "place", undoable=by_person)
            return
        # A new map is stored with its first subtopics; where its root sits waits until then.
        places = {**self._unstored, **places}
        if not session.is_stored:
            self._unstored = places
            return
        self._unstored = {}
        there = {i: place for i, place in places.items() if i in session.map.topics}
        await self._services.edit.place(session, there, by_person=by_person)

    def _edit(self, what: str, act: Callable[[MapSession], Coroutine[Any, Any, Change | None]]) -> None:
        if self._session is not None:
            self._tasks.start(f"edit:{what}:{id(act)}", self._run_edit(self._session, act))

    async def _run_edit(
        self, session: MapSession, act: Callable[[MapSession], Coroutine[Any, Any, Change | None]]
    ) -> None:
        await act(session)

    async def _remove(self, session: MapSession, topic_id: str) -> None:
        change = await self._services.edit.remove(session, topic_id)
        if change and self._session is session:
            self.removed.emit(change)

    # --- inside ---

    def _show_change(self, session: MapSession, change: Change, document: Map) -> None:
        if self._session is session:
            self.changed.emit(change, document)
            self.activity_changed.emit()

    def _begin(self, kind: str, topic_id: str, work: Coroutine[Any, Any, None]) -> None:
        if isinstance(refused := self._services.backups.refuses, NewerVersion):
            work.close()  # nobody is asked for what could not be kept
            work = _refuse(refused)
        self._failed.pop(topic_id, None)
        self._states[topic_id] = "generating"
        self._tasks.start(_key(kind, topic_id), work, lambda error: self._fail(kind, topic_id, error))
        self.states_changed.emit(dict(self._states))
        self.activity_changed.emit()

    def _fail(self, kind: str, topic_id: str, error: AppError) -> None:
        if isinstance(error, TopicGone):  # nothing is left to show it at
            return
        self._failed[topic_id] = (kind, error)
        self.topic_failed.emit(topic_id, error)

    def _task_ended(self, key: str) -> None:
        if not _is_act(key):
            return
        kind, topic_id = key.split(":", 1)
        if kind == EXPAND and not self._runs(EXPAND, topic_id):
            self.not_grown.emit(topic_id)
        if kind == EXPLAIN and not self._runs(EXPLAIN, topic_id):
            self._partial.pop(topic_id, None)
            self.text_ended.emit(topic_id)
        if not any(self._runs(each, topic_id) for each in _KINDS):
            failed = self._failed.get(topic_id)
            if failed and not isinstance(failed[1], UserInputError):  # asking again would not help
                self._states[topic_id] = "failed"
            else:
                self._states.pop(topic_id, None)
        self.states_changed.emit(dict(self._states))
        self.activity_changed.emit()

    def _runs(self, kind: str, topic_id: str) -> bool:
        return self._tasks.is_running(_key(kind, topic_id))


async def _refuse(error: AppError) -> None:
    raise error


def _key(kind: str, topic_id: str) -> str:
    return f"{kind}:{topic_id}"


def _is_act(key: str) -> bool:
    return key.startswith(tuple(f"{kind}:" for kind in _KINDS))
