"""Keeps the topic panel telling what is so: kept text, running text, trouble, and who stood in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from knowalledge_desktop.core.errors import AppError, TopicNotFound, UserInputError
from knowalledge_desktop.core.graph import Explanation
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.map_controller import MapController
from knowalledge_desktop.ui.messages import Message, message_for

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.main_window import MainWindow


class TopicDesk(QObject):
    """Shows the selected topic. All ways of showing it go through `show`, so none forgets a part."""

    def __init__(self, desk: Desk, window: MainWindow, services: Services, maps: MapController) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services, self._maps = desk, window, services, maps
        self._reads_after: set[str] = set()
        detail = window.detail
        detail.explain_requested.connect(lambda topic_id: maps.explain(topic_id))
        detail.expand_requested.connect(maps.expand)
        detail.regenerate_requested.connect(lambda topic_id: maps.explain(topic_id, fresh=True))
        detail.stop_requested.connect(maps.stop)
        detail.retry_requested.connect(maps.retry)
        detail.suggestion_chosen.connect(desk.explore)
        maps.text_begun.connect(self._on_text_begun)
        maps.text_added.connect(self._on_text_added)
        maps.text_restarted.connect(self._on_text_begun)
        maps.text_ended.connect(self._on_text_ended)
        maps.explained.connect(self._on_explained)
        maps.topic_failed.connect(self._on_failed)

    def forget(self) -> None:
        """Another map is open."""
        self._reads_after.clear()

    def show(self, topic_id: str) -> None:
        """Show a topic as it is now."""
        detail, maps = self._window.detail, self._maps
        partial = maps.partial_text(topic_id)
        detail.show_topic(maps.map, topic_id, answer_for=maps.answer_for, now=self._services.now())
        if partial is not None:
            detail.begin_text(partial)
        failure = maps.failure(topic_id)
        if failure is not None:
            self._show_failure(failure)

    def refresh(self) -> None:
        """The map has changed: show the selected topic anew; a text that is being written goes on."""
        selected = self._window.canvas.selected_id
        if self._maps.partial_text(selected) is None:
            self.show(selected)

    def read(self, topic_id: str) -> None:
        """Go into the explanation; ask for it when there is none."""
        document = self._maps.map
        if document is None:
            return
        self._window.open_panel()
        if document.explanations_of(topic_id):
            self._window.detail.view.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._reads_after.add(topic_id)
            self._maps.explain(topic_id)

    def _is_shown(self, topic_id: str) -> bool:
        return topic_id == self._window.detail.topic_id

    def _on_text_begun(self, topic_id: str) -> None:
        if self._is_shown(topic_id):
            self._window.open_panel()
            self._window.detail.begin_text("")

    def _on_text_added(self, topic_id: str, text: str) -> None:
        if self._is_shown(topic_id):
            self._window.detail.view.grow(text)

    def _on_text_ended(self, topic_id: str) -> None:
        if self._is_shown(topic_id):
            self.show(topic_id)

    def _on_explained(self, explanation: Explanation) -> None:
        if self._is_shown(explanation.topic_id) and explanation.topic_id in self._reads_after:
            self._window.detail.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self._reads_after.discard(explanation.topic_id)

    def _on_failed(self, topic_id: str, error: AppError) -> None:
        self._reads_after.discard(topic_id)
        if self._is_shown(topic_id):
            self._window.open_panel()
            self.show(topic_id)
        else:
            self._desk.tell_error(error)

    def _show_failure(self, error: AppError) -> None:
        nearest = error.nearest if isinstance(error, TopicNotFound) else ()
        message = message_for(error, self._services.now())
        if isinstance(error, TopicNotFound) and nearest:  # the titles are the buttons
            text = self.tr("The Atlas has no ‘{topic}’. These are nearest:").format(topic=error.topic)
            message = Message(message.title, text, "")
        self._window.detail.show_error(message, nearest, can_retry=not isinstance(error, UserInputError))
