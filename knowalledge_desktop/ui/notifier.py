"""Short messages over the window: what happened, and one thing to do about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, QTimer
from PySide6.QtWidgets import QFrame, QWidget

from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.widgets.basics import icon_button, label, row, text_button

SHOWN_MS = 10_000
ABOVE = 72


class Notifier(QObject):
    """Shows one message at a time; a newer one takes the place of the older."""

    def __init__(self, window: QWidget, icons: Icons, area: Callable[[], QRect] | None = None) -> None:
        super().__init__(window)
        self._area = area
        self._window = window
        self._toast = QFrame(window)
        self._toast.setObjectName("toast")
        self._toast.setProperty("panel", "floating")
        self._text = label("", "body", wrap=True)
        self._text.setObjectName("toastText")
        self._text.setMaximumWidth(560)
        self._text.setMinimumWidth(200)
        self._act = text_button(self.tr("Undo"), "toastButton", self._on_act, "subtle")
        close = icon_button(icons, "x", "toastClose", self.tr("Close"), self.hide, size=16)
        self._toast.setLayout(row(self._text, self._act, close, margins=(16, 10, 8, 10), gap=12))
        self._toast.hide()
        self._action: Callable[[], None] | None = None
        self._timer = QTimer(self, interval=SHOWN_MS, singleShot=True)
        self._timer.timeout.connect(self.hide)
        window.installEventFilter(self)

    @property
    def text(self) -> str:
        """What is shown, empty when nothing is."""
        return self._text.text() if self._toast.isVisible() else ""

    def show(self, text: str, action: str = "", act: Callable[[], None] | None = None) -> None:
        """Show a message, with a button when there is something to do."""
        self._text.setText(text)
        self._act.setText(action)
        self._act.setAccessibleName(action)
        self._act.setToolTip(action)
        self._act.setVisible(bool(action))
        self._action = act
        self._toast.setAccessibleName(text)
        self._toast.show()
        self._toast.raise_()
        self._place()
        self._timer.start()

    def hide(self) -> None:
        """Take the message away."""
        self._timer.stop()
        self._toast.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._toast.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        self._toast.adjustSize()
        area = self._area() if self._area else self._window.rect()
        self._toast.move(
            area.left() + max(8, (area.width() - self._toast.width()) // 2),
            area.bottom() - ABOVE - self._toast.height(),
        )

    def _on_act(self) -> None:
        act = self._action
        self.hide()
        if act is not None:
            act()
