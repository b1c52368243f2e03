"""The bar above the map: where one is, and the field for the next topic."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QStringListModel, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QCompleter, QFrame, QLineEdit, QListView, QWidget

from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import icon_button, leading_icon, row, text_button
from knowalledge_desktop.ui.widgets.breadcrumbs import Breadcrumbs

PAUSE_MS = 90
ROOM_FOR_WAY = 1180
"""From this width on the way from the root to the topic is shown."""


class TopicField(QLineEdit):
    """Takes a topic; proposes titles of the Atlas while one types."""

    topic_submitted = Signal(str)
    completion_wanted = Signal(str)

    def __init__(self, icons: Icons, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Topic"))
        self.setPlaceholderText(self.tr("Photosynthesis, the Silk Road, Bayes’ theorem"))
        self.setToolTip(self.tr("Type a topic and press Enter (Ctrl+N)"))
        self.setMaxLength(400)
        self.setClearButtonEnabled(True)
        leading_icon(self, icons, "search")
        self._submitted = False
        self._titles = QStringListModel(self)
        completer = QCompleter(self._titles, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._popup = QListView(self)
        completer.setPopup(self._popup)
        self._popup.setObjectName(f"{name}Completions")
        completer.activated.connect(self._on_chosen)
        self._completer = completer
        self.setCompleter(completer)
        self._pause = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(lambda: self.completion_wanted.emit(self.text()))
        self.textEdited.connect(lambda _: self._pause.start())
        self.returnPressed.connect(self.submit)

    def event(self, event: QEvent) -> bool:
        """Ctrl+K opens the palette here too; a field would take it to cut the line's end off."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _opens_palette(event):
            event.ignore()
            return False
        return super().event(event)

    def submit(self) -> None:
        """Ask for a map of what is typed."""
        self._pause.stop()
        self._popup.hide()
        if not self._submitted:  # Enter in the list of titles tells both of the list and of the field
            self._submitted = True
            QTimer.singleShot(0, self._ready)
            self.topic_submitted.emit(self.text())

    def propose(self, asked: str, titles: tuple[str, ...]) -> None:
        """Show titles, unless the text has changed meanwhile."""
        if asked != self.text() or not self.hasFocus():
            return
        self._titles.setStringList(list(titles))
        if titles:
            self._completer.complete()
        else:
            self._popup.hide()

    def _on_chosen(self, title: str) -> None:
        self.setText(title)
        self.submit()

    def _ready(self) -> None:
        self._submitted = False


def _opens_palette(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_K and event.modifiers() == Qt.KeyboardModifier.ControlModifier


class TopBar(QFrame):
    """Back and forward, the map's title, the topic field, undo and redo, the side panel."""

    back_requested = Signal()
    forward_requested = Signal()
    undo_requested = Signal()
    redo_requested = Signal()
    panel_toggled = Signal()
    outline_toggled = Signal()
    image_requested = Signal()
    batch_requested = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setProperty("panel", "window")
        self.setFixedHeight(theme.px("layout.topBar"))
        self._back = icon_button(
            icons, "arrow-left", "backButton", self.tr("Back"), self.back_requested.emit, "Alt+Left"
        )
        self._forward = icon_button(
            icons, "arrow-right", "forwardButton", self.tr("Forward"), self.forward_requested.emit, "Alt+Right"
        )
        self.crumbs = Breadcrumbs()
        self.field = TopicField(icons, "topicInput")
        self.field.setMinimumWidth(220)
        self.field.setMaximumWidth(440)
        self._go = text_button(
            self.tr("Explore"),
            "exploreButton",
            self.field.submit,
            "primary",
            self.tr("Grow a map of this topic (Enter)"),
        )
        self._image = icon_button(
            icons, "image-up", "imageTopicButton", self.tr("Topic from a picture"), self.image_requested.emit
        )
        self._batch = icon_button(
            icons,
            "list-plus",
            "batchButton",
            self.tr("Explain several topics"),
            self.batch_requested.emit,
            "Ctrl+Shift+P",
        )
        self._undo = icon_button(
            icons, "undo-2", "undoButton", self.tr("Undo"), self.undo_requested.emit, "Ctrl+Z"
        )
        self._redo = icon_button(
            icons, "redo-2", "redoButton", self.tr("Redo"), self.redo_requested.emit, "Ctrl+Shift+Z"
        )
        self._undo_act = self._act("undoAction", self.tr("Undo"), self.undo_requested)
        self._redo_act = self._act("redoAction", self.tr("Redo"), self.redo_requested)
        self._outline = icon_button(
            icons, "list-tree", "outlineButton", self.tr("Outline"), self.outline_toggled.emit, "Ctrl+Shift+O"
        )
        self._panel = icon_button(
            icons, "panel-right", "panelButton", self.tr("Side panel"), self.panel_toggled.emit, "Ctrl+\\"
        )
        for button in (self._outline, self._panel):
            button.setCheckable(True)
        line = row(self._back, self._forward, 6, self.crumbs, -1, margins=(12, 0, 12, 0), gap=4)
        line.addWidget(self.field, 3)
        line.addWidget(self._go)
        line.addWidget(self._image)
        line.addStretch(1)
        for button in (self._batch, self._undo, self._redo, self._outline, self._panel):
            line.addWidget(button)
        self.setLayout(line)

    @property
    def go_button(self) -> QWidget:
        """The button that begins a map."""
        return self._go

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the way to the topic gives way to the field."""
        super().resizeEvent(event)
        self.crumbs.set_compact(compact=self.width() < ROOM_FOR_WAY)

    def _act(self, name: str, text: str, wanted: SignalInstance) -> QAction:
        """The same act as a button's, for those who look for acts and not for buttons."""
        made = QAction(text, self)
        made.setObjectName(name)
        made.triggered.connect(lambda: wanted.emit())
        return made

    def show_history(self, *, back: bool, forward: bool, undo: str, redo: str) -> None:
        """What can be gone back to and taken back; the texts name the acts, empty for none."""
        self._back.setEnabled(back)
        self._forward.setEnabled(forward)
        told = self.tr("Undo: {act} (Ctrl+Z)").format(act=undo) if undo else self.tr("Undo (Ctrl+Z)")
        again = self.tr("Redo: {act} (Ctrl+Shift+Z)").format(act=redo) if redo else self.tr("Redo (Ctrl+Shift+Z)")
        for part, tip, there in ((self._undo, told, undo), (self._redo, again, redo)):
            part.setEnabled(bool(there))
            part.setToolTip(tip)
        for action, tip, there in ((self._undo_act, told, undo), (self._redo_act, again, redo)):
            action.setEnabled(bool(there))
            action.setToolTip(tip)

    def show_map_controls(self, *, shown: bool) -> None:
        """What acts on the open map is there only while the map is seen."""
        ends = (self._back, self._forward, self.crumbs, self._batch, self._undo, self._redo)
        for part in (*ends, self._outline, self._panel):
            part.setVisible(shown)

    def show_panels(self, *, outline: bool, panel: bool) -> None:
        """Which panels are open."""
        self._outline.setChecked(outline)
        self._panel.setChecked(panel)
