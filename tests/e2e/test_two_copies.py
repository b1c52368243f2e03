"""Two copies started at once: one window takes both topics, the library is whole, nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
TOPICS = ("DNA", "Jazz")
PATIENCE_S = 60.0


def start(home: Path, close: Path, topic: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.window_program", str(close), "--topic", topic]
    environ = {**os.environ, "KNOWALLEDGE_HOME": str(home)}
    return subprocess.Popen(
        command, cwd=CHECKOUT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def titles(home: Path) -> set[str]:
    path = home / "data" / "library.db"
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path)) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'map'").fetchall():
            return set()
        return {title for (title,) in db.execute("SELECT title FROM map")}


def until_both(home: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while not titles(home) >= set(TOPICS):
        assert time.monotonic() < end, titles(home)
        time.sleep(0.05)


def run_pair(folder: Path) -> list[str]:
    """Start two at once; returns what each said, the one without a window first."""
    folder.mkdir()
    home, close = folder / "home", folder / "close"
    pair = [start(home, close, topic) for topic in TOPICS]
    try:
        until_both(home)
        close.touch()
        ends = [child.communicate(timeout=PATIENCE_S) for child in pair]
    finally:
        for child in pair:
            child.kill()
            child.wait()
    assert [child.returncode for child in pair] == [0, 0], ends
    assert [line for _, err in ends for line in err.splitlines() if "plugin does not support" not in line] == []
    with closing(sqlite3.connect(home / "data" / "library.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT count(*) FROM topic").fetchone()[0] > 2 * 8
    assert not list((home / "data").glob("*.damaged-*"))
    assert not list((home / "data").glob("*.open-*"))
    return sorted((out for out, _ in ends), key=len)


def test_two_copies_started_at_once_are_one_window(tmp_path: Path) -> None:
    for number in range(3):
        handed, window = run_pair(tmp_path / str(number))
        assert handed == ""
        assert sorted(window.splitlines()) == ["explore DNA", "explore Jazz", "window"]


@pytest.mark.long
def test_many_pairs_started_at_once(tmp_path: Path) -> None:
    for number in range(20):
        handed, window = run_pair(tmp_path / str(number))
        assert handed == ""
        assert sorted(window.splitlines()) == ["explore DNA", "explore Jazz", "window"]
