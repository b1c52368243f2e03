"""Parts of the topic panel: badges, the list of sources, the banner for trouble."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from knowalledge_desktop.core.content import Source
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.messages import Message
from knowalledge_desktop.ui.widgets.basics import badge, clear, column, icon_button, label, row, text_button
from knowalledge_desktop.ui.widgets.flow import FlowLayout


class BadgeRow(QWidget):
    """Badges beside each other, wrapping when there is no room; `last` stays after them while there are any."""

    def __init__(self, last: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self, gap=6)
        self._last = last
        last.setParent(self)
        last.hide()

    def show_badges(self, badges: Sequence[tuple[str, str, str]]) -> None:
        """Show (text, tone, tooltip)s."""
        while item := self._flow.takeAt(0):
            gone = item.widget()
            if gone is not None and gone is not self._last:  # that one keeps the focus
                gone.hide()
                gone.deleteLater()
        for text, tone, tip in badges:
            made = badge(text, tone, tip)
            made.setAccessibleDescription(tip)  # signs and figures alone say little
            self._flow.addWidget(made)
        self._flow.addWidget(self._last)
        self._last.setVisible(bool(badges))
        self.setAccessibleName("; ".join(text for text, _, _ in badges))
        self.updateGeometry()


class SourceList(QFrame):
    """Numbered sources with their addresses; a click opens the browser."""

    opened = Signal(str)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sourceList")
        self._icons = icons
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self._notice = label("", "tertiary", wrap=True)
        self.setLayout(
            column(label(self.tr("Sources"), "caption"), self._rows, self._notice, margins=(24, 12, 20, 12), gap=8)
        )

    def show_sources(self, sources: Sequence[Source], *, from_atlas: bool) -> None:
        """Show the sources; Atlas text carries its attribution and licence."""
        clear(self._rows)
        for number, source in enumerate(sources, 1):
            self._rows.addLayout(self._row(number, source))
        self._notice.setVisible(from_atlas and bool(sources))
        self._notice.setText(self.tr("Text: Wikipedia contributors, CC BY-SA 4.0. From the built-in Atlas."))
        self.setVisible(bool(sources))

    def _row(self, number: int, source: Source) -> QHBoxLayout:
        title = QPushButton()
        title.setObjectName(f"source{number}")
        title.setProperty("kind", "link")
        title.setText(source.title)
        title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        title.setAccessibleName(self.tr("Source {n}: {title}").format(n=number, title=source.title))
        title.setToolTip(source.url)
        title.setCursor(Qt.CursorShape.PointingHandCursor)
        title.clicked.connect(lambda: self.opened.emit(source.url))
        address = label(_short(source.url), "mono")
        open_it = icon_button(
            self._icons,
            "external-link",
            f"openSource{number}",
            self.tr("Open in the browser"),
            lambda: self.opened.emit(source.url),
            size=16,
        )
        number_badge = badge(str(number), "accent")
        number_badge.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return row(number_badge, column(title, address, gap=1), -1, open_it, gap=10)


class Banner(QFrame):
    """What went wrong, what is safe, what comes next."""

    retry = Signal()
    suggestion = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topicBanner")
        self.setProperty("panel", "banner")
        self.setProperty("tone", "warning")
        self._title = label("", "bodyStrong", wrap=True)
        self._text = label("", "", wrap=True)
        self._choices = QWidget()
        self._flow = FlowLayout(self._choices, gap=6)
        self.retry_button = text_button(self.tr("Retry"), "retryButton", self.retry.emit)
        self.setLayout(
            column(
                self._title, self._text, self._choices, row(self.retry_button, -1), margins=(14, 12, 14, 12), gap=6
            )
        )
        self.hide()

    def show_message(self, message: Message, suggestions: Sequence[str], *, can_retry: bool) -> None:
        """Show a message, with topics to choose instead."""
        self._title.setText(message.title)
        self._text.setText(message.whole)
        clear(self._flow)
        for number, title in enumerate(suggestions):
            self._flow.addWidget(
                text_button(title, f"suggestion{number}", lambda t=title: self.suggestion.emit(t), "subtle")
            )
        self._choices.setVisible(bool(suggestions))
        self.retry_button.setVisible(can_retry)
        self.setAccessibleName(f"{message.title}. {message.whole}")
        self.show()


def open_address(address: str) -> None:
    """Show a page in the person's browser."""
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    QDesktopServices.openUrl(QUrl(address))


def _short(url: str) -> str:
    bare = url.split("://", 1)[-1]
    return bare if len(bare) <= 52 else bare[:51] + "…"
