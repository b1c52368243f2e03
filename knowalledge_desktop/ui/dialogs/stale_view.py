"""What came from a retired model or an old prompt, and having all of it written again at one price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from knowalledge_desktop.core.staleness import Present, Stale, StalePart
from knowalledge_desktop.services.origins import Outdated
from knowalledge_desktop.ui.dialogs.provenance_view import AROUND
from knowalledge_desktop.ui.history_words import moment
from knowalledge_desktop.ui.origin_words import reason_words, rendering_words
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button

WIDTH, HEIGHT = 720, 580
TOPIC = Qt.ItemDataRole.UserRole
SHOWN = 500
"""So many lines of one reason are listed; the rest is counted."""


class StaleView(QDialog):
    """Lists by reason; `result` is accepted when the texts are to be written again."""

    scope_changed = Signal()
    check_requested = Signal()
    topic_chosen = Signal(str, str)  # map id, topic id

    def __init__(self, *, has_map: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("staleView")
        self.setWindowTitle(self.tr("Out of date"))
        self.resize(WIDTH, HEIGHT if parent is None else min(HEIGHT, parent.height() - AROUND))
        about = label(
            self.tr(
                "What a retired model or an older prompt has made stays as it is until you have it made again: "
                "texts, pictures, and what subtopics are told to be. Topics keep their titles and places, and one "
                "that Gemini does not name again stays as it is. What is new is a step of undo."
            ),
            "secondary",
            wrap=True,
        )
        self._scope = QComboBox()
        self._scope.setObjectName("staleScope")
        self._scope.setAccessibleName(self.tr("Where"))
        self._scope.setToolTip(self.tr("Look in the open map or in the whole library"))
        if has_map:
            self._scope.addItem(self.tr("In this map"))
        self._scope.addItem(self.tr("In all maps"))
        self._has_map = has_map
        self._scope.currentIndexChanged.connect(lambda _: self.scope_changed.emit())
        self._count = label("", "secondary")
        self._count.setObjectName("staleCount")
        self.list = QTreeWidget()
        self.list.setObjectName("staleList")
        self.list.setAccessibleName(self.tr("What is out of date"))
        self.list.setColumnCount(3)
        self.list.setHeaderLabels([self.tr("Topic"), self.tr("What"), self.tr("Written")])
        self.list.setToolTip(self.tr("Enter or a double click shows the topic on its map"))
        self.list.setHeaderHidden(True)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemActivated.connect(self._choose)
        self._models = label("", "tertiary", wrap=True)
        self._models.setObjectName("staleModels")
        self._check = text_button(
            self.tr("Ask which models there are"),
            "staleCheckButton",
            self.check_requested.emit,
            "ghost",
            self.tr("Ask Google which models your key may use; costs nothing"),
        )
        self._price = label("", "secondary", wrap=True)
        self._price.setObjectName("stalePrice")
        close = text_button(self.tr("Close"), "staleCloseButton", self.reject)
        self._go = text_button(self.tr("Refresh"), "staleRefreshButton", self.accept, "primary")
        self._go.setEnabled(False)
        head = row(self._scope, self._count, -1, gap=12)
        whole = column(about, head, margins=(28, 22, 28, 18), gap=12)
        whole.addWidget(self.list, 1)
        models = row(self._models, self._check, gap=8)
        models.setStretch(0, 1)
        whole.addLayout(models)
        whole.addWidget(self._price)
        whole.addLayout(row(-1, close, self._go, gap=8))
        self.setLayout(whole)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def everywhere(self) -> bool:
        """Whether all maps are meant."""
        return not self._has_map or self._scope.currentIndex() == 1

    def show_looking(self) -> None:
        """It is being looked for."""
        self._count.setText(self.tr("Looking…"))
        self._go.setEnabled(False)

    def show_found(self, found: Sequence[Outdated], present: Present) -> None:
        """List what is out of date in these maps, by reason."""
        self.list.clear()
        groups: dict[str, list[tuple[Outdated, Stale]]] = {}
        for each in found:
            for stale in each.found:
                groups.setdefault(reason_words(stale.made, present), []).append((each, stale))
        for reason, rows in sorted(groups.items(), key=lambda group: -len(group[1])):
            self._add_group(reason, rows, several=self.everywhere)
        count = Counter(stale.part for each in found for stale in each.found)
        words = (
            (count[StalePart.TEXT], self.tr("%n texts", "", count[StalePart.TEXT])),
            (count[StalePart.TOPIC], self.tr("%n topics", "", count[StalePart.TOPIC])),
            (count[StalePart.PICTURE], self.tr("%n pictures", "", count[StalePart.PICTURE])),
        )
        told = ", ".join(text for number, text in words if number)
        self._count.setText(told or self.tr("Nothing is out of date."))
        locked = sum(each.locked for each in found)
        if locked:
            self._count.setText(f"{told}; {self.tr('%n of them are locked and stay', '', locked)}")
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)

    def show_models(self, text: str, *, can_check: bool) -> None:
        """Whether it is known which models there are."""
        self._models.setText(text)
        self._check.setVisible(can_check)

    def show_price(self, button: str, text: str, *, can_go: bool) -> None:
        """What the button says and does, and what there is to say about it."""
        self._go.setText(button)
        self._go.setAccessibleName(button)
        self._go.setToolTip(text or button)
        self._go.setEnabled(can_go)
        self._price.setText(text)

    # --- inside ---

    def _add_group(self, reason: str, rows: Sequence[tuple[Outdated, Stale]], *, several: bool) -> None:
        group = QTreeWidgetItem([f"{reason} ({len(rows)})", "", ""])
        font = group.font(0)
        font.setBold(True)
        group.setFont(0, font)
        self.list.addTopLevelItem(group)
        group.setFirstColumnSpanned(True)
        for outdated, stale in rows[:SHOWN]:
            document = outdated.document
            title = f"{stale.title} — {document.title}" if several else stale.title
            line = QTreeWidgetItem([title, self._what(outdated, stale), moment(stale.made.created_at)])
            line.setData(0, TOPIC, (document.map_id, stale.topic_id))
            line.setToolTip(0, " › ".join(step.title for step in document.path(stale.topic_id)))
            group.addChild(line)
        if len(rows) > SHOWN:
            group.addChild(QTreeWidgetItem([self.tr("and %n more", "", len(rows) - SHOWN), "", ""]))
        group.setExpanded(True)

    def _what(self, outdated: Outdated, stale: Stale) -> str:
        if stale.part is not StalePart.TEXT:
            return self._marked(self.tr("topic") if stale.part is StalePart.TOPIC else self.tr("picture"), stale)
        how = outdated.document.explanations[stale.key].rendering
        told = rendering_words(how.level, how.detail, how.style)
        return self._marked(told, stale)

    def _marked(self, told: str, stale: Stale) -> str:
        return self.tr("{told}, locked").format(told=told) if stale.locked else told

    def _choose(self, item: QTreeWidgetItem) -> None:
        found = item.data(0, TOPIC)
        if found:
            self.reject()
            self.topic_chosen.emit(*found)
