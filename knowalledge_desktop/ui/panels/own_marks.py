"""What a person put on the topic, in the topic panel: tag, lock, note and cross links."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from knowalledge_desktop.core.edits_links import links_of
from knowalledge_desktop.core.graph import Link, LinkKind, Map
from knowalledge_desktop.ui.canvas.badges import tag_name
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.widgets.basics import clear, column, icon_button, label, row, text_button

LINKS_SHOWN = 3
BESIDE = 6
"""Pixels that bring the first line of a text to the middle of the button beside it."""
NOTE_SHOWN, NOTE_LOW = 240, 40
"""Characters of a note that the panel shows, and a low one; the rest is a click away."""


class OwnMarks(QFrame):
    """Hidden while there is nothing of it."""

    note_requested = Signal(str)
    links_requested = Signal(str)
    unlock_requested = Signal(str)
    topic_chosen = Signal(str)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ownMarks")
        self._document: Map | None = None
        self._topic_id = ""
        self._low = False
        self._icons = icons
        self._signs: dict[QLabel, str] = {}
        self._tag = label("", "secondary")
        self._locked = label("", "secondary", wrap=True)
        unlock = icon_button(
            icons,
            "lock-open",
            "unlockButton",
            self.tr("Unlock"),
            lambda: self.unlock_requested.emit(self._topic_id),
            "K",
            16,
        )
        self._note = label("", "body", wrap=True)
        self._note.setObjectName("noteShown")
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        edit = icon_button(
            icons,
            "pencil",
            "editNoteButton",
            self.tr("Edit the note"),
            lambda: self.note_requested.emit(self._topic_id),
            "Shift+N",
            16,
        )
        self._links = QVBoxLayout()
        self._links.setSpacing(4)
        self._all = text_button(
            "", "allLinksButton", lambda: self.links_requested.emit(self._topic_id), "quiet", self.tr("Shift+L")
        )
        self._all.setAccessibleName(self.tr("All links of this topic"))
        self._links_line = self._line("link", column(self._links, row(self._all, -1), gap=4))
        self._lines = (
            self._line("tag", row(self._tag, -1)),
            self._line("lock", row(self._locked, gap=8), unlock),
            self._line("sticky-note", row(self._note, gap=8), edit),
            self._links_line,
        )
        self.setLayout(column(*self._lines, margins=(0, 2, 0, 2), gap=6))
        self.hide()

    def _line(self, icon: str, inner: QLayout, act: QWidget | None = None) -> QWidget:
        """A line with its icon at the left, and what can be done with it at the right."""
        sign = QLabel()
        self._signs[sign] = icon
        sign.setContentsMargins(0, 1 if act is None else BESIDE, 0, 0)
        made = QWidget()
        line = row(sign, inner, *([act] if act is not None else []), gap=10)
        line.setStretch(1, 1)
        line.setAlignment(sign, Qt.AlignmentFlag.AlignTop)
        if act is not None:
            inner.setContentsMargins(0, BESIDE - 1, 0, 0)
            line.setAlignment(inner, Qt.AlignmentFlag.AlignTop)
            line.setAlignment(act, Qt.AlignmentFlag.AlignTop)
        made.setLayout(line)
        return made

    def show_topic(self, document: Map | None, topic_id: str) -> None:
        """Show what a person put on a topic."""
        topic = document.topics.get(topic_id) if document is not None else None
        self._document = document
        self._topic_id = topic_id if topic is not None else ""
        clear(self._links)
        if document is None or topic is None:
            self.hide()
            return
        note = beginning(topic.note, NOTE_LOW if self._low else NOTE_SHOWN, one_line=self._low)
        locked = self.tr("Locked: engines change nothing here")
        together = self._low and bool(topic.tag) and topic.locked
        self._tag.setText(tag_name(topic.tag))
        self._locked.setText(f"{tag_name(topic.tag)}  ·  {self.tr('Locked')}" if together else locked)
        self._note.setText(note)
        links = links_of(document, topic_id)
        for number, link in enumerate(links[: 1 if self._low else LINKS_SHOWN]):
            other = link.target_id if link.source_id == topic_id else link.source_id
            self._links.addWidget(self._way(number, link_line(document, link, topic_id), other))
        self._all.setText(self.tr("All {n} links").format(n=len(links)) if len(links) > 1 else self.tr("Edit"))
        self._all.setAccessibleName(self.tr("Links of this topic"))
        self._all.setVisible(len(links) > 1 or not self._low)
        there = (bool(topic.tag) and not together, topic.locked, bool(note), bool(links))
        for line, is_there in zip(self._lines, there, strict=True):
            line.setVisible(is_there)
        self.setVisible(any(there))

    def fit(self, *, low: bool) -> None:
        """In a low panel each thing takes one line."""
        if low is not self._low:
            self._low = low
            self.show_topic(self._document, self._topic_id)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw_signs()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if self.isVisible() and event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._draw_signs()

    def _draw_signs(self) -> None:
        for sign, icon in self._signs.items():
            sign.setPixmap(self._icons.icon(icon, "text.tertiary", 16).pixmap(QSize(16, 16)))

    def _way(self, number: int, text: str, other: str) -> QPushButton:
        made = text_button(
            text, f"link{number}", lambda: self.topic_chosen.emit(other), "link", self.tr("Go there")
        )
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        return made


def link_line(document: Map, link: Link, topic_id: str) -> str:
    """A link in one line, as seen from one of its ends: which way it goes, to where, and its word."""
    leads_there = link.source_id == topic_id
    other = document.topics[link.target_id if leads_there else link.source_id].title
    arrow = "=" if link.kind is LinkKind.SAME_AS else "→" if leads_there else "←"
    return f"{arrow}  {other}" + (f"  ·  {link.label}" if link.label else "")


def beginning(text: str, most: int, *, one_line: bool) -> str:
    """A text, or so many characters of its beginning, or of its first line."""
    shown = text.partition("\n")[0] if one_line else text
    shown = shown if len(shown) <= most else shown[:most].rstrip()
    return shown if shown == text else f"{shown}…"
