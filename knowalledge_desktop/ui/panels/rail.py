"""The rail at the left: where in the program one is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QWidget

from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, icon_button

MAP, LIBRARY, QUOTA, JOBS, SKY = "map", "library", "quota", "jobs", "sky"
BUTTON, BESIDE = 40, 8
"""Pixels of a side of a button, and beside it."""
BACKUPS = "backups"
"""A page of the library."""


class Rail(QFrame):
    """Map, library, sky, batches and limits on top, help and settings at the bottom."""

    page_chosen = Signal(str)
    help_requested = Signal()
    settings_requested = Signal()
    about_requested = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setProperty("panel", "sunken")
        self._icons, self._theme = icons, theme
        self._mark = QLabel()
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        map_button = icon_button(
            icons, "network", "mapButton", self.tr("Map"), lambda: self.page_chosen.emit(MAP), "Ctrl+1", 20
        )
        library_button = icon_button(
            icons,
            "library",
            "libraryButton",
            self.tr("Library"),
            lambda: self.page_chosen.emit(LIBRARY),
            "Ctrl+L",
            20,
        )
        sky_button = icon_button(
            icons, "orbit", "skyButton", self.tr("Sky"), lambda: self.page_chosen.emit(SKY), "Ctrl+4", 20
        )
        quota_button = icon_button(
            icons,
            "gauge",
            "quotaButton",
            self.tr("Limits and budget"),
            lambda: self.page_chosen.emit(QUOTA),
            "Ctrl+2",
            20,
        )
        jobs_button = icon_button(
            icons,
            "list-checks",
            "jobsButton",
            self.tr("Batches"),
            lambda: self.page_chosen.emit(JOBS),
            "Ctrl+3",
            20,
        )
        self._pages = {MAP: map_button, LIBRARY: library_button, SKY: sky_button}
        self._pages |= {JOBS: jobs_button, QUOTA: quota_button}
        group = QButtonGroup(self)
        for button in self._pages.values():
            button.setCheckable(True)
            group.addButton(button)
        helper = icon_button(
            icons,
            "circle-question-mark",
            "helpButton",
            self.tr("Keyboard and help"),
            self.help_requested.emit,
            "F1",
            20,
        )
        about = icon_button(
            icons, "info", "aboutButton", self.tr("About and licences"), self.about_requested.emit, "", 20
        )
        settings = icon_button(
            icons, "settings", "settingsButton", self.tr("Settings"), self.settings_requested.emit, "Ctrl+,", 20
        )
        self._buttons = (*self._pages.values(), helper, about, settings)
        self.setLayout(
            column(
                self._mark,
                20,
                map_button,
                library_button,
                sky_button,
                jobs_button,
                quota_button,
                -1,
                about,
                helper,
                settings,
                margins=(BESIDE, 14, BESIDE, 10),
                gap=4,
            )
        )
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_page(self, page: str) -> None:
        """Mark a page as the one that is seen."""
        self._pages[LIBRARY if page == BACKUPS else page].setChecked(True)

    def _restyle(self) -> None:
        self._mark.setPixmap(self._icons.mark(28, self.devicePixelRatioF()))
        side = self._icons.scaled(BUTTON)
        self.setFixedWidth(side + 2 * BESIDE)
        for button in self._buttons:
            button.setFixedSize(side, side)
