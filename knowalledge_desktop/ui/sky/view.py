"""The sky as a widget: pan, zoom, fly, choose, by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from knowalledge_desktop.core.sky import Sky
from knowalledge_desktop.services.sky import Stars
from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.sky.chart import Chart, chart_of
from knowalledge_desktop.ui.sky.flight import Flight
from knowalledge_desktop.ui.sky.hand import Hand
from knowalledge_desktop.ui.sky.kept import Kept
from knowalledge_desktop.ui.sky.overlay import Overlay, Scales
from knowalledge_desktop.ui.sky.painter import CLOSE, SkyPainter, Spot
from knowalledge_desktop.ui.sky.palette import palette_of
from knowalledge_desktop.ui.sky.walk import nearest, next_towards
from knowalledge_desktop.ui.theme import Theme

Beside = Callable[[Callable[[Callable[[], bool]], Any], Callable[[Any], None]], None]
"""Does the first beside the loop and hands its result to the second, in the loop.

The first is given what says whether its result is no longer wanted.
"""

NEAREST_SCALE, STEP = 3.0, 1.3
ARRIVE = 1.1
"""Pixels per unit of the scene to which a flight to an article goes at least."""
HIT_PX = 16.0
SETTLE_MS = 70
"""So long the scale rests before the sharp picture is drawn."""


class SkyView(QWidget):
    """Shows a chart. `chosen` and `hovered` are nodes of it, -1 for none."""

    node_chosen = Signal(int)
    node_opened = Signal(int)
    escaped = Signal()
    viewport_changed = Signal()

    def __init__(self, theme: Theme, beside: Beside, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("librarySky")
        self.setAccessibleName(self.tr("Sky of all topics"))
        self.setToolTip("")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self._theme, self._beside = theme, beside
        self.chart: Chart = chart_of(Sky(), Stars(), everything=False)
        self._haze = QImage()
        self.camera, self.fit_scale = Camera(), 1.0
        self.chosen = self.hovered = -1
        self._by_key = False
        self._painter: SkyPainter | None = None
        self._kept: Kept | None = None
        self._overlay: Overlay | None = None
        self._hand = Hand(self)
        self._at_fit = True
        self._flight = Flight(theme, self)
        self._flight.moved.connect(self._on_flight)
        self._bands = QTimer(self, interval=0)
        self._bands.timeout.connect(self._go_on)
        self._rest = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._rest.timeout.connect(self.settle)
        self._resized = QTimer(self, interval=120, singleShot=True)
        self._resized.timeout.connect(self._renew)
        theme.changed.connect(self._renew)

    # --- what is shown ---

    def show_chart(self, chart: Chart, haze: QImage, *, stay: bool) -> None:
        """Show a chart; `stay` where one is, else everything is seen."""
        topic = self.chart.titles[self.chosen] if 0 <= self.chosen < len(self.chart) else ""
        self.chart, self._haze = chart, haze
        self.hovered = -1
        self.chosen = chart.titles.index(topic) if topic in chart.titles else -1
        if self.chosen >= 0 and not chart.shown[self.chosen]:
            self.chosen = -1
        self._renew()
        if not stay:
            self.fit(fly=False)

    @property
    def names_are_ready(self) -> bool:
        """Whether it is known which names have room."""
        return self._overlay is not None and bool(np.isfinite(self._overlay.scales).any())

    @property
    def is_sharp(self) -> bool:
        """Whether nothing is left to draw."""
        return not self._bands.isActive() and not self._rest.isActive() and not self._flight.is_flying

    def _renew(self) -> None:
        """Draw everything anew: another chart, theme, size or screen."""
        self._resized.stop()
        view = self._view
        left, top, wide, high = self.chart.box
        whole = Camera().framing(QRectF(left, top, wide, high), view, NEAREST_SCALE)
        fit = max(0.021, min(whole.scale, NEAREST_SCALE))
        self.fit_scale, dpr = fit, self.devicePixelRatioF()
        palette = palette_of(self._theme)
        self._painter = SkyPainter(self.chart, palette, self._haze, fit, dpr)
        self._kept = Kept(self._painter)
        before = self._overlay
        self._overlay = Overlay(self.chart, palette, self._theme, fit, dpr)
        if before is not None and len(before.scales) == len(self._overlay.scales):
            self._overlay.scales = before.scales
        if self._at_fit:
            self.camera = whole
        self._kept.fill(Camera(whole.x, whole.y, fit), view)
        self._kept.keep_whole()
        self._changed()
        self.settle()  # what is coarse becomes sharp at once
        self._name(self._overlay)

    def _name(self, overlay: Overlay, *, first: bool = True) -> None:
        """Find out which names have room: first of the best known, which are soon seen, then of all."""

        def done(scales: Scales) -> None:
            if self._overlay is overlay:
                overlay.scales = scales
                self.update()
                if first:
                    self._name(overlay, first=False)

        nearest_scale = self.fit_scale * CLOSE if first else NEAREST_SCALE
        fit = self.fit_scale
        self._beside(lambda unwanted: overlay.find_scales(fit, nearest_scale, unwanted), done)

    # --- the camera ---

    @property
    def _view(self) -> QSizeF:
        return QSizeF(max(1, self.width()), max(1, self.height()))

    def look(self, camera: Camera) -> None:
        """See another part; stays near the sky and between the smallest and the largest scale."""
        left, top, wide, high = self.chart.box
        scale = min(NEAREST_SCALE, max(self.fit_scale * 0.7, camera.scale))
        x = min(max(camera.x, left), left + wide)
        y = min(max(camera.y, top), top + high)
        self._at_fit = False
        self.camera = Camera(x, y, scale)
        self._changed()

    def _changed(self) -> None:
        kept = self._kept
        if kept is not None and self.camera.scale < CLOSE * self.fit_scale:
            if kept.is_far_off(self.camera):
                kept.begin(self.camera, self._view)
                self._bands.start()
            if not kept.is_exact(self.camera):
                self._rest.start()
            elif kept.lacks(self.camera, self._view):
                kept.begin(self.camera, self._view)
                self._bands.start()
        self.viewport_changed.emit()
        self.update()

    def settle(self) -> None:
        """Draw the sharp picture of what is seen, in slices."""
        self._rest.stop()
        kept = self._kept
        if kept is not None and self.camera.scale < CLOSE * self.fit_scale and kept.lacks(self.camera, self._view):
            kept.begin(self.camera, self._view)
            self._bands.start()

    def _go_on(self) -> None:
        if self._kept is None or not self._kept.is_drawing:
            self._bands.stop()
        elif self._kept.go_on():
            self._bands.stop()
            self.update()

    def stop_flight(self) -> None:
        """The person took the camera."""
        self._flight.stop()

    def pan(self, dx: float, dy: float) -> None:
        """Shift the picture by pixels."""
        self.stop_flight()
        self.look(self.camera.panned(dx, dy))

    def zoom_at(self, factor: float, at: QPointF) -> None:
        """Bigger or smaller, with what is at `at` staying there."""
        self._flight.stop()
        scale = min(NEAREST_SCALE, max(self.fit_scale * 0.7, self.camera.scale * factor))
        self.look(self.camera.zoomed(scale / self.camera.scale, at, self._view))

    def zoom(self, steps: int) -> None:
        """Closer or farther, towards what is chosen when it is seen."""
        at = QPointF(self.width() / 2, self.height() / 2)
        if self.chosen >= 0:
            there = self._at(self.chosen)
            at = there if QRectF(self.rect()).contains(there) else at
        target = self.camera.zoomed(STEP**steps, at, self._view)
        self._fly(Camera(target.x, target.y, min(NEAREST_SCALE, max(self.fit_scale * 0.7, target.scale))))

    def zoom_in(self) -> None:
        """Closer."""
        self.zoom(2)

    def zoom_out(self) -> None:
        """Farther."""
        self.zoom(-2)

    def fit(self, *, fly: bool = True) -> None:
        """See everything."""
        left, top, wide, high = self.chart.box
        whole = Camera().framing(QRectF(left, top, wide, high), self._view, NEAREST_SCALE)
        if fly:
            self._fly(whole)
        else:
            self.look(whole)
        self._at_fit = True

    def fly_to(self, node: int) -> None:
        """See an article close up, and choose it."""
        self.choose(node)
        scale = max(ARRIVE, self.camera.scale)
        self._fly(Camera(float(self.chart.x[node]), float(self.chart.y[node]), scale))

    def _fly(self, target: Camera) -> None:
        self._at_fit = False
        self._flight.start(self.camera, target, self._view.width())

    def _on_flight(self, camera: Camera, on_the_way: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        fitting = self._at_fit
        self.look(camera)
        self._at_fit = fitting and not on_the_way

    # --- choosing ---

    def choose(self, node: int, *, by_key: bool = False) -> None:
        """Make a node the chosen one, -1 for none; tells of it when it is another one."""
        self._by_key = by_key
        if node != self.chosen:
            self.chosen = node
            self.setAccessibleDescription(self.describe(node))
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
            self.node_chosen.emit(node)
        self.update()

    def describe(self, node: int) -> str:
        """A node in words: title, area, whether it is explored."""
        if node < 0:
            return ""
        disc = self.chart.disc_of(node)
        parts = [self.chart.titles[node], disc.name if disc else ""]
        if self.chart.is_star[node]:
            parts.append(self.tr("explored") if self.chart.known[node] else self.tr("in a map, not explained yet"))
        return ", ".join(part for part in parts if part)

    def node_at(self, at: QPointF) -> int:
        """The node under a point of the widget, -1 for none. A star is hit before a dot."""
        scene = self.camera.to_scene(at, self._view)
        within = HIT_PX / self.camera.scale
        place = (scene.x(), scene.y())
        star = nearest(self.chart.x, self.chart.y, self.chart.shown & self.chart.is_star, place, within)
        return star if star >= 0 else nearest(self.chart.x, self.chart.y, self.chart.shown, place, within)

    def step(self, towards: tuple[float, float]) -> None:
        """Choose the next article in a direction, among those whose names are seen, and keep it in view."""
        if self._overlay is None or not len(self.chart):
            return
        among = (self._overlay.scales <= self.camera.scale * 1.0001) | (self.chart.is_star & self.chart.shown)
        if self.chosen < 0:
            node = nearest(self.chart.x, self.chart.y, among, (self.camera.x, self.camera.y), np.inf)
        else:
            node = next_towards(self.chart.x, self.chart.y, among, self.chosen, towards)
        if node < 0:
            return
        self.choose(node, by_key=True)
        at, margin = self._at(node), 90
        if not QRectF(self.rect()).adjusted(margin, margin, -margin, -margin).contains(at):
            self._fly(Camera(float(self.chart.x[node]), float(self.chart.y[node]), self.camera.scale))

    def _at(self, node: int) -> QPointF:
        return self.camera.to_view(float(self.chart.x[node]), float(self.chart.y[node]), self._view)

    def hover(self, node: int) -> None:
        """Make a node the one under the pointer, -1 for none."""
        if node != self.hovered:
            self.hovered = node
            self.setCursor(Qt.CursorShape.PointingHandCursor if node >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    # --- Qt ---

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.render_to(painter)
        painter.end()

    def render_to(self, painter: QPainter) -> None:
        """Draw the view."""
        if self._painter is None or self._kept is None or self._overlay is None:
            painter.fillRect(self.rect(), self._theme.color("bg.canvas"))
            return
        view, dpr, camera = self._view, self.devicePixelRatioF(), self.camera
        painter.save()
        painter.scale(1 / dpr, 1 / dpr)
        if camera.scale < CLOSE * self.fit_scale:
            self._kept.paint(painter, camera, view)
        else:
            whole = QRectF(0, 0, view.width() * dpr, view.height() * dpr).toAlignedRect()
            self._painter.paint(painter, whole, Spot.of(camera, view, dpr))
        painter.restore()
        focused = tuple(dict.fromkeys(node for node in (self.hovered, self.chosen) if node >= 0))
        for node in focused:
            self._overlay.paint_links(painter, camera, view, node, strong=node == self.chosen)
        self._overlay.paint_names(painter, camera, view, focused)
        if self._overlay.lacks_names:
            QTimer.singleShot(0, self, self.update)
        self._overlay.paint_areas(painter, camera, view)
        for node in focused:
            ring = node == self.chosen and self._by_key and self.hasFocus()
            self._overlay.paint_focus(painter, camera, view, node, ring=ring)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._kept is not None:
            self._resized.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.hover(-1)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._kept is not None:
            self._resized.start()

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture
        ):
            self.zoom_at(1.0 + event.value(), event.position())
            return True
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and self._hand.takes(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._hand.key(event):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._hand.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hand.drag(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hand.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._hand.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._hand.wheel(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.hover(-1)
