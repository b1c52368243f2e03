"""All kept maps, and search over everything in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from knowalledge_desktop.core.ports import MapInfo, SearchHit
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.messages import ago
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, label, leading_icon, row, text_button

Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
SECOND = Qt.ItemDataRole.UserRole + 1
PAUSE_MS = 60


class _Rows(QAbstractListModel):
    """Two-line rows: (map id, topic id, first line, second line)."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, str, str, str]] = []

    def set_rows(self, rows: list[tuple[str, str, str, str]]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def at(self, index: Index) -> tuple[str, str, str, str]:
        return self._rows[index.row()]

    def rowCount(self, parent: Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        _, _, first, second = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return first
        if role == SECOND:
            return second
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{first}, {_bare(second)}"
        return None


class _TwoLines(QStyledItemDelegate):
    """Title above, what is known of it below."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, self._theme.px("layout.row.twoLine"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)  # type: ignore[attr-defined]
        box = option.rect  # type: ignore[attr-defined]
        if chosen or over:
            painter.fillRect(box, self._theme.color("accent.subtle" if chosen else "bg.hover"))
        inner = box.adjusted(16, 8, -16, -8)
        painter.setFont(self._theme.font("bodyStrong"))
        painter.setPen(self._theme.color("accent.text" if chosen else "text.primary"))
        first = painter.fontMetrics().elidedText(
            str(index.data(Qt.ItemDataRole.DisplayRole)), Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, first)
        painter.setFont(self._theme.font("small"))
        painter.setPen(self._theme.color("text.secondary"))
        self._marked_line(painter, inner, str(index.data(SECOND)))

    def _marked_line(self, painter: QPainter, box: QRect, text: str) -> None:
        """One line at the bottom, with amber behind what was searched for."""
        metrics, x = painter.fontMetrics(), box.left()
        base = box.bottom() - metrics.descent()
        for number, piece in enumerate(re.split("[\u0002\u0003]", text)):
            room = box.right() - x
            if room <= 0:
                break
            shown = metrics.elidedText(piece, Qt.TextElideMode.ElideRight, room)
            wide = metrics.horizontalAdvance(shown)
            if number % 2 and wide:
                ground = QRectF(x - 1, base - metrics.ascent(), wide + 2, metrics.height())
                painter.fillRect(ground, self._theme.color("highlight.match"))
            painter.setPen(self._theme.color("highlight.text" if number % 2 else "text.secondary"))
            painter.drawText(x, base, shown)
            x += wide
            if shown != piece:
                break


class LibraryPage(QWidget):
    """Lists maps; with a search text, the topics that match."""

    open_requested = Signal(str, str)
    trash_requested = Signal(str)
    search_requested = Signal(str)
    new_map_requested = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryPage")
        self.setProperty("panel", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._infos: Sequence[MapInfo] = ()
        self.search = QLineEdit()
        self.search.setObjectName("librarySearch")
        self.search.setAccessibleName(self.tr("Search the library"))
        self.search.setPlaceholderText(self.tr("Search everything you have kept"))
        self.search.setToolTip(self.tr("Search titles and texts (Ctrl+Shift+F)"))
        self.search.setClearButtonEnabled(True)
        leading_icon(self.search, icons, "search")
        self._pause = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(lambda: self.search_requested.emit(self.search.text()))
        self.search.textChanged.connect(lambda _: self._pause.start())
        self._rows = _Rows(self)
        self.list = QListView()
        self.list.setObjectName("libraryList")
        self.list.setAccessibleName(self.tr("Maps in the library"))
        self.list.setModel(self._rows)
        self.list.setItemDelegate(_TwoLines(theme, self))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.activated.connect(self._on_open)
        self.list.clicked.connect(self._on_open)
        self._empty = label("", "secondary", wrap=True)
        self._new = text_button(self.tr("Make a map of it"), "newMapOfSearch", self._on_new, "subtle")
        self._delete = text_button(
            self.tr("Move to trash"),
            "trashButton",
            self._on_trash,
            "ghost",
            self.tr("Move the chosen map to the trash (Del)"),
        )
        self.setLayout(
            column(
                row(label(self.tr("Library"), "heading"), -1, self._delete),
                14,
                self.search,
                10,
                self._empty,
                row(self._new, -1),
                self.list,
                margins=(40, 28, 40, 16),
            )
        )

    def show_maps(self, infos: Sequence[MapInfo], now: float) -> None:
        """List the maps."""
        self._infos = infos
        self._rows.set_rows([(i.map_id, "", i.title, self._about(i, now)) for i in infos])
        self._new.hide()
        self._delete.setVisible(bool(infos))
        self._empty.setText("" if infos else self.tr("Maps you make are kept here and open without a connection."))
        self._empty.setVisible(not infos)
        if infos:
            self.list.setCurrentIndex(self._rows.index(0))

    def show_hits(self, text: str, hits: Sequence[SearchHit]) -> None:
        """List the topics that match."""
        self._rows.set_rows([(h.map_id, h.topic_id, h.title, _second_line(h)) for h in hits])
        self._delete.hide()
        self._empty.setText(
            "" if hits else self.tr("Nothing saved mentions ‘{text}’. Make a map of it?").format(text=text)
        )
        self._empty.setVisible(not hits)
        self._new.setVisible(not hits)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.list.hasFocus():
            self._on_trash()
            return
        super().keyPressEvent(event)

    def _about(self, info: MapInfo, now: float) -> str:
        topics = self.tr("%n topics", "", info.topics)
        return self.tr("{topics}, {n} explained, changed {ago}").format(
            topics=topics, n=info.explained, ago=ago(now - info.updated_at)
        )

    def _on_open(self, index: QModelIndex) -> None:
        map_id, topic_id, _, _ = self._rows.at(index)
        self.open_requested.emit(map_id, topic_id)

    def _on_trash(self) -> None:
        index = self.list.currentIndex()
        if index.isValid() and not self.search.text().strip():
            self.trash_requested.emit(self._rows.at(index)[0])

    def _on_new(self) -> None:
        self.new_map_requested.emit(self.search.text())


def _second_line(hit: SearchHit) -> str:
    text = hit.snippet.replace("\n", " ")
    return f"{hit.map_title} · {text}" if text and _bare(text) != hit.title else hit.map_title


def _bare(text: str) -> str:
    return re.sub("[\u0002\u0003]", "", text)
