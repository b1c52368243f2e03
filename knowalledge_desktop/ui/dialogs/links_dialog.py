"""The cross links of a topic as a list: go along them, write on them, take them away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QWidget

from knowalledge_desktop.core.edits_links import links_of
from knowalledge_desktop.core.graph import Link, Map
from knowalledge_desktop.core.validation import LABEL_MAX
from knowalledge_desktop.ui.panels.own_marks import link_line
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button

_LINK, _OTHER, _WORD = (int(Qt.ItemDataRole.UserRole) + number for number in range(3))


class LinksDialog(QDialog):
    """Lists links; every act is told by a signal, and `show_map` shows what came of it."""

    relabelled = Signal(str, str)  # link id, the word
    removed = Signal(str)
    chosen = Signal(str)  # the topic at the other end
    new_requested = Signal()

    def __init__(self, topic_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("linksDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Links"))
        self._topic_id = topic_id
        self._head = label("", "title", wrap=True)
        self._none = label(
            self.tr("No links yet. A link leads from any topic to any other."), "secondary", wrap=True
        )
        self._list = QListWidget()
        self._list.setObjectName("linksList")
        self._list.setAccessibleName(self.tr("Links of the topic"))
        self._list.setProperty("panel", "sunken")
        self._list.currentItemChanged.connect(lambda *_: self._tell())
        self._list.itemActivated.connect(self._go)
        self._list.installEventFilter(self)
        self._word = QLineEdit()
        self._word.setObjectName("linkWord")
        self._word.setMaxLength(LABEL_MAX)
        self._word.setAccessibleName(self.tr("Word on the link"))
        self._word.setPlaceholderText(self.tr("Word on the link"))
        self._word.setToolTip(self.tr("What the link says; Enter keeps it"))
        self._word.returnPressed.connect(self._relabel)
        self._remove = text_button(
            self.tr("Remove"), "linkRemoveButton", self._take_away, "ghost", self.tr("Take the link away (Del)")
        )
        self._open = text_button(
            self.tr("Go there"), "linkGoButton", self._go, "", self.tr("See the topic at the other end (Enter)")
        )
        new = text_button(
            self.tr("New link…"), "linkNewButton", self._new, "", self.tr("Choose the topic to link to (L)")
        )
        close = text_button(self.tr("Close"), "linksCloseButton", self.reject, "primary")
        for button in (self._remove, self._open, new, close):
            button.setAutoDefault(False)
        whole = column(self._head, self._none, margins=(24, 20, 24, 20), gap=10)
        whole.addWidget(self._list, 1)
        whole.addWidget(self._word)
        whole.addLayout(row(self._remove, self._open, -1, new, close, gap=8))
        self.setLayout(whole)
        self.resize(520, 380)
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_map(self, document: Map) -> None:
        """Show the links as they are now; closes when the topic is gone."""
        if self._topic_id not in document.topics:
            self.reject()
            return
        title = document.topics[self._topic_id].title
        self._head.setText(self.tr("Links of {title}").format(title=title))
        kept, at = self._data(_LINK), self._list.currentRow()
        self._list.clear()
        for link in links_of(document, self._topic_id):
            self._list.addItem(self._item(document, link))
            if link.link_id == kept:
                self._list.setCurrentRow(self._list.count() - 1)
        if self._list.currentRow() < 0 and self._list.count():
            self._list.setCurrentRow(min(max(at, 0), self._list.count() - 1))
        self._none.setVisible(not self._list.count())
        self._tell()

    # --- inside ---

    def _item(self, document: Map, link: Link) -> QListWidgetItem:
        leads_there = link.source_id == self._topic_id
        other = link.target_id if leads_there else link.source_id
        text, word = link_line(document, link, self._topic_id), link.label
        item = QListWidgetItem(text)
        item.setData(_LINK, link.link_id)
        item.setData(_OTHER, other)
        item.setData(_WORD, word)
        item.setToolTip(" › ".join(step.title for step in document.path(other)))
        return item

    def _data(self, role: int) -> str:
        item = self._list.currentItem()
        return str(item.data(role)) if item is not None else ""

    def _tell(self) -> None:
        there = self._list.currentItem() is not None
        for part in (self._word, self._remove, self._open):
            part.setEnabled(there)
        self._word.setText(self._data(_WORD))

    def _relabel(self) -> None:
        if self._data(_LINK):
            self.relabelled.emit(self._data(_LINK), self._word.text())
            self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_away(self) -> None:
        if self._data(_LINK):
            self.removed.emit(self._data(_LINK))

    def _go(self) -> None:
        other = self._data(_OTHER)
        if other:
            self.accept()
            self.chosen.emit(other)

    def _new(self) -> None:
        self.accept()
        self.new_requested.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Del removes, F2 goes to the word."""
        if watched is self._list and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                self._take_away()
                return True
            if event.key() == Qt.Key.Key_F2:
                self._word.setFocus(Qt.FocusReason.OtherFocusReason)
                self._word.selectAll()
                return True
        return super().eventFilter(watched, event)
