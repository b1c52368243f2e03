"""Pictures and files that come from outside: dropped anywhere on the window, or from the clipboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QImageWriter,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from knowalledge_desktop.ui.theme import Theme

FRAME_PX = 2
PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic", ".heif", ".bmp", ".tif", ".tiff", ".avif", ".svg"}


class DropFrame(QWidget):
    """Lies over the whole window while something is dragged over it, and tells what is dropped."""

    dropped = Signal(object)  # Path | QImage
    file_dropped = Signal(object)  # Path of what is no picture, with `files`

    def __init__(
        self, window: QWidget, theme: Theme, name: str = "imageDropTarget", *, files: bool = False
    ) -> None:
        super().__init__(window)
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Drop a picture to find its topic"))
        self.setAcceptDrops(True)
        self._theme = theme
        self._window = window
        self._files = files
        self._is_file = False
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What the window's parts do not want comes here."""
        if isinstance(event, QDragEnterEvent):
            self.dragEnterEvent(event)
            return event.isAccepted()
        if event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self.dropEvent(event)
            return True
        if event.type() == QEvent.Type.Resize:
            self.resize(self._window.size())
        return False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if source_of(event.mimeData()) is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._is_file = self._takes_file(source_of(event.mimeData()))
        self.resize(self._window.size())
        self.show()
        self.raise_()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.hide()
        source = source_of(event.mimeData())
        if source is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        (self.file_dropped if self._takes_file(source) else self.dropped).emit(source)

    def _takes_file(self, source: Path | QImage | None) -> bool:
        return self._files and isinstance(source, Path) and source.suffix.lower() not in PICTURES

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = self._theme.color("accent.base")
        painter.setPen(QPen(accent, FRAME_PX))
        inset = FRAME_PX / 2
        painter.drawRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset))
        text = self.tr("Drop to import it") if self._is_file else self.tr("Drop to find its topic")
        painter.setFont(self._theme.font("title"))
        box = QRectF(painter.fontMetrics().boundingRect(text)).adjusted(-24.0, -14.0, 24.0, 14.0)
        box.moveCenter(QRectF(self.rect()).center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        painter.drawRoundedRect(box, 10.0, 10.0)
        painter.setPen(self._theme.color("text.onAccent"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()


def source_of(data: QMimeData) -> Path | QImage | None:
    """The first file on this device, else a picture; None for anything else, such as text."""
    for url in data.urls() if data.hasUrls() else ():
        if url.isLocalFile():
            return Path(url.toLocalFile())
    if data.hasImage():
        image = data.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return image
    return None


def png_of(image: QImage) -> bytes:
    """A picture of the clipboard as a file; blocks, so call it in a thread."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())
