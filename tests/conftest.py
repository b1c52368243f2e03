"""What every test lives by: its own home, no network, no stray warning, log line or task."""

from __future__ import annotations

import asyncio
import functools
import inspect
import ipaddress
import logging
import os
import socket
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

hypothesis.settings.register_profile("dev", max_examples=60, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=150, deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("long", max_examples=2000, deadline=None, print_blob=True)

# Variables of the person's own session that would change what a test sees or reach something real.
PRIVATE_VARIABLES = (
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "KNOWALLEDGE_GEMINI_BASE_URL",
    "KNOWALLEDGE_GEMINI_API_VERSION",
    "KNOWALLEDGE_OTLP_URL",
    "DBUS_SESSION_BUS_ADDRESS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
)


# --- which tests run ----------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("knowalledge")
    group.addoption("--long", action="store_true", help="also the tests marked long, and hypothesis at full size")
    group.addoption("--bench", action="store_true", help="also the tests marked bench")


def pytest_configure(config: pytest.Config) -> None:
    profile = "long" if config.getoption("--long") else "ci" if os.environ.get("CI") else "dev"
    hypothesis.settings.load_profile(profile)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = {name for name in ("long", "bench") if not config.getoption(f"--{name}")}
    here = [item for item in items if not any(mark.name in left_out for mark in item.iter_markers())]
    if len(here) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in set(here)])
        items[:] = here


# --- nothing of the person's, nothing outside this machine --------------------------------------------------


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home for the program; returned so that a test can look into it."""
    folder = tmp_path / "knowalledge-home"
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    for name in PRIVATE_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KNOWALLEDGE_HOME", str(folder))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return folder


class NetworkForbidden(AssertionError):
    """A test tried to reach something that is not this machine."""


def _is_loopback(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sockets reach this machine alone."""
    look_up = socket.getaddrinfo

    def guarded(name: str) -> Callable[..., Any]:
        original = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
                raise NetworkForbidden(f"{name} to {address}")
            return original(self, address)

        return connect

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_loopback(host):
            raise NetworkForbidden(f"look-up of {host!r}")
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded("connect"))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded("connect_ex"))
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


# --- nothing unexpected -------------------------------------------------------------------------------------


class _StrayLogs(logging.Handler):
    """Collects warnings that the test did not announce with `caplog.at_level(the level)`."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.stray: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        for handler in logging.getLogger().handlers:
            if type(handler).__name__ == "LogCaptureHandler" and handler.level >= record.levelno:
                return
        self.stray.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_stray_logs() -> Iterator[None]:
    """Fail on a log line of WARNING or worse.

    A test that provokes one says so: `with caplog.at_level(logging.WARNING): ...`.
    """
    handler = _StrayLogs()
    root = logging.getLogger()
    root.addHandler(handler)
    yield
    root.removeHandler(handler)
    if handler.stray:
        pytest.fail("unexpected log lines:\n" + "\n".join(handler.stray), pytrace=False)


def _without_leftovers(test: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(test)
    async def guarded(*args: Any, **kwargs: Any) -> None:
        before = asyncio.all_tasks()
        await test(*args, **kwargs)
        for _ in range(20):  # what was cancelled or closed just now may take some turns to end
            left = asyncio.all_tasks() - before
            if not left:
                return
            await asyncio.sleep(0)
        pytest.fail(f"tasks left over: {[task.get_coro() for task in left]}", pytrace=False)

    return guarded


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a coroutine test that leaves tasks running in its loop."""
    if isinstance(item, pytest.Function):
        owner, name = item, "obj"
        if getattr(item.obj, "is_hypothesis_test", False):
            owner, name = item.obj.hypothesis, "inner_test"
        test = getattr(owner, name)
        if inspect.iscoroutinefunction(test) and not hasattr(test, "__wrapped__"):
            setattr(owner, name, _without_leftovers(test))
    return (yield)


# --- nothing blocks the loop --------------------------------------------------------------------------------

# Where the package's own coroutines are watched. Qt's import hook itself looks at files inside the loop, so
# the tests of ui cannot be.
WATCHED_FOLDERS = {"adapters", "cli", "contract", "core", "port", "prompts", "resilience", "services"}
MAY_BLOCK = (
    # A log line is one small append to a file that is open; a thread for it would reorder the lines.
    ("logging/__init__.py", {"emit", "flush", "handle"}),
    ("logging/handlers.py", {"emit", "doRollover", "shouldRollover"}),
    # Modules are imported at first use by design; the slow ones are imported in threads by their adapters.
    ("<frozen importlib._bootstrap>", {"_find_and_load"}),
    ("<frozen importlib._bootstrap_external>", {"get_data", "path_stats"}),
    # With PySide6 loaded, its import hook looks at the importing file.
    ("shibokensupport/feature.py", {"_mod_uses_pyside"}),
    # Formatting a traceback reads source lines; only failures do that.
    ("traceback.py", {"format", "_extract_from_extended_frame_gen"}),
)


@pytest.fixture(autouse=True)
def nothing_blocks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Raise when code of the package blocks the event loop (files, locks, sleeps, subprocesses)."""
    folder = request.path.relative_to(Path(__file__).parent).parts[0]
    is_coroutine = inspect.iscoroutinefunction(getattr(request, "function", None))
    if folder not in WATCHED_FOLDERS or not is_coroutine:
        yield
        return
    from blockbuster import blockbuster_ctx

    with blockbuster_ctx("knowalledge_desktop") as detector:
        for function in detector.functions.values():
            for file, names in MAY_BLOCK:
                function.can_block_in(file, names)
        yield
