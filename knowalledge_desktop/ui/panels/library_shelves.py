"""The shelves at the left of the library: all maps, pinned, opened lately, equal titles, trash, collections."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from knowalledge_desktop.core.shelf import Overview, Shelf
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, dress_icon, label, row, text_button

Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
ENTRY = Qt.ItemDataRole.UserRole + 1
WIDE = 232


@dataclass(frozen=True, slots=True)
class Entry:
    """A shelf or a collection; a heading has neither."""

    text: str
    count: int = 0
    icon: str = ""
    shelf: Shelf | None = None
    tag: str = ""


class _Entries(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def show(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self.entries[index.row()].shelf is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.text}, {entry.count}" if entry.shelf else entry.text
        return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._icons, self._list = theme, icons, parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        entry: Entry = index.data(ENTRY)
        return QSize(100, self._theme.px("layout.row.compact") + (4 if entry.shelf else 18))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Entry = index.data(ENTRY)
        box: QRect = option.rect  # type: ignore[attr-defined]
        theme = self._theme
        if entry.shelf is None:
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("text.secondary"))
            under = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
            painter.drawText(box.adjusted(10, 0, -10, -6), under, entry.text)
            return
        state = option.state  # type: ignore[attr-defined]
        chosen, over = (
            bool(state & QStyle.StateFlag.State_Selected),
            bool(state & QStyle.StateFlag.State_MouseOver),
        )
        if chosen or over:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent.subtle" if chosen else "bg.hover"))
            corner = theme.number("radius.md")
            painter.drawRoundedRect(QRectF(box.adjusted(0, 1, 0, -1)), corner, corner)
            if chosen and self._list.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.color("accent.focus"), 2.0))
                painter.drawRoundedRect(QRectF(box).adjusted(1, 2, -1, -2), corner, corner)
            painter.restore()
        ink = "accent.text" if chosen else "text.secondary"
        dpr = painter.device().devicePixelRatioF()
        picture = self._icons.pixmap(entry.icon, ink, 16, dpr)
        painter.drawPixmap(box.left() + 10, box.center().y() - 8, picture)
        painter.setFont(theme.font("bodyStrong" if chosen else "body"))
        painter.setPen(theme.color("accent.text" if chosen else "text.primary"))
        inner = box.adjusted(36, 0, -10, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        number = f"{entry.count:n}" if entry.count else ""
        room = inner.width() - painter.fontMetrics().horizontalAdvance(number) - 8
        text = painter.fontMetrics().elidedText(entry.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | middle, text)
        painter.setFont(theme.font("small", tabular=True))
        painter.setPen(theme.color("accent.text" if chosen else "text.secondary"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | middle, number)


class ShelfList(QFrame):
    """Where in the library one is; `chosen` tells the shelf and the collection."""

    chosen = Signal(object, str)  # Shelf, tag
    backups_requested = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryShelves")
        self.setProperty("panel", "window")
        self.setFixedWidth(WIDE)
        self._now = (Shelf.ALL, "")
        self._model = _Entries(self)
        self.list = QListView()
        self.list.setObjectName("shelfList")
        self.list.setProperty("rows", "own")  # the delegate draws the focus
        self.list.setAccessibleName(self.tr("Shelves and collections"))
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Delegate(theme, icons, self.list))
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self._device = label("", "secondary", wrap=True)
        self._device.setObjectName("libraryCounts")
        here = label(self.tr("On this device"), "tertiary")
        backups = text_button(
            self.tr("Backups"),
            "libraryBackupsButton",
            self.backups_requested.emit,
            "ghost",
            self.tr("See the copies of the library, make one, and go back to one"),
        )
        dress_icon(backups, icons, "archive-restore", "text.secondary", 16)
        foot = column(here, 4, self._device, margins=(0, 0, 0, 0))
        self.setLayout(column(self.list, foot, 6, row(backups, -1), margins=(10, 14, 10, 12)))
        self.show_overview(Overview())

    @property
    def current(self) -> tuple[Shelf, str]:
        """The shelf and the collection that is shown."""
        return self._now

    def show_overview(self, known: Overview) -> None:
        """Show other counts and collections; one that is gone is left for all maps."""
        entries = [
            Entry(self.tr("All maps"), known.maps, "library", Shelf.ALL),
            Entry(self.tr("Pinned"), known.pinned, "pin", Shelf.PINNED),
            Entry(self.tr("Opened lately"), known.recent, "clock", Shelf.RECENT),
            Entry(self.tr("Same title"), known.duplicates, "copy", Shelf.DUPLICATES),
            Entry(self.tr("Trash"), known.trash, "trash-2", Shelf.TRASH),
        ]
        if known.tags:
            entries.append(Entry(self.tr("Collections")))
            entries += [Entry(tag, count, "tag", Shelf.ALL, tag) for tag, count in known.tags]
        self._model.show(entries)
        kept = next((n for n, each in enumerate(entries) if (each.shelf, each.tag) == self._now), None)
        if kept is None:
            self._now = (Shelf.ALL, "")
            self.chosen.emit(*self._now)
        with QSignalBlocker(self.list.selectionModel()):
            self.list.selectionModel().setCurrentIndex(
                self._model.index(kept or 0), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
        self.list.viewport().update()
        maps, topics = self.tr("%n maps", "", known.maps), self.tr("%n topics", "", known.topics)
        self._device.setText(f"{maps}, {topics}")

    def go(self, shelf: Shelf, tag: str = "") -> None:
        """Go to a shelf."""
        for n, entry in enumerate(self._model.entries):
            if (entry.shelf, entry.tag) == (shelf, tag):
                self.list.setCurrentIndex(self._model.index(n))

    def _on_current(self, now: QModelIndex) -> None:
        if now.isValid():
            entry = self._model.entries[now.row()]
            if entry.shelf is not None and (entry.shelf, entry.tag) != self._now:
                self._now = (entry.shelf, entry.tag)
                self.chosen.emit(entry.shelf, entry.tag)
