"""Gathers a diagnosis off the loop, shows it, and saves it where a person wants."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.dialogs.ask import ask
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.ui.dialogs.diagnosis_dialog import DiagnosisDialog

_SHOW, _WRITE = "diagnosis:show", "diagnosis:write"


class DiagnosisController(QObject):
    """Made when it is first asked for."""

    def __init__(self, window: QWidget, services: Services, tasks: TaskRunner) -> None:
        super().__init__(window)
        self._window, self._services, self._tasks = window, services, tasks

    def open(self) -> None:
        """Show what a diagnosis file would hold."""
        self._tasks.start(_SHOW, self._show())

    async def _show(self) -> None:
        from knowalledge_desktop.ui.dialogs.diagnosis_dialog import DiagnosisDialog

        dialog = DiagnosisDialog(self._window)
        dialog.save_requested.connect(lambda: self._ask_where(dialog))
        self._tasks.start("diagnosis:gather", self._gather(dialog))
        await ask(dialog)

    async def _gather(self, dialog: DiagnosisDialog) -> None:
        from knowalledge_desktop.services.diagnosis_bundle import contents

        services = self._services
        findings = await services.diagnosis.doctor()
        found = [{"name": f.name, "passed": f.passed, "text": f.text} for f in findings]
        logs, settings = services.folders.state / "logs", services.preferences.settings
        files = await asyncio.to_thread(contents, found, settings, logs, os.environ, services.now())
        dialog.show_files(files, sum(not each.passed for each in findings))

    def _ask_where(self, dialog: DiagnosisDialog) -> None:
        chooser = QFileDialog(dialog, self.tr("Save the diagnosis"))
        chooser.setObjectName("diagnosisSaveDialog")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilters(["*.zip"])
        chooser.setDefaultSuffix("zip")
        chooser.selectFile("knowalledge-diagnosis.zip")
        chooser.fileSelected.connect(lambda path: self._tasks.start(_WRITE, self.write(dialog, Path(path))))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    async def write(self, dialog: DiagnosisDialog, path: Path) -> None:
        """Write the file; raises StorageError."""
        from knowalledge_desktop.services.diagnosis_bundle import write

        await asyncio.to_thread(write, path, dialog.files)
        dialog.tell(self.tr("Written to {path}. Read it before you send it.").format(path=path))
