"""One layer of the cache at a glance."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QFrame

from knowalledge_desktop.core.cache import Layer
from knowalledge_desktop.services.cache import LayerReport
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, label, row
from knowalledge_desktop.ui.widgets.elided import ElidedLabel
from knowalledge_desktop.ui.widgets.meter import Meter

MB = 1024 * 1024


class LayerCard(QFrame):
    """One layer: how much is in it, of how much, and how often an answer was found there."""

    def __init__(self, theme: Theme, layer: Layer) -> None:
        super().__init__()
        self.setObjectName(f"cacheLayer-{layer.value}")
        self.setProperty("panel", "card")
        what, speed = {
            Layer.MEMORY: (self.tr("In memory"), self.tr("while the program runs")),
            Layer.DISK: (self.tr("On this device"), self.tr("kept over restarts")),
            Layer.TEAM: (self.tr("The team’s"), self.tr("shared")),
        }[layer]
        self._what = what
        self._size = label("", "heading")
        self._size.setObjectName(f"cacheSize-{layer.value}")
        self._limit = label("", "secondary")
        self._meter = Meter(theme)
        self._told = ElidedLabel("secondary")
        self._told.setObjectName(f"cacheTold-{layer.value}")
        self.setLayout(
            column(
                row(label(what, "bodyStrong"), -1, label(speed, "tertiary")),
                4,
                row(self._size, self._limit, -1, gap=6),
                8,
                self._meter,
                6,
                self._told,
                margins=(16, 12, 16, 12),
            )
        )

    def show_layer(self, told: LayerReport) -> None:
        """Another state."""
        size = data_size(told.size_bytes)
        limit = self.tr("of {size}").format(size=data_size(told.limit_bytes)) if told.limit_bytes else ""
        self._size.setText(size)
        self._limit.setText(limit)
        self._meter.show_use(told.size_bytes, told.limit_bytes or None)
        answers = self.tr("%n answers", "", told.items)
        found = self.tr("found here %n times", "", told.hits)
        self._told.show_text(f"{answers}, {found}")
        self.setAccessibleName(f"{self._what}: {size} {limit}, {answers}, {found}")
        self.setToolTip(f"{self._what}: {size} {limit}, {answers}, {found}")


def data_size(size_bytes: int) -> str:
    """Bytes as people read them."""
    exact = 0 if size_bytes % MB == 0 else 1
    return QLocale().formattedDataSize(size_bytes, exact, QLocale.DataSizeFormat.DataSizeTraditionalFormat)
