"""The compiled Atlas for tests: the file that the program ships."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def atlas_path() -> Path:
    """The Atlas the program ships; compiled now when it is not there yet (about a minute)."""
    path = ROOT / "resources" / "atlas" / "atlas.sqlite"
    if not path.exists():
        compiler = ROOT / "packaging" / "atlas" / "compile_atlas.py"
        subprocess.run([sys.executable, str(compiler), "--out", str(path)], check=True, cwd=ROOT)
    return path
