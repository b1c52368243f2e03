"""The window as a person uses it, on the real wiring: real library, real Atlas, no key, no network."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QTextBrowser, QTreeView

from knowalledge_desktop.bootstrap import Overrides, build_services
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from tests.support.window import Driver, until


@pytest.fixture
def services(home: Path, atlas_path: Path) -> Services:
    return build_services(dict(os.environ), Overrides(atlas_path=atlas_path))


def test_a_topic_becomes_a_map_and_is_there_again(
    qapp: QApplication, run_async: Callable[[Awaitable[None]], None], services: Services, atlas_path: Path
) -> None:
    async def first_time() -> None:
        driver = Driver(qapp, services)
        window = driver.window
        field = driver.find(QLineEdit, "startTopicInput")
        QTest.keyClicks(field, "Photosynthesis")
        QTest.keyClick(field, Qt.Key.Key_Return)
        canvas = driver.find(GraphCanvas, "graphCanvas")
        await until(lambda: canvas.property("nodeCount") == 16, "fifteen subtopics")
        assert canvas.property("selectedTitle") == "Photosynthesis"
        assert driver.find(QTreeView, "outlineView").model().rowCount() == 1

        QTest.keyClick(canvas, Qt.Key.Key_Right)
        chosen = canvas.property("selectedTitle")
        assert chosen != "Photosynthesis"
        before = dict(window.desk.maps.session.map.places)
        QTest.keyClick(canvas, Qt.Key.Key_E)
        await until(lambda: canvas.property("nodeCount") > 16, "subtopics of a subtopic")
        after = window.desk.maps.session.map
        assert {i: after.places[i] for i in before} == before, "what was there has moved"

        QTest.mouseClick(driver.find(QPushButton, "explainButton"), Qt.MouseButton.LeftButton)
        view = driver.find(QTextBrowser, "explanationView")
        await until(lambda: len(view.toPlainText()) > 100, "an explanation")
        await until(lambda: len(after.explained_ids()) < len(window.desk.maps.session.map.explained_ids()), "kept")

        count = canvas.property("nodeCount")
        QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: not window.desk.maps.session.map.explained_ids(), "undo of the explanation")
        QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: canvas.property("nodeCount") == 16, "undo of the subtopics")
        QTest.keyClick(
            canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        await until(lambda: canvas.property("nodeCount") == count, "redo")
        await until(lambda: not window.desk.maps.running(), "quiet")
        window.close()
        await driver.end()

    async def second_time() -> None:
        again = build_services(dict(os.environ), Overrides(atlas_path=atlas_path))
        driver = Driver(qapp, again)
        assert await driver.window.desk.library.open_last()
        canvas = driver.find(GraphCanvas, "graphCanvas")
        assert canvas.property("nodeCount") > 16
        assert "Photosynthesis" in driver.window.windowTitle()
        driver.window.close()
        await driver.end()

    run_async(first_time())
    run_async(second_time())


def test_a_topic_that_is_not_in_the_atlas_offers_the_nearest(
    qapp: QApplication, run_async: Callable[[Awaitable[None]], None], services: Services
) -> None:
    async def flow() -> None:
        driver = Driver(qapp, services)
        field = driver.find(QLineEdit, "startTopicInput")
        QTest.keyClicks(field, "Photosintesis of mosses")
        QTest.keyClick(field, Qt.Key.Key_Return)
        await until(lambda: driver.has(QPushButton, "suggestion0"), "nearest topics")
        nearest = driver.find(QPushButton, "suggestion0")
        title = nearest.text()
        QTest.mouseClick(nearest, Qt.MouseButton.LeftButton)
        canvas = driver.find(GraphCanvas, "graphCanvas")
        await until(lambda: canvas.property("nodeCount") > 4, "the nearest topic's map")
        assert canvas.property("selectedTitle") == title
        kept = [info.title for info in await services.library.maps()]
        assert kept == [title], "the unknown topic left something behind"
        driver.window.close()
        await driver.end()

    run_async(flow())


def test_renaming_removing_and_folding_with_the_keyboard(
    qapp: QApplication, run_async: Callable[[Awaitable[None]], None], services: Services
) -> None:
    async def flow() -> None:
        driver = Driver(qapp, services)
        driver.window.desk.explore("DNA")
        canvas = driver.find(GraphCanvas, "graphCanvas")
        await until(lambda: canvas.property("nodeCount") == 16, "a map")
        QTest.keyClick(canvas, Qt.Key.Key_Right)
        QTest.keyClick(canvas, Qt.Key.Key_F2)
        editor = driver.find(QLineEdit, "renameInput")
        await until(editor.isVisible, "the editor")
        editor.selectAll()
        QTest.keyClicks(editor, "My own words")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        await until(lambda: canvas.property("selectedTitle") == "My own words", "the new title")
        canvas.setFocus()
        QTest.keyClick(canvas, Qt.Key.Key_Delete)
        await until(lambda: canvas.property("nodeCount") == 15, "one less")
        QTest.keyClick(canvas, Qt.Key.Key_Home)
        QTest.keyClick(canvas, Qt.Key.Key_BracketLeft)
        await until(lambda: canvas.property("nodeCount") == 1, "folded")
        QTest.keyClick(canvas, Qt.Key.Key_BracketRight)
        await until(lambda: canvas.property("nodeCount") == 15, "unfolded")
        driver.window.close()
        await driver.end()

    run_async(flow())


def test_a_press_on_a_topic_selects_it_everywhere(
    qapp: QApplication, run_async: Callable[[Awaitable[None]], None], services: Services
) -> None:
    async def flow() -> None:
        driver = Driver(qapp, services)
        driver.window.desk.explore("Jazz")
        canvas = driver.find(GraphCanvas, "graphCanvas")
        await until(lambda: canvas.property("nodeCount") == 16, "a map")
        await until(lambda: not canvas.is_moving, "rest")
        document = driver.window.desk.maps.session.map
        child = document.children(document.root_id)[3]
        middle: QPoint = canvas.topic_rect(child).center()
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
        assert canvas.property("selectedTitle") == document.topics[child].title
        outline = driver.find(QTreeView, "outlineView")
        assert outline.currentIndex().data() == document.topics[child].title
        driver.window.close()
        await driver.end()

    run_async(flow())


def test_every_control_says_what_it_is(
    qapp: QApplication, run_async: Callable[[Awaitable[None]], None], services: Services
) -> None:
    async def flow() -> None:
        driver = Driver(qapp, services)
        driver.window.desk.explore("DNA")
        canvas = driver.find(GraphCanvas, "graphCanvas")
        await until(lambda: canvas.property("nodeCount") == 16, "a map")
        assert driver.nameless() == []
        driver.window.close()
        await driver.end()

    run_async(flow())


def test_the_theme_can_be_changed_while_a_map_is_open(
    qapp: QApplication, run_async: Callable[[Awaitable[None]], None], services: Services
) -> None:
    from dataclasses import replace

    from knowalledge_desktop.core.settings import Theme as Choice

    async def flow() -> None:
        driver = Driver(qapp, services)
        driver.window.desk.explore("DNA")
        canvas = driver.find(GraphCanvas, "graphCanvas")
        await until(lambda: canvas.property("nodeCount") == 16, "a map")
        await until(lambda: not canvas.is_moving, "rest")
        light = canvas.grab().toImage().pixelColor(3, 3)
        driver.theme.update(replace(services.preferences.settings, theme=Choice.DARK))
        dark = canvas.grab().toImage().pixelColor(3, 3)
        assert light.lightness() > 200
        assert dark.lightness() < 60
        driver.window.close()
        await driver.end()

    run_async(flow())
