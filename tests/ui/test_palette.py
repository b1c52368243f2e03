"""The palette: what can be done, found by a few letters and run by the keys alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListView

from knowalledge_desktop.core.request import Task
from knowalledge_desktop.ui.commands import Command, Commands
from knowalledge_desktop.ui.dialogs.command_palette import COMMAND, CommandPalette
from tests.support.fakes import FakeClock
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

ICONS = {each.name for each in (Path(__file__).resolve().parents[2] / "resources" / "icons").glob("*.svg")}

Run = Callable[[Awaitable[None]], None]
Steps = Callable[[Driver], Awaitable[None]]
Flow = Callable[[Steps], None]


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


def opened(driver: Driver, typed: str = "") -> CommandPalette:
    QTest.keyClick(driver.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = driver.window.findChildren(CommandPalette)[-1]
    QTest.keyClicks(field(palette), typed)
    return palette


def field(palette: CommandPalette) -> QLineEdit:
    found = palette.findChild(QLineEdit, "commandInput")
    assert found is not None
    return found


def listed(palette: CommandPalette) -> list[Command | str]:
    found = palette.findChild(QListView, "commandList")
    assert found is not None
    model = found.model()
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    return [row.data(COMMAND) or row.data() for row in rows]


def marked(palette: CommandPalette) -> Command:
    found = palette.findChild(QListView, "commandList")
    assert found is not None
    command = found.currentIndex().data(COMMAND)
    assert isinstance(command, Command)
    return command


def test_all_commands_are_listed_in_groups_with_their_keys(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        palette = opened(driver)
        rows = listed(palette)
        assert rows[0] == "On this topic"
        assert isinstance(rows[1], Command)
        assert rows[1].name == "expand"
        assert [row for row in rows if isinstance(row, str)] == ["On this topic", "On this map", "Everywhere"]
        assert marked(palette).name == "expand"
        QTest.keyClick(field(palette), Qt.Key.Key_Up)
        assert marked(palette).name == "quit"  # round and round
        QTest.keyClick(field(palette), Qt.Key.Key_Down)
        QTest.keyClick(field(palette), Qt.Key.Key_Down)
        assert marked(palette).name == "explain"
        QTest.keyClick(field(palette), Qt.Key.Key_Escape)
        assert not palette.isVisible()

    flow(steps)


def test_names_of_commands_are_unique_and_their_keys_are_the_windows_own(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        table = Commands(driver.window.desk, driver.window)
        names = [each.name for each in table.here()]
        assert len(set(names)) == len(names)
        assert all(each.title and each.group for each in table.here())
        assert [each.icon for each in table.here() if each.icon and f"{each.icon}.svg" not in ICONS] == []

    flow(steps)


def test_a_few_letters_and_enter_run_a_command(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        palette = opened(driver, "explai")
        assert marked(palette).name == "explain"
        QTest.keyClick(field(palette), Qt.Key.Key_Return)
        await until(lambda: any(request.task is Task.EXPLANATION for request in oracle.asked), "the question")
        await until(lambda: not driver.tasks._all, "quiet")

    flow(steps)


def test_a_topic_of_the_map_is_gone_to_also_when_it_is_folded_away(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        document = driver.window.desk.maps.map
        assert document is not None
        wanted = document.children(document.root_id)[7]
        driver.window.desk.maps.fold(document.root_id)
        await until(lambda: driver.window.canvas.property("nodeCount") == 1, "folded")
        palette = opened(driver, document.topics[wanted].title)
        assert marked(palette).name == f"go:{wanted}"
        QTest.keyClick(field(palette), Qt.Key.Key_Return)
        await until(lambda: driver.window.canvas.selected_id == wanted, "the topic")

    flow(steps)


def test_what_is_no_command_can_become_a_map(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        palette = opened(driver, "Blues harp")
        await until(lambda: not driver.tasks._all, "the library was asked")
        assert marked(palette).name == "new"
        QTest.keyClick(field(palette), Qt.Key.Key_Return)
        await until(lambda: any(request.topic == "Blues harp" for request in oracle.asked), "the question")
        await until(lambda: not driver.tasks._all, "quiet")

    flow(steps)


def test_other_maps_are_found_in_the_library(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        first = driver.window.desk.maps.map
        assert first is not None
        driver.window.desk.explore("Tango")
        await until(lambda: driver.window.desk.maps.map is not first, "another map")
        await until(lambda: not driver.tasks._all, "quiet")
        palette = opened(driver, "Jazz")
        await until(lambda: "In the library" in listed(palette), "the library")
        names = [row.name for row in listed(palette) if isinstance(row, Command)]
        at = next(name for name in names if name.startswith(f"open:{first.map_id}"))
        while marked(palette).name != at:
            QTest.keyClick(field(palette), Qt.Key.Key_Down)
        QTest.keyClick(field(palette), Qt.Key.Key_Return)
        await until(lambda: driver.window.desk.maps.map.map_id == first.map_id, "the map")  # type: ignore[union-attr]

    flow(steps)


def test_without_a_map_the_palette_still_works(run_async: Run, qapp: QApplication, atlas_path: Path) -> None:
    async def whole() -> None:
        driver = Driver(qapp, ui_services(Oracle(), atlas_path, clock=FakeClock()))
        try:
            driver.window.desk.show_start()
            box = driver.find(QLineEdit, "startTopicInput")
            box.setFocus()
            await until(box.hasFocus, "the field")
            # A field takes this key to cut its line, where it is not told otherwise.
            QTest.keyClick(box, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
            palette = driver.window.findChildren(CommandPalette)[-1]
            QTest.keyClicks(field(palette), "lib")
            assert marked(palette).name == "library"
            QTest.keyClick(field(palette), Qt.Key.Key_Return)
            assert driver.window.page == "library"
            await until(lambda: not driver.tasks._all, "quiet")
        finally:
            driver.window.close()
            await driver.end()

    run_async(whole())


def test_keys_that_scroll_below_a_resting_pointer_mark_what_they_mean(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        palette = opened(driver)
        found = palette.findChild(QListView, "commandList")
        assert found is not None
        QTest.keyClick(field(palette), Qt.Key.Key_Up)
        found.entered.emit(found.model().index(5, 0))  # as Qt does when rows move below the pointer
        assert marked(palette).name == "quit"
        QCursor.setPos(QCursor.pos() + QPoint(3, 2))
        found.entered.emit(found.model().index(5, 0))
        assert marked(palette) == listed(palette)[5]
        QTest.keyClick(field(palette), Qt.Key.Key_Escape)

    flow(steps)
