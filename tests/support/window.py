"""A window on given services, and waiting for what a person would see."""

from __future__ import annotations

import asyncio
import gc
import traceback
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QWidget,
)

from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.main_window import MainWindow
from knowalledge_desktop.ui.tasks import TaskRunner
from knowalledge_desktop.ui.theme import Theme

T = TypeVar("T", bound=QObject)
PATIENCE_S = 20.0


async def until(true: Callable[[], bool], what: str) -> None:
    """Let the loop run until something is so."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_S
    while not true():
        if loop.time() > end:
            raise AssertionError(f"waited {PATIENCE_S:.0f} s in vain for: {what}")
        await asyncio.sleep(0.005)


class Driver:
    """Shows the window and finds its parts by name."""

    def __init__(self, app: QApplication, services: Services, size: tuple[int, int] = (1440, 900)) -> None:
        self.services = services
        self.bugs: list[BaseException] = []
        self.theme = Theme(services.folders.resources, services.preferences.settings)
        self.theme.install(app)
        self.tasks = TaskRunner()
        self.window = MainWindow(services, self.theme, Icons(services.folders.resources, self.theme), self.tasks)
        self.tasks.broke.connect(self._broken)
        self.window.resize(*size)
        self.window.desk.show_start()
        self.window.show()

    def _broken(self, bug: BaseException) -> None:
        self.bugs.append(bug)
        traceback.print_exception(bug)  # a walk of chances may never fail this way again

    def find(self, kind: type[T], name: str) -> T:
        """The part with this object name."""
        found = self.window.findChild(kind, name)
        assert found is not None, f"there is no {name}"
        return found

    def has(self, kind: type[QWidget], name: str) -> bool:
        """Whether the part is there and visible."""
        found = self.window.findChild(kind, name)
        return found is not None and found.isVisible()

    def nameless(self) -> list[str]:
        """Controls without an object name, an accessible name or a tooltip."""
        found: list[str] = []
        kinds = (QAbstractButton, QLineEdit, QComboBox, QCheckBox, QAbstractItemView)
        for widget in self.window.findChildren(QWidget):
            own = not widget.objectName().startswith("qt_") and not isinstance(
                widget.parent(), QComboBox | QLineEdit
            )
            if not isinstance(widget, kinds) or isinstance(widget, QScrollBar) or not own or _is_inner(widget):
                continue
            lacks = [
                what
                for what, there in (
                    ("name", widget.objectName()),
                    ("accessible name", widget.accessibleName() or getattr(widget, "text", lambda: "")()),
                    ("tooltip", widget.toolTip() or isinstance(widget, QAbstractItemView)),
                )
                if not there
            ]
            if lacks:
                found.append(f"{type(widget).__name__} {widget.objectName()!r}: no {', '.join(lacks)}")
        return found

    async def end(self) -> None:
        """Close everything as the application does."""
        self.window.hide()
        await self.tasks.aclose()
        await self.services.aclose()
        self.window.deleteLater()
        # Now and here: left to the collector, it could happen in the thread of a library or an Atlas.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        gc.collect()
        await asyncio.sleep(0)
        assert self.bugs == []


def _is_inner(widget: QWidget) -> bool:
    """Parts that Qt makes inside its own widgets."""
    parent = widget.parent()
    while isinstance(parent, QWidget):
        if isinstance(parent, QComboBox | QAbstractItemView | QLineEdit):
            return True
        parent = parent.parent()
    return type(widget).__name__ in ("QHeaderView", "QComboBoxListView", "QCompleterListView")
