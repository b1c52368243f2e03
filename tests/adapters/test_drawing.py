"""Whether the window could be drawn is seen by drawing, in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.drawing import Drawing
from knowalledge_desktop.core.errors import StorageDamaged

FONTS = Path(__file__).parents[2] / "resources" / "fonts"


async def test_the_programs_letters_are_drawn() -> None:
    told = await Drawing(FONTS).check()
    assert "draws without a graphics card: letters of Inter" in told


async def test_without_its_fonts_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageDamaged, match="dark points with the font"):
        await Drawing(tmp_path).check()


@pytest.mark.parametrize(
    ("command", "patience_s", "words"),
    [
        (("/no/such/program",), 5.0, "cannot be started again"),
        ((sys.executable, "-c", "raise SystemExit('libEGL.so.1 is missing')"), 20.0, "libEGL.so.1 is missing"),
        ((sys.executable, "-c", "raise SystemExit(3)"), 20.0, "ended with 3"),
        ((sys.executable, "-c", "import time; time.sleep(60)"), 0.1, "nothing was drawn within"),
    ],
)
async def test_what_can_stand_in_the_way(command: tuple[str, ...], patience_s: float, words: str) -> None:
    with pytest.raises(StorageDamaged, match=words):
        await Drawing(FONTS, command, patience_s).check()
