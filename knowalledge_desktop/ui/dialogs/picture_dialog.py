"""A picture as large as the screen lets it be."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QDialog, QWidget

from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button

SHARE = 0.7
"""Of the window, the most the picture takes of each side."""


class PictureDialog(QDialog):
    """Closed by Esc; the words of the picture stand under it."""

    def __init__(self, image: QImage, alt: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("pictureDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Generated illustration"))
        ratio = self.devicePixelRatioF()
        most = parent.window().size() * SHARE * ratio
        pixmap = QPixmap.fromImage(image)
        if pixmap.width() > most.width() or pixmap.height() > most.height():
            pixmap = pixmap.scaled(
                most, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        pixmap.setDevicePixelRatio(ratio)
        shown = label("")
        shown.setObjectName("largePicture")
        shown.setPixmap(pixmap)
        shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        shown.setAccessibleName(self.tr("Generated illustration"))
        shown.setAccessibleDescription(alt)
        words = label(alt, "secondary", wrap=True)
        caption = label(self.tr("Generated illustration"), "caption")
        close = text_button(self.tr("Close"), "pictureCloseButton", self.accept, "primary")
        foot = column(caption, words, gap=2)
        line = row(gap=16)
        line.addLayout(foot, 1)
        line.addWidget(close, 0, Qt.AlignmentFlag.AlignBottom)
        self.setLayout(column(shown, 12, line, margins=(16, 16, 16, 16)))
