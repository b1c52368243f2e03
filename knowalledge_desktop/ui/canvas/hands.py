"""What a person does to several topics, or from one topic to another: picking, moving below, linking."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter

from knowalledge_desktop.core.edits import heads
from knowalledge_desktop.core.edits_tree import may_be_below
from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.ui.canvas.hand_overlay import (
    HANDLE_INSIDE,
    HANDLE_REACH,
    LINK,
    MOVE,
    Hand,
    HandOverlay,
    handle_spot,
)
from knowalledge_desktop.ui.canvas.landing import landing
from knowalledge_desktop.ui.canvas.picks import Picks
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.scene import Frame

if TYPE_CHECKING:
    from knowalledge_desktop.ui.canvas.model import Rows
    from knowalledge_desktop.ui.canvas.widget import GraphCanvas


NOT_KNOWN = -2
"""In place of a row: nobody has looked yet."""


class Hands(QObject):
    """Knows what is picked and what is under way; topics are kept by name, as the map may grow meanwhile."""

    reparent_requested = Signal(object, str, object)  # topic ids, id of the new parent, places
    link_requested = Signal(object, str)  # topic ids, id of the topic they are linked to
    remove_requested = Signal(object)  # topic ids
    label_requested = Signal(str)  # link id
    link_menu_requested = Signal(str, QPoint)  # link id, where on the screen
    root_stays = Signal()  # somebody wanted to move it below another topic
    aimed = Signal(str)  # LINK or MOVE when another topic is to be chosen, "" when that is over

    def __init__(self, canvas: GraphCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.picks = Picks(self)
        self.picks.changed.connect(canvas.update)
        self._anchor = ""
        self._aim = ""
        self._sources: tuple[str, ...] = ()
        self._target = ""
        self._to: QPointF | None = None
        self._dragged: tuple[str, ...] = ()
        self._below: tuple[object, frozenset[int]] = ((), frozenset())
        self._over = NOT_KNOWN
        self._seen: tuple[object, object, list[int]] = (None, None, [])
        self._band: tuple[QPointF, QPointF, tuple[str, ...]] | None = None
        self._overlay: tuple[object, HandOverlay] | None = None

    # --- what is chosen ---

    @property
    def chosen(self) -> tuple[str, ...]:
        """The topics that an act is about: those that are picked, else the selected one."""
        selected = self._canvas.selected_id
        return self.picks.ids or ((selected,) if selected else ())

    def toggle(self, topic_id: str) -> None:
        """Pick a topic, or not any more; what was selected before is picked with the first one."""
        selected = self._canvas.selected_id
        if not self.picks.ids and selected and selected != topic_id:
            self.picks.set((selected,))
        self.picks.toggle(topic_id)
        self._anchor = topic_id

    def pick_to(self, topic_id: str) -> None:
        """Pick the siblings from the last one on up to this; of topics that are no siblings just both."""
        document, start = self._canvas.document, self._anchor or self._canvas.selected_id
        if document is None or start not in document.topics:
            self.picks.set((topic_id,))
            return
        parent = document.topics[topic_id].parent_id
        if parent is None or document.topics[start].parent_id != parent:
            self.picks.add((start, topic_id))
            return
        order = self._as_seen(document.children(parent))
        one, two = sorted((order.index(start), order.index(topic_id)))
        self.picks.add(order[one : two + 1])

    def pick_all(self) -> None:
        """Pick the selected topic and its siblings; when they are picked already, all topics that are seen."""
        document, selected = self._canvas.document, self._canvas.selected_id
        if document is None:
            return
        parent = document.topics[selected].parent_id if selected else None
        siblings = tuple(i for i in document.children(parent) if i in self._canvas.rows.index) if parent else ()
        if siblings and set(self.picks.ids) != set(siblings):
            self.picks.set(siblings)
        else:
            self.picks.set(i for i in self._canvas.rows.ids if i != document.root_id)

    def press(self, topic_id: str) -> None:
        """A topic was pressed: it is the only one from now on, unless it is one of those that are picked."""
        if topic_id not in self.picks:
            self.picks.clear()
        self._anchor = topic_id

    def keep(self, document: Map | None) -> None:
        """Let go of topics that are not there any more."""
        there = document.topics.keys() if document is not None else ()
        self.picks.keep(there)
        if self._aim and not all(each in there for each in self._sources):
            self.cancel()

    def _as_seen(self, siblings: Collection[str]) -> list[str]:
        """Siblings from the top down, as they are on the screen."""
        rows = self._canvas.rows
        seen = [each for each in siblings if each in rows.index]
        across = bool(rows.style)
        return sorted(
            seen,
            key=lambda i: (
                0 if across else rows.side[rows.index[i]],
                rows.y[rows.index[i]],
                rows.x[rows.index[i]],
            ),
        )

    # --- the band ---

    def stretch(self, start: QPointF, to: QPointF, *, more: bool) -> None:
        """Pick what a band between two points of the widget touches; `more` keeps what was picked."""
        if self._band is None:
            self._band = (start, to, self.picks.ids if more else ())
        self._band = (start, to, self._band[2])
        box, camera, view = QRectF(start, to).normalized(), self._canvas.camera, self._canvas.size().toSizeF()
        one, two = camera.to_scene(box.topLeft(), view), camera.to_scene(box.bottomRight(), view)
        rows = self._canvas.rows
        inside = rows.inside(one.x(), one.y(), two.x(), two.y()).tolist()
        self.picks.set((*self._band[2], *(rows.ids[row] for row in inside)))
        self._canvas.update()

    def loosen(self) -> None:
        """The band is let go; what it picked stays."""
        self._band = None
        self._canvas.update()

    # --- dragging branches onto others ---

    def drag_over(self, dragged: tuple[str, ...], at: QPointF) -> None:
        """See which topic would take the dragged branches."""
        document, rows = self._canvas.document, self._canvas.rows
        if document is None:
            return
        if self._below[0] is not rows.ids or self._dragged != dragged:
            branches = (i for head in dragged for i in document.branch(head))
            self._below = rows.ids, frozenset(rows.index[i] for i in branches if i in rows.index)
            self._dragged, self._over = dragged, NOT_KNOWN
        row = self._canvas.row_at(at, self._below[1])
        if row == self._over:
            return
        self._over, target = row, rows.ids[row] if row >= 0 else ""
        new = target and any(document.topics[head].parent_id != target for head in dragged)
        self._target = target if new and may_be_below(document, dragged, target) else ""
        self._canvas.update()

    def drop(self) -> str:
        """The topic that takes the branches, empty when none does; nothing is dragged any more."""
        target, self._target, self._dragged = self._target, "", ()
        self._below, self._over = ((), frozenset()), NOT_KNOWN
        self._canvas.update()
        return target

    def put_below(self, moved: Mapping[str, Place], target_id: str, *, always: bool = False) -> None:
        """Ask for branches to be put below a topic."""
        document = self._canvas.document
        if document is None:
            return
        above = heads(document, tuple(moved))
        places = landing(document, self._canvas.rows, moved, above, target_id, always=always)
        self.reparent_requested.emit(above, target_id, places)

    # --- from one topic to another ---

    @property
    def aim(self) -> str:
        """`LINK` or `MOVE` while another topic is to be chosen."""
        return self._aim

    @property
    def sources(self) -> tuple[str, ...]:
        """The topics that are to be linked or moved while another one is to be chosen."""
        return self._sources

    def begin(self, act: str, sources: tuple[str, ...] = ()) -> None:
        """Have another topic chosen: to link to, or to move below. Two picked topics are linked at once."""
        document, chosen = self._canvas.document, sources or self.chosen
        if document is None or not chosen:
            return
        if act == MOVE and document.root_id in chosen:
            self.root_stays.emit()
            return
        if act == LINK and len(chosen) == 2:
            self.link_requested.emit(chosen[:1], chosen[1])
            return
        self._aim, self._sources, self._to = act, chosen, None
        self.aimed.emit(act)
        self._canvas.update()

    def hover(self, at: QPointF) -> None:
        """The pointer is here."""
        row = self._canvas.row_at(at)
        if self._aim:
            self._to = at
            self._canvas.update()
        elif row < 0 and self._canvas.handle_at(at):
            return  # a handle sticks out of its topic
        self._canvas.hover(row)
        if row < 0 and not self._aim:
            on_link = bool(self._canvas.link_at(at))
            self._canvas.setCursor(Qt.CursorShape.PointingHandCursor if on_link else Qt.CursorShape.ArrowCursor)

    def link_words(self, at: QPointF) -> str:
        """What the cross link under a point says, for a tooltip; empty when there is none."""
        document, link_id = self._canvas.document, self._canvas.link_at(at)
        link = document.links.get(link_id) if document is not None else None
        if document is None or link is None:
            return ""
        ends = f"{document.topics[link.source_id].title} → {document.topics[link.target_id].title}"
        return f"{ends}\n{link.label}" if link.label else ends

    def take(self, topic_id: str) -> bool:
        """This is the other topic; whether it can be."""
        document, act, sources = self._canvas.document, self._aim, self._sources
        if document is None or not self._can_take(document, topic_id):
            return False
        self._end()
        if act == LINK:
            self.link_requested.emit(sources, topic_id)
        else:
            branch = {i for head in heads(document, sources) for i in document.branch(head)}
            self.put_below({i: document.places[i] for i in branch if i in document.places}, topic_id, always=True)
        self._canvas.select(sources[0])
        return True

    def cancel(self) -> bool:
        """Leave what is under way as it was; whether anything was."""
        if self._band is not None:
            self._band = None
            self.picks.clear()
        elif self._aim:
            sources = self._sources
            self._end()
            self._canvas.select(sources[0])
        elif self._dragged:
            self.drop()
        else:
            return False
        self._canvas.update()
        return True

    def _can_take(self, document: Map, topic_id: str) -> bool:
        if topic_id not in document.topics or topic_id in self._sources:
            return False
        return self._aim == LINK or may_be_below(document, self._sources, topic_id)

    def _end(self) -> None:
        self._aim, self._sources, self._to = "", (), None
        self.aimed.emit("")

    # --- the handle and the picture ---

    def handle_at(self, at: QPointF, frame: Frame) -> str:
        """The topic whose handle is at a point of the widget, empty when there is none."""
        rows, row = self._canvas.rows, frame.shown.hover
        spot = handle_spot(rows, row, frame)
        if spot is None or (spot - at).manhattanLength() > HANDLE_REACH or at.y() < spot.y() - HANDLE_INSIDE:
            return ""
        return rows.ids[row]

    def paint(self, painter: QPainter, rows: Rows, frame: Frame, renderer: MapRenderer) -> None:
        """Draw what is picked and what is under way; the painter is in widget coordinates."""
        hand = self._hand(rows, frame)
        if self._overlay is None or self._overlay[0] is not renderer:
            self._overlay = (renderer, HandOverlay(self._canvas.theme))
        self._overlay[1].paint(painter, rows, frame, hand, renderer)

    def _hand(self, rows: Rows, frame: Frame) -> Hand:
        if self._seen[0] is not rows.index or self._seen[1] is not self.picks.ids:
            ids = self.picks.ids
            self._seen = rows.index, ids, [rows.index[each] for each in ids if each in rows.index]
        picked = self._seen[2]
        handle = frame.shown.hover
        if self._dragged:
            sources = [rows.index[each] for each in self._dragged if each in rows.index]
            return Hand(picked, MOVE, sources, rows.index.get(self._target, -1))
        if self._aim:
            sources = [rows.index[each] for each in self._sources if each in rows.index]
            document, row = self._canvas.document, frame.shown.hover
            row = row if row >= 0 else frame.shown.selected
            good = document is not None and 0 <= row < len(rows) and self._can_take(document, rows.ids[row])
            return Hand(picked, self._aim, sources, row if good else -1, self._to)
        band = QRectF(self._band[0], self._band[1]).normalized() if self._band is not None else None
        return Hand(picked, band=band, handle=-1 if band is not None or frame.motion else handle)
