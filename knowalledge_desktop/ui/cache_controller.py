"""The page of the cache: what is in it, its limits, and what is to be forgotten."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from knowalledge_desktop.core.errors import AppError, UserInputError
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.cache import check_limits, seconds
from knowalledge_desktop.ui.messages import message_for
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.panels.cache_page import CachePage

READ, LOOK, ACT = "cache:read", "cache:look", "cache:act"


class CacheController(QObject):
    """Lives as long as the page."""

    def __init__(self, desk: Desk, page: CachePage, services: Services, tasks: TaskRunner) -> None:
        super().__init__(page)
        self._desk, self._page, self._services, self._tasks = desk, page, services, tasks
        page.save_requested.connect(self._save)
        page.look_requested.connect(self._look)
        page.forget_requested.connect(lambda pattern: self._act(self._forget(pattern)))
        page.clear_requested.connect(lambda: self._act(self._clear()))

    def refresh(self) -> None:
        """Show what is in it now; while it is not seen nothing is read."""
        if self._page.isVisible():
            self._tasks.start(READ, self._read())

    # --- inside ---

    def _act(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(ACT, work, self._tell)

    def _tell(self, error: AppError) -> None:
        if isinstance(error, UserInputError):
            self._page.show_trouble(error.detail)
        else:
            self._desk.tell_error(error)
        self.refresh()

    async def _read(self) -> None:
        await self._services.prepare()
        self._page.show_report(await self._services.cache.report())

    def _look(self, pattern: str) -> None:
        def say(error: AppError) -> None:
            told = error.detail if isinstance(error, UserInputError) else ""
            self._page.show_trouble(told or message_for(error, self._services.now()).whole)

        self._tasks.start(LOOK, self._matching(pattern), say)

    async def _matching(self, pattern: str) -> None:
        self._page.show_matches(pattern, await self._services.cache.matching(pattern))

    async def _forget(self, pattern: str) -> None:
        count = await self._services.cache.invalidate(pattern)
        self._page.forgotten()
        self._page.say(self.tr("%n answers are forgotten; the library is as it was.", "", count))
        await self._read()

    async def _clear(self) -> None:
        count = await self._services.cache.clear()
        self._page.say(
            self.tr("The cache is empty: %n answers are forgotten, the library is as it was.", "", count)
        )
        await self._read()

    def _save(self, limit_bytes: int, hard_days: int, soft_days: int) -> None:
        try:
            check_limits(limit_bytes, hard_days, soft_days)
        except UserInputError as error:
            self._desk.tell_error(error)
            return
        preferences = self._services.preferences
        preferences.save(
            replace(
                preferences.settings,
                cache_limit_bytes=limit_bytes,
                cache_ttl_s=seconds(hard_days),
                cache_soft_s=seconds(soft_days),
            )
        )
        self._page.say(self.tr("These limits hold from now on."))
        self.refresh()
