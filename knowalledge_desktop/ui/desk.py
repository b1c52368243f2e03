"""Connects the parts of the window with the acts on the map, and keeps them telling the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication

from knowalledge_desktop.core.errors import AppError, UserInputError
from knowalledge_desktop.core.graph import Change, Map
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.ui.activity import activity
from knowalledge_desktop.ui.ask_controller import ASK, AskController
from knowalledge_desktop.ui.backup_controller import BackupController
from knowalledge_desktop.ui.batch_controller import BatchController
from knowalledge_desktop.ui.completing import Completing
from knowalledge_desktop.ui.edit_controller import EditController
from knowalledge_desktop.ui.export_picture_controller import ExportPictureController
from knowalledge_desktop.ui.find_controller import FindController
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.imaging_controller import ImagingController
from knowalledge_desktop.ui.jobs_controller import JobsController
from knowalledge_desktop.ui.library_controller import LibraryController
from knowalledge_desktop.ui.map_controller import EXPAND, EXPLAIN, ILLUSTRATE, MapController
from knowalledge_desktop.ui.map_news import MapNews
from knowalledge_desktop.ui.messages import act_name, message_for
from knowalledge_desktop.ui.offline_controller import OfflineController
from knowalledge_desktop.ui.origin_controller import OriginController
from knowalledge_desktop.ui.palette_controller import PaletteController
from knowalledge_desktop.ui.panels.rail import BACKUPS, JOBS, LIBRARY, MAP, QUOTA, SKY
from knowalledge_desktop.ui.prices import Prices
from knowalledge_desktop.ui.quota_controller import QuotaController
from knowalledge_desktop.ui.settings_controller import SettingsController
from knowalledge_desktop.ui.sky_controller import SkyController
from knowalledge_desktop.ui.tasks import TaskRunner
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.topic_desk import TopicDesk
from knowalledge_desktop.ui.topic_menu import open_topic_menu
from knowalledge_desktop.ui.waiting import Waits
from knowalledge_desktop.ui.wayfinding import Wayfinding

if TYPE_CHECKING:
    from knowalledge_desktop.ui.main_window import MainWindow
    from knowalledge_desktop.ui.panels.start_page import StartPage


class Desk(QObject):
    """The middle man: widgets tell it what is wanted, controllers what happened."""

    def __init__(
        self, window: MainWindow, services: Services, theme: Theme, icons: Icons, tasks: TaskRunner
    ) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._tasks = tasks
        self.maps = MapController(services, tasks, self)
        self.library = LibraryController(self, window, services, tasks)
        self.settings = SettingsController(self, window, services, theme, icons, tasks)
        self.prices = Prices(services, tasks, self)
        self.imaging = ImagingController(self, window, services, theme, tasks, self.prices)
        self._questions = AskController(services, tasks, self.maps, window.detail, self.prices, self)
        self._topic = TopicDesk(self, window, services, self.maps, self._questions, tasks)
        self.quota = QuotaController(self, window, services, tasks)
        self.jobs = JobsController(self, window, services, icons, tasks)
        self.batch = BatchController(self, window, services, tasks)
        self.backups = BackupController(self, window, services, tasks)
        self.sky = SkyController(self, window, services, tasks)
        self.pictures = ExportPictureController(self, window, services, theme, tasks)
        self._waits = Waits(services, tasks, lambda: self.maps.map, self._acts, self)
        self.jobs.waits = self._waits
        self.imaging.wait_words = self._waits.picture_words
        window.detail.waiting.explain_by(lambda: self._waits.words(EXPLAIN, window.detail.topic_id))
        self._questions.wait_words = lambda: self._waits.words(ASK, window.detail.topic_id)
        self._completing = Completing(services, tasks, self)
        self.find = FindController(self, window, services, icons, tasks)
        self.way = Wayfinding(window, self.maps, self.find, self)
        self.palette = PaletteController(self, window, services, theme, icons, tasks)
        self.offline = OfflineController(self, window, services, tasks)
        self.origins = OriginController(self, window, services, theme, tasks)
        self._news = MapNews(self, window, self.maps)
        self.edits = EditController(self, window, services, tasks)
        self._connect_parts()
        self._connect_maps()
        window.detail.set_options(services.preferences.settings.options)
        tasks.failed.connect(self.tell_error)
        tasks.broke.connect(self.show_bug)

    # --- connections ---

    def _connect_parts(self) -> None:
        window, maps, canvas = self._window, self.maps, self._window.canvas
        field = window.top_bar.field
        self._completing.attach(field)
        window.top_bar.field.topic_submitted.connect(self.explore)
        window.top_bar.undo_requested.connect(self.undo)
        window.top_bar.redo_requested.connect(self.redo)
        window.top_bar.panel_toggled.connect(window.toggle_panel)
        window.top_bar.outline_toggled.connect(window.toggle_outline)
        window.top_bar.image_requested.connect(self.imaging.choose_file)
        window.top_bar.batch_requested.connect(self.batch.open)
        self.prices.attach(window.top_bar.go_button, lambda: self.prices.of_new_map(field.text()))
        window.rail.page_chosen.connect(self.show_page)
        window.rail.help_requested.connect(self.show_shortcuts)
        window.rail.about_requested.connect(self.show_about)
        window.rail.settings_requested.connect(self.open_settings)
        window.map_page.stop_requested.connect(self.stop_all)
        window.map_page.queue_requested.connect(self.jobs.open)
        canvas.topic_selected.connect(self._on_selected)
        canvas.topic_activated.connect(maps.expand)
        canvas.explain_requested.connect(lambda topic_id: maps.explain(topic_id))
        canvas.illustrate_requested.connect(maps.illustrate)
        canvas.collapse_toggled.connect(maps.fold)
        canvas.retry_requested.connect(maps.retry)
        canvas.rename_requested.connect(self.rename)
        canvas.remove_requested.connect(self.remove)
        canvas.add_requested.connect(self.add)
        canvas.open_requested.connect(self._topic.read)
        canvas.menu_requested.connect(self._menu)
        canvas.cancel_requested.connect(self.escape)
        canvas.places_changed.connect(maps.place)
        window.outline.topic_selected.connect(lambda topic_id: canvas.select(topic_id, reveal=True))
        window.outline.topic_activated.connect(maps.expand)
        window.outline.menu_requested.connect(self._menu)
        window.detail.options_changed.connect(self.settings.change_rendering)

    def adopt_start_page(self, page: StartPage) -> None:
        """Connect the first page when it is built."""
        self._completing.attach(page.field)
        page.topic_submitted.connect(self.explore)
        page.image_requested.connect(self.imaging.choose_file)
        self.prices.attach(page.go_button, lambda: self.prices.of_new_map(page.field.text()))
        for title, button in page.starters.items():
            self.prices.attach(button, lambda title=title: self.prices.of_new_map(title))
        self.settings.adopt_card(page.key_card)

    def _connect_maps(self) -> None:
        window, maps = self._window, self.maps
        maps.opened.connect(self._show_document)
        maps.changed.connect(self._on_changed)
        maps.states_changed.connect(self._show_states)
        for waiting in (self.jobs.changed, self._waits.changed):
            waiting.connect(self._show_waiting)
        maps.activity_changed.connect(self._show_activity)
        self._questions.activity_changed.connect(self._show_activity)
        maps.growing.connect(window.canvas.reserve)
        maps.not_grown.connect(window.canvas.release)

    def show_start(self) -> None:
        """No map is open: show the first page."""
        self._show_document(None)

    # --- acts ---

    def explore(self, topic: str, language: str = "") -> None:
        """Begin a map of what was typed; its first subtopics in a language other than the set one."""
        if self.maps.map is None:
            self._window.start_page.show_notice("")
        try:
            session = self._services.explore.new_map(topic)
        except UserInputError as error:
            if self.maps.map is None:
                self._window.start_page.show_notice(message_for(error, self._services.now()).whole)
            self.tell_error(error)
            return
        self.begin(session, language)

    def begin(self, session: MapSession, language: str = "") -> None:
        """Open a new map and let it grow."""
        self.maps.begin(session, language)
        self._window.show_page(MAP)
        self._window.notifier.hide()
        fields = [self._window.top_bar.field]
        if self._window.has_start_page:
            fields.append(self._window.start_page.field)
        for field in fields:
            QTimer.singleShot(0, field.clear)  # after the list of titles has put its choice there
        self._window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        document = self.maps.map
        if document is not None:
            self._window.canvas.select(document.root_id)

    def rename(self, topic_id: str) -> None:
        """Edit a title in place."""
        document = self.maps.map
        if document is not None and topic_id in document.topics:
            title = document.topics[topic_id].title
            self._window.map_page.edit_title(topic_id, title, lambda text: self.edits.rename(topic_id, text))

    def remove(self, topic_id: str) -> None:
        """Remove a branch."""
        self.edits.remove((topic_id,))

    def add(self, parent_id: str) -> None:
        """Ask for the title of an own subtopic."""
        self.edits.ask_title(parent_id)

    def undo(self) -> None:
        """Take the last act back, where it is seen."""
        if self._window.page == MAP:
            self.maps.undo()
        elif self._window.page == LIBRARY:
            self.library.undo()

    def redo(self) -> None:
        """Do it again."""
        if self._window.page == MAP:
            self.maps.redo()

    def stop_all(self) -> None:
        """Stop all that runs."""
        self.maps.stop_all()
        self._questions.stop()
        self.jobs.stop_in_front()

    def paste(self) -> None:
        """A picture of the clipboard becomes a topic; a text goes into the field for one."""
        text = QGuiApplication.clipboard().text().strip()
        if not self.imaging.paste() and text and not self.edits.paste(text):
            self.focus_topic()
            field = self._window.start_page.field if self.maps.map is None else self._window.top_bar.field
            field.setText(text)

    def escape(self) -> None:
        """Inner first: an editor, what the hand does, what runs, what is picked, a message, the selection."""
        if self._window.map_page.is_editing:
            self._window.map_page.stop_editing()
        elif self._window.page != MAP:
            self._window.show_page(MAP)
        elif self._window.canvas.gestures.cancel() or self.find.leave():
            pass  # nothing is dragged, aimed at or dimmed any more
        elif self._questions.is_first_to_stop(self.maps.running()):
            self._questions.stop()
        elif self.maps.running():
            if not self.maps.stop(self._window.canvas.selected_id):
                self.maps.stop_all()
        elif self.jobs.stop_in_front() or self._window.canvas.hands.picks.clear():
            pass  # that is seen by itself
        elif self._window.notifier.text:
            self._window.notifier.hide()
        else:
            self._window.canvas.select("")

    def focus_topic(self) -> None:
        """Type a new topic."""
        field = self._window.start_page.field if self.maps.map is None else self._window.top_bar.field
        self._window.show_page(MAP)
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        field.selectAll()

    def focus_search(self) -> None:
        """Search the library."""
        self.show_page(LIBRARY)
        self._window.library_page.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def enter_library(self) -> None:
        """List the maps anew."""
        self.library.refresh()

    def show_page(self, page: str) -> None:
        """Go to a page and show what it tells of as it is now."""
        if self._window.page != page:
            self._window.notifier.hide()  # it told of the page that is left
        self._window.show_page(page)
        if page == LIBRARY:
            self.enter_library()
        elif page == QUOTA:
            self.quota.refresh()
        elif page == JOBS:
            self.jobs.refresh()
        elif page == BACKUPS:
            self.backups.refresh()
        elif page == SKY:
            self.sky.refresh()

    def open_settings(self) -> None:
        """Show the settings."""
        self.settings.open()

    def show_shortcuts(self) -> None:
        """Show all keys."""
        from knowalledge_desktop.ui.dialogs.info_dialogs import ShortcutSheet

        ShortcutSheet(self._window).open()

    def show_about(self) -> None:
        """Show version and licences."""
        from knowalledge_desktop.ui.dialogs.info_dialogs import AboutDialog

        notices = self._services.folders.resources / "THIRD_PARTY_NOTICES.txt"
        AboutDialog(self._window, self.show_diagnosis, notices).open()

    def show_diagnosis(self) -> None:
        """Show what the program finds about itself here."""
        from knowalledge_desktop.ui.diagnosis_controller import DiagnosisController

        DiagnosisController(self._window, self._services, self._tasks).open()

    # --- telling ---

    def tell_error(self, error: AppError) -> None:
        """Say what went wrong and what comes next."""
        message = message_for(error, self._services.now())
        self._window.notifier.show(f"{message.title}. {message.whole}", *self.quota.offered(error))

    def show_bug(self, error: BaseException) -> None:
        """Show a bug with its details."""
        from knowalledge_desktop.ui.dialogs.crash_dialog import CrashDialog

        CrashDialog(error, self._window).open()

    # --- what happened ---

    def refresh_topic(self) -> None:
        """Show the selected topic anew."""
        self._topic.refresh()

    def _show_document(self, document: Map | None) -> None:
        window = self._window
        self.way.forget()
        self._topic.forget()
        window.show_start(start=document is None)
        window.canvas.show_map(document)
        window.outline.show_map(document)
        self._show_rest()
        self._show_waiting()  # a batch may run on it
        window.detail.show_topic(document, "", now=self._services.now())
        if document is not None and document.root is not None:
            window.canvas.select(document.root_id)

    def _on_changed(self, change: Change, document: Map) -> None:
        self._window.canvas.apply(change, document)
        self._window.outline.show_map(document)
        selected = self._window.canvas.selected_id
        self._window.outline.select(selected)
        self._topic.refresh()
        self._news.withdraw_undo()
        self._show_rest()

    def _show_rest(self) -> None:
        document, window = self.maps.map, self._window
        window.setWindowTitle(f"{document.title} – KnowAllEdge" if document else "KnowAllEdge")
        self.way.show()
        window.status_bar.show_map(document)
        self._show_activity()

    def _show_history(self) -> None:
        session = self.maps.session
        undo, redo = (session.next_undo, session.next_redo) if session else (None, None)
        self._window.top_bar.show_history(
            back=self.way.has(-1),
            forward=self.way.has(1),
            undo=self._act_name(undo),
            redo=self._act_name(redo),
        )

    def _act_name(self, change: Change | None) -> str:
        return act_name(change) if change else ""

    def _acts(self) -> tuple[tuple[str, str], ...]:
        return self.maps.running() + self._questions.acts() + self.jobs.acts()

    def _show_states(self, states: dict[str, str]) -> None:
        self._window.canvas.set_states(self._waits.mark(self.jobs.states() | states))

    def _show_waiting(self) -> None:
        self._show_states(self.maps.states)
        self._window.canvas.set_remarks(self.jobs.remarks() | self._waits.remarks())
        self._show_activity()

    def _show_activity(self) -> None:
        running, window = self.maps.running() + self._questions.acts(), self._window
        selected = window.canvas.selected_id
        wait, now = self._waits.first(selected), self._services.now()
        text, more = activity(self.maps.map, running, self.jobs.activity(), wait, now)
        queue, rest = ("", "") if text else self.jobs.queue()
        window.map_page.show_activity(text or queue, more or rest, queue=bool(queue))
        window.status_bar.show_activity(text)  # what is waited for is told beside it already
        window.detail.set_busy(
            explaining=(EXPLAIN, selected) in running,
            expanding=(EXPAND, selected) in running,
            drawing=(ILLUSTRATE, selected) in running,
        )
        self._topic.tell_batch()
        self.settings.show_status()
        self._show_history()

    def _on_selected(self, topic_id: str) -> None:
        self._window.outline.select(topic_id)
        self._topic.show(topic_id)
        self.way.visit(topic_id)
        self._show_activity()

    # --- inside ---

    def _menu(self, topic_id: str, at: QPoint) -> None:
        if self.maps.map is not None:
            open_topic_menu(self, self._window, self.maps.map, topic_id, at)
