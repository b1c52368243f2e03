"""What the mouse does on the canvas: select, pick, open, pan, zoom, drag branches, draw links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.core.edits import heads
from knowalledge_desktop.ui.canvas.hand_overlay import LINK

if TYPE_CHECKING:
    from knowalledge_desktop.ui.canvas.widget import GraphCanvas

PAN, DRAG, BAND, DRAW = "pan", "drag", "band", "draw"
RIM, CREEP_MS, CREEP_PX = 32.0, 16, 14.0
"""Pixels at the edge of the canvas where it creeps on under what is dragged; how often, and how far at most."""
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Gestures:
    """Turns mouse events into acts of the canvas."""

    def __init__(self, canvas: GraphCanvas) -> None:
        self._canvas = canvas
        self._from: QPointF | None = None
        self._last = QPointF()
        self._button = Qt.MouseButton.NoButton
        self._pressed = ""  # by name: rows change when an answer arrives between press and drag
        self._kind = ""
        self._dragging: frozenset[int] = frozenset()
        self._heads: tuple[str, ...] = ()
        self._moved = self._more = self._may_creep = False
        self._creep = QTimer(canvas, interval=CREEP_MS)
        self._creep.timeout.connect(self._creep_on)

    def press(self, event: QMouseEvent) -> None:
        """Begin: a topic is selected at once, a press beside one begins a pan or, with Shift, a band."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton) or self._dragging:
            return
        canvas, at, held = self._canvas, event.position(), event.modifiers()
        self._from, self._last, self._moved, self._kind = at, at, False, PAN
        self._button, self._dragging, self._pressed = event.button(), frozenset(), ""
        self._may_creep = False  # what is taken at the edge can be drawn away from it in peace
        if event.button() is Qt.MouseButton.MiddleButton:
            return
        retry = canvas.retry_row_at(at)
        if retry >= 0:
            self._from = None
            canvas.retry_requested.emit(canvas.rows.ids[retry])
            return
        row = canvas.row_at(at)
        if canvas.hands.aim:
            self._aim(row)
        elif handle := canvas.handle_at(at):
            self._kind = DRAW
            canvas.select(handle)
            canvas.hands.begin(LINK, (handle,))
        elif row < 0:
            self._kind = BAND if held & SHIFT else PAN
        elif held & CTRL:
            canvas.hands.toggle(canvas.rows.ids[row])
            self._choose(row)
        elif held & SHIFT:
            canvas.hands.pick_to(canvas.rows.ids[row])
            self._choose(row)
        else:
            self._pressed, self._kind = canvas.rows.ids[row], DRAG
            canvas.hands.press(self._pressed)
            canvas.select_row(row, reveal=False)

    def move(self, event: QMouseEvent) -> None:
        """Drag what was pressed, or show what the pointer is over."""
        canvas, at = self._canvas, event.position()
        if self._from is None or not event.buttons():
            canvas.hands.hover(at)
            return
        if not self._moved:
            if (at - self._from).manhattanLength() < QApplication.startDragDistance():
                return
            self._moved = True
            if self._kind == DRAG:
                self._begin_drag()
        step, self._last = at - self._last, at
        if self._kind == PAN:
            canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
            canvas.pan(step.x(), step.y())
            return
        self._more = bool(event.modifiers() & CTRL)
        self._follow(step)
        if self._beyond() == QPointF():
            self._creep.stop()
            self._may_creep = True
        elif self._may_creep and not self._creep.isActive():
            self._creep.start()

    def release(self, event: QMouseEvent) -> None:
        """End a drag; a click on nothing takes the selection away."""
        if self._from is None or event.button() is not self._button:
            return
        canvas, is_left = self._canvas, event.button() is Qt.MouseButton.LeftButton
        if self._dragging:
            canvas.drop_rows(self._dragging, canvas.hands.drop())
        elif self._kind == BAND and self._moved:
            canvas.hands.loosen()
        elif self._kind == DRAW:
            self._end_line(event.position())
        elif not self._moved and is_left and self._kind == DRAG:
            canvas.hands.picks.clear()
        elif not self._moved and is_left and self._kind in (PAN, BAND) and canvas.row_at(event.position()) < 0:
            canvas.hands.picks.clear()
            canvas.select_row(-1)
        self._forget()

    def cancel(self) -> bool:
        """Leave everything as it was before the button was pressed; whether anything was under way."""
        under_way = bool(self._dragging)
        if under_way:
            self._canvas.hands.drop()
            self._canvas.undrag()
        if self._canvas.hands.cancel() or under_way:
            self._forget()
            return True
        return False

    def double_click(self, event: QMouseEvent) -> None:
        """Expand a topic, or write on a link."""
        if event.button() is not Qt.MouseButton.LeftButton or self._canvas.hands.aim:
            return
        row = self._canvas.row_at(event.position())
        if row >= 0:
            self._from = None
            self._canvas.topic_activated.emit(self._canvas.rows.ids[row])
        elif link := self._canvas.link_at(event.position()):
            self._from = None
            self._canvas.hands.label_requested.emit(link)

    def wheel(self, event: QWheelEvent) -> None:
        """The wheel pans, with Ctrl it zooms at the pointer."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if self._dragging:
                return  # what is held would leave the pointer
            self._canvas.zoom_at(1.2 ** (event.angleDelta().y() / 120.0), event.position())
        else:
            moved = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
            dx, dy = moved.x(), moved.y()
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and dx == 0:
                dx, dy = dy, 0
            self._pan_under(QPointF(dx, dy))
        event.accept()

    def menu(self, event: QContextMenuEvent) -> None:
        """The context menu of the topic under the pointer, or of the selection for the menu key."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            chosen = self._canvas.selected_id
            at = self._canvas.mapToGlobal(self._canvas.topic_rect(chosen).bottomLeft())
        else:
            row = self._canvas.row_at(QPointF(event.pos()))
            link = self._canvas.link_at(QPointF(event.pos())) if row < 0 else ""
            if link:
                self._canvas.hands.link_menu_requested.emit(link, event.globalPos())
                return
            self._canvas.hands.press(self._canvas.rows.ids[row] if row >= 0 else "")
            self._canvas.select_row(row, reveal=False)
            chosen, at = self._canvas.selected_id, event.globalPos()
        if chosen:
            self._canvas.menu_requested.emit(chosen, at)

    # --- inside ---

    def _follow(self, step: QPointF) -> None:
        """What is under way goes on to where the pointer is."""
        canvas, at = self._canvas, self._last
        if self._kind == DRAG:
            scale = canvas.camera.scale
            canvas.drag_rows(self._dragging, step.x() / scale, step.y() / scale)
            canvas.hands.drag_over(self._heads, at)
        elif self._kind == BAND and self._from is not None:
            canvas.hands.stretch(self._from, at, more=self._more)
        elif self._kind == DRAW:
            canvas.hands.hover(at)

    def _beyond(self) -> QPointF:
        """How far the pointer is in the rim of the canvas, from -1 to 1 in each direction."""
        size = self._canvas.size()

        def part(at: float, length: int) -> float:
            return max(-1.0, min(0.0, at / RIM - 1.0)) + min(1.0, max(0.0, (at - length) / RIM + 1.0))

        return QPointF(part(self._last.x(), size.width()), part(self._last.y(), size.height()))

    def _creep_on(self) -> None:
        """The map moves on under what is held at its edge."""
        self._pan_under(self._beyond() * -CREEP_PX)

    def _pan_under(self, by: QPointF) -> None:
        """Move the view; what is held stays under the pointer."""
        self._canvas.pan(by.x(), by.y())
        if self._from is not None and self._moved and self._kind != PAN:
            self._from += by  # a band is held at a spot of the map
            self._follow(-by)

    def _begin_drag(self) -> None:
        """What is dragged: the branch of the pressed topic, or of all that are picked."""
        canvas = self._canvas
        document, rows, pressed = canvas.document, canvas.rows, self._pressed
        if document is None or pressed not in document.topics:
            return
        self._heads = heads(document, canvas.hands.picks.ids if pressed in canvas.hands.picks else (pressed,))
        branch = (each for head in self._heads for each in document.branch(head))
        self._dragging = frozenset(rows.index[each] for each in branch if each in rows.index)

    def _choose(self, row: int) -> None:
        """Select without dragging: the button was held to pick."""
        self._from = None
        self._canvas.select_row(row, reveal=False)

    def _aim(self, row: int) -> None:
        """Another topic is to be chosen: a press on one does it, beside one the view can be moved."""
        if row >= 0:
            self._from = None
            self._canvas.hands.take(self._canvas.rows.ids[row])

    def _end_line(self, at: QPointF) -> None:
        hands, row = self._canvas.hands, self._canvas.row_at(at)
        if self._moved and not (row >= 0 and hands.take(self._canvas.rows.ids[row])):
            hands.cancel()  # it leads nowhere; a mere click leaves it to be chosen

    def _forget(self) -> None:
        self._creep.stop()
        self._from, self._dragging, self._heads, self._kind = None, frozenset(), (), ""
        self._canvas.setCursor(Qt.CursorShape.ArrowCursor)
