"""With no network at all, neither by the system nor by Python, the program explores, finds, opens and copies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def cut_off() -> list[str]:
    """What runs a program where there is no network, if the system can; the guard in Python is there always."""
    words = ["unshare", "--net", "--map-root-user"]
    try:
        done = subprocess.run([*words, sys.executable, "-c", ""], capture_output=True, check=False)
    except OSError:
        return []
    return words if done.returncode == 0 else []


def run(apart: list[str], home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*apart, sys.executable, "-m", "tests.support.no_network", *words],
        cwd=CHECKOUT,
        env={**os.environ, "KNOWALLEDGE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_tour_without_any_network(tmp_path: Path) -> None:
    home, apart = tmp_path / "home", cut_off()
    explored = run(apart, home, "explore", "DNA")
    assert explored.returncode == 0, explored.stderr
    assert "RNA" in explored.stdout
    found = run(apart, home, "library", "search", "rna", "--json")
    assert json.loads(found.stdout)["hits"], found.stderr
    explained = run(apart, home, "explain", "RNA", "--in", "DNA")
    assert explained.returncode == 0, explained.stderr
    exported = run(apart, home, "export", "DNA", "--format", "markdown", "--out", str(tmp_path / "dna.md"))
    assert exported.returncode == 0, exported.stderr
    assert "RNA" in (tmp_path / "dna.md").read_text(encoding="utf-8")
    made = run(apart, home, "backup", "make", "--json")
    assert json.loads(made.stdout)["good"] is True, made.stderr


def test_the_window_opens_without_any_network(tmp_path: Path) -> None:
    home, apart, close = tmp_path / "home", cut_off(), tmp_path / "close"
    words = [*apart, sys.executable, "-m", "tests.support.no_network", "--window", str(close), "--topic", "DNA"]
    with subprocess.Popen(
        words,
        cwd=CHECKOUT,
        env={**os.environ, "KNOWALLEDGE_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline() == "window\n"
        assert child.stdout.readline() == "explore DNA\n"
        close.touch()
        assert child.wait(60) == 0
        assert [line for line in child.stderr if "plugin does not support" not in line] == []
