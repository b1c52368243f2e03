"""What a person does to topics by hand: each act one step of undo, also when it is about several at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine
from itertools import count
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication

from knowalledge_desktop.core.edits_twins import twins
from knowalledge_desktop.core.graph import Change, Map, Place, PutLink, PutTopic
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.ui.canvas.hand_overlay import LINK, MOVE
from knowalledge_desktop.ui.link_controller import LinkController
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.main_window import MainWindow

SAID_MS = 4_000
"""How long the quiet line tells what was done."""
Act = Callable[[MapSession], Coroutine[Any, Any, Change]]


class EditController(QObject):
    """Does what the canvas, the outline, the menu and the palette ask for."""

    def __init__(self, desk: Desk, window: MainWindow, services: Services, tasks: TaskRunner) -> None:
        super().__init__(desk)
        self._window, self._maps = window, desk.maps
        self._edit, self._tasks = services.edit, tasks
        self._numbers = count()
        self._moved = ""
        self._maps.changed.connect(self._withdraw)
        canvas, hands, acts = window.canvas, window.canvas.hands, window.canvas.keys.acts
        hands.reparent_requested.connect(self.reparent)
        hands.remove_requested.connect(self.remove)
        hands.aimed.connect(lambda _act: self._tell_hands())
        hands.root_stays.connect(lambda: self.say(self.tr("The root of the map stays where it is.")))
        hands.picks.changed.connect(self._tell_hands)
        acts.copy_requested.connect(lambda cut: self.cut() if cut else self.copy())
        acts.note_requested.connect(self.write_note)
        acts.tag_requested.connect(self.choose_tag)
        acts.lock_requested.connect(self.lock)
        acts.pin_requested.connect(lambda: self.pin_topics(self.chosen, pinned=not self.are_pinned(self.chosen)))
        acts.unite_requested.connect(self.unite)
        acts.shift_requested.connect(self.shift)
        acts.level_requested.connect(lambda level: self.fold_to(level or None))
        window.detail.marks.note_requested.connect(self.write_note)
        window.detail.marks.unlock_requested.connect(lambda topic_id: self.lock_topics((topic_id,), locked=False))
        self.links = LinkController(desk, window, self, services)
        window.outline.share(hands.picks, canvas.keys.press)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The topics that an act is about: those that are picked, else the selected one."""
        return self._window.canvas.hands.chosen

    def about(self, topic_id: str) -> tuple[str, ...]:
        """The topics that an act on this one is about: all picked ones when it is one of them."""
        picks = self._window.canvas.hands.picks
        return picks.ids if topic_id in picks else (topic_id,)

    # --- branches ---

    def remove(self, topic_ids: Collection[str]) -> None:
        """Remove branches; what runs on them is stopped, and a message offers to take it back."""
        session = self._maps.session
        if session is None:
            return
        gone = {i for each in topic_ids if each in session.map.topics for i in session.map.branch(each)}
        for topic_id in {running for _, running in self._maps.running()} & gone:
            self._maps.stop(topic_id)
        self.start("remove", lambda open_: self._remove(open_, tuple(topic_ids)))

    async def _remove(self, session: MapSession, topic_ids: tuple[str, ...]) -> Change:
        change = await self._edit.remove(session, *topic_ids)
        if change and self._maps.session is session:
            self._maps.removed.emit(change)
        return change

    def reparent(self, topic_ids: Collection[str], parent_id: str, places: dict[str, Place]) -> None:
        """Put branches below another topic, and where they were put on the canvas."""
        view, canvas = self._maps.view, self._window.canvas

        async def act(session: MapSession) -> Change:
            change = await self._edit.reparent(session, topic_ids, parent_id, places=places, view=view)
            gone = [each for each in topic_ids if each in canvas.rows.index and not canvas.shows((each,))]
            if change and gone and self._maps.session is session:
                # The camera moves only when it is asked to.
                text = self.tr("It is below {title} now, partly outside the view.")
                text = text.format(title=session.map.topics[parent_id].title)
                self._moved = text
                self._window.notifier.show(text, self.tr("Show"), lambda: canvas.frame_branch(parent_id))
            return change

        self.start("reparent", act)

    def shift(self, topic_id: str, by: int) -> None:
        """Move a topic up or down among its siblings."""

        async def act(session: MapSession) -> Change:
            change = await self._edit.shift(session, topic_id, by)
            topic = session.map.topics.get(topic_id)
            if change and topic is not None and topic.parent_id:
                order = session.map.children(topic.parent_id)
                text = self.tr("{title} is number {n} of {count} now. Nothing on the map moved.")
                self.say(text.format(title=topic.title, n=order.index(topic_id) + 1, count=len(order)))
            return change

        self.start("shift", act)

    def ask_title(self, parent_id: str) -> None:
        """Ask for the title of an own subtopic."""
        document = self._maps.map
        if document is None or parent_id not in document.topics:
            return
        from PySide6.QtWidgets import QInputDialog

        dialog = QInputDialog(self._window)
        dialog.setObjectName("addTopicDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Own subtopic"))
        dialog.setLabelText(self.tr("Subtopic of {title}:").format(title=document.topics[parent_id].title))
        dialog.textValueSelected.connect(lambda text: self.add(parent_id, text))
        dialog.open()

    def add(self, parent_id: str, title: str) -> None:
        """Add an own subtopic; one that the map has already is linked instead of coming twice."""

        async def act(session: MapSession) -> Change:
            change = await self._edit.add(session, parent_id, title, once=True)
            if not any(isinstance(put, PutTopic) for put in change.puts) and parent_id in session.map.topics:
                said = self.tr("{title} is in this map already: a link leads to it.")
                if not change:
                    said = self.tr("{title} is there already.")
                self.say(said.format(title=title.strip()))
            return change

        self.start("add", act)

    def rename(self, topic_id: str, title: str) -> None:
        """Give a topic another title; says so when another one is called the same."""

        async def act(session: MapSession) -> Change:
            change = await self._edit.rename(session, topic_id, title)
            if change and topic_id in session.map.topics and twins(session.map, topic_id):
                self.say(self.tr("Another topic is called so too. J makes one of both."))
            return change

        self.start("rename", act)

    def unite(self, topic_id: str) -> None:
        """Make one topic of this one and its twins."""

        async def act(session: MapSession) -> Change:
            change = await self._edit.unite(session, topic_id)
            if not change and topic_id in session.map.topics:
                text = self.tr("No other topic of this map is called {title}.")
                self.say(text.format(title=session.map.topics[topic_id].title))
            return change

        self.start("unite", act)

    def fold_to(self, level: int | None) -> None:
        """See the topics down to a level; None unfolds all."""
        self.start("fold", lambda session: self._edit.fold_to(session, level))
        said = (
            self.tr("Everything is unfolded") if level is None else self.tr("Folded to level {n}; 0 unfolds all")
        )
        self.say(said.format(n=level))

    # --- the clipboard ---

    def copy(self) -> int:
        """Branches as lines of text on the clipboard; how many topics."""
        from knowalledge_desktop.core.outline_text import outline_of

        document = self._maps.map
        text = outline_of(document, self.chosen) if document is not None else ""
        lines = len(text.splitlines())
        if lines:
            QGuiApplication.clipboard().setText(text)
            self.say(self.tr("Copied as lines of text: {n}").format(n=lines))
        return lines

    def cut(self) -> None:
        """Copy branches and remove them."""
        chosen = self.chosen
        if self.copy():
            self.remove(chosen)

    def paste_below(self) -> None:
        """The lines on the clipboard become branches below the selected topic."""
        self._paste(self._window.canvas.selected_id, QGuiApplication.clipboard().text())

    def paste(self, text: str) -> bool:
        """Lines of text become branches below the selected topic; whether this is where they go."""
        window, parent_id = self._window, self._window.canvas.selected_id
        if not parent_id or not (window.canvas.hasFocus() or window.outline.hasFocus()):
            return False
        self._paste(parent_id, text)
        return True

    def _paste(self, parent_id: str, text: str) -> None:
        async def act(session: MapSession) -> Change:
            change = await self._edit.paste(session, parent_id, text)
            links = [put.after for put in change.puts if isinstance(put, PutLink) and put.after is not None]
            if not change and parent_id in session.map.topics:
                self.say(self.tr("All of this is in the map already."))
            elif len(links) == 1:
                title = session.map.topics[links[0].target_id].title
                self.say(self.tr("{title} is in this map already: a link leads to it.").format(title=title))
            elif links:
                said = self.tr("{n} of these are in this map already: links lead to them.")
                self.say(said.format(n=len(links)))
            return change

        self.start("paste", act)

    def begin_move(self) -> None:
        """Have the topic chosen that the chosen ones are put below."""
        self._window.canvas.hands.begin(MOVE)
        self._window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- marks ---

    def choose_tag(self, topic_id: str) -> None:
        """Open the choice of colours beside a topic."""
        from knowalledge_desktop.ui.topic_menu import tag_menu

        menu = tag_menu(self, self._window, self._window)
        canvas = self._window.canvas
        box = canvas.topic_rect(topic_id) if topic_id else canvas.rect()
        spot = QPoint(box.left(), box.bottom() + 4)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(canvas.mapToGlobal(spot if canvas.rect().contains(spot) else canvas.rect().center()))

    def tag(self, tag: str) -> None:
        """Give the chosen topics a colour tag, or with "" none."""
        chosen = self.chosen
        self.start("tag", lambda session: self._edit.tag(session, chosen, tag))

    def lock(self) -> None:
        """Lock the chosen topics; when all of them are locked, open them again."""
        document, chosen = self._maps.map, self.chosen
        there = [document.topics[each] for each in chosen if each in document.topics] if document else []
        if there:
            self.lock_topics(chosen, locked=not all(topic.locked for topic in there))

    def lock_topics(self, topic_ids: Collection[str], *, locked: bool) -> None:
        """Have engines leave these topics alone, or not any more."""
        self.start("lock", lambda session: self._edit.lock(session, topic_ids, locked=locked))

    def are_pinned(self, topic_ids: Collection[str]) -> bool:
        """Whether all of these are pinned in the view that is seen."""
        document = self._window.canvas.document
        known = [document.places[each] for each in topic_ids if each in document.places] if document else []
        return bool(known) and all(place.pinned for place in known)

    def pin_topics(self, topic_ids: Collection[str], *, pinned: bool) -> None:
        """Have topics stay where they are when this view is tidied up, or not any more."""
        view = self._maps.view

        async def act(session: MapSession) -> Change:
            change = await self._edit.pin(session, topic_ids, view, pinned=pinned)
            if change:
                said = self.tr("Pinned here: tidying up leaves it where it is.")
                self.say(said if pinned else self.tr("Pinned no more."))
            return change

        self.start("pin", act)

    def write_note(self, topic_id: str) -> None:
        """Open the note of a topic."""
        from knowalledge_desktop.ui.dialogs.note_dialog import NoteDialog

        document = self._maps.map
        if document is None or topic_id not in document.topics:
            return
        dialog = NoteDialog(document.topics[topic_id], self._window)
        dialog.kept.connect(
            lambda text: self.start("note", lambda session: self._edit.note(session, topic_id, text))
        )
        dialog.open()

    # --- inside ---

    def start(self, what: str, act: Act) -> None:
        """Run an act on the open map."""
        session = self._maps.session
        if session is not None:
            self._tasks.start(f"edit:{what}:{next(self._numbers)}", self._run(session, act))

    async def _run(self, session: MapSession, act: Act) -> None:
        await act(session)

    def _withdraw(self, change: Change) -> None:
        """Say no more where a branch is once it is somewhere else."""
        if change.reason.startswith("reparent") and self._moved and self._window.notifier.text == self._moved:
            self._window.notifier.hide()

    def say(self, text: str) -> None:
        """Tell quietly what was done, for some seconds."""
        if not self._window.canvas.hands.aim:
            self._window.map_page.show_hint(text, SAID_MS)

    def _tell_hands(self) -> None:
        """What keys do now: while another topic is to be chosen, and while several are picked."""
        hands, document = self._window.canvas.hands, self._maps.map
        self._window.map_page.show_hint(self._hint(hands.aim, hands.picks.ids, document))

    def _hint(self, aim: str, picked: tuple[str, ...], document: Map | None) -> str:
        if document is None:
            return ""
        if aim:
            sources = self._window.canvas.hands.sources
            about = document.topics[sources[0]].title if len(sources) == 1 else self.tr("the picked topics")
            text = (
                self.tr("Link {about} with: click a topic, or walk to it and press Enter. Esc leaves it.")
                if aim == LINK
                else self.tr("Move {about} below: click a topic, or walk to it and press Enter. Esc leaves it.")
            )
            return text.format(about=about)
        if len(picked) > 1:
            text = self.tr(
                "{n} picked  ·  T tag  ·  K lock  ·  P pin  ·  M move  ·  L link  ·  Del remove  ·  Esc lets go"
            )
            return text.format(n=len(picked))
        return ""
