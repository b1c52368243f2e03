"""A map in small, for the library: its branches as they lie, and where a topic that was found is in it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.ui.theme import Theme

HIGH = 208
MOST = 5_000
"""Topics; larger maps have no picture here: to lay out their rows would be felt."""
PAD, WIDEST_TITLE = 20.0, 220
_BOX = (168.0, 40.0)  # about a topic on the map, to lay out what nobody has seen there yet
_SIZE = (16.0, 16.0)  # of a topic in scene units: it is a dot here, and edges have to reach it


def laid_out(document: Map) -> Map:
    """The map with places for all topics: one that was made without a window has none. Takes up to 0.1 s."""
    if len(document.topics) > MOST or all(each in document.places for each in document.topics):
        return document
    from knowalledge_desktop.core.views import View
    from knowalledge_desktop.layout.views import place

    found = place(View.MIND, document, dict.fromkeys(document.topics, _BOX))
    return replace(document, places={**document.places, **found})


class MapPreview(QWidget):
    """Draws the last map it was given once, and the picture from then on."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryPreview")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HIGH)
        self._theme = theme
        self._map: Map | None = None
        self._topic_id = ""
        self._picture: QPixmap | None = None
        theme.changed.connect(self._redraw)
        self.hide()

    def show_map(self, document: Map | None, topic_id: str = "") -> None:
        """Show a map with a ring around a topic; None, or one that is too large, shows nothing."""
        small = document is not None and len(document.topics) <= MOST and len(document.places) > 1
        self._map, self._topic_id = (document, topic_id) if small else (None, "")
        self.setVisible(self._map is not None)
        if document is not None:
            self.setAccessibleName(self.tr("Picture of the map {title}").format(title=document.title))
        self._redraw()

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def _drawn(self, document: Map) -> QPixmap:
        from knowalledge_desktop.ui.canvas.camera import Camera
        from knowalledge_desktop.ui.canvas.model import rows_of
        from knowalledge_desktop.ui.canvas.renderer import MapRenderer
        from knowalledge_desktop.ui.canvas.scene import Frame, Shown

        dpr, view = self.devicePixelRatioF(), QSizeF(self.size())
        picture = QPixmap(self.size() * dpr)
        picture.setDevicePixelRatio(dpr)
        picture.fill(self._theme.color("bg.canvas"))
        rows = rows_of(document, dict.fromkeys(document.topics, _SIZE))
        if not len(rows):
            return picture
        left, top, right, bottom = rows.bounds()
        scale = min(
            (view.width() - 2 * PAD) / max(1.0, right - left), (view.height() - 2 * PAD) / max(1.0, bottom - top)
        )
        camera = Camera((left + right) / 2, (top + bottom) / 2, min(scale, 0.5))
        painter = QPainter(picture)
        MapRenderer(self._theme).silhouette(painter, rows, Frame(camera, view, Shown(), dpr))
        found = rows.index.get(self._topic_id, -1)
        if found > 0:
            painter.setPen(QPen(self._theme.color("accent.focus"), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(camera.to_view(float(rows.x[found]), float(rows.y[found]), view), 7.0, 7.0)
        self._name_root(painter, document, camera.to_view(float(rows.x[0]), float(rows.y[0]), view), view)
        painter.end()
        return picture

    def _name_root(self, painter: QPainter, document: Map, at: QPointF, view: QSizeF) -> None:
        theme = self._theme
        painter.setFont(theme.font("bodyStrong"))
        metrics = painter.fontMetrics()
        title = metrics.elidedText(document.title, Qt.TextElideMode.ElideRight, WIDEST_TITLE)
        wide, high = metrics.horizontalAdvance(title) + 24.0, metrics.height() + 10.0
        x = min(max(at.x() - wide / 2, 4.0), view.width() - wide - 4.0)
        y = min(max(at.y() - high / 2, 4.0), view.height() - high - 4.0)
        box, root, corner = QRectF(x, y, wide, high), theme.depth(0), theme.number("radius.md")
        painter.setBrush(root.tint if theme.is_dark else root.line)
        painter.setPen(QPen(root.line, 1.5) if theme.is_dark else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, corner, corner)
        painter.setPen(theme.color("text.primary" if theme.is_dark else "bg.raised"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, title)

    # --- Qt ---

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._map is None:
            return
        if self._picture is None:
            self._picture = self._drawn(self._map)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.setPen(QPen(self._theme.color("border.subtle"), 1.0))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._picture = None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._redraw()
