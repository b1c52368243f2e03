"""The library as a person uses it: typing, shelves, collections, the trash, filters, the history."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QTextBrowser,
    QWidget,
)

from knowalledge_desktop.core.edits import renaming
from knowalledge_desktop.core.graph import Map, Place, Topic
from knowalledge_desktop.core.shelf import Shelf
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.ui.panels.library_page import LibraryPage
from knowalledge_desktop.ui.panels.library_preview import laid_out
from tests.support.shelves import a_map
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Flow = Callable[[Callable[[Driver], Awaitable[None]]], None]


@pytest.fixture
def flow(qapp: QApplication, atlas_path: Path, home: Path, run_async: Callable[[Awaitable[None]], None]) -> Flow:
    """Run steps in a window on a library of three maps, with the library in front."""

    def run(steps: Callable[[Driver], Awaitable[None]]) -> None:
        async def work() -> None:
            services = ui_services(Oracle(), atlas_path)
            await fill(services.library._library)
            driver = Driver(qapp, services)
            try:
                driver.window.desk.focus_search()
                await until(lambda: titles(driver) == ["Jazz", "DNA", "JAZZ"], "the maps")
                await steps(driver)
                await until(lambda: not driver.tasks._all, "quiet")
                assert driver.bugs == []
            finally:
                driver.window.close()
                await driver.end()

        run_async(work())

    return run


async def fill(library: object) -> None:
    for document in (
        a_map("k", "JAZZ", "Cool"),
        a_map("d", "DNA", "Genes", engine="atlas", language="fr"),
        a_map("j", "Jazz", "Bebop", "Swing", texts={"Bebop": "A fast **style** of the forties."}),
    ):
        await library.create(document)  # type: ignore[attr-defined]
        await asyncio.sleep(0.002)  # each is opened later than the one before


def page(driver: Driver) -> LibraryPage:
    return driver.window.library_page


def titles(driver: Driver) -> list[str]:
    return [row.first for row in page(driver)._rows.rows() if row.info]


def told(driver: Driver, name: str) -> str:
    return driver.find(QLabel, name).text()


def found(driver: Driver) -> list[str]:
    return [row.hit.title for row in page(driver)._rows.rows() if row.hit]


def choose(driver: Driver, map_id: str) -> None:
    rows = [row.map_id for row in page(driver)._rows.rows()]
    page(driver).list.setCurrentIndex(page(driver)._rows.index(rows.index(map_id)))


def click(driver: Driver, name: str) -> None:
    button = driver.find(QPushButton, name)
    assert button.isVisible(), f"{name} cannot be seen"
    button.click()


def test_typing_finds_titles_then_texts_and_the_keys_go_from_the_field_into_the_list(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        search = driver.find(QLineEdit, "librarySearch")
        QTest.keyClicks(search, "bebop")
        await until(lambda: found(driver) == ["Bebop"], "the title")
        search.setText("forti")
        await until(lambda: any("\x02forti\x03es" in row.third for row in page(driver)._rows.rows()), "the text")
        assert "1 found in" in told(driver, "libraryFound")
        search.setText("bepop")
        await until(lambda: "‘bebop’" in told(driver, "libraryEmpty"), "what was meant")
        search.setText("qqqqq")
        await until(lambda: "‘qqqqq’. Make a map of it" in told(driver, "libraryEmpty"), "nothing")
        assert driver.has(QPushButton, "newMapOfSearch")
        search.setText("jazz")
        await until(lambda: found(driver) == ["Jazz", "JAZZ"], "both maps")
        QTest.keyClick(search, Qt.Key.Key_Escape)
        await until(lambda: len(titles(driver)) == 3, "the maps again")
        search.setText("jazz")
        await until(lambda: found(driver) == ["Jazz", "JAZZ"], "both maps again")
        QTest.keyClick(search, Qt.Key.Key_Down)
        assert driver.find(QListView, "libraryList").hasFocus()
        QTest.keyClick(page(driver).list, Qt.Key.Key_Up)
        assert search.hasFocus(), "up from the first row is back in the field"
        QTest.keyClick(search, Qt.Key.Key_Return)
        await until(lambda: driver.window.page == "map", "the map")
        assert driver.window.desk.maps.map is not None
        assert driver.window.desk.maps.map.map_id == "j"

    flow(steps)


def test_a_map_goes_to_the_trash_by_key_and_comes_back_by_key(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        choose(driver, "d")
        page(driver).list.setFocus()
        QTest.keyClick(page(driver).list, Qt.Key.Key_Delete)
        await until(lambda: titles(driver) == ["Jazz", "JAZZ"], "one less")
        assert "DNA is in the trash" in driver.window.notifier.text
        QTest.keyClick(driver.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: titles(driver) == ["Jazz", "DNA", "JAZZ"], "all of them")

    flow(steps)


def test_emptying_the_trash_says_what_goes_and_asks(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        choose(driver, "j")
        click(driver, "trashButton")
        await until(lambda: titles(driver) == ["DNA", "JAZZ"], "one less")
        page(driver).shelves.go(Shelf.TRASH)
        await until(lambda: titles(driver) == ["Jazz"], "the trash")
        click(driver, "emptyTrashButton")
        await until(lambda: driver.has(QWidget, "eraseDialog"), "the question")
        assert told(driver, "eraseWhat") == "These go: 1 maps, 3 topics, 1 explanations."
        click(driver, "eraseCancelButton")
        await until(lambda: not driver.has(QWidget, "eraseDialog"), "no question")
        assert titles(driver) == ["Jazz"]
        click(driver, "emptyTrashButton")
        await until(lambda: driver.has(QWidget, "eraseDialog"), "the question again")
        click(driver, "eraseConfirmButton")
        await until(lambda: titles(driver) == [], "an empty trash")
        assert "trash is empty" in told(driver, "libraryEmpty")
        page(driver).shelves.go(Shelf.ALL)
        await until(lambda: titles(driver) == ["DNA", "JAZZ"], "the others")

    flow(steps)


def test_a_map_of_the_trash_is_put_back_with_enter(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        choose(driver, "d")
        click(driver, "trashButton")
        page(driver).shelves.go(Shelf.TRASH)
        await until(lambda: titles(driver) == ["DNA"], "the trash")
        QTest.keyClick(page(driver).list, Qt.Key.Key_Return)
        await until(lambda: titles(driver) == [], "an empty trash")
        page(driver).shelves.go(Shelf.ALL)
        await until(lambda: titles(driver) == ["Jazz", "DNA", "JAZZ"], "all of them")

    flow(steps)


def test_pins_collections_and_equal_titles(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        choose(driver, "k")
        page(driver).list.setFocus()
        QTest.keyClick(page(driver).list, Qt.Key.Key_P)
        await until(lambda: titles(driver) == ["JAZZ", "Jazz", "DNA"], "the pinned one on top")
        assert page(driver).chosen is not None
        assert page(driver).chosen.map_id == "k", "the choice stays where it was"
        field = driver.find(QLineEdit, "collectionField")
        field.setText("Music")
        QTest.keyClick(field, Qt.Key.Key_Return)
        await until(
            lambda: "Music" in [each.text for each in page(driver).shelves._model.entries], "the collection"
        )
        page(driver).shelves.go(Shelf.ALL, "Music")
        await until(lambda: titles(driver) == ["JAZZ"], "what is in it")
        click(driver, "collection-0")
        await until(lambda: len(titles(driver)) == 3, "all maps, as the collection is gone")
        page(driver).shelves.go(Shelf.DUPLICATES)
        await until(lambda: titles(driver) == ["Jazz", "JAZZ"], "the same title twice")
        driver.window.desk.library.undo()
        page(driver).shelves.go(Shelf.PINNED)
        await until(lambda: titles(driver) == ["JAZZ"], "the pinned one")

    flow(steps)


def test_filters_of_lists_and_searches(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        engine = driver.find(QComboBox, "filterEngine")
        engine.setCurrentIndex(engine.findData("atlas"))
        await until(lambda: titles(driver) == ["DNA"], "maps of the Atlas")
        driver.find(QLineEdit, "librarySearch").setText("jazz")
        await until(lambda: driver.has(QPushButton, "newMapOfSearch"), "nothing of the Atlas")
        click(driver, "filterClear")
        await until(lambda: found(driver) == ["Jazz", "JAZZ"], "both")
        driver.find(QLineEdit, "librarySearch").clear()
        quality = driver.find(QComboBox, "filterQuality")
        quality.setCurrentIndex(1)
        await until(lambda: titles(driver) == ["Jazz"], "a good text")

    flow(steps)


def test_the_history_compares_and_goes_back_as_a_step_that_can_be_undone(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        library = driver.services.library
        session: MapSession = await library.behind("j")
        await session.commit(lambda now: renaming(now, "j-0", "Hard bop"))
        choose(driver, "j")
        click(driver, "historyButton")
        await until(lambda: driver.has(QListView, "historyList"), "the history")
        acts = driver.find(QListView, "historyList").model()
        await until(lambda: acts.rowCount() == 2, "both acts")
        assert [acts.index(n, 0).data() for n in range(2)] == ["Rename Bebop", "Began"]
        await until(lambda: "Nothing is different" in told(driver, "historySince"), "the newest act")
        assert not driver.find(QPushButton, "historyBackButton").isEnabled()
        page(driver).history.list.setCurrentIndex(acts.index(1, 0))
        await until(lambda: driver.find(QPushButton, "historyBackButton").isEnabled(), "the comparison")
        assert "Bebop → Hard bop" in [each.text() for each in page(driver).history.findChildren(QLabel)]
        click(driver, "historyBackButton")
        await until(lambda: acts.rowCount() == 3, "going back is an act")
        assert (await library.behind("j")).map.topics["j-0"].title == "Bebop"
        QTest.mouseClick(driver.find(QPushButton, "toastButton"), Qt.MouseButton.LeftButton)
        await until(lambda: acts.rowCount() == 4, "undone")
        assert (await library.behind("j")).map.topics["j-0"].title == "Hard bop"
        QTest.keyClick(page(driver).history.list, Qt.Key.Key_Escape)
        assert not driver.has(QWidget, "historyView")
        assert driver.window.page == "library"

    flow(steps)


def test_every_part_has_a_name_in_wide_and_narrow_windows(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        inside = {each.objectName() for each in page(driver).findChildren(QWidget)}
        assert {"librarySearch", "libraryList", "libraryFilters", "trashView", "historyView"} <= inside
        own = [line for line in driver.nameless() if any(f"{name!r}" in line for name in inside if name)]
        assert own == []
        driver.window.resize(960, 620)
        await until(lambda: not driver.has(QWidget, "librarySide"), "the card gives way")
        driver.window.desk.library.show_history("j")
        await until(lambda: driver.has(QWidget, "historyView"), "the history in the shelves' place")

    flow(steps)


def test_what_is_chosen_is_seen_small_and_what_was_found_is_read_with_its_words_lit(flow: Flow) -> None:
    async def steps(driver: Driver) -> None:
        preview, reading = driver.find(QWidget, "libraryPreview"), driver.find(QTextBrowser, "libraryReading")
        await until(preview.isVisible, "the picture of the map")
        assert preview.accessibleName() == "Picture of the map Jazz"
        ground = driver.theme.color("bg.canvas").rgb()
        image = preview.grab().toImage()
        inks = {image.pixelColor(x, y).rgb() for x in range(0, image.width(), 3) for y in range(0, 200, 3)}
        assert ground in inks
        assert len(inks) > 3  # topics, edges and the title
        assert not reading.isVisible()
        QTest.keyClicks(driver.find(QLineEdit, "librarySearch"), "forties")
        await until(lambda: reading.isVisible(), "the text")
        assert reading.toPlainText().strip() == "A fast style of the forties."
        assert [each.cursor.selectedText() for each in reading.extraSelections()] == ["forties"]
        driver.find(QLineEdit, "librarySearch").clear()
        await until(lambda: titles(driver) == ["Jazz", "DNA", "JAZZ"], "the maps again")
        assert not reading.isVisible()

    flow(steps)


def test_a_map_that_no_window_has_shown_is_seen_small_too() -> None:
    topics = {"r": Topic("r", "Jazz")} | {f"t{n}": Topic(f"t{n}", f"T{n}", "r", float(n)) for n in range(20)}
    bare = Map("m", "Jazz", "r", topics, places={"t0": Place(900.0, 20.0, pinned=True)})
    seen = laid_out(bare)
    assert set(seen.places) == set(topics)
    assert seen.places["t0"] == bare.places["t0"]
    assert laid_out(seen) is seen


def test_an_empty_library_says_so_and_offers_two_ways_to_begin(
    qapp: QApplication, atlas_path: Path, run_async: Callable[[Awaitable[None]], None]
) -> None:
    async def work() -> None:
        driver = Driver(qapp, ui_services(Oracle(), atlas_path))
        try:
            driver.window.desk.focus_search()
            await until(lambda: driver.window.library_page.isVisible(), "the library")
            begin = driver.find(QPushButton, "firstTopicButton")
            await until(begin.isVisible, "the two buttons")
            assert "Maps you make are kept here" in told(driver, "libraryEmpty")
            assert not driver.find(QWidget, "libraryFilters").isVisible()
            assert driver.find(QPushButton, "firstImportButton").isVisible()
            assert driver.nameless() == []
            QTest.mouseClick(begin, Qt.MouseButton.LeftButton)
            field = driver.window.start_page.field
            await until(lambda: QApplication.focusWidget() is field, "the field for a topic")
            await until(lambda: not driver.tasks._all, "quiet")
        finally:
            driver.window.close()
            await driver.end()

    run_async(work())
