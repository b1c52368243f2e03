"""Offline as a state: a quiet badge, and what needs the net waits for it in the list of jobs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from knowalledge_desktop.core.errors import CircuitOpen, Offline
from knowalledge_desktop.core.jobs import JobState
from knowalledge_desktop.core.request import Substitute, SubstituteKind, Task
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.offline_badge import OfflineBadge
from tests.support.qt import RunAsync
from tests.support.ui_services import Oracle, text, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there


async def with_map(app: QApplication, oracle: Oracle, atlas_path: Path) -> Driver:
    driver = Driver(app, ui_services(oracle, atlas_path))
    driver.window.desk.explore("Made-up topic")
    await until(lambda: driver.find(GraphCanvas, "graphCanvas").property("nodeCount") == 16, "a map")
    await until(lambda: not driver.window.desk.maps.running(), "rest")
    return driver


@pytest.mark.parametrize("task", [Task.EXPLANATION, Task.SUBTOPICS])
def test_what_is_put_off_waits_and_is_done_when_a_call_has_succeeded(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path, task: Task
) -> None:
    async def flow() -> None:
        driver = await with_map(qapp, Oracle(), atlas_path)
        desk, jobs = driver.window.desk, driver.services.jobs
        assert desk.maps.map is not None
        topic_id = desk.maps.map.children(desk.maps.map.root_id)[0]
        driver.services.status.note_error(Offline("no route"))
        badge = driver.find(OfflineBadge, "offlineBadge")
        assert badge.isVisible()
        desk.offline.later("explain" if task is Task.EXPLANATION else "expand", topic_id)
        await until(lambda: "1 waiting" in badge.text(), "it waits")
        assert (await jobs.jobs())[0].task is task
        QTest.mouseClick(badge, Qt.MouseButton.LeftButton)
        assert driver.window.page == "jobs"
        driver.services.status.note_answer(text("reached"))
        await until(lambda: not badge.isVisible(), "online")

        def is_done() -> bool:
            document = desk.maps.map
            assert document is not None
            return bool(
                document.explanations_of(topic_id) if task is Task.EXPLANATION else document.children(topic_id)
            )

        await until(is_done, "done by itself")
        await until(lambda: not driver.tasks.running(), "rest")
        assert (await jobs.jobs())[0].state is JobState.DONE
        await driver.end()

    run_async(flow())


@pytest.mark.long
@pytest.mark.parametrize("task", [Task.EXPLANATION, Task.SUBTOPICS])
def test_what_is_refused_for_want_of_a_connection_is_done_when_there_is_one(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path, task: Task
) -> None:
    async def flow() -> None:
        oracle = Oracle()
        driver = await with_map(qapp, oracle, atlas_path)
        desk, title = driver.window.desk, "Made-up topic, part 1"
        assert desk.maps.map is not None
        topic_id = next(each.topic_id for each in desk.maps.map.topics.values() if each.title == title)
        assert not driver.has(OfflineBadge, "offlineBadge")
        oracle.plans[title] = (Offline("no route", never_sent=True),)
        desk.maps.explain(topic_id) if task is Task.EXPLANATION else desk.maps.expand(topic_id)
        await until(lambda: driver.window.notifier.text.startswith("You are offline"), "the offer")
        assert driver.has(OfflineBadge, "offlineBadge")
        assert driver.find(QPushButton, "toastButton").text() == "Do it when online"
        await until(lambda: not desk.maps.running(), "rest")
        QTest.mouseClick(driver.find(QPushButton, "toastButton"), Qt.MouseButton.LeftButton)
        badge = driver.find(OfflineBadge, "offlineBadge")
        await until(lambda: "waiting" in badge.text(), "it waits")
        (job,) = await driver.services.jobs.jobs()
        assert (job.task, job.state) == (task, JobState.RUNNING)

        del oracle.plans[title]
        other = next(each.topic_id for each in desk.maps.map.topics.values() if each.title.endswith("part 2"))
        desk.maps.explain(other)  # a real call that reaches Gemini shows that there is a connection

        def is_done() -> bool:
            document = desk.maps.map
            assert document is not None
            return bool(
                document.explanations_of(topic_id) if task is Task.EXPLANATION else document.children(topic_id)
            )

        await until(is_done, "done by itself")
        await until(lambda: not driver.has(OfflineBadge, "offlineBadge"), "online")
        await until(lambda: not driver.tasks.running(), "rest")
        (job,) = await driver.services.jobs.jobs()
        assert job.state is JobState.DONE
        await driver.end()

    run_async(flow())


@pytest.mark.parametrize("cut", [True, False])
def test_the_offer_stands_also_when_nothing_is_tried_any_more(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path, *, cut: bool
) -> None:
    async def flow() -> None:
        oracle = Oracle()
        driver = await with_map(qapp, oracle, atlas_path)
        desk, title = driver.window.desk, "Made-up topic, part 1"
        assert desk.maps.map is not None
        topic_id = next(each.topic_id for each in desk.maps.map.topics.values() if each.title == title)
        if cut:
            driver.services.status.note_error(Offline("no route"))
        oracle.plans[title] = (CircuitOpen(until=driver.services.now() + 60),)
        desk.maps.explain(topic_id)
        await until(lambda: not driver.tasks.running(), "told")
        if cut:
            await until(lambda: driver.window.notifier.text.startswith("You are offline"), "the offer")
            assert driver.find(QPushButton, "toastButton").text() == "Do it when online"
        else:  # Gemini fails, though it is reached: it is no matter of the connection
            assert not driver.window.notifier.text.startswith("You are offline")
        await driver.end()

    run_async(flow())


def test_a_picture_can_be_asked_for_later_too(qapp: QApplication, run_async: RunAsync, atlas_path: Path) -> None:
    async def flow() -> None:
        oracle = Oracle()
        driver = await with_map(qapp, oracle, atlas_path)
        desk = driver.window.desk
        assert desk.maps.map is not None
        oracle.answers[Task.ILLUSTRATION] = (Offline("no route", never_sent=True),)
        desk.maps.illustrate(desk.maps.map.root_id)
        told = "You are offline. Gemini can be asked to draw ‘Made-up topic’ later."
        await until(lambda: driver.window.notifier.text == told, "the offer")
        await until(lambda: not desk.maps.running(), "rest")
        QTest.mouseClick(driver.find(QPushButton, "toastButton"), Qt.MouseButton.LeftButton)
        badge = driver.find(OfflineBadge, "offlineBadge")
        await until(lambda: "waiting" in badge.text(), "it waits")
        (job,) = await driver.services.jobs.jobs()
        assert (job.task, job.state) == (Task.ILLUSTRATION, JobState.RUNNING)
        driver.window.desk.jobs.cancel(job.job_id)
        await until(lambda: not driver.tasks.running(), "rest")
        await driver.end()

    run_async(flow())


def test_what_stands_in_while_offline_comes_with_the_same_offer(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        driver = await with_map(qapp, Oracle(), atlas_path)
        desk = driver.window.desk
        assert desk.maps.map is not None
        root_id = desk.maps.map.root_id
        instead = replace(text("kept"), substitute=Substitute(SubstituteKind.KEPT, "Offline"))
        desk.maps.grown.emit(root_id, instead, 3)
        button = driver.find(QPushButton, "toastButton")
        await until(lambda: button.text() == "Do it when online", "the offer")
        assert "subtopics of ‘Made-up topic’" in driver.window.notifier.text
        await until(lambda: not driver.tasks.running(), "rest")
        await driver.end()

    run_async(flow())


def test_the_system_can_say_that_there_is_no_connection(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        driver = Driver(qapp, ui_services(Oracle(), atlas_path))
        offline = driver.window.desk.offline
        offline.hear_system(cut=True)
        assert offline.is_offline
        assert driver.has(OfflineBadge, "offlineBadge")
        assert driver.nameless() == []
        offline.hear_system(cut=False)
        assert not offline.is_offline
        assert not driver.has(OfflineBadge, "offlineBadge")
        await until(lambda: not driver.tasks.running(), "rest")
        await driver.end()

    run_async(flow())
