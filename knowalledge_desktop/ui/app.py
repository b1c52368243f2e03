"""Starting the window: what must be there for the first picture, and nothing more.

The last view is shown at once, from the picture that was kept when the window was closed; the
window itself is imported and built behind it.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QLoggingCategory
from PySide6.QtWidgets import QApplication

from knowalledge_desktop import __version__
from knowalledge_desktop.ui.curtain import Curtain, first_paint, raise_curtain
from knowalledge_desktop.ui.loop import EventLoop
from knowalledge_desktop.ui.styled import styled_application

if TYPE_CHECKING:
    from knowalledge_desktop.services.bundle import Services
    from knowalledge_desktop.services.session import MapSession


ASKS = "_mod_uses_pyside"
"""The question of `shibokensupport.feature` whether a module uses Qt, answered from its source."""


class PortLike(Protocol):
    """The optional loopback port."""

    def use_sessions(self, held: Callable[[str], MapSession | None]) -> None:
        """Where the maps are that are open, so that what comes through the port is seen."""
        ...

    async def start(self, port: int) -> int:
        """Listen."""
        ...

    async def aclose(self) -> None:
        """Stop listening."""
        ...


def run_gui(
    build: Callable[[], Services],
    port_for: Callable[[Services], PortLike] | None = None,
    *,
    topic: str | None = None,
    file: Path | None = None,
    state: Path | None = None,
    began: float | None = None,
) -> int:
    """Open the window and stay until it is closed; returns the exit code.

    It begins with `topic`, or with the map that is in `file`, else with what was open last.
    `state` is the folder where the last view is kept; without it there is no first picture. `began` is when
    the program was started, by `perf_counter`.
    """
    app = QApplication.instance() or styled_application(sys.argv)
    if not isinstance(app, QApplication):
        raise TypeError("there is an application without a window system already")
    app.setApplicationName("KnowAllEdge")
    app.setApplicationDisplayName("KnowAllEdge")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("org.knowalledge.Desktop")
    # Qt tells of every font that lacks a script before it takes the next one; that is no trouble.
    QLoggingCategory.setFilterRules("qt.text.font.db=false")
    app.setQuitOnLastWindowClosed(False)  # closing a dialog must not end the loop
    if sys.platform == "darwin":  # there, files to open do not come on the command line
        from knowalledge_desktop.ui.opened_files import OpenedFiles

        app.installEventFilter(OpenedFiles(app))
    gc.disable()  # nothing that is made at the start is garbage; looking for some costs a tenth of it
    spare_sources()
    curtain = raise_curtain(state) if state is not None and topic is None else None
    with asyncio.Runner(loop_factory=lambda: EventLoop(app)) as runner:  # type: ignore[arg-type]
        return runner.run(_open(app, build, port_for, topic, curtain, began, file))


def spare_sources() -> None:
    """Keep Qt's bindings from reading the source of each module that is imported from now on.

    They look whether a module asks for their other spellings (`snake_case`, `true_property`), which none here
    does; the reading took a twentieth of the start. A version of them without that question is left as it is.
    """
    feature = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, ASKS):
        setattr(feature, ASKS, lambda _module: False)


async def _open(
    app: QApplication,
    build: Callable[[], Services],
    port_for: Callable[[Services], PortLike] | None,
    topic: str | None,
    curtain: Curtain | None,
    began: float | None,
    file: Path | None,
) -> int:
    if curtain is not None:
        await first_paint(curtain)
    from knowalledge_desktop.ui.live import live

    return await live(app, build, port_for, topic, curtain, began, file)
