"""Limits and money on the screen: the meters, the page, and a word when a budget is nearly used up."""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSettings, QTimer

from knowalledge_desktop.core.errors import AppError, BudgetReached, QuotaExhausted
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.extras import Extras
from knowalledge_desktop.ui.notifier import SHOWN_MS
from knowalledge_desktop.ui.panels.rail import QUOTA
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.core.quota import Budget, Gauge, Limits
    from knowalledge_desktop.services.quota import QuotaReport
    from knowalledge_desktop.ui.cache_controller import CacheController
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.main_window import MainWindow
    from knowalledge_desktop.ui.panels.quota_page import QuotaPage, Use
    from knowalledge_desktop.ui.team_controller import TeamController

READ = "quota:read"
TICK_MS = 1000
_ASKING = ("expand:", "explain:", "illustrate:", "ask", "image:ask", "job", "ahead", "second-look:")
"""Keys of tasks that may send requests: meters move while they run."""
_TOUCHING = (*_ASKING, "key:state", "key:keep", "key:remove", "settings")
"""Keys of tasks after whose end the meters may be others."""


class QuotaController(QObject):
    """Reads the ledger after every act and, while something runs or waits, once a second; at rest it is still."""

    def __init__(self, desk: Desk, window: MainWindow, services: Services, tasks: TaskRunner) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services, self._tasks = desk, window, services, tasks
        self._page: QuotaPage | None = None
        self._cache: CacheController | None = None
        self._team: TeamController | None = None
        self._prices: tuple[str, str] | None = None
        self._again = False
        self._warned = QSettings(str(services.folders.state / "window.ini"), QSettings.Format.IniFormat)
        self.extras = Extras(desk, window, services, tasks)
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.refresh)
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._look_again)
        tasks.started.connect(self._on_started)
        tasks.finished.connect(self._on_finished)
        window.status_bar.quota.clicked.connect(lambda: self.open())

    @property
    def is_ticking(self) -> bool:
        """Whether the meters are read again by themselves."""
        return self._timer.isActive()

    def open(self, tab: int | None = None) -> None:
        """Go to the page; `tab` is one of its tabs."""
        self._desk.show_page(QUOTA)
        if tab is not None:
            self._window.quota_page.show_tab(tab)

    def offered(self, error: AppError) -> tuple[str, Callable[[], None]]:
        """What a message about this error offers to do, "" for nothing: a limit can be looked at and set."""
        limits = self.tr("Limits") if isinstance(error, QuotaExhausted) else ""
        return limits, lambda: self.open_for(error)

    def open_for(self, error: AppError | None) -> None:
        """Go to the limit or the budget that was in the way."""
        from knowalledge_desktop.ui.panels.quota_page import BUDGET, LIMITS

        self.open(BUDGET if isinstance(error, BudgetReached) else LIMITS)

    def open_cache(self) -> None:
        """Go to the answers that can be had again."""
        from knowalledge_desktop.ui.panels.quota_page import CACHE

        self.open(CACHE)

    def adopt_page(self, page: QuotaPage) -> None:
        """Connect the page when it is built."""
        from knowalledge_desktop.ui.cache_controller import CacheController

        self._page = page
        self._cache = cache = CacheController(self._desk, page.cache, self._services, self._tasks)
        page.tabs.currentChanged.connect(lambda _: cache.refresh())
        page.tabs.currentChanged.connect(self._on_tab)
        page.form.save_requested.connect(lambda model, limits: self._act(self._set_limits(model, limits)))
        page.form.preset_requested.connect(lambda tier: self._act(self._begin_with(tier)))
        page.form.project_requested.connect(lambda name: self._act(self._set_project(name)))
        page.budget.save_requested.connect(lambda budget: self._act(self._set_budget(budget)))
        page.budget.refused.connect(self._desk.tell_error)

    def open_team(self) -> None:
        """Go to those with whom quota and answers are shared."""
        from knowalledge_desktop.ui.panels.quota_page import TEAM

        self.open(TEAM)

    def _on_tab(self, tab: int) -> None:
        from knowalledge_desktop.ui.panels.quota_page import TEAM

        if tab != TEAM or self._page is None:
            return
        if self._team is None:
            from knowalledge_desktop.ui.team_controller import TeamController

            self._team = TeamController(self._desk, self._page.build_team(), self._services, self._tasks)
        self._team.refresh()

    def refresh(self) -> None:
        """Read the ledger and show it; one reading at a time."""
        if self._tasks.is_running(READ):
            self._again = True
        else:
            self._tasks.start(READ, self._read(), self._fail)

    # --- reading ---

    async def _read(self) -> None:
        services, window = self._services, self._window
        await services.prepare()  # off the loop: at a start, nothing else may have needed the ledger yet
        self._again = True
        while self._again:
            self._again = False
            from knowalledge_desktop.ui.quota_words import waiting_line

            now, quota = services.now(), services.quota
            report = await quota.report()
            board = quota.waiting()
            waiting = waiting_line(board, now)
            in_line = Counter(state.model for _, state in board)
            if await self._is_worth_showing(report):
                pace = await quota.pace(report)
                window.status_bar.quota.show_use(report, waiting, now, in_line[report.model], pace)
            else:
                window.status_bar.quota.hide()
            self._warn(report)
            reports = (report,)
            if self._page is not None and self._page.isVisible():
                use = await self._use(report, waiting, in_line, now)
                reports = use.reports
                self._page.show_use(use)
                if self._cache is not None:
                    self._cache.refresh()
            self._look_when_it_frees(reports, now)
        self._tick()

    async def _is_worth_showing(self, report: QuotaReport) -> bool:
        if any(gauge.used for gauge in report.gauges) or (await self._services.preferences.key_state()).is_set:
            return True
        return bool(await self._services.quota.spend())

    async def _use(self, report: QuotaReport, waiting: str, in_line: Mapping[str, int], now: float) -> Use:
        from knowalledge_desktop.services.tariff import FREE_TIER
        from knowalledge_desktop.ui.panels.budget_page import MONTH_DAYS, Spending
        from knowalledge_desktop.ui.panels.quota_page import Use

        settings, quota = self._services.preferences.settings, self._services.quota
        reports, limits = [report], {report.model: await quota.limits(report.model)}
        if settings.image_model != report.model:
            reports.append(await quota.report(settings.image_model))
            limits[settings.image_model] = await quota.limits(settings.image_model)
        if self._prices is None:
            self._prices = await asyncio.to_thread(self._price_table)
        spending = Spending(
            await quota.budget(), await quota.spend(MONTH_DAYS), now, settings.tier == FREE_TIER, *self._prices
        )
        return Use(tuple(reports), in_line, limits, waiting, spending, await quota.pace(report))

    def _price_table(self) -> tuple[str, str]:
        """Where the shipped prices are from, and of which day."""
        told = json.loads((self._services.folders.resources / "prices.json").read_text(encoding="utf-8"))
        return str(told["source"]), str(told["dated"])

    # --- the person's word ---

    def _act(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.start("quota:save", work)

    async def _set_limits(self, model: str, limits: Limits) -> None:
        await self._services.quota.set_limits(limits, model)
        self._window.notifier.show(self.tr("The limits of {model} are set.").format(model=model))
        self.refresh()

    async def _begin_with(self, tier: str) -> None:
        """Make a preset the one that limits begin with; limits set or learned before give way to it."""
        from knowalledge_desktop.core.quota_rules import PRESETS
        from knowalledge_desktop.services.quota import EVERY_MODEL

        preferences, quota = self._services.preferences, self._services.quota
        preferences.save(replace(preferences.settings, tier=tier))
        for model in (EVERY_MODEL, preferences.settings.text_model, preferences.settings.image_model):
            limits = PRESETS[tier].limits(model)
            if await quota.limits(model) != limits:
                await quota.set_limits(limits, model)
        self._window.notifier.show(self.tr("Limits begin with: {title}.").format(title=PRESETS[tier].title))
        self.refresh()

    async def _set_project(self, name: str) -> None:
        preferences = self._services.preferences
        preferences.save(replace(preferences.settings, project=name))
        self.refresh()

    async def _set_budget(self, budget: Budget) -> None:
        await self._services.quota.set_budget(budget)
        self._window.notifier.show(self.tr("The budgets are set."))
        self.refresh()

    # --- budgets nearly used up ---

    def _warn(self, report: QuotaReport) -> None:
        """Once for each budget, period and line, also over a restart."""
        for gauge in report.gauges:
            if gauge.metric in (Metric.DAY_BUDGET, Metric.MONTH_BUDGET) and gauge.limit is not None:
                self._warn_of(report.project, gauge, gauge.limit)

    def _warn_of(self, project: str, gauge: Gauge, limit: int) -> None:
        from knowalledge_desktop.core.quota_rules import pacific_day
        from knowalledge_desktop.services.quota import WARN_AT
        from knowalledge_desktop.ui.quota_words import amount, name_of

        share = gauge.used / limit if limit else 1.0
        passed = sum(share >= line for line in WARN_AT)
        day = pacific_day(self._services.now())
        period = day if gauge.metric is Metric.DAY_BUDGET else day[: len("2026-11")]
        key, about = f"budgetWarned/{gauge.metric.value}", f"{project} {period} {limit}"
        before = str(self._warned.value(key, ""))
        told = int(before.rpartition(" ")[2]) if before.rpartition(" ")[0] == about else 0
        if passed <= told:
            return
        if self._window.notifier.text:  # one message at a time: this one can wait
            QTimer.singleShot(SHOWN_MS, self, self._look_again)
            return
        self._warned.setValue(key, f"{about} {passed}")
        text = self.tr("{percent} % of {budget} is used: {used} of {limit}.").format(
            percent=int(100 * share),
            budget=name_of(gauge.metric),
            used=amount(gauge.metric, gauge.used, limit),
            limit=amount(gauge.metric, limit, gauge.used),
        )
        from knowalledge_desktop.ui.panels.quota_page import BUDGET

        self._window.notifier.show(text, self.tr("Budget"), lambda: self.open(BUDGET))

    # --- when ---

    def _on_started(self, key: str) -> None:
        if key.startswith(_ASKING):
            self._tick()

    def _on_finished(self, key: str) -> None:
        # What is stopped when the window goes away must not begin anything anew.
        if not self._window.isVisible():
            self._timer.stop()
            self._later.stop()
        elif key.startswith(_TOUCHING):
            self.refresh()

    def _tick(self) -> None:
        """Tick while something may move."""
        running = any(key.startswith(_ASKING) for key in self._tasks.running())
        if self._window.isVisible() and (running or self._services.quota.waiting()):
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def _look_when_it_frees(self, reports: Sequence[QuotaReport], now: float) -> None:
        """One look at the moment when what is shown stops being so: a minute's limit frees, or the day ends."""
        from knowalledge_desktop.ui.quota_words import MINUTE

        times = [report.day_ends for report in reports]
        for report in reports:
            for gauge in report.gauges:
                if gauge.metric in MINUTE:
                    times += [at for at in (gauge.frees_at, gauge.blocked_until) if at is not None]
        left = min((at - now for at in times if at > now), default=0.0)
        if left:
            self._later.start(max(TICK_MS, math.ceil(left * 1000)))

    def _look_again(self) -> None:
        if self._window.isVisible():
            self.refresh()

    def _fail(self, error: AppError) -> None:
        self._timer.stop()  # else it would be told every second
        self._later.stop()
        self._desk.tell_error(error)
