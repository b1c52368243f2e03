"""The button in the map's corner that turns the map to another view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.widgets.basics import native_keys

ICONS = {
    View.MIND: "workflow",
    View.TREE: "network",
    View.RADIAL: "orbit",
    View.OUTLINE: "list-tree",
    View.PATH: "route",
    View.TIMELINE: "calendar-days",
}
KEYS = {view: f"Ctrl+Alt+{number}" for number, view in enumerate(View, start=1)}
SIZE = 16


class ViewSwitcher(QToolButton):
    """Shows the view that is seen; its menu, made when it is opened, has the views that make sense now."""

    opened = Signal()
    chosen = Signal(object)  # View
    tidy_requested = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewSwitcher")
        self.setProperty("kind", "icon")
        self.setIconSize(QSize(SIZE, SIZE))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icons = icons
        self._view = View.MIND
        icons.follow(self, self._dress)
        self.clicked.connect(self.opened)
        self.show_view(View.MIND)

    def title(self, view: View) -> str:
        """A view as the person reads it."""
        return {
            View.MIND: self.tr("Mind map"),
            View.TREE: self.tr("Tree"),
            View.RADIAL: self.tr("Radial"),
            View.OUTLINE: self.tr("Outline"),
            View.PATH: self.tr("Learning path"),
            View.TIMELINE: self.tr("Timeline"),
        }[view]

    def show_view(self, view: View) -> None:
        """Tell which view is seen."""
        self._view = view
        self._dress()
        text = self.tr("View: {name}").format(name=self.title(view))
        self.setAccessibleName(text)
        keys = f"{native_keys(KEYS[View.MIND])}…{len(KEYS)}"
        self.setToolTip(f"{text} ({keys})")

    def open(self, views: Sequence[View]) -> None:
        """Offer these views above the button."""
        menu = QMenu(self)
        menu.setObjectName("viewMenu")
        group = QActionGroup(menu)
        for view in views:
            action = menu.addAction(f"{self.title(view)}\t{native_keys(KEYS[view])}")
            action.setObjectName(f"view-{view.value or 'mind'}")
            action.setIcon(self._icons.icon(ICONS[view], size=SIZE))
            action.setCheckable(True)
            action.setChecked(view is self._view)
            group.addAction(action)
            action.triggered.connect(lambda _=False, view=view: self.chosen.emit(view))
        menu.addSeparator()
        tidy = menu.addAction(self.tr("Tidy up"), self.tidy_requested.emit)
        tidy.setObjectName("view-tidy")
        tidy.setIcon(self._icons.icon("sparkles", size=SIZE))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, -menu.sizeHint().height() - 6)))

    def _dress(self) -> None:
        self.setIcon(self._icons.icon(ICONS[self._view], "text.secondary", SIZE))
