"""Maps that go out to files, and files that come in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.dialogs.ask import ask
from knowalledge_desktop.ui.panels.rail import MAP
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.core.exchange import FormatFacts
    from knowalledge_desktop.services.exchange_report import ExportReport, ImportReport
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.dialogs.exchange_dialogs import ImportDialog, OtherKind
    from knowalledge_desktop.ui.main_window import MainWindow

EXPORT, WRITE, IMPORT, READ = "exchange:export", "exchange:write", "exchange:import", "exchange:read"


class ExchangeController(QObject):
    """Opens the dialogs, and tells what came of it; nothing here is loaded before it is wanted."""

    def __init__(self, desk: Desk, window: MainWindow, services: Services, tasks: TaskRunner) -> None:
        super().__init__(window)
        self._desk, self._window, self._services, self._tasks = desk, window, services, tasks
        window.drop_frame.file_dropped.connect(lambda path: self.take(path))

    def export(self) -> None:
        """Ask which file the open map becomes, and where it is to be."""
        document = self._desk.maps.map
        if document is None or document.root is None:
            self._desk.tell_error(UserInputError(self.tr("There is no map to export yet. Type a topic first.")))
        elif not self._tasks.is_running(EXPORT):
            self._tasks.start(EXPORT, self._export())

    def open_import(self) -> None:
        """Ask which file is to come in."""
        if not self._tasks.is_running(IMPORT):
            self._tasks.start(IMPORT, self._import())

    def take(self, path: Path, *, join: bool = False) -> None:
        """Take in a file that was dropped or chosen."""
        self._tasks.start(READ, self.read(path, join=join))

    async def write(self, name: str, path: Path) -> None:
        """Export the open map; raises UserInputError, StorageError."""
        document = self._desk.maps.map
        if document is None:
            return
        report = await self._services.exchange.export(document, name, path)
        text = self.tr("The map is saved as {name}.").format(name=report.path.name)
        if report.losses:
            self._window.notifier.show(text, self.tr("What is not in it"), lambda: self._show(report))
        else:
            folder = report.path.parent
            self._window.notifier.show(text, self.tr("Open its folder"), lambda: _open_folder(folder))

    async def read(self, path: Path, *, join: bool = False) -> None:
        """Import a file, and see the map with it; raises ImportRefused, UserInputError, StorageError."""
        session = self._desk.maps.session
        report = await self._services.exchange.import_file(
            path, into=session, join=join, held=self._desk.jobs.session_of
        )
        if report.session is not self._desk.maps.session:
            opened = await self._services.library.open(report.session.map.map_id)
            session = self._desk.jobs.session_of(opened.map.map_id) or opened
            await self._window.canvas.get_ready(session.map)
            self._desk.maps.show(session)
        self._window.show_page(MAP)
        self._tell(report)

    # --- inside ---

    def _tell(self, report: ImportReport) -> None:
        if report.conflicts or report.warnings or report.losses:
            self._show(report)
        if report.is_new:
            text = self.tr("{title} is in the library: %n topic(s).", "", report.added)
        elif report.added or report.altered or report.removed:
            text = self.tr("Merged into {title}: {added} added, {altered} altered, {removed} removed.")
        else:
            text = self.tr("{title} has all that is in the file already.")
        told = text.format(
            title=report.session.map.title, added=report.added, altered=report.altered, removed=report.removed
        )
        undoable = not report.is_new and report.session is self._desk.maps.session and "{added}" in text
        if undoable:
            self._window.notifier.show(told, self.tr("Undo"), self._desk.undo)
        else:
            self._window.notifier.show(told)

    def _show(self, report: ExportReport | ImportReport) -> None:
        from knowalledge_desktop.ui.dialogs.exchange_dialogs import ExchangeReportDialog

        ExchangeReportDialog(report, self._window).open()

    def _others(self) -> tuple[OtherKind, ...]:
        """Kinds of file that other controllers make."""
        from knowalledge_desktop.ui.dialogs.exchange_dialogs import OtherKind

        return (
            OtherKind(
                self.tr("Picture: PNG, SVG or PDF"),
                self.tr("What is seen: the map as it lies on the canvas."),
                self._desk.pictures.export,
            ),
        )

    async def _export(self) -> None:
        from knowalledge_desktop.ui.dialogs.exchange_dialogs import ExportDialog, OtherKind

        dialog = ExportDialog(self._services.exchange.formats(), self._others(), self._window)
        if not await ask(dialog):
            return
        chosen = dialog.chosen
        if isinstance(chosen, OtherKind):
            chosen.act()
            return
        self._ask_where(chosen)

    def _ask_where(self, facts: FormatFacts) -> None:
        name = self._file_name()
        from PySide6.QtWidgets import QFileDialog

        chooser = QFileDialog(self._window, self.tr("Export as {format}").format(format=facts.title))
        chooser.setObjectName("exportSaveDialog")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        if facts.folder:  # a folder of that name is made; who types the ending gets one file
            chooser.setNameFilters([self.tr("Folder (*)"), f"*{facts.suffixes[0]}"])
            chooser.setOption(QFileDialog.Option.DontConfirmOverwrite)
            chooser.selectFile(name)
        else:
            chooser.setNameFilters([f"*{suffix}" for suffix in facts.suffixes])
            chooser.setDefaultSuffix(facts.suffixes[0].lstrip("."))
            chooser.selectFile(f"{name}{facts.suffixes[0]}")
        chooser.fileSelected.connect(lambda path: self._tasks.start(WRITE, self.write(facts.name, Path(path))))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    async def _import(self) -> None:
        from knowalledge_desktop.ui.dialogs.exchange_dialogs import ImportDialog

        document = self._desk.maps.map
        dialog = ImportDialog(
            self._services.exchange.formats(),
            lambda dialog: self._choose(dialog, folder=False),
            lambda dialog: self._choose(dialog, folder=True),
            document.title if document else "",
            self._window,
        )
        if await ask(dialog) and dialog.chosen is not None:
            self.take(dialog.chosen, join=dialog.join)

    def _choose(self, dialog: ImportDialog, *, folder: bool) -> None:
        from PySide6.QtWidgets import QFileDialog

        chooser = QFileDialog(dialog, self.tr("Import"))
        chooser.setObjectName("importFileDialog")
        if folder:
            chooser.setFileMode(QFileDialog.FileMode.Directory)
            chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        else:
            chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
            facts = [each for each in self._services.exchange.formats() if each.reads]
            kinds = " ".join(dict.fromkeys(f"*{suffix}" for each in facts for suffix in each.suffixes))
            known = self.tr("Maps and outlines ({kinds})").format(kinds=kinds)
            chooser.setNameFilters([known, self.tr("All files (*)")])
        chooser.fileSelected.connect(lambda path: dialog.take(Path(path)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _file_name(self) -> str:
        document = self._desk.maps.map
        title = document.title if document is not None else ""
        return re.sub(r'[\\/:*?"<>|\s\x00-\x1f]+', " ", title).strip(" .")[:80] or "map"


def _open_folder(folder: Path) -> None:
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
