"""Batches in the window: chosen with a price, shown on their topics, listed, stopped, resumed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QListView,
    QProgressBar,
    QPushButton,
    QToolButton,
    QWidget,
)

from knowalledge_desktop.core.errors import ContentBlocked, QuotaExhausted
from knowalledge_desktop.core.jobs import ItemState, JobState
from knowalledge_desktop.core.request import Options, Priority, Task
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.dialogs.batch_dialog import BatchDialog
from tests.support.fakes import FakeClock, MemorySecrets
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
        driver = Driver(qapp, ui_services(oracle, atlas_path, clock=FakeClock()))
        try:
            await steps(driver)
        finally:
            driver.window.close()
            await driver.end()

    return lambda steps: run_async(whole(steps))


async def grown(driver: Driver, topic: str = "Jazz") -> GraphCanvas:
    """A map of a topic, at rest."""
    driver.window.desk.explore(topic)
    canvas = driver.find(GraphCanvas, "graphCanvas")
    await until(lambda: canvas.property("nodeCount") == 16, "a map")
    await quiet(driver)
    return canvas


async def quiet(driver: Driver) -> None:
    """All tasks have ended, the cancelled ones too."""
    await until(lambda: not driver.tasks._all, "quiet")


def dialog_of(driver: Driver) -> BatchDialog | None:
    return next((each for each in driver.window.findChildren(BatchDialog) if each.isVisible()), None)


async def opened(driver: Driver) -> BatchDialog:
    """The dialog, with its price told."""
    driver.find(QToolButton, "batchButton").click()
    await until(lambda: dialog_of(driver) is not None, "the dialog")
    dialog = dialog_of(driver)
    assert dialog is not None
    await until(lambda: bool(text_of(dialog, "batchForecast")), "a price")
    return dialog


def text_of(parent: QWidget, name: str) -> str:
    found = parent.findChild(QLabel, name)
    assert found is not None, name
    return found.text()


def button(parent: QWidget, name: str) -> QPushButton:
    found = parent.findChild(QPushButton, name)
    assert found is not None, name
    return found


def card(driver: Driver) -> QWidget:
    """The only job on the list."""
    panel = driver.find(QWidget, "jobsPanel")
    cards = [each for each in panel.findChildren(QWidget) if each.objectName().startswith("job-")]
    assert len(cards) == 1
    return cards[0]


def explanations(oracle: Oracle) -> list[str]:
    return [request.topic for request in oracle.asked if request.task is Task.EXPLANATION]


def states(canvas: GraphCanvas) -> list[str]:
    return sorted(canvas._shown.states.values())


# --- choosing -----------------------------------------------------------------------------------------------


def test_a_batch_of_the_subtopics_is_priced_explained_and_told_of(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        dialog = await opened(driver)
        assert text_of(dialog, "batchCount") == "15 of 15 chosen"
        price = text_of(dialog, "priceLabel")
        assert price.startswith("15 request")
        assert "likely $" in price
        assert "at most $" in price
        fit = text_of(dialog, "batchForecast")
        assert "requests left today" in fit
        assert "Would be done" in fit
        assert explanations(oracle) == []  # nothing is asked before the click
        button(dialog, "batchStartButton").click()
        document = driver.window.desk.maps.map
        assert document is not None
        await until(lambda: len(driver.window.desk.maps.map.explained_ids()) == 15, "15 texts")  # type: ignore[union-attr]
        await quiet(driver)
        assert len(explanations(oracle)) == len(set(explanations(oracle))) == 15
        assert {r.priority for r in oracle.asked if r.task is Task.EXPLANATION} == {Priority.HIGH}
        assert states(canvas) == []
        assert "15 of 15 explained" in driver.window.notifier.text

    flow(steps)


def test_the_list_chooses_what_is_not_explained_and_more_than_20_are_a_job(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        maps = driver.window.desk.maps
        first = maps.map.children(maps.map.root_id)[0]  # type: ignore[union-attr]
        maps.expand(first)
        maps.explain(first)
        await until(lambda: canvas.property("nodeCount") == 31, "more topics")
        await quiet(driver)
        dialog = await opened(driver)
        assert text_of(dialog, "batchCount") == "14 of 15 chosen"
        background = dialog.findChild(QCheckBox, "batchBackground")
        scope = dialog.findChild(QComboBox, "batchScope")
        assert background is not None
        assert scope is not None
        assert background.isEnabled()
        assert not background.isChecked()
        scope.setCurrentIndex(1)
        assert text_of(dialog, "batchCount") == "20 of 31 chosen"
        button(dialog, "batchOpenButton").click()
        assert text_of(dialog, "batchCount") == "30 of 31 chosen"
        assert background.isChecked()
        assert not background.isEnabled()
        button(dialog, "batchNoneButton").click()
        assert not button(dialog, "batchStartButton").isEnabled()
        assert background.isEnabled()
        assert not background.isChecked()
        topics = dialog.findChild(QListView, "batchTopics")
        assert topics is not None
        topics.setCurrentIndex(topics.model().index(2, 0))
        QTest.keyClick(topics, Qt.Key.Key_Space)
        assert dialog.chosen == (maps.map.branch(maps.map.root_id)[2],)  # type: ignore[union-attr]
        dialog.reject()

    flow(steps)


def test_without_a_key_the_price_says_that_the_atlas_is_asked(
    qapp: QApplication, run_async: Run, oracle: Oracle, atlas_path: Path
) -> None:
    async def whole() -> None:
        driver = Driver(qapp, ui_services(oracle, atlas_path, secrets=MemorySecrets(), clock=FakeClock()))
        try:
            driver.window.desk.explore("Jazz")
            canvas = driver.find(GraphCanvas, "graphCanvas")
            await until(lambda: canvas.property("nodeCount") > 3, "a map of the Atlas")
            await quiet(driver)
            dialog = await opened(driver)
            assert text_of(dialog, "priceLabel") == "Free: only the built-in Atlas is asked"
            dialog.reject()
        finally:
            driver.window.close()
            await driver.end()

    run_async(whole())


# --- while it runs ------------------------------------------------------------------------------------------


def test_topics_show_what_becomes_of_them_and_stop_lets_the_rest_be_resumed(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        gate = oracle.shut(Task.EXPLANATION)
        button(await opened(driver), "batchStartButton").click()
        await until(lambda: states(canvas).count("generating") == 4, "four at once")
        assert states(canvas).count("queued") == 11
        await until(lambda: text_of(driver.window, "activityDetail") == "0 of 15 explained", "activity")
        assert text_of(driver.window, "activityText") == "Explaining Jazz"
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        await quiet(driver)
        assert states(canvas) == []
        assert "Stopped: 0 of 15 explained" in driver.window.notifier.text
        (job,) = await driver.services.jobs.jobs()
        assert job.state is JobState.PAUSED
        gate.set()
        driver.find(QPushButton, "toastButton").click()
        await until(lambda: len(driver.window.desk.maps.map.explained_ids()) == 15, "the rest")  # type: ignore[union-attr]
        await quiet(driver)

    flow(steps)


def test_one_that_failed_is_red_with_its_sentence_and_is_asked_again(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        oracle.plans["Jazz, part 3"] = (ContentBlocked("SAFETY"),)
        button(await opened(driver), "batchStartButton").click()
        await until(lambda: "1 failed" in driver.window.notifier.text, "the end")
        await quiet(driver)
        assert states(canvas) == ["failed"]
        driver.find(QToolButton, "jobsButton").click()
        await until(lambda: driver.has(QPushButton, "jobRetryButton"), "the list")
        await until(lambda: text_of(card(driver), "jobCounts") == "14 of 15 explained, 1 failed", "the list")
        more = card(driver).findChild(QToolButton, "jobItemsButton")
        items = card(driver).findChild(QListView, "jobItems")
        assert more is not None
        assert items is not None
        more.click()
        await until(lambda: items.model().rowCount() == 15, "its topics")
        lines = [str(items.model().index(n, 0).data()) for n in range(15)]
        assert any("Gemini declined this topic" in line for line in lines)
        QApplication.sendEvent(button(card(driver), "jobRetryButton"), QFocusEvent(QEvent.Type.FocusIn))
        assert button(card(driver), "jobRetryButton").accessibleDescription().startswith("1 request")
        del oracle.plans["Jazz, part 3"]
        button(card(driver), "jobRetryButton").click()
        await until(lambda: text_of(card(driver), "jobCounts") == "15 of 15 explained", "the retry")
        await quiet(driver)
        assert states(canvas) == []
        assert explanations(oracle).count("Jazz, part 3") == 2
        assert len(explanations(oracle)) == 16
        button(card(driver), "jobRemoveButton").click()
        await until(lambda: driver.has(QLabel, "jobsEmpty"), "an empty list")

    flow(steps)


def test_the_list_pauses_resumes_and_cancels_a_job_in_the_background(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        gate = oracle.shut(Task.EXPLANATION)
        dialog = await opened(driver)
        background = dialog.findChild(QCheckBox, "batchBackground")
        assert background is not None
        background.click()
        button(dialog, "batchStartButton").click()
        await until(lambda: states(canvas).count("generating") == 4, "four at once")
        await until(lambda: len(explanations(oracle)) == 4, "four asked for")
        assert {r.priority for r in oracle.asked if r.task is Task.EXPLANATION} == {Priority.LOW}
        assert text_of(driver.window, "activityText") == ""  # it is behind everything else
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        assert states(canvas).count("generating") == 4  # and Esc does not end it
        driver.window.desk.jobs.open()
        await until(lambda: driver.has(QPushButton, "jobPauseButton"), "the list")
        assert [each for each in driver.nameless() if "job" in each or "batch" in each] == []
        button(card(driver), "jobPauseButton").click()
        await until(lambda: "Pausing" in text_of(card(driver), "jobState"), "pausing")
        gate.set()
        await until(lambda: text_of(card(driver), "jobState") == "Paused", "a pause")
        assert text_of(card(driver), "jobCounts") == "4 of 15 explained"
        bar = card(driver).findChild(QProgressBar)
        assert bar is not None
        assert (bar.value(), bar.maximum()) == (4, 15)
        gate.clear()
        button(card(driver), "jobResumeButton").click()
        await until(lambda: states(canvas).count("generating") == 4, "going on")
        button(card(driver), "jobCancelButton").click()
        await until(lambda: "Cancelled" in text_of(card(driver), "jobState"), "the end")
        await quiet(driver)
        assert len(driver.window.desk.maps.map.explained_ids()) == 4  # type: ignore[union-attr]

    flow(steps)


def test_what_a_job_waits_for_is_told_with_the_time_it_goes_on(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        until_then = driver.services.now() + 7200
        for number in range(1, 5):
            used_up = QuotaExhausted("rpd", until=until_then, quota_id="rpd", limit=50)
            oracle.plans[f"Jazz, part {number}"] = (used_up,)
        button(await opened(driver), "batchStartButton").click()
        await until(lambda: "requests per day" in text_of(driver.window, "activityDetail"), "a wait")
        await until(lambda: states(canvas) == ["queued"] * 15, "all waiting")
        assert set(canvas._remarks) == set(canvas._shown.states)
        driver.find(QToolButton, "jobsButton").click()
        await until(lambda: driver.has(QPushButton, "jobPauseButton"), "the list")
        line = text_of(card(driver), "jobState")
        assert line.startswith("Waits for requests per day, goes on at ")
        driver.window.desk.stop_all()
        await quiet(driver)
        assert states(canvas) == []

    flow(steps)


def test_a_job_behind_that_waits_for_hours_is_told_over_the_map(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver)
        used_up = QuotaExhausted("rpd", until=driver.services.now() + 7200, quota_id="rpd", limit=50)
        for number in range(1, 16):
            oracle.plans[f"Jazz, part {number}"] = (used_up,)
        dialog = await opened(driver)
        background = dialog.findChild(QCheckBox, "batchBackground")
        assert background is not None
        background.click()
        button(dialog, "batchStartButton").click()
        await until(lambda: driver.has(QPushButton, "queueButton"), "the queue")
        await until(lambda: text_of(driver.window, "activityText").startswith("15 topics wait for "), "all wait")
        assert text_of(driver.window, "activityDetail") == "in 2 h 0 min"
        assert not driver.has(QPushButton, "cancelButton")
        driver.find(QPushButton, "queueButton").click()
        await until(lambda: driver.has(QPushButton, "jobCancelButton"), "the list")
        button(card(driver), "jobCancelButton").click()
        await quiet(driver)
        driver.window.desk.show_page("map")
        assert not driver.has(QPushButton, "queueButton")

    flow(steps)


def test_a_job_of_another_process_is_shown_as_such(
    qapp: QApplication, run_async: Run, oracle: Oracle, atlas_path: Path
) -> None:
    async def whole() -> None:
        driver = Driver(qapp, ui_services(oracle, atlas_path, clock=FakeClock()))
        other = ui_services(oracle, atlas_path, clock=FakeClock())
        try:
            await grown(driver)
            oracle.shut(Task.EXPLANATION)
            document = driver.window.desk.maps.map
            assert document is not None
            job = await other.jobs.start(document, document.children(document.root_id), Options())
            running = asyncio.ensure_future(other.jobs.run(job.job_id))
            await until(lambda: len(explanations(oracle)) == 4, "four at once")
            driver.window.desk.jobs.open()
            await until(lambda: driver.has(QPushButton, "jobPauseButton"), "the list")
            assert text_of(card(driver), "jobState").startswith("Runs in another window or process")
            button(card(driver), "jobPauseButton").click()
            await until(lambda: text_of(card(driver), "jobState") == "Paused", "a pause over there")
            oracle.gates[Task.EXPLANATION].set()
            assert (await running).state is JobState.PAUSED
        finally:
            driver.window.close()
            await driver.end()
            await other.aclose()

    run_async(whole())


# --- the end of the program and the next start --------------------------------------------------------------


def test_a_job_goes_on_after_the_window_was_closed(
    qapp: QApplication, run_async: Run, oracle: Oracle, atlas_path: Path
) -> None:
    async def whole() -> None:
        first = Driver(qapp, ui_services(oracle, atlas_path, clock=FakeClock()))
        await grown(first)
        oracle.shut(Task.EXPLANATION)
        button(await opened(first), "batchStartButton").click()
        await until(lambda: len(explanations(oracle)) == 4, "four at once")
        first.window.close()
        await first.end()
        oracle.gates.clear()
        second = Driver(qapp, ui_services(oracle, atlas_path, clock=FakeClock()))
        try:
            assert await second.window.desk.library.open_last()
            second.window.desk.jobs.resume_interrupted()
            await until(lambda: len(second.window.desk.maps.map.explained_ids()) == 15, "the rest")  # type: ignore[union-attr]
            await quiet(second)
            (job,) = await second.services.jobs.jobs()
            assert job.state is JobState.DONE
        finally:
            second.window.close()
            await second.end()

    run_async(whole())


def test_who_opens_the_map_of_a_job_that_runs_behind_sees_what_comes(
    qapp: QApplication, run_async: Run, oracle: Oracle, atlas_path: Path
) -> None:
    async def whole() -> None:
        driver = Driver(qapp, ui_services(oracle, atlas_path, clock=FakeClock()))
        try:
            canvas = await grown(driver)
            desk, jazz = driver.window.desk, driver.window.desk.maps.map
            assert jazz is not None
            await driver.services.jobs.start(jazz, jazz.children(jazz.root_id), Options())
            await grown(driver, "Chess")
            gate = oracle.shut(Task.EXPLANATION)
            desk.jobs.resume_interrupted()
            await until(lambda: len(explanations(oracle)) == 4, "four at once")
            assert states(canvas) == []  # they are of another map
            desk.library.open(jazz.map_id)
            await until(lambda: states(canvas).count("generating") == 4, "the job's own map")
            gate.set()
            await until(lambda: len(desk.maps.map.explained_ids()) == 15, "15 texts")  # type: ignore[union-attr]
            await quiet(driver)
            assert states(canvas) == []
        finally:
            driver.window.close()
            await driver.end()

    run_async(whole())


def test_nothing_is_asked_for_a_map_in_the_trash(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver)
        oracle.shut(Task.EXPLANATION)
        button(await opened(driver), "batchStartButton").click()
        await until(lambda: len(explanations(oracle)) == 4, "four at once")
        desk, jazz = driver.window.desk, driver.window.desk.maps.map
        assert jazz is not None
        desk.library.trash(jazz.map_id)
        await quiet(driver)
        (job,) = await driver.services.jobs.jobs()
        assert job.state is JobState.PAUSED
        desk.jobs.resume(job.job_id)
        await until(lambda: "There is no such map" in driver.window.notifier.text, "a sentence")
        oracle.gates.clear()
        desk.jobs.resume_interrupted()
        await quiet(driver)
        assert len(explanations(oracle)) == 4

    flow(steps)


def test_without_a_key_an_interrupted_job_waits_and_says_so(
    qapp: QApplication, run_async: Run, oracle: Oracle, atlas_path: Path
) -> None:
    async def whole() -> None:
        first = Driver(qapp, ui_services(oracle, atlas_path, clock=FakeClock()))
        await grown(first)
        document = first.window.desk.maps.map
        assert document is not None
        await first.services.jobs.start(document, document.children(document.root_id), Options())
        first.window.close()
        await first.end()
        second = Driver(qapp, ui_services(oracle, atlas_path, secrets=MemorySecrets(), clock=FakeClock()))
        try:
            second.window.desk.jobs.resume_interrupted()
            await until(lambda: "wait for a key" in second.window.notifier.text, "a notice")
            second.window.desk.jobs.open()
            await until(lambda: second.has(QPushButton, "jobResumeButton"), "the list")
            assert text_of(card(second), "jobState") == "Interrupted: nobody runs it now"
            (job,) = await second.services.jobs.jobs()
            items = await second.services.jobs.items(job.job_id)
            assert {item.state for item in items} == {ItemState.WAITING}
        finally:
            second.window.close()
            await second.end()
        assert explanations(oracle) == []

    run_async(whole())


def test_keys_open_the_list_and_the_dialog(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        driver.window.activateWindow()
        await until(driver.window.isActiveWindow, "an active window")
        QTest.keyClick(canvas, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: driver.has(QWidget, "jobsPanel"), "the list")
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(driver.window, Qt.Key.Key_P, both)
        await until(lambda: dialog_of(driver) is not None, "the dialog")
        dialog = dialog_of(driver)
        assert dialog is not None
        dialog.reject()
        await quiet(driver)

    flow(steps)


def test_the_dialog_is_named_for_everybody(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver)
        dialog = await opened(driver)
        assert isinstance(dialog, QDialog)
        assert dialog.objectName() == "batchDialog"
        assert [each for each in driver.nameless() if "job" in each or "batch" in each] == []
        dialog.reject()

    flow(steps)
