"""What waits for a limit says so on its topic, in the pill and to screen readers, and can be stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton

from knowalledge_desktop.bootstrap import build_services
from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.core.quota import Limits
from knowalledge_desktop.core.request import Queued
from knowalledge_desktop.ui.activity import activity
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.map_controller import EXPLAIN
from knowalledge_desktop.ui.panels.topic_meta import BadgeRow
from knowalledge_desktop.ui.waiting import Wait, wait_sentence
from tests.support.gateway import environ
from tests.support.limits_count import HiddenLimits
from tests.support.limits_server import LimitsServer
from tests.support.pictures import plain
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Run = Callable[[Awaitable[None]], None]
Steps = Callable[[Driver, LimitsServer], Awaitable[None]]
NOW = 1_800_000_000.0


@pytest.fixture
def flow(qapp: QApplication, run_async: Run, tmp_path: Path) -> Callable[[Limits, Steps], None]:
    """Runs a test's steps in a window under these limits, before a service that has none of its own."""

    async def whole(limits: Limits, steps: Steps, server: LimitsServer) -> None:
        services = build_services(environ(tmp_path / "home", server.url))
        await services.quota.set_limits(limits)
        driver = Driver(qapp, services)
        try:
            driver.window.desk.explore("Photosynthesis")
            await until(lambda: int(driver.window.canvas.property("nodeCount") or 0) > 3, "a map")
            await until(lambda: not driver.tasks._all, "quiet")
            await steps(driver, server)
        finally:
            driver.window.close()
            await driver.end()

    def run(limits: Limits, steps: Steps) -> None:
        with LimitsServer(HiddenLimits(), latency=(0.0, 0.01)) as server:
            run_async(whole(limits, steps, server))

    return run


def told(driver: Driver, name: str) -> str:
    return driver.find(QLabel, name).text()


def children(driver: Driver) -> tuple[str, ...]:
    document = driver.window.desk.maps.map
    assert document is not None
    return document.children(document.root_id)


def test_a_topic_that_waits_tells_why_and_until_when_and_esc_takes_it_out_of_the_line(
    flow: Callable[[Limits, Steps], None],
) -> None:
    async def steps(driver: Driver, server: LimitsServer) -> None:
        desk, canvas = driver.window.desk, driver.find(GraphCanvas, "graphCanvas")
        waits = desk._waits
        assert not waits.is_ticking
        first, second = children(driver)[:2]
        desk.maps.explain(first)
        await until(lambda: canvas._shown.states == {first: "queued"}, "a wait")
        desk.maps.explain(second)
        await until(lambda: len(canvas._remarks) == 2, "two in line")
        assert canvas._shown.states == {first: "queued", second: "queued"}
        assert canvas._remarks[first].startswith("Waits: requests per minute of gemini-3.5-flash-lite, free in ")
        assert canvas._remarks[second].endswith("number 2 in line")
        document = desk.maps.map
        assert document is not None
        canvas.select(second)
        await until(lambda: "number 2 in line" in told(driver, "activityDetail"), "the selected one first")
        title = document.topics[second].title
        assert told(driver, "activityText") == f"{title} waits, 1 more"
        assert "requests per minute of gemini-3.5-flash-lite" in told(driver, "activityDetail")
        badges = driver.window.detail.findChild(BadgeRow)
        assert badges is not None
        await until(
            lambda: "Waiting" in {each.text() for each in badges.findChildren(QLabel)}, "so says its badge"
        )
        assert "Writing" not in {each.text() for each in badges.findChildren(QLabel) if each.isVisible()}
        assert canvas._remarks[second] in canvas.accessibleDescription()
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        await until(lambda: set(canvas._shown.states) == {first}, "the other one left")
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        await until(lambda: not canvas._shown.states, "nobody waits")
        await until(lambda: not waits.is_ticking, "rest")
        assert canvas._remarks == {}
        assert told(driver, "activityText") == ""
        assert len(server.log) == 1  # the map; what was stopped was never sent

    flow(Limits(rpm=1), steps)


def test_a_batch_under_a_limit_shows_what_waits_and_is_sent_as_it_may(
    flow: Callable[[Limits, Steps], None],
) -> None:
    async def steps(driver: Driver, server: LimitsServer) -> None:
        desk, canvas = driver.window.desk, driver.find(GraphCanvas, "graphCanvas")
        driver.find(QToolButton, "batchButton").click()
        await until(lambda: driver.has(QPushButton, "batchStartButton"), "the dialog")
        await until(lambda: "of the" in told(driver, "batchForecast"), "a price")
        driver.find(QPushButton, "batchStartButton").click()
        await until(lambda: "2 of 15 explained, free in " in told(driver, "activityDetail"), "a wait")
        await until(lambda: list(canvas._shown.states.values()) == ["queued"] * 13, "all in line")
        assert len(server.log) == 3
        desk.jobs.open()
        await until(lambda: driver.has(QPushButton, "jobPauseButton"), "the list")
        await until(lambda: told(driver, "jobState").startswith("Waits: requests per minute of gemini"), "why")
        desk.stop_all()
        await until(lambda: not canvas._shown.states, "a stop")
        await until(lambda: driver.has(QPushButton, "jobResumeButton"), "paused")
        await asyncio.sleep(0)
        assert len(server.log) == 3

    flow(Limits(rpm=3, rpd=100), steps)


# --- the words ----------------------------------------------------------------------------------------------


def one_topic() -> Map:
    root = Topic("r", "Biology")
    return Map("m", "Biology", "r", {"r": root})


def test_a_wait_without_a_limit_tells_who_is_asked_first() -> None:
    assert (
        wait_sentence(Queued(3, "gemini-x"), NOW) == "Waits: others are asked first of gemini-x, number 3 in line"
    )


def test_a_wait_until_another_day_tells_the_clock_time() -> None:
    sentence = wait_sentence(Queued(1, "gemini-x", "rpd", NOW + 3600), NOW)
    assert sentence.startswith("Waits: requests per day of gemini-x, free at ")


def test_what_runs_is_told_when_nothing_waits() -> None:
    assert activity(one_topic(), ((EXPLAIN, "r"),), ("", ""), None, NOW) == ("Writing Biology", "")
    assert activity(None, ((EXPLAIN, "r"),), ("", ""), None, NOW) == ("", "")


def test_a_wait_of_another_topic_is_told_by_its_title() -> None:
    wait = Wait(EXPLAIN, "r", Queued(1, "gemini-x", "rpm", NOW + 23))
    text, more = activity(one_topic(), ((EXPLAIN, "r"),), ("", ""), wait, NOW)
    assert (text, more) == ("Biology waits", "free in 23 s, number 1 in line: requests per minute of gemini-x")


def test_a_question_that_waits_tells_why_in_its_place(flow: Callable[[Limits, Steps], None]) -> None:
    async def steps(driver: Driver, server: LimitsServer) -> None:
        driver.window.desk._questions.ask("Why is it green?")
        waiting = driver.window.detail.answers.waiting
        line = waiting.findChild(QLabel, "waitingText")
        assert line is not None
        await until(lambda: line.text().startswith("Waits: requests per minute of gemini-3.5-flash-lite"), "why")
        assert line.text().endswith("number 1 in line")
        driver.window.desk.maps.explain(driver.window.detail.topic_id)
        other = driver.window.detail.waiting.findChild(QLabel, "waitingText")
        assert other is not None
        await until(lambda: other.text().endswith("number 2 in line"), "the text as well")
        driver.window.desk.stop_all()
        await until(lambda: not driver.tasks.running(), "a stop")
        assert len(server.log) == 1

    flow(Limits(rpm=1), steps)


def test_a_picture_that_waits_tells_why_in_its_dialog(
    flow: Callable[[Limits, Steps], None], tmp_path: Path
) -> None:
    async def steps(driver: Driver, server: LimitsServer) -> None:
        path = tmp_path / "a.png"
        await asyncio.to_thread(path.write_bytes, plain())
        driver.window.desk.imaging.take(path)
        await until(lambda: driver.has(QPushButton, "imageSendButton"), "the picture")
        driver.find(QPushButton, "imageSendButton").click()
        assert told(driver, "imageMessage") == "Gemini is looking at the picture…"
        await until(lambda: told(driver, "imageMessage").startswith("Waits: requests per minute of gemini"), "why")
        assert told(driver, "imageMessage").endswith("number 1 in line")
        driver.find(QPushButton, "imageStopButton").click()
        await until(lambda: driver.has(QPushButton, "imageSendButton"), "a stop")
        driver.find(QPushButton, "imageCancelButton").click()
        await until(lambda: not driver.window.desk._waits.is_ticking, "rest")
        assert len([each for each in server.log if each.charged]) == 1

    flow(Limits(rpm=1), steps)


def test_a_topic_of_a_batch_tells_its_place_and_can_be_taken_out(flow: Callable[[Limits, Steps], None]) -> None:
    async def steps(driver: Driver, server: LimitsServer) -> None:
        desk, canvas = driver.window.desk, driver.window.canvas
        driver.find(QToolButton, "batchButton").click()
        await until(lambda: driver.has(QPushButton, "batchStartButton"), "the dialog")
        await until(lambda: bool(told(driver, "batchForecast")), "a price")
        driver.find(QPushButton, "batchStartButton").click()
        await until(lambda: list(canvas._shown.states.values()).count("queued") == 13, "the others in line")
        *_, last = children(driver)
        canvas.select(last)
        await until(
            lambda: told(driver, "batchLineText").startswith("Waits in the batch, number 13 of 13."), "place"
        )
        assert not driver.find(QPushButton, "explainButton").isEnabled()
        driver.find(QPushButton, "leaveBatchButton").click()
        await until(lambda: not driver.has(QPushButton, "leaveBatchButton"), "out")
        assert driver.find(QPushButton, "explainButton").isEnabled()
        assert last not in canvas._shown.states
        asked_for = next(each for each in desk.jobs.acts())[1]
        canvas.select(asked_for)
        await until(lambda: "requests per minute of gemini" in told(driver, "batchLineText"), "why")
        driver.find(QPushButton, "leaveBatchButton").click()
        await until(lambda: asked_for not in canvas._shown.states, "out of the line as well")
        await until(lambda: list(canvas._shown.states.values()).count("queued") == 11, "the next one in its place")
        canvas.select(children(driver)[0])
        assert driver.find(QPushButton, "explainButton").isEnabled()
        desk.stop_all()
        await until(lambda: not canvas._shown.states, "a stop")
        assert len(server.log) == 3

    flow(Limits(rpm=3), steps)
