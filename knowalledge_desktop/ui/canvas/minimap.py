"""The whole map, small, with a frame around what is seen; a click or a drag goes there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.scene import Frame, Shown
from knowalledge_desktop.ui.canvas.viewport import MapView
from knowalledge_desktop.ui.theme import Theme

LARGE, SMALL = QSize(178, 114), QSize(114, 90)
"""Its sizes; the small one where topics lie under the large one (design, layout grid)."""
PAD, RADIUS = 8.0, 8.0
LATER_MS = 200
"""So long the map rests before its small picture is drawn anew."""
STEP = 0.25
"""Of the view, how far an arrow key goes."""


class Minimap(QWidget):
    """Follows a canvas; draws the map rarely and the frame always.

    `rested` tells that map and view have come to rest, the moment to look whether it stands in the way.
    """

    rested = Signal()

    def __init__(self, canvas: MapView, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("minimap")
        self.setAccessibleName(self.tr("Overview of the map"))
        self.setToolTip(self.tr("Click or drag to go there, arrow keys move the view (Ctrl+Shift+M hides it)"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(LARGE)
        self._canvas, self._theme = canvas, theme
        self._picture: QPixmap | None = None
        self._rest = QTimer(self, interval=LATER_MS, singleShot=True)
        self._rest.timeout.connect(self._on_rest)
        self._later = QTimer(self, interval=LATER_MS, singleShot=True)
        self._later.timeout.connect(self._redraw)
        self._of = canvas.rows
        canvas.viewport_changed.connect(self._on_view)
        canvas.installEventFilter(self)
        theme.changed.connect(self.map_changed)

    def map_changed(self) -> None:
        """Draw the map anew, soon."""
        if not self._later.isActive():
            self._later.start()

    def fit_in(self, size: QSize) -> None:
        """Be this large."""
        if size != self.size():
            self.setFixedSize(size)
            self._picture = None

    def frame(self) -> QRectF:
        """What the canvas shows, in pixels of this widget, as far as it lies inside."""
        view, camera, small = QSizeF(self._canvas.size()), self._canvas.camera, self._camera()
        at = camera.to_scene(QPointF(0, 0), view)
        to = camera.to_scene(QPointF(view.width(), view.height()), view)
        mine = QSizeF(self.size())
        box = QRectF(small.to_view(at.x(), at.y(), mine), small.to_view(to.x(), to.y(), mine))
        return box.intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2))

    def covered(self, box: QRect) -> int:
        """How many topics would lie under this box of the canvas."""
        camera, view, rows = self._canvas.camera, QSizeF(self._canvas.size()), self._canvas.rows
        at, to = camera.to_scene(QPointF(box.topLeft()), view), camera.to_scene(QPointF(box.bottomRight()), view)
        return len(rows.inside(at.x(), at.y(), to.x(), to.y()))

    # --- inside ---

    def _on_view(self) -> None:
        self.update()
        self._rest.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The canvas shows other rows than were drawn here: soon they are drawn here too."""
        if event.type() == QEvent.Type.Paint and self._canvas.rows is not self._of:
            self._of = self._canvas.rows
            self.map_changed()
            self._rest.start()
        return super().eventFilter(watched, event)

    def _camera(self) -> Camera:
        left, top, right, bottom = self._canvas.rows.bounds()
        wide, high = max(1.0, right - left), max(1.0, bottom - top)
        room = self.width() - 2 * PAD, self.height() - 2 * PAD
        return Camera((left + right) / 2, (top + bottom) / 2, min(room[0] / wide, room[1] / high))

    def _on_rest(self) -> None:
        if not self.underMouse():
            self.rested.emit()

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def _drawn(self) -> QPixmap:
        dpr = self.devicePixelRatioF()
        picture = QPixmap(self.size() * dpr)
        picture.setDevicePixelRatio(dpr)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        frame = Frame(self._camera(), QSizeF(self.size()), Shown(), dpr)
        self._canvas.renderer.silhouette(painter, self._canvas.rows, frame)
        painter.end()
        return picture

    def _go(self, at: QPointF) -> None:
        point = self._camera().to_scene(at, QSizeF(self.size()))
        self._canvas.look_at(point.x(), point.y())

    # --- Qt ---

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None:
            self._picture = self._drawn()
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent.focus" if self.hasFocus() else "border.strong"), 1.0))
        painter.setBrush(theme.color("bg.raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.drawPixmap(0, 0, self._picture)
        painter.setPen(QPen(theme.color("accent.base"), 1.5))
        tint = QColor(theme.color("accent.base"))
        tint.setAlphaF(0.08)
        painter.setBrush(tint)
        painter.drawRoundedRect(self.frame(), 3.0, 3.0)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows move the view."""
        steps = {
            Qt.Key.Key_Left: (1, 0),
            Qt.Key.Key_Right: (-1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self._canvas.pan(step[0] * self._canvas.width() * STEP, step[1] * self._canvas.height() * STEP)

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.map_changed()
