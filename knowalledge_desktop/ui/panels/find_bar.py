"""The field to find topics of the map, over the top of the canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QMenu, QWidget

from knowalledge_desktop.core.finding import Query, Trait
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.widgets.basics import icon_button, label, leading_icon, row

PAUSE_MS = 60
"""So long nothing is typed before it is looked for."""
DEPTHS = (1, 2, 3)
FIELD_WIDTH = 280


class FindBar(QFrame):
    """Says what is looked for; is told how many were found and which of them is shown."""

    wanted = Signal(object)  # Query
    stepped = Signal(int)
    closed = Signal()

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("findBar")
        self.setProperty("panel", "floating")
        self._field = QLineEdit()
        self._field.setObjectName("findInMap")
        self._field.setAccessibleName(self.tr("Find in this map"))
        self._field.setPlaceholderText(self.tr("Find in this map"))
        self._field.setToolTip(self.tr("Words of titles, summaries and notes (Ctrl+F)"))
        self._field.setClearButtonEnabled(True)
        self._field.setFixedWidth(FIELD_WIDTH)
        leading_icon(self._field, icons, "search")
        self._count = label("", "secondary")
        self._count.setObjectName("findCount")
        self._count.setMinimumWidth(72)
        self._menu = QMenu(self)
        self._menu.setObjectName("findFilterMenu")
        self._traits: dict[Trait, QAction] = {}
        self._depths: dict[int, QAction] = {}
        self._fill_menu()
        self._filter = icon_button(
            icons, "list-filter", "findFilterButton", self.tr("Show only some topics"), self._menu_open, size=16
        )
        self._filter.setCheckable(True)
        self.previous = icon_button(
            icons, "chevron-up", "findPreviousButton", self.tr("Previous"), lambda: self.stepped.emit(-1),
            "Shift+F3", 16,
        )  # fmt: skip
        self.next = icon_button(
            icons, "chevron-down", "findNextButton", self.tr("Next"), lambda: self.stepped.emit(1), "F3", 16
        )
        close = icon_button(icons, "x", "findCloseButton", self.tr("Close"), self.leave, "Esc", 16)
        self.setLayout(
            row(
                self._field,
                self._filter,
                self._count,
                self.previous,
                self.next,
                close,
                margins=(8, 6, 6, 6),
                gap=4,
            )
        )
        self._pause = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._want)
        self._field.textEdited.connect(lambda _text: self._pause.start())
        self._field.installEventFilter(self)
        self.hide()

    @property
    def query(self) -> Query:
        """What is looked for now."""
        traits = frozenset(trait for trait, action in self._traits.items() if action.isChecked())
        depth = next((depth for depth, action in self._depths.items() if action.isChecked()), None)
        return Query(self._field.text(), traits, depth)

    def begin(self) -> None:
        """Open, with what was looked for last chosen for typing over."""
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()
        self._want()

    def leave(self) -> None:
        """Close; nothing is dimmed any more."""
        self._pause.stop()
        self.hide()
        self.closed.emit()

    def show_count(self, at: int, count: int) -> None:
        """Which of how many is shown; `at` is -1 for none of them."""
        if not self.query:
            told = ""
        elif not count:
            told = self.tr("Not found")
        elif at < 0:
            told = self.tr("%n found", "", count)
        else:
            told = self.tr("{at} of {count}").format(at=at + 1, count=count)
        self._count.setText(told)
        self._field.setAccessibleDescription(told)
        self.previous.setEnabled(count > 0)
        self.next.setEnabled(count > 0)
        self._filter.setChecked(bool(self.query.traits) or self.query.depth is not None)
        self.adjustSize()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and the arrows walk through what was found, Esc closes."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            match event.key():
                case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                    if self._pause.isActive():
                        self._want()
                    self.stepped.emit(-1 if back else 1)
                    return True
                case Qt.Key.Key_Down:
                    self.stepped.emit(1)
                    return True
                case Qt.Key.Key_Up:
                    self.stepped.emit(-1)
                    return True
                case Qt.Key.Key_Escape:
                    self.leave()
                    return True
                case _:
                    pass
        return super().eventFilter(watched, event)

    # --- inside ---

    def _want(self) -> None:
        self._pause.stop()
        self.wanted.emit(self.query)

    def _menu_open(self) -> None:
        self._filter.setChecked(bool(self.query.traits) or self.query.depth is not None)
        self._menu.popup(self._filter.mapToGlobal(self._filter.rect().bottomLeft()))

    def _fill_menu(self) -> None:
        for trait, text in (
            (Trait.EXPLAINED, self.tr("Explained")),
            (Trait.OPEN, self.tr("Not explained yet")),
            (Trait.DISPUTED, self.tr("With disputed statements")),
            (Trait.WEAK, self.tr("With a weak explanation")),
            (Trait.NOTED, self.tr("With a note")),
            (Trait.TAGGED, self.tr("With a colour tag")),
            (Trait.LOCKED, self.tr("Locked")),
            (Trait.PICTURED, self.tr("With a picture")),
            (Trait.OWN, self.tr("Added by me")),
            (Trait.RELATED, self.tr("Related, not part of it")),
            (Trait.STALE, self.tr("From a retired model or an old prompt")),
        ):
            self._traits[trait] = self._action(text, f"findTrait-{trait}")
        self._menu.addSeparator()
        for depth in DEPTHS:
            action = self._action(self.tr("Down to level {level}").format(level=depth), f"findDepth-{depth}")
            action.toggled.connect(lambda on, depth=depth: self._only_depth(depth) if on else None)
            self._depths[depth] = action
        self._menu.addSeparator()
        clear = self._menu.addAction(self.tr("Show all"))
        clear.setObjectName("findFilterClear")
        clear.triggered.connect(self._clear)

    def _action(self, text: str, name: str) -> QAction:
        action = self._menu.addAction(text)
        action.setObjectName(name)
        action.setCheckable(True)
        action.triggered.connect(lambda _on: self._want())
        return action

    def _only_depth(self, chosen: int) -> None:
        for depth, action in self._depths.items():
            if depth != chosen:
                action.setChecked(False)

    def _clear(self) -> None:
        for action in (*self._traits.values(), *self._depths.values()):
            action.setChecked(False)
        self._want()
