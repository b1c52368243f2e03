"""Backups in the window, and what is told while the library cannot be written."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QWidget

from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.core.errors import DiskFull, StorageError
from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.panels.backup_page import BackupRow
from knowalledge_desktop.ui.panels.rail import BACKUPS, LIBRARY
from tests.support.qt import RunAsync
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there


def document(driver: Driver) -> Map:
    found = driver.window.desk.maps.map
    assert found is not None
    return found


@asynccontextmanager
async def window_on(app: QApplication, atlas_path: Path) -> AsyncIterator[Driver]:
    driver = Driver(app, ui_services(Oracle(), atlas_path))
    try:
        yield driver
    finally:
        await driver.end()


async def grown(driver: Driver, topic: str = "Bebop") -> None:
    driver.window.desk.explore(topic)
    await until(lambda: driver.find(GraphCanvas, "graphCanvas").property("nodeCount") == 16, "a map")
    await until(lambda: not driver.window.desk.maps.running(), "rest")


def click(driver: Driver, name: str) -> None:
    QTest.mouseClick(driver.find(QPushButton, name), Qt.MouseButton.LeftButton)


def refusing(driver: Driver, error: StorageError | None) -> None:
    """Let every write of the library's file fail so, or work again."""
    library = driver.services.backups._library._library
    assert isinstance(library, LibraryDb)
    if error is None:
        del library.create, library.apply, library.mark_opened
        return

    async def fail(*_: object) -> None:
        raise error

    library.create = library.apply = library.mark_opened = fail  # type: ignore[method-assign,assignment]


async def kept_root(driver: Driver) -> Topic:
    """The root of the open map as it is on the disk."""
    kept = await driver.services.backups._library._library.load(document(driver).map_id)
    assert kept.root is not None
    return kept.root


def test_a_backup_is_made_listed_checked_and_restored(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path) as driver:
            await grown(driver)
            driver.window.desk.show_page(LIBRARY)
            click(driver, "libraryBackupsButton")
            assert driver.window.page == BACKUPS
            page = driver.find(QWidget, "backupPage")
            click(driver, "backupMakeButton")
            await until(
                lambda: (
                    "1 maps" in driver.find(QLabel, "backupNews").text()
                    or "1 map" in driver.find(QLabel, "backupNews").text()
                ),
                "what was made",
            )
            await until(
                lambda: (
                    [
                        row.restore_button.isEnabled()
                        for row in page.findChildren(BackupRow)
                        if row.name.startswith("library-by-hand")
                    ]
                    == [True]
                ),
                "a checked copy",
            )
            assert driver.nameless() == []
            row = next(r for r in page.findChildren(BackupRow) if r.name.startswith("library-by-hand"))
            name = row.name
            driver.window.desk.maps.rename(document(driver).root_id, "Later")
            await until(lambda: document(driver).title == "Later", "another title")
            QTest.mouseClick(row.restore_button, Qt.MouseButton.LeftButton)
            await until(lambda: driver.has(QDialog, "restoreDialog"), "the question")
            click(driver, "restoreConfirmButton")
            await until(lambda: "before-restore" in driver.find(QLabel, "backupNews").text(), "what was done")
            assert name in driver.find(QLabel, "backupNews").text()
            assert document(driver).title == "Bebop"
            assert [info.title for info in await driver.services.library.maps()] == ["Bebop"]
            await until(lambda: not driver.tasks.running(), "rest")

    run_async(flow())


def test_on_a_full_disk_the_work_goes_on_in_memory_and_is_written_later(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path) as driver:
            await grown(driver)
            maps = driver.window.desk.maps
            refusing(driver, DiskFull("library.db"))
            maps.rename(document(driver).root_id, "Only in memory")
            await until(lambda: driver.has(QWidget, "storageBanner"), "the line that stays")
            await until(lambda: document(driver).title == "Only in memory", "the act")
            told = driver.find(QLabel, "storageBannerText").text()
            assert "Only in memory" in told
            assert driver.find(QLabel, "storageBannerTitle").text() == "The disk is full."
            assert (await kept_root(driver)).title == "Bebop"
            assert not driver.window.close(), "the window closed over what is only in memory"
            await until(lambda: driver.has(QDialog, "unsavedDialog"), "the question")
            click(driver, "unsavedStayButton")
            await until(lambda: not driver.tasks.running(), "rest")
            refusing(driver, None)
            click(driver, "storageAgainButton")
            await until(lambda: not driver.has(QWidget, "storageBanner"), "the line is gone")
            assert (await kept_root(driver)).title == "Only in memory"
            assert driver.window.close()

    run_async(flow())


def test_what_is_only_in_memory_can_be_saved_elsewhere_or_lost_knowingly(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path, tmp_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path) as driver:
            refusing(driver, DiskFull("library.db"))
            await grown(driver)
            target = tmp_path / "elsewhere.db"
            driver.window.desk.backups.save_to(target)
            await until(lambda: "elsewhere.db" in driver.window.notifier.text, "saved")
            with closing(sqlite3.connect(target)) as db:
                assert db.execute("SELECT title FROM map").fetchall() == [("Bebop",)]
            driver.window.close()
            await until(lambda: driver.has(QDialog, "unsavedDialog"), "the question")
            click(driver, "unsavedLoseButton")
            await until(lambda: not driver.window.isVisible(), "closed")

    run_async(flow())


def test_a_newer_library_is_read_and_nobody_is_asked_for_what_could_not_be_kept(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path, home: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path) as driver:
            await grown(driver)
        with closing(sqlite3.connect(home / "data" / "library.db")) as db:
            db.execute("PRAGMA user_version = 99")
        oracle = Oracle()
        driver = Driver(qapp, ui_services(oracle, atlas_path))
        try:
            assert await driver.window.desk.library.open_last()
            driver.window.desk.backups.begin(driver.services.notices())
            assert "newer version" in driver.find(QLabel, "storageBannerText").text()
            assert driver.has(QPushButton, "storageSaveButton")
            maps = driver.window.desk.maps
            maps.rename(document(driver).root_id, "Never")
            await until(lambda: "newer" in driver.window.notifier.text, "the sentence")
            assert document(driver).title == "Bebop"
            maps.explain(document(driver).root_id)
            maps.expand(document(driver).root_id)
            await until(lambda: not maps.running(), "refused")
            assert oracle.asked == []
        finally:
            await driver.end()

    run_async(flow())


def test_what_happened_at_the_start_stays_until_it_is_closed(
    qapp: QApplication, run_async: RunAsync, atlas_path: Path
) -> None:
    async def flow() -> None:
        async with window_on(qapp, atlas_path) as driver:
            driver.window.desk.backups.begin(("The library was damaged; a backup is open now.", "And more."))
            text = driver.find(QLabel, "storageBannerText").text()
            assert "a backup is open now" in text
            assert "And more." in text
            click(driver, "storageBackupsButton")
            assert driver.window.page == BACKUPS
            click(driver, "storageCloseButton")
            assert not driver.has(QWidget, "storageBanner")
            await until(lambda: not driver.tasks.running(), "rest")

    run_async(flow())
