"""A quiet line over the map: what keys do now, or what was just done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QWidget

from knowalledge_desktop.ui.widgets.basics import label, row

WIDEST = 720


class HintLine(QFrame):
    """Stands at the upper edge below what floats there, lets every click through and goes by itself."""

    def __init__(self, page: QWidget, top: Callable[[], int]) -> None:
        super().__init__(page)
        self.setObjectName("hintLine")
        self.setProperty("panel", "floating")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._top = top
        self._text = label("", "secondary")
        self._text.setObjectName("hintText")
        self.setLayout(row(self._text, margins=(14, 7, 14, 7)))
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """What it says now, empty when nothing."""
        return self._text.text() if not self.isHidden() else ""

    def tell(self, text: str, shown_ms: int = 0) -> None:
        """Say something until something else is said, or for so many milliseconds."""
        self._timer.stop()
        self._text.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.place()
        if text and shown_ms:
            self._timer.start(shown_ms)

    def place(self) -> None:
        """Stand where there is room now."""
        page = self.parentWidget()
        if page is None:
            return
        room = min(WIDEST, page.width() - 32)
        self._text.setWordWrap(False)
        wide, high = self.sizeHint().width(), self.sizeHint().height()
        if wide > room:
            self._text.setWordWrap(True)
            wide, high = room, self.heightForWidth(room)
        self.setGeometry(max(16, (page.width() - wide) // 2), self._top(), wide, high)
