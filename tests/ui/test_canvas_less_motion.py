"""Less motion wanted: everything is at its place in the first frame, and no frame follows by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from knowalledge_desktop.core.edits import moving, removal
from knowalledge_desktop.core.graph import Change, Map, Place, PutTopic, Topic
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as Preference
from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.pills import GENERATING
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.theme import Theme
from tests.support.atlas import ROOT
from tests.support.canvas_scale import grown_map


class Shown:
    """A map on a canvas that is seen, its places stored as they are told."""

    def __init__(self, canvas: GraphCanvas) -> None:
        self.canvas = canvas
        self.map = grown_map(120)
        canvas.places_changed.connect(self.keep)
        canvas.show_map(self.map)
        QApplication.sendPostedEvents()

    def keep(self, found: dict[str, Place], _by_person: bool) -> None:
        if self.canvas.view is View.MIND:  # those of other views are looked at once only
            self.do(moving(self.map, found))

    def do(self, change: Change) -> None:
        self.map = self.map.apply(change)
        self.canvas.apply(change, self.map)

    def expand(self) -> None:
        leaf = next(each for each in reversed(self.map.branch("r")) if not self.map.children(each))
        topics = [Topic(f"new{i}", f"New {i}", leaf, float(i)) for i in range(8)]
        self.do(Change(tuple(PutTopic(None, topic) for topic in topics), "expand"))

    def fold(self) -> None:
        child = self.map.children("r")[0]
        self.do(moving(self.map, {child: replace(self.map.places[child], collapsed=True)}))

    def unfold(self) -> None:
        child = self.map.children("r")[0]
        self.do(moving(self.map, {child: replace(self.map.places[child], collapsed=False)}))

    def remove(self) -> None:
        self.do(removal(self.map, self.map.children("r")[1]))

    def tidy(self) -> None:
        moved = self.map.children("r")[2]
        place = self.map.places[moved]
        self.do(moving(self.map, {moved: replace(place, x=place.x + 300.0)}))
        self.do(moving(self.map, self.canvas.tidy()))

    def turn(self) -> None:
        self.map = replace(self.map, view=View.RADIAL.value)
        self.canvas.apply(Change((), "view"), self.map)

    def fit(self) -> None:
        self.canvas.zoom_in()
        self.canvas.fit()

    def fly(self) -> None:
        self.canvas.frame(self.map.branch("r")[-1])

    def reveal(self) -> None:
        self.canvas.zoom_at(4.0, QPointF(self.canvas.rect().center()))
        self.canvas.settle()
        self.canvas.select(self.map.branch("r")[-1], reveal=True)

    def branch(self) -> None:
        self.canvas.frame_branch(self.map.children("r")[0])

    def reset(self) -> None:
        self.canvas.zoom_reset()

    def write(self) -> None:
        self.canvas.set_states({self.map.children("r")[0]: GENERATING})


ACTS = ("expand", "fold", "unfold", "remove", "tidy", "turn", "fit", "fly", "reveal", "branch", "reset", "write")


def places(canvas: GraphCanvas) -> tuple[Camera, dict[str, tuple[float, float]], float]:
    """Where everything is on the screen now."""
    frame, rows = canvas._frame(), canvas.rows
    if frame.motion is not None:
        rows = canvas.renderer._moving(rows, frame.motion)
    x, y = rows.x.tolist(), rows.y.tolist()
    return canvas.camera, {i: (x[n], y[n]) for n, i in enumerate(rows.ids)}, frame.shown.turn


@pytest.fixture(params=[True, False], ids=["less", "full"])
def shown(request: pytest.FixtureRequest, qapp: QApplication, qtbot: QtBot) -> Iterator[tuple[Shown, bool]]:
    theme = Theme(ROOT / "resources", Settings(theme=Preference.LIGHT, reduced_motion=request.param))
    canvas = GraphCanvas(theme)
    qtbot.addWidget(canvas)
    canvas.resize(900, 700)
    canvas.show()
    qtbot.waitUntil(lambda: not canvas.is_moving)
    yield Shown(canvas), request.param
    canvas.close()


@pytest.mark.parametrize("act", ACTS)
def test_nothing_travels_when_less_motion_is_wanted(shown: tuple[Shown, bool], act: str, qtbot: QtBot) -> None:
    on, is_less = shown
    canvas = on.canvas
    getattr(on, act)()
    assert canvas.is_moving is (not is_less and act not in ("unfold",))
    if not is_less:
        return
    first = places(canvas)
    canvas.grab()
    assert canvas._frame().motion is None
    assert canvas._animator._flight is None
    qtbot.wait(40)
    assert places(canvas) == first
    assert not canvas.is_moving


def test_a_new_topic_is_wholly_there_in_the_first_frame(qapp: QApplication, qtbot: QtBot) -> None:
    theme = Theme(ROOT / "resources", Settings(theme=Preference.LIGHT, reduced_motion=True))
    canvas = GraphCanvas(theme)
    qtbot.addWidget(canvas)
    canvas.resize(900, 700)
    canvas.show()
    document = Map("m", "Jazz", "r", {"r": Topic("r", "Jazz")})
    canvas.show_map(document)
    change = Change(tuple(PutTopic(None, Topic(f"t{i}", f"Topic {i}", "r", float(i))) for i in range(6)), "expand")
    canvas.apply(change, document.apply(change))
    first = canvas.grab().toImage()
    canvas.redraw()
    assert canvas.grab().toImage() == first
