"""Titles that are proposed while a topic is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.ui.panels.top_bar import TopicField


class Completing(QObject):
    """Answers the fields that ask."""

    def __init__(self, services: Services, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._services, self._tasks = services, tasks

    def attach(self, field: TopicField) -> None:
        """Propose titles to a field."""
        key = f"complete:{field.objectName()}"
        field.completion_wanted.connect(lambda text: self._tasks.start(key, self._propose(field, text)))

    async def _propose(self, field: TopicField, text: str) -> None:
        language = self._services.preferences.settings.options.language
        field.propose(text, await self._services.library.complete(text, language))
