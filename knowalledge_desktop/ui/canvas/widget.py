"""The map canvas: applies changes and shows them; says what a person does to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Property, QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from knowalledge_desktop.core.graph import Change, Map, Place
from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.drags import Drag
from knowalledge_desktop.ui.canvas.gestures import Gestures
from knowalledge_desktop.ui.canvas.ghosts import ghost_spots
from knowalledge_desktop.ui.canvas.hands import Hands
from knowalledge_desktop.ui.canvas.keys import Keys
from knowalledge_desktop.ui.canvas.layer import StillLayer
from knowalledge_desktop.ui.canvas.metrics import lacking
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.overlay import Overlay, box_of
from knowalledge_desktop.ui.canvas.pills import FAILED, GENERATING, IDLE
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.scene import Shown
from knowalledge_desktop.ui.canvas.telling import description
from knowalledge_desktop.ui.canvas.viewport import MapView
from knowalledge_desktop.ui.canvas.views import BIG, Stage
from knowalledge_desktop.ui.theme import Theme


class GraphCanvas(MapView):
    """One widget over arrays of rows. It never changes a map: it emits what is wanted."""

    topic_selected = Signal(str)
    topic_activated = Signal(str)
    explain_requested = Signal(str)
    illustrate_requested = Signal(str)
    collapse_toggled = Signal(str)
    retry_requested = Signal(str)
    rename_requested = Signal(str)
    remove_requested = Signal(str)
    add_requested = Signal(str)
    open_requested = Signal(str)
    menu_requested = Signal(str, QPoint)
    cancel_requested = Signal()
    places_changed = Signal(object, bool)
    homes_found = Signal(object)
    layout_wanted = Signal()
    view_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("graphCanvas")
        self.setAccessibleName(self.tr("Map"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._document: Map | None = None
        self._stage = Stage()
        self._drag = Drag()
        self._cameras: dict[View, Camera] = {}
        self.lays_out_big_maps = True
        self.hands = self._hands = Hands(self)
        self.gestures = Gestures(self)
        self.keys = Keys(self)
        self._remarks: Mapping[str, str] = {}
        theme.changed.connect(self._restyle)

    # --- the map ---

    @property
    def document(self) -> Map | None:
        """The map that is shown."""
        return self._document

    async def get_ready(self, document: Map) -> None:
        """Work a big map out behind the window, so that showing it takes a moment only."""
        if len(document.topics) >= BIG:
            await self._stage.get_ready(document, self._renderer.metrics)

    def show_map(self, document: Map | None) -> None:
        """Show a map as it is, without motion; another map is fitted into the view."""
        other = document is None or self._document is None or document.map_id != self._document.map_id
        view, self._document = self._stage.view, self._stage.enter(document, other=other) if document else None
        if other:
            self._ghosts, self._cameras = {}, {}
        self._drag.end()
        self.hands.keep(document)
        if self._stage.view is not view:
            self.view_changed.emit()
        self._animator.stop_motion()
        selected = "" if other else self.selected_id
        found = self._place_and_read()
        states = {} if other else self._shown.states
        self._shown = Shown(self._rows.index.get(selected, -1), focused=self._shown.focused, states=states)
        self._animator.set_turning(turning=GENERATING in states.values())
        if other:
            self._fitted = False
            self._fit_now()
        self._describe()
        self.update()
        self._tell_places(found)

    def apply(self, change: Change, document: Map) -> None:
        """Show the map after a change, with motion from what was there."""
        selected, before, view = self.selected_id, self._rows, self._stage.view
        first = self._document is None or len(self._document.topics) <= 1
        seen = self._stage.enter(document, other=False)
        kept = self._given_places(seen) if self._stage.view is view else {}
        self._document = replace(seen, places={**kept, **seen.places}) if kept else seen
        if self._stage.view is not view:
            self._drag.end()
            self.view_changed.emit()
        found = kept | self._place_and_read()
        self._rows = self._drag.again(self._rows)
        self.hands.keep(document)
        row = self._rows.index.get(selected, -1)
        self._shown = replace(self._shown, selected=row, hover=-1)
        for topic_id in [t for t in self._ghosts if t not in document.topics or document.children(t)]:
            del self._ghosts[topic_id]
        self._animator.change(before, self._rows)
        if first and len(self._rows) > 1:
            self._fly(self._camera.framing(self._box(), self._view()))
        elif self._stage.view is not view:
            self._turn_from(view)
        if selected and row < 0:
            self.select(self._nearest_left(selected, before))
        self._describe()
        self.update()
        self._tell_places(found)

    def set_states(self, states: Mapping[str, str]) -> None:
        """Which topics are "generating", "queued" or "failed"."""
        if dict(states) == dict(self._shown.states):
            return
        self._shown = replace(self._shown, states=dict(states))
        self._animator.set_turning(turning=GENERATING in states.values())
        self.update()

    set_busy = set_states

    def set_remarks(self, remarks: Mapping[str, str]) -> None:
        """What is to know about topics now, such as what they wait for; told by tooltip and description."""
        if remarks != self._remarks:
            self._remarks = dict(remarks)
            self._describe()

    @property
    def remarks(self) -> Mapping[str, str]:
        """What is to know about topics now."""
        return self._remarks

    def reserve(self, topic_id: str, count: int) -> None:
        """Show where about so many subtopics will come."""
        row = self._rows.index.get(topic_id, -1)
        if row < 0 or self._document is None or self._document.children(topic_id):
            return
        sizes, place = self._renderer.metrics.sizes, self._stage.places
        self._ghosts[topic_id] = ghost_spots(self._document, topic_id, count, sizes, place)
        if row == 0 and len(self._rows) == 1:
            self._fly(Camera(self._camera.x, self._camera.y, min(self._camera.scale, 0.9)))
        self.update()

    def release(self, topic_id: str) -> None:
        """The topics that were awaited will not come."""
        if self._ghosts.pop(topic_id, None) is not None:
            self.update()

    def tidy(self) -> dict[str, Place]:
        """Places of a fresh layout, for a change that the owner stores."""
        if self._document is None:
            return {}
        return self._stage.tidy(self._document, self._renderer.metrics.sizes(self._document))

    @property
    def view(self) -> View:
        """The view that is shown."""
        return self._stage.view

    @property
    def sizes(self) -> Mapping[str, tuple[float, float]]:
        """The box of every topic of the map, in scene units."""
        return self._stage.sizes

    # --- selection and camera ---

    @property
    def selected_id(self) -> str:
        """Id of the selected topic, empty when there is none."""
        row = self._shown.selected
        return self._rows.ids[row] if 0 <= row < len(self._rows) else ""

    def select(self, topic_id: str, *, reveal: bool = False) -> None:
        """Select a topic; with `reveal` the camera goes there when it is out of view."""
        row = self._rows.index.get(topic_id, -1)
        if row == self._shown.selected:
            return
        self._shown = replace(self._shown, selected=row)
        if reveal and row >= 0 and not self._in_view(row):
            target = box_of(self._rows, row).center()
            self._fly(Camera(target.x(), target.y(), max(self._camera.scale, 0.5)))
        self._describe()
        self.topic_selected.emit(topic_id if row >= 0 else "")
        self.update()

    def select_row(self, row: int, *, reveal: bool = True) -> None:
        """Select by row, -1 for nothing."""
        self.select(self._rows.ids[row] if 0 <= row < len(self._rows) else "", reveal=reveal)

    def frame_branch(self, topic_id: str) -> None:
        """See a topic with all below it."""
        if self._document is not None and topic_id in self._rows.index:
            branch = self._document.branch(topic_id)
            self._fly_to_rows(self._rows.index[each] for each in branch if each in self._rows.index)

    def visible_ids(self) -> tuple[str, ...]:
        """Topics that are not hidden below a collapsed one."""
        return self._rows.ids

    def hover(self, row: int) -> None:
        """Show which topic the pointer is over."""
        if row != self._shown.hover:
            self._shown = replace(self._shown, hover=row)
            self.setCursor(Qt.CursorShape.PointingHandCursor if row >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def drag_rows(self, rows: frozenset[int], dx: float, dy: float) -> None:
        """Show topics shifted by scene units while they are dragged."""
        self._rows = self._drag.move(rows, self._rows, dx, dy)
        self.update()

    def undrag(self) -> None:
        """What is dragged is where it was again."""
        self._drag.end()
        if self._document is not None:
            self._rows = self._stage.rows(self._document, self._renderer.metrics.sizes(self._document))
        self.update()

    def drop_rows(self, rows: frozenset[int], below: str = "") -> None:
        """Tell where a person put topics, and of which topic they are to be subtopics from now on."""
        moved = self._drag.drop(self._rows, self._document) if self._document is not None else {}
        if moved and below:
            self.hands.put_below(moved, below)
        elif moved:
            self.places_changed.emit(moved, True)  # noqa: FBT003 - a signal takes no keyword

    # --- inside ---

    def _place_and_read(self) -> dict[str, Place]:
        """Give the topics that have none a place; read the rows; return the new places."""
        if self._document is None:
            self._rows = Rows()
            return {}
        sizes = self._renderer.metrics.sizes(self._document)
        if not self.lays_out_big_maps and self._stage.lacks(self._document) >= BIG:
            self._rows = self._stage.rows(self._document, sizes)
            self.layout_wanted.emit()
            return {}
        found = self._stage.places(self._document, sizes)
        if found:
            self._document = replace(self._document, places={**self._document.places, **found})
        self._rows = self._stage.rows(self._document, sizes)
        homes = self._stage.homes(sizes)
        if homes:
            self.homes_found.emit(homes)
        return found

    def give(self, view: View, found: Mapping[str, Place]) -> None:
        """Take places for topics that have none, which somebody found behind the window."""
        if self._document is None or view is not self._stage.view:
            return
        new = {i: p for i, p in found.items() if i in self._document.topics and i not in self._document.places}
        self._document = replace(self._document, places={**self._document.places, **new})
        before = len(self._rows)
        found = new | self._place_and_read()
        if not before:
            self._fit_now()
        self.update()
        self._tell_places(found)

    def _turn_from(self, view: View) -> None:
        """Look at another view where it was left, at first at all of it."""
        self._ghosts = {}
        self._cameras[view] = self._camera
        self._fly(self._cameras.get(self._stage.view) or self._camera.framing(self._box(), self._view()))

    def _given_places(self, document: Map) -> dict[str, Place]:
        """Places that were given out and that the map does not have (yet, or no more): topics stay there.

        What is folded is for the map alone to say.
        """
        if self._document is None or self._document.map_id != document.map_id:
            return {}
        given = self._document.places
        return {i: replace(given[i], collapsed=False) for i in lacking(document.places, given)}

    def _tell_places(self, found: dict[str, Place]) -> None:
        if found:
            self.places_changed.emit(found, False)  # noqa: FBT003 - a signal takes no keyword

    def _nearest_left(self, gone: str, before: Rows) -> str:
        row = before.index.get(gone, -1)
        while row >= 0:
            if before.ids[row] in self._rows.index:
                return before.ids[row]
            row = int(before.parent[row])
        return ""

    def _restyle(self) -> None:
        self._renderer = MapRenderer(self._theme, self.thumbnail)
        self._overlay = Overlay(self._theme, self._renderer)
        self._layer = StillLayer(self._renderer)
        if self._document is not None:
            self._rows = self._stage.rows(self._document, self._renderer.metrics.sizes(self._document))
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(description(self._rows, self._shown.selected, self._remarks))

    # --- Qt ---

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Come by key: show the ring, and begin at the root."""
        by_key = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
        )
        self._shown = replace(self._shown, focused=by_key)
        if by_key and self._shown.selected < 0 and len(self._rows):
            self.select_row(0)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        self._shown = replace(self._shown, focused=False)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Show the whole title and what a topic is about."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self.row_at(QPointF(event.pos()))
            text = "" if row >= 0 else self.hands.link_words(QPointF(event.pos()))
            if row >= 0:
                text = self._rows.titles[row]
                if self._rows.summaries[row]:
                    text += "\n" + self._rows.summaries[row]
                remark = self._remarks.get(self._rows.ids[row])
                text += f"\n{remark}" if remark else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture."""
        self.gestures.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with it."""
        self.gestures.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it."""
        self.gestures.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Expand."""
        self.gestures.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pan or zoom."""
        self.gestures.wheel(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is over nothing."""
        self.hover(-1)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu."""
        self.gestures.menu(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Act, or leave the key to others."""
        if not self.keys.press(event):
            super().keyPressEvent(event)

    def _count_property(self) -> int:
        return len(self._rows)

    def _title_property(self) -> str:
        row = self._shown.selected
        return self._rows.titles[row] if 0 <= row < len(self._rows) else ""

    def _busy_property(self) -> bool:
        return any(state not in (IDLE, FAILED) for state in self._shown.states.values())

    nodeCount = Property(int, _count_property)
    selectedTitle = Property(str, _title_property)
    busy = Property(bool, _busy_property)
