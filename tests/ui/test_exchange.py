"""Out to files and in again, as a person does it in the window."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QListWidget, QPlainTextEdit, QPushButton

from knowalledge_desktop.core.graph import Change, Map, PutTopic, Topic
from knowalledge_desktop.services.bundle import Services
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Run = Callable[[Awaitable[None]], None]


@pytest.fixture
def services(atlas_path: Path) -> Services:
    return ui_services(Oracle(), atlas_path)


async def window_on(qapp: QApplication, services: Services) -> Driver:
    driver = Driver(qapp, services)
    session = services.explore.new_map("Photosynthesis")

    def grown(document: Map) -> Change:
        children = (
            Topic(f"c{n}", title, document.root_id, n) for n, title in enumerate(("Algae", "Leaf", "Light"))
        )
        return Change(tuple(PutTopic(None, each) for each in children))

    await session.commit(grown)
    driver.window.desk.maps.show(session)
    return driver


def nameless(driver: Driver) -> list[str]:
    """Controls of the dialogs without a name or a tooltip."""
    return [each for each in driver.nameless() if "export" in each or "import" in each]


def press(driver: Driver, key: Qt.Key) -> None:
    QTest.keyClick(driver.window, key, Qt.KeyboardModifier.ControlModifier)


def saved_as(chooser: QFileDialog, path: Path) -> None:
    chooser.fileSelected.emit(str(path))
    chooser.close()


def test_a_map_is_exported_edited_dropped_and_undone(
    qapp: QApplication, services: Services, run_async: Run, tmp_path: Path
) -> None:
    async def scenario() -> None:
        driver = await window_on(qapp, services)
        target = tmp_path / "map.csv"
        press(driver, Qt.Key.Key_E)
        await until(lambda: driver.has(QDialog, "exportDialog"), "the dialog")
        formats = driver.find(QListWidget, "exportFormats")
        names = [formats.item(n).text() for n in range(formats.count())]
        formats.setCurrentRow(next(n for n, name in enumerate(names) if ".csv" in name))
        assert "Explanations" in driver.find(QLabel, "exportLoses").text()
        assert nameless(driver) == []
        driver.find(QPushButton, "exportContinueButton").click()
        await until(lambda: driver.has(QDialog, "exportSaveDialog"), "where to")
        saved_as(driver.find(QFileDialog, "exportSaveDialog"), target)
        await until(lambda: "map.csv" in driver.window.notifier.text, "it is told")

        document = driver.window.desk.maps.map
        assert document is not None
        title = document.topics[document.children(document.root_id)[0]].title
        target.write_text(target.read_text(encoding="utf-8").replace(title, "From the table", 1), encoding="utf-8")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(target))])
        frame = driver.window.drop_frame
        frame.dropEvent(
            QDropEvent(
                QPoint(5, 5),
                Qt.DropAction.CopyAction,
                data,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        )
        await until(lambda: "1 altered" in driver.window.notifier.text, "it is merged")
        now = driver.window.desk.maps.map
        assert now is not None
        assert "From the table" in {topic.title for topic in now.topics.values()}
        driver.window.desk.undo()
        await until(
            lambda: (
                (m := driver.window.desk.maps.map) is not None and title in {t.title for t in m.topics.values()}
            ),
            "it is undone",
        )
        await driver.end()

    run_async(scenario())


def test_a_file_of_another_map_is_opened_and_told(
    qapp: QApplication, services: Services, run_async: Run, tmp_path: Path
) -> None:
    async def scenario() -> None:
        driver = await window_on(qapp, services)
        target = tmp_path / "plain.csv"
        target.write_text("title,parent\nGardens,\nRoses,Gardens\n,Gardens\nA,B\nB,A\n", encoding="utf-8")
        press(driver, Qt.Key.Key_O)
        await until(lambda: driver.has(QDialog, "importDialog"), "the dialog")
        assert nameless(driver) == []
        driver.find(QPushButton, "importFileButton").click()
        await until(lambda: driver.has(QDialog, "importFileDialog"), "which file")
        saved_as(driver.find(QFileDialog, "importFileDialog"), target)
        await until(lambda: driver.has(QDialog, "exchangeReport"), "what was doubtful")
        assert "below themselves" in driver.find(QPlainTextEdit, "exchangeReportText").toPlainText()
        driver.find(QPushButton, "exchangeReportCloseButton").click()
        document = driver.window.desk.maps.map
        assert document is not None
        assert document.title == "Gardens"
        await driver.end()

    run_async(scenario())


def test_both_edited_is_told(qapp: QApplication, services: Services, run_async: Run, tmp_path: Path) -> None:
    async def scenario() -> None:
        driver = await window_on(qapp, services)
        desk, target = driver.window.desk, tmp_path / "map.canvas"
        await driver.window.exchange.write("canvas", target)
        session = desk.maps.session
        assert session is not None
        topic = session.map.topics[session.map.children(session.map.root_id)[0]]
        target.write_text(
            target.read_text(encoding="utf-8").replace(f"# {topic.title}", "# There", 1), encoding="utf-8"
        )
        await session.commit(lambda now: Change((PutTopic(topic, replace(topic, title="Here")),), "rename"))
        driver.window.exchange.take(target)
        await until(lambda: driver.has(QDialog, "exchangeReport"), "both are told")
        assert "ours stays" in driver.find(QPlainTextEdit, "exchangeReportText").toPlainText()
        assert "There" in session.map.topics[topic.topic_id].note
        driver.find(QPushButton, "exchangeReportCloseButton").click()
        await driver.end()

    run_async(scenario())


def test_without_a_map_export_says_so(qapp: QApplication, services: Services, run_async: Run) -> None:
    async def scenario() -> None:
        driver = Driver(qapp, services)
        driver.window.exchange.export()
        assert "no map to export" in driver.window.notifier.text
        await driver.end()

    run_async(scenario())
