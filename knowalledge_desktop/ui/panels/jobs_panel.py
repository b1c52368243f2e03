"""All batches: how far each is, what it waits for, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QFrame, QListView, QProgressBar, QScrollArea, QToolButton, QVBoxLayout, QWidget

from knowalledge_desktop.core.jobs import UNFINISHED, ItemState, Job, JobItem, JobState
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.jobs_words import JobView, counts, is_over, item_line, state_line
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.theme_qss import restyle
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button
from knowalledge_desktop.ui.widgets.elided import ElidedLabel

Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
_LINES_MOST = 8
_LOOKS = {
    ItemState.WAITING: ("clock", "text.tertiary"),
    ItemState.RUNNING: ("loader-circle", "accent.base"),
    ItemState.DONE: ("circle-check", "success.base"),
    ItemState.FAILED: ("circle-x", "danger.base"),
    ItemState.SKIPPED: ("minus", "text.tertiary"),
}


class _Items(QAbstractListModel):
    """One line for each topic of a job."""

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._icons = icons
        self._items: tuple[JobItem, ...] = ()
        self._job: Job | None = None
        self._now = 0.0

    def show(self, job: Job, items: tuple[JobItem, ...], now: float) -> None:
        self._job, self._now = job, now
        if len(items) != len(self._items):
            self.beginResetModel()
            self._items = items
            self.endResetModel()
            return
        changed = [n for n, (old, new) in enumerate(zip(self._items, items, strict=True)) if old != new]
        self._items = items
        for number in changed:
            self.dataChanged.emit(self.index(number), self.index(number))

    def rowCount(self, parent: Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        item = self._items[index.row()]
        if role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return item_line(item, self._job, self._now) if self._job is not None else None
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icons.icon(*_LOOKS[item.state], 16)
        return None


class JobCard(QFrame):
    """One batch."""

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    retry_requested = Signal(str)
    cancel_requested = Signal(str)
    remove_requested = Signal(str)
    open_requested = Signal(str)
    opened = Signal(str, bool)

    def __init__(self, job_id: str, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"job-{job_id}")
        self.setProperty("panel", "card")
        self._theme, self._icons = theme, icons
        self.job_id, self._map_id = job_id, ""
        self._title = ElidedLabel("bodyStrong")
        self._title.setObjectName("jobTitle")
        self._counts = label("", "secondary")
        self._counts.setObjectName("jobCounts")
        self._bar = QProgressBar()
        self._bar.setObjectName("jobProgress")
        self._bar.setTextVisible(False)
        self._state = label("", "secondary", wrap=True)
        self._state.setObjectName("jobState")
        self._more = QToolButton()
        self._more.setObjectName("jobItemsButton")
        self._more.setCheckable(True)
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icons.follow(self._more, self._dress_more)
        self._more.toggled.connect(lambda shown: self._open(shown=shown) or self.opened.emit(job_id, shown))

        self._pause = text_button(
            self.tr("Pause"),
            "jobPauseButton",
            lambda: self.pause_requested.emit(job_id),
            "",
            self.tr("Let it rest; what is asked already still comes in"),
        )
        self._resume = text_button(
            self.tr("Resume"),
            "jobResumeButton",
            lambda: self.resume_requested.emit(job_id),
            "",
            self.tr("Go on with what is left"),
        )
        self._retry = text_button(
            self.tr("Retry failed"),
            "jobRetryButton",
            lambda: self.retry_requested.emit(job_id),
            "",
            self.tr("Ask again for the topics that failed"),
        )
        self._cancel = text_button(
            self.tr("Cancel"),
            "jobCancelButton",
            lambda: self.cancel_requested.emit(job_id),
            "ghost",
            self.tr("End it; what it has brought stays"),
        )
        self._remove = text_button(
            self.tr("Remove"),
            "jobRemoveButton",
            lambda: self.remove_requested.emit(job_id),
            "ghost",
            self.tr("Take it off the list; its explanations stay in the map"),
        )
        self._show_map = text_button(
            self.tr("Show the map"), "jobMapButton", lambda: self.open_requested.emit(self._map_id), "ghost"
        )
        self._items = _Items(icons, self)
        self._list = QListView()
        self._list.setObjectName("jobItems")
        self._list.setAccessibleName(self.tr("Topics"))
        self._list.setUniformItemSizes(True)
        self._list.setModel(self._items)
        self._list.hide()
        upper = row(self._title, -1, self._counts, self._more, gap=10)
        buttons = row(self._pause, self._resume, self._retry, self._show_map, gap=6)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._remove)
        self.setLayout(
            column(upper, 8, self._bar, 8, self._state, 10, self._list, 4, buttons, margins=(18, 12, 14, 12))
        )
        parts = (self._more, self._list, self._pause, self._resume, self._retry, self._show_map)
        for before, after in pairwise((*parts, self._cancel, self._remove)):
            QWidget.setTabOrder(before, after)
        self._open(shown=False)

    def show_view(self, view: JobView, now: float) -> None:
        """Show it as it is now."""
        job, progress = view.job, view.progress
        self._map_id = job.map_id
        if self._title.text() != job.title:
            self._title.show_text(job.title)
        self._counts.setText(counts(progress, job))
        self._bar.setRange(0, max(1, progress.total))
        self._bar.setValue(progress.done + progress.failed)
        line = state_line(view, now)
        self._state.setText(line)
        self._state.setVisible(bool(line))
        tone = "warning" if view.waits_until or view.turns or job.because or view.is_interrupted else "secondary"
        if self._state.property("tone") != tone:
            self._state.setProperty("tone", tone)
            restyle(self._state)
        said = f"{job.title}: {counts(progress, job)}. {line}"
        self.setAccessibleName(said)
        self._bar.setAccessibleName(said)
        runs = view.here or view.elsewhere
        self._pause.setVisible(job.state is JobState.RUNNING and runs)
        self._resume.setVisible(
            (job.state is JobState.PAUSED and not view.is_pausing and progress.left > 0) or view.is_interrupted
        )
        self._retry.setVisible(progress.failed > 0 and not runs)
        self._cancel.setVisible(job.state in UNFINISHED)
        self._remove.setVisible(is_over(view) and not runs)
        if self._more.isChecked():
            self._items.show(job, view.items, now)
            self._fit_list()

    def costing(self) -> tuple[tuple[QWidget, bool], ...]:
        """The buttons that cost something, and whether it is for what failed."""
        return (self._resume, False), (self._retry, True)

    @property
    def is_open(self) -> bool:
        """Whether its topics are listed."""
        return self._more.isChecked()

    def _open(self, *, shown: bool) -> None:
        text = self.tr("Hide its topics") if shown else self.tr("Show its topics")
        self._more.setAccessibleName(text)
        self._more.setToolTip(text)
        self._dress_more()
        self._list.setVisible(shown)

    def _dress_more(self) -> None:
        name = "chevron-up" if self._more.isChecked() else "chevron-down"
        self._more.setIcon(self._icons.icon(name, "text.secondary", 16))

    def _fit_list(self) -> None:
        lines = min(self._items.rowCount(), _LINES_MOST)
        self._list.setFixedHeight(lines * max(self._list.sizeHintForRow(0), 20) + 8)


class JobsPanel(QWidget):
    """The list of batches, newest first."""

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    retry_requested = Signal(str)
    cancel_requested = Signal(str)
    remove_requested = Signal(str)
    open_requested = Signal(str)  # map id
    items_opened = Signal()
    card_made = Signal(object)
    new_requested = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobsPanel")
        self.setProperty("panel", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme, self._icons = theme, icons
        self._cards: dict[str, JobCard] = {}
        self._new = text_button(
            self.tr("Explain several…"),
            "jobsNewButton",
            self.new_requested.emit,
            "primary",
            self.tr("Choose topics of the open map (Ctrl+Shift+P)"),
        )
        self._empty = label(
            self.tr("Nothing yet. A batch explains many topics of a map, also overnight, within your limits."),
            "secondary",
            wrap=True,
        )
        self._empty.setObjectName("jobsEmpty")
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(12)
        inner = QWidget()
        inner.setProperty("panel", "window")
        body = column(self._empty, self._rows, -1, margins=(40, 4, 40, 24))
        inner.setLayout(body)
        self.area = QScrollArea()
        self.area.setObjectName("jobsList")
        self.area.setAccessibleName(self.tr("Batches"))
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inner)
        self.setLayout(
            column(row(label(self.tr("Batches"), "heading"), -1, self._new, margins=(40, 24, 40, 16)), self.area)
        )

    @property
    def new_button(self) -> QWidget:
        """The button that begins another."""
        return self._new

    @property
    def open_ids(self) -> frozenset[str]:
        """Jobs whose topics are listed."""
        return frozenset(job_id for job_id, card in self._cards.items() if card.is_open)

    def show_jobs(self, views: Sequence[JobView], now: float, *, can_begin: bool) -> None:
        """Show these; cards that stay keep the focus and what is open."""
        self._new.setEnabled(can_begin)
        wanted = [view.job.job_id for view in views]
        for job_id in set(self._cards) - set(wanted):
            card = self._cards.pop(job_id)
            self._rows.removeWidget(card)
            card.hide()
            card.deleteLater()
        for place, view in enumerate(views):
            card = self._cards.get(view.job.job_id)
            if card is None:
                card = self._cards[view.job.job_id] = self._made(view.job.job_id)
                self._rows.insertWidget(place, card)
            card.show_view(view, now)
        self._empty.setVisible(not views)

    def _made(self, job_id: str) -> JobCard:
        card = JobCard(job_id, self._theme, self._icons)
        card.pause_requested.connect(self.pause_requested)
        card.resume_requested.connect(self.resume_requested)
        card.retry_requested.connect(self.retry_requested)
        card.cancel_requested.connect(self.cancel_requested)
        card.remove_requested.connect(self.remove_requested)
        card.open_requested.connect(self.open_requested)
        card.opened.connect(lambda *_: self.items_opened.emit())
        self.card_made.emit(card)
        return card
