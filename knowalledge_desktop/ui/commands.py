"""Everything that can be done by name: one table for the palette, with the keys that do the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.request import Task
from knowalledge_desktop.ui.edit_acts import fold_acts, topic_acts

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.main_window import MainWindow


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do. `name` is stable and in no language; `detail` says about what, or what it takes."""

    name: str
    title: str
    act: Callable[[], object]
    group: str = ""
    detail: str = ""
    keys: str = ""
    icon: str = ""


class Commands(QObject):
    """Lists what can be done now."""

    def __init__(self, desk: Desk, window: MainWindow) -> None:
        super().__init__(desk)
        self._desk, self._window = desk, window

    def here(self) -> list[Command]:
        """All commands that make sense now, those on the selected topic first."""
        document = self._desk.maps.map
        found: list[Command] = []
        if document is not None:
            topic_id = self._window.canvas.selected_id or document.root_id
            if topic_id in document.topics:
                found += self._on_topic(document, topic_id)
            found += self._on_map(document)
        return found + self._everywhere()

    def _on_topic(self, document: Map, topic_id: str) -> list[Command]:
        desk, maps, canvas = self._desk, self._desk.maps, self._window.canvas
        group, place = self.tr("On this topic"), document.places.get(topic_id)
        topic = document.topics[topic_id]
        told, pictured = bool(document.explanations_of(topic_id)), topic_id in document.pictures

        def price(task: Task) -> str:
            return desk.prices.text(desk.prices.of_topic(task, document, topic_id))

        def of(
            name: str, title: str, act: Callable[[], object], keys: str = "", icon: str = "", detail: str = ""
        ) -> Command:
            return Command(name, title, act, group, detail, keys, icon)

        found = [
            of("expand", self.tr("Expand"), lambda: maps.expand(topic_id), "E", "network", price(Task.SUBTOPICS)),
            of(
                "explain",
                self.tr("Explain again") if told else self.tr("Explain"),
                lambda: maps.explain(topic_id, fresh=told),
                "X",
                "book-open",
                price(Task.EXPLANATION),
            ),
            of(
                "illustrate",
                self.tr("Draw it again") if pictured else self.tr("Draw an illustration"),
                lambda: maps.illustrate(topic_id, fresh=pictured),
                "I",
                "sparkles",
                price(Task.ILLUSTRATION),
            ),
            of("add", self.tr("Own subtopic…"), lambda: desk.add(topic_id), "N", "plus"),
            of("rename", self.tr("Rename"), lambda: desk.rename(topic_id), "F2", "pencil"),
            of(
                "frame", self.tr("Frame the branch"), lambda: canvas.frame_branch(topic_id), "Shift+F", "crosshair"
            ),
            of("focus", self.tr("Focus on this branch"), lambda: desk.find.focus(topic_id), "Ctrl+B", "eye"),
            of("new-map-of", self.tr("New map of this topic"), lambda: desk.explore(topic.title), "", "map"),
            of("origin", self.tr("Where this comes from…"), lambda: desk.origins.open(topic_id), "", "file-text"),
        ]
        if document.children(topic_id):
            folded = place is not None and place.collapsed
            title = self.tr("Unfold the branch") if folded else self.tr("Fold the branch")
            icon = "unfold-vertical" if folded else "fold-vertical"
            found.append(of("fold", title, lambda: maps.fold(topic_id), "]" if folded else "[", icon))
        edits = topic_acts(desk.edits, self._window, document, topic_id)
        found += [of(each.name, each.title, each.act, each.keys, each.icon) for each in edits]
        if topic_id != document.root_id:
            found.append(of("remove", self.tr("Remove"), lambda: desk.remove(topic_id), "Del", "trash-2"))
        return found

    def _on_map(self, document: Map) -> list[Command]:
        desk, canvas, window = self._desk, self._window.canvas, self._window
        group = self.tr("On this map")
        unexplained = len(document.topics) - len(document.explained_ids())

        def of(
            name: str, title: str, act: Callable[[], object], keys: str = "", icon: str = "", detail: str = ""
        ) -> Command:
            return Command(name, title, act, group, detail, keys, icon)

        return [
            of(
                "batch",
                self.tr("Explain several topics…"),
                lambda: desk.batch.open(document.root_id),
                "Ctrl+Shift+P",
                "list-checks",
                self.tr("%n not explained yet", "", unexplained),
            ),
            of("find", self.tr("Find in this map"), desk.find.begin, "Ctrl+F", "search"),
            *(
                of(each.name, each.title, each.act, each.keys, each.icon)
                for each in fold_acts(desk.edits, document)
            ),
            of("undo", self.tr("Undo"), desk.undo, "Ctrl+Z", "undo-2"),
            of("redo", self.tr("Redo"), desk.redo, "Ctrl+Shift+Z", "redo-2"),
            *self._views(group),
            of("tidy", self.tr("Tidy up the map"), window.views.tidy, "", "sparkles"),
            of("fit", self.tr("Fit the map"), canvas.fit, "Ctrl+9", "maximize"),
            of("zoom-reset", self.tr("Zoom to 100 %"), canvas.zoom_reset, "Ctrl+0", "scan"),
            of("minimap", self.tr("Overview"), window.map_page.toggle_minimap, "Ctrl+Shift+M", "map"),
            of("outline", self.tr("Outline"), window.toggle_outline, "Ctrl+Shift+O", "list-tree"),
            of("panel", self.tr("Topic panel"), window.toggle_panel, "Ctrl+\\", "panel-right"),
            of(
                "history",
                self.tr("History of this map"),
                lambda: desk.origins.open_history(document.map_id),
                "",
                "history",
            ),
            of("export", self.tr("Export the map…"), window.exchange.export, "Ctrl+E", "share"),
            of("picture", self.tr("Save a picture of the map…"), desk.pictures.export, "", "image-up"),
            of("print", self.tr("Print the map…"), desk.pictures.print, "Ctrl+P", "printer"),
            of("stop", self.tr("Stop all that runs"), desk.stop_all, "Ctrl+.", "square"),
        ]

    def _views(self, group: str) -> list[Command]:
        """The other views that make sense for the map."""
        from knowalledge_desktop.ui.panels.view_switcher import ICONS, KEYS

        views, switcher = self._window.views, self._window.map_page.views
        return [
            Command(
                f"view-{view.value or 'mind'}",
                self.tr("View: {name}").format(name=switcher.title(view)),
                lambda view=view: views.show(view),
                group,
                "",
                KEYS[view],
                ICONS[view],
            )
            for view in views.offered()
            if view is not views.view
        ]

    def _everywhere(self) -> list[Command]:
        desk, window = self._desk, self._window
        group = self.tr("Everywhere")

        def of(name: str, title: str, act: Callable[[], object], keys: str = "", icon: str = "") -> Command:
            return Command(name, title, act, group, "", keys, icon)

        return [
            of("library", self.tr("Library"), lambda: desk.show_page("library"), "Ctrl+L", "library"),
            of("sky", self.tr("Sky: everything explored, all articles"), desk.sky.open, "Ctrl+4", "orbit"),
            of("search", self.tr("Search the library"), desk.focus_search, "Ctrl+Shift+F", "search"),
            of("jobs", self.tr("Batches"), desk.jobs.open, "Ctrl+3", "list-checks"),
            of("limits", self.tr("Limits and budget"), desk.quota.open, "Ctrl+2", "gauge"),
            of("cache", self.tr("Cache of answers"), desk.quota.open_cache, "", "hard-drive"),
            of("backups", self.tr("Backups of the library"), desk.backups.open, "", "archive-restore"),
            of("stale", self.tr("Out of date: old models and prompts…"), desk.origins.open_stale, "", "clock"),
            of("image-topic", self.tr("Topic from a picture…"), desk.imaging.choose_file, "", "image-up"),
            of("import", self.tr("Import a file…"), window.exchange.open_import, "Ctrl+O", "folder-open"),
            of("settings", self.tr("Settings"), desk.open_settings, "Ctrl+,", "settings"),
            of("keys", self.tr("Keyboard shortcuts"), desk.show_shortcuts, "F1", "keyboard"),
            of("full-screen", self.tr("Full screen"), window.toggle_full_screen, "F11", "monitor"),
            of("about", self.tr("About KnowAllEdge"), desk.show_about, "", "info"),
            of("diagnosis", self.tr("Diagnosis…"), desk.show_diagnosis, "", "info"),
            of("quit", self.tr("Quit"), window.close, "Ctrl+Q", "x"),
        ]
