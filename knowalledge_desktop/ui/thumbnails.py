"""Kept pictures, read and decoded beside the window's thread and shown when they are there."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.services.imaging import ImagingService

NODE_PX, PANEL_PX = 128, 640
"""Longer sides of what is kept of a picture: for a topic on the map, and for the panel."""
_KEPT = {NODE_PX: 400, PANEL_PX: 12}
"""How many of each: 26 MB and 20 MB at most."""


class Thumbnails(QObject):
    """Small copies of pictures by the name of their bytes; `ready` tells when one has come or is missing."""

    ready = Signal(str)

    def __init__(self, imaging: ImagingService, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._imaging, self._tasks = imaging, tasks
        self._kept: dict[int, OrderedDict[str, QPixmap]] = {side: OrderedDict() for side in _KEPT}
        self._missing: set[str] = set()

    def for_node(self, sha256: str) -> QPixmap | None:
        """For the map; None while it is being read, or when it is not there."""
        return self._get(sha256, NODE_PX)

    def for_panel(self, sha256: str) -> QPixmap | None:
        """For the panel."""
        return self._get(sha256, PANEL_PX)

    def is_missing(self, sha256: str) -> bool:
        """Whether the bytes cannot be had on this device."""
        return sha256 in self._missing

    def forget_missing(self) -> None:
        """Look for what was missing again."""
        self._missing.clear()

    def _get(self, sha256: str, side: int) -> QPixmap | None:
        kept = self._kept[side]
        found = kept.get(sha256)
        if found is not None:
            kept.move_to_end(sha256)
            return found
        key = f"thumbnail:{side}:{sha256}"
        if sha256 not in self._missing and not self._tasks.is_running(key):
            self._tasks.start(key, self._load(sha256, side), lambda error: self._lack(sha256, error))
        return None

    async def _load(self, sha256: str, side: int) -> None:
        picture = await self._imaging.picture(sha256)
        image = None if picture is None else await decode(self._imaging, picture, side)
        if image is None:
            self._missing.add(sha256)
        else:
            kept = self._kept[side]
            kept[sha256] = QPixmap.fromImage(image)
            while len(kept) > _KEPT[side]:
                kept.popitem(last=False)
        self.ready.emit(sha256)

    def _lack(self, sha256: str, error: AppError) -> None:
        self._missing.add(sha256)  # first, or every repaint would try again
        self._tasks.failed.emit(error)
        self.ready.emit(sha256)


async def decode(imaging: ImagingService, picture: Picture, side: int = 0) -> QImage | None:
    """A picture for the screen, its longer side at most `side` pixels (0: as it is); None when it is damaged."""
    image = await asyncio.to_thread(_decoded, picture.data, side)
    if image is None and picture.mime not in ("image/png", "image/jpeg"):  # where Qt lacks the plugin
        image = await asyncio.to_thread(_decoded, await imaging.as_file(picture, ".png"), side)
    return image


def _decoded(data: bytes, side: int) -> QImage | None:
    image = QImage.fromData(data)
    if image.isNull():
        return None
    if side and max(image.width(), image.height()) > side:
        image = image.scaled(
            side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
