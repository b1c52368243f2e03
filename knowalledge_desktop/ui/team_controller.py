"""The page of the team: what is typed becomes a team, and how it stands is looked at while it is seen."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.core.errors import AppError, UserInputError
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.quota_words import when
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.services.team import TeamService, Wish
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.panels.team_page import TeamPage

READ, ACT = "team:read", "team:act"
EVERY_MS = 3000


class TeamController(QObject):
    """Lives as long as the page."""

    def __init__(self, desk: Desk, page: TeamPage, services: Services, tasks: TaskRunner) -> None:
        super().__init__(page)
        self._desk, self._page, self._services, self._tasks = desk, page, services, tasks
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._look_again)
        page.join_requested.connect(lambda wish: self._act(self._join(wish)))
        page.leave_requested.connect(lambda: self._act(self._leave()))
        page.test_requested.connect(lambda wish: self._act(self._test(wish)))
        page.key_requested.connect(lambda: self._act(self._copy()))

    def refresh(self) -> None:
        """Show how the team stands; while it is not seen nothing is asked."""
        if self._page.isVisible():
            self._timer.start()
            if not self._tasks.is_running(ACT):
                self._tasks.start(READ, self._read(try_now=False), self._tell)

    # --- inside ---

    def _look_again(self) -> None:
        if self._page.isVisible():
            self.refresh()
        else:
            self._timer.stop()

    def _act(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.cancel(READ)
        self._page.say("")
        self._tasks.start(ACT, work, self._tell)

    def _tell(self, error: AppError) -> None:
        if isinstance(error, UserInputError):
            self._page.say(error.detail, "danger")
        else:
            self._desk.tell_error(error)

    async def _service(self) -> TeamService:
        await self._services.prepare()
        service = self._services.team
        if service is None:
            raise UserInputError(self.tr("Nothing can be shared here."))
        return service

    async def _read(self, *, try_now: bool) -> None:
        report = await (await self._service()).report(try_now=try_now)
        now = self._services.now()
        self._page.show_report(report, now, lambda at: when(at, now))

    async def _join(self, wish: Wish) -> None:
        service = await self._service()
        made = await service.join(wish)
        self._page.clear_secrets()
        self._page.ca.setModified(False)
        if not wish.key.strip():
            QApplication.clipboard().setText(made)
            self._page.say(self.tr("The team is made. Its key is in the clipboard: the others join with it."))
        await self._read(try_now=True)

    async def _leave(self) -> None:
        await (await self._service()).leave()
        self._page.say(self.tr("You work alone now. What was sent today goes on counting for the team."))
        await self._read(try_now=False)

    async def _test(self, wish: Wish) -> None:
        settings = self._services.preferences.settings
        if settings.team_url:
            if wish.ca.strip() != settings.team_ca:
                await (await self._service()).trust(wish.ca)
                self._page.ca.setModified(False)
            await self._read(try_now=True)
            return
        trouble = await (await self._service()).trouble_with(wish)
        self._page.say(
            trouble or self.tr("This Redis can be used for a team."), "danger" if trouble else "success"
        )

    async def _copy(self) -> None:
        QApplication.clipboard().setText(await (await self._service()).key())
        self._page.say(self.tr("The key is in the clipboard. Who has it can read and write what the team shares."))
