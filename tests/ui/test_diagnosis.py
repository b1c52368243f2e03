"""The diagnosis in the window: read first, then saved."""

from __future__ import annotations

import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QListWidget, QPlainTextEdit, QPushButton, QWidget

from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there


def test_a_diagnosis_is_read_and_then_saved(
    qapp: QApplication, atlas_path: Path, tmp_path: Path, run_async: Callable[[Awaitable[None]], None]
) -> None:
    async def work() -> None:
        driver = Driver(qapp, ui_services(Oracle(), atlas_path))
        try:
            driver.window.desk.show_about()
            await until(lambda: driver.has(QWidget, "aboutDialog"), "the dialog")
            QTest.mouseClick(driver.find(QPushButton, "diagnosisButton"), Qt.MouseButton.LeftButton)
            await until(lambda: driver.has(QWidget, "diagnosisDialog"), "the diagnosis")
            save = driver.find(QPushButton, "diagnosisSaveButton")
            await until(save.isEnabled, "what was found")
            names, text = driver.find(QListWidget, "diagnosisFiles"), driver.find(QPlainTextEdit, "diagnosisText")
            listed = [names.item(n).text() for n in range(names.count())]
            assert listed[0] == "READ ME FIRST.txt"
            assert "Nothing of it has been sent to anybody" in text.toPlainText()
            names.setCurrentRow(listed.index("settings.json"))
            assert "text_model" in text.toPlainText()
            assert driver.nameless() == []
            path = tmp_path / "mine.zip"
            QTest.mouseClick(save, Qt.MouseButton.LeftButton)
            await until(lambda: driver.has(QFileDialog, "diagnosisSaveDialog"), "where to")
            chooser = driver.find(QFileDialog, "diagnosisSaveDialog")
            chooser.fileSelected.emit(str(path))
            chooser.reject()
            await until(lambda: "Written to" in driver.find(QLabel, "diagnosisTold").text(), "the file")
            with zipfile.ZipFile(path) as kept:
                assert kept.namelist() == listed
            QTest.mouseClick(driver.find(QPushButton, "diagnosisCloseButton"), Qt.MouseButton.LeftButton)
            await until(lambda: not driver.tasks._all, "quiet")
            assert driver.bugs == []
        finally:
            driver.window.close()
            await driver.end()

    run_async(work())
