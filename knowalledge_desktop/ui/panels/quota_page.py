"""The page of limits and money: how full every limit is, the person's word on them, the budget and the cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QStackedWidget, QTabBar, QWidget

from knowalledge_desktop.core.pace import DayPace
from knowalledge_desktop.core.quota import Limits
from knowalledge_desktop.services.quota import QuotaReport
from knowalledge_desktop.ui.panels.budget_page import BudgetPage, Spending
from knowalledge_desktop.ui.panels.cache_page import CachePage
from knowalledge_desktop.ui.panels.day_card import DayCard
from knowalledge_desktop.ui.panels.limit_card import ModelUse
from knowalledge_desktop.ui.panels.limits_form import LimitsForm
from knowalledge_desktop.ui.quota_words import when
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.theme_qss import restyle
from knowalledge_desktop.ui.widgets.basics import column, label, row
from knowalledge_desktop.ui.widgets.sides import Sides

if TYPE_CHECKING:
    from knowalledge_desktop.ui.panels.team_page import TeamPage

LIMITS, BUDGET, CACHE, TEAM = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Use:
    """All that the page shows: the models in use (text first), how many wait for each, their limits, the money.

    `day` is how the day of the text model goes.
    """

    reports: tuple[QuotaReport, ...]
    in_line: Mapping[str, int]
    limits: Mapping[str, Limits]
    waiting: str
    spending: Spending
    day: DayPace | None = None


class QuotaPage(QWidget):
    """Limits, budget, cache and team, one tab each."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("quotaPage")
        self.setProperty("panel", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.tabs = QTabBar()
        self.tabs.setObjectName("quotaTabs")
        self.tabs.setAccessibleName(self.tr("Limits, budget, cache or team"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for arrow in self.tabs.findChildren(QAbstractButton):  # Qt's own, for when there is too little room
            arrow.setToolTip(arrow.accessibleName())
        self.tabs.addTab(self.tr("Limits"))
        self.tabs.addTab(self.tr("Budget"))
        self.tabs.addTab(self.tr("Cache"))
        self.tabs.addTab(self.tr("Team"))
        self.form = LimitsForm(theme)
        self.budget = BudgetPage(theme)
        self.cache = CachePage(theme)
        self._waits = label("", "secondary", wrap=True)
        self._waits.setObjectName("quotaWaiting")
        self._uses = (
            ModelUse(theme, "quotaText", self.tr("maps, texts and questions")),
            ModelUse(theme, "quotaImage", self.tr("pictures")),
        )
        self._day = DayCard(theme)
        self._day.hide()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._limits_side())
        self._stack.addWidget(self.budget)
        self._stack.addWidget(self.cache)
        self._empty = QWidget()  # where the team's will be when it is seen
        self._stack.addWidget(self._empty)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self.setLayout(
            column(
                row(label(self.tr("Limits and budget"), "heading"), 28, self.tabs, -1, margins=(40, 24, 40, 0)),
                self._stack,
            )
        )

    def _limits_side(self) -> Sides:
        right = QWidget()
        right.setLayout(column(self._waits, self._uses[0], 14, self._day, 22, self._uses[1], -1))
        area = Sides(self._theme, "limitsPage")
        area.fill(self.form, right, wide=420, least=400)
        return area

    def build_team(self) -> TeamPage:
        """The page of the team, in its place; built when it is seen first."""
        from knowalledge_desktop.ui.panels.team_page import TeamPage

        page = TeamPage(self._theme)
        self._stack.insertWidget(TEAM, page)
        self._stack.removeWidget(self._empty)
        self._empty.deleteLater()
        self._stack.setCurrentIndex(self.tabs.currentIndex())
        return page

    def show_tab(self, tab: int) -> None:
        """See the limits or the budget."""
        self.tabs.setCurrentIndex(tab)

    def show_use(self, use: Use) -> None:
        """Show other numbers; what is being typed stays."""
        now = use.spending.now
        for view, report in zip(self._uses, use.reports, strict=False):
            view.show_report(report, now, use.in_line.get(report.model, 0))
        self._uses[1].setVisible(len(use.reports) > 1)
        self._day.setVisible(use.day is not None)
        if use.day is not None:
            self._day.show_day(use.day)
        first: Sequence[QuotaReport] = use.reports[:1]
        for report in first:
            self.form.show_settings(report.project, report.tier, use.limits)
            self.form.show_reset(
                self.tr("Google’s day ends at midnight Pacific time, for you {when}.").format(
                    when=when(report.day_ends, now)
                )
            )
        self._waits.setText(use.waiting)
        self._waits.setVisible(bool(use.waiting))
        self._waits.setProperty("tone", "warning")
        restyle(self._waits)
        self.budget.show_spending(use.spending)
