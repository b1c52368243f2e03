"""What stands where a text will be: three grey bars, for what it waits in a line, or how long it has been."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, label

BARS_AFTER_MS = 300
"""An answer that comes sooner needs no bars: they would only flicker."""
TOLD_AFTER_MS = 10_000
_BARS = (1.0, 0.92, 0.58)
_BAR, _PITCH = 10, 22


class Waiting(QWidget):
    """Shown from `start` until `stop`; says nothing before it is worth saying."""

    queued = Signal(bool)
    """Whether the text only waits for its turn is another now."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("waitingForText")
        self._bars = _Bars(theme)
        self._told = label("", "tertiary", wrap=True)
        self._told.setObjectName("waitingText")
        self.setLayout(column(self._bars, self._told, gap=8))
        self._why: Callable[[], str] = lambda: ""
        self._is_queued = False
        self._since = QElapsedTimer()
        self._soon = QTimer(self, interval=BARS_AFTER_MS, singleShot=True)
        self._soon.timeout.connect(self.show)
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(lambda: self.tell(self._since.elapsed()))
        self.hide()

    @property
    def is_waiting(self) -> bool:
        """Whether a text is waited for, seen or not."""
        return self._tick.isActive()

    def explain_by(self, why: Callable[[], str]) -> None:
        """What tells why it waits for its turn, in a sentence; empty when it is being answered."""
        self._why = why

    def start(self) -> None:
        """Begin to wait."""
        self._since.start()
        self._is_queued = False
        self._told.setText("")
        self._soon.start()
        self._tick.start()

    def stop(self) -> None:
        """The text is there, or will not come."""
        self._soon.stop()
        self._tick.stop()
        self.hide()

    def tell(self, elapsed_ms: int) -> None:
        """Say what it waits for in a line, else how long it has been, once that is long."""
        told = self._why()
        if self._is_queued is not bool(told):
            self._is_queued = bool(told)
            self.queued.emit(self._is_queued)
        if not told and elapsed_ms >= TOLD_AFTER_MS:
            told = self.tr("Still waiting for an answer, {n} s").format(n=elapsed_ms // 1000)
        self._told.setText(told)


class _Bars(QWidget):
    """Lines of text that are not there yet."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedHeight(_PITCH * len(_BARS))
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("bg.sunken"))
        for number, share in enumerate(_BARS):
            box = QRectF(0.0, number * _PITCH + 6.0, self.width() * share, _BAR)
            painter.drawRoundedRect(box, 3.0, 3.0)
        painter.end()
