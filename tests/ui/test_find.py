"""Finding in the open map: lit, dimmed, counted, walked through, closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QPushButton, QToolButton

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.graph import Change, Explanation, PutExplanation, Rendering
from knowalledge_desktop.ui.canvas.spotlight import DIM
from tests.support.fakes import FakeClock
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Run = Callable[[Awaitable[None]], None]
Steps = Callable[[Driver], Awaitable[None]]


@pytest.fixture
def flow(run_async: Run, qapp: QApplication, atlas_path: Path) -> Callable[[Steps], None]:
    async def whole(steps: Steps) -> None:
        driver = Driver(qapp, ui_services(Oracle(), atlas_path, clock=FakeClock()))
        try:
            driver.window.desk.explore("Jazz")
            await until(lambda: driver.window.canvas.property("nodeCount") == 16, "a map")
            await until(lambda: not driver.tasks._all and not driver.window.canvas.is_moving, "quiet")
            await steps(driver)
        finally:
            driver.window.close()
            await driver.end()

    return lambda steps: run_async(whole(steps))


def press(driver: Driver, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    target = QApplication.focusWidget() or driver.window
    QTest.keyClick(target, key, modifier)


async def looked_for(driver: Driver, text: str) -> QLabel:
    press(driver, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    field = driver.find(QLineEdit, "findInMap")
    field.clear()
    QTest.keyClicks(field, text)
    count = driver.find(QLabel, "findCount")
    await until(lambda: bool(count.text()), "a count")
    return count


def titles(driver: Driver) -> list[str]:
    document = driver.window.desk.maps.map
    assert document is not None
    return [document.topics[each].title for each in document.branch(document.root_id)]


def test_found_topics_are_counted_and_walked_through_round_and_round(flow: Callable[[Steps], None]) -> None:
    async def steps(driver: Driver) -> None:
        word = titles(driver)[3].split()[0]
        document = driver.window.desk.maps.map
        assert document is not None
        hits = [t for t in document.branch(document.root_id) if word in document.topics[t].title]
        count = await looked_for(driver, word)
        await until(lambda: count.text() == f"{len(hits)} found", "the hits")
        field = driver.find(QLineEdit, "findInMap")
        for at in (*range(len(hits)), 0):
            QTest.keyClick(field, Qt.Key.Key_Return)
            assert driver.window.canvas.selected_id == hits[at]
            assert count.text() == f"{at + 1} of {len(hits)}"
        press(driver, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
        assert driver.window.canvas.selected_id == hits[-1]
        press(driver, Qt.Key.Key_Escape)
        assert not driver.window.desk.find.is_open
        assert driver.window.canvas.hasFocus()

    flow(steps)


def test_what_is_not_found_is_said(flow: Callable[[Steps], None]) -> None:
    async def steps(driver: Driver) -> None:
        count = await looked_for(driver, "zzzz")
        assert count.text() == "Not found"
        assert not driver.find(QToolButton, "findNextButton").isEnabled()

    flow(steps)


def test_the_others_are_dimmed(flow: Callable[[Steps], None]) -> None:
    async def steps(driver: Driver) -> None:
        canvas = driver.window.canvas
        canvas.select("")
        title = titles(driver)[15]
        document = driver.window.desk.maps.map
        assert document is not None
        lit = next(t for t, topic in document.topics.items() if topic.title == title)
        other = next(t for t, topic in document.topics.items() if topic.title == titles(driver)[9])
        before = {each: grabbed(driver, each) for each in (lit, other)}
        ground_colour = QColor(driver.theme.color("bg.canvas"))
        count = await looked_for(driver, title)
        await until(lambda: count.text() == "1 found", "one")
        canvas.clearFocus()
        after = {each: grabbed(driver, each) for each in (lit, other)}
        assert darkest(after[lit]) == pytest.approx(darkest(before[lit]), abs=6)
        ground = 255
        expected = ground - (ground - darkest(before[other])) * DIM
        assert darkest(after[other]) == pytest.approx(expected, abs=25)
        assert driver.theme.color("bg.canvas") == ground_colour  # the veil is a colour of its own
        press(driver, Qt.Key.Key_Escape)
        assert darkest(grabbed(driver, other)) == pytest.approx(darkest(before[other]), abs=6)

    flow(steps)


def grabbed(driver: Driver, topic_id: str) -> QImage:
    return driver.window.canvas.grab(driver.window.canvas.topic_rect(topic_id)).toImage()


def darkest(image: QImage) -> int:
    return min(QColor(image.pixel(x, y)).lightness() for x in range(image.width()) for y in range(image.height()))


def test_a_filter_alone_lights_too_and_a_folded_hit_is_opened(flow: Callable[[Steps], None]) -> None:
    async def steps(driver: Driver) -> None:
        document = driver.window.desk.maps.map
        assert document is not None
        root = document.root_id
        hidden = document.children(root)[14]
        title = document.topics[hidden].title
        driver.window.desk.maps.fold(root)
        await until(lambda: driver.window.canvas.property("nodeCount") == 1, "folded")
        count = await looked_for(driver, title)
        QTest.keyClick(driver.find(QLineEdit, "findInMap"), Qt.Key.Key_Return)
        await until(lambda: driver.window.canvas.property("nodeCount") == 16, "unfolded")
        menu = driver.find(QMenu, "findFilterMenu")
        field = driver.find(QLineEdit, "findInMap")
        field.clear()
        menu.findChild(QAction, "findTrait-open").trigger()  # type: ignore[union-attr]
        await until(lambda: count.text() == "16 of 16", "all")
        menu.findChild(QAction, "findTrait-explained").trigger()  # type: ignore[union-attr]
        await until(lambda: count.text() == "Not found", "none")
        menu.findChild(QAction, "findFilterClear").trigger()  # type: ignore[union-attr]
        await until(lambda: not count.text(), "all shown")

    flow(steps)


def test_a_branch_can_be_focused_and_left(flow: Callable[[Steps], None]) -> None:
    async def steps(driver: Driver) -> None:
        document = driver.window.desk.maps.map
        assert document is not None
        one, other = document.children(document.root_id)[2:4]
        driver.window.canvas.select(one)
        before = darkest(grabbed(driver, other))
        driver.window.canvas.setFocus()
        press(driver, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: not driver.window.canvas.is_moving, "rest")
        assert driver.window.canvas._spotlight._lit == (one,)  # type: ignore[union-attr]
        press(driver, Qt.Key.Key_Escape)
        assert driver.window.canvas._spotlight._lit is None  # type: ignore[union-attr]
        assert before < 128

    flow(steps)


def test_the_way_to_the_topic_is_shown_and_leads_back(flow: Callable[[Steps], None]) -> None:
    async def steps(driver: Driver) -> None:
        canvas, maps = driver.window.canvas, driver.window.desk.maps
        document = maps.map
        assert document is not None
        child = document.children(document.root_id)[1]
        maps.expand(child)
        await until(lambda: bool(maps.map and maps.map.children(child)), "grown")
        await until(lambda: not driver.tasks._all, "quiet")
        leaf = maps.map.children(child)[0]  # type: ignore[union-attr]
        canvas.select(leaf)
        crumbs = driver.window.top_bar.crumbs
        titles_ = [maps.map.topics[each].title for each in (document.root_id, child, leaf)]  # type: ignore[union-attr]
        assert crumbs.accessibleDescription() == " › ".join(titles_)
        parent = driver.find(QPushButton, "breadcrumbParent")
        assert parent.toolTip() == titles_[1]
        parent.click()
        assert canvas.selected_id == child
        driver.find(QPushButton, "breadcrumbRoot").click()
        assert canvas.selected_id == document.root_id
        assert driver.find(QLabel, "mapTitle").text() == titles_[0]

    flow(steps)


def test_what_is_out_of_date_can_be_seen_on_the_map(flow: Callable[[Steps], None]) -> None:
    async def steps(driver: Driver) -> None:
        session = driver.window.desk.maps.session
        assert session is not None
        topic_id = session.map.children(session.map.root_id)[2]
        made = Provenance("gemini", "gemini-2.0-flash", "explanation@1", 1_700_000_000.0)
        text = Explanation(topic_id, Rendering(), "Old.", provenance=made)
        await session.commit(lambda _: Change((PutExplanation(None, text),), "explain", "old"))
        driver.window.desk.find.begin()
        menu = driver.find(QMenu, "findFilterMenu")
        menu.findChild(QAction, "findTrait-stale").trigger()  # type: ignore[union-attr]
        count = driver.find(QLabel, "findCount")
        await until(lambda: count.text() == "1 found", "the old text")
        QTest.keyClick(driver.find(QLineEdit, "findInMap"), Qt.Key.Key_Return)
        await until(lambda: driver.window.canvas.selected_id == topic_id, "its topic")

    flow(steps)
