"""For whom and how long an explanation shall be."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from knowalledge_desktop.core.graph import Explanation, Map, Rendering
from knowalledge_desktop.core.request import Detail, Level, Options
from knowalledge_desktop.ui.panels.depth_dial import DepthDial
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import row


class RenderingChoice(QWidget):
    """Two lists, and a field of cells that also shows what is kept; `chosen` carries (Level, Detail)."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        levels = (self.tr("Age 8–12"), self.tr("Age 13–18"), self.tr("Age 18+"))
        details = (self.tr("Brief"), self.tr("Medium"), self.tr("Detailed"))
        self._level = _choice("levelChoice", self.tr("Level"), levels)
        self._detail = _choice("detailChoice", self.tr("Length"), details)
        for choice in (self._level, self._detail):
            choice.activated.connect(lambda _: self._tell())
        self.dial = DepthDial(theme, (levels, details))
        self.dial.chosen.connect(self._take)
        self.setLayout(row(self.dial, self._level, self._detail, gap=8))

    def show_kept(self, document: Map | None, topic_id: str, options: Options) -> None:
        """Which explanations of a topic are kept in the style and language that are wanted."""
        told = document.explanations_of(topic_id) if document is not None else ()
        same = [each.rendering for each in told]
        style, language = options.style, options.language
        self.dial.show_kept({(r.level, r.detail) for r in same if (r.style, r.language) == (style, language)})

    def show_options(self, options: Options) -> None:
        """Which explanation is wanted."""
        self.dial.show_now((options.level, options.detail))
        self._level.setCurrentIndex(list(Level).index(options.level))
        self._detail.setCurrentIndex(list(Detail).index(options.detail))

    def _take(self, cell: tuple[Level, Detail]) -> None:
        self._level.setCurrentIndex(list(Level).index(cell[0]))
        self._detail.setCurrentIndex(list(Detail).index(cell[1]))
        self.chosen.emit(cell)

    def _tell(self) -> None:
        self.chosen.emit((list(Level)[self._level.currentIndex()], list(Detail)[self._detail.currentIndex()]))


def _choice(name: str, title: str, texts: Sequence[str]) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    made.setAccessibleName(title)
    made.setToolTip(title)
    made.addItems(list(texts))
    return made


def wanted(document: Map, topic_id: str, options: Options) -> Explanation | None:
    """The kept explanation in the wanted rendering, else the newest of any."""
    exact = document.explanations.get(f"{topic_id}/{Rendering.of(options).slug()}")
    if exact is not None:
        return exact
    kept = document.explanations_of(topic_id)
    return kept[0] if kept else None
