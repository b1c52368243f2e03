"""What a person thinks of an explanation: kept with it, one step of undo, and never sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPlainTextEdit, QPushButton, QToolButton

from knowalledge_desktop.core.content import Source
from knowalledge_desktop.core.graph import Explanation, Opinion
from knowalledge_desktop.core.validation import REMARK_MAX
from knowalledge_desktop.ui.dialogs.report_dialog import report_text
from tests.support.examples import photosynthesis
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Run = Callable[[Awaitable[None]], None]
Steps = Callable[[Driver, Oracle], Awaitable[None]]
USEFUL, WRONG, REPORT = "opinionUsefulButton", "opinionWrongButton", "opinionReportButton"


@pytest.fixture
def flow(qapp: QApplication, run_async: Run, atlas_path: Path) -> Callable[[Steps], None]:
    """Runs a test's steps in a window with an explained root."""

    async def whole(steps: Steps) -> None:
        oracle = Oracle()
        driver = Driver(qapp, ui_services(oracle, atlas_path))
        try:
            driver.window.desk.explore("Photosynthesis")
            await until(lambda: int(driver.window.canvas.property("nodeCount") or 0) > 3, "a map")
            driver.window.desk.maps.explain(root_id(driver))
            await until(lambda: driver.has(QToolButton, USEFUL), "an explanation")
            await until(lambda: not driver.tasks.running(), "quiet")
            await steps(driver, oracle)
        finally:
            driver.window.close()
            await driver.end()

    return lambda steps: run_async(whole(steps))


def root_id(driver: Driver) -> str:
    document = driver.window.desk.maps.map
    assert document is not None
    return document.root_id


def kept(driver: Driver) -> Explanation:
    document = driver.window.desk.maps.map
    assert document is not None
    return document.explanations_of(document.root_id)[0]


def checked(driver: Driver) -> tuple[bool, bool]:
    return driver.find(QToolButton, USEFUL).isChecked(), driver.find(QToolButton, WRONG).isChecked()


def test_a_click_is_kept_is_undone_in_one_step_and_is_there_again_when_the_text_is_opened(
    flow: Callable[[Steps], None],
) -> None:
    async def steps(driver: Driver, oracle: Oracle) -> None:
        desk, canvas = driver.window.desk, driver.window.canvas
        driver.find(QToolButton, USEFUL).click()
        await until(lambda: kept(driver).opinion is Opinion.USEFUL, "kept")
        assert checked(driver) == (True, False)
        driver.find(QToolButton, WRONG).click()
        await until(lambda: kept(driver).opinion is Opinion.WRONG, "the other word")
        assert checked(driver) == (False, True)
        assert "chosen" in driver.find(QToolButton, WRONG).accessibleName()
        canvas.select("")
        assert not driver.has(QToolButton, WRONG)
        canvas.select(root_id(driver))
        assert checked(driver) == (False, True)
        session = desk.maps.session
        assert session is not None
        found = await driver.services.library.open(session.map.map_id)
        assert found.map.explanations_of(root_id(driver))[0].opinion is Opinion.WRONG
        desk.undo()
        await until(lambda: kept(driver).opinion is Opinion.USEFUL, "one step back")
        assert checked(driver) == (True, False)
        driver.find(QToolButton, USEFUL).click()
        await until(lambda: kept(driver).opinion is Opinion.NONE, "taken back")
        assert checked(driver) == (False, False)
        assert len(oracle.asked) == 2  # the map and the text: an opinion is told to nobody

    flow(steps)


def test_a_report_is_written_copied_kept_and_read_again(flow: Callable[[Steps], None]) -> None:
    async def steps(driver: Driver, oracle: Oracle) -> None:
        driver.find(QToolButton, REPORT).click()
        field = driver.find(QPlainTextEdit, "reportText")
        assert not driver.find(QPushButton, "reportCopyButton").isEnabled()
        field.setPlainText("The year is wrong.\nIt was 1809.")
        driver.find(QPushButton, "reportCopyButton").click()
        copied = QGuiApplication.clipboard().text()
        assert copied.startswith("What is wrong:\nThe year is wrong.\nIt was 1809.\n\nTopic: Photosynthesis\n")
        assert "gemini-made-up-1" in copied
        assert kept(driver).markdown in copied
        assert kept(driver).opinion is Opinion.NONE  # copying keeps nothing yet
        QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: kept(driver).opinion_note == "The year is wrong.\nIt was 1809.", "kept")
        assert kept(driver).opinion is Opinion.WRONG
        assert driver.find(QLabel, "opinionNote").text() == "You wrote: The year is wrong. It was 1809."
        assert driver.has(QLabel, "opinionNote")
        driver.find(QToolButton, REPORT).click()
        dialogs = driver.window.findChildren(QPlainTextEdit, "reportText")
        again = dialogs[-1]
        assert again.toPlainText() == "The year is wrong.\nIt was 1809."
        again.setPlainText("x" * (REMARK_MAX + 1))
        keep = driver.window.findChildren(QPushButton, "reportKeepButton")[-1]
        assert not keep.isEnabled()
        again.setPlainText("  ")
        keep.click()
        await until(lambda: not kept(driver).opinion_note, "taken away")
        assert not driver.has(QLabel, "opinionNote")
        assert len(oracle.asked) == 2

    flow(steps)


def test_the_buttons_can_be_reached_and_have_names_and_there_are_none_without_a_text(
    flow: Callable[[Steps], None],
) -> None:
    async def steps(driver: Driver, oracle: Oracle) -> None:
        for name in (USEFUL, WRONG, REPORT):
            button = driver.find(QToolButton, name)
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
            assert button.accessibleName()
            assert button.toolTip()
        assert driver.nameless() == []
        document = driver.window.desk.maps.map
        assert document is not None
        driver.window.canvas.select(document.children(document.root_id)[0])
        assert not driver.has(QFrame, "opinionRow")

    flow(steps)


def test_a_report_has_all_that_its_reader_needs() -> None:
    document = photosynthesis()
    text = replace(next(iter(document.explanations.values())), sources=(Source("A", "https://example.org/a"),))
    told = report_text(document, text, "No.")
    assert "What is wrong:\nNo.\n" in told
    assert f"Asked for: {text.rendering.level}, {text.rendering.detail}" in told
    assert "- A https://example.org/a" in told
    assert text.markdown in told
