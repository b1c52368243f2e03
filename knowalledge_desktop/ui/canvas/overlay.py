"""What lies over the map: selection, focus, ghosts of topics to come, turning arcs, retry marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen

from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.pills import FAILED, GENERATING, IDLE
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.scene import LABELS, PILLS, Frame, Shown
from knowalledge_desktop.ui.theme import Theme

GHOST_RADIUS = 5.0
Ghosts = Mapping[str, Sequence[tuple[float, float]]]
"""Centres in scene units, by the topic that grows."""


def paint_overlay(
    painter: QPainter,
    renderer: MapRenderer,
    theme: Theme,
    rows: Rows,
    camera: Camera,
    view: QSizeF,
    shown: Shown,
    ghosts: Ghosts,
) -> None:
    """Draw over what `MapRenderer.render` drew. The painter is in widget coordinates."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if 0 <= shown.selected < len(rows):
        _selection(painter, renderer, theme, rows, camera, view, shown)
    painter.save()
    painter.setTransform(camera.transform(view), True)
    for spots in ghosts.values():
        pen = QPen(theme.color("text.disabled"), 1.4)
        pen.setDashPattern([1.6, 1.8])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for x, y in spots:
            painter.drawEllipse(QPointF(x, y), GHOST_RADIUS, GHOST_RADIUS)
    for row in range(len(rows)):
        state = shown.states.get(rows.ids[row], IDLE)
        if state in (GENERATING, FAILED):
            _state(painter, renderer, theme, rows, row, state, shown, camera.scale)
    painter.restore()


def box_of(rows: Rows, row: int) -> QRectF:
    """The pill's box in scene units."""
    w, h = float(rows.w[row]), float(rows.h[row])
    return QRectF(float(rows.x[row]) - w / 2, float(rows.y[row]) - h / 2, w, h)


def _selection(
    painter: QPainter,
    renderer: MapRenderer,
    theme: Theme,
    rows: Rows,
    camera: Camera,
    view: QSizeF,
    shown: Shown,
) -> None:
    row = shown.selected
    painter.setBrush(Qt.BrushStyle.NoBrush)
    is_pill = camera.scale >= PILLS or rows.depth[row] <= (1 if camera.scale >= LABELS else 0)
    if not is_pill:
        x = float(rows.x[row]) - int(rows.side[row]) * float(rows.w[row]) / 2
        at = camera.to_view(x, float(rows.y[row]), view)
        painter.setPen(QPen(theme.color("accent.base"), 2.0))
        painter.drawEllipse(at, 7.0, 7.0)
        return
    look = renderer.look(rows, row, shown)
    box = renderer.pills.box(look, float(rows.x[row]), float(rows.y[row]))
    top_left, bottom_right = (
        camera.to_view(box.left(), box.top(), view),
        camera.to_view(box.right(), box.bottom(), view),
    )
    radius = renderer.pills.radius(look) * camera.scale
    frame = QRectF(top_left, bottom_right)
    halo = theme.color("accent.subtle")
    painter.setPen(QPen(halo, 4.0))
    painter.drawRoundedRect(frame.adjusted(-3, -3, 3, 3), radius + 3, radius + 3)
    painter.setPen(QPen(theme.color("accent.base"), 2.0))
    painter.drawRoundedRect(frame, radius, radius)
    if shown.focused:
        painter.setPen(QPen(theme.color("accent.focus"), 2.0))
        painter.drawRoundedRect(frame.adjusted(-5, -5, 5, 5), radius + 5, radius + 5)


def _state(
    painter: QPainter,
    renderer: MapRenderer,
    theme: Theme,
    rows: Rows,
    row: int,
    state: str,
    shown: Shown,
    scale: float,
) -> None:
    look = renderer.look(rows, row, shown)
    box = renderer.pills.box(look, float(rows.x[row]), float(rows.y[row]))
    if state == FAILED and scale >= LABELS and (scale >= PILLS or look.depth <= 1):
        renderer.pills.paint_retry(painter, renderer.pills.retry_badge(look, box))
        return
    if state == FAILED:
        return
    if look.depth == 0 or scale < LABELS:
        # The root has no port: the arc stands above it.
        renderer.pills.arc(painter, QPointF(box.center().x(), box.top() - 16.0), 8.0 / min(1.0, scale), shown.turn)
        return
    if scale >= PILLS or look.depth <= 1:
        kind = renderer.metrics.kind(look.depth)
        renderer.pills.arc(painter, renderer.pills.port_centre(look, box), kind.port / 2, shown.turn)
