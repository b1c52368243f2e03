"""What the window does with answers, errors and stops: the real wiring around an engine the test decides."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListView, QPushButton, QToolButton, QWidget

from knowalledge_desktop.core.errors import KeyRejected, Offline, TimedOut, TopicGone
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.request import Task, TextDelta
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from tests.support.engines import PROSE
from tests.support.fakes import FakeClock
from tests.support.ui_services import Oracle, text, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Run = Callable[[Awaitable[None]], None]


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture
def flow(
    qapp: QApplication, run_async: Run, oracle: Oracle, atlas_path: Path
) -> Callable[[Callable[[Driver], Awaitable[None]]], None]:
    """Runs a test's steps in an open window, and closes it."""

    async def whole(steps: Callable[[Driver], Awaitable[None]]) -> None:
        driver = Driver(qapp, ui_services(oracle, atlas_path, clock=FakeClock()))
        try:
            await steps(driver)
        finally:
            driver.window.close()
            await driver.end()

    return lambda steps: run_async(whole(steps))


Flow = Callable[[Callable[[Driver], Awaitable[None]]], None]


async def grown(driver: Driver, topic: str = "Jazz", nodes: int = 16) -> GraphCanvas:
    """A map of a topic, at rest."""
    driver.window.desk.explore(topic)
    canvas = driver.find(GraphCanvas, "graphCanvas")
    await until(lambda: canvas.property("nodeCount") == nodes, "a map")
    await quiet(driver)
    return canvas


async def quiet(driver: Driver) -> None:
    """All tasks have ended, the cancelled ones too."""
    await until(lambda: not driver.tasks._all, "quiet")


def badges(driver: Driver) -> list[str]:
    panel = driver.find(QWidget, "detailPanel")
    return [each.text() for each in panel.findChildren(QLabel) if each.property("badge") and each.isVisible()]


def press(canvas: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(canvas, key)


# --- stopping -----------------------------------------------------------------------------------------------


def test_a_stopped_explanation_leaves_no_half_text(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        oracle.shut(Task.EXPLANATION)
        press(canvas, Qt.Key.Key_X)
        view = driver.window.detail.view
        await until(lambda: view.markdown != "", "the first words")
        assert "Writing" in badges(driver)
        press(canvas, Qt.Key.Key_Escape)
        await quiet(driver)
        await until(lambda: badges(driver) == ["Not explained yet"], "the state before")
        assert view.markdown == ""
        assert canvas.property("busy") is False
        assert driver.window.desk.maps.map is not None
        assert not driver.window.desk.maps.map.explained_ids()

    flow(steps)


def test_stopping_a_second_text_shows_the_first_again(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        press(canvas, Qt.Key.Key_X)
        await until(lambda: "gemini-made-up-1" in badges(driver), "the explanation")
        oracle.plans["Jazz"] = (TextDelta("Other words "), text("Other words are here. They are new."))
        oracle.shut(Task.EXPLANATION)
        QTest.mouseClick(driver.find(QToolButton, "regenerateButton"), Qt.MouseButton.LeftButton)
        await until(lambda: driver.window.detail.view.markdown.startswith("Other"), "the new text")
        QTest.mouseClick(driver.find(QPushButton, "explainButton"), Qt.MouseButton.LeftButton)
        await quiet(driver)
        assert driver.window.detail.view.markdown == PROSE
        await until(lambda: "gemini-made-up-1" in badges(driver), "its badges")

    flow(steps)


def test_stopping_growth_takes_the_places_back(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        oracle.shut(Task.SUBTOPICS)
        press(canvas, Qt.Key.Key_Right)
        press(canvas, Qt.Key.Key_E)
        await until(lambda: driver.has(QPushButton, "cancelButton"), "the pill")
        assert "Growing" in driver.find(QLabel, "activityText").text()
        QTest.mouseClick(driver.find(QPushButton, "cancelButton"), Qt.MouseButton.LeftButton)
        await quiet(driver)
        assert canvas.property("nodeCount") == 16
        assert canvas.property("busy") is False
        assert not driver.has(QPushButton, "cancelButton")
        assert oracle.left_early == len(oracle.asked) - 1

    flow(steps)


def test_several_topics_grow_at_once(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        gate = oracle.shut(Task.SUBTOPICS)
        document = driver.window.desk.maps.map
        assert document is not None
        for child in document.children(document.root_id)[:3]:
            driver.window.desk.maps.expand(child)
        await until(lambda: len(oracle.asked) == 4, "three more requests")
        assert "2 more" in driver.find(QLabel, "activityText").text()
        gate.set()
        await until(lambda: canvas.property("nodeCount") == 16 + 45, "three branches")

    flow(steps)


def test_closing_in_the_middle_of_an_answer_leaves_nothing_running(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        oracle.shut(Task.EXPLANATION)
        press(canvas, Qt.Key.Key_X)
        await until(lambda: len(oracle.asked) == 2, "the request")

    flow(steps)
    assert oracle.left_early == 1


# --- trouble ------------------------------------------------------------------------------------------------


def test_a_failed_topic_says_why_and_can_be_tried_again(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver, "Qqzx")  # no such article: nothing can stand in
        oracle.plans["Qqzx"] = (TimedOut("after 60 s"),)
        press(canvas, Qt.Key.Key_X)
        await until(lambda: driver.has(QPushButton, "retryButton"), "the banner")
        assert "No answer in time" in driver.find(QWidget, "topicBanner").accessibleName()
        other = driver.window.desk.maps.map
        assert other is not None
        driver.window.desk.maps.expand(other.children(other.root_id)[0])
        await until(lambda: canvas.property("nodeCount") == 31, "another topic's branch")
        assert driver.has(QPushButton, "retryButton"), "another topic's change took the banner away"
        del oracle.plans["Qqzx"]
        QTest.mouseClick(driver.find(QPushButton, "retryButton"), Qt.MouseButton.LeftButton)
        await until(lambda: driver.window.detail.view.markdown == PROSE, "the text")
        assert not driver.has(QPushButton, "retryButton")

    flow(steps)


def test_what_was_asked_of_a_topic_that_is_gone_by_then_ends_without_a_word(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver, "Qqzx")
        oracle.plans["Qqzx"] = (TopicGone("no longer in the map"),)
        gate = oracle.shut(Task.EXPLANATION)
        press(canvas, Qt.Key.Key_X)
        maps = driver.window.desk.maps
        await until(lambda: "generating" in maps.states.values(), "the act")
        gate.set()
        await quiet(driver)
        assert not maps.states
        assert not driver.has(QWidget, "topicBanner")

    flow(steps)


def test_what_stands_in_is_labelled_as_long_as_it_is_shown(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        driver.window.desk.settings.refresh_key()
        oracle.plans["Jazz"] = (Offline("no route"),)
        press(canvas, Qt.Key.Key_X)
        await until(lambda: "From the Atlas instead" in badges(driver), "the label")
        assert "Offline" in driver.find(QPushButton, "offlineBadge").text()
        assert not driver.find(QLabel, "statusOnline").isVisible(), "it would say so twice"
        document = driver.window.desk.maps.map
        assert document is not None
        driver.window.desk.maps.expand(document.children(document.root_id)[0])
        await until(lambda: canvas.property("nodeCount") == 31, "another branch")
        await quiet(driver)
        await until(lambda: "From the Atlas instead" in badges(driver), "the label beside another change")
        press(canvas, Qt.Key.Key_Right)
        press(canvas, Qt.Key.Key_Home)
        await until(lambda: "From the Atlas instead" in badges(driver), "the label again")

    flow(steps)


def test_a_rejected_key_is_told(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver, "Qqzx")
        oracle.plans["Qqzx"] = (KeyRejected("API_KEY_INVALID"),)
        press(canvas, Qt.Key.Key_X)
        await until(lambda: driver.has(QWidget, "topicBanner"), "the banner")
        assert "did not accept" in driver.find(QWidget, "topicBanner").accessibleName()

    flow(steps)


def test_a_topic_that_cannot_be_used_says_so(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        field = driver.find(QLineEdit, "startTopicInput")
        field.setText("x" * 250)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert "at most 200" in driver.window.notifier.text
        assert not oracle.asked

    flow(steps)


def test_a_rejected_key_is_the_reason_that_is_told_and_settings_are_one_click_away(
    flow: Flow, oracle: Oracle
) -> None:
    async def steps(driver: Driver) -> None:
        driver.window.desk.settings.refresh_key()
        oracle.plans["Jazz"] = (KeyRejected("API_KEY_INVALID"),)
        driver.window.desk.explore("Jazz")
        await until(lambda: "did not accept" in driver.window.notifier.text, "the reason")
        assert "the Atlas" in driver.window.notifier.text
        assert driver.find(QLabel, "statusOnline").text() == "Key not accepted"
        QTest.mouseClick(driver.find(QPushButton, "toastButton"), Qt.MouseButton.LeftButton)
        await until(lambda: driver.has(QWidget, "settingsDialog"), "the settings")
        driver.find(QPushButton, "settingsCancelButton").click()
        await quiet(driver)

    flow(steps)


def test_the_library_page_shows_and_does_only_what_is_its_own(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        window = driver.window
        QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: driver.has(QListView, "libraryList"), "the library")
        for name in ("undoButton", "outlineButton", "panelButton", "backButton"):
            assert not driver.has(QToolButton, name)
        QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await quiet(driver)
        assert canvas.property("nodeCount") == 16, "a map nobody sees was changed"
        QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
        assert driver.has(QToolButton, "undoButton")

    flow(steps)


def test_a_map_goes_to_the_trash_and_comes_back(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver)
        driver.window.desk.focus_search()
        listed = driver.find(QListView, "libraryList").model()
        await until(lambda: listed.rowCount() == 1, "the map in the list")
        driver.find(QPushButton, "trashButton").click()
        await until(lambda: listed.rowCount() == 0, "an empty list")
        assert "trash" in driver.window.notifier.text
        QTest.mouseClick(driver.find(QPushButton, "toastButton"), Qt.MouseButton.LeftButton)
        await until(lambda: listed.rowCount() == 1, "the map again")

    flow(steps)


# --- undo ---------------------------------------------------------------------------------------------------


def test_undo_on_the_message_takes_back_the_removal_and_nothing_else(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        press(canvas, Qt.Key.Key_Right)
        title = canvas.property("selectedTitle")
        press(canvas, Qt.Key.Key_Delete)
        await until(lambda: driver.has(QPushButton, "toastButton"), "the message")
        assert title in driver.window.notifier.text
        await until(lambda: canvas.property("nodeCount") == 15, "one less")
        maps = driver.window.desk.maps
        assert maps.map is not None
        maps.rename(maps.map.root_id, "Another name")
        await until(lambda: maps.map is not None and maps.map.title == "Another name", "the rename")
        await until(lambda: not driver.has(QPushButton, "toastButton"), "no button for another act")
        driver.window.desk.undo()
        driver.window.desk.undo()
        await until(lambda: canvas.property("nodeCount") == 16, "both taken back")

    flow(steps)


def test_undo_on_the_message_brings_the_branch_back(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        press(canvas, Qt.Key.Key_Right)
        press(canvas, Qt.Key.Key_Delete)
        await until(lambda: canvas.property("nodeCount") == 15, "one less")
        await until(lambda: driver.has(QPushButton, "toastButton"), "the message")
        QTest.mouseClick(driver.find(QPushButton, "toastButton"), Qt.MouseButton.LeftButton)
        await until(lambda: canvas.property("nodeCount") == 16, "all again")

    flow(steps)


def test_the_root_stays(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        press(canvas, Qt.Key.Key_Home)
        press(canvas, Qt.Key.Key_Delete)
        await until(lambda: "cannot be removed" in driver.window.notifier.text, "the sentence")
        assert canvas.property("nodeCount") == 16

    flow(steps)


# --- the frame ----------------------------------------------------------------------------------------------


def test_the_window_keeps_its_size_with_long_titles(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        driver.window.resize(960, 620)
        canvas = await grown(driver, "A very long title that goes on and on " * 5)
        press(canvas, Qt.Key.Key_Right)
        press(canvas, Qt.Key.Key_E)
        await until(lambda: canvas.property("nodeCount") == 31, "a deep branch")
        press(canvas, Qt.Key.Key_Right)
        await until(lambda: not canvas.is_moving, "rest")
        assert driver.window.minimumSizeHint().width() <= 960
        assert (driver.window.width(), driver.window.height()) == (960, 620)

    flow(steps)


@pytest.mark.parametrize("size", [(960, 620), (1100, 700), (1600, 1000)])
def test_no_control_is_cut_off(flow: Flow, size: tuple[int, int]) -> None:
    async def steps(driver: Driver) -> None:
        driver.window.resize(*size)
        await grown(driver)
        await until(lambda: driver.window.width() == size[0], "the size")
        window = driver.window
        for button in window.findChildren(QPushButton):
            if not button.isVisible():
                continue
            box = button.rect().translated(button.mapTo(window, button.rect().topLeft()))
            assert window.rect().contains(box), f"{button.objectName()} is outside the window"
            parent = button.parentWidget()
            assert parent.rect().contains(button.geometry()), f"{button.objectName()} is cut off"

    flow(steps)


# --- any order ----------------------------------------------------------------------------------------------

KEYS = (
    *(Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End),
    *(Qt.Key.Key_E, Qt.Key.Key_E, Qt.Key.Key_X, Qt.Key.Key_X, Qt.Key.Key_R, Qt.Key.Key_Escape),
    *(Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight, Qt.Key.Key_Delete, Qt.Key.Key_F),
)


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_keys_leaves_everything_in_agreement(flow: Flow, oracle: Oracle, seed: int) -> None:
    async def steps(driver: Driver) -> None:
        dice = Random(seed)  # noqa: S311 - a walk that can be walked again
        canvas = await grown(driver)
        maps = driver.window.desk.maps
        oracle.plans["Jazz, part 2"] = (TimedOut("60 s"),)
        for _ in range(70):
            what = dice.random()
            if what < 0.12:
                driver.window.desk.undo()
            elif what < 0.18:
                driver.window.desk.redo()
            elif what < 0.22:
                driver.window.desk.way.back()
            elif what < 0.25 and maps.map is not None:
                maps.rename(dice.choice(list(maps.map.topics)), f"Name {dice.random()}")
            else:
                press(canvas, dice.choice(KEYS))
            for _ in range(dice.randrange(12)):
                await asyncio.sleep(0)
        await quiet(driver)
        assert driver.bugs == []
        document = maps.map
        assert document is not None
        assert canvas.property("busy") is False
        assert not driver.has(QPushButton, "cancelButton")
        assert canvas.property("nodeCount") == len(seen_topics(document, document.root_id))
        outline = driver.window.outline.model()
        assert outline_count(outline, outline.index(0, 0)) == len(document.topics)
        selected = canvas.selected_id
        assert selected == "" or selected in document.topics
        assert driver.window.detail.topic_id == selected
        assert await driver.services.library.open(document.map_id) is not None
        kept = (await driver.services.library.open(document.map_id)).map
        assert kept.topics == document.topics
        assert kept.explanations == document.explanations
        assert {i: kept.places.get(i) for i in kept.topics} == {i: document.places.get(i) for i in kept.topics}

    flow(steps)


def seen_topics(document: Map, topic_id: str) -> list[str]:
    place = document.places.get(topic_id)
    below = () if place is not None and place.collapsed else document.children(topic_id)
    return [topic_id, *(found for child in below for found in seen_topics(document, child))]


def outline_count(model: QAbstractItemModel, index: QModelIndex) -> int:
    rows = range(model.rowCount(index))
    return 1 + sum(outline_count(model, model.index(row, 0, index)) for row in rows)
