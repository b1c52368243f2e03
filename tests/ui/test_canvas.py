"""The canvas as a person uses it: what they see, click and type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from knowalledge_desktop.core.edits import moving, removal
from knowalledge_desktop.core.graph import (
    Change,
    Explanation,
    Map,
    Place,
    PutExplanation,
    PutTopic,
    Rendering,
    Topic,
)
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as Preference
from knowalledge_desktop.ui.canvas.type_ahead import next_titled
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.theme import Theme

RESOURCES = Path(__file__).parent.parent.parent / "resources"
TITLES = [
    "Light",
    "Photosystems",
    "Electron transport",
    "ATP synthase",
    "Calvin cycle",
    "Oxygen",
    "Great Oxidation",
]


class Owner:
    """Keeps the map as the window does: stores the places it is told and applies changes."""

    def __init__(self, canvas: GraphCanvas) -> None:
        self.canvas = canvas
        self.map = Map("m", "Photosynthesis", "r", {"r": Topic("r", "Photosynthesis")})
        self.told: list[tuple[dict[str, Place], bool]] = []
        canvas.places_changed.connect(self.keep)
        canvas.show_map(self.map)

    def keep(self, found: dict[str, Place], by_person: bool) -> None:
        self.told.append((found, by_person))
        self.do(moving(self.map, found))

    def do(self, change: Change) -> Change:
        self.map = self.map.apply(change)
        self.canvas.apply(change, self.map)
        return change

    def grow(self, parent: str, titles: list[str]) -> Change:
        topics = [Topic(f"{parent}.{i}", title, parent, float(i)) for i, title in enumerate(titles)]
        return self.do(Change(tuple(PutTopic(None, t) for t in topics), "expand"))

    def fold(self, topic_id: str, *, collapsed: bool) -> None:
        self.do(moving(self.map, {topic_id: replace(self.map.places[topic_id], collapsed=collapsed)}))


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(RESOURCES, Settings(theme=Preference.LIGHT, reduced_motion=True))


@pytest.fixture
def canvas(theme: Theme, qtbot: QtBot) -> Iterator[GraphCanvas]:
    widget = GraphCanvas(theme)
    qtbot.addWidget(widget)
    widget.resize(1100, 900)
    widget.show()
    yield widget
    widget.close()


@pytest.fixture
def owner(canvas: GraphCanvas) -> Owner:
    owner = Owner(canvas)
    owner.grow("r", TITLES)
    return owner


def centre(canvas: GraphCanvas, topic_id: str) -> QPoint:
    return canvas.topic_rect(topic_id).center()


def spread(canvas: GraphCanvas) -> dict[str, QPoint]:
    return {topic_id: centre(canvas, topic_id) for topic_id in canvas.visible_ids()}


def test_properties_tell_what_is_shown(canvas: GraphCanvas, owner: Owner) -> None:
    assert (canvas.property("nodeCount"), canvas.property("selectedTitle")) == (8, "")
    canvas.select("r.4")
    assert canvas.property("selectedTitle") == "Calvin cycle"
    canvas.set_busy({"r.4": "generating"})
    assert canvas.property("busy") is True
    canvas.set_busy({"r.4": "failed"})
    assert canvas.property("busy") is False


def test_new_topics_get_places_that_are_told_once(canvas: GraphCanvas, owner: Owner) -> None:
    assert [(set(found), by_person) for found, by_person in owner.told] == [
        ({"r"}, False),
        ({f"r.{i}" for i in range(7)}, False),
    ]
    assert set(owner.map.places) == set(owner.map.topics)


def test_nothing_that_is_seen_moves_when_branches_grow_fold_and_go(canvas: GraphCanvas, owner: Owner) -> None:
    before = spread(canvas)
    change = owner.grow("r.4", ["Carbon fixation", "Reduction", "Regeneration"])
    grown = spread(canvas)
    owner.fold("r.4", collapsed=True)
    assert "r.4.0" not in canvas.visible_ids()
    owner.fold("r.4", collapsed=False)
    assert spread(canvas) == grown
    owner.do(removal(owner.map, "r.1"))
    owner.do(change.inverse())
    after = spread(canvas)
    assert after == {k: v for k, v in before.items() if k != "r.1"}
    assert {k: grown[k] for k in before} == before


def test_a_click_selects_and_the_topic_stays_under_the_pointer(
    canvas: GraphCanvas, owner: Owner, qtbot: QtBot
) -> None:
    at = centre(canvas, "r.4")
    with qtbot.waitSignal(canvas.topic_selected) as told:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert told.args == ["r.4"]
    assert centre(canvas, "r.4") == at
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert canvas.selected_id == ""


def test_a_double_click_asks_to_expand(canvas: GraphCanvas, owner: Owner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.topic_activated) as told:
        qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=centre(canvas, "r.2"))
    assert told.args == ["r.2"]


def test_dragging_a_topic_takes_its_branch_and_pins_it(canvas: GraphCanvas, owner: Owner, qtbot: QtBot) -> None:
    owner.grow("r.4", ["Carbon fixation"])
    before = spread(canvas)
    at = centre(canvas, "r.4")
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseMove(canvas, at + QPoint(20, 10))
    qtbot.mouseMove(canvas, at + QPoint(40, 30))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at + QPoint(40, 30))
    found, by_person = owner.told[-1]
    assert by_person
    assert set(found) == {"r.4", "r.4.0"}
    assert (owner.map.places["r.4"].pinned, owner.map.places["r.4.0"].pinned) == (True, False)
    after = spread(canvas)
    assert {k for k in before if before[k] != after[k]} == {"r.4", "r.4.0"}
    assert (after["r.4"] - before["r.4"] - QPoint(40, 30)).manhattanLength() <= 2


def test_dragging_the_ground_pans_without_telling_places(canvas: GraphCanvas, owner: Owner, qtbot: QtBot) -> None:
    told, before = len(owner.told), spread(canvas)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    qtbot.mouseMove(canvas, QPoint(40, 10))
    qtbot.mouseMove(canvas, QPoint(70, 30))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(70, 30))
    assert len(owner.told) == told
    moved = {spread(canvas)[k] - before[k] for k in before}
    assert all((step - QPoint(60, 20)).manhattanLength() <= 2 for step in moved)


def test_ctrl_and_wheel_zoom_at_the_pointer(canvas: GraphCanvas, owner: Owner) -> None:
    at = QPointF(centre(canvas, "r.5"))
    scale = canvas.camera.scale
    event = QWheelEvent(
        at,
        at,
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)
    assert canvas.camera.scale > scale * 1.3
    assert (QPointF(centre(canvas, "r.5")) - at).manhattanLength() <= 3


def test_a_failed_topic_is_retried_by_its_mark(canvas: GraphCanvas, owner: Owner, qtbot: QtBot) -> None:
    canvas.set_busy({"r.2": "failed"})
    right = canvas.topic_rect("r.2")
    at = QPoint(right.right() + 8, right.center().y())
    with qtbot.waitSignal(canvas.retry_requested) as told:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert told.args == ["r.2"]


def test_arrows_walk_the_tree_and_swap_on_the_left_fan(canvas: GraphCanvas, owner: Owner, qtbot: QtBot) -> None:
    canvas.setFocus()
    canvas.select("r")
    keys = [Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_End]
    walked = []
    for key in keys:
        qtbot.keyClick(canvas, key)
        walked.append(canvas.selected_id)
    right, up, back, left, root, _ = walked
    x = {k: canvas.topic_rect(k).center().x() for k in canvas.visible_ids()}
    assert x[right] > x["r"]
    assert canvas.topic_rect(up).y() < canvas.topic_rect(right).y()
    assert (back, root) == ("r", "r")
    assert x[left] < x["r"]
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.selected_id == "r"


@pytest.mark.parametrize(
    ("key", "signal"),
    [
        (Qt.Key.Key_E, "topic_activated"),
        (Qt.Key.Key_X, "explain_requested"),
        (Qt.Key.Key_Return, "open_requested"),
        (Qt.Key.Key_F2, "rename_requested"),
        (Qt.Key.Key_Delete, "remove_requested"),
        (Qt.Key.Key_N, "add_requested"),
        (Qt.Key.Key_BracketLeft, "collapse_toggled"),
    ],
)
def test_letters_act_on_the_selected_topic(
    canvas: GraphCanvas, owner: Owner, qtbot: QtBot, key: Qt.Key, signal: str
) -> None:
    owner.grow("r.3", ["Rotor"])
    canvas.select("r.3")
    with qtbot.waitSignal(getattr(canvas, signal)) as told:
        qtbot.keyClick(canvas, key)
    assert told.args == ["r.3"]


def test_letters_with_ctrl_are_left_to_the_window(canvas: GraphCanvas, owner: Owner, qtbot: QtBot) -> None:
    canvas.select("r.3")
    with qtbot.assertNotEmitted(canvas.topic_activated):
        qtbot.keyClick(canvas, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)


def test_the_description_follows_the_selection(canvas: GraphCanvas, owner: Owner) -> None:
    owner.do(Change((PutExplanation(None, Explanation("r.4", Rendering(), "Text")),)))
    canvas.select("r.4")
    assert canvas.accessibleDescription() == "Calvin cycle, level 1, 5 of 7, explained"


def test_removing_the_selected_topic_selects_its_parent(canvas: GraphCanvas, owner: Owner) -> None:
    owner.grow("r.4", ["Carbon fixation"])
    canvas.select("r.4.0")
    owner.do(removal(owner.map, "r.4"))
    assert canvas.selected_id == "r"


def test_ghosts_go_when_the_topics_come_or_will_not(canvas: GraphCanvas, owner: Owner) -> None:
    plain = canvas.grab().toImage()
    canvas.reserve("r.4", 6)
    assert canvas.grab().toImage() != plain
    canvas.release("r.4")
    assert canvas.grab().toImage() == plain
    canvas.reserve("r.4", 6)
    owner.grow("r.4", ["Carbon fixation"])
    grown = canvas.grab().toImage()
    canvas.release("r.4")
    assert canvas.grab().toImage() == grown


def test_an_idle_canvas_has_no_timer(canvas: GraphCanvas, owner: Owner, qtbot: QtBot, theme: Theme) -> None:
    theme.update(Settings(theme=Preference.LIGHT))
    owner.grow("r.4", ["Carbon fixation", "Reduction"])
    assert canvas.is_moving
    qtbot.waitUntil(lambda: not canvas.is_moving, timeout=3000)
    canvas.set_busy({"r.1": "generating"})
    assert canvas.is_moving
    canvas.set_busy({})
    qtbot.waitUntil(lambda: not canvas.is_moving, timeout=500)


def test_every_level_of_detail_paints_something_else(canvas: GraphCanvas, owner: Owner) -> None:
    for i in range(7):
        owner.grow(f"r.{i}", ["One", "Two", "光合成", "دورة كالفن"])
    canvas.select("r.4.1")
    seen = []
    for scale in (2.0, 1.0, 0.6, 0.3, 0.1):
        canvas.zoom_at(scale / canvas.camera.scale, QPointF(canvas.rect().center()))
        image = canvas.grab().toImage()
        assert image.pixelColor(2, 2).name() == "#f3f5f7"
        seen.append(image)
    assert all(a != b for i, a in enumerate(seen) for b in seen[:i])


def test_dark_and_light_are_followed(canvas: GraphCanvas, owner: Owner, theme: Theme) -> None:
    theme.update(Settings(theme=Preference.DARK, reduced_motion=True))
    assert canvas.grab().toImage().pixelColor(2, 2).name() == "#0f1317"


def test_showing_no_map_empties_the_canvas(canvas: GraphCanvas, owner: Owner) -> None:
    canvas.show_map(None)
    assert canvas.property("nodeCount") == 0
    assert canvas.topic_rect("r").isEmpty()


def test_fitting_shows_all(canvas: GraphCanvas, owner: Owner) -> None:
    for i in range(7):
        owner.grow(f"r.{i}", [f"Subject {k}" for k in range(12)])
    canvas.fit()
    assert all(canvas.rect().contains(canvas.topic_rect(i)) for i in canvas.visible_ids())


@pytest.mark.parametrize("scale", [1.5, 1.0, 0.6, 0.3, 0.15])
def test_a_panned_picture_is_the_same_as_a_fresh_one(canvas: GraphCanvas, owner: Owner, scale: float) -> None:
    for i in range(7):
        owner.grow(f"r.{i}", [f"Subject {k} of it" for k in range(9)])
    canvas.select("r.4")
    canvas.zoom_at(scale / canvas.camera.scale, QPointF(canvas.rect().center()))
    canvas.settle()
    for dx, dy in [(-90, 0), (35, 60), (0, -140), (211, 97), (-400, 3)]:
        canvas.grab()
        canvas.pan(dx, dy)
        shifted = canvas.grab().toImage()
        canvas.redraw()
        fresh = canvas.grab().toImage()
        assert shifted == fresh, f"after a pan by {dx}, {dy}"


def test_where_letters_go_to_topics_commands_have_alt(canvas: GraphCanvas, owner: Owner, qtbot: QtBot) -> None:
    canvas.setFocus()
    canvas.select("r")
    asked: list[str] = []
    canvas.topic_activated.connect(asked.append)
    qtbot.keyClick(canvas, Qt.Key.Key_E)
    assert asked == ["r"]
    canvas.keys.ahead.always = lambda: True
    wanted = next(i for i, t in owner.map.topics.items() if t.title == "Calvin cycle")
    for letter in "calv":
        qtbot.keyClick(canvas, letter)
    assert canvas.selected_id == wanted
    assert asked == ["r"]
    assert canvas.keys.ahead.is_on
    qtbot.keyClick(canvas, Qt.Key.Key_Down)  # what is no letter ends it, and does what it does
    assert not canvas.keys.ahead.is_on
    canvas.select(wanted)
    qtbot.keyClick(canvas, Qt.Key.Key_E, Qt.KeyboardModifier.AltModifier)
    assert asked == ["r", wanted]


@pytest.mark.parametrize(
    ("typed", "here", "found"),
    [("b", 0, 1), ("b", 1, 3), ("b", 3, 1), ("ba", 1, 1), ("bb", 1, 3), ("BÉ", 0, 3), ("x", 0, -1), ("", 0, -1)],
)
def test_the_next_title_that_begins_so(typed: str, here: int, found: int) -> None:
    assert next_titled(("Root", "Bach", "Cello", "Béla"), typed, here) == found
