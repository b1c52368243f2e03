"""What the mouse does to several topics and from one to another, in the real window; the map stays where it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit, QPushButton, QWidget

from knowalledge_desktop.core.edits_links import links_of
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.request import Task
from knowalledge_desktop.core.settings import Ahead
from knowalledge_desktop.core.validation import NOTE_MAX
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from tests.support.fakes import FakeClock
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
Run = Callable[[Awaitable[None]], None]


class Mouse:
    """A hand on the map of an open window."""

    def __init__(self, driver: Driver, oracle: Oracle) -> None:
        self.driver, self.oracle = driver, oracle
        self.canvas: GraphCanvas = driver.window.canvas

    @property
    def map(self) -> Map:
        found = self.driver.window.desk.maps.map
        assert found is not None
        return found

    @property
    def picked(self) -> tuple[str, ...]:
        return self.canvas.hands.picks.ids

    def children(self) -> tuple[str, ...]:
        return self.map.children(self.map.root_id)

    def at(self, topic_id: str) -> QPoint:
        return self.canvas.topic_rect(topic_id).center()

    def click(self, topic_id: str, held: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.canvas, LEFT, held, self.at(topic_id))

    def press(self, at: QPoint, held: Qt.KeyboardModifier = NONE) -> None:
        QTest.mousePress(self.canvas, LEFT, held, at)

    def move(self, *spots: QPoint) -> None:
        for spot in spots:
            QTest.mouseMove(self.canvas, spot)

    def let_go(self, at: QPoint, held: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseRelease(self.canvas, LEFT, held, at)

    def drag(self, start: QPoint, end: QPoint, held: Qt.KeyboardModifier = NONE) -> None:
        self.press(start, held)
        self.move((start + end) / 2, end)
        self.let_go(end, held)

    async def rest(self) -> None:
        await until(lambda: not self.driver.tasks._all and not self.canvas.is_moving, "rest")

    def clear(self) -> None:
        """Nothing is picked or selected."""
        self.canvas.hands.picks.clear()
        self.canvas.select("")

    async def back(self) -> None:
        self.driver.window.desk.undo()
        await self.rest()


Flow = Callable[[Callable[[Mouse], Awaitable[None]]], None]


@pytest.fixture
def flow(qapp: QApplication, run_async: Run, atlas_path: Path) -> Flow:
    """Runs a test's steps in a window with a map of sixteen topics, and closes it."""

    async def whole(steps: Callable[[Mouse], Awaitable[None]]) -> None:
        oracle = Oracle()
        services = ui_services(oracle, atlas_path, clock=FakeClock())
        settings = services.preferences.settings
        services.preferences.save(replace(settings, reduced_motion=True, ahead=Ahead.OFF))
        driver = Driver(qapp, services)
        mouse = Mouse(driver, oracle)
        try:
            driver.window.desk.explore("Jazz")
            await until(lambda: mouse.canvas.property("nodeCount") == 16, "a map")
            await mouse.rest()
            await steps(mouse)
        finally:
            driver.window.close()
            await driver.end()

    return lambda steps: run_async(whole(steps))


# --- picking ------------------------------------------------------------------------------------------------


async def _ctrl_picks_single_topics_and_the_outline_shows_the_same(mouse: Mouse) -> None:
    one, two, three = mouse.children()[:3]
    outline = mouse.driver.window.outline
    mouse.driver.window.toggle_outline()
    mouse.click(one)
    mouse.click(two, CTRL)
    mouse.click(three, CTRL)
    assert mouse.picked == (one, two, three)
    shown = {index.data(Qt.ItemDataRole.UserRole) for index in outline.selectionModel().selectedRows()}
    assert shown == {one, two, three}
    mouse.click(two, CTRL)
    assert mouse.picked == (one, three)
    mouse.click(two)
    assert mouse.picked == ()
    assert mouse.canvas.selected_id == two


async def _several_that_are_selected_in_the_outline_are_picked_on_the_map(mouse: Mouse) -> None:
    window = mouse.driver.window
    assert window.outline.isVisible()
    model = window.outline.model()
    root = model.index(0, 0)
    spots = [window.outline.visualRect(model.index(row, 0, root)).center() for row in (1, 4, 6)]
    QTest.mouseClick(window.outline.viewport(), LEFT, NONE, spots[0])
    QTest.mouseClick(window.outline.viewport(), LEFT, SHIFT, spots[1])
    assert mouse.picked == mouse.children()[1:5]
    QTest.mouseClick(window.outline.viewport(), LEFT, CTRL, spots[2])
    assert set(mouse.picked) == {*mouse.children()[1:5], mouse.children()[6]}
    QTest.mouseClick(window.outline.viewport(), LEFT, NONE, spots[0])
    assert mouse.picked == ()
    assert mouse.canvas.selected_id == mouse.children()[1]


def test_topics_are_picked_on_the_map_and_in_the_outline(flow: Flow) -> None:
    async def steps(mouse: Mouse) -> None:
        await _ctrl_picks_single_topics_and_the_outline_shows_the_same(mouse)
        mouse.clear()
        await _several_that_are_selected_in_the_outline_are_picked_on_the_map(mouse)
        mouse.clear()

    flow(steps)


def test_a_band_picks_what_it_touches_and_esc_takes_it_back(flow: Flow) -> None:
    async def steps(mouse: Mouse) -> None:
        rows = mouse.canvas.rows
        right = sorted(
            (i for i in mouse.children() if rows.side[rows.index[i]] > 0), key=lambda i: mouse.at(i).y()
        )
        first, last = mouse.canvas.topic_rect(right[1]), mouse.canvas.topic_rect(right[3])
        start, end = QPoint(first.right() + 60, first.top() - 4), QPoint(last.center().x(), last.bottom() + 4)
        mouse.drag(start, end, SHIFT)
        assert set(mouse.picked) == set(right[1:4])
        mouse.canvas.hands.picks.clear()
        mouse.press(start, SHIFT)
        mouse.move((start + end) / 2, end)
        assert len(mouse.picked) == 3
        mouse.driver.window.desk.escape()
        assert mouse.picked == ()
        mouse.let_go(end)
        assert mouse.picked == ()

    flow(steps)


# --- dragging -----------------------------------------------------------------------------------------------


async def _a_topic_dropped_on_another_becomes_its_subtopic_in_one_step(mouse: Mouse) -> None:
    moved, below = mouse.children()[2], mouse.children()[4]
    before = mouse.map
    mouse.drag(mouse.at(moved), mouse.at(below))
    await until(lambda: mouse.map.topics[moved].parent_id == below, "the new parent")
    await mouse.rest()
    assert {i: p for i, p in mouse.map.places.items() if i != moved} == {
        i: p for i, p in before.places.items() if i != moved
    }
    one, other = mouse.canvas.topic_rect(moved), mouse.canvas.topic_rect(below)
    assert not one.intersects(other), "it covers its new parent"
    await mouse.back()
    assert mouse.map == before


async def _picked_branches_are_moved_together(mouse: Mouse) -> None:
    one, two, below = mouse.children()[2], mouse.children()[6], mouse.children()[4]
    before = mouse.map
    mouse.click(one)
    mouse.click(two, CTRL)
    mouse.drag(mouse.at(two), mouse.at(below))
    await until(lambda: set(mouse.map.children(below)) == {one, two}, "both below it")
    await mouse.rest()
    rects = [mouse.canvas.topic_rect(i) for i in mouse.map.topics]
    pairs = [(a, b) for n, a in enumerate(rects) for b in rects[:n]]
    assert not any(a.intersects(b) for a, b in pairs)
    await mouse.back()
    assert mouse.map == before


def test_branches_are_put_below_others_in_one_step(flow: Flow) -> None:
    async def steps(mouse: Mouse) -> None:
        await _a_topic_dropped_on_another_becomes_its_subtopic_in_one_step(mouse)
        mouse.clear()
        await _picked_branches_are_moved_together(mouse)
        mouse.clear()

    flow(steps)


def test_nothing_is_put_below_itself_and_esc_leaves_a_drag(flow: Flow) -> None:
    async def steps(mouse: Mouse) -> None:
        topic = mouse.children()[0]
        mouse.driver.window.desk.maps.expand(topic)
        await until(lambda: len(mouse.map.topics) == 31, "subtopics")
        await mouse.rest()
        before, shown = mouse.map, mouse.at(topic)
        mouse.canvas.fit()
        child, here = mouse.map.children(topic)[3], mouse.at(topic)
        shown = here
        mouse.press(here)
        mouse.move(here + QPoint(20, 8), mouse.at(child))
        mouse.driver.window.desk.escape()
        assert mouse.at(topic) == shown
        mouse.let_go(mouse.at(child))
        await mouse.rest()
        assert mouse.map == before
        assert mouse.canvas.selected_id == topic

    flow(steps)


def test_what_was_pressed_is_dragged_also_when_an_answer_comes_in_between(flow: Flow) -> None:
    async def steps(mouse: Mouse) -> None:
        gate = mouse.oracle.shut(Task.SUBTOPICS)
        grows, dragged = mouse.children()[0], mouse.children()[5]
        mouse.driver.window.desk.maps.expand(grows)
        await until(lambda: len(mouse.oracle.asked) == 2, "the question")
        start = mouse.at(dragged)
        mouse.press(start)
        gate.set()
        await until(lambda: len(mouse.map.topics) == 31, "the answer")
        await mouse.rest()
        end = start + QPoint(60, 25)
        mouse.move(start + QPoint(30, 12), end)
        assert mouse.at(dragged) == end
        places = dict(mouse.map.places)
        mouse.let_go(end)
        await mouse.rest()
        moved = {i for i, place in mouse.map.places.items() if places.get(i) != place}
        assert moved == {dragged}

    flow(steps)


def test_the_map_creeps_on_under_what_is_held_at_its_edge(flow: Flow) -> None:
    async def steps(mouse: Mouse) -> None:
        canvas, topic = mouse.canvas, mouse.children()[3]
        start, edge = mouse.at(topic), QPoint(mouse.canvas.width() - 4, mouse.canvas.height() // 2)
        others = {i: spot for i, spot in _spots(mouse).items() if i != topic}
        before = canvas.camera.x
        mouse.press(start)
        mouse.move(start + QPoint(15, 0), edge)
        await until(lambda: canvas.camera.x > before + 100, "the map to move on")
        assert (mouse.at(topic) - edge).manhattanLength() <= 3
        now = _spots(mouse)
        assert {i: now[i] for i in others} == others
        mouse.move(canvas.rect().center())
        rest = canvas.camera
        mouse.let_go(canvas.rect().center())
        await mouse.rest()
        assert canvas.camera == rest

    flow(steps)


# --- links --------------------------------------------------------------------------------------------------


async def _a_link_is_drawn_from_the_handle_and_written_on(mouse: Mouse) -> None:
    one, two = mouse.children()[1], mouse.children()[6]
    mouse.move(mouse.at(one) + QPoint(3, 0), mouse.at(one))
    box = mouse.canvas.topic_rect(one)
    handle = QPoint(box.center().x(), box.bottom())
    assert mouse.canvas.handle_at(handle.toPointF()) == one
    assert not mouse.canvas.handle_at((handle - QPoint(0, 7)).toPointF()), "a click on the topic begins a link"
    mouse.drag(handle, mouse.at(two))
    await until(lambda: bool(mouse.map.links), "the link")
    await mouse.rest()
    editor = mouse.driver.find(QLineEdit, "renameInput")
    assert editor.isVisible()
    QTest.keyClicks(editor, "leads to")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    (link,) = links_of(mouse.map, one)
    await until(lambda: links_of(mouse.map, one)[0].label == "leads to", "the word")
    await mouse.rest()
    assert (link.source_id, link.target_id) == (one, two)
    spot = mouse.canvas.link_spot(link.link_id)
    assert spot is not None
    assert mouse.canvas.link_at(spot) == link.link_id
    QTest.mouseDClick(mouse.canvas, LEFT, NONE, spot.toPoint())
    assert editor.isVisible()
    assert editor.text() == "leads to"
    mouse.driver.window.desk.escape()
    mouse.driver.window.desk.edits.links.menu(link.link_id, QPoint(0, 0))
    menu = mouse.driver.find(QMenu, "linkMenu")
    menu.actions()[-1].trigger()
    await until(lambda: not mouse.map.links, "no link")
    menu.close()


async def _a_line_that_leads_nowhere_leaves_nothing(mouse: Mouse) -> None:
    one = mouse.children()[1]
    mouse.move(mouse.at(one) + QPoint(3, 0), mouse.at(one))
    box = mouse.canvas.topic_rect(one)
    mouse.drag(QPoint(box.center().x(), box.bottom()), QPoint(8, 8))
    await mouse.rest()
    assert not mouse.map.links
    assert not mouse.canvas.hands.aim


def test_links_are_drawn_written_on_and_taken_away(flow: Flow) -> None:
    async def steps(mouse: Mouse) -> None:
        await _a_link_is_drawn_from_the_handle_and_written_on(mouse)
        mouse.clear()
        await _a_line_that_leads_nowhere_leaves_nothing(mouse)
        mouse.clear()

    flow(steps)


# --- the map stays where it is ------------------------------------------------------------------------------


async def _one_session(mouse: Mouse, chance: Random) -> None:
    """Answers come, are taken back and folded away while a person drags; nobody else's topic moves."""
    desk, canvas = mouse.driver.window.desk, mouse.canvas
    gate = mouse.oracle.shut(Task.SUBTOPICS)
    for topic in chance.sample(mouse.children(), 2):
        desk.maps.expand(topic)
    await asyncio.sleep(0)
    seen = [i for i in canvas.rows.ids if i != mouse.map.root_id and canvas.rect().contains(mouse.at(i))]
    dragged = chance.choice(seen)
    branch, before = set(mouse.map.branch(dragged)), _spots(mouse)
    places = {i: place for i, place in mouse.map.places.items() if i not in branch}
    at = mouse.at(dragged)
    mouse.press(at)
    at += QPoint(QApplication.startDragDistance(), 2)
    mouse.move(at)
    when = chance.randrange(6)
    for step in range(6):
        if step == when:
            gate.set()
            await _another_answer(mouse)
        if step == when + 1 and chance.random() < 0.4:
            desk.maps.fold(chance.choice([i for i in mouse.children() if i not in branch]))
            await asyncio.sleep(0)
        at = QPoint(at.x() + chance.randint(-40, 40), at.y() + chance.randint(-30, 30))
        mouse.move(at)
        _nothing_else_moved(mouse, before, branch, dragged, at)
    gate.set()
    mouse.let_go(at)
    await mouse.rest()
    there = {i: mouse.map.places[i] for i in places if i in mouse.map.topics}
    assert {i: (p.x, p.y) for i, p in there.items()} == {i: (places[i].x, places[i].y) for i in there}
    if chance.random() < 0.5:
        await mouse.back()


def _spots(mouse: Mouse) -> dict[str, tuple[float, float]]:
    """Where topics are shown on the map."""
    rows = mouse.canvas.rows
    return dict(zip(rows.ids, zip(rows.x.tolist(), rows.y.tolist(), strict=True), strict=True))


async def _another_answer(mouse: Mouse) -> None:
    count = len(mouse.map.topics)
    await until(lambda: len(mouse.map.topics) > count or not mouse.driver.window.desk.maps.running(), "an answer")


def _nothing_else_moved(
    mouse: Mouse, before: dict[str, tuple[float, float]], branch: set[str], dragged: str, at: QPoint
) -> None:
    """The dragged topic is under the pointer, and what is not of its branch where it was on the map."""
    assert (mouse.at(dragged) - at).manhattanLength() <= 3, "it left the pointer"
    now = _spots(mouse)
    others = {i: spot for i, spot in before.items() if i not in branch and i in now}
    assert {i: now[i] for i in others} == others, "nobody touched these"


@pytest.mark.parametrize("seed", range(1))
def test_no_topic_moves_that_is_not_touched_while_answers_come(flow: Flow, seed: int) -> None:
    async def steps(mouse: Mouse) -> None:
        chance = Random(seed)  # noqa: S311 - a test that can be run again
        for _ in range(2):
            mouse.canvas.fit()
            await mouse.rest()
            await _one_session(mouse, chance)

    flow(steps)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 41))
def test_no_topic_moves_in_many_sessions(flow: Flow, seed: int) -> None:
    async def steps(mouse: Mouse) -> None:
        chance = Random(seed)  # noqa: S311 - a test that can be run again
        for _ in range(10):
            mouse.canvas.fit()
            await mouse.rest()
            await _one_session(mouse, chance)

    flow(steps)


# --- menus and dialogs --------------------------------------------------------------------------------------


def _texts(menu: QMenu) -> list[str]:
    """All that a menu offers, with what is in the menus of it."""
    found: list[str] = []
    for action in menu.actions():
        inner = action.menu()
        found += _texts(inner) if isinstance(inner, QMenu) else [action.text()]
    return found


async def _close(mouse: Mouse, menu: QMenu) -> None:
    """A menu that is closed is there for some turns of the loop more, and must not be taken for the next one."""
    menu.close()
    await until(lambda: mouse.driver.window.findChild(QMenu, "topicMenu") is None, "no menu")


async def _the_menu_of_a_topic_has_every_act_with_its_key(mouse: Mouse) -> None:
    window, topic = mouse.driver.window, mouse.children()[0]
    window.desk._menu(topic, QPoint(10, 10))
    menu = mouse.driver.find(QMenu, "topicMenu")
    keys = {text.rpartition("\t")[2] for text in _texts(menu) if "\t" in text}
    letters = {"E", "X", "I", "N", "K", "L", "M", "F2", "Del", "Space"}
    held = {"Ctrl+C", "Ctrl+X", "Ctrl+V", "Ctrl+B", "Shift+F", "Shift+L", "Shift+N", "Alt+Up", "Alt+Down"}
    assert letters | held <= keys
    await _close(mouse, menu)


async def _the_menu_of_several_acts_on_all_of_them_in_one_step(mouse: Mouse) -> None:
    window, (one, two, three) = mouse.driver.window, mouse.children()[:3]
    before = mouse.map
    mouse.canvas.hands.picks.set((one, two))
    window.desk._menu(three, QPoint(10, 10))  # not one of them: it is about that one alone
    alone = mouse.driver.find(QMenu, "topicMenu")
    assert "Rename\tF2" in _texts(alone)
    await _close(mouse, alone)
    window.desk._menu(two, QPoint(10, 10))
    menu = mouse.driver.find(QMenu, "topicMenu")
    assert "Rename\tF2" not in _texts(menu)
    for text in ("Lock against engines\tK", "Remove\tDel"):
        next(each for each in menu.actions() if each.text() == text).trigger()
        await until(lambda: mouse.map != before, text)
        await mouse.rest()
        await mouse.back()
        assert mouse.map == before
    await _close(mouse, menu)


async def _a_note_that_is_too_long_is_not_kept(mouse: Mouse) -> None:
    topic = mouse.children()[0]
    mouse.driver.window.desk.edits.write_note(topic)
    field = mouse.driver.find(QPlainTextEdit, "noteText")
    keep = mouse.driver.find(QPushButton, "noteKeepButton")
    field.setPlainText("x" * (NOTE_MAX + 1))
    assert not keep.isEnabled()
    field.setPlainText("  a thought\n- of two\n- lines  ")
    keep.click()
    await until(lambda: bool(mouse.map.topics[topic].note), "the note")
    await mouse.rest()
    assert mouse.map.topics[topic].note == "  a thought\n- of two\n- lines"
    await mouse.back()
    assert not mouse.map.topics[topic].note


async def _root_cannot_be_cut_or_moved_and_that_is_said(mouse: Mouse) -> None:
    window = mouse.driver.window
    before = mouse.map
    mouse.canvas.select(mouse.map.root_id)
    window.desk.edits.cut()
    await mouse.rest()
    assert "root" in window.notifier.text
    window.desk.edits.begin_move()
    assert "root" in mouse.driver.find(QWidget, "hintLine").accessibleName()
    assert not mouse.canvas.hands.aim
    assert mouse.map == before


def test_menus_and_dialogs_do_what_the_keys_do(flow: Flow) -> None:
    async def steps(mouse: Mouse) -> None:
        await _the_menu_of_a_topic_has_every_act_with_its_key(mouse)
        mouse.clear()
        await _the_menu_of_several_acts_on_all_of_them_in_one_step(mouse)
        mouse.clear()
        await _a_note_that_is_too_long_is_not_kept(mouse)
        mouse.clear()
        await _root_cannot_be_cut_or_moved_and_that_is_said(mouse)
        mouse.clear()

    flow(steps)
