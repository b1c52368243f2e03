"""The page of the team, with real clicks and a real Redis: making a team, seeing it, leaving it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QPushButton, QTableWidget, QWidget

from tests.support.qt import RunAsync
from tests.support.redis_servers import RedisServer
from tests.support.shipped_redis import PASSWORD, ShippedRedis
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there


def click(driver: Driver, name: str) -> None:
    QTest.mouseClick(driver.find(QPushButton, name), Qt.MouseButton.LeftButton)


def text(driver: Driver, name: str) -> str:
    return driver.find(QLabel, name).text()


def test_a_team_whose_certificate_is_its_own(
    qapp: QApplication, atlas_path: Path, run_async: RunAsync, tmp_path: Path
) -> None:
    async def story(redis: ShippedRedis) -> None:
        driver = Driver(qapp, ui_services(Oracle(), atlas_path))
        try:
            driver.window.desk.quota.open()
            await until(lambda: driver.has(QWidget, "quotaPage"), "the page")
            driver.window.desk.quota.open_team()
            await until(lambda: "work alone" in text(driver, "teamState"), "the state")
            driver.find(QLineEdit, "redisUrlInput").setText(redis.url)
            driver.find(QLineEdit, "redisPasswordInput").setText(PASSWORD)
            ca = driver.find(QLineEdit, "teamCaInput")
            click(driver, "redisTestButton")
            await until(lambda: "certificate of Redis" in text(driver, "teamNews"), "the distrust")
            ca.setText(str(tmp_path / "none.crt"))
            click(driver, "redisTestButton")
            await until(lambda: "cannot be read" in text(driver, "teamNews"), "the missing file")
            (tmp_path / "no.crt").write_text("no certificate")
            ca.setText(str(tmp_path / "no.crt"))
            click(driver, "redisTestButton")
            await until(lambda: "holds no certificate" in text(driver, "teamNews"), "the wrong file")
            click(driver, "teamCaButton")
            await until(lambda: driver.has(QFileDialog, "teamCaDialog"), "the choice of a file")
            chooser = driver.find(QFileDialog, "teamCaDialog")
            chooser.fileSelected.emit(redis.ca)
            chooser.reject()
            assert ca.text() == redis.ca
            click(driver, "redisTestButton")
            await until(lambda: "can be used for a team" in text(driver, "teamNews"), "the trust")
            click(driver, "teamMakeButton")
            await until(lambda: "Together" in text(driver, "teamState"), "the team")
            settings = driver.services.preferences
            assert settings.settings.team_ca == redis.ca
            assert driver.nameless() == []
            for name, field in (("teamCaInput", QLineEdit), ("teamCaButton", QPushButton)):
                found = driver.find(field, name)
                assert found.focusPolicy() & Qt.FocusPolicy.TabFocus
                assert found.isVisible()
            assert ca.nextInFocusChain().objectName() == "teamCaButton"
            ca.selectAll()
            QTest.keyClicks(ca, str(tmp_path / "no.crt"))
            driver.window.desk.quota.open_team()  # what is being typed stays
            click(driver, "redisTestButton")
            await until(lambda: "holds no certificate" in text(driver, "teamNews"), "the refusal")
            assert settings.settings.team_ca == redis.ca
            ca.selectAll()
            QTest.keyClick(ca, Qt.Key.Key_Delete)
            click(driver, "redisTestButton")
            await until(lambda: "certificate of Redis" in text(driver, "teamState"), "the distrust again")
            assert settings.settings.team_ca == ""
            driver.window.grab().save(str(tmp_path / "team.png"))
        finally:
            await driver.end()

    with ShippedRedis(tmp_path / "redis") as redis:
        run_async(story(redis))


def test_a_team_is_made_seen_and_left(
    qapp: QApplication, atlas_path: Path, run_async: RunAsync, tmp_path: Path
) -> None:
    async def story(redis: RedisServer) -> None:
        driver = Driver(qapp, ui_services(Oracle(), atlas_path))
        try:
            driver.window.desk.quota.open()
            await until(lambda: driver.has(QWidget, "quotaPage"), "the page")
            assert not driver.has(QWidget, "teamPage")
            driver.window.desk.quota.open_team()
            await until(lambda: "work alone" in text(driver, "teamState"), "the state")
            assert not driver.find(QPushButton, "teamJoinButton").isEnabled()
            url = driver.find(QLineEdit, "redisUrlInput")
            url.setText(f"redis://somebody:secret@127.0.0.1:{redis.port}")
            click(driver, "teamMakeButton")
            await until(lambda: "password does not belong" in text(driver, "teamNews"), "the refusal")
            url.setText("redis://127.0.0.1:1")
            click(driver, "redisTestButton")
            await until(lambda: text(driver, "teamNews") == "Redis cannot be reached.", "the trouble")
            url.setText(redis.url)
            click(driver, "redisTestButton")
            await until(lambda: "can be used for a team" in text(driver, "teamNews"), "the test")
            driver.find(QLineEdit, "teamMemberInput").setText("Anna")
            click(driver, "teamMakeButton")
            await until(lambda: "Together" in text(driver, "teamState"), "the team")
            assert QApplication.clipboard().text().startswith("kaet_")
            members = driver.find(QTableWidget, "teamMembers")
            assert [members.item(0, at).text() for at in range(4)] == ["Anna (you)", "now", "100 %", "0"]
            assert "appendonly" in text(driver, "teamAdvice")
            assert "0 requests" in text(driver, "teamSaved")
            driver.window.grab().save(str(tmp_path / "team.png"))
            redis.pause()
            click(driver, "redisTestButton")
            await until(lambda: "cannot be used now" in text(driver, "teamState"), "the outage")
            redis.go_on()
            click(driver, "redisTestButton")
            await until(lambda: "Together" in text(driver, "teamState"), "the return")
            click(driver, "teamLeaveButton")
            await until(lambda: "work alone" in text(driver, "teamState"), "the end")
            assert driver.services.preferences.settings.team_url == ""
        finally:
            await driver.end()

    with RedisServer(tmp_path / "redis") as redis:
        run_async(story(redis))
