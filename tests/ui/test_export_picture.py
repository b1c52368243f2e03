"""The whole map as a file or on paper: size told first, text as text, nothing cut off, nothing half-written."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLabel, QPushButton

from knowalledge_desktop.core.content import Relation
from knowalledge_desktop.core.errors import StorageError
from knowalledge_desktop.core.graph import Map, Place, Topic
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as Scheme
from knowalledge_desktop.layout.fan import place
from knowalledge_desktop.ui.canvas.map_picture import MARGIN, MapPicture
from knowalledge_desktop.ui.canvas.metrics import NodeMetrics
from knowalledge_desktop.ui.canvas.model import Rows, rows_of
from knowalledge_desktop.ui.canvas.picture_files import (
    LONGEST_PAGE,
    MOST_PIXELS,
    Kind,
    Wish,
    encoded,
    is_too_large,
    paint_sheet,
    pixels,
    sheets,
)
from knowalledge_desktop.ui.dialogs.export_picture_dialog import ExportPictureDialog, PrintMapDialog
from knowalledge_desktop.ui.theme import Theme
from tests.support.fakes import FakeClock
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Run = Callable[[Awaitable[None]], None]
RESOURCES = Path(__file__).resolve().parents[2] / "resources"


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(RESOURCES, Settings(theme=Scheme.LIGHT))


def document(branches: int = 6, each: int = 8) -> Map:
    topics = {"r": Topic("r", "Photosynthesis")}
    for n in range(branches):
        topics[f"b{n}"] = Topic(f"b{n}", f"Branch {n} & more", "r", n)
        for k in range(each):
            kind = Relation.RELATED if k == 1 else Relation.SUBTOPIC
            topics[f"b{n}.{k}"] = Topic(f"b{n}.{k}", f"Leaf <{n}.{k}> 光合作用", f"b{n}", k, relation=kind)
    return Map("m", "Photosynthesis", "r", topics)


def rows(theme: Theme, told: Map | None = None, folded: str = "") -> Rows:
    told = told or document()
    sizes = NodeMetrics(theme).sizes(told)
    places = place(told, sizes)
    if folded:
        there = places[folded]
        places = {**places, folded: Place(there.x, there.y, there.pinned, collapsed=True)}
    return rows_of(Map(told.map_id, told.title, told.root_id, told.topics, places=places), sizes)


def painted(picture: MapPicture, part: QRectF | None = None) -> QImage:
    image = QImage(picture.size.toSize(), QImage.Format.Format_RGB32)
    image.fill(picture.ground)
    painter = QPainter(image)
    picture.paint(painter, part)
    painter.end()
    return image


def inked(image: QImage, box: QRectF, ground: int) -> bool:
    area = box.toAlignedRect().intersected(image.rect())
    columns = range(area.left(), area.right() + 1)
    return any(image.pixel(x, y) != ground for x in columns for y in range(area.top(), area.bottom() + 1))


# --- the picture --------------------------------------------------------------------------------------------


def test_nothing_lies_in_the_margin_and_everything_in_the_picture(theme: Theme) -> None:
    shown = rows(theme, folded="b2")
    picture = MapPicture(theme, shown)
    image, ground = painted(picture), picture.ground.rgb()
    size = picture.size
    rim = MARGIN - 8.0
    for box in (
        QRectF(0, 0, size.width(), rim),
        QRectF(0, size.height() - rim, size.width(), rim),
        QRectF(0, 0, rim, size.height()),
        QRectF(size.width() - rim, 0, rim, size.height()),
    ):
        assert not inked(image, box, ground)
    left, top, _, _ = shown.bounds()
    for row in range(len(shown)):
        at_x, at_y = float(shown.x[row]) - left, float(shown.y[row]) - top
        assert inked(image, QRectF(at_x + MARGIN - 60, at_y + MARGIN - 6, 120, 12), ground), shown.titles[row]


def test_a_part_is_what_the_whole_has_there(theme: Theme) -> None:
    picture = MapPicture(theme, rows(theme))
    whole = painted(picture)
    half = QRectF(0, 0, picture.size.width(), picture.size.height() / 2)
    part = painted(picture, half)
    box = half.toRect().adjusted(0, 0, 0, -1)
    assert whole.copy(box) == part.copy(box)


def test_small_pictures_come_along(theme: Theme) -> None:
    told = rows(theme)
    red = QPixmap(40, 20)
    red.fill(Qt.GlobalColor.red)
    pictured = replace(told, pictures={0: "a", 3: "b"})
    image = painted(MapPicture(theme, pictured, lambda _name: red))
    count = sum(image.pixel(x, y) == 0xFFFF0000 for x in range(image.width()) for y in range(image.height()))
    sides = float(told.h[0]) ** 2 + float(told.h[3]) ** 2
    assert 0.9 * sides < count <= 1.1 * sides


# --- files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1.0, 2.0])
async def test_a_png_has_the_size_that_was_told(theme: Theme, scale: float) -> None:
    picture = MapPicture(theme, rows(theme))
    data = await encoded(picture, Wish(Kind.PNG, scale), "Photosynthesis")
    image = Image.open(io.BytesIO(data))
    told = pixels(picture, scale)
    assert image.size == (told.width(), told.height())
    assert image.text["Title"] == "Photosynthesis"  # type: ignore[attr-defined]
    colour = QColor(*image.convert("RGB").getpixel((0, 0)))  # type: ignore[misc]
    assert colour == picture.ground


async def test_strips_join_without_a_seam(theme: Theme) -> None:
    picture = MapPicture(theme, rows(theme, document(8, 12)))
    assert pixels(picture, 1.0).height() > 600
    made = QImage.fromData(await encoded(picture, Wish(Kind.PNG, 1.0), "x")).convertToFormat(
        QImage.Format.Format_RGB32
    )
    whole = painted(picture)
    different = sum(
        made.pixel(x, y) != whole.pixel(x, y) for x in range(0, whole.width(), 3) for y in range(505, 520)
    )
    assert different == 0


async def test_a_transparent_png_has_no_ground(theme: Theme) -> None:
    data = await encoded(MapPicture(theme, rows(theme)), Wish(Kind.PNG, 1.0, transparent=True), "x")
    image = Image.open(io.BytesIO(data))
    assert image.mode == "RGBA"
    alpha = image.getchannel("A")
    assert alpha.getpixel((0, 0)) == 0
    assert alpha.getextrema() == (0, 255)


async def test_an_svg_holds_every_title_as_text(theme: Theme) -> None:
    told = rows(theme)
    data = await encoded(MapPicture(theme, told), Wish(Kind.SVG), "Photo & <more>")
    root = ET.fromstring(data)  # noqa: S314 - made a moment ago by ourselves
    words = {"".join(each.itertext()).strip() for each in root.iter("{http://www.w3.org/2000/svg}text")}
    missing = [title for title in told.titles if title not in words and title.split(" 光")[0] not in words]
    assert missing == []
    wide = [float(each.attrib["textLength"]) for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert len(wide) >= len(told)
    assert all(0 < width < 260 for width in wide)
    assert root.find("{http://www.w3.org/2000/svg}title").text == "Photo & <more>"  # type: ignore[union-attr]


async def test_a_pdf_is_one_page_with_fonts(theme: Theme) -> None:
    data = await encoded(MapPicture(theme, rows(theme)), Wish(Kind.PDF), "Photosynthesis")
    assert data.startswith(b"%PDF-")
    assert data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") == 1
    assert b"/FontFile2" in data or b"/FontFile3" in data
    assert b"/ToUnicode" in data  # text that can be searched and copied


async def test_a_pdf_of_a_very_long_map_stays_within_what_a_page_may_be(theme: Theme) -> None:
    told = rows(theme, document(80, 14))
    picture = MapPicture(theme, replace(told, y=told.y * 12))  # as somebody may have dragged it apart
    assert picture.size.height() * 0.75 > LONGEST_PAGE
    data = await encoded(picture, Wish(Kind.PDF), "long")
    box = data[data.index(b"/MediaBox") :].split(b"]")[0].split(b"[")[1].split()
    assert max(float(each) for each in box) <= LONGEST_PAGE


def test_limits_of_a_png(theme: Theme) -> None:
    assert is_too_large(QSize(MOST_PIXELS // 10_000 + 1, 10_000))
    assert is_too_large(QSize(40_000, 10))
    assert not is_too_large(QSize(10_000, 10_000))


# --- paper --------------------------------------------------------------------------------------------------


def test_one_page_holds_all_and_several_cover_all() -> None:
    size, page = QSizeF(3000, 1500), QSizeF(2000, 2800)
    one = sheets(size, page, 0)
    assert one.count == 1
    assert one.part.width() >= size.width() - 1e-6
    assert one.part.height() >= size.height() - 1e-6
    for across in (2, 3, 6):
        plan = sheets(size, page, across)
        assert plan.across == across
        assert plan.part.width() * plan.across >= size.width() - 1e-6
        assert plan.part.height() * plan.down >= size.height() - 1e-6
        assert plan.part.height() * (plan.down - 1) < size.height()


def test_pages_laid_edge_to_edge_are_the_picture(theme: Theme) -> None:
    picture = MapPicture(theme, rows(theme))
    page = QSize(700, 900)
    plan = sheets(picture.size, QSizeF(page), 2)
    ink = []
    for number in range(plan.count):
        image = QImage(page, QImage.Format.Format_RGB32)
        image.fill(picture.ground)
        painter = QPainter(image)
        paint_sheet(painter, picture, plan, number, f"page {number + 1}")
        painter.end()
        body = QRectF(0, 0, page.width(), plan.part.height() * plan.scale - 2)
        foot = QRectF(0, body.height() + 4, page.width(), page.height() - body.height() - 4)
        ink.append(inked(image, body, picture.ground.rgb()))
        assert inked(image, foot, picture.ground.rgb())  # its number
    assert any(ink)


# --- in the window ------------------------------------------------------------------------------------------


def flow(run_async: Run, qapp: QApplication, atlas: Path, steps: Callable[[Driver], Awaitable[None]]) -> None:
    async def whole() -> None:
        driver = Driver(qapp, ui_services(Oracle(), atlas, clock=FakeClock()))
        try:
            driver.window.desk.explore("Jazz")
            await until(lambda: driver.window.canvas.property("nodeCount") == 16, "a map")
            await until(lambda: not driver.tasks._all, "quiet")
            await steps(driver)
        finally:
            driver.window.close()
            await driver.end()

    run_async(whole())


def test_the_picture_is_chosen_saved_and_told_of(
    run_async: Run, qapp: QApplication, atlas_path: Path, tmp_path: Path
) -> None:
    target = tmp_path / "jazz.svg"

    async def steps(driver: Driver) -> None:
        window = driver.window
        QTest.keyClick(
            window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        await until(lambda: bool(window.findChildren(ExportPictureDialog)), "the dialog")
        dialog = window.findChildren(ExportPictureDialog)[0]
        told = dialog.findChild(QLabel, "pictureSizeLabel")
        assert told is not None
        assert "million pixels" in told.text()
        assert "pixels" in dialog.findChild(QComboBox, "pictureScale").currentText()  # type: ignore[union-attr]
        dialog.findChild(QComboBox, "pictureFormat").setCurrentIndex(1)  # type: ignore[union-attr]
        assert "stays text" in told.text()
        dialog.findChild(QPushButton, "pictureSaveButton").click()  # type: ignore[union-attr]
        await until(lambda: bool(window.findChildren(QFileDialog, "mapPictureSaveDialog")), "where to")
        chooser = window.findChildren(QFileDialog, "mapPictureSaveDialog")[0]
        assert chooser.selectedFiles()[0].endswith("Jazz.svg")
        chooser.fileSelected.emit(str(target))
        chooser.reject()
        await until(target.exists, "the file")
        await until(lambda: "jazz.svg" in window.notifier.text, "the message")

    flow(run_async, qapp, atlas_path, steps)
    assert b"Jazz" in target.read_bytes()


def test_a_folder_that_is_not_there_is_a_sentence_and_leaves_nothing(
    run_async: Run, qapp: QApplication, atlas_path: Path, tmp_path: Path
) -> None:
    async def steps(driver: Driver) -> None:
        with pytest.raises(StorageError):
            await driver.window.desk.pictures.write(Wish(Kind.PNG, 1.0), "dark", tmp_path / "no" / "a.png")

    flow(run_async, qapp, atlas_path, steps)
    assert list(tmp_path.rglob("*a.png*")) == []


@pytest.mark.parametrize("across", [0, 2])
def test_a_printer_gets_its_pages(
    run_async: Run, qapp: QApplication, atlas_path: Path, tmp_path: Path, across: int
) -> None:
    target = tmp_path / "paper.pdf"

    async def steps(driver: Driver) -> None:
        printer = QPrinter()
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(target))
        count = driver.window.desk.pictures.paint_on(printer, across)
        assert count == 1 if across == 0 else count >= 2

    flow(run_async, qapp, atlas_path, steps)
    assert target.read_bytes().startswith(b"%PDF")


def test_what_cannot_be_made_cannot_be_chosen(qapp: QApplication) -> None:
    dialog = ExportPictureDialog(lambda scale: QSize(round(9000 * scale), round(9000 * scale)))
    box = dialog.findChild(QComboBox, "pictureScale")
    assert box is not None
    assert box.currentIndex() == 0
    assert "too large" in box.itemText(1)
    assert dialog.wish.file.scale == 1.0
    impossible = ExportPictureDialog(lambda _scale: QSize(90_000, 90_000))
    save = impossible.findChild(QPushButton, "pictureSaveButton")
    assert save is not None
    assert not save.isEnabled()
    impossible.findChild(QComboBox, "pictureFormat").setCurrentIndex(2)  # type: ignore[union-attr]
    assert save.isEnabled()
    assert PrintMapDialog().across == 0
