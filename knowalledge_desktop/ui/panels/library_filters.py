"""What of the library is looked at: by whom, in which state, when, how good, in which language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QLocale, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QWidget

from knowalledge_desktop.core.shelf import Filter
from knowalledge_desktop.ui.widgets.basics import text_button
from knowalledge_desktop.ui.widgets.flow import FlowLayout

STALE = "stale"
_DAY = 24 * 3600.0


class LibraryFilters(QFrame):
    """Five choices in a row; `changed` when another one was made. `clear_button` stands elsewhere."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryFilters")
        self.setAccessibleName(self.tr("Filters"))
        self._languages: tuple[str, ...] = ()
        self.engine = self._choice(
            "filterEngine",
            self.tr("Written by"),
            (
                (self.tr("Any author"), ""),
                (self.tr("Gemini"), "gemini"),
                (self.tr("Atlas"), "atlas"),
                (self.tr("A person"), "person"),
            ),
        )
        self.state = self._choice(
            "filterState",
            self.tr("State"),
            (
                (self.tr("Any state"), None),
                (self.tr("Explained"), True),
                (self.tr("Not explained"), False),
                (self.tr("Out of date"), STALE),
            ),
        )
        self.date = self._choice(
            "filterDate",
            self.tr("Date"),
            (
                (self.tr("Any date"), None),
                (self.tr("Last 24 hours"), _DAY),
                (self.tr("Last 7 days"), 7 * _DAY),
                (self.tr("Last 30 days"), 30 * _DAY),
                (self.tr("Last year"), 365 * _DAY),
            ),
        )
        self.quality = self._choice(
            "filterQuality",
            self.tr("Quality"),
            (
                (self.tr("Any quality"), None),
                (self.tr("90 or better"), 0.9),
                (self.tr("75 or better"), 0.75),
                (self.tr("50 or better"), 0.5),
            ),
        )
        self.language = self._choice("filterLanguage", self.tr("Language"), ((self.tr("Any language"), ""),))
        self.clear_button = text_button(
            self.tr("Clear"), "filterClear", self.clear, "ghost", self.tr("Look at everything again")
        )
        self.clear_button.hide()
        flow = FlowLayout(self, gap=6)
        for each in (self.engine, self.state, self.date, self.quality, self.language):
            flow.addWidget(each)

    @property
    def wants_stale(self) -> bool:
        """Whether only what is out of date is asked for."""
        return self.state.currentData() == STALE

    def filter(self, now: float, stale: tuple[tuple[str, str], ...] = ()) -> Filter:
        """What is chosen; `stale` is what is out of date by now (see `Filter.made`)."""
        age = self.date.currentData()
        return Filter(
            engine=self.engine.currentData(),
            explained=None if self.wants_stale else self.state.currentData(),
            since=None if age is None else now - age,
            quality=self.quality.currentData(),
            language=self.language.currentData(),
            made=stale if self.wants_stale else None,
        )

    def show_languages(self, languages: Sequence[str]) -> None:
        """Offer the languages there are."""
        if tuple(languages) == self._languages:
            return
        self._languages = tuple(languages)
        chosen = self.language.currentData()
        blocked = QSignalBlocker(self.language)
        while self.language.count() > 1:
            self.language.removeItem(1)
        for code in languages:
            self.language.addItem(QLocale(code).nativeLanguageName() or code, code)
        self.language.setCurrentIndex(max(0, self.language.findData(chosen)))
        blocked.unblock()

    def clear(self) -> None:
        """Look at everything."""
        boxes = (self.engine, self.state, self.date, self.quality, self.language)
        for box in boxes:
            with QSignalBlocker(box):
                box.setCurrentIndex(0)
        self._on_change()

    def _choice(self, name: str, text: str, choices: Sequence[tuple[str, Any]]) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(text)
        box.setToolTip(text)
        box.setMinimumContentsLength(7)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for shown, value in choices:
            box.addItem(shown, value)
        box.currentIndexChanged.connect(lambda _: self._on_change())
        return box

    def _on_change(self) -> None:
        self.clear_button.setVisible(bool(self.filter(0.0)))
        self.changed.emit()
