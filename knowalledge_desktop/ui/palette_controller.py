"""Opens the palette and fills it: commands, topics of this map and of the library, a new map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from knowalledge_desktop.core.matching import NO, fits
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.ui.commands import Command
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.dialogs.command_palette import CommandPalette
    from knowalledge_desktop.ui.icons import Icons
    from knowalledge_desktop.ui.main_window import MainWindow
    from knowalledge_desktop.ui.theme import Theme

LOOK = "palette:library"
TOPICS, MAPS = 6, 4
"""How many topics of this map and of others are offered at most."""


class PaletteController(QObject):
    """Nothing of the palette is loaded before it is opened."""

    def __init__(
        self,
        desk: Desk,
        window: MainWindow,
        services: Services,
        theme: Theme,
        icons: Icons,
        tasks: TaskRunner,
    ) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services = desk, window, services
        self._theme, self._icons, self._tasks = theme, icons, tasks
        self._open: CommandPalette | None = None
        self._commands: list[Command] = []

    def open(self) -> None:
        """Show the palette."""
        from knowalledge_desktop.ui.commands import Commands
        from knowalledge_desktop.ui.dialogs.command_palette import CommandPalette

        if self._open is not None:
            return
        table = Commands(self._desk, self._window)
        self._commands = table.here()
        table.deleteLater()
        palette = self._open = CommandPalette(self._theme, self._icons, self._window)
        palette.wanted.connect(self._fill)
        palette.finished.connect(self._closed)
        document = self._desk.maps.map
        selected = self._window.canvas.selected_id
        topic = document.topics.get(selected) if document is not None else None
        palette.begin(topic.title if topic is not None else "")

    # --- inside ---

    def _closed(self) -> None:
        self._tasks.cancel(LOOK)
        self._open = None

    def _fill(self, typed: str) -> None:
        if self._open is None:
            return
        found = self._fitting(typed)
        self._open.show_commands(typed, found)
        if typed.strip():
            self._tasks.start(LOOK, self._add_library(typed, found))

    def _fitting(self, typed: str) -> list[Command]:
        """What fits, the best group first; all commands as they stand while nothing is typed."""
        if not typed.strip():
            return list(self._commands)
        scored = [(fits(typed, each.title), each) for each in self._commands]
        good = [(score, each) for score, each in scored if score > NO]
        best: dict[str, float] = {}
        for score, each in good:
            best[each.group] = max(score, best.get(each.group, NO))
        order = {group: at for at, group in enumerate(sorted(best, key=lambda group: -best[group]))}
        good.sort(key=lambda pair: (order[pair[1].group], -pair[0]))
        commands = [each for _, each in good]
        return [*commands, *self._topics(typed), *self._start(typed)]

    def _topics(self, typed: str) -> list[Command]:
        from knowalledge_desktop.core.finding import Query, find
        from knowalledge_desktop.ui.commands import Command

        document = self._desk.maps.map
        if document is None:
            return []
        found = sorted(find(document, Query(typed)), key=lambda i: -fits(typed, document.topics[i].title))
        group = self.tr("Go to")
        return [
            Command(
                f"go:{topic_id}",
                document.topics[topic_id].title,
                lambda topic_id=topic_id: self._go(topic_id),
                group,
                " › ".join(step.title for step in document.path(topic_id)[:-1]),
                icon="crosshair",
            )
            for topic_id in found[:TOPICS]
        ]

    def _start(self, typed: str) -> list[Command]:
        from knowalledge_desktop.ui.commands import Command

        topic = typed.strip()
        price = self._desk.prices.text(self._desk.prices.of_new_map(topic))
        title = self.tr("New map of “{topic}”").format(topic=topic)
        return [Command("new", title, lambda: self._desk.explore(topic), self.tr("Start"), price, icon="plus")]

    async def _add_library(self, typed: str, found: list[Command]) -> None:
        from knowalledge_desktop.ui.commands import Command

        document = self._desk.maps.map
        here = document.map_id if document is not None else ""
        hits = [hit for hit in await self._services.library.search(typed) if hit.map_id != here][:MAPS]
        if self._open is None or not hits:
            return
        group = self.tr("In the library")
        more = [
            Command(
                f"open:{hit.map_id}:{hit.topic_id}",
                hit.title,
                lambda hit=hit: self._desk.library.open(hit.map_id, hit.topic_id),
                group,
                hit.map_title,
                icon="library",
            )
            for hit in hits
        ]
        self._open.show_commands(typed, [*found[:-1], *more, found[-1]])

    def _go(self, topic_id: str) -> None:
        self._desk.find.reveal(topic_id)
