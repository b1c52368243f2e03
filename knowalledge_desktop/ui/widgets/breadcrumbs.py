"""Where the selected topic is: the way to it from the root, each step a place to go."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from knowalledge_desktop.ui.widgets.basics import label, row
from knowalledge_desktop.ui.widgets.elided import ElidedLabel

WIDEST_STEP, WIDEST_LAST = 150, 260
"""Pixels of a step and of the topic itself; longer titles are cut, the tooltip has them."""

Step = tuple[str, str]
"""Id and title of a topic."""


class Breadcrumbs(QWidget):
    """Shows the root, a menu of what is between, the parent, and the topic."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("breadcrumbs")
        self.setAccessibleName(self.tr("Way to this topic"))
        self._path: tuple[Step, ...] = ()
        self._compact = False
        self._root = self._button("breadcrumbRoot")
        self._between = self._button("breadcrumbMore")
        self._between.setText("…")
        self._between.setToolTip(self.tr("Topics between"))
        self._between.setAccessibleName(self.tr("Topics between"))
        self._parent = self._button("breadcrumbParent")
        self._gaps = [label("›", "tertiary") for _ in range(3)]
        self._last = ElidedLabel("bodyStrong", widest=WIDEST_LAST)
        self._last.setObjectName("mapTitle")
        self._last.setContentsMargins(4, 0, 0, 0)  # as wide as the padding of a step
        self._root.clicked.connect(lambda: self._go(0))
        self._parent.clicked.connect(lambda: self._go(len(self._path) - 2))
        self._between.clicked.connect(self._show_between)
        one, two, three = self._gaps
        self.setLayout(row(self._root, one, self._between, two, self._parent, three, self._last, gap=2))
        self.show_path(())

    def show_path(self, path: Sequence[Step]) -> None:
        """From the root to the topic; empty when there is no map."""
        self._path = tuple(path)
        self._show()

    def set_compact(self, *, compact: bool) -> None:
        """Show only the topic itself, where there is little room; its tooltip has the way."""
        if compact != self._compact:
            self._compact = compact
            self._show()

    def _show(self) -> None:
        count = len(self._path) if not self._compact else min(1, len(self._path))
        self._last.show_text(self._path[-1][1] if count else "")
        self._dress(self._root, self.tr("The root topic"))
        self._dress(self._parent, self.tr("The topic above"))
        for button, gap, step in (
            (self._root, self._gaps[0], 0 if count > 1 else -1),
            (self._parent, self._gaps[2], count - 2 if count > 2 else -1),
        ):
            button.setVisible(step >= 0)
            gap.setVisible(step >= 0)
            if step >= 0:
                self._dress(button, self._path[step][1])
        some = count > 3
        self._between.setVisible(some)
        self._gaps[1].setVisible(some)
        way = " › ".join(title for _, title in self._path)
        self.setAccessibleDescription(way)
        self._last.setToolTip(way)

    # --- inside ---

    def _button(self, name: str) -> QPushButton:
        made = QPushButton()
        made.setObjectName(name)
        made.setProperty("kind", "crumb")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        return made

    def _dress(self, button: QPushButton, title: str) -> None:
        shown = button.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, WIDEST_STEP)
        button.setText(shown.replace("&", "&&"))
        button.setToolTip(title)
        button.setAccessibleName(self.tr("Go to {title}").format(title=title))

    def _go(self, step: int) -> None:
        if 0 <= step < len(self._path):
            self.chosen.emit(self._path[step][0])

    def _show_between(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("breadcrumbMenu")
        for topic_id, title in self._path[1:-2]:
            menu.addAction(title.replace("&", "&&"), lambda topic_id=topic_id: self.chosen.emit(topic_id))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._between.mapToGlobal(self._between.rect().bottomLeft()))
