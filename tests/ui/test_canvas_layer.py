"""The kept picture of the map: the same to the pixel whatever led to it, never blank, small, and then still."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as Preference
from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.layer import StillLayer
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.ring import Ring
from knowalledge_desktop.ui.canvas.scene import Frame, Shown
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.theme import Theme

RESOURCES = Path(__file__).parent.parent.parent / "resources"
PANS = ((-90, 0), (35, 60), (0, -140), (211, 97), (-150, 3), (60, -90), (-60, -90))


def broad_map() -> Map:
    topics = {"r": Topic("r", "Photosynthesis")}
    for i in range(12):
        topics[f"r.{i}"] = Topic(f"r.{i}", f"Branch {i}", "r", float(i))
        for k in range(8):
            name = f"r.{i}.{k}"
            topics[name] = Topic(name, f"Subject {k} of {i}", f"r.{i}", float(k), summary="What it is about")
    return Map("m", "Photosynthesis", "r", topics)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(RESOURCES, Settings(theme=Preference.LIGHT, reduced_motion=True))


@pytest.fixture
def canvas(theme: Theme, qtbot: QtBot) -> Iterator[GraphCanvas]:
    made = GraphCanvas(theme)
    qtbot.addWidget(made)
    made.resize(801, 501)
    made.show()
    made.show_map(broad_map())
    yield made
    made.close()


def timers(canvas: GraphCanvas) -> int:
    return sum(timer.isActive() for timer in canvas.findChildren(QTimer))


class Stage:
    """A layer that paints as a screen of some sharpness would."""

    def __init__(self, canvas: GraphCanvas, theme: Theme, dpr: float) -> None:
        self.rows, self.dpr = canvas.rows, dpr
        self.layer = StillLayer(MapRenderer(theme))
        self.view = QSize(801, 501)

    def paint(self, camera: Camera, shown: Shown, *, layer: StillLayer | None = None) -> QImage:
        image = QImage(self.view * self.dpr, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.dpr)
        image.fill(Qt.GlobalColor.magenta)
        painter = QPainter(image)
        frame = Frame(camera, self.view.toSizeF(), shown, self.dpr)
        (layer or self.layer).paint(painter, self.rows, frame)
        painter.end()
        return image


UNSEEN = 4
"""Steps of 255: Qt rounds the rim of a curve that is drawn in two strips a little otherwise than in one."""


def _furthest(one: QImage, other: QImage) -> int:
    """The largest difference of a colour between two pictures of the same size."""
    assert one.size() == other.size()
    first, second = (np.frombuffer(each.constBits(), np.uint8).astype(np.int16) for each in (one, other))
    return int(np.abs(first - second).max())


@pytest.mark.parametrize("dpr", [1.0, 1.25, 2.0])
@pytest.mark.parametrize("scale", [2.1, 1.0, 0.6])
def test_no_way_of_getting_there_shows_in_the_picture(
    canvas: GraphCanvas, theme: Theme, scale: float, dpr: float
) -> None:
    stage = Stage(canvas, theme, dpr)
    camera = Camera(10.3, -20.7, scale)
    stage.paint(camera, Shown(selected=4))
    for number, (dx, dy) in enumerate(PANS):
        camera = camera.panned(dx, dy)
        moved = stage.paint(camera, Shown(selected=4))
        if number % 2:
            while stage.layer.grow():
                pass
        stage.layer.forget()
        assert _furthest(moved, stage.paint(camera, Shown(selected=4))) <= UNSEEN, f"after {dx}, {dy}"


def test_a_pan_within_the_margin_draws_nothing_anew(canvas: GraphCanvas, theme: Theme) -> None:
    stage = Stage(canvas, theme, 1.0)
    camera = Camera(0.0, 0.0, 1.0)
    stage.paint(camera, Shown())
    assert stage.layer.is_fresh
    assert stage.layer.lacks_margin
    slices = 0
    while stage.layer.grow():
        slices += 1
        assert slices < 200
    for dx, dy in ((80, 0), (0, -50), (-160, 40)):
        camera = camera.panned(dx, dy)
        stage.paint(camera, Shown())
        assert not stage.layer.is_fresh


@pytest.mark.parametrize("factor", [1.05, 1.3, 1.5, 0.95, 0.7, 0.5])
def test_a_zoom_is_never_blank_and_sharp_at_rest(canvas: GraphCanvas, theme: Theme, factor: float) -> None:
    stage = Stage(canvas, theme, 1.0)
    camera = Camera(0.0, 0.0, 1.3)
    stage.paint(camera, Shown())
    zoomed = replace(camera, scale=camera.scale * factor)
    moving = stage.paint(zoomed, Shown(zooming=True))
    blank = QColor("magenta").rgb()
    edge = [(x, y) for x in range(0, 801, 40) for y in (0, 250, 500)] + [(800, y) for y in range(0, 501, 50)]
    assert all(moving.pixel(x, y) != blank for x, y in edge)
    rest = stage.paint(zoomed, Shown())
    assert rest == Stage(canvas, theme, 1.0).paint(zoomed, Shown())


def test_a_stretched_picture_lies_where_the_sharp_one_will(canvas: GraphCanvas, theme: Theme) -> None:
    stage = Stage(canvas, theme, 1.0)
    camera = Camera(5.5, 3.25, 1.0)
    stage.paint(camera, Shown())
    zoomed = camera.zoomed(1.3, QPointF(100, 90), QRectF(0, 0, 801, 501).size())
    moving, rest = stage.paint(zoomed, Shown(zooming=True)), stage.paint(zoomed, Shown())
    assert moving != rest
    small = QSize(80, 50)
    soft = [
        each.scaled(small, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
        for each in (moving, rest)
    ]
    off = [
        abs(soft[0].pixelColor(x, y).lightness() - soft[1].pixelColor(x, y).lightness())
        for x in range(80)
        for y in range(50)
    ]
    assert sum(off) / len(off) < 1.5


@pytest.mark.parametrize("dpr", [1.0, 2.0])
def test_memory_is_at_most_four_views(canvas: GraphCanvas, theme: Theme, dpr: float) -> None:
    stage = Stage(canvas, theme, dpr)
    shown = stage.paint(Camera(), Shown())
    while stage.layer.grow():
        pass
    assert stage.layer.bytes <= 4 * shown.sizeInBytes()


def test_after_panning_and_zooming_no_timer_runs(canvas: GraphCanvas, qtbot: QtBot) -> None:
    canvas.zoom_at(1.0 / canvas.camera.scale, QPointF(400, 250))
    canvas.grab()
    canvas.pan(-200, 60)
    canvas.grab()
    assert timers(canvas)

    def rests() -> bool:
        if not timers(canvas):
            canvas.grab()  # a picture that has just become sharp is to be shown yet, and asks for its margin then
        return not timers(canvas)

    qtbot.waitUntil(rests, timeout=5000)
    assert canvas.grab().toImage() == canvas.grab().toImage()
    assert not timers(canvas)


def test_hover_and_turning_do_not_draw_the_map_anew(canvas: GraphCanvas, theme: Theme) -> None:
    stage = Stage(canvas, theme, 1.0)
    camera = Camera(0.0, 0.0, 1.0)
    states: dict[str, str] = {}
    plain = stage.paint(camera, Shown(states=states))
    assert stage.paint(camera, Shown(hover=3, turn=0.4, focused=True, states=states)) == plain
    assert not stage.layer.is_fresh


def test_a_ring_shows_what_was_drawn_there_wherever_it_is(qapp: QApplication) -> None:
    ring = Ring()
    ring.resize(QSize(64, 32))
    window = QRect(-150, 75, 60, 30)
    for painter, piece in ring.painters(window):
        painter.fillRect(piece, Qt.GlobalColor.white)
        painter.fillRect(QRect(-130, 80, 3, 3), Qt.GlobalColor.black)
    for factor, size in ((1.0, QSize(60, 30)), (2.0, QSize(120, 60))):
        image = QImage(size, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.red)
        painter = QPainter(image)
        if factor == 1.0:
            ring.blit(painter, window)
        else:
            ring.stretch(painter, QRectF(window), factor)
        painter.end()
        dark = {
            (x, y) for x in range(size.width()) for y in range(size.height()) if image.pixel(x, y) & 0xFFFFFF == 0
        }
        side = int(3 * factor)
        begin_x, begin_y = int(20 * factor), int(5 * factor)
        assert dark == {(begin_x + i, begin_y + k) for i in range(side) for k in range(side)}
        assert all(
            image.pixelColor(x, y).red() == image.pixelColor(x, y).blue()
            for x in range(size.width())
            for y in range(size.height())
        )


def test_frames_are_timed_while_somebody_counts_them(canvas: GraphCanvas) -> None:
    canvas.grab()
    seconds: list[float] = []
    canvas.timed = seconds.append
    canvas.grab()
    canvas.timed = None
    canvas.grab()
    assert len(seconds) == 1
    assert 0.0 < seconds[0] < 60.0
