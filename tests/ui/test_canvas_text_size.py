"""Bigger letters on the canvas: marks, counts and the root's name grow with the titles."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as Preference
from knowalledge_desktop.ui.canvas.badges import Badges
from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.overlay import Overlay
from knowalledge_desktop.ui.canvas.pills import FAILED, Look
from knowalledge_desktop.ui.canvas.regions import SMALLEST_ROOT
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.scene import Frame, Shown
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.theme import Theme
from tests.support.atlas import ROOT
from tests.support.canvas_scale import grown_map


def theme_of(text: float) -> Theme:
    return Theme(ROOT / "resources", Settings(theme=Preference.LIGHT, text_scale=text))


def look_of(renderer: MapRenderer, text: float, side: int, badges: Badges, state: str, hidden: int) -> Look:
    size = renderer.metrics.size("Oxygen", 2)
    return Look("Oxygen", 2, side, size.width(), size.height(), True, state, hidden, False, badges, text)


def red_box(renderer: MapRenderer, look: Look) -> QRectF:
    """What is red in the picture of a pill: its flag."""
    image = QImage(600, 120, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    renderer.pills.paint(painter, look, 300.0, 60.0)
    painter.end()
    red = [
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).red() > 150 and image.pixelColor(x, y).green() < 90
    ]
    left, right = min(x for x, _ in red), max(x for x, _ in red)
    top, bottom = min(y for _, y in red), max(y for _, y in red)
    return QRectF(left, top, right - left + 1, bottom - top + 1)


@pytest.mark.parametrize("side", [1, -1])
def test_a_flag_is_twice_as_big_with_letters_of_twice_the_size(qapp: QApplication, side: int) -> None:
    boxes: list[QRectF] = []
    for text in (1.0, 2.0):
        renderer = MapRenderer(theme_of(text))
        look = look_of(renderer, text, side, Badges(tag="r"), "", 0)
        boxes.append(red_box(renderer, look))
        assert renderer.pills.box(look, 300.0, 60.0).contains(boxes[-1])
    once, twice = boxes
    assert twice.width() == pytest.approx(2 * once.width(), abs=2.0)
    assert twice.height() == pytest.approx(2 * once.height(), abs=2.0)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("text", [0.9, 1.0, 2.0])
def test_counts_and_retry_marks_have_room_in_the_pill_beside_the_title(
    qapp: QApplication, text: float, side: int
) -> None:
    renderer = MapRenderer(theme_of(text))
    every = Badges("g", note=True, locked=True, pinned=True)
    for state, hidden in (("", 1234), (FAILED, 0)):
        look = look_of(renderer, text, side, every, state, hidden)
        box = renderer.pills.box(look, 0.0, 0.0)
        mark = renderer.pills.chip(look, box) if hidden else renderer.pills.retry_badge(look, box)
        assert box.left() <= mark.left()
        assert mark.right() <= box.right()
        title_ends = side * look.width / 2 - side * renderer.metrics.kind(2).pad
        assert (mark.left() - title_ends if side > 0 else title_ends - mark.right()) >= look.marks - 5.0 * text


@pytest.mark.parametrize("text", [1.0, 2.0])
def test_the_name_of_the_root_is_never_smaller_than_labels_are(qapp: QApplication, text: float) -> None:
    theme = theme_of(text)
    root = MapRenderer(theme).metrics.kind(0).font.pixelSize()
    assert root * SMALLEST_ROOT >= theme.font("caption").pixelSize()


def test_from_afar_the_ring_of_the_root_is_around_what_is_seen_of_it(qapp: QApplication) -> None:
    theme = theme_of(1.0)
    canvas = GraphCanvas(theme)
    canvas.show_map(grown_map(30))
    rows, scale = canvas.rows, 0.2
    image = QImage(400, 200, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.white)
    frame = Frame(Camera(float(rows.x[0]), float(rows.y[0]), scale), QSizeF(400.0, 200.0), Shown(selected=0), 1.0)
    painter = QPainter(image)
    Overlay(theme, canvas.renderer).paint(painter, rows, frame, {})
    painter.end()
    half = QPointF(float(rows.w[0]), float(rows.h[0])) * (SMALLEST_ROOT / 2)
    accent = theme.color("accent.base")
    assert image.pixelColor(200, round(100 - half.y())) == accent
    assert image.pixelColor(200, round(100 - float(rows.h[0]) * scale / 2)) == Qt.GlobalColor.white
