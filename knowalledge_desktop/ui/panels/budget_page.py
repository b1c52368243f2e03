"""What may be spent and what was: budgets, a plot of thirty days, and where the money went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QWidget

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.metric import MICRO
from knowalledge_desktop.core.prices import money
from knowalledge_desktop.core.quota import Budget, SpendRow
from knowalledge_desktop.core.quota_rules import pacific_day
from knowalledge_desktop.services.quota import parse_money
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.theme_qss import restyle
from knowalledge_desktop.ui.widgets.basics import card, clear, column, label, row, rule, text_button
from knowalledge_desktop.ui.widgets.meter import ALARM_AT, WARN_AT, Meter
from knowalledge_desktop.ui.widgets.sides import Sides
from knowalledge_desktop.ui.widgets.spend_plot import Day, SpendPlot

DAYS = 30
MONTH_DAYS = 31
"""The most that a month can have had: what is read, so that the sum of the month is whole."""
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Spending:
    """Budgets and what was spent of them, from the ledger; `source` and `dated` tell of the prices."""

    budget: Budget
    rows: tuple[SpendRow, ...]
    now: float
    free: bool
    source: str
    dated: str


class BudgetPage(Sides):
    """Asks for other budgets; shows spending."""

    save_requested = Signal(object)  # Budget
    refused = Signal(object)  # AppError

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "budgetPage")
        self._budget: Budget | None = None
        self._parts: list[tuple[str, str, int, int, int]] = []
        self.day = _money_field("budgetDay", self.tr("Budget of a day"))
        self.month = _money_field("budgetMonth", self.tr("Budget of a month"))
        for field in (self.day, self.month):
            field.setPlaceholderText(self.tr("no budget"))
            field.setToolTip(self.tr("Dollars, such as 0.50; empty is no budget"))
            field.returnPressed.connect(self._on_save)
        self.save = text_button(
            self.tr("Save budgets"),
            "budgetSaveButton",
            self._on_save,
            "primary",
            self.tr("Stop before more than this is spent"),
        )
        self._today = _Spent(theme, "spentToday", self.tr("Spent"), self.tr("today"))
        self._month = _Spent(theme, "spentMonth", self.tr("Spent"), self.tr("this month"))
        self.plot = SpendPlot(theme)
        self._sum = label("", "tertiary")
        self._table = QGridLayout()
        self._free = label(
            self.tr("The free tier costs nothing: amounts are counted once another tier is chosen."),
            "secondary",
            wrap=True,
        )
        self._free.setObjectName("budgetFree")
        self._note = label("", "tertiary", wrap=True)
        self._note.setObjectName("budgetNote")
        self._build()

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        for line, (title, field) in enumerate(((self.tr("A day"), self.day), (self.tr("A month"), self.month))):
            words = label(title, "bodyStrong")
            words.setMinimumWidth(112)
            words.setBuddy(field)
            grid.addWidget(words, line, 0)
            grid.addWidget(label("$", "secondary"), line, 1)
            grid.addWidget(field, line, 2)
        grid.setColumnStretch(2, 1)
        hard = self.tr(
            "A request that could cost more than is left is not sent. You are told at 75 % and at 90 %."
        )
        form = column(
            label(self.tr("Budget"), "title"),
            2,
            label(hard, "secondary", wrap=True),
            16,
            grid,
            14,
            row(self.save, -1),
            16,
            self._free,
            12,
            self._note,
            -1,
        )
        left = QWidget()
        left.setLayout(form)
        self._table.setHorizontalSpacing(18)
        self._table.setVerticalSpacing(6)
        table = card(column(self._table, margins=(16, 12, 16, 12)))
        table.setObjectName("spendTable")
        plot = card(
            column(
                row(label(self.tr("The last 30 days"), "bodyStrong"), -1, self._sum),
                6,
                self.plot,
                margins=(16, 12, 16, 10),
            )
        )
        right = QWidget()
        right.setLayout(column(row(self._today, self._month, gap=14), 14, plot, 14, table, -1))
        self.fill(left, right, wide=360, least=460)

    def show_spending(self, spending: Spending) -> None:
        """Show other numbers; what is being typed stays."""
        if spending.budget != self._budget:
            self._budget = spending.budget
            self.day.setText(_plain(spending.budget.day_micro))
            self.month.setText(_plain(spending.budget.month_micro))
        now, rows = spending.now, spending.rows
        names = [pacific_day(now - back * _DAY_S) for back in reversed(range(DAYS))]
        sums = dict.fromkeys(names, 0)
        for each in rows:
            if each.day in sums:
                sums[each.day] += each.cost_micro
        month = sum(each.cost_micro for each in rows if each.day.startswith(names[-1][: len("2026-11")]))
        self._today.show_spent(sums[names[-1]], spending.budget.day_micro)
        self._month.show_spent(month, spending.budget.month_micro)
        self.plot.show_days([Day(name, micro) for name, micro in sums.items()], spending.budget.day_micro)
        self._sum.setText(self.tr("{money} in all").format(money=money(sum(sums.values()))))
        self._free.setVisible(spending.free)
        self._note.setText(
            self.tr(
                "An estimate: before a request it is the most it can cost, after the answer it is reconciled with "
                "the tokens that Google reported. Days begin at midnight Pacific time. "
                "Prices: {source}, of {dated}."
            ).format(source=spending.source, dated=spending.dated)
        )
        self._show_table([each for each in rows if each.day >= names[0]], names[-1])

    def _show_table(self, rows: Sequence[SpendRow], today: str) -> None:
        parts: dict[tuple[str, str], list[SpendRow]] = {}
        for each in rows:
            parts.setdefault((each.model, each.operation), []).append(each)
        lines = [
            (
                model,
                operation,
                sum(each.requests for each in some),
                sum(each.cost_micro for each in some if each.day == today),
                sum(each.cost_micro for each in some),
            )
            for (model, operation), some in parts.items()
        ]
        lines.sort(key=lambda line: (-line[4], -line[2], line[:2]))
        if lines == self._parts and self._table.count():
            return
        self._parts = lines
        clear(self._table)
        heads = (self.tr("Model"), self.tr("Operation"), self.tr("Requests"), self.tr("Today"), self.tr("30 days"))
        for at, head in enumerate(heads):
            words = label(head, "tertiary")
            words.setAlignment(_side(at))
            self._table.addWidget(words, 0, at)
        self._table.addWidget(rule(), 1, 0, 1, len(heads))
        for number, (model, operation, requests, one, thirty) in enumerate(lines, 2):
            texts = (model, self._operation(operation), f"{requests:,}", money(one), money(thirty))
            for at, text in enumerate(texts):
                words = label(text, "" if at == 0 else "secondary")
                words.setAlignment(_side(at))
                self._table.addWidget(words, number, at)
        if not lines:
            self._table.addWidget(
                label(self.tr("Nothing was asked of Gemini in these days."), "secondary"), 2, 0, 1, 5
            )
        self._table.setColumnStretch(0, 1)
        self._table.setColumnStretch(1, 1)

    def _operation(self, name: str) -> str:
        return {
            "subtopics": self.tr("Subtopics"),
            "explanation": self.tr("Explanations"),
            "question": self.tr("Questions"),
            "image_topic": self.tr("Topics of pictures"),
            "illustration": self.tr("Pictures"),
        }.get(name, name)

    def _on_save(self) -> None:
        try:
            wanted = Budget(parse_money(self.day.text()), parse_money(self.month.text()))
        except UserInputError as error:
            self._mark()
            self.refused.emit(error)
            return
        self._mark()
        self.save_requested.emit(wanted)

    def _mark(self) -> None:
        """Show which field cannot be read."""
        for field in (self.day, self.month):
            try:
                parse_money(field.text())
                bad = False
            except UserInputError:
                bad = True
            field.setProperty("invalid", bad)
            restyle(field)


class _Spent(QFrame):
    """A sum, and its share of a budget."""

    def __init__(self, theme: Theme, name: str, what: str, span: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("panel", "card")
        self._sum = label("", "heading")
        self._sum.setObjectName(f"{name}Sum")
        self._of = label("", "secondary")
        self._meter = Meter(theme, marks=(WARN_AT, ALARM_AT))
        self._span = span
        self.setLayout(
            column(
                row(label(what, "bodyStrong"), -1, label(span, "tertiary")),
                4,
                row(self._sum, self._of, -1, gap=6),
                6,
                self._meter,
                margins=(16, 12, 16, 12),
            )
        )

    def show_spent(self, micro: int, limit: int | None) -> None:
        """Another sum or budget."""
        told = money(micro, limit)
        self._sum.setText(told)
        of = (
            self.tr("no budget is set")
            if limit is None
            else self.tr("of {limit}").format(limit=money(limit, micro))
        )
        self._of.setText(of)
        self._meter.show_use(micro, limit)
        words = self.tr("Spent {span}: {money}, {of}").format(span=self._span, money=told, of=of)
        self.setAccessibleName(words)
        self.setToolTip(words)


def _side(at: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignLeft if at < 2 else Qt.AlignmentFlag.AlignRight


def _money_field(name: str, words: str) -> QLineEdit:
    made = QLineEdit()
    made.setObjectName(name)
    made.setAccessibleName(words)
    return made


def _plain(micro: int | None) -> str:
    """An amount as it can be typed again, exact."""
    if micro is None:
        return ""
    whole, part = divmod(micro, MICRO)
    return f"{whole}.{f'{part:06d}'.rstrip('0').ljust(2, '0')}"
