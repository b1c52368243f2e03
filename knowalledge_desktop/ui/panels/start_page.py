"""The first page: type a topic, open an Atlas map, add a key."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.panels.key_card import KeyCard
from knowalledge_desktop.ui.panels.top_bar import TopicField
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import card, column, dress_icon, label, row, text_button

STARTERS = ("Photosynthesis", "Ottoman Empire", "Algorithm")
"""Titles of the Atlas that make good first maps."""
NARROW = 980


class StartPage(QScrollArea):
    """Shown while no map is open."""

    topic_submitted = Signal(str)
    image_requested = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("startPage")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._theme, self._icons = theme, icons
        self.starters: dict[str, QToolButton] = {}
        self._mark = QLabel()
        self.field = TopicField(icons, "startTopicInput")
        self.field.setMinimumHeight(theme.px("layout.controlHeight.lg") + 8)
        self.field.topic_submitted.connect(self.topic_submitted)
        self.key_card = KeyCard(icons)
        self._notice = label("", "danger", wrap=True)
        self._notice.hide()
        ground = _DottedGround(theme)
        self._sides = QHBoxLayout(ground)
        self._sides.setContentsMargins(48, 48, 48, 48)
        self._sides.setSpacing(64)
        self._sides.addStretch(1)
        self._sides.addWidget(self._left(), 0, Qt.AlignmentFlag.AlignVCenter)
        self._sides.addWidget(self._right(), 0, Qt.AlignmentFlag.AlignVCenter)
        self._sides.addStretch(1)
        self.setWidget(ground)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_notice(self, text: str) -> None:
        """Say what is wrong with what was typed."""
        self._notice.setText(text)
        self._notice.setVisible(bool(text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.viewport().width() < NARROW
        self._sides.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(32 if narrow else 64)

    def _left(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(470)
        go = self.go_button = text_button(self.tr("Explore"), "startExploreButton", self.field.submit, "primary")
        picture = text_button(
            self.tr("Drop or paste a picture, or choose one"),
            "startImageButton",
            self.image_requested.emit,
            "link",
            self.tr("Find the topic of a picture"),
        )
        dress_icon(picture, self._icons, "image-up", "accent.text", 16)
        go.setMinimumHeight(self._theme.px("layout.controlHeight.lg") + 4)
        side.setLayout(
            column(
                self._mark,
                18,
                label(self.tr("Type a topic.\nFollow its edges."), "display"),
                10,
                label(
                    self.tr(
                        "KnowAllEdge draws up to fifteen subtopics around anything you want to understand. "
                        "Open one and it draws the next."
                    ),
                    "secondary",
                    wrap=True,
                ),
                22,
                row(self.field, go, gap=8),
                8,
                self._notice,
                label(
                    self.tr("The built-in Atlas knows 10,033 topics, offline. With a Gemini key, anything."),
                    "tertiary",
                    wrap=True,
                ),
                12,
                row(picture, -1),
                24,
                self.key_card,
            )
        )
        return side

    def _right(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(420)
        lines = QVBoxLayout()
        lines.setSpacing(12)
        for title, about in zip(STARTERS, self._abouts(), strict=True):
            lines.addWidget(self._starter(title, about))
        side.setLayout(
            column(
                row(
                    label(self.tr("Maps from the Atlas"), "title"),
                    -1,
                    label(self.tr("Open offline, no account"), "tertiary"),
                ),
                14,
                lines,
            )
        )
        return side

    def _abouts(self) -> tuple[str, ...]:
        return (
            self.tr("How light becomes sugar: from chloroplasts to cellular respiration"),
            self.tr("Six centuries on three continents: sultans, cities, wars"),
            self.tr("Rules that machines can follow: sorting, searching, learning"),
        )

    def _starter(self, title: str, about: str) -> QWidget:
        open_it = self.starters[title] = QToolButton()
        open_it.setObjectName("starter" + title.replace(" ", ""))
        dress_icon(open_it, self._icons, "arrow-right", "accent.text", 18)
        open_it.setAccessibleName(self.tr("Open the map of {title}").format(title=title))
        open_it.setToolTip(open_it.accessibleName())
        open_it.setCursor(Qt.CursorShape.PointingHandCursor)
        open_it.clicked.connect(lambda: self.topic_submitted.emit(title))
        made = card(
            row(
                column(label(title, "title"), label(about, "secondary", wrap=True), gap=4),
                open_it,
                margins=(20, 16, 16, 16),
                gap=12,
            )
        )
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.mouseReleaseEvent = lambda event: self.topic_submitted.emit(title)  # type: ignore[method-assign]
        return made

    def _restyle(self) -> None:
        self._mark.setPixmap(self._icons.mark(44, self.devicePixelRatioF()))
        self.viewport().update()


class _DottedGround(QWidget):
    """The canvas's dots behind the first page."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.color("bg.canvas"))
        dot = self._theme.color("bg.canvasDot")
        for x in range(12, self.width(), 24):
            for y in range(12, self.height(), 24):
                painter.fillRect(x, y, 1, 1, dot)
        painter.end()
