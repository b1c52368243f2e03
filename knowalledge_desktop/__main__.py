"""Starts the window or the command line: the only place that knows both."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowalledge_desktop.adapters.process_mark import Claim
    from knowalledge_desktop.port.server import Port
    from knowalledge_desktop.services.bundle import Services

USAGE = 2
FILE = ".knowalledge"
_DRAW = "--check-drawing"
_NO_SCREEN = (
    "knowalledge: there is no screen here (DISPLAY and WAYLAND_DISPLAY are not set), so no window can open. "
    'On the command line: knowalledge explore "Photosynthesis"; all commands: knowalledge --help'
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit code. Without a command the window opens."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words:  # the usual start: nothing to understand, so nothing of the command line is loaded
        return _open_window({}, None)
    if len(words) == 1 and words[0].lower().endswith(FILE):  # as a desktop opens a file of ours
        return _open_window({}, None, Path(words[0]).absolute())
    if len(words) == 2 and words[0] == _DRAW:  # the doctor asks for it
        from knowalledge_desktop.ui.drawing_check import main as draw

        return draw(Path(words[1]))
    from knowalledge_desktop.cli.arguments import overrides_of, parse
    from knowalledge_desktop.cli.main import run

    try:
        args = parse(words)
    except SystemExit as left:  # --help, --version or a mistake: everything is said
        return left.code if isinstance(left.code, int) else USAGE
    if args.command is not None:
        return run(words, _build, port_for)
    return _open_window(overrides_of(args), args.topic)


def has_screen(environ: Mapping[str, str]) -> bool:
    """Whether a window could open; on Linux that is told by the environment."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(environ.get(name) for name in names)


def port_for(services: Services) -> Port:
    """The loopback port over these services; it listens to nothing until it is started."""
    from knowalledge_desktop.port.server import Port

    return Port(services)


def _build(overrides: Mapping[str, str]) -> Services:
    from knowalledge_desktop.bootstrap import build_services

    return build_services({**os.environ, **overrides})


def _state(overrides: Mapping[str, str]) -> Path | None:
    """The folder of the last view; None when it cannot be had, which the wiring tells later."""
    from knowalledge_desktop.adapters.paths import resolve_paths
    from knowalledge_desktop.core.errors import StorageError

    try:
        return resolve_paths({**os.environ, **overrides}).state
    except StorageError:
        return None


def _claim(state: Path | None) -> Claim | None:
    """The lock of the one window that a home has."""
    if state is None:
        return None
    from knowalledge_desktop.adapters.process_mark import Claim

    return Claim(state / "window.lock")


def _open_window(overrides: Mapping[str, str], topic: str | None, file: Path | None = None) -> int:
    if not has_screen(os.environ):
        from knowalledge_desktop.cli.console import Console

        Console.of_process().say(_NO_SCREEN)
        return USAGE
    began = perf_counter()
    gc.disable()  # as in `run_gui`, and for what it imports
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # no matrices here; its threads would cost a start 8 ms
    state = _state(overrides)
    claim = _claim(state)
    if claim is not None and not claim.take():
        from knowalledge_desktop.ui.single_instance import address_of, hand_over

        address = address_of(claim.folder)
        if address is not None and hand_over(address, topic, claim.take, file):
            return 0
    from knowalledge_desktop.ui.app import run_gui

    try:
        return run_gui(lambda: _build(overrides), port_for, topic=topic, file=file, state=state, began=began)
    finally:
        if claim is not None:
            claim.release()


if __name__ == "__main__":
    sys.exit(main())
