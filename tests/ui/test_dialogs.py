"""Dialogs: opened and awaited, never a loop in the loop; and the key, which is never shown."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTextBrowser,
)
from pytestqt.qtbot import QtBot

from knowalledge_desktop.bootstrap import Overrides, build_services
from knowalledge_desktop.core.request import Detail, EngineChoice, Level, Style
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as ThemeChoice
from knowalledge_desktop.resilience.retrying import TRIES
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.preferences import KeyState
from knowalledge_desktop.ui.dialogs.ask import ask
from knowalledge_desktop.ui.dialogs.crash_dialog import CrashDialog
from knowalledge_desktop.ui.dialogs.info_dialogs import AboutDialog, ShortcutSheet
from knowalledge_desktop.ui.dialogs.settings_dialog import SettingsDialog
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.panels.key_card import KeyCard
from knowalledge_desktop.ui.theme import Theme
from tests.support.fakes import MemorySecrets
from tests.support.gemini_cases import error, info, unary
from tests.support.gemini_server import GeminiServer, key_hash
from tests.support.ui_services import KEY
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
Run = Callable[[Awaitable[None]], None]


@pytest.fixture
def icons(qapp: QApplication) -> Icons:
    theme = Theme(RESOURCES, replace(Settings(), theme=ThemeChoice.LIGHT))
    theme.install(qapp)
    return Icons(RESOURCES, theme)


# --- asking -------------------------------------------------------------------------------------------------


def test_other_work_goes_on_while_a_dialog_is_open(qapp: QApplication, run_async: Run) -> None:
    async def steps() -> None:
        dialog, ticks = QDialog(), 0

        async def tick() -> None:
            nonlocal ticks
            while ticks < 5:
                ticks += 1
                await asyncio.sleep(0)
            dialog.accept()

        async with asyncio.TaskGroup() as group:
            answer = group.create_task(ask(dialog))
            group.create_task(tick())
        assert answer.result() is True
        assert ticks == 5

    run_async(steps())


def test_a_dialog_nobody_waits_for_any_more_goes_away(qapp: QApplication, run_async: Run) -> None:
    async def steps() -> None:
        dialog, closed = QDialog(), list[int]()
        dialog.finished.connect(closed.append)
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(ask(dialog))
            await until(dialog.isVisible, "the dialog")
            waiting.cancel()
        assert closed == [QDialog.DialogCode.Rejected.value]

    run_async(steps())


# --- settings -----------------------------------------------------------------------------------------------


def test_settings_come_back_as_they_were_chosen(icons: Icons, qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(), icons)
    qtbot.addWidget(dialog)
    assert dialog.result_settings() == Settings()
    for name, value in (
        ("engineChoice", EngineChoice.ATLAS),
        ("languageChoice", "fr"),
        ("levelSetting", Level.UNDERGRADUATE),
        ("detailSetting", Detail.DETAILED),
        ("styleSetting", Style.VISUAL),
        ("themeChoice", ThemeChoice.DARK),
        ("textScaleChoice", 1.5),
    ):
        choice = dialog.findChild(QComboBox, name)
        choice.setCurrentIndex(choice.findData(value))
    dialog.findChild(QCheckBox, "reducedMotionChoice").click()
    dialog.findChild(QCheckBox, "lettersJumpChoice").click()
    dialog.findChild(QComboBox, "modelChoice").setCurrentText("gemini-another")
    dialog.findChild(QLineEdit, "baseUrlInput").setText("http://127.0.0.1:9")
    got = dialog.result_settings()
    assert (got.engine, got.text_model, got.theme) == (EngineChoice.ATLAS, "gemini-another", ThemeChoice.DARK)
    assert (got.options.language, got.options.level) == ("fr", Level.UNDERGRADUATE)
    assert (got.options.detail, got.options.style) == (Detail.DETAILED, Style.VISUAL)
    assert [type(v) for v in (got.engine, got.theme)] == [EngineChoice, ThemeChoice]
    assert [type(v) for v in (got.options.level, got.options.detail, got.options.style)] == [Level, Detail, Style]
    assert (got.text_scale, got.reduced_motion, got.base_url) == (1.5, True, "http://127.0.0.1:9")
    assert got.letters_jump


def test_an_address_for_traces_is_checked_before_it_is_kept(icons: Icons, qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(otlp_url="https://collector.example"), icons)
    qtbot.addWidget(dialog)
    dialog.show()
    field, told = dialog.findChild(QLineEdit, "otlpUrlInput"), dialog.findChild(QLabel, "otlpUrlMessage")
    assert field.accessibleName()
    assert field.toolTip()
    assert field.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert dialog.result_settings().otlp_url == "https://collector.example"
    save = dialog.findChild(QPushButton, "settingsSaveButton")
    for wrong in ("http://collector.example", "collector", "https://me:word@collector.example"):
        field.setText(wrong)
        assert told.isVisible()
        assert "http://127.0.0.1:4318" in told.text()
        save.click()
        assert dialog.isVisible()
        qtbot.waitUntil(lambda: not told.visibleRegion().isEmpty())
    field.setText(" http://127.0.0.1:4318/ ")
    assert not told.isVisible()
    save.click()
    assert not dialog.isVisible()
    assert dialog.result_settings().otlp_url == "http://127.0.0.1:4318"
    field.clear()
    assert dialog.result_settings().otlp_url == ""


def test_the_wheel_scrolls_the_settings_and_changes_none(icons: Icons, qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(), icons)
    qtbot.addWidget(dialog)
    dialog.show()
    fields = [*dialog.findChildren(QComboBox), *dialog.findChildren(QSpinBox)]
    assert len(fields) > 8
    at = QPointF(10, 10)
    for field in fields:
        for step in (-120, 120):
            wheel = QWheelEvent(
                at,
                field.mapToGlobal(at),
                QPoint(),
                QPoint(0, step),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QApplication.sendEvent(field, wheel)
            assert dialog.result_settings() == Settings(), field.objectName()
            assert field.focusPolicy() is not Qt.FocusPolicy.WheelFocus


def test_every_setting_says_what_it_is(icons: Icons, qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(), icons)
    qtbot.addWidget(dialog)
    for field in (*dialog.findChildren(QComboBox), *dialog.findChildren(QCheckBox)):
        assert field.objectName()
        assert field.accessibleName() or getattr(field, "text", str)()
        assert field.toolTip()


# --- the key ------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as running:
        yield running


@pytest.fixture
def services(server: GeminiServer, atlas_path: Path, request: pytest.FixtureRequest) -> Services:
    environ = {**os.environ, "KNOWALLEDGE_GEMINI_BASE_URL": server.url}
    lasting = getattr(request, "param", True)
    return build_services(environ, Overrides(secrets=MemorySecrets(lasting=lasting), atlas_path=atlas_path))


def flow(qapp: QApplication, services: Services, steps: Callable[[Driver], Awaitable[None]]) -> Awaitable[None]:
    async def whole() -> None:
        driver = Driver(qapp, services)
        driver.window.desk.settings.refresh_key()
        try:
            await steps(driver)
        finally:
            driver.window.close()
            await driver.end()

    return whole()


def check(driver: Driver, key: str) -> None:
    field = driver.find(QLineEdit, "apiKeyInput")
    field.setText(key)
    QTest.mouseClick(driver.find(QPushButton, "apiKeyTestButton"), Qt.MouseButton.LeftButton)


def said(driver: Driver) -> str:
    return driver.find(QLabel, "apiKeyMessage").text()


def test_a_good_key_is_tried_once_kept_and_never_shown(
    qapp: QApplication, run_async: Run, services: Services, server: GeminiServer
) -> None:
    async def steps(driver: Driver) -> None:
        field = driver.find(QLineEdit, "apiKeyInput")
        assert field.echoMode() is QLineEdit.EchoMode.Password
        check(driver, f"  {KEY}\n")
        await until(lambda: "kept" in said(driver), "the key is kept")
        assert [seen.key for seen in server.seen] == [key_hash(KEY)]
        assert (await services.preferences.key_state()).is_set
        assert field.text() == ""
        shown = [each.text() for each in driver.window.findChildren(QLabel)]
        shown += [each.text() for each in driver.window.findChildren(QLineEdit)]
        assert not [text for text in shown if KEY in text]
        QTest.mouseClick(driver.find(QPushButton, "apiKeyRemoveButton"), Qt.MouseButton.LeftButton)
        await until(lambda: "removed" in said(driver), "the key is removed")
        assert not (await services.preferences.key_state()).is_set

    run_async(flow(qapp, services, steps))


def test_a_rejected_key_is_not_kept(
    qapp: QApplication, run_async: Run, services: Services, server: GeminiServer
) -> None:
    async def steps(driver: Driver) -> None:
        body = error(400, "INVALID_ARGUMENT", "API key not valid.", [info("API_KEY_INVALID")])
        server.enqueue(unary(body, 400))
        check(driver, KEY)
        await until(lambda: "did not accept" in said(driver), "the sentence")
        assert not driver.has(QPushButton, "apiKeyKeepButton")
        assert not (await services.preferences.key_state()).is_set

    run_async(flow(qapp, services, steps))


def test_what_cannot_be_a_key_is_not_sent(
    qapp: QApplication, run_async: Run, services: Services, server: GeminiServer
) -> None:
    async def steps(driver: Driver) -> None:
        check(driver, "two words and more")
        await until(lambda: "not a Gemini key" in said(driver), "the sentence")
        assert server.seen == []

    run_async(flow(qapp, services, steps))


@pytest.mark.parametrize("services", [True, False], indirect=True, ids=["keyring", "this session"])
def test_a_key_that_cannot_be_tried_may_be_kept_all_the_same(
    qapp: QApplication, run_async: Run, services: Services, server: GeminiServer
) -> None:
    async def steps(driver: Driver) -> None:
        server.enqueue(unary(error(503, "UNAVAILABLE", "overloaded"), 503))
        check(driver, KEY)
        await until(lambda: driver.has(QPushButton, "apiKeyKeepButton"), "the offer")
        QTest.mouseClick(driver.find(QPushButton, "apiKeyKeepButton"), Qt.MouseButton.LeftButton)
        await until(lambda: "kept" in said(driver), "the key is kept")
        lasting = (await services.preferences.key_state()).place == "test keyring"
        assert ("this session only" in said(driver)) is not lasting

    run_async(flow(qapp, services, steps))


def test_closing_the_settings_while_a_key_is_tried_is_no_bug(
    qapp: QApplication, run_async: Run, services: Services, server: GeminiServer
) -> None:
    async def steps(driver: Driver) -> None:
        driver.window.desk.open_settings()
        await until(lambda: driver.has(QDialog, "settingsDialog"), "the dialog")
        dialog = driver.find(QDialog, "settingsDialog")
        server.enqueue(unary({"models": []}, first_s=5.0))
        dialog.findChild(QLineEdit, "apiKeyInput").setText(KEY)
        dialog.findChild(QPushButton, "apiKeyTestButton").click()
        await until(lambda: len(server.seen) == 1, "the call")
        dialog.findChild(QPushButton, "settingsCancelButton").click()
        await until(lambda: not driver.tasks._all, "quiet")
        assert driver.bugs == []
        assert not (await services.preferences.key_state()).is_set

    run_async(flow(qapp, services, steps))


def test_the_card_shows_the_end_of_a_key_alone(icons: Icons, qtbot: QtBot) -> None:
    card = KeyCard(icons)
    qtbot.addWidget(card)
    card.show_state(KeyState(is_set=True, tail=KEY[-4:], place="test keyring"))
    told = " ".join(each.text() for each in card.findChildren(QLabel))
    assert KEY[-4:] in told
    assert KEY[:-4] not in told
    card.show_state(KeyState(is_set=True, tail="", place="GEMINI_API_KEY", removable=False, is_wellformed=False))
    assert any("not a Gemini key" in each.text() for each in card.findChildren(QLabel))


# --- saving and asking for models ---------------------------------------------------------------------------


def test_saved_settings_are_used_at_once_and_cancelled_ones_never(
    qapp: QApplication, run_async: Run, services: Services, server: GeminiServer
) -> None:
    async def steps(driver: Driver) -> None:
        for button, theme in (
            ("settingsCancelButton", ThemeChoice.SYSTEM),
            ("settingsSaveButton", ThemeChoice.DARK),
        ):
            driver.window.desk.open_settings()
            await until(lambda: driver.has(QDialog, "settingsDialog"), "the dialog")
            dialog = driver.find(QDialog, "settingsDialog")
            choice = dialog.findChild(QComboBox, "themeChoice")
            choice.setCurrentIndex(choice.findData(ThemeChoice.DARK))
            QTest.mouseClick(dialog.findChild(QPushButton, button), Qt.MouseButton.LeftButton)
            await until(lambda: not driver.has(QDialog, "settingsDialog"), "the end of the dialog")
            await until(lambda: not driver.tasks._all, "quiet")
            assert services.preferences.settings.theme is theme
        assert driver.theme.color("bg.canvas").lightness() < 60

    run_async(flow(qapp, services, steps))


def test_after_saving_the_chosen_engine_answers(
    qapp: QApplication, run_async: Run, services: Services, server: GeminiServer
) -> None:
    async def steps(driver: Driver) -> None:
        await services.preferences.set_key(KEY)
        for choice, sent in ((EngineChoice.ATLAS, 0), (EngineChoice.GEMINI, 1)):
            driver.window.desk.open_settings()
            await until(lambda: driver.has(QDialog, "settingsDialog"), "the dialog")
            dialog = driver.find(QDialog, "settingsDialog")
            engines = dialog.findChild(QComboBox, "engineChoice")
            engines.setCurrentIndex(list(EngineChoice).index(choice))
            dialog.findChild(QPushButton, "settingsSaveButton").click()
            await until(lambda: not driver.has(QDialog, "settingsDialog"), "the end of the dialog")
            driver.window.desk.explore("Jazz")
            await until(lambda: driver.window.desk.maps.map.root is not None, "a map")
            await until(lambda: len(driver.window.desk.maps.map.topics) > 8, "its branches")
            assert len([seen for seen in server.seen if "GenerateContent" in seen.path]) == sent

    run_async(flow(qapp, services, steps))


def test_the_models_are_those_the_key_may_use(
    qapp: QApplication, run_async: Run, services: Services, server: GeminiServer
) -> None:
    async def steps(driver: Driver) -> None:
        await services.preferences.set_key(KEY)
        driver.window.desk.open_settings()
        await until(lambda: driver.has(QDialog, "settingsDialog"), "the dialog")
        dialog = driver.find(QDialog, "settingsDialog")
        choice = dialog.findChild(QComboBox, "modelChoice")
        before = choice.currentText()
        dialog.findChild(QPushButton, "modelListButton").click()
        await until(lambda: server.seen and not driver.tasks.is_running("settings:models"), "the list")
        choice.hidePopup()
        assert choice.currentText() == before
        assert [choice.itemText(n) for n in range(choice.count())] == ["gemini-3.5-flash-lite"]
        for _ in range(TRIES):
            server.enqueue(unary(error(503, "UNAVAILABLE", "overloaded"), 503))
        dialog.findChild(QPushButton, "modelListButton").click()
        await until(lambda: "overloaded" in dialog.findChild(QLabel, "modelListMessage").text(), "the sentence")
        dialog.findChild(QPushButton, "settingsCancelButton").click()
        await until(lambda: not driver.has(QDialog, "settingsDialog"), "the end of the dialog")

    run_async(flow(qapp, services, steps))


# --- crash, about, keys -------------------------------------------------------------------------------------


def _break(text: str) -> None:
    raise ZeroDivisionError(text)


def test_a_bug_is_shown_with_its_details_and_no_secret(qapp: QApplication, qtbot: QtBot) -> None:
    with pytest.raises(ZeroDivisionError) as bug:
        _break(f"with {KEY} in it")
    dialog = CrashDialog(bug.value)
    qtbot.addWidget(dialog)
    text = dialog.findChild(QPlainTextEdit, "crashDetails").toPlainText()
    assert "ZeroDivisionError" in text
    assert "test_dialogs.py" in text
    assert "PySide6" in text
    assert KEY not in text
    dialog.findChild(QPushButton, "crashCopyButton").click()
    assert qapp.clipboard().text() == dialog.details


def test_about_names_the_atlas_and_its_licence(qapp: QApplication, qtbot: QtBot) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    text = dialog.findChild(QTextBrowser, "aboutText")
    assert "Wikipedia" in text.toPlainText()
    assert "https://creativecommons.org/licenses/by-sa/4.0/" in text.toHtml()
    assert "in full" not in text.toPlainText()


def test_about_leads_to_all_licences_where_they_are(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    notices = tmp_path / "THIRD PARTY.txt"
    notices.write_text("all", encoding="utf-8")
    dialog = AboutDialog(notices=notices)
    qtbot.addWidget(dialog)
    assert notices.as_uri() in dialog.findChild(QTextBrowser, "aboutText").toHtml()


def test_the_sheet_names_only_keys_that_do_something(qapp: QApplication, qtbot: QtBot) -> None:
    sheet = ShortcutSheet()
    qtbot.addWidget(sheet)
    told = " ".join(each.text() for each in sheet.findChildren(QLabel))
    for missing in ("Study", "Presentation", "Palette", "Minimap"):
        assert missing not in told
