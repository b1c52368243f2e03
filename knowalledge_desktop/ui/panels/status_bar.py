"""What the program knows of its own state, quietly at the bottom."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from knowalledge_desktop.core.errors import KeyRejected
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.services.status import Connection, Status
from knowalledge_desktop.ui.offline_badge import OfflineBadge
from knowalledge_desktop.ui.panels.status_quota import StatusQuota
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import label, row, rule
from knowalledge_desktop.ui.widgets.dot import StatusDot
from knowalledge_desktop.ui.widgets.elided import ElidedLabel


class StatusBar(QFrame):
    """Connection, engine, use of the limits, size of the map."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setProperty("panel", "sunken")
        self.setFixedHeight(theme.px("layout.statusBar"))
        self._dot = StatusDot(theme)
        self._online = label("", "secondary")
        self._online.setObjectName("statusOnline")
        self.offline = OfflineBadge()
        self._engine = label("", "secondary")
        self._engine.setObjectName("statusEngine")
        self._activity = ElidedLabel("secondary", widest=420)
        self._activity.setObjectName("statusActivity")
        self.quota = StatusQuota(theme)
        self._counts = label("", "secondary")
        self._counts.setObjectName("statusCounts")
        self.setLayout(
            row(
                self._dot,
                self._online,
                self.offline,
                rule(vertical=True),
                self._engine,
                self._activity,
                -1,
                self.quota,
                self._counts,
                margins=(14, 2, 14, 2),
                gap=12,
            )
        )

    def show_status(self, status: Status, has_key: bool) -> None:  # noqa: FBT001 - a plain fact
        """The connection as the last real call found it, and who answers."""
        if not has_key:
            self._dot.set_tone("neutral")
            self._online.setText(self.tr("Atlas, offline"))
            self._engine.setText(self.tr("No Gemini key"))
            return
        tones = {Connection.ONLINE: "success", Connection.OFFLINE: "warning", Connection.UNKNOWN: "neutral"}
        texts = {
            Connection.ONLINE: self.tr("Online"),
            Connection.OFFLINE: "",  # the badge beside it says so
            Connection.UNKNOWN: self.tr("Ready"),
        }
        refused = status.last_error == KeyRejected.__name__
        cut = not self.offline.isHidden() and not refused
        self._dot.set_tone("danger" if refused else "warning" if cut else tones[status.connection])
        self._online.setText(self.tr("Key not accepted") if refused else texts[status.connection])
        who = {"atlas": self.tr("The Atlas answered last"), "gemini": self.tr("Gemini answered last")}
        self._engine.setText(who.get(status.engine, self.tr("Gemini")))

    def show_offline(self, *, offline: bool, waiting: int) -> None:
        """Say that there is no connection, in one place, with how many jobs wait for one."""
        self.offline.show_state(offline=offline, waiting=waiting)
        self._online.setVisible(not offline)
        if offline:
            self._dot.set_tone("warning")

    def show_activity(self, text: str) -> None:
        """What is going on now."""
        self._activity.show_text(text)

    def show_map(self, document: Map | None) -> None:
        """How big the map is."""
        if document is None:
            self._counts.setText("")
            return
        topics = self.tr("%n topics", "", len(document.topics))
        self._counts.setText(
            self.tr("{topics}, {n} explained").format(topics=topics, n=len(document.explained_ids()))
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.quota.fit(event.size().width())
