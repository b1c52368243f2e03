"""The picture of the last view: shown before the window is there, kept when it is closed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QFile, QObject, QPoint, QSettings
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

PICTURE, FORMAT = "last_view.bmp", "BMP"
"""A format without compression: reading it back takes half the time of a PNG, and keeping it a fifth."""
GEOMETRY = "window.ini"


class Curtain(QWidget):
    """Looks like the window that was closed, where it was; takes no input."""

    def __init__(self, picture: QPixmap, title: str) -> None:
        super().__init__()
        self.setObjectName("curtain")
        self.setWindowTitle(title)
        self._picture = picture

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(QPoint(0, 0), self._picture)
        painter.end()


class _FirstPaint(QObject):
    """Watches a widget until it has been painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.painted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self.painted.done():
            self.painted.set_result(None)
        return False


async def first_paint(widget: QWidget, patience_s: float = 2.0) -> None:
    """Wait until the widget is on the screen, or for a little while where it never will be."""
    watch = _FirstPaint(widget)
    widget.update()
    try:
        async with asyncio.timeout(patience_s):
            await watch.painted
    except TimeoutError:
        return  # minimised, or on another desktop: there is nothing to wait for
    finally:
        widget.removeEventFilter(watch)


def raise_curtain(state: Path) -> Curtain | None:
    """Show the last view, if one was kept with the place of its window."""
    geometry = QSettings(str(state / GEOMETRY), QSettings.Format.IniFormat).value("geometry")
    picture = QPixmap(str(state / PICTURE))
    if picture.isNull() or not isinstance(geometry, QByteArray):
        return None
    curtain = Curtain(picture, "KnowAllEdge")
    if not curtain.restoreGeometry(geometry):
        return None
    picture.setDevicePixelRatio(curtain.devicePixelRatioF())
    curtain.show()
    return curtain


def keep_view(window: QWidget | None, state: Path) -> None:
    """Keep the picture of a window for its next start, or none.

    A picture that cannot be kept is just not there.
    """
    if window is not None:
        window.grab().save(str(state / PICTURE), FORMAT)
    else:
        QFile.remove(str(state / PICTURE))
