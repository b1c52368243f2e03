"""The loopback port in the settings, and as the window keeps it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QFormLayout, QLabel, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.ui.dialogs.port_choice import PortChoice
from knowalledge_desktop.ui.port_keeper import PortKeeper
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Run = Callable[[Awaitable[None]], None]


class SeenPort:
    """Implements `PortLike`."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.closed = 0
        self.held: Callable[[str], MapSession | None] | None = None
        self.error: UserInputError | None = None

    def use_sessions(self, held: Callable[[str], MapSession | None]) -> None:
        self.held = held

    async def start(self, port: int) -> int:
        self.asked.append(port)
        if self.error is not None:
            raise self.error
        return port

    async def aclose(self) -> None:
        self.closed += 1


def shown(qtbot: QtBot, settings: Settings) -> tuple[QWidget, PortChoice]:
    form, whole = QFormLayout(), QWidget()
    qtbot.addWidget(whole)
    choice = PortChoice(settings, whole)
    choice.hide()
    choice.add_to(form)
    whole.setLayout(form)
    return whole, choice


def test_the_port_is_off_until_somebody_wants_it(qtbot: QtBot) -> None:
    whole, choice = shown(qtbot, Settings())
    toggle, number = whole.findChild(QCheckBox, "portToggle"), whole.findChild(QSpinBox, "portInput")
    copy = whole.findChild(QPushButton, "tokenCopyButton")
    assert (choice.port, number.isEnabled(), copy.isEnabled()) == (0, False, False)
    toggle.click()
    assert (choice.port, copy.isEnabled()) == (5000, True)
    number.setValue(8765)
    assert choice.port == 8765
    with qtbot.waitSignal(choice.token_requested):
        copy.click()
    choice.say("Copied.")
    assert whole.findChild(QLabel, "portMessage").text() == "Copied."
    toggle.click()
    assert choice.port == 0


def test_a_port_that_was_set_stays_as_it_is(qtbot: QtBot) -> None:
    for port in (80, 5000, 65535):
        whole, choice = shown(qtbot, Settings(port=port))
        assert (choice.port, whole.findChild(QSpinBox, "portInput").value()) == (port, port)


def test_the_port_follows_the_settings(qapp: QApplication, run_async: Run, atlas_path: Path) -> None:
    async def whole() -> None:
        services = ui_services(Oracle(), atlas_path)
        driver = Driver(qapp, services)
        port = SeenPort()
        keeper = PortKeeper(driver.window, services, driver.tasks, lambda services: port)
        try:
            driver.window.desk.settings.changed.connect(keeper.follow)
            await keeper.open()
            assert port.asked == []
            for number in (5000, 5000, 5001):
                services.preferences.save(replace(services.preferences.settings, port=number))
                driver.window.desk.settings.changed.emit()
                await until(lambda: not driver.tasks.running(), "quiet")
            assert (port.asked, port.closed) == ([5000, 5001], 1)
            assert port.held is not None
            assert port.held("no such map") is None
            assert driver.window.canvas.timed == services.monitor.numbers.frame
            services.preferences.save(replace(services.preferences.settings, port=0))
            await keeper.open()
            assert port.closed == 2
            assert driver.window.canvas.timed is None  # who counts nothing pays nothing
        finally:
            await keeper.aclose()
            await driver.end()

    run_async(whole())
