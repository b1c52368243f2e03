"""The depth dial: what is kept is filled and swaps at once, what is not is hatched and told with its price."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton

from knowalledge_desktop.core.request import Detail, Level, Task
from knowalledge_desktop.ui.panels.depth_dial import DepthDial
from tests.support.fakes import FakeClock
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Run = Callable[[Awaitable[None]], None]
Steps = Callable[[Driver], Awaitable[None]]
Flow = Callable[[Steps], None]
USUAL, BRIEF = (Level.HIGH_SCHOOL, Detail.MEDIUM), (Level.JUNIOR, Detail.BRIEF)


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture
def flow(run_async: Run, qapp: QApplication, atlas_path: Path, oracle: Oracle) -> Flow:
    async def whole(steps: Steps) -> None:
        driver = Driver(qapp, ui_services(oracle, atlas_path, clock=FakeClock()))
        try:
            driver.window.desk.explore("Jazz")
            await until(lambda: driver.window.canvas.property("nodeCount") == 16, "a map")
            await until(lambda: not driver.tasks._all, "quiet")
            await steps(driver)
        finally:
            driver.window.close()
            await driver.end()

    return lambda steps: run_async(whole(steps))


async def explained(driver: Driver) -> None:
    driver.find(QPushButton, "explainButton").click()
    await until(lambda: bool(driver.tasks._all), "asked")
    await until(lambda: not driver.tasks._all, "told")


def click(dial: DepthDial, cell: tuple[Level, Detail]) -> None:
    QTest.mouseClick(dial, Qt.MouseButton.LeftButton, pos=dial._box(cell).center().toPoint())


def test_kept_explanations_are_swapped_without_asking(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        dial = driver.find(DepthDial, "depthDial")
        assert "not written yet" in dial.told(USUAL)
        await explained(driver)
        assert "kept" in dial.told(USUAL)
        click(dial, BRIEF)
        assert driver.find(QComboBox, "levelChoice").currentIndex() == 0
        await explained(driver)
        assert {cell for cell in (USUAL, BRIEF) if "kept" in dial.told(cell)} == {USUAL, BRIEF}
        texts = [request for request in oracle.asked if request.task is Task.EXPLANATION]
        assert [(each.options.level, each.options.detail) for each in texts] == [USUAL, BRIEF]
        before = len(oracle.asked)
        click(dial, USUAL)
        click(dial, BRIEF)
        await until(lambda: not driver.tasks._all, "quiet")
        assert len(oracle.asked) == before
        assert driver.services.preferences.settings.options.level is Level.JUNIOR

    flow(steps)


def test_what_is_not_there_is_told_with_its_price(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        dial = driver.find(DepthDial, "depthDial")
        told = dial.told((Level.UNDERGRADUATE, Detail.DETAILED))
        assert told.startswith("Age 18+, Detailed: not written yet. 1 request")
        assert "$" in told

    flow(steps)


def test_the_arrows_walk_through_the_cells_and_stop_at_the_rim(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        dial = driver.find(DepthDial, "depthDial")
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
            QTest.keyClick(dial, key)
        options = driver.services.preferences.settings.options
        assert (options.level, options.detail) == (list(Level)[-1], list(Detail)[-1])
        assert dial.accessibleDescription().startswith("Age 18+, Detailed")

    flow(steps)
