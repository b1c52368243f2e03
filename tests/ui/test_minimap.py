"""The overview: there when not all is seen, goes where it is clicked, stands in no topic's way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from knowalledge_desktop.ui.canvas.minimap import LARGE, Minimap
from tests.support.fakes import FakeClock
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Run = Callable[[Awaitable[None]], None]
Steps = Callable[[Driver], Awaitable[None]]
Flow = Callable[[Steps], None]


@pytest.fixture
def flow(run_async: Run, qapp: QApplication, atlas_path: Path) -> Flow:
    async def whole(steps: Steps) -> None:
        driver = Driver(qapp, ui_services(Oracle(), atlas_path, clock=FakeClock()))
        try:
            driver.window.desk.explore("Jazz")
            canvas = driver.window.canvas
            await until(lambda: canvas.property("nodeCount") == 16, "a map")
            await until(lambda: not driver.tasks._all and not canvas.is_moving, "quiet")
            await steps(driver)
        finally:
            driver.window.close()
            await driver.end()

    return lambda steps: run_async(whole(steps))


def minimap(driver: Driver) -> Minimap | None:
    found = driver.window.findChildren(Minimap)
    return found[0] if found and found[0].isVisible() else None


async def closer(driver: Driver) -> Minimap:
    """The overview of a map that is seen in part."""
    for _ in range(6):
        driver.window.canvas.zoom_in()
    await until(lambda: minimap(driver) is not None, "the overview")
    found = minimap(driver)
    assert found is not None
    return found


def test_it_is_there_only_when_not_all_is_seen(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        assert driver.window.canvas.sees_all()
        assert minimap(driver) is None
        await closer(driver)

    flow(steps)


def test_it_shows_the_map_and_what_is_seen_of_it(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        found = await closer(driver)
        first = found.frame()
        assert 0 < first.width() < found.width()
        image = found.grab().toImage()
        colours = {QColor(image.pixel(x, y)).name() for x in range(0, 170, 2) for y in range(0, 110, 2)}
        assert len(colours) > 5
        driver.window.canvas.zoom_out()
        assert found.frame().width() > first.width()

    flow(steps)


def test_a_click_a_drag_and_the_arrows_go_there(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        found = await closer(driver)
        canvas = driver.window.canvas
        left, _, right, _ = canvas.rows.bounds()
        QTest.mouseClick(found, Qt.MouseButton.LeftButton, pos=QPoint(found.width() - 30, found.height() // 2))
        assert canvas.camera.x > (left + right) / 2
        QTest.mousePress(found, Qt.MouseButton.LeftButton, pos=QPoint(found.width() // 2, found.height() // 2))
        assert canvas.camera.x == pytest.approx((left + right) / 2, abs=(right - left) / 40)
        before = canvas.camera
        QTest.keyClick(found, Qt.Key.Key_Right)
        assert canvas.camera.x > before.x
        QTest.keyClick(found, Qt.Key.Key_Down)
        assert canvas.camera.y > before.y

    flow(steps)


def test_the_key_hides_it_and_brings_it_back(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        await closer(driver)
        keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(driver.window, Qt.Key.Key_M, keys)
        assert minimap(driver) is None
        driver.window.canvas.zoom_in()
        await until(lambda: not driver.tasks._all, "quiet")
        assert minimap(driver) is None  # hidden is hidden
        QTest.keyClick(driver.window, Qt.Key.Key_M, keys)
        assert minimap(driver) is not None

    flow(steps)


def test_it_gives_way_where_topics_lie_under_it(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        found = await closer(driver)
        canvas, page = driver.window.canvas, driver.window.map_page
        at = found.geometry().center()
        topic = canvas.rows.ids[5]
        row = canvas.rows.index[topic]
        scene = canvas.camera.to_scene(at.toPointF(), page.size().toSizeF())
        canvas.look_at(
            canvas.camera.x + float(canvas.rows.x[row]) - scene.x(),
            canvas.camera.y + float(canvas.rows.y[row]) - scene.y(),
        )
        assert found.covered(found.geometry()) > 0
        found.rested.emit()
        assert found.covered(found.geometry()) == 0
        assert found.geometry().center() != at or found.size() != LARGE

    flow(steps)


def test_in_a_narrow_map_it_leaves_what_can_be_stopped_in_reach(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        found, page = await closer(driver), driver.window.map_page
        driver.window.resize(1100, 700)
        page.show_activity(
            "Stomata waits, 1 more", "free in 50 s, number 2 in line: requests per minute of a model"
        )
        pill = page.findChild(QLabel, "activityText").parentWidget()
        await until(lambda: pill.isVisible() and pill.width() > page.width() // 2, "the pill in a narrow map")
        assert not found.geometry().intersects(pill.geometry())
        assert page.rect().contains(found.geometry())

    flow(steps)
