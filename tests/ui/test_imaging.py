"""Pictures in the window: topics of those that come from outside, and those of topics."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QRadioButton,
    QToolButton,
    QToolTip,
    QWidget,
)

from knowalledge_desktop.bootstrap import Overrides, build_services
from knowalledge_desktop.core.graph import Change, Map, PutPicture
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.request import EngineChoice, Task
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.dialogs.image_topic_dialog import ImageTopicDialog
from tests.support.fakes import MemorySecrets
from tests.support.gemini_cases import chunk, error, stream, unary
from tests.support.gemini_server import GeminiServer
from tests.support.pictures import plain
from tests.support.ui_services import KEY
from tests.support.window import Driver, until

pytestmark = [
    pytest.mark.qt_log_ignore("This plugin does not support"),  # a screen that is not there
    # The library that draws TeX finds its font in a way that Python is about to change.
    pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning"),
]

Steps = Callable[[Driver], Awaitable[None]]
Flow = Callable[[Steps], None]


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as made:
        yield made


@pytest.fixture
def secrets() -> MemorySecrets:
    return MemorySecrets(KEY)


@pytest.fixture
def services(atlas_path: Path, server: GeminiServer, secrets: MemorySecrets) -> Services:
    made = build_services(dict(os.environ), Overrides(secrets=secrets, atlas_path=atlas_path))
    made.preferences.save(replace(made.preferences.settings, base_url=server.url))
    return made


@pytest.fixture
def flow(qapp: QApplication, run_async: Callable[[Awaitable[None]], None], services: Services) -> Flow:
    async def whole(steps: Steps) -> None:
        driver = Driver(qapp, services)
        try:
            await steps(driver)
        finally:
            driver.window.close()
            await driver.end()

    return lambda steps: run_async(whole(steps))


def asked(server: GeminiServer) -> int:
    return len([seen for seen in server.seen if "GenerateContent" in seen.path])


async def grown(driver: Driver, topic: str = "Jazz") -> GraphCanvas:
    driver.window.desk.explore(topic)
    canvas = driver.find(GraphCanvas, "graphCanvas")
    await until(lambda: canvas.property("nodeCount") == 16 and not driver.tasks._all, "a map")
    return canvas


async def shown(driver: Driver, kind: type[QWidget], name: str) -> None:
    await until(lambda: driver.has(kind, name), name)


def click(driver: Driver, kind: type[QAbstractButton], name: str) -> None:
    QTest.mouseClick(driver.find(kind, name), Qt.MouseButton.LeftButton)


def tooltip(widget: QWidget) -> str:
    at = widget.rect().center()
    QApplication.sendEvent(widget, QHelpEvent(QHelpEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
    text = QToolTip.text()
    QToolTip.hideText()
    return text


def file_of(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def act(driver: Driver, text: str) -> None:
    """Choose from the menu of the topic's picture."""
    view, at = driver.find(QAbstractButton, "topicPicture"), QPoint(5, 5)
    QApplication.sendEvent(view, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at)))
    menu = next(each for each in driver.window.findChildren(QMenu, "pictureMenu") if each.isVisible())
    next(each for each in menu.actions() if each.text() == text).trigger()
    menu.close()


def names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir() if "out" in each.name]


def opened(driver: Driver) -> Map:
    document = driver.window.desk.maps.map
    assert document is not None
    return document


def dropped(driver: Driver, data: QMimeData, onto: str = "imageDropTarget", window: QWidget | None = None) -> bool:
    """Drag over a window and let go; whether it was taken."""
    window, frame = window or driver.window, driver.find(QWidget, onto)
    copy, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(QPoint(300, 300), copy, data, button, none)
    entered.ignore()
    QApplication.sendEvent(window, entered)
    if not entered.isAccepted():
        return False
    assert frame.isVisible()
    QApplication.sendEvent(frame, QDropEvent(QPointF(300, 300), copy, data, button, none))
    assert not frame.isVisible()
    return True


# --- a topic of a picture -----------------------------------------------------------------------------------


def test_a_dropped_picture_becomes_a_map_and_nothing_is_sent_before(
    flow: Flow, server: GeminiServer, tmp_path: Path
) -> None:
    async def steps(driver: Driver) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file_of(tmp_path / "a.png", plain(2048, 1024))))])
        assert dropped(driver, data)
        await shown(driver, QPushButton, "imageSendButton")
        assert asked(server) == 0
        sent = driver.find(QLabel, "imageSentLabel").text()
        assert "1024 × 512" in sent
        assert "metadata" in sent
        dialog = driver.find(QDialog, "imageTopicDialog")
        price = next(each for each in dialog.findChildren(QLabel, "priceLabel")).text()
        assert "$" in price
        assert price in tooltip(driver.find(QPushButton, "imageSendButton"))
        click(driver, QPushButton, "imageSendButton")
        await shown(driver, QRadioButton, "imageCandidate0")
        assert driver.find(QRadioButton, "imageCandidate0").isChecked()
        title = driver.find(QRadioButton, "imageCandidate2").text()
        click(driver, QRadioButton, "imageCandidate2")
        click(driver, QPushButton, "imageChooseButton")
        await until(lambda: driver.window.canvas.property("nodeCount") == 16, "a map")
        document = opened(driver)
        assert document.root is not None
        assert document.title == title
        assert document.root.summary == "It is there 3 times."
        assert not driver.has(QDialog, "imageTopicDialog")

    flow(steps)


def test_text_is_not_taken_for_a_picture(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        data = QMimeData()
        data.setText("Jazz")
        assert not dropped(driver, data)

    flow(steps)


def test_ctrl_v_takes_a_picture_and_leaves_text_to_the_fields(flow: Flow, qapp: QApplication) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        canvas.select("")  # below a selected topic, lines of text become subtopics
        qapp.clipboard().setText("Blues")
        canvas.setFocus()
        QTest.keyClick(canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        assert driver.find(QLineEdit, "topicInput").text() == "Blues"
        assert not driver.has(QDialog, "imageTopicDialog")
        image = QImage(64, 48, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.red)
        qapp.clipboard().setImage(image)
        canvas.setFocus()
        QTest.keyClick(canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await shown(driver, QPushButton, "imageSendButton")
        assert "64 × 48" in driver.find(QLabel, "imageSentLabel").text()
        click(driver, QPushButton, "imageCancelButton")
        await until(lambda: not driver.has(QDialog, "imageTopicDialog"), "the end")

    flow(steps)


@pytest.mark.parametrize("data", [b"", b"text " * 99, plain()[:60]])
def test_what_is_no_picture_is_told_in_a_sentence(flow: Flow, tmp_path: Path, data: bytes) -> None:
    async def steps(driver: Driver) -> None:
        driver.window.desk.imaging.take(file_of(tmp_path / "a.png", data))
        await shown(driver, QLabel, "imageTroubleText")
        assert "PNG" in driver.find(QLabel, "imageTroubleText").text()
        assert not driver.has(QPushButton, "imageRetryButton")
        assert not driver.has(QPushButton, "imageSendButton")
        assert not driver.has(QPushButton, "imageChooseButton")
        click(driver, QPushButton, "imageCancelButton")

    flow(steps)


def test_an_own_topic_wins_and_is_a_persons(flow: Flow, tmp_path: Path) -> None:
    async def steps(driver: Driver) -> None:
        driver.window.desk.imaging.take(file_of(tmp_path / "a.png", plain()))
        await shown(driver, QPushButton, "imageSendButton")
        click(driver, QPushButton, "imageSendButton")
        await shown(driver, QLineEdit, "imageOwnTopic")
        QTest.keyClicks(driver.find(QLineEdit, "imageOwnTopic"), "Two halves")
        assert not driver.find(QRadioButton, "imageCandidate0").isChecked()
        click(driver, QPushButton, "imageChooseButton")
        await until(lambda: driver.window.canvas.property("nodeCount") == 16, "a map")
        document = opened(driver)
        assert document.root is not None
        assert document.title == "Two halves"
        assert document.root.provenance.engine == "person"

    flow(steps)


def test_a_failure_can_be_tried_again_and_asking_stopped(flow: Flow, server: GeminiServer, tmp_path: Path) -> None:
    async def steps(driver: Driver) -> None:
        counted = unary({"totalTokens": 600})  # a picture is counted before it is sent
        server.enqueue(counted, unary(error(400, "INVALID_ARGUMENT", "cannot be looked at"), 400))
        driver.window.desk.imaging.take(file_of(tmp_path / "a.png", plain()))
        await shown(driver, QPushButton, "imageSendButton")
        click(driver, QPushButton, "imageSendButton")
        await shown(driver, QPushButton, "imageRetryButton")
        assert not driver.has(QPushButton, "imageSettingsButton")
        server.enqueue(counted, replace(unary({}), first_s=30.0))
        click(driver, QPushButton, "imageRetryButton")
        await shown(driver, QPushButton, "imageStopButton")
        await until(lambda: asked(server) == 2, "the second request")
        click(driver, QPushButton, "imageStopButton")
        await shown(driver, QPushButton, "imageSendButton")
        await until(lambda: server.seen[-1].hung_up.is_set(), "the end of the request")
        click(driver, QPushButton, "imageCancelButton")

    flow(steps)


def test_without_a_key_the_settings_are_offered(flow: Flow, secrets: MemorySecrets, tmp_path: Path) -> None:
    async def steps(driver: Driver) -> None:
        await driver.services.preferences.remove_key()
        driver.window.desk.imaging.take(file_of(tmp_path / "a.png", plain()))
        await shown(driver, QPushButton, "imageSendButton")
        click(driver, QPushButton, "imageSendButton")
        await shown(driver, QPushButton, "imageSettingsButton")
        assert "key" in driver.find(QLabel, "imageTroubleText").text()
        click(driver, QPushButton, "imageSettingsButton")
        await shown(driver, QDialog, "settingsDialog")
        assert not driver.has(QDialog, "imageTopicDialog")
        driver.find(QDialog, "settingsDialog").reject()

    flow(steps)


def test_another_picture_takes_the_place_of_the_first_and_esc_stops_before_it_closes(
    flow: Flow, server: GeminiServer, tmp_path: Path
) -> None:
    async def steps(driver: Driver) -> None:
        driver.window.desk.imaging.take(file_of(tmp_path / "a.png", plain()))
        await shown(driver, QPushButton, "imageSendButton")
        dialog = driver.find(QDialog, "imageTopicDialog")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file_of(tmp_path / "b.png", plain(200, 100))))])
        assert dropped(driver, data, "imageDialogDropTarget", dialog)
        sent = driver.find(QLabel, "imageSentLabel")
        await until(lambda: "200 × 100" in sent.text(), "the other picture")
        server.enqueue(replace(unary({}), first_s=30.0))
        click(driver, QPushButton, "imageSendButton")
        await until(lambda: asked(server) == 1, "the request")
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await shown(driver, QPushButton, "imageSendButton")
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await until(lambda: not driver.has(QDialog, "imageTopicDialog"), "the end")

    flow(steps)


def test_a_picture_is_chosen_from_a_file(flow: Flow, tmp_path: Path) -> None:
    async def steps(driver: Driver) -> None:
        click(driver, QPushButton, "startImageButton")
        await shown(driver, QFileDialog, "imageFileDialog")
        driver.find(QFileDialog, "imageFileDialog").fileSelected.emit(
            str(file_of(tmp_path / "a.png", plain(90, 60)))
        )
        driver.find(QFileDialog, "imageFileDialog").reject()
        await shown(driver, QPushButton, "imageSendButton")
        assert "90 × 60" in driver.find(QLabel, "imageSentLabel").text()
        click(driver, QPushButton, "imageCancelButton")
        await grown(driver)
        click(driver, QToolButton, "imageTopicButton")
        await shown(driver, QFileDialog, "imageFileDialog")
        driver.find(QFileDialog, "imageFileDialog").reject()

    flow(steps)


def test_a_picture_without_a_clear_topic_can_be_named(flow: Flow, tmp_path: Path) -> None:
    async def steps(driver: Driver) -> None:
        driver.window.desk.imaging.take(file_of(tmp_path / "a.png", plain()))
        await shown(driver, QPushButton, "imageSendButton")
        driver.find(ImageTopicDialog, "imageTopicDialog").show_candidates(())
        assert "Say what it shows" in driver.find(QLabel, "imageMessage").text()
        assert not driver.find(QPushButton, "imageChooseButton").isEnabled()
        QTest.keyClicks(driver.find(QLineEdit, "imageOwnTopic"), "Flag")
        click(driver, QPushButton, "imageChooseButton")
        await until(lambda: driver.window.canvas.property("nodeCount") == 16, "a map")
        assert opened(driver).title == "Flag"

    flow(steps)


# --- a picture of a topic -----------------------------------------------------------------------------------


def test_a_topic_is_drawn_shown_and_can_be_undone(flow: Flow, services: Services, tmp_path: Path) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver)
        maps, box = driver.window.desk.maps, driver.window.detail.picture
        click(driver, QToolButton, "illustrateButton")
        assert box.isVisible()
        place = driver.window.detail.picture.geometry()
        await until(lambda: opened(driver).pictures != {}, "the picture")
        view = driver.find(QAbstractButton, "topicPicture")
        await until(lambda: view.pixmap is not None, "its sight")  # type: ignore[attr-defined]
        assert driver.window.detail.picture.geometry() == place  # nothing below it has moved
        assert view.accessibleDescription() == "A drawing of Jazz."
        kept = opened(driver).pictures[opened(driver).root_id]
        target = tmp_path / "out.jpg"
        driver.window.desk.imaging.save(kept, target)
        await until(lambda: "out.jpg" in driver.window.notifier.text, "the file")
        with Image.open(target) as written:
            assert (written.format, written.size) == ("JPEG", (kept.width, kept.height))
        assert names(tmp_path) == ["out.jpg"]
        view.click()
        await shown(driver, QDialog, "pictureDialog")
        click(driver, QPushButton, "pictureCloseButton")
        maps.remove_picture(opened(driver).root_id)
        await until(lambda: not opened(driver).pictures, "its removal")
        assert not box.isVisible()
        assert "remove the picture of Jazz" in driver.find(QToolButton, "undoButton").toolTip()
        maps.undo()
        await until(lambda: opened(driver).pictures != {}, "its return")
        assert box.isVisible()

    flow(steps)


def test_the_menu_of_a_picture_saves_draws_again_and_removes(
    flow: Flow, server: GeminiServer, tmp_path: Path
) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver, "A/B: tests")
        driver.window.desk.maps.illustrate(opened(driver).root_id)
        await until(lambda: not driver.tasks._all, "the picture")
        act(driver, "Save as…")
        await shown(driver, QFileDialog, "pictureSaveDialog")
        chooser = driver.find(QFileDialog, "pictureSaveDialog")
        assert [Path(name).name for name in chooser.selectedFiles()] == ["A B tests.png"]
        chooser.fileSelected.emit(str(tmp_path / "out.gif"))
        await until(lambda: ".webp" in driver.window.notifier.text, "the sentence")
        chooser.fileSelected.emit(str(tmp_path / "no such folder" / "out.png"))
        await until(lambda: "no such folder" in driver.window.notifier.text, "the sentence")
        chooser.fileSelected.emit(str(tmp_path / "out.png"))
        await until(lambda: "Saved out.png" in driver.window.notifier.text, "the file")
        chooser.reject()
        assert names(tmp_path) == ["out.png"]
        before = asked(server)
        act(driver, "Draw it again")
        await until(lambda: asked(server) == before + 1 and not driver.tasks._all, "another picture")
        act(driver, "Remove the picture")
        await until(lambda: not opened(driver).pictures, "its removal")

    flow(steps)


def test_drawing_can_be_stopped(flow: Flow, server: GeminiServer) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        server.enqueue(replace(unary({}), first_s=30.0))
        QTest.keyClick(canvas, Qt.Key.Key_I)
        assert "Drawing Jazz" in driver.find(QLabel, "activityText").text()
        assert "Stop" in driver.find(QToolButton, "illustrateButton").accessibleName()
        await until(lambda: asked(server) == 2, "the request")
        click(driver, QToolButton, "illustrateButton")
        await until(lambda: not driver.tasks._all, "quiet")
        assert not driver.window.detail.picture.isVisible()
        assert canvas.property("busy") is False
        assert "Illustrate" in driver.find(QToolButton, "illustrateButton").accessibleName()

    flow(steps)


def test_the_atlas_cannot_draw_and_says_what_to_do(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver)
        preferences = driver.services.preferences
        preferences.save(replace(preferences.settings, engine=EngineChoice.ATLAS))
        click(driver, QToolButton, "illustrateButton")
        await shown(driver, QPushButton, "bannerSettingsButton")
        assert not driver.has(QPushButton, "retryButton")
        assert not driver.window.detail.picture.isVisible()

    flow(steps)


def test_a_refused_picture_is_told_with_its_price_to_retry(flow: Flow, server: GeminiServer) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver)
        server.enqueue(stream(chunk(finish="IMAGE_SAFETY")))
        click(driver, QToolButton, "illustrateButton")
        await shown(driver, QWidget, "topicBanner")
        assert "declined" in driver.find(QWidget, "topicBanner").accessibleName()
        await until(lambda: not driver.window.detail.picture.isVisible(), "no picture")
        assert "request" in tooltip(driver.find(QPushButton, "retryButton"))

    flow(steps)


def test_a_picture_whose_file_is_gone_says_so(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver)
        document = opened(driver)
        lost = TopicPicture(document.root_id, "0" * 64, "image/png", 64, 64, "A leaf.")
        session = driver.window.desk.maps.session
        assert session is not None
        await session.commit(lambda _: Change((PutPicture(None, lost),), "illustrate", "Jazz"))
        box = driver.window.detail.picture
        await until(lambda: "not on this device" in box.told, "the sentence")

    flow(steps)


def test_a_picture_is_seen_on_the_map_only_close_up(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        document = opened(driver)
        child = document.children(document.root_id)[3]
        canvas.frame(child)
        canvas.zoom_reset()
        await until(lambda: not canvas.is_moving, "rest")
        driver.window.desk.maps.illustrate(child)
        await until(lambda: not driver.tasks._all, "the picture")
        canvas.settle()
        assert not list(driver.window.desk.imaging.thumbnails._kept[128])  # nobody has looked for it yet
        rows = canvas.rows
        for _ in range(4):
            canvas.zoom_in()
        canvas.settle()
        canvas.grab()
        thumbnails = driver.window.desk.imaging.thumbnails
        await until(lambda: thumbnails.for_node(rows.pictures[rows.index[child]]) is not None, "the thumbnail")
        assert canvas.rows.w.tolist() == rows.w.tolist()

    flow(steps)


# --- prices -------------------------------------------------------------------------------------------------


def test_what_costs_says_so_in_its_tooltip(flow: Flow, server: GeminiServer) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver)
        before = asked(server)
        for name in ("explainButton", "expandButton", "illustrateButton", "askButton", "exploreButton"):
            driver.find(QLineEdit, "askInput").setText("Why?")
            text = tooltip(driver.find(QAbstractButton, name))
            assert "request" in text, name
            assert "$" in text, name
        preferences = driver.services.preferences
        preferences.save(replace(preferences.settings, tier="free"))
        assert "free on the free tier" in tooltip(driver.find(QAbstractButton, "explainButton"))
        preferences.save(replace(preferences.settings, tier="tier1", text_model="nobody-knows-this"))
        assert "price unknown" in tooltip(driver.find(QAbstractButton, "explainButton"))
        preferences.save(replace(preferences.settings, engine=EngineChoice.ATLAS))
        assert "Atlas" in tooltip(driver.find(QAbstractButton, "explainButton"))
        assert asked(server) == before
        assert driver.window.desk.prices.of_topic(Task.EXPLANATION, None, "x") == ()

    flow(steps)


# --- questions ----------------------------------------------------------------------------------------------


def answers(driver: Driver) -> str:
    return driver.window.detail.answers.view.toPlainText()


async def ask(driver: Driver, question: str) -> None:
    field = driver.find(QLineEdit, "askInput")
    field.setText(question)
    QTest.keyClick(field, Qt.Key.Key_Return)
    await until(lambda: not driver.tasks._all, "the answer")


def test_answers_stay_with_their_topic(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        canvas = await grown(driver)
        await ask(driver, "Why $5 *or* <b>more</b>?")
        await ask(driver, "And then?")
        assert "Why $5 *or* <b>more</b>?" in answers(driver)
        assert "You ask: And then? It is about Jazz" in answers(driver)
        assert driver.find(QLineEdit, "askInput").text() == ""
        assert "not part of the map" in driver.find(QLabel, "answersTitle").text()
        QTest.keyClick(canvas, Qt.Key.Key_Right)
        assert not driver.has(QWidget, "answersBox")
        canvas.select_row(0)
        assert driver.has(QWidget, "answersBox")
        assert "And then?" in answers(driver)
        click(driver, QToolButton, "closeAnswersButton")
        assert not driver.has(QWidget, "answersBox")
        assert not opened(driver).explanations

    flow(steps)


def test_esc_stops_an_answer_and_keeps_the_question(flow: Flow, server: GeminiServer) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver)
        server.enqueue(replace(unary({}), first_s=30.0))
        field = driver.find(QLineEdit, "askInput")
        field.setFocus()
        field.setText("Why?")
        QTest.keyClick(field, Qt.Key.Key_Return)
        await until(lambda: asked(server) == 2, "the request")
        assert driver.find(QPushButton, "askButton").text() == "Stop"
        assert driver.find(QLabel, "activityText").text() == "Answering about Jazz"
        QTest.keyClick(field, Qt.Key.Key_Escape)
        await until(lambda: not driver.tasks._all, "quiet")
        assert driver.find(QPushButton, "askButton").text() == "Ask"
        assert field.text() == "Why?"
        assert not driver.has(QWidget, "answersBox")

    flow(steps)


def test_a_question_without_a_key_leads_to_the_settings(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver)
        await driver.services.preferences.remove_key()
        await ask(driver, "Why?")
        assert driver.has(QPushButton, "askSettingsButton")
        assert "key" in driver.find(QLabel, "askTroubleText").text()
        await driver.services.preferences.set_key(KEY)
        click(driver, QPushButton, "askRetryButton")
        await until(lambda: not driver.tasks._all, "the answer")
        assert "You ask: Why?" in answers(driver)
        assert not driver.has(QPushButton, "askSettingsButton")

    flow(steps)


def test_reading_goes_on_while_the_map_changes(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver)
        for number in range(7):
            await ask(driver, f"Why number {number}?")
        assert "Why number 1?" not in answers(driver)  # the last five stay
        assert "Why number 2?" in answers(driver)
        bar = driver.window.detail.answers.view.verticalScrollBar()
        assert bar.value() > 0
        bar.setValue(1)
        driver.window.desk.maps.rename(opened(driver).root_id, "Swing")
        await until(lambda: opened(driver).title == "Swing", "the change")
        assert bar.value() == 1

    flow(steps)


def test_a_low_panel_shows_what_matters_most(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        driver.window.resize(1092, 670)
        await grown(driver)
        driver.window.desk.maps.illustrate(opened(driver).root_id)
        await until(lambda: not driver.tasks._all, "the picture")
        assert driver.window.detail.picture.isVisible()
        await ask(driver, "Why?")
        assert driver.has(QWidget, "answersBox")
        assert not driver.window.detail.picture.isVisible()
        await driver.services.preferences.remove_key()
        await ask(driver, "And then?")
        assert driver.has(QLabel, "askTroubleText")
        assert not driver.has(QWidget, "answersBox")
        QTest.keyClicks(driver.find(QLineEdit, "askInput"), "x")
        assert not driver.has(QLabel, "askTroubleText")
        assert driver.has(QWidget, "answersBox")
        click(driver, QToolButton, "closeAnswersButton")
        assert driver.window.detail.picture.isVisible()

    flow(steps)


def test_every_control_has_a_name_and_a_tooltip(flow: Flow, tmp_path: Path) -> None:
    async def steps(driver: Driver) -> None:
        await grown(driver)
        await ask(driver, "Why?")
        driver.window.desk.imaging.take(file_of(tmp_path / "a.png", plain()))
        await shown(driver, QPushButton, "imageSendButton")
        click(driver, QPushButton, "imageSendButton")
        await shown(driver, QRadioButton, "imageCandidate0")
        assert driver.nameless() == []
        click(driver, QPushButton, "imageCancelButton")

    flow(steps)
