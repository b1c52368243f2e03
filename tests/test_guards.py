"""The guards of conftest.py do catch what they are there for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONFTEST = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
SETTINGS = """\
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
markers =
    long: x
    bench: x
addopts = -p no:randomly
"""


def outcome(folder: Path, test: str, *options: str) -> str:
    """Run one test file under our conftest.py; what pytest printed."""
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "pytest.ini").write_text(SETTINGS, encoding="utf-8")
    place = folder / "services" / "test_it.py"
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"import asyncio, logging, pathlib, socket, warnings, pytest\n{test}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environ)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("test", "complaint"),
    [
        ("def test_it(): logging.getLogger('x').warning('oh no')", "unexpected log lines"),
        ("def test_it(): warnings.warn('old')", "UserWarning"),
        ("def test_it(): socket.create_connection(('192.0.2.1', 80))", "NetworkForbidden"),
        ("def test_it(): socket.getaddrinfo('example.org', 80)", "NetworkForbidden"),
        ("async def test_it(): asyncio.get_running_loop().create_task(asyncio.sleep(60))", "tasks left over"),
    ],
    ids=["log", "warning", "address", "name", "task"],
)
def test_what_is_stray_fails_the_test(tmp_path: Path, test: str, complaint: str) -> None:
    printed = outcome(tmp_path, test)
    assert complaint in printed
    assert "1 failed" in printed or "1 error" in printed


def test_what_blocks_the_loop_fails_the_test(tmp_path: Path) -> None:
    module = tmp_path / "knowalledge_desktop"
    module.mkdir()
    (module / "__init__.py").write_text("def read(p):\n    return p.read_text()\n", encoding="utf-8")
    (tmp_path / "text").write_text("x", encoding="utf-8")
    test = (
        "import sys; sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))\n"
        "from knowalledge_desktop import read\n"
        "FILE = pathlib.Path(__file__).parent.parent / 'text'\n"
        "async def test_blocking(): read(FILE)\n"
        "async def test_in_a_thread(): assert await asyncio.to_thread(read, FILE) == 'x'\n"
    )
    printed = outcome(tmp_path, test)
    assert "BlockingError" in printed
    assert "1 failed, 1 passed" in printed


def test_what_is_announced_or_ends_in_time_passes(tmp_path: Path) -> None:
    test = (
        "def test_log(caplog):\n"
        "    with caplog.at_level(logging.WARNING): logging.getLogger('x').warning('wanted')\n"
        "async def test_task():\n"
        "    asyncio.get_running_loop().create_task(asyncio.sleep(60)).cancel()\n"
        "@pytest.mark.long\n"
        "def test_long(): pass\n"
        "@pytest.mark.bench\n"
        "def test_bench(): assert False\n"
    )
    assert "2 passed, 2 deselected" in outcome(tmp_path, test)
    assert "3 passed, 1 deselected" in outcome(tmp_path, test, "--long")


def test_the_program_has_a_home_of_its_own(home: Path) -> None:
    assert not home.exists()
