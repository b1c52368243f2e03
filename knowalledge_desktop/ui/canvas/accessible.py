"""The map for screen readers: a tree whose items are the topics that can be seen.

The canvas is one widget, so its topics have no widgets that a reader could find; these interfaces stand for
them (Qt's `QAccessible`, "virtual children"). They are made when somebody asks, and only for visible topics.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QWindow
from PySide6.QtWidgets import QAccessibleWidget

from knowalledge_desktop.core.content import ClaimState
from knowalledge_desktop.core.edits_links import links_of
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.ui.canvas.badges import tag_name
from knowalledge_desktop.ui.canvas.telling import description
from knowalledge_desktop.ui.canvas.widget import GraphCanvas


class MapTree(QAccessibleWidget):
    """The canvas as a tree. Keeps its items alive: Qt holds only their addresses."""

    def __init__(self, canvas: GraphCanvas) -> None:
        super().__init__(canvas, QAccessible.Role.Tree, canvas.accessibleName())
        self.canvas = canvas
        self._items: dict[str, TopicItem] = {}

    def item(self, topic_id: str) -> TopicItem | None:
        """The item of a topic that is visible."""
        if topic_id not in self.canvas.rows.index:
            self._items.pop(topic_id, None)
            return None
        found = self._items.get(topic_id)
        if found is None:
            found = self._items[topic_id] = TopicItem(self, topic_id)
        return found

    def childCount(self) -> int:
        return len(self.canvas.rows)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override] - the stubs leave out None
        rows = self.canvas.rows
        return self.item(rows.ids[index]) if 0 <= index < len(rows) else None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        at = self.canvas.mapFromGlobal(QPoint(x, y))
        return self.child(self.canvas.row_at(at.toPointF()))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return self.canvas.rows.index.get(child.topic_id, -1) if isinstance(child, TopicItem) else -1

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        return self.item(self.canvas.selected_id) if self.canvas.hasFocus() else None


class TopicItem(QAccessibleInterface):
    """One topic: its title, where it stands among its siblings, what is known of it, and where it is."""

    def __init__(self, tree: MapTree, topic_id: str) -> None:
        super().__init__()
        self._tree, self.topic_id = tree, topic_id

    @property
    def _row(self) -> int:
        return self._tree.canvas.rows.index.get(self.topic_id, -1)

    def isValid(self) -> bool:
        return self._row >= 0

    def object(self) -> QObject | None:  # type: ignore[override] - the stubs leave out that there may be none
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]
        return self._tree.canvas.window().windowHandle()

    def parent(self) -> QAccessibleInterface:
        return self._tree

    def childCount(self) -> int:
        return 0  # the tree is flat: each item says its level

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.TreeItem

    def rect(self) -> QRect:
        canvas = self._tree.canvas
        box = canvas.topic_rect(self.topic_id)
        return QRect(canvas.mapToGlobal(box.topLeft()), box.size())

    def state(self) -> QAccessible.State:
        canvas, made = self._tree.canvas, QAccessible.State()
        row = self._row
        if row < 0:
            made.invalid = True
            return made
        made.selectable = made.focusable = True
        is_here = canvas.selected_id == self.topic_id
        made.selected = is_here or self.topic_id in canvas.hands.picks
        made.multiSelectable = True
        made.focused = is_here and canvas.hasFocus()
        made.expandable = not bool(canvas.rows.leaf[row])
        made.expanded = made.expandable and not int(canvas.rows.hidden[row])
        made.collapsed = made.expandable and bool(canvas.rows.hidden[row])
        made.offscreen = not canvas.rect().intersects(canvas.topic_rect(self.topic_id))
        return made

    def text(self, kind: QAccessible.Text) -> str:
        row, canvas = self._row, self._tree.canvas
        if row < 0:
            return ""
        if kind == QAccessible.Text.Name:
            return canvas.rows.titles[row]
        if kind == QAccessible.Text.Description:
            told, picked = description(canvas.rows, row, canvas.remarks), self.topic_id in canvas.hands.picks
            return ", ".join(
                (told.removeprefix(f"{canvas.rows.titles[row]}, "), *_more(canvas.document, self.topic_id))
                + ((QCoreApplication.translate("GraphCanvas", "picked"),) if picked else ())
            )
        if kind == QAccessible.Text.Help:
            return canvas.rows.summaries[row]
        return ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """A title is changed by F2, not from outside."""


def _more(document: Map | None, topic_id: str) -> list[str]:
    """What else is to know: how many claims are unchecked or disputed, a note, a lock, a folded branch."""
    if document is None:
        return []
    translate, found = QCoreApplication.translate, list[str]()
    states = [claim.state for text in document.explanations_of(topic_id)[:1] for claim in text.claims]
    for state, words in (
        (ClaimState.UNCHECKED, translate("GraphCanvas", "{n} unchecked")),
        (ClaimState.DISPUTED, translate("GraphCanvas", "{n} disputed")),
    ):
        if state in states:
            found.append(words.format(n=states.count(state)))
    topic = document.topics[topic_id]
    place = document.places.get(topic_id)
    if place is not None and place.collapsed:
        hidden = len(document.branch(topic_id)) - 1
        found.append(translate("GraphCanvas", "folded, %n hidden", "", hidden))
    if topic.tag:
        found.append(translate("GraphCanvas", "tagged {colour}").format(colour=tag_name(topic.tag)))
    links = len(links_of(document, topic_id))
    if links:
        found.append(translate("GraphCanvas", "links: {n}").format(n=links))
    if topic.note:
        found.append(translate("GraphCanvas", "has a note"))
    if topic.locked:
        found.append(translate("GraphCanvas", "locked"))
    if place is not None and place.pinned:
        found.append(translate("GraphCanvas", "pinned"))
    return found


class MapAccess(QObject):
    """Gives screen readers the tree of each canvas, and tells them when another topic is selected."""

    def __init__(self, canvas: GraphCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._tree: MapTree | None = None
        QAccessible.installFactory(self._made)
        self._forget_plain()
        canvas.topic_selected.connect(self._tell)

    def _forget_plain(self) -> None:
        """A reader that was there before us was given a plain widget for the canvas: it gets the tree instead."""
        known = QAccessible.queryAccessibleInterface(self._canvas) if QAccessible.isActive() else None
        if known is not None and known.role() != QAccessible.Role.Tree:
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(known))
            QAccessible.updateAccessibility(QAccessibleEvent(self._canvas, QAccessible.Event.ObjectCreated))

    def _made(self, kind: str, made_for: QObject | None) -> QAccessibleInterface | None:
        """Qt asks for the interface of an object, class by class."""
        if made_for is not self._canvas or kind != "GraphCanvas":
            return None
        if self._tree is None:
            self._tree = MapTree(self._canvas)
        return self._tree

    def _tell(self, topic_id: str) -> None:
        row = self._canvas.rows.index.get(topic_id, -1)
        if row < 0 or not QAccessible.isActive():
            return
        for kind in (QAccessible.Event.Focus, QAccessible.Event.Selection):
            event = QAccessibleEvent(self._canvas, kind)
            event.setChild(row)
            QAccessible.updateAccessibility(event)
