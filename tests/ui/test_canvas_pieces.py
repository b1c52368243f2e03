"""The picture that is drawn in pieces is the one that is drawn at once, and it follows every change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from knowalledge_desktop.core.graph import Change, Map, Place, PutTopic, Topic
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as Preference
from knowalledge_desktop.ui.canvas import layer as layer_module
from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.kept import seen_by, snapped
from knowalledge_desktop.ui.canvas.layer import StillLayer
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.scene import Frame, Shown
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.theme import Theme

RESOURCES = Path(__file__).parent.parent.parent / "resources"
VIEW = QSize(640, 400)
TOPICS = 900
TITLES = (
    "Photosynthesis",
    "光合作用の仕組み",
    "البناء الضوئي",
    "פוטוסינתזה",
    "Ein langer Titel mit vielen Worten",
)


def big_map() -> Map:
    topics, parents, number = {"r": Topic("r", "Everything")}, ["r"], 0
    while len(topics) < TOPICS:
        for i in range(min(12 if number == 0 else 3 + number % 5, TOPICS - len(topics))):
            name = f"t{len(topics)}"
            topics[name] = Topic(
                name, f"{TITLES[len(topics) % len(TITLES)]} {len(topics)}", parents[number], float(i)
            )
            parents.append(name)
        number += 1
    return Map("m", "Everything", "r", topics)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(RESOURCES, Settings(theme=Preference.LIGHT, reduced_motion=True))


@pytest.fixture
def canvas(theme: Theme, qtbot: QtBot) -> Iterator[GraphCanvas]:
    made = GraphCanvas(theme)
    qtbot.addWidget(made)
    made.resize(VIEW)
    made.show()
    made.show_map(big_map())
    yield made
    made.close()


def painted(layer: StillLayer, rows: Rows, frame: Frame) -> QImage:
    image = QImage(VIEW * frame.dpr, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(frame.dpr)
    image.fill(Qt.GlobalColor.magenta)
    painter = QPainter(image)
    layer.paint(painter, rows, frame)
    painter.end()
    return image


def direct(renderer: MapRenderer, rows: Rows, frame: Frame) -> QImage:
    image = QImage(VIEW * frame.dpr, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(frame.dpr)
    painter = QPainter(image)
    renderer.render(painter, rows, snapped(frame, seen_by(frame)))
    painter.end()
    return image


def grown(layer: StillLayer) -> int:
    slices = 0
    while layer.grow():
        slices += 1
        assert slices < 2000
    return slices


def off(one: QImage, other: QImage) -> int:
    """How many pixels differ visibly."""
    assert one.size() == other.size()
    a, b = bytes(one.constBits()), bytes(other.constBits())
    return (
        sum(1 for i in range(0, len(a), 4) if max(abs(a[i + k] - b[i + k]) for k in range(3)) > 12)
        if a != b
        else 0
    )


@pytest.mark.parametrize("dpr", [1.0, 2.0])
@pytest.mark.parametrize("scale", [0.05, 0.13, 0.3, 0.5, 1.0])
def test_in_pieces_or_at_once_is_the_same_picture(
    canvas: GraphCanvas, theme: Theme, scale: float, dpr: float
) -> None:
    renderer = MapRenderer(theme)
    layer = StillLayer(renderer)
    begin = Frame(Camera(40.0, 30.0, scale * 1.17), VIEW.toSizeF(), Shown(), dpr)
    painted(layer, canvas.rows, begin)
    frame = replace(begin, camera=Camera(11.3, -7.9, scale))
    layer.be_patient()
    unsharp = painted(layer, canvas.rows, frame)
    assert layer.is_sharpening
    assert grown(layer) or not layer.is_sharpening
    sharp = painted(layer, canvas.rows, frame)
    wanted = direct(renderer, canvas.rows, frame)
    assert unsharp != sharp
    assert off(sharp, wanted) <= sharp.width() * sharp.height() // 2000
    panned = replace(frame, camera=frame.camera.panned(-150, 90))
    assert off(painted(layer, canvas.rows, panned), direct(renderer, canvas.rows, panned)) <= wanted.width() // 4


def test_far_out_of_what_is_kept_the_small_picture_of_all_is_seen(canvas: GraphCanvas, theme: Theme) -> None:
    renderer = MapRenderer(theme)
    layer = StillLayer(renderer)
    close = Frame(Camera(0.0, 0.0, 0.5), VIEW.toSizeF(), Shown())
    painted(layer, canvas.rows, close)
    while grown(layer):
        painted(layer, canvas.rows, close)
    left, _, right, _ = canvas.rows.bounds()
    out = replace(close, camera=Camera(0.0, 0.0, VIEW.width() / (right - left)), shown=Shown(zooming=True))
    image, ground = painted(layer, canvas.rows, out), theme.color("bg.canvas").rgb()
    wanted = direct(renderer, canvas.rows, replace(out, shown=Shown()))
    spots = [(x, y) for x in range(8, VIEW.width(), 16) for y in range(8, VIEW.height(), 16)]
    inked = [at for at in spots if wanted.pixel(*at) != ground]
    assert len(inked) > 100
    assert sum(image.pixel(*at) != ground for at in inked) > len(inked) * 0.75


def test_a_topic_that_changes_is_drawn_as_it_is_now(canvas: GraphCanvas, theme: Theme) -> None:
    found: dict[str, Place] = {}
    for topic_id, row in canvas.rows.index.items():
        found[topic_id] = Place(float(canvas.rows.x[row]), float(canvas.rows.y[row]))
    document = replace(big_map(), places=found)
    canvas.show_map(document)
    canvas.frame("t30")
    before = canvas.grab().toImage()
    topic = document.topics["t30"]
    change = Change((PutTopic(topic, replace(topic, title="Now quite another name", tag="r")),))
    canvas.apply(change, document.apply(change))
    after = canvas.grab().toImage()
    assert after != before
    canvas.redraw()
    assert canvas.grab().toImage() == after


def test_another_theme_and_another_sharpness_draw_anew(canvas: GraphCanvas, theme: Theme) -> None:
    canvas.zoom_at(0.9 / canvas.camera.scale, QPointF(320, 200))
    canvas.settle()
    light = canvas.grab().toImage()
    theme.update(Settings(theme=Preference.DARK, reduced_motion=True))
    dark = canvas.grab().toImage()
    assert dark.pixelColor(3, 3).lightness() < light.pixelColor(3, 3).lightness()
    canvas.redraw()
    assert canvas.grab().toImage() == dark
    renderer = MapRenderer(theme)
    layer = StillLayer(renderer)
    frame = Frame(Camera(0.0, 0.0, 0.9), VIEW.toSizeF(), Shown(), 1.0)
    painted(layer, canvas.rows, frame)
    for dpr in (2.0, 1.5, 1.0):
        sharp = replace(frame, dpr=dpr)
        assert painted(layer, canvas.rows, sharp) == painted(StillLayer(renderer), canvas.rows, sharp)


def test_nothing_of_one_view_is_seen_in_another(
    canvas: GraphCanvas, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_module, "HEAVY_DOTS", 100)
    monkeypatch.setattr(layer_module, "FIRST_MS", 0.0)  # one piece
    renderer = MapRenderer(theme)
    layer = StillLayer(renderer)
    frame = Frame(Camera(0.0, 0.0, 0.13), VIEW.toSizeF(), Shown())
    painted(layer, canvas.rows, frame)
    grown(layer)
    other = replace(canvas.rows, style="radial", x=canvas.rows.y * 1.1, y=canvas.rows.x * 0.4)
    first, wanted, ground = painted(layer, other, frame), direct(renderer, other, frame), theme.color("bg.canvas")
    places = [(x, y) for x in range(0, VIEW.width(), 2) for y in range(0, VIEW.height(), 2)]
    strange = [at for at in places if first.pixel(*at) not in (ground.rgb(), wanted.pixel(*at))]
    assert len(strange) < len(places) // 200
    assert off(first, wanted) > 1000  # there is more to come
    assert layer.is_sharpening
    grown(layer)
    assert off(painted(layer, other, frame), wanted) <= wanted.width() * wanted.height() // 500
