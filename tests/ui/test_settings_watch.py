"""A window that is open follows what the command line of another process sets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from knowalledge_desktop.core.request import Detail
from knowalledge_desktop.core.settings import Theme
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.settings_watch import SettingsWatch
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Run = Callable[[Awaitable[None]], None]


def test_settings_and_limits_that_another_process_sets_are_in_force_here(
    qapp: QApplication, run_async: Run, atlas_path: Path
) -> None:
    async def whole() -> None:
        services = ui_services(Oracle(), atlas_path)
        services.preferences.save(services.preferences.settings)  # the folder is there
        driver = Driver(qapp, services)
        other = ui_services(Oracle(), atlas_path)
        try:
            driver.window.desk.settings.watch()
            await change(other)
            await until(lambda: services.preferences.settings.theme is Theme.DARK, "the file")
            assert services.preferences.settings.options.detail is Detail.DETAILED
            dark = driver.theme.color("bg.window").lightness()
            assert dark < 60
            await until(lambda: not driver.tasks.running(), "quiet")
        finally:
            driver.window.close()
            await other.aclose()
            await driver.end()

    async def change(other: Services) -> None:
        settings = other.preferences.settings
        options = replace(settings.options, detail=Detail.DETAILED)
        new = replace(settings, theme=Theme.DARK, options=options)
        await asyncio.to_thread(other.preferences.save, new)

    run_async(whole())


def test_coming_back_to_the_program_is_a_look_and_its_first_showing_is_none(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    owner = QObject()
    watch = SettingsWatch(tmp_path / "not there", owner)
    seen: list[int] = []
    watch.changed.connect(lambda: seen.append(1))
    watch._on_state(Qt.ApplicationState.ApplicationActive)
    assert not watch._settled.isActive()
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    qtbot.waitUntil(lambda: seen == [1])
    assert not watch._settled.isActive()


def test_a_file_that_is_written_several_times_is_read_once(qtbot: QtBot, tmp_path: Path) -> None:
    owner = QObject()
    watch = SettingsWatch(tmp_path, owner)
    seen: list[int] = []
    watch.changed.connect(lambda: seen.append(1))
    for number in range(5):
        (tmp_path / f"{number}").write_text("x")
        (tmp_path / f"{number}").replace(tmp_path / "settings.json")
    qtbot.waitUntil(lambda: seen == [1])
