"""What is asked besides what the person asks for: only when it is set, and never after the map is gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QPushButton

from knowalledge_desktop.core.content import ClaimState
from knowalledge_desktop.core.request import EngineChoice, Priority, Request, Task
from knowalledge_desktop.core.settings import Ahead
from knowalledge_desktop.services.prefetch import MOST
from knowalledge_desktop.ui.map_controller import AHEAD
from tests.support.fakes import FakeClock, MemorySecrets
from tests.support.ui_services import KEY, Oracle, text, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Run = Callable[[Awaitable[None]], None]
Steps = Callable[[Driver], Awaitable[None]]
Flow = Callable[[Steps], None]


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture
def key() -> str | None:
    return KEY


@pytest.fixture
def flow(qapp: QApplication, run_async: Run, oracle: Oracle, key: str | None, atlas_path: Path) -> Flow:
    """Runs a test's steps in an open window, and closes it."""

    async def whole(steps: Steps) -> None:
        services = ui_services(oracle, atlas_path, secrets=MemorySecrets(key), clock=FakeClock())
        driver = Driver(qapp, services)
        try:
            await steps(driver)
        finally:
            driver.window.close()
            await driver.end()

    return lambda steps: run_async(whole(steps))


def wish(driver: Driver, ahead: Ahead) -> None:
    preferences = driver.services.preferences
    preferences.save(replace(preferences.settings, ahead=ahead))


async def grow(driver: Driver) -> None:
    driver.window.desk.explore("Jazz")
    await until(lambda: driver.window.canvas.property("nodeCount") == 16, "a map")


async def quiet(driver: Driver) -> None:
    await until(lambda: not driver.tasks._all, "quiet")


def ahead_of(oracle: Oracle) -> list[Request]:
    return [request for request in oracle.asked if request.priority is Priority.LOW]


@pytest.mark.parametrize("ahead", Ahead)
def test_a_few_of_the_new_topics_are_asked_ahead_when_that_is_set(
    flow: Flow, oracle: Oracle, ahead: Ahead
) -> None:
    async def steps(driver: Driver) -> None:
        wish(driver, ahead)
        await grow(driver)
        await quiet(driver)

    flow(steps)
    asked = ahead_of(oracle)
    task = {Ahead.TEXTS: Task.EXPLANATION, Ahead.SUBTOPICS: Task.SUBTOPICS}.get(ahead)
    assert [request.task for request in asked] == ([] if task is None else [task] * MOST)


def test_the_click_finds_what_was_asked_ahead_and_the_map_has_it_only_then(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        wish(driver, Ahead.TEXTS)
        await grow(driver)
        await quiet(driver)
        document = driver.window.desk.maps.map
        assert document is not None
        assert document.explanations == {}
        before = len(oracle.asked)
        first = ahead_of(oracle)[0].topic
        (topic_id,) = (i for i, topic in document.topics.items() if topic.title == first)
        driver.window.desk.maps.explain(topic_id)
        await quiet(driver)
        now = driver.window.desk.maps.map
        assert now is not None
        assert now.explanations_of(topic_id)
        assert len(oracle.asked) == before

    flow(steps)


@pytest.mark.parametrize("how", ["stop", "another map"])
def test_it_ends_with_the_map_and_with_stop(flow: Flow, oracle: Oracle, how: str) -> None:
    async def steps(driver: Driver) -> None:
        wish(driver, Ahead.TEXTS)
        oracle.shut(Task.EXPLANATION)
        await grow(driver)
        await until(lambda: bool(ahead_of(oracle)), "something asked ahead")
        assert driver.tasks.is_running(AHEAD)
        if how == "stop":
            driver.window.desk.stop_all()
        else:
            driver.window.desk.maps.show(None)
        await quiet(driver)
        assert len(ahead_of(oracle)) == 1
        assert oracle.left_early == 1

    flow(steps)


@pytest.mark.parametrize("key", [None])
def test_who_has_only_the_atlas_notices_nothing(flow: Flow, oracle: Oracle) -> None:
    begun: list[str] = []

    async def steps(driver: Driver) -> None:
        wish(driver, Ahead.TEXTS)
        driver.tasks.started.connect(begun.append)
        session = driver.services.explore.new_map("Photosynthesis")
        preferences = driver.services.preferences
        preferences.save(replace(preferences.settings, engine=EngineChoice.ATLAS))
        driver.window.desk.begin(session)
        await until(lambda: int(driver.window.canvas.property("nodeCount") or 0) > 3, "a map")
        await quiet(driver)

    flow(steps)
    assert AHEAD not in begun
    assert oracle.asked == []


VERDICTS = '{"verdicts": [{"number": 1, "verdict": "contradict"}, {"number": 2, "verdict": "agree"}]}'


def test_a_second_look_marks_what_the_model_does_not_hold_to(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver) -> None:
        preferences = driver.services.preferences
        preferences.save(replace(preferences.settings, second_look=True))
        await grow(driver)
        maps = driver.window.desk.maps
        root = driver.window.canvas.selected_id
        oracle.answers[Task.SECOND_LOOK] = (text(VERDICTS),)
        maps.explain(root)
        await quiet(driver)
        assert maps.map is not None
        (kept,) = maps.map.explanations_of(root)
        doubted = [claim.text for claim in kept.claims if claim.state is ClaimState.UNSURE]
        assert doubted == [ahead_of(oracle)[0].statements[0]]
        button = driver.find(QPushButton, "claimsButton")
        assert "1 unsure" in button.toolTip()

    flow(steps)
    assert [request.task for request in ahead_of(oracle)] == [Task.SECOND_LOOK]


def test_the_price_stands_beside_the_setting(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        driver.window.desk.open_settings()
        await until(lambda: driver.has(QLabel, "aheadPrice"), "the settings")
        price, choice = driver.find(QLabel, "aheadPrice"), driver.find(QComboBox, "aheadChoice")
        assert price.text() == "Only what you ask for is sent."
        choice.setCurrentIndex(1)
        await until(lambda: "…" not in price.text(), "a price")
        assert price.text().startswith(f"After each expansion: {MOST} requests, at most ")
        texts = price.text()
        choice.setCurrentIndex(2)
        assert price.text() != texts
        again = driver.find(QLabel, "secondLookPrice")
        assert not again.isVisible()
        driver.find(QCheckBox, "secondLookChoice").click()
        assert again.text().startswith("After each text: 1 requests, at most ")
        assert again.isVisible()
        await until(lambda: 0 < again.height() <= 3 * again.fontMetrics().lineSpacing(), "no gap around it")
        assert price.height() <= 3 * price.fontMetrics().lineSpacing()

    flow(steps)
