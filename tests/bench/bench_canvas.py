"""What a frame of the canvas costs beside a plain QGraphicsView, and beside a bare blit.

Both widgets show the same map of 500 topics and take turns in one run, so that the machine's moods
fall on both. Every frame is painted into a real backing store. Close up, both draw the same detail;
to fit, the canvas draws less by design (its level of detail), the yardstick all of it.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import pytest
from PySide6.QtCore import QEvent, QPointF, QSize
from PySide6.QtWidgets import QApplication, QGraphicsView, QWidget

from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as Preference
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.theme import Theme
from tests.support.plain_canvas import Blit, plain_view

pytestmark = pytest.mark.bench

RESOURCES = Path(__file__).parent.parent.parent / "resources"
WIDTH, HEIGHT = 1600, 1000
TOPICS = 500
ROUNDS, STEPS = 12, 8
PAN_PX, ZOOM = 11, 1.04
LEAST_CLOSE, LEAST_FIT = 4.0, 30.0


def five_hundred() -> Map:
    topics = {"r": Topic("r", "Photosynthesis")}
    parents, number = ["r"], 0
    while len(topics) < TOPICS:
        parent = parents[number]
        for i in range(min(8 if parent != "r" else 15, TOPICS - len(topics))):
            name = f"{parent}.{i}"
            topics[name] = Topic(name, f"A subject with number {len(topics)}", parent, float(i))
            parents.append(name)
        number += 1
    return Map("m", "Photosynthesis", "r", topics)


def painted(widget: QWidget) -> None:
    """Paint the window now, as the next frame would."""
    QApplication.sendEvent(widget.window(), QEvent(QEvent.Type.UpdateRequest))


def milliseconds(widget: QWidget, step: Callable[[int], None]) -> list[float]:
    """What each frame took."""
    spent: list[float] = []
    for i in range(STEPS):
        begun = perf_counter()
        step(i)
        painted(widget)
        spent.append((perf_counter() - begun) * 1e3)
    return spent


@pytest.fixture
def stage(qapp: QApplication) -> Iterator[tuple[GraphCanvas, QGraphicsView, Blit]]:
    theme = Theme(RESOURCES, Settings(theme=Preference.LIGHT, reduced_motion=True))
    canvas = GraphCanvas(theme)
    canvas.resize(WIDTH, HEIGHT)
    canvas.show()
    canvas.show_map(five_hundred())
    view, blit = plain_view(MapRenderer(theme), canvas.rows, theme), Blit(QSize(WIDTH, HEIGHT))
    for widget in (view, blit):
        widget.resize(WIDTH, HEIGHT)
        widget.show()
    qapp.processEvents()
    yield canvas, view, blit
    for widget in (canvas, view, blit):
        widget.close()


def look_at(canvas: GraphCanvas, view: QGraphicsView, scale: float) -> None:
    canvas.zoom_at(scale / canvas.camera.scale, QPointF(WIDTH / 2, HEIGHT / 2))
    canvas.settle()
    view.resetTransform()
    view.scale(scale, scale)
    view.centerOn(canvas.camera.x, canvas.camera.y)
    painted(canvas)
    painted(view)


def compare(stage: tuple[GraphCanvas, QGraphicsView, Blit], scale: float, name: str) -> tuple[float, float]:
    """By how many times the canvas is quicker at panning and at zooming.

    Both travel: each round of a pan goes on where the last one ended, for most of a view in all, so that
    new parts of the map come in; and each round of a zoom goes on into one direction before it comes back.
    A pan counts with the mean of its frames, so that the few frames that draw what the others only shift
    are paid for.
    """
    canvas, view, blit = stage
    look_at(canvas, view, scale)
    bar = view.horizontalScrollBar()
    pans: list[tuple[float, float, float]] = []
    zooms: list[tuple[float, float]] = []
    worst: list[tuple[float, float]] = []
    middle = QPointF(WIDTH / 2, HEIGHT / 2)
    for number in range(ROUNDS):
        mine = milliseconds(canvas, lambda _: canvas.pan(-PAN_PX, 0))
        theirs = milliseconds(view, lambda _: bar.setValue(bar.value() + PAN_PX))
        bare = milliseconds(blit, lambda _: blit.update())
        pans.append((statistics.mean(mine), statistics.mean(theirs), statistics.mean(bare)))
        worst.append((max(mine), max(theirs)))
        factor = ZOOM if number % 2 else 1 / ZOOM
        mine = milliseconds(canvas, lambda i, f=factor: canvas.zoom_at(f if i < STEPS / 2 else 1 / f, middle))
        canvas.settle()
        painted(canvas)
        theirs = milliseconds(view, lambda i, f=factor: _scale(view, f if i < STEPS / 2 else 1 / f))
        zooms.append((statistics.median(mine), statistics.median(theirs)))
    pan, plain_pan, bare = (statistics.mean(column) for column in zip(*pans, strict=True))
    zoom, plain_zoom = (statistics.median(column) for column in zip(*zooms, strict=True))
    most, plain_most = (max(column) for column in zip(*worst, strict=True))
    print(
        f"\ncanvas {name} (scale {scale:.2f}): pan {pan:.2f} ms, plain {plain_pan:.1f} ms, {plain_pan / pan:.1f}x,"
        f" {pan / bare:.1f} blits, worst frame {most:.1f} to {plain_most:.1f} ms;"
        f" zoom {zoom:.2f} ms, plain {plain_zoom:.1f} ms, {plain_zoom / zoom:.1f}x"
    )
    return plain_pan / pan, plain_zoom / zoom


def _scale(view: QGraphicsView, factor: float) -> None:
    view.scale(factor, factor)


def test_close_up_a_frame_costs_a_quarter_with_the_same_detail(
    stage: tuple[GraphCanvas, QGraphicsView, Blit],
) -> None:
    pan, zoom = compare(stage, 1.0, "close up")
    assert pan >= LEAST_CLOSE
    assert zoom >= LEAST_CLOSE


def test_to_fit_a_frame_costs_a_thirtieth(stage: tuple[GraphCanvas, QGraphicsView, Blit]) -> None:
    canvas, _, _ = stage
    canvas.fit()
    pan, zoom = compare(stage, canvas.camera.scale, "fit")
    assert pan >= LEAST_FIT
    assert zoom >= LEAST_FIT
