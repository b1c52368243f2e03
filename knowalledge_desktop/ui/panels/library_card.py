"""What is chosen in the library, at its right: facts, collections, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QFrame, QLineEdit, QPushButton, QVBoxLayout, QWidget

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.ports import MapInfo
from knowalledge_desktop.core.shelf import Where
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.library_words import ENGINES
from knowalledge_desktop.ui.messages import ago
from knowalledge_desktop.ui.panels.library_preview import MapPreview
from knowalledge_desktop.ui.panels.library_reading import LibraryReading
from knowalledge_desktop.ui.panels.library_rows import Row, bare
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import badge, clear, column, dress_icon, label, text_button
from knowalledge_desktop.ui.widgets.flow import FlowLayout


class LibraryCard(QFrame):
    """One map, or one topic that was found; `buttons` are its acts, those that can be done not hidden."""

    open_requested = Signal(str, str)
    pin_requested = Signal(str, bool)
    tag_requested = Signal(str, str)
    untag_requested = Signal(str, str)
    history_requested = Signal(str)
    trash_requested = Signal(str)
    restore_requested = Signal(str)
    erase_requested = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryCard")
        self.setProperty("panel", "window")
        self._icons = icons
        self._map_id = self._topic_id = ""
        self._is_pinned = False
        self._shown: Row | None = None
        self.preview = MapPreview(theme)
        self._reading = LibraryReading(theme)
        self._path = label("", "secondary", wrap=True)
        self._title = label("", "heading", wrap=True)
        self._title.setObjectName("libraryCardTitle")
        self._badges = FlowLayout(gap=6)
        self._text = label("", "secondary", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._tags_head = label(self.tr("Collections"), "tertiary")
        self._tags = FlowLayout(gap=6)
        self._tag = QLineEdit()
        self._tag.setObjectName("collectionField")
        self._tag.setAccessibleName(self.tr("Put the map into a collection"))
        self._tag.setPlaceholderText(self.tr("Add to a collection"))
        self._tag.setToolTip(self.tr("Type the name of a collection and press Enter; a new one is made"))
        self._tag.setMaxLength(60)
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        popup = completer.popup()
        if popup is not None:
            popup.setObjectName("collectionCompletions")
        self._tag.setCompleter(completer)
        self._tag.returnPressed.connect(self._on_tag)
        self._open = self._button("openMapButton", self.tr("Open map"), self._on_open, "primary", "network")
        self._pin = self._button("pinButton", self.tr("Pin"), self._on_pin, "", "pin")
        self._history = self._button(
            "historyButton",
            self.tr("History"),
            lambda: self.history_requested.emit(self._map_id),
            "",
            "history",
            self.tr("What was done to this map, and going back"),
        )
        self.trash = self._button(
            "trashButton",
            self.tr("Move to trash"),
            lambda: self.trash_requested.emit(self._map_id),
            "ghost",
            "trash-2",
            self.tr("Move the chosen map to the trash (Del)"),
        )
        self._restore = self._button(
            "restoreButton",
            self.tr("Put back"),
            lambda: self.restore_requested.emit(self._map_id),
            "primary",
            "undo-2",
            self.tr("Take the map out of the trash"),
        )
        self._erase = self._button(
            "eraseButton",
            self.tr("Delete for good"),
            lambda: self.erase_requested.emit(self._map_id),
            "danger",
            "trash-2",
        )
        self.buttons = (self._open, self._restore, self._pin, self._history, self.trash, self._erase)
        acts = FlowLayout(gap=8)
        for each in self.buttons:
            acts.addWidget(each)
        told = QWidget()
        told.setLayout(
            column(
                self._path,
                4,
                self._title,
                10,
                self._badges,
                14,
                self._text,
                self._reading,
                18,
                self._tags_head,
                6,
                self._tags,
                6,
                self._tag,
                20,
                acts,
                -1,
                margins=(24, 20, 24, 16),
            )
        )
        layout = cast("QVBoxLayout", told.layout())
        layout.setStretchFactor(self._reading, 1000)
        self.setLayout(column(self.preview, told))
        self.show_row(None, 0.0)

    def show_collections(self, names: Sequence[str]) -> None:
        """Offer the collections there are."""
        self._known.setStringList(list(names))

    def show_row(self, shown: Row | None, now: float) -> None:
        """Show a map or a topic; None shows nothing."""
        info, hit = (shown.info, shown.hit) if shown else (None, None)
        if shown is None or shown.map_id != self._map_id:
            self.preview.show_map(None)
        if shown is None or (shown.map_id, shown.topic_id) != (self._map_id, self._topic_id):
            self._reading.show_kept(None, None)
        self._shown = shown
        self._map_id = shown.map_id if shown else ""
        self._topic_id = shown.topic_id if shown else ""
        self._is_pinned = bool(info and info.pinned)
        gone = info is not None and info.deleted_at is not None
        self._title.setText(bare(shown.first) if shown else "")
        self._path.setText(hit.map_title if hit else "")
        self._path.setVisible(hit is not None)
        clear(self._badges)
        for text, tone in self._facts(shown):
            self._badges.addWidget(badge(text, tone))
        told = self._times(info, now) if info else bare(hit.snippet) if hit else ""
        self._text.setText(told)
        self._text.setVisible(bool(told))
        self._show_tags(info)
        kept = info is not None and not gone
        for part in (self._tags_head, self._tag, self._pin):
            part.setVisible(kept)
        self._history.setVisible(kept or hit is not None)
        self.trash.setVisible(kept)
        self._open.setVisible(shown is not None and not gone)
        self._restore.setVisible(gone)
        self._erase.setVisible(gone)
        pin = self.tr("Unpin") if self._is_pinned else self.tr("Pin")
        self._pin.setText(pin)
        self._pin.setAccessibleName(pin)
        self._pin.setToolTip(self.tr("{act} (P)").format(act=pin))

    def show_map(self, document: Map) -> None:
        """Show what has been read of the map that is chosen: its picture, and the text that was found."""
        shown = self._shown
        if shown is None or shown.map_id != document.map_id:
            return
        hit = shown.hit
        self.preview.show_map(document, shown.topic_id)
        kept = document.explanations_of(hit.topic_id) if hit is not None else ()
        best = next((each for each in kept if hit and bare(hit.snippet).strip(" …")[:24] in each.markdown), None)
        found = best or (kept[0] if kept else None)
        self._reading.show_kept(found, hit)
        self._text.setVisible(bool(self._text.text()) and found is None)

    def _facts(self, shown: Row | None) -> list[tuple[str, str]]:
        if shown is None:
            return []
        if shown.hit is not None:
            facts = [(shown.badge, shown.tone or "neutral")] if shown.badge else []
            if not shown.hit.explained:
                facts.append((self.tr("Not explained yet"), "neutral"))
            if shown.hit.where == Where.NEAR:
                facts.append((self.tr("Written nearly so"), "warning"))
            return facts
        info = shown.info
        if info is None:
            return []
        facts = [(self.tr("%n topics", "", info.topics), "neutral")]
        facts.append(
            (self.tr("{n} explained").format(n=info.explained), "success" if info.explained else "neutral")
        )
        if ENGINES.get(info.engine):
            facts.append((ENGINES[info.engine], "info"))
        return facts

    def _times(self, info: MapInfo, now: float) -> str:
        lines = [
            self.tr("Changed {ago}.").format(ago=ago(now - info.updated_at)),
            self.tr("Opened {ago}.").format(ago=ago(now - info.opened_at)),
        ]
        if info.deleted_at is not None:
            lines = [self.tr("In the trash since {ago}.").format(ago=ago(now - info.deleted_at))]
        return " ".join(lines)

    def _show_tags(self, info: MapInfo | None) -> None:
        clear(self._tags)
        for number, tag in enumerate(info.tags if info else ()):
            made = text_button(
                f"{tag}  ×",
                f"collection-{number}",
                lambda tag=tag: self.untag_requested.emit(self._map_id, tag),
                "subtle",
                self.tr("Take the map out of {name}").format(name=tag),
            )
            made.setAccessibleName(self.tr("Take the map out of {name}").format(name=tag))
            self._tags.addWidget(made)

    def _button(
        self, name: str, text: str, act: Callable[[], None], kind: str, icon: str, tip: str = ""
    ) -> QPushButton:
        made = text_button(text, name, act, kind, tip)
        dress_icon(made, self._icons, icon, "text.onAccent" if kind == "primary" else "text.secondary", 16)
        return made

    def _on_open(self) -> None:
        self.open_requested.emit(self._map_id, self._topic_id)

    def _on_pin(self) -> None:
        self.pin_requested.emit(self._map_id, not self._is_pinned)

    def _on_tag(self) -> None:
        if self._tag.text().strip():
            self.tag_requested.emit(self._map_id, self._tag.text())
            self._tag.clear()
