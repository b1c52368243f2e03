"""One command, one exit code, one line for each error, and nothing left open."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from knowalledge_desktop import __main__ as entry
from knowalledge_desktop.cli.main import run
from knowalledge_desktop.core.errors import StorageReadOnly
from knowalledge_desktop.services.bundle import Services
from tests.support.cli_services import Bench, FakePort, Stream, command, console


class Hung(Stream):
    """A pipe whose reader has left after some bytes."""

    def __init__(self, after: int = 0) -> None:
        super().__init__()
        self.after = after

    def write(self, text: str) -> int:
        self.after -= len(text)
        if self.after < 0:
            raise BrokenPipeError
        return super().write(text)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_global_options_reach_the_wiring(bench: Bench) -> None:
    command(bench, "--home", "/h", "library", "list", "--base-url", "https://g", "--api-version", "v1")
    assert bench.overrides == [
        {
            "KNOWALLEDGE_HOME": "/h",
            "KNOWALLEDGE_GEMINI_BASE_URL": "https://g",
            "KNOWALLEDGE_GEMINI_API_VERSION": "v1",
        }
    ]


def test_a_mistake_of_usage_builds_nothing(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(bench, "dance").code == 2
    assert bench.overrides == []
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_files_that_cannot_be_used_at_all(bench: Bench) -> None:
    def build(overrides: Mapping[str, str]) -> Services:
        raise StorageReadOnly("/h/state")

    at = console()
    assert run(["library", "list"], build, lambda services: FakePort(), at) == 7
    assert isinstance(at.stderr, Stream)
    assert at.stderr.text.startswith("This place cannot be written to. The change was not saved: /h/state.")


def test_what_happened_to_the_files_is_told(bench: Bench) -> None:
    bench.notices = ("The library was restored from a backup.",)
    assert "restored from a backup" in command(bench, "library", "list").err


def test_a_mistake_of_the_program_is_one_line_and_a_log_entry(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.engine.troubles["Jazz"] = KeyError("a detail")
    with caplog.at_level(logging.ERROR):
        done = command(bench, "explore", "Jazz")
    assert (done.code, done.out, len(done.errors)) == (70, "", 1)
    assert "mistake in KnowAllEdge (KeyError)" in done.err
    assert str(bench.folder / "state" / "logs") in done.err
    assert "Traceback" not in done.err
    assert "KeyError: 'a detail'" in caplog.text
    assert bench.closed == 1


def test_interrupting_is_silent_and_closes_the_engine(bench: Bench) -> None:
    def interrupt(request: object) -> None:
        bench.engine.gate = asyncio.Event()  # never set: the answer is on its way for ever
        os.kill(os.getpid(), signal.SIGINT)

    bench.engine.before = interrupt
    for words in (["explore", "Jazz"], ["explain", "Jazz"], ["explore", "Rock", "--json"]):
        done = command(bench, *words)
        assert (done.code, done.out, done.err) == (130, "", "")
    assert (bench.engine.closed, bench.closed) == (3, 3)
    assert not bench.memory.shelves


def test_interrupting_between_steps_keeps_what_was_answered(bench: Bench) -> None:
    def interrupt(request: object) -> None:
        if len(bench.engine.asked) == 3:
            bench.engine.gate = asyncio.Event()
            os.kill(os.getpid(), signal.SIGINT)

    bench.engine.before = interrupt
    done = command(bench, "explore", "Jazz", "--count", "3", "--depth", "2")
    assert done.code == 130
    (document,) = bench.memory.documents().values()
    assert len(document.topics) == 1 + 3 + 3
    assert bench.engine.closed == 3


@pytest.mark.parametrize("words", ["library list", "explore Jazz", "explain Jazz", "explore Jazz --json"])
def test_a_reader_that_leaves_is_no_error(bench: Bench, words: str) -> None:
    command(bench, "explore", "Blues")
    at = console()
    at.stdout = Hung() if "--json" not in words else _closed_pipe()
    done = run(words.split(), bench.build, lambda services: FakePort(), at)
    assert done == 141
    assert isinstance(at.stderr, Stream)
    assert "broken" not in at.stderr.text.lower()
    assert bench.closed == 2


def _closed_pipe() -> io.TextIOWrapper:
    class Closed(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            raise BrokenPipeError

    return io.TextIOWrapper(io.BufferedWriter(Closed(), 1), write_through=True)


# --- which face ---


def test_without_a_screen_the_window_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    for words in ([], ["--topic", "Jazz"], ["--base-url", "https://g"]):
        assert entry.main(words) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert len(told.err.splitlines()) == 1
        assert 'knowalledge explore "Photosynthesis"' in told.err


def test_the_window_is_handed_the_wiring_and_the_topic(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    opened: list[str | None] = []

    def run_gui(
        build: Callable[[], Services],
        port_for: object,
        topic: str | None = None,
        file: Path | None = None,
        state: Path | None = None,
        began: float | None = None,
    ) -> int:
        services = build()
        opened.extend([topic, str(services.folders.data), services.preferences.settings.base_url])
        assert port_for is entry.port_for
        assert began is not None
        assert file is None
        asyncio.run(services.aclose())
        return 5

    window = ModuleType("knowalledge_desktop.ui.app")
    window.run_gui = run_gui  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, window.__name__, window)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert entry.main(["--topic", "Jazz", "--base-url", "https://g"]) == 5
    assert opened == ["Jazz", str(home / "data"), "https://g"]


@pytest.mark.parametrize(
    ("platform", "environ", "there"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_where_a_window_can_open(
    monkeypatch: pytest.MonkeyPatch, platform: str, environ: dict[str, str], *, there: bool
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    assert entry.has_screen(environ) is there


def test_version_and_mistakes_open_no_window(capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("KnowAllEdge Desktop 0.")
    assert entry.main(["--dance"]) == 2
