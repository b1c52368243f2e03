"""The whole map as a picture in a file, or on paper."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSizeF
from PySide6.QtGui import QPainter

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.settings import Theme as Scheme
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.dialogs.ask import ask
from knowalledge_desktop.ui.tasks import TaskRunner
from knowalledge_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from knowalledge_desktop.ui.canvas.map_picture import MapPicture
    from knowalledge_desktop.ui.canvas.picture_files import Wish
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.dialogs.export_picture_dialog import PictureWish
    from knowalledge_desktop.ui.main_window import MainWindow

EXPORT, SAVE, PRINT = "map-picture:export", "map-picture:save", "map-picture:print"
PRINT_DPI = 300
"""Dots per inch that a printer is asked for; finer ones only make slower pages of lines and text."""


class ExportPictureController(QObject):
    """Opens the dialogs and makes what was chosen; nothing here is loaded before it is wanted."""

    def __init__(
        self, desk: Desk, window: MainWindow, services: Services, theme: Theme, tasks: TaskRunner
    ) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services = desk, window, services
        self._theme, self._tasks = theme, tasks

    def export(self) -> None:
        """Ask which picture is wanted, and where it is to be."""
        if self._has_map() and not self._tasks.is_running(EXPORT):
            self._tasks.start(EXPORT, self._export())

    def print(self) -> None:
        """Ask over how many pages, and on which printer."""
        if self._has_map() and not self._tasks.is_running(PRINT):
            self._tasks.start(PRINT, self._print())

    async def write(self, wish: Wish, colours: str, path: Path) -> None:
        """Make the picture and write it, whole or not at all. Raises UserInputError and StorageError."""
        from knowalledge_desktop.ui.canvas.picture_files import encoded
        from knowalledge_desktop.ui.saving import write_whole

        document = self._desk.maps.map
        if document is None:
            return
        try:
            data = await encoded(self._picture(colours), wish, document.title)
        except MemoryError as error:
            raise UserInputError(
                self.tr("There is not enough memory for a picture of this size. Choose a smaller one, or SVG.")
            ) from error
        await asyncio.to_thread(write_whole, path, data)
        self._window.notifier.show(
            self.tr("The picture is saved as {name}.").format(name=path.name),
            self.tr("Open its folder"),
            lambda: _open_folder(path.parent),
        )

    def paint_on(self, printer: QPrinter, across: int) -> int:
        """Paint the map on the pages of a printer; returns how many."""
        from knowalledge_desktop.ui.canvas.picture_files import paint_sheet, sheets

        document = self._desk.maps.map
        picture = self._picture(Scheme.LIGHT.value)
        page = printer.pageLayout().paintRectPixels(printer.resolution())
        plan = sheets(picture.size, QSizeF(page.size()), across)
        painter = QPainter(printer)
        try:
            for number in range(plan.count):
                if number:
                    printer.newPage()
                caption = self.tr("{title}, page {number} of {count}").format(
                    title=document.title if document else "", number=number + 1, count=plan.count
                )
                paint_sheet(painter, picture, plan, number, caption)
        finally:
            painter.end()
        return plan.count

    # --- inside ---

    def _has_map(self) -> bool:
        if len(self._window.canvas.rows):
            return True
        self._desk.tell_error(UserInputError(self.tr("There is no map to draw yet. Type a topic first.")))
        return False

    def _picture(self, colours: str) -> MapPicture:
        """The map as it lies on the canvas, in the colours that are wanted."""
        from knowalledge_desktop.ui.canvas.map_picture import MapPicture

        theme = self._theme
        if colours in (Scheme.LIGHT.value, Scheme.DARK.value):
            settings = replace(self._services.preferences.settings, theme=Scheme(colours))
            theme = Theme(self._services.folders.resources, settings, self)
        canvas = self._window.canvas
        return MapPicture(theme, canvas.rows, canvas.thumbnail)

    async def _export(self) -> None:
        from knowalledge_desktop.ui.canvas.picture_files import pixels
        from knowalledge_desktop.ui.dialogs.export_picture_dialog import ExportPictureDialog

        drawn = self._picture("")
        dialog = ExportPictureDialog(lambda scale: pixels(drawn, scale), self._window)
        if not await ask(dialog):
            return
        wish = dialog.wish
        suffix = wish.file.kind.value
        from PySide6.QtWidgets import QFileDialog

        chooser = QFileDialog(self._window, self.tr("Save the picture of the map"))
        chooser.setObjectName("mapPictureSaveDialog")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilters([f"*.{suffix}"])
        chooser.setDefaultSuffix(suffix)
        chooser.selectFile(f"{self._file_name()}.{suffix}")
        chooser.fileSelected.connect(lambda name: self._save(wish, Path(name)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _save(self, wish: PictureWish, path: Path) -> None:
        self._tasks.start(SAVE, self.write(wish.file, wish.colours, path))

    async def _print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        from knowalledge_desktop.ui.dialogs.export_picture_dialog import PrintMapDialog

        dialog = PrintMapDialog(self._window)
        if not await ask(dialog):
            return
        across = dialog.across
        printer = QPrinter()
        printer.setResolution(PRINT_DPI)
        printer.setDocName(self._file_name())
        size = self._picture("").size
        if across == 0 and size.width() > size.height():
            from PySide6.QtGui import QPageLayout

            printer.setPageOrientation(QPageLayout.Orientation.Landscape)
        chooser = QPrintDialog(printer, self._window)
        chooser.setObjectName("printerDialog")
        if await ask(chooser):
            count = self.paint_on(printer, across)
            self._window.notifier.show(self.tr("%n page(s) sent to the printer.", "", count))

    def _file_name(self) -> str:
        document = self._desk.maps.map
        title = document.title if document is not None else ""
        return re.sub(r'[\\/:*?"<>|\s\x00-\x1f]+', " ", title).strip(" .")[:80] or "map"


def _open_folder(folder: Path) -> None:
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
