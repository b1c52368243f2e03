"""The compiled Atlas for tests: the file that the program ships."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from knowalledge_desktop.adapters.atlas_store import AtlasStore

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def atlas_path() -> Path:
    """The Atlas the program ships; compiled now when it is not there yet (about a minute)."""
    path = ROOT / "resources" / "atlas" / "atlas.sqlite"
    if not path.exists():
        compiler = ROOT / "packaging" / "atlas" / "compile_atlas.py"
        subprocess.run([sys.executable, str(compiler), "--out", str(path)], check=True, cwd=ROOT)
    return path


class CountedStore(AtlasStore):
    """A store that is remembered, with how often it was closed."""

    made: ClassVar[list[CountedStore]] = []

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.closed = 0
        CountedStore.made.append(self)

    def close(self) -> None:
        self.closed += 1
        super().close()
