"""The map as a tree of lines: the accessible twin of the canvas, with the same selection."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QTreeView, QWidget

from knowalledge_desktop.core.graph import Map

Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()


class OutlineModel(QAbstractItemModel):
    """A map as a tree; rows carry the topic's id in `Qt.UserRole`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._map: Map | None = None
        self._ids: list[str] = []
        self._numbers: dict[str, int] = {}
        self._explained: frozenset[str] = frozenset()

    def show_map(self, document: Map | None) -> None:
        """Show another state of the map."""
        self.beginResetModel()
        self._map = document
        self._explained = document.explained_ids() if document else frozenset()
        self._ids = list(document.branch(document.root_id)) if document and document.root else []
        self._numbers = {topic_id: number for number, topic_id in enumerate(self._ids)}
        self.endResetModel()

    def update_topics(self, document: Map) -> None:
        """The same tree with other titles or states."""
        self._map, self._explained = document, document.explained_ids()
        if self._ids:
            self.dataChanged.emit(self.index_of(self._ids[0]), self.index_of(self._ids[-1]))

    def same_tree(self, document: Map) -> bool:
        """Whether only titles and states differ."""
        return self._map is not None and list(document.branch(document.root_id)) == self._ids

    def id_of(self, index: Index) -> str:
        """The topic of a row."""
        return self._ids[index.internalId()] if index.isValid() else ""

    def index_of(self, topic_id: str) -> QModelIndex:
        """The row of a topic."""
        number = self._numbers.get(topic_id)
        if number is None or self._map is None:
            return QModelIndex()
        parent = self._map.topics[topic_id].parent_id
        place = self._map.children(parent).index(topic_id) if parent else 0
        return self.createIndex(place, 0, number)

    def index(self, row: int, column: int, parent: Index = _TOP) -> QModelIndex:
        if self._map is None or column != 0 or row < 0:
            return QModelIndex()
        if not parent.isValid():
            return self.createIndex(0, 0, 0) if self._ids and row == 0 else QModelIndex()
        children = self._map.children(self.id_of(parent))
        return self.createIndex(row, 0, self._numbers[children[row]]) if row < len(children) else QModelIndex()

    def parent(self, index: Index = _TOP) -> QModelIndex:  # type: ignore[override]
        if not index.isValid() or self._map is None:
            return QModelIndex()
        topic = self._map.topics.get(self.id_of(index))
        return self.index_of(topic.parent_id) if topic and topic.parent_id else QModelIndex()

    def rowCount(self, parent: Index = _TOP) -> int:
        if self._map is None:
            return 0
        if not parent.isValid():
            return 1 if self._ids else 0
        return len(self._map.children(self.id_of(parent)))

    def columnCount(self, parent: Index = _TOP) -> int:
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        topic = self._map.topics.get(self.id_of(index)) if self._map and index.isValid() else None
        if topic is None:
            return None
        state = self.tr("explained") if topic.topic_id in self._explained else self.tr("not explained")
        told = {
            int(Qt.ItemDataRole.DisplayRole): topic.title,
            int(Qt.ItemDataRole.UserRole): topic.topic_id,
            int(Qt.ItemDataRole.ToolTipRole): topic.summary or topic.title,
            int(Qt.ItemDataRole.AccessibleTextRole): f"{topic.title}, {state}",
        }
        return told.get(int(role))


class OutlineView(QTreeView):
    """The outline; selecting here selects on the canvas and the other way round."""

    topic_selected = Signal(str)
    topic_activated = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outlineView")
        self.setAccessibleName(self.tr("Outline of the map"))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setExpandsOnDoubleClick(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._model = OutlineModel(self)
        self.setModel(self._model)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.activated.connect(lambda index: self.topic_activated.emit(self._model.id_of(index)))
        self._quiet = False

    def show_map(self, document: Map | None) -> None:
        """Show a map, keeping what was selected and unfolded."""
        if document is not None and self._model.same_tree(document):
            self._model.update_topics(document)
            return
        selected = self._model.id_of(self.currentIndex())
        self._quiet = True
        self._model.show_map(document)
        self.expandAll()
        if selected:
            self.setCurrentIndex(self._model.index_of(selected))
        self._quiet = False

    def select(self, topic_id: str) -> None:
        """Select a topic without telling anybody."""
        self._quiet = True
        index = self._model.index_of(topic_id)
        self.setCurrentIndex(index)
        if index.isValid():
            self.scrollTo(index)
        else:
            self.clearSelection()
        self._quiet = False

    def _on_current(self, current: QModelIndex, _: QModelIndex) -> None:
        if not self._quiet and current.isValid():
            self.topic_selected.emit(self._model.id_of(current))
