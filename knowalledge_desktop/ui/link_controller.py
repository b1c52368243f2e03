"""Cross links: drawn, written on, listed and taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from knowalledge_desktop.core.edits_links import link_between
from knowalledge_desktop.core.graph import Change
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.ui.canvas.hand_overlay import LINK

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.dialogs.links_dialog import LinksDialog
    from knowalledge_desktop.ui.edit_controller import EditController
    from knowalledge_desktop.ui.main_window import MainWindow


class LinkController(QObject):
    """Does what the canvas, the topic panel and the list of links ask for."""

    def __init__(self, desk: Desk, window: MainWindow, edits: EditController, services: Services) -> None:
        super().__init__(edits)
        self._desk, self._window, self._edits, self._edit = desk, window, edits, services.edit
        hands, marks = window.canvas.hands, window.detail.marks
        self._open: LinksDialog | None = None
        hands.link_requested.connect(self.link)
        hands.label_requested.connect(self.edit_label)
        hands.link_menu_requested.connect(self.menu)
        window.canvas.keys.acts.links_requested.connect(self.show)
        marks.links_requested.connect(self.show)
        marks.topic_chosen.connect(desk.find.reveal)
        desk.maps.changed.connect(lambda *_: self._refresh())

    def begin(self) -> None:
        """Have the topic chosen that the chosen ones are linked to."""
        self._window.canvas.hands.begin(LINK)
        self._window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def link(self, topic_ids: tuple[str, ...], target_id: str) -> None:
        """Link topics to another one; of a single link the word is asked for."""

        async def act(session: MapSession) -> Change:
            change = await self._edit.link(session, topic_ids, target_id)
            if len(topic_ids) == 1 and self._desk.maps.session is session:
                found = link_between(session.map, topic_ids[0], target_id)
                if found is not None:
                    self.edit_label(found.link_id)
            return change

        self._edits.start("link", act)

    def edit_label(self, link_id: str) -> None:
        """Write the word on a link in place."""
        document = self._desk.maps.map
        if document is None or link_id not in document.links:
            return
        label = document.links[link_id].label
        self._window.map_page.edit_link(link_id, label, lambda text: self.relabel(link_id, text))

    def relabel(self, link_id: str, label: str) -> None:
        """Write another word on a link, or none."""
        self._edits.start("label", lambda session: self._edit.relabel(session, link_id, label))

    def unlink(self, link_id: str) -> None:
        """Take a link away."""
        self._edits.start("unlink", lambda session: self._edit.unlink(session, link_id))

    def menu(self, link_id: str, at: QPoint) -> None:
        """What can be done with a link."""
        document = self._desk.maps.map
        if document is None or link_id not in document.links:
            return
        link = document.links[link_id]
        menu = QMenu(self._window)
        menu.setObjectName("linkMenu")
        menu.addAction(self.tr("Word on the link…"), lambda: self.edit_label(link_id))
        for topic_id in (link.source_id, link.target_id):
            text = self.tr("Go to {title}").format(title=document.topics[topic_id].title.replace("&", "&&"))
            menu.addAction(text, lambda topic_id=topic_id: self._desk.find.reveal(topic_id))
        menu.addSeparator()
        menu.addAction(self.tr("Remove the link"), lambda: self.unlink(link_id))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def show(self, topic_id: str) -> None:
        """List the links of a topic."""
        from knowalledge_desktop.ui.dialogs.links_dialog import LinksDialog

        document = self._desk.maps.map
        if document is None or topic_id not in document.topics:
            return
        dialog = self._open = LinksDialog(topic_id, self._window)
        dialog.show_map(document)
        dialog.relabelled.connect(self.relabel)
        dialog.removed.connect(self.unlink)
        dialog.chosen.connect(self._desk.find.reveal)
        dialog.new_requested.connect(self.begin)
        dialog.finished.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        self._open = None

    def _refresh(self) -> None:
        if self._open is not None and self._desk.maps.map is not None:
            self._open.show_map(self._desk.maps.map)
