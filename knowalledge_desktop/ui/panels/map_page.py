"""The canvas with what floats over it: zoom, the activity pill, a field to rename in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.panels.view_switcher import ViewSwitcher
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import badge, icon_button, row, rule, text_button
from knowalledge_desktop.ui.widgets.elided import ElidedLabel

if TYPE_CHECKING:
    from knowalledge_desktop.ui.canvas.minimap import Minimap
    from knowalledge_desktop.ui.panels.hint_line import HintLine

EDGE = 16
BESIDE = 480
"""So wide the pill of what goes on must be to stand beside the zoom; in a narrower map it stands above."""
TITLE_LEAST = 220


class MapPage(QWidget):
    """Lays the floating controls over the canvas."""

    stop_requested = Signal()
    queue_requested = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = GraphCanvas(theme, self)
        self.views = ViewSwitcher(icons)
        self._zoom = self._zoom_box(icons)
        self._doing = ElidedLabel("bodyStrong", widest=420)
        self._doing.setObjectName("activityText")
        self._more = ElidedLabel("secondary", widest=560)
        self._more.setObjectName("activityDetail")
        self._stop = text_button(
            self.tr("Stop"),
            "cancelButton",
            self.stop_requested.emit,
            "ghost",
            self.tr("Stop what is running (Esc)"),
        )
        self._queue = text_button(
            self.tr("Show queue"),
            "queueButton",
            self.queue_requested.emit,
            "ghost",
            self.tr("What waits, and for what"),
        )
        self._escape = badge("Esc")
        self._activity = QFrame(self)
        self._activity.setProperty("panel", "floating")
        self._activity.setLayout(
            row(
                self._doing,
                self._more,
                rule(vertical=True),
                self._stop,
                self._escape,
                self._queue,
                margins=(16, 6, 14, 6),
                gap=10,
            )
        )
        self._activity.hide()
        self._editor = InlineEditor(self, self.canvas)
        self._top: QWidget | None = None
        self._hint: HintLine | None = None
        self._theme = theme
        self._minimap: Minimap | None = None
        self.wants_minimap = True
        self.canvas.viewport_changed.connect(self._on_view)
        self.canvas.places_changed.connect(lambda *_: QTimer.singleShot(0, self, self._offer_minimap))

    def _zoom_box(self, icons: Icons) -> QFrame:
        canvas = self.canvas
        box = QFrame(self)
        box.setProperty("panel", "floating")
        out = icon_button(icons, "minus", "zoomOutButton", self.tr("Zoom out"), canvas.zoom_out, "Ctrl+-", 16)
        into = icon_button(icons, "plus", "zoomInButton", self.tr("Zoom in"), canvas.zoom_in, "Ctrl++", 16)
        fit = icon_button(icons, "maximize", "fitButton", self.tr("Fit the map"), canvas.fit, "Ctrl+9", 16)
        self._percent = text_button(
            "100%", "zoomResetButton", canvas.zoom_reset, "ghost", self.tr("100 % (Ctrl+0)")
        )
        ends = (rule(vertical=True), fit, self.views)
        box.setLayout(row(out, self._percent, into, *ends, margins=(4, 2, 4, 2), gap=2))
        return box

    def show_activity(self, text: str, more: str = "", *, queue: bool = False) -> None:
        """What is growing or being written, and what is to know about it; an empty text hides the pill.

        `queue` tells of what only waits, behind everything else: there is nothing to stop then.
        """
        self._stop.setVisible(not queue)
        self._escape.setVisible(not queue)
        self._queue.setVisible(queue)
        self._doing.show_text(text)
        self._more.show_text(more)
        self._more.setVisible(bool(more))
        self._activity.setVisible(bool(text))
        self._lay_out()

    def float_at_top(self, part: QWidget) -> None:
        """Keep something in the middle of the upper edge."""
        self._top = part
        part.installEventFilter(self)
        self._lay_out()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._top and event.type() in (QEvent.Type.Show, QEvent.Type.Resize):
            self._lay_out()
        return super().eventFilter(watched, event)

    def toggle_minimap(self) -> None:
        """Show the overview, or hide it until it is wanted again."""
        self.wants_minimap = self._minimap is None or not self._minimap.isVisible()
        if self.wants_minimap:
            self._overview().show()
            self._put_minimap()
        elif self._minimap is not None:
            self._minimap.hide()

    def _overview(self) -> Minimap:
        if self._minimap is None:
            from knowalledge_desktop.ui.canvas.minimap import Minimap

            self._minimap = Minimap(self.canvas, self._theme, self)
            self._minimap.rested.connect(self._put_minimap)
        return self._minimap

    def _put_minimap(self) -> None:
        """Lower right; smaller, or in another corner, where topics lie under it (design, layout grid)."""
        from knowalledge_desktop.ui.canvas.minimap import LARGE, SMALL

        minimap = self._overview()
        right, bottom = self.width() - EDGE, self.height() - EDGE
        above_zoom = self._zoom.y() - EDGE
        below_bar = EDGE + (self._top.height() + EDGE if self._top is not None and self._top.isVisible() else 0)
        spots = [QRect(QPoint(right - size.width(), bottom - size.height()), size) for size in (LARGE, SMALL)]
        spots.append(QRect(QPoint(right - SMALL.width(), below_bar), SMALL))
        spots.append(QRect(QPoint(EDGE, below_bar), SMALL))
        spots.append(QRect(QPoint(EDGE, above_zoom - SMALL.height()), SMALL))
        pill = QRect() if self._activity.isHidden() else self._activity.geometry()
        # the first of those that cover the least; what can be stopped must be in reach
        box = min(spots, key=lambda spot: (spot.intersects(pill), minimap.covered(spot)))
        minimap.fit_in(box.size())
        minimap.move(box.topLeft())
        minimap.raise_()
        self._activity.raise_()

    @property
    def taken(self) -> int:
        """Pixels at the bottom where the pill may stand above the zoom, in a narrow map; else 0."""
        return 0 if self._beside() > BESIDE else self._zoom.height() + EDGE

    def _beside(self) -> int:
        return self.width() - 2 * (self._zoom.width() + 2 * EDGE)

    def edit_title(self, topic_id: str, title: str, done: Callable[[str], None]) -> None:
        """Edit a title in place; Enter takes it, Esc leaves it."""
        box = self.canvas.topic_rect(topic_id)
        self._editor.begin(box, title, done)

    def edit_link(self, link_id: str, label: str, done: Callable[[str], None]) -> None:
        """Write the word on a cross link in place; Enter takes it, Esc leaves it."""
        at = self.canvas.link_spot(link_id)
        if at is not None:
            spot = at.toPoint()
            spot.setX(max(120, min(spot.x(), self.width() - 120)))
            spot.setY(max(40, min(spot.y(), self.height() - 80)))
            self._editor.begin(QRect(spot, spot), label, done, self.tr("Word on the link"))

    def show_hint(self, text: str, shown_ms: int = 0) -> None:
        """Say quietly what keys do now, or what was done; an empty text says nothing more."""
        if self._hint is None:
            if not text:
                return
            from knowalledge_desktop.ui.panels.hint_line import HintLine

            self._hint = HintLine(self, self._hint_top)
            self._hint.raise_()
        self._hint.tell(text, shown_ms)

    def _hint_top(self) -> int:
        """Where the quiet line begins: at the upper edge, below what floats there."""
        taken = self._top.height() + EDGE // 2 if self._top is not None and self._top.isVisible() else 0
        return EDGE + taken

    @property
    def is_editing(self) -> bool:
        """Whether a title is being edited."""
        return self._editor.isVisible()

    def stop_editing(self) -> None:
        """Leave the title as it was."""
        self._editor.leave()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.canvas.setGeometry(self.rect())
        self._lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self._lay_out)  # only now the style has told the fonts

    def _lay_out(self) -> None:
        self._zoom.adjustSize()
        if self._top is not None:
            self._top.adjustSize()
            self._top.move(max(EDGE, (self.width() - self._top.width()) // 2), EDGE)
        if self._hint is not None:
            self._hint.place()
        beside = self._beside()
        self._doing.setMinimumWidth(min(self._doing.sizeHint().width(), TITLE_LEAST))
        wide = min(self._activity.sizeHint().width(), beside if beside > BESIDE else self.width() - 2 * EDGE)
        self._activity.resize(wide, self._activity.sizeHint().height())
        self._zoom.move(EDGE, self.height() - EDGE - self._zoom.height())
        left = max(EDGE, (self.width() - self._activity.width()) // 2)
        bottom = self.height() - EDGE - self._activity.height()
        if left < self._zoom.geometry().right() + EDGE:
            bottom -= self._zoom.height() + EDGE
        self._activity.move(left, bottom)
        if self._minimap is not None and self._minimap.isVisible():
            self._put_minimap()

    def _offer_minimap(self) -> None:
        """An overview is of use from the moment that not all is seen."""
        there = self._minimap is not None and not self._minimap.isHidden()
        if self.wants_minimap and not there and self.isVisible() and not self.canvas.sees_all():
            self._overview().show()
            self._put_minimap()

    def _on_view(self) -> None:
        if (
            self.wants_minimap
            and (self._minimap is None or self._minimap.isHidden())
            and not self.canvas.sees_all()
        ):
            QTimer.singleShot(0, self, self._offer_minimap)
        self._percent.setText(self.canvas.camera.percent)
        self._zoom.adjustSize()
        if self._editor.isVisible():
            self._editor.leave()


class InlineEditor(QLineEdit):
    """A field over a topic; the keys go back to `home` after it."""

    def __init__(self, parent: QWidget, home: QWidget) -> None:
        super().__init__(parent)
        self._home = home
        self.setObjectName("renameInput")
        self.setAccessibleName(self.tr("New title"))
        self.setToolTip(self.tr("Enter keeps the title, Esc leaves it as it was"))
        self._done: Callable[[str], None] | None = None
        self.hide()
        self.returnPressed.connect(self._take)
        self.installEventFilter(self)

    def begin(self, box: object, title: str, done: Callable[[str], None], prompt: str = "") -> None:
        """Show the field over a box in the parent's coordinates; the `prompt` says what an empty one is for."""
        where = box if isinstance(box, QRect) else QRect()
        self._done = done
        self.setText(title)
        self.setPlaceholderText(prompt)
        self.setAccessibleName(prompt or self.tr("New title"))
        wide = max(200, where.width() + 24)
        self.setGeometry(where.center().x() - wide // 2, where.center().y() - 17, wide, 34)
        self.selectAll()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Close without a change."""
        self._done = None
        if self.hasFocus():
            self._home.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
        ):
            self.leave()
            return True
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.leave()
        return super().eventFilter(watched, event)

    def _take(self) -> None:
        done, text = self._done, self.text()
        self.leave()
        if done is not None:
            done(text)
