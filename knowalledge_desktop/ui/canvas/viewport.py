"""The seeing half of the canvas: what part of the map is in view, and how it gets onto the screen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from knowalledge_desktop.ui.canvas.animator import Animator
from knowalledge_desktop.ui.canvas.camera import STEP, Camera
from knowalledge_desktop.ui.canvas.layer import StillLayer
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.overlay import Overlay, box_of
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.scene import PILLS, ROOMY, SMALL_MAP, Frame, Shown
from knowalledge_desktop.ui.canvas.sprites import Thumbnail, no_thumbnail
from knowalledge_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from knowalledge_desktop.ui.canvas.hands import Hands
    from knowalledge_desktop.ui.canvas.spotlight import Spotlight

SETTLE_MS = 120
"""How long after the last step of a zoom pictures are made sharp again."""
LATER_MS = 60
"""How long after a picture that was drawn anew the margin is begun; the next one may be new as well."""
TITLE, LONGEST = 0.8, 260.0
"""About how long a title of constant size is in pixels for its pill in scene units, of which the most."""
HIT_PX = 16.0
"""Half the least size of what can be clicked, in pixels at every zoom."""


class MapView(QWidget):
    """Paints rows under a camera that moves only when somebody asks for it."""

    viewport_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._theme = theme
        self._thumbnails: Thumbnail = no_thumbnail
        self._renderer = MapRenderer(theme, self.thumbnail)
        self._overlay = Overlay(theme, self._renderer)
        self._layer = StillLayer(self._renderer)
        self._rows = Rows()
        self._camera = Camera()
        self._shown = Shown()
        self._ghosts: dict[str, list[tuple[float, float]]] = {}
        self._spotlight: Spotlight | None = None
        self._hands: Hands | None = None
        self._fitted = False
        self.timed: Callable[[float], None] | None = None
        """Is told the seconds that each frame took to draw, while somebody counts them."""
        self._animator = Animator(theme, self)
        self._animator.advanced.connect(self._advance)
        self._animator.flown.connect(self._arrive)
        self._settle = QTimer(self)
        self._settle.setInterval(SETTLE_MS)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._rest)
        self._ahead = QTimer(self)
        self._ahead.setSingleShot(True)
        self._ahead.timeout.connect(self._look_ahead)

    @property
    def rows(self) -> Rows:
        """The visible topics."""
        return self._rows

    @property
    def camera(self) -> Camera:
        """What part is seen."""
        return self._camera

    @property
    def renderer(self) -> MapRenderer:
        """What draws it; it has worked out what others need of the same rows too."""
        return self._renderer

    @property
    def is_moving(self) -> bool:
        """Whether anything is under way; else no timer runs."""
        return self._animator.is_running

    def set_thumbnails(self, thumbnails: Thumbnail) -> None:
        """Where small pictures of topics come from; call `update` when one has come."""
        self._thumbnails = thumbnails

    def thumbnail(self, sha256: str) -> QPixmap | None:
        """A topic's small picture, None while it is on its way."""
        return self._thumbnails(sha256)

    def light(self, topic_ids: Sequence[str] | None) -> None:
        """Light some topics and dim the others; None dims nothing."""
        if self._spotlight is None:
            from knowalledge_desktop.ui.canvas.spotlight import Spotlight

            self._spotlight = Spotlight(self._theme)
        self._spotlight.light(topic_ids)
        self.update()

    def zoom_in(self) -> None:
        """Bigger, around the middle."""
        self.zoom_at(STEP, QPointF(self.rect().center()))

    def zoom_out(self) -> None:
        """Smaller, around the middle."""
        self.zoom_at(1 / STEP, QPointF(self.rect().center()))

    def zoom_reset(self) -> None:
        """To 100 %."""
        self._fly(replace(self._camera, scale=1.0))

    def zoom_at(self, factor: float, at: QPointF) -> None:
        """Zoom with the scene point under `at` staying where it is."""
        self._animator.stop_flight()
        self._move_camera(self._camera.zoomed(factor, at, self._view()), zooming=True)

    def pan(self, dx: float, dy: float) -> None:
        """Move the view by pixels."""
        self._animator.stop_flight()
        self._move_camera(self._camera.panned(dx, dy))

    def look_at(self, x: float, y: float) -> None:
        """Have a scene point in the middle."""
        self._animator.stop_flight()
        self._move_camera(replace(self._camera, x=x, y=y))

    def fit(self) -> None:
        """See the whole map."""
        if len(self._rows):
            self._fly(self._camera.framing(self._box(), self._view()))

    def frame(self, topic_id: str) -> None:
        """Bring a topic to the middle at a readable size."""
        row = self._rows.index.get(topic_id, -1)
        if row >= 0:
            self._fly(self._camera.framing(box_of(self._rows, row), self._view(), max(1.0, self._camera.scale)))

    def topic_rect(self, topic_id: str) -> QRect:
        """The pill's box in widget coordinates; empty when it is not visible."""
        row = self._rows.index.get(topic_id, -1)
        if row < 0:
            return QRect()
        box = box_of(self._rows, row)
        view = self._view()
        top_left = self._camera.to_view(box.left(), box.top(), view)
        bottom_right = self._camera.to_view(box.right(), box.bottom(), view)
        return QRectF(top_left, bottom_right).toAlignedRect()

    def row_at(self, at: QPointF, without: Collection[int] = ()) -> int:
        """The row under a widget point, but none of `without`, or -1; small pills are padded to 32 pixels."""
        point = self._camera.to_scene(at, self._view())
        return self._rows.at(point.x(), point.y(), HIT_PX / self._camera.scale, without)

    def link_at(self, at: QPointF) -> str:
        """The cross link under a widget point, empty when there is none."""
        point = self._camera.to_scene(at, self._view())
        return self._renderer.links.at(self._rows, point.x(), point.y(), self._camera.scale)

    def link_spot(self, link_id: str) -> QPointF | None:
        """Where the word of a cross link stands in widget coordinates; None when the link is not seen."""
        if link_id not in self._rows.link_ids:
            return None
        middle = self._renderer.links.middle(self._rows, link_id)
        return self._camera.to_view(middle.x(), middle.y(), self._view())

    def handle_at(self, at: QPointF) -> str:
        """The topic whose handle for links is under a widget point, empty when there is none."""
        return self._hands.handle_at(at, self._frame()) if self._hands is not None else ""

    @property
    def theme(self) -> Theme:
        """The theme it is drawn in."""
        return self._theme

    def retry_row_at(self, at: QPointF) -> int:
        """The row whose retry mark is under a widget point, or -1."""
        point = self._camera.to_scene(at, self._view())
        frame = self._frame()
        for topic_id in self._shown.states:
            row = self._rows.index.get(topic_id, -1)
            if row >= 0 and self._overlay.retry_mark(self._rows, row, frame).contains(point):
                return row
        return -1

    def _fly_to_rows(self, rows: Iterable[int]) -> None:
        box = QRectF()
        for row in rows:
            box = box.united(box_of(self._rows, row))
        self._fly(self._camera.framing(box, self._view()))

    def _view(self) -> QSizeF:
        return QSizeF(self.size())

    def _box(self) -> QRectF:
        """The whole map, with the titles that keep their size where it is seen from afar."""
        rows, view = self._rows, self._view()
        left, top, right, bottom = rows.bounds()
        box = QRectF(left, top, right - left, bottom - top)
        scale = self._camera.framing(box, view).scale
        if not len(rows) or not ROOMY <= scale < PILLS or len(rows) > SMALL_MAP:
            return box
        far = rows.x - rows.side * rows.w / 2 + rows.side * np.minimum(rows.w, LONGEST) * TITLE / scale
        return box.united(QRectF(float(far.min()), top, float(np.ptp(far)), bottom - top))

    def sees_all(self) -> bool:
        """Whether the whole map lies in the view."""
        view = QSizeF(self.size())
        at = self._camera.to_scene(QPointF(0, 0), view)
        to = self._camera.to_scene(QPointF(view.width(), view.height()), view)
        left, top, right, bottom = self._rows.bounds()
        return at.x() <= left and at.y() <= top and to.x() >= right and to.y() >= bottom

    def shows(self, topic_ids: Iterable[str]) -> bool:
        """Whether all of these topics are wholly in the view."""
        return all(self._in_view(self._rows.index[i]) for i in topic_ids if i in self._rows.index)

    def _in_view(self, row: int) -> bool:
        box = box_of(self._rows, row)
        view = self._view()
        at, to = (
            self._camera.to_view(box.left(), box.top(), view),
            self._camera.to_view(box.right(), box.bottom(), view),
        )
        return at.x() >= 0 and at.y() >= 0 and to.x() <= view.width() and to.y() <= view.height()

    def _fit_now(self) -> None:
        if len(self._rows) and self.width() > 1:
            self._camera = self._camera.framing(self._box(), self._view())
            self._fitted = self.isVisible()
            self._animator.stop_flight()
            self.viewport_changed.emit()

    def _move_camera(self, camera: Camera, *, zooming: bool = False) -> None:
        self._camera = camera
        if zooming:
            self._shown = replace(self._shown, zooming=True)
            self._settle.start()
        self.viewport_changed.emit()
        self.update()

    def _fly(self, target: Camera) -> None:
        if self.isVisible():
            self._animator.fly(self._camera, target)
        else:
            self._move_camera(target)

    def _arrive(self, camera: Camera, under_way: bool) -> None:  # noqa: FBT001 - a slot takes what the signal gives
        self._move_camera(camera, zooming=under_way)

    def _advance(self) -> None:
        if self._animator.turn != self._shown.turn:
            self._shown = replace(self._shown, turn=self._animator.turn)
        self.update()

    def redraw(self) -> None:
        """Draw everything anew instead of keeping what is there."""
        self._layer.forget()
        self.update()

    def settle(self) -> None:
        """Make what a zoom left unsharp crisp again."""
        self._settle.stop()
        self._shown = replace(self._shown, zooming=False)
        self.update()

    def _rest(self) -> None:
        """A zoom has come to rest: let it become crisp in the pauses."""
        self._layer.be_patient()
        self.settle()

    def _frame(self) -> Frame:
        return Frame(self._camera, self._view(), self._shown, self.devicePixelRatioF(), self._animator.motion)

    # --- Qt ---

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the map and what lies over it."""
        if self.timed is None:
            self._paint()
            return
        begun = perf_counter()
        self._paint()
        self.timed(perf_counter() - begun)

    def _paint(self) -> None:
        painter = QPainter(self)
        try:
            frame = self._frame()
            frame = self._layer.paint(painter, self._rows, frame)
            if self._spotlight is not None:
                self._spotlight.paint(painter, self._rows, frame, self._renderer)
            self._overlay.paint(painter, self._rows, frame, self._ghosts)
            if self._hands is not None:
                self._hands.paint(painter, self._rows, frame, self._renderer)
        finally:
            painter.end()
        if self._layer.is_fresh:
            self._ahead.start(LATER_MS)
        elif not self._layer.lacks_margin:
            self._ahead.stop()
        elif not self._ahead.isActive():
            self._ahead.start(0)

    def _look_ahead(self) -> None:
        """Draw some of what a pan would bring, while there is nothing else to do."""
        was_unsharp = self._layer.is_sharpening
        if self.isVisible() and self._layer.grow():
            self._ahead.start(0)
        if was_unsharp and (self._layer.shows_pieces or not self._layer.is_sharpening):
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The middle of the view stays where it is; a map that was never seen is fitted."""
        super().resizeEvent(event)
        if not self._fitted:
            self._fit_now()
        self.viewport_changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """A map that was never seen is fitted."""
        super().showEvent(event)
        if not self._fitted:
            self._fit_now()
