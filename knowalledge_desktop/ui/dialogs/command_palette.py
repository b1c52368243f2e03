"""The palette: type a few letters, run a command, go to a topic, or begin a map."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QCursor, QKeyEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from knowalledge_desktop.ui.commands import Command
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, label, leading_icon, native_keys, row

WIDTH, TOP, MOST_ROWS = 640, 112, 12
ROW, HEAD, INSET, ICON = 38, 30, 12, 18

Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
COMMAND = Qt.ItemDataRole.UserRole + 1


class _Rows(QAbstractListModel):
    """Commands with the names of their groups between them; a name cannot be chosen."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[Command | str] = []

    def show(self, commands: Sequence[Command]) -> None:
        rows: list[Command | str] = []
        group = ""
        for each in commands:
            if each.group != group:
                group = each.group
                rows.append(group)
            rows.append(each)
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if isinstance(self._rows[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        found = self._rows[index.row()]
        if isinstance(found, str):
            return found if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        if role == Qt.ItemDataRole.DisplayRole:
            return found.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (found.title, found.detail, native_keys(found.keys)) if part)
        return found if role == COMMAND else None


class _Line(QStyledItemDelegate):
    """Icon, title, what it takes, and the keys at the far end."""

    def __init__(self, theme: Theme, icons: Icons, parent: QObject) -> None:
        super().__init__(parent)
        self._theme, self._icons = theme, icons

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        high = ROW if isinstance(index.data(COMMAND), Command) else HEAD
        return QSize(WIDTH - 2 * INSET, round(high * self._theme.scale))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        box: QRect = option.rect  # type: ignore[attr-defined]
        command = index.data(COMMAND)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(command, Command):
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
            self._command(painter, box, command, chosen=chosen)
        else:
            painter.setFont(self._theme.font("caption"))
            painter.setPen(self._theme.color("text.tertiary"))
            inner = box.adjusted(INSET, 0, -INSET, -4)
            painter.drawText(inner, int(Qt.AlignmentFlag.AlignBottom), str(index.data()))
        painter.restore()

    def _command(self, painter: QPainter, box: QRect, command: Command, *, chosen: bool) -> None:
        theme = self._theme
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent.subtle"))
            painter.drawRoundedRect(box, theme.number("radius.md"), theme.number("radius.md"))
        inner = box.adjusted(INSET, 0, -INSET, 0)
        if command.icon:
            colour = "accent.text" if chosen else "text.secondary"
            dpr = painter.device().devicePixelRatioF()
            picture = self._icons.pixmap(command.icon, colour, ICON, dpr)
            painter.drawPixmap(inner.left(), inner.center().y() - ICON // 2 + 1, picture)
        right = self._keys(painter, inner, command.keys)
        text = QRect(
            inner.left() + ICON + INSET, inner.top(), right - inner.left() - ICON - 2 * INSET, inner.height()
        )
        painter.setFont(theme.font("bodyStrong"))
        painter.setPen(theme.color("text.primary"))
        metrics = painter.fontMetrics()
        title = metrics.elidedText(command.title, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter), title)
        text.setLeft(text.left() + metrics.horizontalAdvance(title) + 8)
        if command.detail and text.width() > 40:
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("text.secondary"))
            shown = painter.fontMetrics().elidedText(command.detail, Qt.TextElideMode.ElideRight, text.width())
            painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter), shown)

    def _keys(self, painter: QPainter, box: QRect, keys: str) -> int:
        """Draws each key in a frame from the right; returns how far the text may reach."""
        right = box.right()
        painter.setFont(self._theme.font("caption"))
        metrics = painter.fontMetrics()
        for key in reversed([part for part in native_keys(keys).split("+") if part]):
            wide = metrics.horizontalAdvance(key) + 12
            frame = QRectF(right - wide, box.center().y() - 9, wide, 19)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.color("border.strong"), 1.0))
            painter.drawRoundedRect(frame, 4.0, 4.0)
            painter.setPen(self._theme.color("text.secondary"))
            painter.drawText(frame, int(Qt.AlignmentFlag.AlignCenter), key)
            right -= wide + 6
        return right


class CommandPalette(QDialog):
    """`wanted` tells what is typed; `show_commands` answers. Gives the focus back to where it was."""

    wanted = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.FramelessWindowHint)
        self.setObjectName("commandPalette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Commands"))
        self.setModal(True)
        self._theme, self._above = theme, parent
        self._field = QLineEdit()
        self._field.setObjectName("commandInput")
        self._field.setAccessibleName(self.tr("Command or topic"))
        self._field.setPlaceholderText(self.tr("Type a command, a topic of this map or a new one"))
        self._field.setToolTip(self.tr("Enter runs what is marked, Esc closes"))
        self._field.setProperty("kind", "bare")
        leading_icon(self._field, icons, "search")
        self._rows = _Rows(self)
        self._list = QListView()
        self._list.setObjectName("commandList")
        self._list.setAccessibleName(self.tr("Commands"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setModel(self._rows)
        self._list.setItemDelegate(_Line(theme, icons, self))
        self._list.setMouseTracking(True)
        self._pointer = QCursor.pos()
        self._list.entered.connect(self._mark)
        self._list.clicked.connect(lambda index: self._run(index))
        self._about = label("", "secondary")
        self._about.setObjectName("commandTopic")
        keys = label(self.tr("↑ ↓ to move, Enter to run, Esc to close"), "tertiary")
        self.setLayout(
            column(
                row(self._field, self._about, margins=(8, 6, 14, 6), gap=8),
                self._list,
                row(keys, margins=(16, 6, 16, 8)),
            )
        )
        self._field.textEdited.connect(self.wanted)
        self._field.installEventFilter(self)
        self.setFixedWidth(min(WIDTH, parent.width() - 32))
        self._field.setFocus()

    def begin(self, about: str) -> None:
        """Open at the top of the window; `about` is the topic that commands are about."""
        self._about.setText(about)
        self.wanted.emit("")
        corner = self._above.mapToGlobal(self._above.rect().topLeft())
        self.move(corner.x() + (self._above.width() - self.width()) // 2, corner.y() + TOP)
        self.open()
        self._field.setFocus()

    def show_commands(self, typed: str, commands: Sequence[Command]) -> None:
        """List what fits, unless something else is typed meanwhile; the first is marked."""
        if typed != self._field.text():
            return
        self._rows.show(commands)
        self._list.setCurrentIndex(self._next(-1, 1))
        high = sum(self._list.sizeHintForRow(each) for each in range(min(self._rows.rowCount(), MOST_ROWS)))
        self._list.setFixedHeight(max(ROW, high) + 8)
        self.adjustSize()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of the list work in the field."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            at = self._list.currentIndex().row()
            match event.key():
                case Qt.Key.Key_Down:
                    self._list.setCurrentIndex(self._next(at, 1))
                    return True
                case Qt.Key.Key_Up:
                    self._list.setCurrentIndex(self._next(at, -1))
                    return True
                case Qt.Key.Key_PageDown | Qt.Key.Key_PageUp:
                    step = 1 if event.key() == Qt.Key.Key_PageDown else -1
                    for _ in range(MOST_ROWS - 2):
                        self._list.setCurrentIndex(self._next(self._list.currentIndex().row(), step))
                    return True
                case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                    self._run(self._list.currentIndex())
                    return True
                case _:
                    pass
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("border.strong"), 1.0))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        painter.fillRect(self.rect(), self._theme.color("bg.raised"))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    # --- inside ---

    def _next(self, at: int, step: int) -> QModelIndex:
        """The next row that can be chosen, round and round; none where there is none."""
        count = self._rows.rowCount()
        for distance in range(1, count + 1):
            index = self._rows.index((at + step * distance) % count)
            if isinstance(index.data(COMMAND), Command):
                return index
        return _TOP

    def _mark(self, index: QModelIndex) -> None:
        """Marks what the pointer goes to, not what the keys scroll below a pointer that rests."""
        rests = QCursor.pos() == self._pointer
        self._pointer = QCursor.pos()
        if not rests and isinstance(index.data(COMMAND), Command):
            self._list.setCurrentIndex(index)

    def _run(self, index: QModelIndex) -> None:
        command = index.data(COMMAND) if index.isValid() else None
        if isinstance(command, Command):
            self.accept()  # first, so that the command finds the focus where it was
            command.act()
