"""The wheel over a page of fields scrolls the page; it must not change a value in passing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QWidget


class WheelScrolls(QObject):
    """Watches every choice and number below `page`, as they are when it is made."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        for kind in (QComboBox, QAbstractSpinBox):
            for field in page.findChildren(kind):
                field.installEventFilter(self)
                field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # nor does the wheel take the focus there

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ignored and held back, the event goes on to the page around the field."""
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)
