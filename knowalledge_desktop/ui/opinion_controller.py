"""Keeps what a person thinks of an explanation: one step of undo each, and nothing leaves this device."""

from __future__ import annotations

from PySide6.QtCore import QObject

from knowalledge_desktop.core.graph import Opinion
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.ui.map_controller import MapController
from knowalledge_desktop.ui.panels.explanation_opinion import OpinionRow
from knowalledge_desktop.ui.tasks import TaskRunner


class OpinionController(QObject):
    """Listens to the buttons under the explanation that is shown."""

    def __init__(
        self, opinions: OpinionRow, maps: MapController, services: Services, tasks: TaskRunner, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._row, self._maps, self._services, self._tasks = opinions, maps, services, tasks
        opinions.judged.connect(self._judge)
        opinions.report_requested.connect(self._report)

    def _judge(self, opinion: Opinion) -> None:
        if self._row.explanation is not None:
            self._keep(self._row.explanation.key, opinion)

    def _report(self) -> None:
        kept, document = self._row.explanation, self._maps.map
        if kept is None or document is None or kept.topic_id not in document.topics:
            return
        from knowalledge_desktop.ui.dialogs.report_dialog import ReportDialog

        def keep(remark: str) -> None:
            opinion = Opinion.WRONG if remark.strip() else kept.opinion
            self._keep(kept.key, opinion, remark)

        dialog = ReportDialog(document, kept, self._row.window())
        dialog.kept.connect(keep)
        dialog.open()

    def _keep(self, key: str, opinion: Opinion, remark: str | None = None) -> None:
        session = self._maps.session
        if session is not None:
            self._tasks.start(f"edit:judge:{key}", self._write(session, key, opinion, remark))

    async def _write(self, session: MapSession, key: str, opinion: Opinion, remark: str | None) -> None:
        await self._services.edit.judge(session, key, opinion, remark)
