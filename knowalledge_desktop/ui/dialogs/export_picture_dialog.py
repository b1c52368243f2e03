"""What picture of the map is wanted, and how large it will be, said before it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFormLayout, QWidget

from knowalledge_desktop.ui.canvas.picture_files import MOST_PIXELS, Kind, Wish, is_too_large
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button

SCALES = (1.0, 2.0, 3.0, 4.0)
AS_SHOWN, LIGHT, DARK = "shown", "light", "dark"
WIDTH = 460


@dataclass(frozen=True, slots=True)
class PictureWish:
    """What was chosen: the file, and in which colours."""

    file: Wish
    colours: str = AS_SHOWN


class ExportPictureDialog(QDialog):
    """`pixels` tells the size of the PNG at a scale."""

    def __init__(self, pixels: Callable[[float], QSize], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exportPictureDialog")
        self.setWindowTitle(self.tr("Picture of the map"))
        self.setMinimumWidth(WIDTH)
        self._pixels = pixels
        self._kind = self._box("pictureFormat", self.tr("Format"), self.tr("What kind of file it will be"))
        for kind, text in (
            (Kind.PNG, self.tr("PNG, pixels")),
            (Kind.SVG, self.tr("SVG, lines and text")),
            (Kind.PDF, self.tr("PDF, one page with lines and text")),
        ):
            self._kind.addItem(text, kind)
        self._scale = self._box("pictureScale", self.tr("Size"), self.tr("How many pixels a topic gets"))
        self._fill_scales()
        self._colours = self._box("pictureColours", self.tr("Colours"), self.tr("Light is best for paper"))
        for name, text in (
            (AS_SHOWN, self.tr("As on the screen")),
            (LIGHT, self.tr("Light")),
            (DARK, self.tr("Dark")),
        ):
            self._colours.addItem(text, name)
        self._transparent = QCheckBox(self.tr("Transparent background"))
        self._transparent.setObjectName("pictureTransparent")
        self._transparent.setToolTip(self.tr("For slides and pages that have a colour of their own"))
        self._told = label("", "secondary", wrap=True)
        self._told.setObjectName("pictureSizeLabel")
        cancel = text_button(self.tr("Cancel"), "pictureCancelButton", self.reject, "ghost")
        self._save = text_button(self.tr("Save…"), "pictureSaveButton", self.accept, "primary")
        self._save.setDefault(True)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for text, box in (
            (self.tr("Format"), self._kind),
            (self.tr("Size"), self._scale),
            (self.tr("Colours"), self._colours),
        ):
            caption = label(text, "body")
            caption.setBuddy(box)
            form.addRow(caption, box)
        form.addRow("", self._transparent)
        self.setLayout(column(form, self._told, row(-1, cancel, self._save), margins=(20, 20, 20, 16), gap=16))
        self._kind.currentIndexChanged.connect(self._tell)
        self._scale.currentIndexChanged.connect(self._tell)
        self._tell()

    @property
    def wish(self) -> PictureWish:
        """What is chosen now."""
        file = Wish(
            Kind(self._kind.currentData()), float(self._scale.currentData()), self._transparent.isChecked()
        )
        return PictureWish(file, str(self._colours.currentData()))

    def _box(self, name: str, text: str, tip: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(text)
        box.setToolTip(tip)
        return box

    def _fill_scales(self) -> None:
        """A size that cannot be made is listed, with its reason, but cannot be chosen."""
        best = 0
        for at, scale in enumerate(SCALES):
            size = self._pixels(scale)
            text = self.tr("{width} × {height} pixels").format(
                width=self.locale().toString(size.width()), height=self.locale().toString(size.height())
            )
            large = is_too_large(size)
            self._scale.addItem(self.tr("{size}, too large").format(size=text) if large else text, scale)
            model = self._scale.model()
            if large and isinstance(model, QStandardItemModel):
                model.item(at).setFlags(Qt.ItemFlag.NoItemFlags)
            best = at if not large and scale <= 2.0 else best
        self._scale.setCurrentIndex(best)

    def _tell(self) -> None:
        is_png = self._kind.currentData() == Kind.PNG
        self._scale.setEnabled(is_png)
        impossible = is_png and is_too_large(self._pixels(float(self._scale.currentData())))
        self._save.setEnabled(not impossible)
        if impossible:
            told = self.tr(
                "This map is too large for a PNG: at most {count} million pixels. SVG and PDF have no such limit."
            ).format(count=MOST_PIXELS // 1_000_000)
        elif is_png:
            told = self.tr("At most {count} million pixels; SVG and PDF have no such limit.").format(
                count=MOST_PIXELS // 1_000_000
            )
        else:
            told = self.tr("The text stays text: it can be searched, copied and edited.")
        self._told.setText(told)


class PrintMapDialog(QDialog):
    """Over how many pages the map is printed; which printer is asked by the system's own dialog after it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("printMapDialog")
        self.setWindowTitle(self.tr("Print the map"))
        self.setMinimumWidth(WIDTH)
        self._pages = QComboBox()
        self._pages.setObjectName("printPages")
        self._pages.setAccessibleName(self.tr("Pages"))
        self._pages.setToolTip(self.tr("Several pages are laid edge to edge, each with its number"))
        self._pages.addItem(self.tr("All on one page"), 0)
        for across in (2, 3, 4, 6):
            self._pages.addItem(self.tr("{count} pages wide").format(count=across), across)
        caption = label(self.tr("Size"), "body")
        caption.setBuddy(self._pages)
        cancel = text_button(self.tr("Cancel"), "printCancelButton", self.reject, "ghost")
        on = text_button(self.tr("Continue…"), "printContinueButton", self.accept, "primary")
        on.setDefault(True)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(caption, self._pages)
        self.setLayout(column(form, row(-1, cancel, on), margins=(20, 20, 20, 16), gap=16))

    @property
    def across(self) -> int:
        """Pages side by side; 0 when all is to be on one."""
        return int(self._pages.currentData())
