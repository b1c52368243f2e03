"""The library: shelves, all maps with search over everything in them, and what is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QListView, QStackedWidget, QVBoxLayout, QWidget

from knowalledge_desktop.core.ports import MapInfo, SearchHit
from knowalledge_desktop.core.shelf import Filter, Overview, Shelf
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.library_words import hit_rows, map_rows, shelf_names, why_empty
from knowalledge_desktop.ui.panels.history_view import HistoryView
from knowalledge_desktop.ui.panels.library_card import LibraryCard
from knowalledge_desktop.ui.panels.library_filters import LibraryFilters
from knowalledge_desktop.ui.panels.library_menu import open_library_menu
from knowalledge_desktop.ui.panels.library_rows import LibraryDelegate, LibraryRows, Row
from knowalledge_desktop.ui.panels.library_shelves import WIDE, ShelfList
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, label, leading_icon, row, rule, text_button

SIDE, NARROW = 380, 1_060
_KEYS_TO_LIST = {Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp}


class LibraryPage(QWidget):
    """Lists maps; with a search text, the topics that match."""

    open_requested = Signal(str, str)
    trash_requested = Signal(str)
    search_requested = Signal(str)
    new_map_requested = Signal(str)
    listing_requested = Signal()  # another shelf, collection or filter
    more_requested = Signal(int)  # how many rows there are
    look_requested = Signal(str)  # the map of what has been chosen
    pin_requested = Signal(str, bool)
    empty_requested = Signal()
    topic_requested = Signal()  # to type one
    import_requested = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryPage")
        self.setProperty("panel", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._now = 0.0
        self._chosen_before = ("", "")
        self.shelves = ShelfList(theme, icons)
        self.filters = LibraryFilters()
        self.card = LibraryCard(theme, icons)
        self.history = HistoryView(theme, icons)
        self.search = QLineEdit()
        self.search.setObjectName("librarySearch")
        self.search.setAccessibleName(self.tr("Search the library"))
        self.search.setPlaceholderText(self.tr("Search everything you have kept"))
        self.search.setToolTip(self.tr("Search titles and texts (Ctrl+Shift+F)"))
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        leading_icon(self.search, icons, "search")
        self.search.textChanged.connect(self.search_requested.emit)
        self._rows = LibraryRows(self)
        self._rows.more_wanted.connect(lambda: self.more_requested.emit(self._rows.rowCount()))
        self.list = QListView()
        self.list.setObjectName("libraryList")
        self.list.setProperty("rows", "own")  # the delegate draws the focus
        self.list.setAccessibleName(self.tr("Maps in the library"))
        self.list.setModel(self._rows)
        self.list.setItemDelegate(LibraryDelegate(theme, icons, self.list))
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.activated.connect(self._on_open)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.list.installEventFilter(self)
        self._heading = label(self.tr("All maps"), "heading")
        self._found = label("", "tertiary")
        self._found.setObjectName("libraryFound")
        self._empty = label("", "secondary", wrap=True)
        self._empty.setObjectName("libraryEmpty")
        self._new = text_button(self.tr("Make a map of it"), "newMapOfSearch", self._on_new, "subtle")
        self._first = QWidget()
        self._first.setLayout(
            row(
                text_button(self.tr("Type a topic"), "firstTopicButton", self.topic_requested.emit, "primary"),
                text_button(self.tr("Import a file…"), "firstImportButton", self.import_requested.emit),
                -1,
                gap=8,
            )
        )
        self._purge = text_button(
            self.tr("Empty trash"),
            "emptyTrashButton",
            self.empty_requested.emit,
            "",
            self.tr("Say what goes, and ask"),
        )
        self._build()
        self._connect()

    def _build(self) -> None:
        middle = QWidget()
        middle.setLayout(
            column(
                row(self._heading, -1, self._found, self.filters.clear_button, self._purge, gap=12),
                12,
                self.search,
                10,
                self.filters,
                10,
                self._empty,
                row(self._new, -1),
                self._first,
                self.list,
                -1,
                margins=(24, 20, 24, 12),
            )
        )
        layout = cast("QVBoxLayout", middle.layout())
        layout.setStretchFactor(self.list, 1000)  # without it, what is above stays together at the top
        middle.setObjectName("trashView")
        self._middle = middle
        self._side = QStackedWidget()
        self._side.setObjectName("librarySide")
        self._side.addWidget(self.card)
        self._side.addWidget(self.history)
        self._side.setFixedWidth(SIDE)
        self._edge = rule(vertical=True)
        self.setLayout(row(self.shelves, rule(vertical=True), middle, self._edge, self._side))
        for each in (self._new, self._purge, self._first):
            each.hide()

    def _connect(self) -> None:
        self.shelves.chosen.connect(self._on_shelf)
        self.filters.changed.connect(self.listing_requested.emit)
        self.card.open_requested.connect(self.open_requested.emit)
        self.card.pin_requested.connect(self.pin_requested.emit)
        self.card.trash_requested.connect(self.trash_requested.emit)
        self.history.closed.connect(self.leave_history)
        self.history.list.installEventFilter(self)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._on_menu)

    # --- what is asked for ---

    def filter(self, now: float, stale: tuple[tuple[str, str], ...] = ()) -> Filter:
        """What of the library is looked at."""
        return self.filters.filter(now, stale)

    @property
    def chosen(self) -> Row | None:
        """The row that is chosen."""
        index = self.list.currentIndex()
        return self._rows.at(index) if index.isValid() else None

    # --- what is shown ---

    def show_overview(self, known: Overview) -> None:
        """Show how much there is."""
        self.shelves.show_overview(known)
        self.filters.show_languages(known.languages)
        self.card.show_collections([tag for tag, _ in known.tags])

    def show_maps(self, infos: Sequence[MapInfo], now: float, *, goes_on: bool = False) -> None:
        """List maps; `goes_on` when there are more of them than these."""
        self._now = now
        self._fill(map_rows(infos, self._now, self._heads(fresh=True)), goes_on=goes_on)
        shelf, tag = self.shelves.current
        self._purge.setVisible(shelf is Shelf.TRASH and bool(infos))
        self._heading.setText(tag or shelf_names()[shelf])
        self._found.setText("")
        self._new.hide()
        nothing = not infos and shelf is Shelf.ALL and not tag and not self.filter(0.0)
        self._first.setVisible(nothing)
        self.filters.setVisible(not nothing)
        self._say("" if infos else why_empty(shelf, tag, filtered=bool(self.filter(0.0))))

    def add_maps(self, infos: Sequence[MapInfo], *, goes_on: bool) -> None:
        """List further maps."""
        self._rows.add(map_rows(infos, self._now, self._heads()), goes_on=goes_on)

    def show_hits(
        self,
        text: str,
        hits: Sequence[SearchHit],
        *,
        took_ms: float | None = None,
        instead: str = "",
        ended: bool = True,
    ) -> None:
        """List what was found; `ended` False while texts are still being looked through."""
        self._fill(hit_rows(hits))
        self._purge.hide()
        self._first.hide()
        self._heading.setText(self.tr("Search"))
        found = self.tr("%n found", "", len(hits))
        if took_ms is not None:
            found = self.tr("{found} in {ms} ms").format(found=found, ms=max(1, round(took_ms)))
        self._found.setText(found if hits else "")
        told = ""
        if instead:
            told = self.tr("Nothing saved mentions ‘{text}’. This is for ‘{instead}’.").format(
                text=text, instead=instead
            )
        elif not hits and ended:
            told = self.tr("Nothing saved mentions ‘{text}’. Make a map of it?").format(text=text)
        self._say(told)
        self._new.setVisible(bool(told))

    def show_history(self) -> None:
        """See the history of a map at the right."""
        self._side.setCurrentWidget(self.history)
        self._fit()
        self.history.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave_history(self) -> None:
        """See the chosen map again."""
        self._side.setCurrentWidget(self.card)
        self._fit()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def shows_history(self) -> bool:
        """Whether the history is seen."""
        return self._side.currentWidget() is self.history

    def _fill(self, rows: list[Row], *, goes_on: bool = False) -> None:
        """Show rows and keep the choice where it was, else at the first one."""
        before = self.chosen
        wanted = (before.map_id, before.topic_id) if before else self._chosen_before
        number = max(0, self.list.currentIndex().row())
        self._rows.show(rows, goes_on=goes_on)
        real = [n for n, each in enumerate(rows) if each.map_id]
        kept = [n for n in real if (rows[n].map_id, rows[n].topic_id) == wanted]
        near = kept or [n for n in real if n >= number][:1] or real[-1:]
        if near:
            self.list.setCurrentIndex(self._rows.index(near[0]))
        self._on_current(self.list.currentIndex())
        self.list.setVisible(bool(rows))

    def _say(self, text: str) -> None:
        self._empty.setText(text)
        self._empty.setVisible(bool(text))

    def _heads(self, *, fresh: bool = False) -> set[str] | None:
        """Titles that have a heading already, when equal titles are listed."""
        if self.shelves.current[0] is not Shelf.DUPLICATES:
            return None
        return set() if fresh else {each.info.title.casefold() for each in self._rows.rows() if each.info}

    # --- what a person does ---

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and self._leaves(watched):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()  # inner first: else the window would leave the library
            elif event.type() == QEvent.Type.KeyPress:
                self._leave()
                return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if watched is self.search and self._on_search_key(event):
                return True
            if watched is self.list and self._on_list_key(event):
                return True
        return super().eventFilter(watched, event)

    def _leaves(self, watched: QObject) -> bool:
        """Whether Esc leaves something inside the page: the history, or what is searched for."""
        return self.shows_history or (watched is self.search and bool(self.search.text()))

    def _leave(self) -> None:
        if self.shows_history:
            self.leave_history()
        else:
            self.search.clear()

    def _on_search_key(self, event: QKeyEvent) -> bool:
        """The arrows go from the field into the list, Enter opens what is chosen there."""
        key = event.key()
        if key in _KEYS_TO_LIST and self._rows.rowCount():
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.currentIndex().isValid():
            self._on_open(self.list.currentIndex())
            return True
        return False

    def _on_list_key(self, event: QKeyEvent) -> bool:
        chosen = self.chosen
        info = chosen.info if chosen else None
        if event.key() == Qt.Key.Key_Up and not any(each.map_id for each in self._rows.rows()[: self._row()]):
            self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
        if info is None:
            return False
        if event.key() == Qt.Key.Key_Delete:
            gone = info.deleted_at is not None
            (self.card.erase_requested if gone else self.trash_requested).emit(info.map_id)
            return True
        if event.key() == Qt.Key.Key_P and not event.modifiers() and info.deleted_at is None:
            self.pin_requested.emit(info.map_id, not info.pinned)
            return True
        return False

    def _row(self) -> int:
        return max(0, self.list.currentIndex().row())

    def _on_open(self, index: QModelIndex) -> None:
        if not index.isValid() or not self._rows.at(index).map_id:
            return
        found = self._rows.at(index)
        if found.info is not None and found.info.deleted_at is not None:
            self.card.restore_requested.emit(found.map_id)
        else:
            self.open_requested.emit(found.map_id, found.topic_id)

    def _on_current(self, now: QModelIndex) -> None:
        found = self._rows.at(now) if now.isValid() and now.row() < self._rows.rowCount() else None
        if found is not None:
            self._chosen_before = (found.map_id, found.topic_id)
        self.card.show_row(found if found and found.map_id else None, self._now)
        if found is not None and found.map_id and not (found.info and found.info.deleted_at is not None):
            self.look_requested.emit(found.map_id)

    def _on_shelf(self, shelf: Shelf) -> None:
        self._middle.setAccessibleName(shelf_names()[shelf])
        if self.search.text():
            with QSignalBlocker(self.search):
                self.search.clear()
        self.listing_requested.emit()

    def _on_menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        if index.isValid() and self._rows.at(index).map_id:
            self.list.setCurrentIndex(index)
            open_library_menu(self.card, self.list, self.list.viewport().mapToGlobal(at))

    def _on_new(self) -> None:
        self.new_map_requested.emit(self.search.text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """In a narrow window the card gives way; the history takes the place of the shelves."""
        narrow = self.width() < NARROW
        self.shelves.setVisible(not (narrow and self.shows_history) and self.width() > 2 * WIDE)
        self._side.setVisible(not narrow or self.shows_history)
        self._edge.setVisible(not narrow or self.shows_history)
