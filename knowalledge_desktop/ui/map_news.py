"""Tells what became of a map: what has grown and from whom, and what was removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from knowalledge_desktop.core.errors import KeyRejected
from knowalledge_desktop.core.graph import Change, PutTopic
from knowalledge_desktop.core.request import Answer, SubstituteKind
from knowalledge_desktop.ui.map_controller import MapController
from knowalledge_desktop.ui.messages import ago, reason

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.main_window import MainWindow


class MapNews(QObject):
    """Shows messages over the map; the one about a removal offers to take it back."""

    def __init__(self, desk: Desk, window: MainWindow, maps: MapController) -> None:
        super().__init__(desk)
        self._desk, self._window, self._maps = desk, window, maps
        self._removal: tuple[Change, str] | None = None
        maps.grown.connect(self._on_grown)
        maps.removed.connect(self._on_removed)

    def _on_grown(self, topic_id: str, answer: Answer, count: int) -> None:
        document = self._maps.map
        title = document.topics[topic_id].title if document and topic_id in document.topics else ""
        if count == 0:
            self._window.notifier.show(self.tr("Nothing new about {title}.").format(title=title))
        elif topic_id != (document.root_id if document else "") and not self._window.canvas.shows(
            document.children(topic_id) if document else ()
        ):
            # The camera moves only when it is asked to.
            text = self.tr("%n new topics of {title}, partly outside the view.", "", count).format(title=title)
            self._window.notifier.show(text, self.tr("Show"), lambda: self._window.canvas.frame_branch(topic_id))
        if answer.substitute is not None and answer.substitute.because != "KeyMissing":
            kept = answer.substitute.kind is SubstituteKind.KEPT
            what = (
                self.tr("a saved copy, {ago}").format(ago=ago(answer.substitute.age_s))
                if kept
                else self.tr("the Atlas")
            )
            text = self.tr("{why}. These subtopics are from {what}.")
            text = text.format(why=reason(answer.substitute.because), what=what)
            if answer.substitute.because == KeyRejected.__name__:
                self._window.notifier.show(text, self.tr("Settings"), self._desk.open_settings)
            else:
                self._window.notifier.show(text)

    def _on_removed(self, change: Change) -> None:
        """A message offers to take it back, as long as that is what undo would do."""
        if change.reason == "remove several":
            count = sum(isinstance(put, PutTopic) for put in change.puts)
            text = self.tr("Removed %n topics.", "", count)
        else:
            count = sum(isinstance(put, PutTopic) for put in change.puts) - 1
            with_branch = self.tr(" with %n subtopics", "", count) if count else ""
            text = self.tr("Removed {title}{branch}.").format(title=change.about, branch=with_branch)
        self._window.notifier.show(text, self.tr("Undo"), self._desk.undo)
        self._removal = (change, text)

    def withdraw_undo(self) -> None:
        """Take the offer back when undo would do something else by now."""
        session = self._maps.session
        if self._removal is None or (session and session.next_undo is self._removal[0]):
            return
        if self._window.notifier.text == self._removal[1]:
            self._window.notifier.hide()
        self._removal = None
