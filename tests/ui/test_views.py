"""The views of a map in the window: turning between them, what each remembers; nothing moves by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton

from knowalledge_desktop.core.graph import Change, Map, PutPlace, PutTopic, Topic
from knowalledge_desktop.core.request import Task
from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from tests.support.fakes import FakeClock
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Run = Callable[[Awaitable[None]], None]
Flow = Callable[[Callable[[Driver], Awaitable[None]]], None]


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture
def flow(qapp: QApplication, run_async: Run, oracle: Oracle, atlas_path: Path) -> Flow:
    """Runs a test's steps in an open window, and closes it."""

    async def whole(steps: Callable[[Driver], Awaitable[None]]) -> None:
        services = ui_services(oracle, atlas_path, clock=FakeClock())
        services.preferences._settings = replace(services.preferences.settings, reduced_motion=True)
        driver = Driver(qapp, services)
        try:
            await steps(driver)
        finally:
            driver.window.close()
            await driver.end()

    return lambda steps: run_async(whole(steps))


async def grown(driver: Driver, topic: str = "Jazz") -> GraphCanvas:
    """A map of a topic, at rest."""
    driver.window.desk.explore(topic)
    canvas = driver.window.canvas
    await until(lambda: len(canvas.rows) == 16, "a map")
    await quiet(driver)
    return canvas


async def quiet(driver: Driver) -> None:
    await until(lambda: not driver.tasks._all, "quiet")


async def turned(driver: Driver, view: View) -> None:
    driver.window.views.show(view)
    await until(lambda: driver.window.canvas.view is view, f"the view {view}")
    await quiet(driver)


def spread(canvas: GraphCanvas) -> dict[str, tuple[float, float]]:
    """Where topics are on the screen's scene, by name."""
    rows = canvas.rows
    return {i: (float(rows.x[n]), float(rows.y[n])) for n, i in enumerate(rows.ids)}


def the_map(driver: Driver) -> Map:
    document = driver.window.desk.maps.map
    assert document is not None
    return document


WITHOUT_DATES = [view for view in View if view is not View.TIMELINE]


def test_each_view_has_places_of_its_own_and_the_map_remembers_which_was_seen(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        seen: dict[View, dict[str, tuple[float, float]]] = {}
        for view in WITHOUT_DATES:
            await turned(driver, view)
            seen[view] = spread(canvas)
            assert len(seen[view]) == 16
        assert len({tuple(sorted(each.items())) for each in seen.values()}) == len(WITHOUT_DATES)
        for view in WITHOUT_DATES:
            await turned(driver, view)
            assert spread(canvas) == seen[view]
        await turned(driver, View.RADIAL)
        map_id = the_map(driver).map_id
        driver.window.desk.maps.show(await driver.services.library.open(map_id))
        await quiet(driver)
        assert canvas.view is View.RADIAL
        assert spread(canvas) == seen[View.RADIAL]
        session = driver.window.desk.maps.session
        assert session is not None
        assert session.next_undo is None  # turning is no step of undo

    flow(steps)


def test_the_button_offers_the_views_and_the_timeline_only_with_dates(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        button = driver.find(QToolButton, "viewSwitcher")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        menu = button.findChild(QMenu, "viewMenu")
        assert menu is not None
        names = [action.objectName() for action in menu.actions() if not action.isSeparator()]
        assert names == ["view-mind", "view-tree", "view-radial", "view-outline", "view-path", "view-tidy"]
        tree = menu.findChild(QAction, "view-tree")
        assert tree is not None
        tree.trigger()
        menu.close()
        await until(lambda: canvas.view is View.TREE, "the tree")
        assert "Tree" in button.toolTip()
        session = driver.window.desk.maps.session
        assert session is not None
        dated = [Topic(f"d{n}", f"Event (19{n}0)", the_map(driver).root_id, 90.0 + n) for n in range(3, 6)]
        await session.commit(lambda _: Change(tuple(PutTopic(None, each) for each in dated), "add"))
        await quiet(driver)
        assert View.TIMELINE in driver.window.views.offered()
        driver.window.activateWindow()
        await until(driver.window.isActiveWindow, "the window in front")
        QTest.keyClick(
            driver.window, Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        await until(lambda: canvas.view is View.TIMELINE, "the timeline")
        await quiet(driver)
        marks = {canvas.rows.ids[row]: mark for row, mark in canvas.rows.marks.items()}
        assert marks == {"d3": "1930", "d4": "1940", "d5": "1950"}
        await session.undo()
        await until(lambda: canvas.view is View.MIND, "a view that makes sense without dates")

    flow(steps)


@pytest.mark.parametrize("view", [View.MIND, View.OUTLINE])
def test_tidying_up_is_one_step_of_undo_in_the_view_it_was_done_in(flow: Flow, view: View) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        await turned(driver, view)
        child = the_map(driver).children(the_map(driver).root_id)[2]
        dragged(canvas, child, QPoint(90, 70))
        await quiet(driver)
        before = spread(canvas)
        driver.window.views.tidy()
        await until(lambda: spread(canvas) != before, "a tidy view")
        await quiet(driver)
        tidy = spread(canvas)
        other = View.MIND if view is View.TREE else View.TREE
        await turned(driver, other)
        driver.window.desk.undo()
        await until(lambda: canvas.view is view, "the view in which something is taken back")
        await until(lambda: spread(canvas) == before, "the places before")
        driver.window.desk.redo()
        await until(lambda: spread(canvas) == tidy, "the tidy view again")
        await quiet(driver)

    flow(steps)


def dragged(canvas: GraphCanvas, topic_id: str, by: QPoint) -> None:
    """Move a topic with the mouse, from press to release."""
    at = canvas.topic_rect(topic_id).center()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at)
    for part in (1, 2, 3):
        QTest.mouseMove(canvas, at + by * part / 3)
        _move(canvas, at + by * part / 3)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at + by)


def _move(canvas: GraphCanvas, at: QPoint) -> None:
    """A move with the button held, which QTest does not send offscreen."""
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    held = Qt.MouseButton.LeftButton
    point = QPointF(at)
    event = QMouseEvent(
        QEvent.Type.MouseMove, point, canvas.mapToGlobal(point), held, held, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas, event)


@pytest.mark.parametrize("view", [View.MIND, View.TREE, View.OUTLINE])
def test_a_topic_follows_the_hand_while_answers_arrive_and_nothing_else_moves(
    flow: Flow, oracle: Oracle, view: View
) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        await turned(driver, view)
        children = the_map(driver).children(the_map(driver).root_id)
        held, growing = children[1], (children[0], children[5], children[9])
        gate = oracle.shut(Task.SUBTOPICS)
        for topic_id in growing:
            driver.window.desk.maps.expand(topic_id)
        before, at = spread(canvas), canvas.topic_rect(held).center()
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at)
        _move(canvas, at + QPoint(40, 25))
        gate.set()
        await until(lambda: len(canvas.rows) == 61, "the answers")
        assert canvas.topic_rect(held).center() - at == QPoint(40, 25)
        _move(canvas, at + QPoint(60, 35))
        assert canvas.topic_rect(held).center() - at == QPoint(60, 35)
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at + QPoint(60, 35))
        await quiet(driver)
        after = spread(canvas)
        assert {i: after[i] for i in before if i != held} == {i: p for i, p in before.items() if i != held}
        assert canvas.topic_rect(held).center() - at == QPoint(60, 35)

    flow(steps)


class Hand:
    """Does something to a topic of the open map; tells which topics it touched."""

    def __init__(self, driver: Driver, oracle: Oracle) -> None:
        self.driver, self.oracle = driver, oracle
        self.canvas, self.desk = driver.window.canvas, driver.window.desk

    async def expand(self, chosen: str) -> set[str]:
        """Ask for subtopics, and have the topic in hand when they arrive."""
        if len(self.canvas.rows) > 250:
            return set()
        under, gate = self.canvas.topic_rect(chosen).center(), self.oracle.shut(Task.SUBTOPICS)
        self.desk.maps.expand(chosen)
        self.canvas.select("")
        seen = self.canvas.rect().adjusted(70, 70, -70, -70).contains(under)  # at the edge the map would creep on
        if seen:
            QTest.mousePress(self.canvas, Qt.MouseButton.LeftButton, pos=under)
            _move(self.canvas, under + QPoint(30, 20))
        held = self.canvas.selected_id
        gate.set()
        await quiet(self.driver)
        if seen:
            QTest.mouseRelease(self.canvas, Qt.MouseButton.LeftButton, pos=under + QPoint(30, 20))
        await quiet(self.driver)
        return set(the_map(self.driver).branch(held)) if held else {"the camera"}

    async def fold(self, chosen: str) -> set[str]:
        self.desk.maps.fold(chosen)
        return set()

    async def remove(self, chosen: str) -> set[str]:
        self.desk.remove(chosen)
        return set()

    async def undo(self, chosen: str) -> set[str]:
        session = self.desk.maps.session
        return self._step(session.next_undo if session else None, self.desk.undo)

    async def redo(self, chosen: str) -> set[str]:
        session = self.desk.maps.session
        return self._step(session.next_redo if session else None, self.desk.redo)

    async def drag(self, chosen: str) -> set[str]:
        at = self.canvas.topic_rect(chosen).center()
        if not self.canvas.rect().contains(at):
            return set()
        self.canvas.select("")
        dragged(self.canvas, chosen, QPoint(-25, 40))
        held = self.canvas.selected_id
        return set(the_map(self.driver).branch(held)) if held else {"the camera"}

    def _step(self, change: Change | None, act: Callable[[], None]) -> set[str]:
        act()
        return {put.topic_id for put in change.puts if isinstance(put, PutPlace)} if change else set()


def test_whatever_happens_no_topic_moves_that_nobody_touched(
    flow: Flow, oracle: Oracle, request: pytest.FixtureRequest
) -> None:
    """Growing, folding, removing, undo, redo and dragging in all views, answers arriving in between."""
    rounds = 240 if request.config.getoption("--long") else 18

    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        hand, chance = Hand(driver, oracle), Random(7)  # noqa: S311 - the same every time
        for number in range(rounds):
            if number % 6 == 0:
                await turned(driver, chance.choice(WITHOUT_DATES))
            chosen = chance.choice([i for i in canvas.rows.ids if i != the_map(driver).root_id] or [""])
            before, view, camera = spread(canvas), canvas.view, canvas.camera
            act = chance.choice(
                [hand.expand, hand.expand, hand.fold, hand.remove, hand.undo, hand.redo, hand.drag]
            )
            touched = await act(chosen)
            await quiet(driver)
            if canvas.view is view:  # else what was taken back had been done in another view
                after = spread(canvas)
                still = (before.keys() & after.keys()) - touched
                assert {i: after[i] for i in still} == {i: before[i] for i in still}, (number, act, view)
                assert canvas.camera == camera or "the camera" in touched, (number, act, view)
            if act == hand.fold:
                await hand.fold(chosen)
                await quiet(driver)
                assert spread(canvas) == before

    flow(steps)


def test_arrows_lead_to_what_one_sees_there(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        children = the_map(driver).children(the_map(driver).root_id)
        await turned(driver, View.TREE)
        canvas.select(children[4])
        QTest.keyClick(canvas, Qt.Key.Key_Right)
        assert canvas.selected_id == children[5]
        QTest.keyClick(canvas, Qt.Key.Key_Up)
        assert canvas.selected_id == the_map(driver).root_id
        await turned(driver, View.PATH)
        canvas.select(children[4])
        QTest.keyClick(canvas, Qt.Key.Key_Left)
        assert canvas.selected_id == children[3]
        await turned(driver, View.OUTLINE)
        canvas.select(children[0])
        QTest.keyClick(canvas, Qt.Key.Key_Left)
        assert canvas.selected_id == the_map(driver).root_id

    flow(steps)


def test_a_big_map_without_places_is_laid_out_behind_the_window_and_turned_so(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        topics = {"r": Topic("r", "Everything")}
        for n in range(40):
            topics[f"b{n}"] = Topic(f"b{n}", f"Branch {n}", "r", float(n))
            for m in range(32):
                topics[f"b{n}.{m}"] = Topic(f"b{n}.{m}", f"Topic {n} {m}", f"b{n}", float(m))
        await driver.services.library._library.create(Map("big", "Everything", "r", topics))
        driver.window.desk.maps.show(await driver.services.library.open("big"))
        canvas = driver.window.canvas
        assert len(canvas.rows) == 0  # nothing is shown before it has a place
        await until(lambda: len(canvas.rows) == len(topics), "the layout")
        await quiet(driver)
        assert set(the_map(driver).places) == set(topics)
        await turned(driver, View.TREE)
        assert set(the_map(driver).view_places["tree"]) == set(topics)
        before = spread(canvas)
        dragged(canvas, "r", QPoint(30, 60))
        await quiet(driver)
        assert the_map(driver).view_places["tree"]["r"].pinned
        driver.window.desk.edits.pin_topics(("r",), pinned=False)
        await quiet(driver)
        driver.window.views.tidy()
        await until(lambda: spread(canvas) == before, "a tidy view")
        await quiet(driver)
        driver.window.desk.undo()
        await until(lambda: spread(canvas) != before, "the places before")
        await quiet(driver)

    flow(steps)


def test_turning_to_another_view_is_a_morph_unless_less_motion_is_wanted(
    qapp: QApplication, run_async: Run, oracle: Oracle, atlas_path: Path
) -> None:
    async def steps() -> None:
        driver = Driver(qapp, ui_services(oracle, atlas_path, clock=FakeClock()))
        try:
            canvas = await grown(driver)
            await until(lambda: not canvas.is_moving, "rest")
            before = spread(canvas)
            driver.window.views.show(View.RADIAL)
            await until(lambda: canvas.view is View.RADIAL, "the other view")
            motion = canvas._animator.motion
            assert motion is not None
            assert motion.x0 is not None
            came_from = dict(zip(motion.after.ids, motion.x0.tolist(), strict=True))
            assert came_from == {topic_id: x for topic_id, (x, _) in before.items()}
            await until(lambda: not canvas.is_moving, "its end")
        finally:
            driver.window.close()
            await driver.end()

    run_async(steps())
