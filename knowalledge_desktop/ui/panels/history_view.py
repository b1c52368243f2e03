"""The history of a map: every act, newest first, what is different since, and going back there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QScrollArea,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from knowalledge_desktop.core.versions import Act, Comparison
from knowalledge_desktop.ui.history_words import act_author, act_title, comparison_lines, moment, tally_words
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import clear, column, icon_button, label, row, rule, text_button
from knowalledge_desktop.ui.widgets.elided import ElidedLabel

Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
ACT = Qt.ItemDataRole.UserRole + 1


class _Acts(QAbstractListModel):
    more_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.acts: list[Act] = []
        self._goes_on = False

    def show(self, acts: Sequence[Act], *, goes_on: bool) -> None:
        self.beginResetModel()
        self.acts = list(acts)
        self._goes_on = goes_on
        self.endResetModel()

    def add(self, acts: Sequence[Act], *, goes_on: bool) -> None:
        self._goes_on = goes_on
        if acts:
            self.beginInsertRows(_TOP, len(self.acts), len(self.acts) + len(acts) - 1)
            self.acts.extend(acts)
            self.endInsertRows()

    def canFetchMore(self, parent: Index) -> bool:
        return self._goes_on and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        self._goes_on = False
        self.more_wanted.emit()

    def rowCount(self, parent: Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self.acts)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        act = self.acts[index.row()]
        if role == ACT:
            return act
        if role == Qt.ItemDataRole.DisplayRole:
            return act_title(act)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            parts = (act_title(act), tally_words(act.tally), act_author(act), moment(act.at))
            return ", ".join(part for part in parts if part)
        return None


class _Delegate(QStyledItemDelegate):
    """Title and time above, who and what below, on a line with a knot for each act."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        lines = self._theme.line_height("bodyStrong") + 2 * self._theme.line_height("small")
        return QSize(200, lines + 18)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        act: Act = index.data(ACT)
        theme = self._theme
        box: QRect = option.rect  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        chosen, over = (
            bool(state & QStyle.StateFlag.State_Selected),
            bool(state & QStyle.StateFlag.State_MouseOver),
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or over:
            painter.setBrush(theme.color("accent.subtle" if chosen else "bg.hover"))
            corner = theme.number("radius.md")
            painter.drawRoundedRect(QRectF(box), corner, corner)
        x, y = box.left() + 16, box.top() + 19
        painter.setBrush(theme.color("border.strong"))
        top = y if index.row() == 0 else box.top()
        painter.drawRect(QRectF(x - 0.5, top, 1, box.bottom() + 1 - top))
        painter.setBrush(theme.color("accent.base" if act.author == "person" else "success.base"))
        painter.drawEllipse(QRectF(x - 4, y - 4, 8, 8))
        painter.restore()
        inner = box.adjusted(34, 9, -12, -9)
        painter.setFont(theme.font("bodyStrong"))
        painter.setPen(theme.color("accent.text" if chosen else "text.primary"))
        self._line(painter, inner, 0, "bodyStrong", act_title(act))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text.secondary"))
        high = theme.line_height("bodyStrong")
        self._line(painter, inner, high, "small", tally_words(act.tally))
        told = f"{moment(act.at)} · {act_author(act)}"
        self._line(painter, inner, high + theme.line_height("small") + 1, "small", told)

    def _line(self, painter: QPainter, inner: QRect, down: int, role: str, text: str) -> None:
        box = QRect(inner.left(), inner.top() + down, inner.width(), self._theme.line_height(role))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class HistoryView(QFrame):
    """The acts of one map; `act_chosen` asks for the comparison, `back_requested` to go back."""

    act_chosen = Signal(str, object)  # map id, Act
    back_requested = Signal(str, object)
    more_requested = Signal(str, int)  # map id, oldest act that is shown
    closed = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("historyView")
        self.setProperty("panel", "window")
        self._map_id = ""
        self._title = ElidedLabel("title")
        self._close = icon_button(
            icons, "x", "historyClose", self.tr("Close the history"), self.closed.emit, "Esc", 16
        )
        self._acts = _Acts(self)
        self._acts.more_wanted.connect(self._on_more)
        self.list = QListView()
        self.list.setObjectName("historyList")
        self.list.setAccessibleName(self.tr("What was done, newest first"))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setModel(self._acts)
        self.list.setItemDelegate(_Delegate(theme, self))
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self._empty = label(self.tr("Nothing is known of what was done to this map."), "secondary", wrap=True)
        self._since = label("", "bodyStrong", wrap=True)
        self._since.setObjectName("historySince")
        self._lines = column(gap=2)
        inside = QWidget()
        inside.setLayout(column(self._lines, -1))
        self._area = QScrollArea()
        self._area.setObjectName("historyDifference")
        self._area.setWidgetResizable(True)
        self._area.setWidget(inside)
        self._area.setMinimumHeight(96)
        self._back = text_button(
            self.tr("Go back to here"),
            "historyBackButton",
            self._on_back,
            "primary",
            self.tr("Make the map what it was right after this act; that can be undone"),
        )
        self.setLayout(
            column(
                row(self._title, -1, self._close),
                10,
                self._empty,
                self.list,
                rule(),
                12,
                self._since,
                6,
                self._area,
                10,
                row(self._back, -1),
                margins=(20, 18, 16, 16),
            )
        )
        layout = self.layout()
        if layout is not None:
            layout.setStretchFactor(self.list, 3)  # type: ignore[attr-defined]
            layout.setStretchFactor(self._area, 1)  # type: ignore[attr-defined]

    @property
    def map_id(self) -> str:
        """The map whose history is shown."""
        return self._map_id

    def show_acts(self, map_id: str, title: str, acts: Sequence[Act], *, goes_on: bool = False) -> None:
        """Show the history of a map; the newest act is chosen."""
        self._map_id = map_id
        self._title.show_text(self.tr("History of {title}").format(title=title))
        self._acts.show(acts, goes_on=goes_on)
        self._empty.setVisible(not acts)
        self.list.setVisible(bool(acts))
        self._show_lines("", ())
        self._back.setEnabled(False)
        if acts:
            self.list.setCurrentIndex(self._acts.index(0))

    def add_acts(self, acts: Sequence[Act], *, goes_on: bool) -> None:
        """Show older acts below."""
        self._acts.add(acts, goes_on=goes_on)

    def show_difference(self, act: Act, different: Comparison) -> None:
        """Show what is different since an act, if that is still the chosen one."""
        if act != self._chosen():
            return
        lines = comparison_lines(different)
        words = self.tr("Since then:") if lines else self.tr("Nothing is different since then.")
        self._show_lines(words, lines)
        self._back.setEnabled(bool(lines))

    def show_trouble(self, sentence: str) -> None:
        """Say why this version cannot be shown."""
        self._show_lines(sentence, ())
        self._back.setEnabled(False)

    def _show_lines(self, head: str, lines: Sequence[tuple[str, str]]) -> None:
        self._since.setText(head)
        clear(self._lines)
        for count, names in lines:
            self._lines.addWidget(label(count, "body"))
            if names:
                self._lines.addWidget(label(names, "secondary", wrap=True))
        self._area.setVisible(bool(lines))

    def _chosen(self) -> Act | None:
        index = self.list.currentIndex()
        return self._acts.acts[index.row()] if index.isValid() else None

    def _on_current(self, now: QModelIndex) -> None:
        self._back.setEnabled(False)
        if now.isValid():
            self.act_chosen.emit(self._map_id, self._acts.acts[now.row()])

    def _on_back(self) -> None:
        act = self._chosen()
        if act is not None:
            self.back_requested.emit(self._map_id, act)

    def _on_more(self) -> None:
        if self._acts.acts:
            self.more_requested.emit(self._map_id, self._acts.acts[-1].act_id)
