"""The window: builds the parts and connects them; what is asked for happens in the controllers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QPoint, QRect, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.desk import Desk
from knowalledge_desktop.ui.drops import DropFrame
from knowalledge_desktop.ui.exchange_controller import ExchangeController
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.notifier import Notifier
from knowalledge_desktop.ui.panels.detail_panel import DetailPanel
from knowalledge_desktop.ui.panels.map_page import MapPage
from knowalledge_desktop.ui.panels.outline import OutlineView
from knowalledge_desktop.ui.panels.rail import BACKUPS, JOBS, LIBRARY, MAP, QUOTA, SKY, Rail
from knowalledge_desktop.ui.panels.status_bar import StatusBar
from knowalledge_desktop.ui.panels.top_bar import TopBar
from knowalledge_desktop.ui.panels.view_switcher import KEYS
from knowalledge_desktop.ui.tasks import TaskRunner
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.view_controller import ViewController

if TYPE_CHECKING:
    from knowalledge_desktop.ui.panels.backup_page import BackupPage
    from knowalledge_desktop.ui.panels.jobs_panel import JobsPanel
    from knowalledge_desktop.ui.panels.library_page import LibraryPage
    from knowalledge_desktop.ui.panels.quota_page import QuotaPage
    from knowalledge_desktop.ui.panels.sky_page import SkyPage
    from knowalledge_desktop.ui.panels.start_page import StartPage


class MainWindow(QWidget):
    """Holds the parts; `closing` asks the application to end."""

    closing = Signal()

    def __init__(self, services: Services, theme: Theme, icons: Icons, tasks: TaskRunner) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("KnowAllEdge")
        self.setWindowIcon(icons.app_icon())
        self._theme = theme
        self._icons = icons
        self._start_page: StartPage | None = None
        self._library_page: LibraryPage | None = None
        self._quota_page: QuotaPage | None = None
        self._jobs_panel: JobsPanel | None = None
        self._backup_page: BackupPage | None = None
        self._sky_page: SkyPage | None = None
        self._geometry = QSettings(str(services.folders.state / "window.ini"), QSettings.Format.IniFormat)
        self.rail = Rail(theme, icons)
        self.top_bar = TopBar(theme, icons)
        self.map_page = MapPage(theme, icons)
        self.canvas = self.map_page.canvas
        self.outline = OutlineView()
        self.detail = DetailPanel(theme, icons)
        self.status_bar = StatusBar(theme)
        self.drop_frame = DropFrame(self, theme, files=True)
        self.notifier = Notifier(self, icons, self._middle)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._panel_wanted = True
        self._build()
        self.desk = Desk(self, services, theme, icons, tasks)
        self.exchange = ExchangeController(self.desk, self, services, tasks)
        self.views = ViewController(self, tasks)
        self._shortcuts()
        self._restore()

    def _build(self) -> None:
        width, height = self._theme.pair("layout.window.min")
        self.setMinimumSize(round(width), round(height))
        theme = self._theme
        self.outline.setMinimumWidth(theme.px("layout.outline.min"))
        self.outline.setMaximumWidth(theme.px("layout.outline.max"))
        self.detail.setMinimumWidth(theme.px("layout.sidePanel.min"))
        self.detail.setMaximumWidth(theme.px("layout.sidePanel.max"))
        self.map_page.setMinimumWidth(360)
        self._splitter.setChildrenCollapsible(False)
        for part in (self.outline, self.map_page, self.detail):
            self._splitter.addWidget(part)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([theme.px("layout.outline.default"), 900, theme.px("layout.sidePanel.default")])
        self.outline.hide()
        self._map_side = QStackedWidget()
        self._map_side.addWidget(self._splitter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._map_side)
        self._right = right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        self.top_bar.setProperty("edge", "bottom")
        right.addWidget(self.top_bar)
        right.addWidget(self._pages, 1)
        upper = QHBoxLayout()
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(0)
        upper.addWidget(self.rail)
        upper.addLayout(right, 1)
        self.status_bar.setProperty("edge", "top")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(upper, 1)
        whole.addWidget(self.status_bar)
        self.show_page(MAP)

    # --- what is seen ---

    def show_page(self, page: str) -> None:
        """Go to the map, the library, the batches or the limits."""
        if page == QUOTA:
            self._pages.setCurrentWidget(self.quota_page)
        elif page == JOBS:
            self._pages.setCurrentWidget(self.jobs_panel)
        elif page == BACKUPS:
            self._pages.setCurrentWidget(self.backup_page)
        elif page == SKY:
            self._pages.setCurrentWidget(self.sky_page)
        else:
            self._pages.setCurrentWidget(self.library_page if page == LIBRARY else self._map_side)
        self.top_bar.show_map_controls(shown=page == MAP)
        self.rail.show_page(page)

    @property
    def page(self) -> str:
        """The page that is seen."""
        seen = self._pages.currentWidget()
        if seen is not None and seen is self._backup_page:
            return BACKUPS
        if seen is not None and seen is self._sky_page:
            return SKY
        late = QUOTA if seen is self._quota_page else JOBS
        return MAP if seen is self._map_side else LIBRARY if seen is self._library_page else late

    @property
    def start_page(self) -> StartPage:
        """The first page; built when it is first wanted, as most starts go straight to a map."""
        if self._start_page is None:
            from knowalledge_desktop.ui.panels.start_page import StartPage

            self._start_page = StartPage(self._theme, self._icons)
            self._map_side.addWidget(self._start_page)
            self.desk.adopt_start_page(self._start_page)
        return self._start_page

    @property
    def library_page(self) -> LibraryPage:
        """All maps; built when they are first wanted."""
        if self._library_page is None:
            from knowalledge_desktop.ui.panels.library_page import LibraryPage

            self._library_page = LibraryPage(self._theme, self._icons)
            self._pages.addWidget(self._library_page)
            self.desk.library.adopt_page(self._library_page)
        return self._library_page

    @property
    def quota_page(self) -> QuotaPage:
        """Limits and budget; built when they are first wanted."""
        if self._quota_page is None:
            from knowalledge_desktop.ui.panels.quota_page import QuotaPage

            self._quota_page = QuotaPage(self._theme)
            self._pages.addWidget(self._quota_page)
            self.desk.quota.adopt_page(self._quota_page)
        return self._quota_page

    @property
    def jobs_panel(self) -> JobsPanel:
        """The batches; built when they are first wanted."""
        if self._jobs_panel is None:
            from knowalledge_desktop.ui.panels.jobs_panel import JobsPanel

            self._jobs_panel = JobsPanel(self._theme, self._icons)
            self._pages.addWidget(self._jobs_panel)
            self.desk.jobs.list.adopt_panel(self._jobs_panel)
        return self._jobs_panel

    @property
    def backup_page(self) -> BackupPage:
        """The copies of the library; built when they are first wanted."""
        if self._backup_page is None:
            from knowalledge_desktop.ui.panels.backup_page import BackupPage

            self._backup_page = BackupPage()
            self._pages.addWidget(self._backup_page)
            self.desk.backups.adopt_page(self._backup_page)
        return self._backup_page

    @property
    def sky_page(self) -> SkyPage:
        """Everything explored among all articles; built when it is first wanted."""
        if self._sky_page is None:
            from knowalledge_desktop.ui.panels.sky_page import SkyPage

            self._sky_page = SkyPage(self._theme, self._icons, self.desk.sky.beside)
            self._pages.addWidget(self._sky_page)
            self.desk.sky.adopt_page(self._sky_page)
        return self._sky_page

    def add_banner(self, banner: QWidget) -> None:
        """Put a line over the pages that stays."""
        self._right.insertWidget(1, banner)

    @property
    def has_start_page(self) -> bool:
        """Whether the first page is built."""
        return self._start_page is not None

    def show_start(self, *, start: bool) -> None:
        """The first page, or the map with its panels."""
        self._map_side.setCurrentWidget(self.start_page if start else self._splitter)
        self.top_bar.setVisible(not start)

    def toggle_panel(self) -> None:
        """Open or close the topic panel."""
        self._panel_wanted = not self.detail.isVisibleTo(self._splitter)
        self.detail.setVisible(self._panel_wanted)
        self._tell_panels()

    def open_panel(self) -> None:
        """See the topic panel."""
        if not self.detail.isVisibleTo(self._splitter):
            self.toggle_panel()

    def toggle_full_screen(self) -> None:
        """The map and nothing else of the desktop, or the window as it was."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def toggle_outline(self) -> None:
        """Open or close the outline; the keys are on it, and then on the map again."""
        if self.outline.hasFocus():
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self.outline.setVisible(not self.outline.isVisibleTo(self._splitter))
        self._tell_panels()
        if self.outline.isVisible():
            self.outline.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def next_region(self, step: int) -> None:
        """Move the focus from one part of the window to the next."""
        regions: list[QWidget] = [
            r
            for r in (
                self.top_bar.field,
                self.canvas,
                self.outline,
                *((self.detail.view,) if self.detail.late.has_view else ()),
                self.detail.ask.field,
            )
            if r.isVisible()
        ]
        if self._library_page is not None and self._library_page.isVisible():
            regions.append(self._library_page.list)
        if self._quota_page is not None and self._quota_page.isVisible():
            regions.append(self._quota_page.tabs)
        if self._jobs_panel is not None and self._jobs_panel.isVisible():
            regions.append(self._jobs_panel.new_button)
        if self._sky_page is not None and self._sky_page.isVisible():
            regions += [self._sky_page.search, self._sky_page.view]
        now = next((i for i, r in enumerate(regions) if r.hasFocus()), -1 if step > 0 else 0)
        if regions:
            regions[(now + step) % len(regions)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _middle(self) -> QRect:
        """Where messages are shown: over the map, or over the page."""
        part = self.map_page if self.map_page.isVisible() else self._pages
        area = QRect(part.mapTo(self, QPoint(0, 0)), part.size())
        return area.adjusted(0, 0, 0, -self.map_page.taken) if part is self.map_page else area

    def _tell_panels(self) -> None:
        self.top_bar.show_panels(
            outline=self.outline.isVisibleTo(self._splitter), panel=self.detail.isVisibleTo(self._splitter)
        )

    # --- keys ---

    def _shortcuts(self) -> None:
        desk, canvas = self.desk, self.canvas
        for keys, act in (
            ("Ctrl+N", desk.focus_topic),
            ("Ctrl+L", lambda: self.show_page(LIBRARY) or desk.enter_library()),
            ("Ctrl+1", lambda: self.show_page(MAP)),
            ("Ctrl+2", lambda: desk.quota.open()),
            ("Ctrl+3", lambda: desk.jobs.open()),
            ("Ctrl+4", lambda: desk.sky.open()),
            ("Ctrl+Shift+P", lambda: desk.batch.open()),
            ("Ctrl+E", self.exchange.export),
            ("Ctrl+O", self.exchange.open_import),
            ("Ctrl+Shift+E", lambda: desk.pictures.export()),
            ("Ctrl+P", lambda: desk.pictures.print()),
            ("Ctrl+K", lambda: desk.palette.open()),
            ("F11", self.toggle_full_screen),
            ("Ctrl+B", lambda: desk.find.focus(canvas.selected_id)),
            ("Ctrl+F", lambda: desk.find.begin()),
            ("F3", lambda: desk.find.walk(1)),
            ("Shift+F3", lambda: desk.find.walk(-1)),
            ("Ctrl+Shift+F", desk.focus_search),
            ("Ctrl+Shift+M", self.map_page.toggle_minimap),
            ("Ctrl+Shift+O", self.toggle_outline),
            ("Ctrl+\\", self.toggle_panel),
            ("Ctrl+,", desk.open_settings),
            ("Ctrl+V", desk.paste),
            ("Ctrl+Z", desk.undo),
            ("Ctrl+Shift+Z", desk.redo),
            ("Ctrl+Y", desk.redo),
            ("Ctrl++", canvas.zoom_in),
            ("Ctrl+=", canvas.zoom_in),
            ("Ctrl+-", canvas.zoom_out),
            ("Ctrl+0", canvas.zoom_reset),
            ("Ctrl+9", canvas.fit),
            ("Ctrl+.", desk.stop_all),
            ("Ctrl+Q", self.close),
            ("Esc", desk.escape),
            ("F1", desk.show_shortcuts),
            ("F6", lambda: self.next_region(1)),
            ("Shift+F6", lambda: self.next_region(-1)),
            ("Alt+Left", desk.way.back),
            ("Alt+Right", desk.way.forward),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(lambda act=act: act())
        for view, keys in KEYS.items():
            QShortcut(QKeySequence(keys), self).activated.connect(lambda view=view: self.views.show(view))

    # --- Qt ---

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < self._theme.px("layout.window.panelCollapseBelow")
        sizes = self._splitter.sizes()
        least = self._theme.px("layout.sidePanel.min")
        if narrow and self.detail.isVisibleTo(self._splitter) and sizes[2] > least:
            self._splitter.setSizes([sizes[0], sizes[1] + sizes[2] - least, least])
        self._tell_panels()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.desk.backups.may_close():
            event.ignore()
            return
        self._geometry.setValue("geometry", self.saveGeometry())
        self._geometry.setValue("splitter", self._splitter.saveState())
        self._geometry.setValue("minimap", self.map_page.wants_minimap)
        self._geometry.sync()
        event.accept()
        self.closing.emit()

    def _restore(self) -> None:
        self.map_page.wants_minimap = self._geometry.value("minimap", "true") != "false"
        kept = self._geometry.value("geometry")
        if isinstance(kept, QByteArray) and self.restoreGeometry(kept) and self._on_screen():
            panels = self._geometry.value("splitter")
            if isinstance(panels, QByteArray):
                self._splitter.restoreState(panels)
            self._tell_panels()
            return
        width, height = self._theme.pair("layout.window.default")
        screen = self.screen().availableGeometry()
        self.resize(
            min(round(width), round(screen.width() * 0.95)), min(round(height), round(screen.height() * 0.95))
        )
        self.move(screen.center() - self.rect().center())

    def _on_screen(self) -> bool:
        """Whether most of the frame is on a screen that is there."""
        frame = self.frameGeometry()
        area = frame.width() * frame.height()
        for screen in QGuiApplication.screens():
            part = frame.intersected(screen.availableGeometry())
            if part.width() * part.height() >= 0.6 * area:
                return True
        return False
