"""What lies over the map: selection, focus, ghosts of topics to come, turning arcs, retry marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.pills import FAILED, GENERATING
from knowalledge_desktop.ui.canvas.regions import SMALLEST_ROOT
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.scene import LABELS, Frame
from knowalledge_desktop.ui.theme import Theme

GHOST_RADIUS = 5.0
DOT_RING = 7.0
HALO = 4.0
ARC_ABOVE = 16.0
Ghosts = Mapping[str, Sequence[tuple[float, float]]]
"""Centres in scene units, by the topic that grows."""


class Overlay:
    """Draws over what `MapRenderer.render` drew. The painter is in widget coordinates."""

    def __init__(self, theme: Theme, renderer: MapRenderer) -> None:
        self._theme = theme
        self._renderer = renderer

    def paint(self, painter: QPainter, rows: Rows, frame: Frame, ghosts: Ghosts) -> None:
        """Everything that changes without the map changing."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hover = frame.shown.hover
        if 0 <= hover < len(rows) and frame.motion is None and frame.is_pill(int(rows.depth[hover])):
            self._renderer.paint_pill(painter, rows, hover, frame)
        if 0 <= frame.shown.selected < len(rows):
            self._selection(painter, rows, frame)
        painter.save()
        painter.setTransform(frame.camera.transform(frame.view), True)  # noqa: FBT003 - Qt takes no keyword here
        self._ghosts(painter, ghosts)
        for topic_id, state in frame.shown.states.items():
            row = rows.index.get(topic_id, -1)
            if row >= 0 and state in (GENERATING, FAILED):
                self._state(painter, rows, row, state, frame)
        painter.restore()

    def _ghosts(self, painter: QPainter, ghosts: Ghosts) -> None:
        pen = QPen(self._theme.color("text.disabled"), 1.4)
        pen.setDashPattern([1.6, 1.8])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for spots in ghosts.values():
            for x, y in spots:
                painter.drawEllipse(QPointF(x, y), GHOST_RADIUS, GHOST_RADIUS)

    def _selection(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        row = frame.shown.selected
        painter.setBrush(Qt.BrushStyle.NoBrush)
        accent = QPen(self._theme.color("accent.base"), self._theme.number("border.focusRing"))
        if not frame.is_pill(int(rows.depth[row])):
            x = float(rows.x[row]) - int(rows.side[row]) * float(rows.w[row]) / 2
            painter.setPen(accent)
            painter.drawEllipse(frame.at(x, float(rows.y[row])), DOT_RING, DOT_RING)
            return
        pill = self.pill(rows, row, frame)
        box = QRectF(frame.at(pill.left(), pill.top()), frame.at(pill.right(), pill.bottom()))
        look = self._renderer.look(rows, row, frame.shown)
        radius = self._renderer.pills.radius(look) * frame.scale
        if look.depth == 0 and frame.scale < SMALLEST_ROOT:  # it is drawn bigger than it is
            more = SMALLEST_ROOT / frame.scale
            at, half = box.center(), QPointF(box.width(), box.height()) * (more / 2)
            box, radius = QRectF(at - half, at + half), radius * more
        out = HALO / 2 + 1
        painter.setPen(QPen(self._theme.color("accent.subtle"), HALO))
        painter.drawRoundedRect(box.adjusted(-out, -out, out, out), radius + out, radius + out)
        painter.setPen(accent)
        painter.drawRoundedRect(box, radius, radius)
        if frame.shown.focused:
            out = self._theme.number("border.focusGap") + self._theme.number("border.focusRing") + 1
            painter.setPen(QPen(self._theme.color("accent.focus"), self._theme.number("border.focusRing")))
            painter.drawRoundedRect(box.adjusted(-out, -out, out, out), radius + out, radius + out)

    def pill(self, rows: Rows, row: int, frame: Frame) -> QRectF:
        """The drawn pill in scene units, with what it carries at its far end."""
        look = self._renderer.look(rows, row, frame.shown)
        return self._renderer.pills.box(look, float(rows.x[row]), float(rows.y[row]))

    def retry_mark(self, rows: Rows, row: int, frame: Frame) -> QRectF:
        """Where the retry mark of a failed topic is in scene units; empty when it is too small to show."""
        look = self._renderer.look(rows, row, frame.shown)
        if look.state != FAILED or not frame.is_pill(look.depth) or frame.scale < LABELS:
            return QRectF()
        return self._renderer.pills.retry_badge(look, self.pill(rows, row, frame))

    def _state(self, painter: QPainter, rows: Rows, row: int, state: str, frame: Frame) -> None:
        pills = self._renderer.pills
        if state == FAILED:
            mark = self.retry_mark(rows, row, frame)
            if not mark.isEmpty():
                pills.paint_retry(painter, mark)
            return
        look = self._renderer.look(rows, row, frame.shown)
        box = self.pill(rows, row, frame)
        if look.depth == 0 or not frame.is_pill(look.depth):
            # Without a port, the arc stands above the topic.
            radius = 8.0 / min(1.0, frame.scale)
            pills.arc(painter, QPointF(box.center().x(), box.top() - ARC_ABOVE), radius, frame.shown.turn)
            return
        radius = self._renderer.metrics.kind(look.depth).port / 2
        pills.arc(painter, pills.port_centre(look, box), radius, frame.shown.turn)


def box_of(rows: Rows, row: int) -> QRectF:
    """The pill's box in scene units, as the layout knows it."""
    w, h = float(rows.w[row]), float(rows.h[row])
    return QRectF(float(rows.x[row]) - w / 2, float(rows.y[row]) - h / 2, w, h)
