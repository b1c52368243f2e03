"""What a person put on the topic, in the topic panel: tag, lock, note and cross links."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from knowalledge_desktop.core.edits_links import links_of
from knowalledge_desktop.core.graph import Link, LinkKind, Map, Topic
from knowalledge_desktop.ui.canvas.badges import tag_name
from knowalledge_desktop.ui.widgets.basics import clear, column, label, row, text_button

LINKS_SHOWN = 3
NOTE_SHOWN = 240
"""Characters of a note that the panel shows; the rest is a click away."""


class OwnMarks(QFrame):
    """Hidden while there is nothing of it."""

    note_requested = Signal(str)
    links_requested = Signal(str)
    unlock_requested = Signal(str)
    topic_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ownMarks")
        self._topic_id = ""
        self._about = label("", "secondary", wrap=True)
        self._unlock = text_button(
            self.tr("Unlock"),
            "unlockButton",
            lambda: self.unlock_requested.emit(self._topic_id),
            "ghost",
            self.tr("Let engines write about this topic again (K)"),
        )
        self._note = label("", "body", wrap=True)
        self._note.setObjectName("noteShown")
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._edit = text_button(
            self.tr("Edit note"),
            "editNoteButton",
            lambda: self.note_requested.emit(self._topic_id),
            "ghost",
            self.tr("Write on (Shift+N)"),
        )
        self._links = QVBoxLayout()
        self._links.setSpacing(2)
        self._all = text_button(
            "", "allLinksButton", lambda: self.links_requested.emit(self._topic_id), "ghost", self.tr("Shift+L")
        )
        self._all.setAccessibleName(self.tr("All links of this topic"))
        top = Qt.AlignmentFlag.AlignTop
        about, note = row(self._about, self._unlock, gap=8), row(self._note, self._edit, gap=8)
        for line, first in ((about, self._about), (note, self._note)):
            line.setStretch(0, 1)
            line.setAlignment(first, top)
        note.setAlignment(self._edit, top)
        self.setLayout(column(about, note, self._links, row(self._all, -1), gap=4))
        self.hide()

    def show_topic(self, document: Map | None, topic_id: str) -> None:
        """Show what a person put on a topic."""
        topic = document.topics.get(topic_id) if document is not None else None
        self._topic_id = topic_id if topic is not None else ""
        clear(self._links)
        if document is None or topic is None:
            self.hide()
            return
        about = self._told(topic)
        self._about.setText(about)
        self._about.setVisible(bool(about))
        self._unlock.setVisible(topic.locked)
        note = topic.note if len(topic.note) <= NOTE_SHOWN else topic.note[:NOTE_SHOWN].rstrip() + "…"
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._edit.setVisible(bool(note))
        links = links_of(document, topic_id)
        for number, link in enumerate(links[:LINKS_SHOWN]):
            other = link.target_id if link.source_id == topic_id else link.source_id
            self._links.addWidget(self._way(number, link_line(document, link, topic_id), other))
        self._all.setText(self.tr("All links: {n}").format(n=len(links)))
        self._all.setAccessibleName(self._all.text())
        self._all.setVisible(bool(links))
        self.setVisible(bool(about or note or links))

    def _told(self, topic: Topic) -> str:
        told = [self.tr("Tag: {colour}").format(colour=tag_name(topic.tag))] if topic.tag else []
        if topic.locked:
            told.append(self.tr("Locked: engines change nothing here"))
        return "  ·  ".join(told)

    def _way(self, number: int, text: str, other: str) -> QPushButton:
        made = text_button(
            text, f"link{number}", lambda: self.topic_chosen.emit(other), "link", self.tr("Go there")
        )
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        return made


def link_line(document: Map, link: Link, topic_id: str) -> str:
    """A link in one line, as seen from one of its ends: which way it goes, to where, and its word."""
    leads_there = link.source_id == topic_id
    other = document.topics[link.target_id if leads_there else link.source_id].title
    arrow = "=" if link.kind is LinkKind.SAME_AS else "→" if leads_there else "←"
    return f"{arrow}  {other}" + (f"  ·  {link.label}" if link.label else "")
