"""A small card of an article or a topic of the sky: what it is, where it is, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, icon_button, label, row, text_button

WIDTH = 320


class SkyCard(QFrame):
    """Shows what it is told; `open_requested` opens the topic, or begins a map of the article."""

    open_requested = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("skyCard")
        self.setProperty("panel", "floating")
        self.setFixedWidth(WIDTH)
        self._area = label("", "tertiary")
        self._area.setObjectName("skyCardArea")
        self._title = label("", "title", wrap=True)
        self._title.setObjectName("skyCardTitle")
        self._text = label("", "body", wrap=True)
        self._text.setObjectName("skyCardText")
        self._state = label("", "secondary", wrap=True)
        self._state.setObjectName("skyCardState")
        self._links = label("", "tertiary", wrap=True)
        self._links.setObjectName("skyCardLinks")
        self.button: QPushButton = text_button(
            self.tr("Explore"),
            "skyCardButton",
            self.open_requested.emit,
            "primary",
            self.tr("Make a map of it (Enter)"),
        )
        close = icon_button(icons, "x", "skyCardClose", self.tr("Close"), self.closed.emit, "Esc", 16)
        self.setLayout(
            column(
                row(self._area, -1, close, gap=8),
                self._title,
                6,
                self._text,
                8,
                self._state,
                self._links,
                14,
                row(self.button, -1),
                margins=(18, 10, 12, 16),
            )
        )

    def show_node(self, title: str, area: str, state: str, links: str, *, explored: bool) -> None:
        """Tell of a node; what it is about is told by `show_text` when it is known."""
        self._area.setText(area)
        self._title.setText(title)
        self._text.setText("")
        self._text.hide()
        self._state.setText(state)
        self._state.setVisible(bool(state))
        self._links.setText(links)
        self._links.setVisible(bool(links))
        text = self.tr("Open") if explored else self.tr("Explore")
        tip = self.tr("Open its map here (Enter)") if explored else self.tr("Make a map of it (Enter)")
        self.button.setText(text)
        self.button.setToolTip(tip)
        self.button.setAccessibleName(self.tr("{act} {title}").format(act=text, title=title))
        self.setAccessibleName(", ".join(part for part in (title, area, state) if part))
        self.show()
        self.raise_()

    def show_text(self, text: str) -> None:
        """One line about it."""
        self._text.setText(text)
        self._text.setVisible(bool(text))
