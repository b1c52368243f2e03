"""Several topics at once: which ones, what that takes, and whether it is done here or behind everything else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QListView, QWidget

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button

AT_ONCE_MOST = 20
"""So many topics may be explained in the window; more are a job in the background."""
PRICED_AFTER_MS = 120
WIDTH, HEIGHT = 600, 600

Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()


@dataclass(frozen=True, slots=True)
class Choice:
    """One topic of the list; `level` is how deep it is below the first."""

    topic_id: str
    title: str
    level: int
    explained: bool


class _Topics(QAbstractListModel):
    """Topics with a box each."""

    chosen_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: list[Choice] = []
        self._chosen: set[str] = set()

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids that are chosen, in the order of the list."""
        return tuple(each.topic_id for each in self._rows if each.topic_id in self._chosen)

    def show(self, rows: Sequence[Choice], chosen: Collection[str]) -> None:
        self.beginResetModel()
        self._rows, self._chosen = list(rows), set(chosen)
        self.endResetModel()
        self.chosen_changed.emit()

    def choose(self, chosen: Collection[str]) -> None:
        self._chosen = set(chosen)
        if self._rows:
            roles = [Qt.ItemDataRole.CheckStateRole]
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1), roles)
        self.chosen_changed.emit()

    def open_ids(self) -> tuple[str, ...]:
        """Those that are not explained yet."""
        return tuple(each.topic_id for each in self._rows if not each.explained)

    def rowCount(self, parent: Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        found = self._rows[index.row()]
        told = self.tr("{title}, explained").format(title=found.title) if found.explained else found.title
        if role == Qt.ItemDataRole.DisplayRole:
            return "\u2003" * found.level + told
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return told
        if role == Qt.ItemDataRole.CheckStateRole:
            is_chosen = found.topic_id in self._chosen
            return Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        topic_id = self._rows[index.row()].topic_id
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self._chosen.add(topic_id)
        else:
            self._chosen.discard(topic_id)
        self.dataChanged.emit(index, index, [role])
        self.chosen_changed.emit()
        return True


class BatchDialog(QDialog):
    """Lists topics below one to choose from, at first those that are picked on the map.

    `price_wanted` asks for the price of what is chosen.
    """

    price_wanted = Signal(object)  # tuple of topic ids

    def __init__(
        self, document: Map, topic_id: str, parent: QWidget | None = None, *, picked: Sequence[str] = ()
    ) -> None:
        super().__init__(parent)
        self.setObjectName("batchDialog")
        self.setWindowTitle(self.tr("Explain several topics"))
        self.setMinimumSize(480, 420)
        self.resize(WIDTH, HEIGHT)
        self._document, self._topic_id = document, topic_id
        self._picked = tuple(each for each in picked if each in document.topics)
        self._explained = document.explained_ids()
        self._wish_background = False
        self._scope = QComboBox()
        self._scope.setObjectName("batchScope")
        self._scope.setAccessibleName(self.tr("Topics of"))
        self._scope.setToolTip(self.tr("Which part of the map is listed"))
        self._topics = _Topics(self)
        self._list = QListView()
        self._list.setObjectName("batchTopics")
        self._list.setAccessibleName(self.tr("Topics to explain"))
        self._list.setUniformItemSizes(True)
        self._list.setModel(self._topics)
        self._list.setProperty("panel", "sunken")
        self._count = label("", "secondary")
        self._count.setObjectName("batchCount")
        self._open = text_button(
            self.tr("All not explained yet"),
            "batchOpenButton",
            lambda: self._topics.choose(self._topics.open_ids()),
            "ghost",
            self.tr("Choose every topic of the list that has no explanation"),
        )
        self._none = text_button(
            self.tr("None"),
            "batchNoneButton",
            lambda: self._topics.choose(()),
            "ghost",
            self.tr("Choose no topic"),
        )
        self._background = QCheckBox(self.tr("As a job in the background"))
        self._background.setObjectName("batchBackground")
        self._background.clicked.connect(self._on_background)
        self._hint = label("", "tertiary", wrap=True)
        self._hint.setObjectName("batchHint")
        self._price = label("", "body", wrap=True)
        self._price.setObjectName("priceLabel")
        self._fit = label("", "secondary", wrap=True)
        self._fit.setObjectName("batchForecast")
        self._cancel = text_button(self.tr("Cancel"), "batchCancelButton", self.reject, "ghost")
        self._start = text_button("", "batchStartButton", self.accept, "primary")
        self._pause = QTimer(self, interval=PRICED_AFTER_MS, singleShot=True)
        self._pause.timeout.connect(lambda: self.price_wanted.emit(self.chosen))
        self._build()
        self._fill_scopes()
        self._topics.chosen_changed.connect(self._tell)
        self._scope.currentIndexChanged.connect(lambda _: self._fill())
        self._fill()
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids of the topics that would be explained."""
        return self._topics.chosen

    @property
    def in_background(self) -> bool:
        """Whether it becomes a job behind everything else."""
        return self._background.isChecked()

    def show_price(self, chosen: Sequence[str], price: str, fit: str, *, tight: bool) -> None:
        """What this choice takes, and whether it fits; of a choice that is no longer made, nothing is shown."""
        if tuple(chosen) != self.chosen:
            return
        self._price.setText(price)
        self._fit.setText(fit)
        self._fit.setProperty("tone", "warning" if tight else "secondary")
        self._fit.style().unpolish(self._fit)
        self._fit.style().polish(self._fit)
        self._start.setAccessibleDescription(f"{price}. {fit}")
        self._start.setToolTip("\n".join(line for line in (self._start.text(), price, fit) if line))

    # --- inside ---

    def _build(self) -> None:
        title = label(self.tr("Explain several topics"), "heading")
        of = label(self.tr("Topics of"), "secondary")
        of.setBuddy(self._scope)
        upper = row(of, self._scope, gap=10)
        upper.setStretch(1, 1)
        whole = column(title, 14, upper, 10, margins=(28, 24, 28, 20))
        whole.addWidget(self._list, 1)
        whole.addLayout(row(self._count, -1, self._open, self._none, margins=(0, 6, 0, 8), gap=4))
        whole.addWidget(self._background)
        whole.addWidget(self._hint)
        whole.addSpacing(12)
        whole.addWidget(self._price)
        whole.addWidget(self._fit)
        whole.addSpacing(16)
        whole.addLayout(row(-1, self._cancel, self._start, gap=8))
        self.setLayout(whole)

    def _fill_scopes(self) -> None:
        document, topic_id = self._document, self._topic_id
        if topic_id not in document.topics:
            topic_id = document.root_id
        title = document.topics[topic_id].title
        children = document.children(topic_id)
        branch = document.branch(topic_id)
        if self._picked:
            self._scope.addItem(self.tr("The picked topics"), self._picked)
        if children:
            self._scope.addItem(self.tr("Subtopics of {title}").format(title=title), children)
        if len(branch) > len(children) + 1 or not children:
            self._scope.addItem(self.tr("The whole branch of {title}").format(title=title), branch)
        if topic_id != document.root_id:
            self._scope.addItem(self.tr("The whole map"), document.branch(document.root_id))
        elif len(branch) == len(children) + 1:
            self._scope.addItem(self.tr("The whole map"), branch)

    def _fill(self) -> None:
        ids: Sequence[str] = self._scope.currentData() or ()
        document = self._document
        depths = {topic_id: len(document.path(topic_id)) for topic_id in ids}
        least = min(depths.values(), default=0)
        rows = [Choice(i, document.topics[i].title, min(depths[i] - least, 8), i in self._explained) for i in ids]
        still_open = [each.topic_id for each in rows if not each.explained]
        self._topics.show(rows, still_open[:AT_ONCE_MOST])

    def _tell(self) -> None:
        count = len(self.chosen)
        many = count > AT_ONCE_MOST
        self._background.setChecked(many or self._wish_background)
        self._background.setEnabled(not many)
        self._count.setText(
            self.tr("{n} of {total} chosen").format(n=f"{count:,}", total=f"{self._topics.rowCount():,}")
        )
        if many:
            hint = self.tr("More than {n} at once are a job in the background.").format(n=AT_ONCE_MOST)
        else:
            hint = self.tr("You can go on working, close the window, and find it under Batches.")
        self._hint.setText(hint)
        self._hint.setVisible(self.in_background)
        self._background.setToolTip(hint)
        self._start.setText(self.tr("Explain %n topics", "", count))
        self._start.setAccessibleName(self._start.text())
        self._start.setEnabled(count > 0)
        self._price.setText(self.tr("Reckoning the price…") if count else self.tr("Nothing is chosen."))
        self._fit.setText("")
        if count:
            self._pause.start()
        else:
            self._pause.stop()

    def _on_background(self) -> None:
        self._wish_background = self._background.isChecked()
        self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Return starts from anywhere in the dialog."""
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_return and event.modifiers() & Qt.KeyboardModifier.ControlModifier and self._start.isEnabled():
            self.accept()
        else:
            super().keyPressEvent(event)
