"""Where a topic comes from, and having what is out of date written again, with real clicks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QMenu, QPushButton, QTextBrowser, QTreeWidget

from knowalledge_desktop.core.content import Provenance, Source, Usage
from knowalledge_desktop.core.graph import Change, Explanation, Map, PutExplanation, Rendering
from knowalledge_desktop.core.jobs import JobState
from knowalledge_desktop.core.request import Level, Priority, Task
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.commands import Commands
from knowalledge_desktop.ui.dialogs.provenance_view import ProvenanceView
from knowalledge_desktop.ui.dialogs.stale_view import StaleView
from tests.support.qt import RunAsync
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

OLD = Provenance(
    "gemini",
    "gemini-2.0-flash",
    "explanation@0",
    1_700_000_000.0,
    usage=Usage(120, 340, 56),
    parameters=(("level", "high-school"), ("grounded", "yes")),
)


@asynccontextmanager
async def window_on(app: QApplication, atlas_path: Path, oracle: Oracle) -> AsyncIterator[Driver]:
    driver = Driver(app, ui_services(oracle, atlas_path))
    try:
        driver.window.desk.explore("Bebop")
        await until(lambda: driver.find(GraphCanvas, "graphCanvas").property("nodeCount") == 16, "a map")
        await until(lambda: not driver.window.desk.maps.running(), "rest")
        yield driver
    finally:
        await driver.end()


def document(driver: Driver) -> Map:
    found = driver.window.desk.maps.map
    assert found is not None
    return found


async def tell(driver: Driver, topic_id: str, level: Level = Level.HIGH_SCHOOL) -> str:
    """Put an old text into the map."""
    session = driver.window.desk.maps.session
    assert session is not None
    source = Source("Bebop in a book", "https://example.org/bebop", "CC-BY-SA-4.0")
    text = Explanation(topic_id, Rendering(level), "Written long ago.", (), (source,), OLD, 0.91)
    await session.commit(lambda _: Change((PutExplanation(None, text),), "explain", "Bebop"))
    return text.key


def click(driver: Driver, name: str) -> None:
    QTest.mouseClick(driver.find(QPushButton, name), Qt.MouseButton.LeftButton)


def test_the_panel_tells_where_a_topic_comes_from(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path, Oracle()) as driver:
            first = document(driver).children(document(driver).root_id)[0]
            await tell(driver, first)
            driver.window.desk.maps.rename(first, "Swing")
            await until(lambda: document(driver).topics[first].title == "Swing", "another title")
            driver.window.canvas.select(first)
            driver.window.desk.origins.begin()
            (badge,) = [each for each in driver.window.detail.findChildren(QLabel) if each.text() == "Out of date"]
            assert "switched off on 2026-06-01" in badge.toolTip()
            click(driver, "originButton")
            await until(lambda: driver.has(ProvenanceView, "provenanceView"), "the view")
            text = driver.find(QTextBrowser, "provenanceText")
            told = text.toPlainText()
            for part in (
                "Gemini, gemini-2.0-flash",
                "explanation, version 0",
                "120 in, 340 out, 56 thoughts",
                "grounded yes",
                "91 of 100",
                "Bebop in a book (CC-BY-SA-4.0)",
                "renamed, it was “Bebop, part 1”",
                "14 more topics, in one answer",
                "gemini-2.0-flash was switched off on 2026-06-01. The prompt “explanation” was version 0; now it",
            ):
                assert part in told, part
            await until(text.hasFocus, "the focus")
            assert driver.nameless() == []
            click(driver, "provenanceCopyButton")
            copied = QApplication.clipboard().text()
            assert copied.startswith("Bebop › Swing\n\nThe topic\nProposed by: Gemini, gemini-made-up-1\n")
            assert "Bebop in a book (CC-BY-SA-4.0) <https://example.org/bebop>" in copied
            QTest.keyClick(text, Qt.Key.Key_Escape)
            await until(lambda: not driver.has(ProvenanceView, "provenanceView"), "closed by a key")

    run_async(flow())


def test_menu_and_palette_lead_there_and_on_to_the_history(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path, Oracle()) as driver:
            window, root = driver.window, document(driver).root_id
            window.canvas.select(root)
            window.canvas.menu_requested.emit(root, window.mapToGlobal(window.rect().center()))
            await until(lambda: driver.has(QMenu, "topicMenu"), "the menu")
            menu = driver.find(QMenu, "topicMenu")
            (entry,) = [each for each in menu.actions() if "comes from" in each.text()]
            entry.trigger()
            menu.close()
            await until(lambda: driver.has(ProvenanceView, "provenanceView"), "the view")
            click(driver, "provenanceHistoryButton")
            await until(lambda: window.library_page.history.isVisible(), "the history")
            named = {each.name: each for each in Commands(window.desk, window).here()}
            named["origin"].act()
            await until(lambda: driver.has(ProvenanceView, "provenanceView"), "the view again")
            click(driver, "provenanceCloseButton")
            named["stale"].act()
            await until(lambda: driver.has(StaleView, "staleView"), "the list")
            await until(lambda: "out of date" in driver.find(QLabel, "staleCount").text(), "that there is none")
            assert not driver.find(QPushButton, "staleRefreshButton").isEnabled()
            click(driver, "staleCloseButton")

    run_async(flow())


def test_what_is_out_of_date_is_written_again_at_one_price(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        oracle = Oracle()
        async with window_on(qapp, atlas_path, oracle) as driver:
            window = driver.window
            first, second, third = document(driver).children(document(driver).root_id)[:3]
            keys = [await tell(driver, first), await tell(driver, second, Level.JUNIOR), await tell(driver, third)]
            session = window.desk.maps.session
            assert session is not None
            await driver.services.edit.lock(session, [third], locked=True)
            window.desk.origins.open_stale()
            await until(lambda: driver.has(StaleView, "staleView"), "the list")
            button = driver.find(QPushButton, "staleRefreshButton")
            await until(lambda: button.isEnabled(), "a price")
            assert button.text().startswith("Refresh 2 for about $0.03")
            assert "2 requests to gemini-" in driver.find(QLabel, "stalePrice").text()
            assert "locked and stay" in driver.find(QLabel, "staleCount").text()
            tree = driver.find(QTreeWidget, "staleList")
            group = tree.topLevelItem(0)
            assert group is not None
            assert group.childCount() == 3
            assert driver.nameless() == []
            asked = len(oracle.asked)
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            written = lambda: [document(driver).explanations[key].provenance.model for key in keys]  # noqa: E731
            await until(lambda: written()[:2] == ["gemini-made-up-1"] * 2, "two new texts")
            assert written()[2] == "gemini-2.0-flash"
            sent = oracle.asked[asked:]
            assert {(each.task, each.fresh, each.priority) for each in sent} == {
                (Task.EXPLANATION, True, Priority.LOW)
            }
            assert {each.options.level for each in sent} == {Level.HIGH_SCHOOL, Level.JUNIOR}
            assert all(each.options.grounded for each in sent)
            await until(lambda: not driver.tasks.running(), "rest")
            jobs = await driver.services.jobs.jobs()
            assert [job.state for job in jobs] == [JobState.DONE] * 2
            await session.undo()
            assert sorted(written()).count("gemini-2.0-flash") == 2

    run_async(flow())


def test_all_maps_are_looked_through_and_a_topic_is_shown_on_its_own(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path, Oracle()) as driver:
            window, bebop = driver.window, document(driver).map_id
            topic = document(driver).children(document(driver).root_id)[0]
            await tell(driver, topic)
            window.desk.explore("Swing")
            await until(lambda: document(driver).map_id != bebop and document(driver).root_id != "", "a map")
            await until(lambda: not window.desk.maps.running(), "rest")
            window.desk.origins.open_stale()
            await until(lambda: driver.has(StaleView, "staleView"), "the list")
            driver.find(QComboBox, "staleScope").setCurrentIndex(1)
            tree = driver.find(QTreeWidget, "staleList")
            await until(lambda: tree.topLevelItemCount() == 1, "the text of the other map")
            group = tree.topLevelItem(0)
            assert group is not None
            line = group.child(0)
            assert line is not None
            assert line.text(0) == "Bebop, part 1 — Bebop"
            tree.itemActivated.emit(line, 0)
            await until(lambda: document(driver).map_id == bebop, "its map")
            await until(lambda: window.canvas.selected_id == topic, "the topic")

    run_async(flow())
