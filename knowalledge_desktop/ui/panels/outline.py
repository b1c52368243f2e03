"""The map as a tree of lines: the accessible twin of the canvas, with the same selection."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QTreeView, QWidget

from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.ui.canvas.badges import tag_name
from knowalledge_desktop.ui.canvas.picks import Picks

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
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join((topic.title, *self._heard(topic)))
        told = {
            int(Qt.ItemDataRole.DisplayRole): topic.title,
            int(Qt.ItemDataRole.UserRole): topic.topic_id,
            int(Qt.ItemDataRole.ToolTipRole): topic.summary or topic.title,
        }
        return told.get(int(role))

    def _heard(self, topic: Topic) -> list[str]:
        """What is to know about a topic besides its title."""
        explained = topic.topic_id in self._explained
        told = [self.tr("explained") if explained else self.tr("not explained")]
        told += [self.tr("tagged {colour}").format(colour=tag_name(topic.tag))] if topic.tag else []
        told += [self.tr("has a note")] if topic.note else []
        told += [self.tr("locked")] if topic.locked else []
        return told


_HERE = QItemSelectionModel.SelectionFlag.NoUpdate
_ONLY = QItemSelectionModel.SelectionFlag.ClearAndSelect
_WALKING = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
)
_ACTING = (Qt.Key.Key_Space, Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_ACTING_CTRL = (Qt.Key.Key_C, Qt.Key.Key_X)


class OutlineView(QTreeView):
    """The outline; what is selected and picked here is so on the canvas, and the other way round."""

    topic_selected = Signal(str)
    topic_activated = Signal(str)
    menu_requested = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outlineView")
        self.setAccessibleName(self.tr("Outline of the map"))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._model = OutlineModel(self)
        self.setModel(self._model)
        self._picks = Picks(self)
        self._act: Callable[[QKeyEvent], bool] = lambda _: False
        self._quiet = False
        self.selectionModel().currentChanged.connect(self._on_current)
        self.selectionModel().selectionChanged.connect(self._on_selection)
        self.activated.connect(lambda index: self.topic_activated.emit(self._model.id_of(index)))

    def share(self, picks: Picks, act: Callable[[QKeyEvent], bool]) -> None:
        """Pick what is picked on the canvas, and have keys do here what they do there."""
        self._picks, self._act = picks, act
        picks.changed.connect(self._show_picks)

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
        self._show_picks()

    def select(self, topic_id: str) -> None:
        """Select a topic without telling anybody."""
        index = self._model.index_of(topic_id)
        if index.isValid() and index == self.currentIndex():
            self.scrollTo(index)
            return
        self._quiet = True
        if not index.isValid():
            self.setCurrentIndex(index)
            self.clearSelection()
        else:
            self.selectionModel().setCurrentIndex(index, _HERE if self._picks.ids else _ONLY)
            self.scrollTo(index)
        self._quiet = False

    def selectionCommand(self, index: Index, event: QEvent | None = None) -> QItemSelectionModel.SelectionFlag:
        """Walking on leaves what is picked as it is, as on the canvas."""
        if (
            isinstance(event, QKeyEvent)
            and event.key() in _WALKING
            and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            and self._picks.ids
        ):
            return _HERE
        return super().selectionCommand(index, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that act on topics do so here as well; letters go to the next title that begins so."""
        held, key = event.modifiers(), event.key()
        acting = key in _ACTING and not held
        acting |= key in _ACTING_CTRL and held == Qt.KeyboardModifier.ControlModifier
        acting |= key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and held == Qt.KeyboardModifier.AltModifier
        if not (acting and self._act(event)):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The same menu as on the canvas."""
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            at = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()) if by_key else event.globalPos()
            self.menu_requested.emit(self._model.id_of(index), at)

    # --- inside ---

    def _on_current(self, current: QModelIndex, _: QModelIndex) -> None:
        if not self._quiet and current.isValid():
            self.topic_selected.emit(self._model.id_of(current))

    def _on_selection(self) -> None:
        """Several that are selected here are picked; a single one is just selected."""
        if self._quiet:
            return
        ids = [self._model.id_of(index) for index in self.selectionModel().selectedRows()]
        self._quiet = True
        self._picks.set(ids if len(ids) > 1 else ())
        self._quiet = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_picks()

    def _show_picks(self) -> None:
        if self._quiet or not self.isVisible():
            return  # while it is not seen, nothing is spent on it
        chosen = QItemSelection()
        shown = [self._model.index_of(each) for each in self._picks.ids] or [self.currentIndex()]
        for index in shown:
            if index.isValid():
                chosen.select(index, index)
        self._quiet = True
        self.selectionModel().select(chosen, _ONLY)
        self._quiet = False
