"""The page of the cache, with real clicks: what it tells, what it forgets, and that documents stay."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QSpinBox, QWidget

from knowalledge_desktop.core.cache import Layer, Lives
from knowalledge_desktop.services.cache import CacheReport, LayerReport
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.panels.cache_card import MB
from knowalledge_desktop.ui.panels.cache_page import CachePage
from knowalledge_desktop.ui.panels.quota_page import CACHE
from knowalledge_desktop.ui.widgets.elided import ElidedLabel
from tests.support.qt import RunAsync
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there


@asynccontextmanager
async def page_on(app: QApplication, atlas_path: Path) -> AsyncIterator[Driver]:
    """A window with a map, an explanation, and the page of the cache open."""
    driver = Driver(app, ui_services(Oracle(), atlas_path))
    try:
        desk = driver.window.desk
        desk.explore("Bebop")
        await until(lambda: driver.find(GraphCanvas, "graphCanvas").property("nodeCount") == 16, "a map")
        document = desk.maps.map
        assert document is not None
        desk.maps.explain(document.root_id)
        await until(lambda: not desk.maps.running(), "rest")
        desk.quota.open_cache()
        await until(lambda: driver.find(QLabel, "cacheAsked").text() != "", "numbers")
        yield driver
    finally:
        await driver.end()


def click(driver: Driver, name: str) -> None:
    QTest.mouseClick(driver.find(QPushButton, name), Qt.MouseButton.LeftButton)


def fingerprints(home: Path) -> dict[str, str]:
    """Of all files of the library, its log and its pictures."""
    files = [path for path in home.rglob("*") if path.is_file() and "library" in path.name]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def text(driver: Driver, name: str) -> str:
    return driver.find(QLabel, name).text()


def test_a_pattern_is_tried_out_and_forgotten_and_the_rest_is_cleared(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path, home: Path
) -> None:
    async def flow() -> None:
        async with page_on(qapp, atlas_path) as driver:
            assert driver.window.quota_page.tabs.currentIndex() == CACHE
            assert driver.has(QWidget, "cachePage")
            assert driver.nameless() == []
            await until(lambda: "2 answers" in driver.find(ElidedLabel, "cacheTold-disk").toolTip(), "two answers")
            before = fingerprints(home)
            assert len(before) >= 1
            field = driver.find(QLineEdit, "cachePattern")
            field.setFocus()
            QTest.keyClicks(field, "subtopics:be*")
            button = driver.find(QPushButton, "cacheForgetButton")
            await until(button.isEnabled, "what it means")
            assert text(driver, "cachePreview") == "1 answers: subtopics:bebop"
            QTest.keyClick(field, Qt.Key.Key_Return)
            await until(lambda: "1 answers are forgotten" in text(driver, "cacheNews"), "the word")
            assert field.text() == ""
            click(driver, "cacheClearButton")
            assert driver.find(QPushButton, "cacheClearCancelButton").hasFocus()
            assert "Your maps, texts, notes and pictures stay" in text(driver, "cacheClearQuestion")
            click(driver, "cacheClearCancelButton")
            assert (await driver.services.cache.report()).items == 1
            click(driver, "cacheClearButton")
            click(driver, "cacheClearConfirmButton")
            await until(lambda: "The cache is empty" in text(driver, "cacheNews"), "the word")
            assert (await driver.services.cache.report()).items == 0
            await until(lambda: not driver.find(QPushButton, "cacheClearButton").isEnabled(), "nothing to clear")
            assert fingerprints(home) == before

    run_async(flow())


def test_what_is_no_pattern_is_said(qapp: QApplication, run_async: RunAsync, atlas_path: Path) -> None:
    async def flow() -> None:
        async with page_on(qapp, atlas_path) as driver:
            field = driver.find(QLineEdit, "cachePattern")
            field.setText("\u200b")
            field.textEdited.emit(field.text())
            QTest.keyClick(field, Qt.Key.Key_Return)
            await until(lambda: not driver.tasks.running(), "rest")
            told = text(driver, "cachePreview")
            assert told.startswith("A pattern is needed") or told == "0 answers."
            assert not driver.find(QPushButton, "cacheForgetButton").isEnabled()

    run_async(flow())


def test_other_limits_hold_at_once_and_over_a_restart(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        async with page_on(qapp, atlas_path) as driver:
            for name, value in (("cacheLimit", 20), ("cacheHardDays", 7), ("cacheSoftDays", 0)):
                driver.find(QSpinBox, name).setValue(value)
            assert driver.find(QSpinBox, "cacheSoftDays").text() == "never"
            click(driver, "cacheSaveButton")
            await until(lambda: "hold from now on" in text(driver, "cacheNews"), "the word")
            report = await driver.services.cache.report()
            assert (report.limit_bytes, report.lives) == (20 * MB, Lives(7 * 86_400.0, 0.0))
        kept = ui_services(Oracle(), atlas_path)
        assert kept.preferences.settings.cache_limit_bytes == 20 * MB
        await kept.aclose()

    run_async(flow())


def test_each_layer_tells_its_own_numbers(qapp: QApplication, run_async: RunAsync, atlas_path: Path) -> None:
    async def flow() -> None:
        async with page_on(qapp, atlas_path) as driver:
            page = driver.find(CachePage, "cachePage")
            layers = (
                LayerReport(Layer.MEMORY, 12, 3 * MB, 32 * MB, 20),
                LayerReport(Layer.DISK, 214, 9 * MB, 200 * MB, 8),
                LayerReport(Layer.TEAM, 5000, 40 * MB, 0, 2),
            )
            page.show_report(CacheReport(214, 9 * MB, 200 * MB, 30, 10, layers, 3, 4, 1, Lives(2e6, 1e6)))
            assert text(driver, "cacheHitRate") == "75 %"
            assert text(driver, "cacheAsked") == "30 of 40 questions"
            assert driver.find(QWidget, "cacheLayer-team").isVisible()
            assert "5000 answers, found here 2 times" in driver.find(QWidget, "cacheLayer-team").accessibleName()
            assert "3 questions that were declined" in text(driver, "cacheExtra")
            assert driver.find(QSpinBox, "cacheHardDays").value() == 23

    run_async(flow())


def test_the_settings_lead_to_it(qapp: QApplication, run_async: RunAsync, atlas_path: Path) -> None:
    async def flow() -> None:
        async with page_on(qapp, atlas_path) as driver:
            driver.window.show_page("map")
            driver.window.desk.open_settings()
            await until(lambda: driver.has(QPushButton, "settingsCacheButton"), "the settings")
            click(driver, "settingsCacheButton")
            await until(lambda: driver.has(QWidget, "cachePage"), "the page")
            await until(lambda: not driver.has(QPushButton, "settingsCacheButton"), "closed settings")

    run_async(flow())
