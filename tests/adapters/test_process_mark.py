"""Marks of open files: a living process is seen, a killed one too, a finished one not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.process_mark import ProcessMark, alone
from knowalledge_desktop.core.errors import StorageReadOnly

CHILD = """
import sys
from pathlib import Path
from knowalledge_desktop.adapters.process_mark import ProcessMark
mark = ProcessMark(Path(sys.argv[1]))
mark.set()
print("set", flush=True)
sys.stdin.read()
mark.clear(clean=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.db"


def child(path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(path)]
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root)
    assert process.stdout is not None
    assert process.stdout.readline() == "set\n"
    return process


def test_a_living_a_killed_and_a_finished_process_are_told_apart(path: Path) -> None:
    assert ProcessMark(path).others() == (False, False)
    with child(path) as living, child(path) as killed:
        assert ProcessMark(path).others() == (True, False)
        killed.kill()
        killed.wait()
        assert ProcessMark(path).others() == (True, True)
        assert ProcessMark(path).others() == (True, False)  # said once
        living.communicate("")
    assert ProcessMark(path).others() == (False, False)
    assert list(path.parent.glob("file.db.open-*")) == []


def test_an_unclean_end_is_found_at_the_next_start(path: Path) -> None:
    mark = ProcessMark(path)
    mark.set()
    mark.clear(clean=False)
    mark.clear(clean=True)  # nothing more to clear
    assert ProcessMark(path).others() == (False, True)


def test_marks_and_locks_say_where_they_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    inside = tmp_path / "file" / "x.db"
    with pytest.raises(StorageReadOnly, match="x"):
        ProcessMark(inside).set()
    with pytest.raises(StorageReadOnly, match="x"), alone(inside):
        pytest.fail("not alone")
