"""The sky in the window: seen, searched, walked, opened, in any language, with and without the Atlas."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QLabel,
    QPushButton,
    QToolButton,
)

from knowalledge_desktop.core.content import Claim
from knowalledge_desktop.core.graph import Explanation, Map, Rendering, Topic
from knowalledge_desktop.core.settings import Theme as Preference
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.panels.rail import MAP, SKY
from knowalledge_desktop.ui.panels.sky_page import SkySearch
from knowalledge_desktop.ui.sky.view import SkyView
from tests.support.qt import RunAsync
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

LEFT = Qt.MouseButton.LeftButton


@asynccontextmanager
async def window_on(
    app: QApplication, atlas_path: Path, *, maps: bool = True, oracle: Oracle | None = None
) -> AsyncIterator[Driver]:
    services = ui_services(oracle or Oracle(), atlas_path)
    services.preferences.save(replace(services.preferences.settings, reduced_motion=True))
    if maps:
        await services.library._library.create(jazz())
        await services.library._library.create(Map("own", "My garden", "r", {"r": Topic("r", "My garden")}))
    driver = Driver(app, services, (1200, 800))
    try:
        yield driver
    finally:
        await driver.end()


def jazz() -> Map:
    titles = ("Blues", "Saxophone", "Louis Armstrong", "The band we had")
    topics = {"r": Topic("r", "Jazz")} | {
        f"t{n}": Topic(f"t{n}", title, "r", float(n)) for n, title in enumerate(titles)
    }
    text = Explanation("t1", Rendering(), "A reed instrument.", (Claim("A reed instrument."),))
    return Map("jazz", "Jazz", "r", topics, explanations={text.key: text})


async def seen(driver: Driver) -> SkyView:
    """Click the button of the rail and wait for the sky."""
    QTest.mouseClick(driver.find(QToolButton, "skyButton"), LEFT)
    assert driver.window.page == SKY
    view = driver.find(SkyView, "librarySky")
    await until(lambda: len(view.chart) > 10_000, "the sky")
    return view


def popup_of(search: SkySearch) -> QAbstractItemView:
    found = search.completer().popup()
    assert found is not None
    return found


def rows(search: SkySearch) -> list[str]:
    """What is suggested."""
    model = popup_of(search).model()
    assert model is not None
    return [model.index(n, 0).data() for n in range(model.rowCount())]


def point(view: SkyView, title: str) -> QPoint:
    node = view.chart.titles.index(title)
    return view.camera.to_view(float(view.chart.x[node]), float(view.chart.y[node]), view._view).toPoint()


def text(driver: Driver, name: str) -> str:
    return driver.find(QLabel, name).text()


def test_what_is_explored_is_seen_first_and_all_articles_on_demand(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path) as driver:
            view = await seen(driver)
            everything = driver.find(QCheckBox, "skyEverything")
            assert not everything.isChecked()
            assert {view.chart.titles[n] for n in view.chart.star} == {
                "Jazz",
                "Blues",
                "Saxophone",
                "Louis Armstrong",
                "The band we had",
                "My garden",
            }
            assert int(view.chart.shown.sum()) == 6
            assert text(driver, "skyAbout") == "2 explored, 4 more in maps, 10,033 articles"
            plain = view.grab().toImage()
            QTest.mouseClick(everything, LEFT, pos=QPoint(8, everything.height() // 2))
            assert view.chart.shown.all()
            assert view.grab().toImage() != plain
            assert [each for each in driver.nameless() if "'sky" in each or "Sky" in each] == []

    run_async(flow())


def test_a_title_is_typed_and_flown_to_and_a_click_opens_the_topic_in_its_map(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path) as driver:
            view = await seen(driver)
            search = driver.find(SkySearch, "skySearch")
            search.setFocus()
            QTest.keyClicks(search, "war")
            second = rows(search)[1]
            popup = popup_of(search)
            for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
                QTest.keyClick(popup, key)
            assert view.chart.titles[view.chosen] == second
            assert not popup.isVisible()
            search.setFocus()
            search.clear()
            QTest.keyClicks(search, "saxo")
            assert rows(search)[0] == "Saxophone"
            QTest.keyClick(search, Qt.Key.Key_Return)
            node = view.chart.titles.index("Saxophone")
            assert view.chosen == node
            assert (view.camera.x, view.camera.y) == (view.chart.x[node], view.chart.y[node])
            assert view.hasFocus() or driver.window.focusWidget() is view
            assert text(driver, "skyCardTitle") == "Saxophone"
            assert text(driver, "skyCardArea") == "Arts"
            assert text(driver, "skyCardState") == "Explored in your library"
            await until(lambda: "instrument" in text(driver, "skyCardText").lower(), "a line about it")
            button = driver.find(QPushButton, "skyCardButton")
            assert button.text() == "Open"
            QTest.mouseClick(button, LEFT)
            await until(lambda: driver.window.page == MAP, "the map")
            canvas = driver.find(GraphCanvas, "graphCanvas")
            await until(lambda: canvas.selected_id == "t1", "the topic")

    run_async(flow())


def test_an_article_that_is_not_explored_becomes_a_map_and_shines_afterwards(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path, maps=False) as driver:
            view = await seen(driver)
            assert driver.find(QCheckBox, "skyEverything").isChecked(), "there is nothing else to see"
            driver.window.sky_page.go_to(view.chart.titles.index("Volcano"))
            QTest.mouseClick(view, LEFT, pos=point(view, "Volcano") + QPoint(150, 150))
            QTest.mouseClick(view, LEFT, pos=point(view, "Volcano") + QPoint(3, -2))
            assert view.chart.titles[view.chosen] == "Volcano"
            assert driver.find(QPushButton, "skyCardButton").text() == "Explore"
            QTest.keyClick(view, Qt.Key.Key_Return)
            await until(lambda: driver.window.page == MAP, "the map")
            document = driver.window.desk.maps.map
            assert document is not None
            assert document.title == "Volcano"
            await until(lambda: not driver.window.desk.maps.running(), "subtopics")
            driver.window.desk.sky.open()
            await until(lambda: bool(view.chart.star), "stars")
            assert view.chart.known[view.chart.titles.index("Volcano")]

    run_async(flow())


def test_the_keyboard_alone_walks_zooms_opens_and_leaves(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path) as driver:
            view = await seen(driver)
            driver.find(QCheckBox, "skyEverything").setChecked(True)
            await until(lambda: view.names_are_ready, "names")
            view.setFocus()
            QTest.keyClick(view, Qt.Key.Key_Right)
            first = view.chosen
            assert first >= 0
            assert view.accessibleDescription().startswith(view.chart.titles[first])
            assert driver.find(QFrame, "skyCard").isVisible()
            steps = {first}
            for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down):
                QTest.keyClick(view, key)
                steps.add(view.chosen)
            assert len(steps) > 2
            scale = view.camera.scale
            QTest.keyClick(view, Qt.Key.Key_Plus)
            assert view.camera.scale > scale
            QTest.keyClick(view, Qt.Key.Key_Minus)
            assert view.camera.scale == pytest.approx(scale)
            QTest.keyClick(view, Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
            assert view.camera.scale > scale
            QTest.keyClick(view, Qt.Key.Key_0)
            assert view.camera.scale == pytest.approx(view.fit_scale, rel=0.01)
            QTest.keyClick(view, Qt.Key.Key_Escape)
            assert view.chosen == -1
            assert not driver.find(QFrame, "skyCard").isVisible()
            assert driver.window.page == SKY
            QTest.keyClick(view, Qt.Key.Key_Escape)
            await until(lambda: driver.window.page == MAP, "the map")

    run_async(flow())


def test_the_mouse_drags_zooms_at_the_pointer_and_says_what_it_is_over(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path) as driver:
            view = await seen(driver)
            middle = view.rect().center()
            before = view.camera
            QTest.mousePress(view, LEFT, pos=middle)
            QTest.mouseMove(view, middle + QPoint(60, 0))
            QTest.mouseMove(view, middle + QPoint(90, 20))
            QTest.mouseRelease(view, LEFT, pos=middle + QPoint(90, 20))
            assert view.camera.x == pytest.approx(before.x - 90 / before.scale)
            assert view.chosen == -1, "a drag chooses nothing"
            at = QPointF(point(view, "Jazz"))
            wheel = QWheelEvent(
                at,
                view.mapToGlobal(at),
                QPoint(),
                QPoint(0, 240),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.ControlModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QApplication.sendEvent(view, wheel)
            assert view.camera.scale == pytest.approx(before.scale * 1.44)
            assert (QPointF(point(view, "Jazz")) - at).manhattanLength() <= 2
            QTest.mouseMove(view, point(view, "Jazz"))
            assert view.chart.titles[view.hovered] == "Jazz"
            await until(lambda: view.is_sharp, "a sharp picture")

    run_async(flow())


def test_another_language_has_another_sky_and_is_asked_in_that_language(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        oracle = Oracle()
        async with window_on(qapp, atlas_path, maps=False, oracle=oracle) as driver:
            view = await seen(driver)
            language = driver.find(QComboBox, "skyLanguage")
            language.setFocus()
            QTest.keyClick(language, Qt.Key.Key_Down)
            await until(lambda: view.chart.sky.language == "fr", "French")
            assert 9_000 < len(view.chart) < 10_000
            assert "Géographie" in [disc.name for disc in view.chart.discs]
            driver.window.sky_page.go_to(view.chart.titles.index("Chlorophylle"))
            QTest.keyClick(view, Qt.Key.Key_Return)
            await until(lambda: driver.window.page == MAP, "the map")
            await until(lambda: not driver.window.desk.maps.running(), "subtopics")
            document = driver.window.desk.maps.map
            assert document is not None
            assert document.title == "Chlorophylle"
            assert oracle.asked[0].options.language == "fr"

    run_async(flow())


def test_without_the_atlas_the_library_is_still_seen(
    qapp: QApplication, run_async: RunAsync, tmp_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, tmp_path / "none.sqlite") as driver:
            QTest.mouseClick(driver.find(QToolButton, "skyButton"), LEFT)
            view = driver.find(SkyView, "librarySky")
            await until(lambda: len(view.chart) == 6, "the stars")
            assert [disc.name for disc in view.chart.discs] == ["My garden", "Jazz"]
            assert driver.window.notifier.text
            assert not driver.find(QCheckBox, "skyEverything").isEnabled()

    run_async(flow())


def test_it_follows_the_theme_and_the_size_of_the_window(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path) as driver:
            view = await seen(driver)
            await until(lambda: view.is_sharp, "a picture")
            before = view.grab().toImage()
            for scheme in (Preference.DARK, Preference.CONTRAST):
                driver.theme.update(replace(driver.services.preferences.settings, theme=scheme))
                now = view.grab().toImage()
                assert now != before
                assert now.pixelColor(2, view.height() // 2) == driver.theme.color("bg.canvas")
                before = now
            fit = view.fit_scale
            driver.window.resize(1000, 640)
            await until(lambda: view.fit_scale < fit, "a smaller fit")
            assert view.camera.scale == pytest.approx(view.fit_scale), "everything is still seen"
            view.choose(view.chart.titles.index("The band we had"))
            told = QAccessible.queryAccessibleInterface(view)
            assert told is not None
            assert told.text(QAccessible.Text.Name) == "Sky of all topics"
            description = told.text(QAccessible.Text.Description)
            assert description == "The band we had, Arts, in a map, not explained yet"

    run_async(flow())
