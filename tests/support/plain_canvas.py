"""What the canvas is measured against: the usual QGraphicsView program, and a bare copy of a picture."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsPathItem,
    QGraphicsScene,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QWidget,
)

from knowalledge_desktop.ui.canvas.edges import EdgeShapes
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.pills import Look
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.scene import Shown
from knowalledge_desktop.ui.theme import Theme


class PlainItem(QGraphicsItem):
    """One topic, painted with the same code as a picture of a pill is."""

    def __init__(self, renderer: MapRenderer, look: Look, at: QPointF) -> None:
        super().__init__()
        self._renderer, self._look = renderer, look
        self.setPos(at)

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        return self._renderer.pills.box(self._look, 0.0, 0.0).adjusted(-3, -3, 3, 3)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        self._renderer.pills.paint(painter, self._look, 0.0, 0.0)


class Blit(QWidget):
    """The least a frame can be: one picture of the whole window."""

    def __init__(self, size: QSize) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.resize(size)
        dpr = self.devicePixelRatioF()
        self._image = QImage(size * dpr, QImage.Format.Format_RGB32)
        self._image.setDevicePixelRatio(dpr)
        self._image.fill(QColor("gray"))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.drawImage(QPoint(0, 0), self._image)
        painter.end()


def plain_view(renderer: MapRenderer, rows: Rows, theme: Theme) -> QGraphicsView:
    """Every topic and every edge an item of a scene, always drawn in full."""
    scene = QGraphicsScene()
    shapes = EdgeShapes(rows)
    for row in range(1, len(rows)):
        edge = QGraphicsPathItem(shapes.ribbon(row))
        edge.setPen(QPen(Qt.PenStyle.NoPen))
        edge.setBrush(theme.depth(int(rows.depth[row])).line)
        scene.addItem(edge)
    for row in range(len(rows)):
        look = renderer.look(rows, row, Shown())
        scene.addItem(PlainItem(renderer, look, QPointF(float(rows.x[row]), float(rows.y[row]))))
    view = QGraphicsView()
    view.setScene(scene)
    scene.setParent(view)
    view.setBackgroundBrush(theme.color("bg.canvas"))
    view.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    view.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
    view.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
    view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    left, top, right, bottom = rows.bounds()
    far = 20000.0
    view.setSceneRect(left - far, top - far, right - left + 2 * far, bottom - top + 2 * far)
    return view
