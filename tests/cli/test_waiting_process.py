"""A real process that waits for a limit says so on its terminal, and its document stays clean."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli_services import KEY
from tests.support.gemini_server import GeminiServer

pty = pytest.importorskip("pty", reason="this system has no terminals of this kind")

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-m", "knowalledge_desktop"]
_PATIENCE_S = 30.0


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    with GeminiServer() as server:
        yield {
            **os.environ,
            "KNOWALLEDGE_HOME": str(tmp_path / "home"),
            "KNOWALLEDGE_GEMINI_BASE_URL": server.url,
            "GEMINI_API_KEY": KEY,
            "COLUMNS": "100",
            "TERM": "xterm",
        }


def run(environ: dict[str, str], *words: str) -> None:
    subprocess.run([*PROGRAM, *words], env=environ, cwd=ROOT, check=True, capture_output=True, timeout=60)


def read_until(terminal: int, wanted: bytes) -> bytes:
    """What the terminal has shown once `wanted` is there, or when time is up."""
    shown, end = b"", time.monotonic() + _PATIENCE_S
    while wanted not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 1.0)[0]:
            shown += os.read(terminal, 4096)
    return shown


def test_a_wait_is_told_and_can_be_ended(environ: dict[str, str]) -> None:
    run(environ, "quota", "set", "--rpm", "1")
    run(environ, "explore", "Jazz", "--count", "3")
    terminal, end = pty.openpty()
    command = [*PROGRAM, "explore", "Bebop", "--json"]
    process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, stderr=end)
    os.close(end)
    shown = read_until(terminal, b"number 1 in line")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=_PATIENCE_S)
    os.close(terminal)
    assert b"Waiting: requests per minute of gemini-3.5-flash-lite, free in " in shown
    assert (process.returncode, out) == (130, b"")
