"""Backups in the window, and the line that stays while the library cannot be written."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from knowalledge_desktop.core.errors import AppError, DiskFull, MapNotFound, NewerVersion, StorageReadOnly
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.messages import message_for
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.main_window import MainWindow
    from knowalledge_desktop.ui.panels.backup_page import BackupPage
    from knowalledge_desktop.ui.panels.storage_banner import StorageBanner

ACT, LIST, FLUSH, CLOSE = "backup:act", "backup:list", "backup:flush", "backup:close"
FIRST_TRY_MS, LAST_TRY_MS = 5_000, 60_000
"""How long until what is in memory is tried again; twice as long each time."""


class BackupController(QObject):
    """Builds page and line when they are first needed."""

    def __init__(self, desk: Desk, window: MainWindow, services: Services, tasks: TaskRunner) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services, self._tasks = desk, window, services, tasks
        self._page: BackupPage | None = None
        self._banner: StorageBanner | None = None
        self._notices: tuple[str, ...] = ()
        self._may_lose = False
        self._again = QTimer(self, singleShot=True, interval=FIRST_TRY_MS)
        self._again.timeout.connect(self._retry)
        services.backups.listen(self.show_state)

    # --- acts ---

    def open(self) -> None:
        """See all backups."""
        from knowalledge_desktop.ui.panels.rail import BACKUPS

        self._desk.show_page(BACKUPS)

    def adopt_page(self, page: BackupPage) -> None:
        """Connect the page when it is built."""
        self._page = page
        page.make_requested.connect(lambda: self._act(self._make()))
        page.folder_requested.connect(self._open_folder)
        page.save_requested.connect(self.save_copy)
        page.restore_requested.connect(self.restore)

    def refresh(self) -> None:
        """List the copies anew."""
        self._tasks.start(LIST, self._list())

    def restore(self, name: str) -> None:
        """Ask, and put a copy in the library's place."""
        self._act(self._restore(name))

    def save_copy(self) -> None:
        """Write all maps into a file of the person's choice."""
        from PySide6.QtWidgets import QFileDialog

        chooser = QFileDialog(self._window, self.tr("Save a copy of the library"))
        chooser.setObjectName("librarySaveDialog")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilters([self.tr("Library (*.db)")])
        chooser.setDefaultSuffix("db")
        chooser.selectFile("library-copy.db")
        chooser.fileSelected.connect(lambda name: self.save_to(Path(name)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def save_to(self, target: Path) -> None:
        """Write all maps into this file."""
        self._act(self._save(target))

    def try_again(self) -> None:
        """Look now whether the library can be written."""
        self._again.setInterval(FIRST_TRY_MS)
        self._tasks.start(FLUSH, self._look_again())

    def may_close(self) -> bool:
        """Whether the window may close; if not, it is asked what is to become of what is only in memory."""
        if self._may_lose or not self._services.backups.held.acts:
            return True
        if not self._tasks.is_running(CLOSE):
            self._tasks.start(CLOSE, self._close())
        return False

    # --- what is so ---

    def begin(self, notices: Sequence[str]) -> None:
        """After the start: say what was found and done, and what stands in the way now."""
        self._notices = tuple(notices)
        self.show_state()

    def show_state(self) -> None:
        """Show, change or hide the line."""
        refuses, held = self._services.backups.refuses, self._services.backups.held
        if held.acts:
            self._again.start()
        else:
            self._again.stop()
            self._again.setInterval(FIRST_TRY_MS)
        if refuses is None and not self._notices:
            if self._banner is not None:
                self._banner.hide()
            return
        banner = self._built()
        if isinstance(refuses, NewerVersion):
            banner.say(
                self.tr("This library can only be read."),
                self.tr(
                    "It was written by a newer version of the program. You can read, search and export "
                    "everything; changes are refused. Update the program, or save a copy and go on with that."
                ),
                tone="info",
                can_try=False,
                can_save=True,
                can_close=False,
            )
        elif refuses is not None:
            kept = self.tr("What you change now is kept in memory and written as soon as that works again.")
            if held.acts:
                titles = ", ".join(f"‘{title}’" for title in held.titles[:3])
                kept = self.tr(
                    "%n changes of {titles} are only in memory so far; keep the window open.", "", held.acts
                )
                kept = kept.format(titles=titles)
            banner.say(
                self._why(refuses), kept, tone="warning", can_try=True, can_save=bool(held.acts), can_close=False
            )
        else:
            banner.say("", "\n".join(self._notices), tone="warning", can_try=False, can_save=False, can_close=True)

    def _why(self, refuses: AppError) -> str:
        if isinstance(refuses, DiskFull):
            return self.tr("The disk is full.")
        if isinstance(refuses, StorageReadOnly):
            return self.tr("The folder of the library cannot be written to.")
        return self.tr("The library cannot be written now: {why}").format(why=message_for(refuses, 0.0).text)

    def _built(self) -> StorageBanner:
        if self._banner is None:
            from knowalledge_desktop.ui.panels.storage_banner import StorageBanner

            self._banner = banner = StorageBanner()
            banner.again_requested.connect(self.try_again)
            banner.save_requested.connect(self.save_copy)
            banner.backups_requested.connect(self.open)
            banner.closed.connect(lambda: self.begin(()))
            self._window.add_banner(banner)
        return self._banner

    # --- inside ---

    def _act(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(ACT, work, self._tell)

    def _tell(self, error: AppError) -> None:
        if self._page is not None and self._page.isVisible():
            message = message_for(error, self._services.now())
            self._page.say(f"{message.title}. {message.whole}")
            self.refresh()
        else:
            self._desk.tell_error(error)

    def _retry(self) -> None:
        self._again.setInterval(min(LAST_TRY_MS, 2 * self._again.interval()))
        self._tasks.start(FLUSH, self._flush())

    async def _flush(self) -> None:
        await self._services.backups.flush()
        self.show_state()

    async def _look_again(self) -> None:
        await self._services.backups.look_again()
        self.show_state()

    async def _list(self) -> None:
        page = self._page
        if page is None:
            return
        backups = await self._services.backups.backups()
        page.show_backups(backups)
        for each in backups:
            page.show_backup(await self._services.backups.look(each.name))

    async def _make(self) -> None:
        if self._page is not None:
            self._page.set_busy(busy=True)
        try:
            made = await self._services.backups.make()
        finally:
            if self._page is not None:
                self._page.set_busy(busy=False)
        self._say(self.tr("A backup was made, with %n maps in it.", "", made.maps or 0))

    async def _restore(self, name: str) -> None:
        from knowalledge_desktop.ui.dialogs.ask import ask
        from knowalledge_desktop.ui.dialogs.unsaved_dialog import RestoreDialog

        if not await ask(RestoreDialog(name, self._window)):
            return
        if self._page is not None:
            self._page.set_busy(busy=True)
        maps = self._desk.maps
        maps.stop_all()
        open_now = maps.map
        if open_now is not None:
            self._desk.jobs.rest(open_now.map_id)
        try:
            restored = await self._services.backups.restore(name)
        finally:
            if self._page is not None:
                self._page.set_busy(busy=False)
        await self._open_anew(open_now.map_id if open_now is not None else "")
        text = self.tr("The library is as in {name}.").format(name=name)
        if restored.before:
            text += " " + self.tr("What was there before is kept as {name}.").format(name=restored.before)
        self._notices = ()
        self.show_state()
        self._say(text)

    async def _open_anew(self, map_id: str) -> None:
        """Show the open map as it is in the restored library, or the last one there."""
        library, maps = self._services.library, self._desk.maps
        known = {info.map_id for info in await library.maps()}
        try:
            session = await library.open(map_id) if map_id in known else await library.open_last()
        except MapNotFound:  # gone just now
            session = None
        if session is not None:
            await self._window.canvas.get_ready(session.map)
        maps.show(session)

    async def _save(self, target: Path) -> None:
        count = await self._services.backups.save_copy(target)
        self._window.notifier.show(
            self.tr("%n maps are saved in {name}.", "", count).format(name=target.name),
        )

    async def _close(self) -> None:
        from knowalledge_desktop.ui.dialogs.ask import ask
        from knowalledge_desktop.ui.dialogs.unsaved_dialog import UnsavedDialog

        if not await self._services.backups.flush():
            dialog = UnsavedDialog(self._services.backups.held, self._window)
            self._may_lose = await ask(dialog)
            if dialog.wants_copy:
                self.save_copy()
            if not self._may_lose:
                return
        QTimer.singleShot(0, self._window.close)

    def _say(self, text: str) -> None:
        if self._page is not None and self._page.isVisible():
            self._page.say(text)
            self.refresh()
        else:
            self._window.notifier.show(text)

    def _open_folder(self) -> None:
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._services.backups.folder)))
