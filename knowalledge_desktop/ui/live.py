"""The life of the window on the loop: a named order at the start, nothing left behind at the end."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QElapsedTimer, QLocale, QTimer, QTranslator
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.redaction import redact
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.app import PortLike
from knowalledge_desktop.ui.collector import Collector
from knowalledge_desktop.ui.curtain import Curtain, first_paint, keep_view
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.main_window import MainWindow
from knowalledge_desktop.ui.messages import message_for
from knowalledge_desktop.ui.port_keeper import PortKeeper
from knowalledge_desktop.ui.tasks import TaskRunner
from knowalledge_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from knowalledge_desktop.ui.single_instance import Door

_log = logging.getLogger(__name__)
WARM_UP_AFTER_MS = 600


async def live(
    app: QApplication,
    build: Callable[[], Services],
    port_for: Callable[[Services], PortLike] | None,
    topic: str | None,
    curtain: Curtain | None,
    began: float | None = None,
    file: Path | None = None,
) -> int:
    """Build everything, show the window, stay until it is closed; returns the exit code."""
    clock = QElapsedTimer()
    clock.start()
    try:
        services = build()
    except AppError as error:
        message = message_for(error, 0.0)
        sys.stderr.write(f"knowalledge: {message.title}. {message.whole}\n")
        return error.exit_code
    _translate(app, services)
    tasks = TaskRunner()
    window = _window(app, services, tasks)
    closed = asyncio.Event()
    window.closing.connect(closed.set)
    _report_bugs(window)
    opened = await _open_last(window)
    window.show()
    if curtain is not None:
        await first_paint(window.canvas if opened else window)
        curtain.close()
        curtain.deleteLater()
    await services.prepare()
    _tell_start(services, began)
    door = _door(window, services)
    collector = Collector(window)
    _give_access(window)
    _log.info("window live after %d ms, a map was open: %s", clock.elapsed(), opened)
    port = PortKeeper(window, services, tasks, port_for)
    window.desk.settings.changed.connect(port.follow)
    await port.open()
    window.desk.backups.begin(services.notices())
    window.desk.settings.refresh_key()
    window.desk.settings.watch()
    window.desk.offline.begin()
    window.desk.origins.begin()
    window.desk.jobs.resume_interrupted()
    _begin(app, window, topic, file, opened=opened)
    QTimer.singleShot(WARM_UP_AFTER_MS, lambda: _warm_up(tasks, services, closed))
    try:
        await closed.wait()
    finally:
        if door is not None:
            door.close()
        keep_view(window if window.desk.maps.map is not None else None, services.folders.state)
        window.hide()
        collector.end()
        await tasks.aclose()
        await port.aclose()
        await services.aclose()
        window.deleteLater()
    return 0


def _tell_start(services: Services, began: float | None) -> None:
    """For those who watch: how long it took until the window could be used, questions and all."""
    if began is not None:
        services.monitor.numbers.started(perf_counter() - began)


def _door(window: MainWindow, services: Services) -> Door | None:
    """Where later starts come in."""
    from knowalledge_desktop.ui.single_instance import Door, address_of

    address = address_of(services.folders.state)
    return Door(window, address) if address is not None else None


def _window(app: QApplication, services: Services, tasks: TaskRunner) -> MainWindow:
    theme = Theme(services.folders.resources, services.preferences.settings)
    theme.install(app, finish=False)
    window = MainWindow(services, theme, Icons(services.folders.resources, theme), tasks)
    theme.finish()
    return window


async def _open_last(window: MainWindow) -> bool:
    """The map that was open last, else the first page; tells whether it is a map."""
    opened = False
    try:
        opened = await window.desk.library.open_last()
    except AppError as error:
        window.desk.tell_error(error)
    if not opened:
        window.desk.show_start()
    return opened


def _give_access(window: MainWindow) -> None:
    """Screen readers find the topics of the map; nobody else pays for it."""
    from knowalledge_desktop.ui.canvas.accessible import MapAccess

    MapAccess(window.canvas)


def _begin(app: QApplication, window: MainWindow, topic: str | None, file: Path | None, *, opened: bool) -> None:
    """Where the person starts: a topic or a file from the command line, or the empty field."""
    if sys.platform == "darwin":
        from knowalledge_desktop.ui.opened_files import OpenedFiles

        for found in app.findChildren(OpenedFiles):
            found.hand_to(window.exchange.take)
    if topic:
        window.desk.explore(topic)
    elif file is not None:
        window.exchange.take(file)
    elif opened:
        window.canvas.setFocus()
    else:
        window.start_page.field.setFocus()


def _translate(app: QApplication, services: Services) -> None:
    """Load the texts of the user's language; the English file holds the plural forms."""
    folder = str(services.folders.resources / "translations")
    for locale in (QLocale("en"), QLocale.system()):
        translator = QTranslator(app)
        if translator.load(locale, "knowalledge", "_", folder):
            app.installTranslator(translator)


def _warm_up(tasks: TaskRunner, services: Services, closed: asyncio.Event) -> None:
    """Load what is heavy while nothing is asked, but only for those who will use it."""

    async def work() -> None:
        if (await services.preferences.key_state()).is_set:
            await services.warm_up()

    if not closed.is_set():
        tasks.start("warm-up", work())


def _report_bugs(window: MainWindow) -> None:
    """Whatever nobody caught is a bug: it is logged, and shown with its details."""

    def show(error: BaseException) -> None:
        from knowalledge_desktop.ui.dialogs.crash_dialog import CrashDialog, details_of

        _log.error("%s", details_of(error))
        CrashDialog(error, window).open()

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        show(error.with_traceback(trace))

    def handler(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            show(error)
        else:
            _log.error("%s", redact(str(context.get("message", ""))))

    sys.excepthook = hook
    asyncio.get_running_loop().set_exception_handler(handler)
