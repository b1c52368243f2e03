"""Rows of the library: headings, maps, and topics that were found with what was searched for lit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from knowalledge_desktop.core.lit import MARK, UNMARK
from knowalledge_desktop.core.ports import MapInfo, SearchHit
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
ROW = Qt.ItemDataRole.UserRole + 1
_MARKS = re.compile(f"[{MARK}{UNMARK}]")


def bare(text: str) -> str:
    """A text without marks."""
    return _MARKS.sub("", text)


@dataclass(frozen=True, slots=True)
class Row:
    """One row. A heading has no map; `badge` stands at the right in the colours of `tone`."""

    first: str
    second: str = ""
    third: str = ""
    icon: str = ""
    badge: str = ""
    tone: str = ""
    pinned: bool = False
    info: MapInfo | None = None
    hit: SearchHit | None = None

    @property
    def map_id(self) -> str:
        """The map it is about, empty for a heading."""
        return self.info.map_id if self.info else self.hit.map_id if self.hit else ""

    @property
    def topic_id(self) -> str:
        """The topic that was found, empty for a map."""
        return self.hit.topic_id if self.hit and not self.hit.is_root else ""

    @property
    def told(self) -> str:
        """All of it, for those who listen."""
        return ", ".join(bare(part) for part in (self.first, self.second, self.third, self.badge) if part)


class LibraryRows(QAbstractListModel):
    """The rows that are listed; `more_wanted` when the end of a list that goes on has come into view."""

    more_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._goes_on = False

    def show(self, rows: Sequence[Row], *, goes_on: bool = False) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._rows = list(rows)
        self._goes_on = goes_on
        self.endResetModel()

    def add(self, rows: Sequence[Row], *, goes_on: bool = False) -> None:
        """Show further rows below those that are there."""
        self._goes_on = goes_on
        if rows:
            self.beginInsertRows(_TOP, len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def at(self, index: Index) -> Row:
        """The row there."""
        return self._rows[index.row()]

    def rows(self) -> tuple[Row, ...]:
        """All rows."""
        return tuple(self._rows)

    def canFetchMore(self, parent: Index) -> bool:
        return self._goes_on and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        self._goes_on = False
        self.more_wanted.emit()

    def rowCount(self, parent: Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or not self._rows[index.row()].map_id:
            return Qt.ItemFlag.NoItemFlags  # a heading is not stopped at
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return bare(row.first)
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.told
        return None


class LibraryDelegate(QStyledItemDelegate):
    """Paints the rows as the design has them."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._icons, self._list = theme, icons, parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: Row = index.data(ROW)
        line = self._theme.line_height("bodyStrong") + self._theme.line_height("small")
        if not row.map_id:
            return QSize(200, self._theme.px("layout.row.default"))
        return QSize(200, line + 20 + (self._theme.line_height("small") + 2 if row.third else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row = index.data(ROW)
        box: QRect = option.rect  # type: ignore[attr-defined]
        theme = self._theme
        if not row.map_id:
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("text.secondary"))
            inner = box.adjusted(12, 0, -12, -6)
            painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, row.first)
            painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, row.badge)
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
            painter.drawRoundedRect(QRectF(box), corner, corner)
            if chosen and self._list.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.color("accent.focus"), 2.0))
                painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), corner, corner)
            painter.restore()
        inner = box.adjusted(12, 9, -12, -9)
        side = 16
        ink = "accent.text" if chosen else "text.tertiary"
        picture = self._icons.pixmap(row.icon or "network", ink, side, painter.device().devicePixelRatioF())
        painter.drawPixmap(inner.left(), inner.top() + 2, picture)
        inner.setLeft(inner.left() + side + 10)
        room = QRect(inner)
        if row.badge:
            room.setRight(self._badge(painter, inner, row) - 8)
        top = inner.top()
        painter.setFont(theme.font("bodyStrong"))
        end = self._line(
            painter,
            room,
            top,
            theme.line_height("bodyStrong"),
            row.first,
            "accent.text" if chosen else "text.primary",
        )
        if row.pinned:
            pin = self._icons.pixmap("pin", "accent.text", 14, painter.device().devicePixelRatioF())
            painter.drawPixmap(min(end + 6, room.right() - 14), top + 3, pin)
        painter.setFont(theme.font("small"))
        top += theme.line_height("bodyStrong") + 1
        self._line(painter, inner, top, theme.line_height("small"), row.second, "text.secondary")
        if row.third:
            top += theme.line_height("small") + 3
            self._line(painter, inner, top, theme.line_height("small"), row.third, "text.primary")

    def _badge(self, painter: QPainter, inner: QRect, row: Row) -> int:
        """Paint the badge at the right; returns where it begins."""
        theme = self._theme
        painter.setFont(theme.font("caption"))
        high = theme.px("badge.height")
        wide = painter.fontMetrics().horizontalAdvance(row.badge) + 2 * theme.px("badge.padX")
        box = QRectF(inner.right() - wide, inner.top(), wide, high)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(f"{row.tone}.subtle" if row.tone else "bg.sunken"))
        corner = theme.number("badge.radius")
        painter.drawRoundedRect(box, corner, corner)
        painter.restore()
        painter.setPen(theme.color(f"{row.tone}.text" if row.tone else "text.secondary"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, row.badge)
        return inner.right() - wide

    def _line(self, painter: QPainter, room: QRect, top: int, height: int, text: str, ink: str) -> int:
        """One line, with amber behind what was searched for; returns where it ends."""
        metrics, x = painter.fontMetrics(), room.left()
        base = top + (height + metrics.ascent() - metrics.descent()) // 2
        flat = text.replace("\n", " ")
        for number, piece in enumerate(_MARKS.split(flat)):
            left = room.right() - x
            if left <= 0:
                break
            shown = metrics.elidedText(piece, Qt.TextElideMode.ElideRight, left)
            wide = metrics.horizontalAdvance(shown)
            if number % 2 and wide:
                ground = QRectF(x - 1, base - metrics.ascent(), wide + 2, metrics.height())
                painter.fillRect(ground, self._theme.color("highlight.match"))
            painter.setPen(self._theme.color("highlight.text" if number % 2 else ink))
            painter.drawText(x, base, shown)
            x += wide
            if shown != piece:
                break
        return x
