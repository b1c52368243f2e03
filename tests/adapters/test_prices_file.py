from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.prices_file import PricesFile, parse_table
from knowalledge_desktop.core.errors import StorageDamaged
from knowalledge_desktop.core.settings import DEFAULT_IMAGE_MODEL, DEFAULT_TEXT_MODEL

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "resources" / "prices.json"
NOW = 1_795_305_600.0


def test_the_default_models_have_a_price(tmp_path: Path) -> None:
    table = PricesFile(SHIPPED, tmp_path / "none.json").table()
    text = table.price(DEFAULT_TEXT_MODEL, NOW)
    assert text is not None
    assert (text.input.at(0), text.output.at(0), text.cached.at(0)) == (300_000, 2_500_000, 30_000)
    image = table.price(DEFAULT_IMAGE_MODEL, NOW)
    assert image is not None
    assert image.image_output.at(0) == 30_000_000


def test_a_price_that_changes_with_the_year(tmp_path: Path) -> None:
    table = PricesFile(SHIPPED, tmp_path / "none.json").table()
    before, after = table.price("gemini-3.8-flash", NOW), table.price("gemini-3.8-flash", NOW + 60 * 86_400)
    assert before is not None
    assert after is not None
    assert (before.input.at(0), after.input.at(0)) == (750_000, 1_500_000)


def test_the_file_is_what_the_package_says() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "make_prices.py"), "--check"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_own_prices_are_laid_over(tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    own.write_text('{"models": [{"model": "gemini-3.5-flash-lite", "prices": [{"input": 1, "output": 2}]}]}')
    file = PricesFile(SHIPPED, own)
    price = file.table().price("gemini-3.5-flash-lite", NOW)
    assert price is not None
    assert (price.input.at(9), price.output.at(9), price.cached.at(9)) == (1, 2, 1)
    assert file.notices() == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"models": [1]}',
        '{"models": [{"model": "x", "prices": [{}]}]}',
        '{"models": [{"model": "x", "prices": [{"input": -1, "output": 1}]}]}',
        '{"models": [{"model": "x", "prices": [{"input": "cheap", "output": 1}]}]}',
        '{"models": [{"model": "x", "match": {"regex": "("}, "prices": []}]}',
        '{"models": [{"model": "x", "match": {"smells": "of"}, "prices": []}]}',
    ],
)
def test_an_own_file_with_mistakes_is_said_and_not_used(tmp_path: Path, text: str) -> None:
    own = tmp_path / "prices.json"
    own.write_text(text)
    file = PricesFile(SHIPPED, own)
    assert file.table().price(DEFAULT_TEXT_MODEL, NOW) is not None
    assert "not used" in file.notices()[0]
    with pytest.raises(ValueError, match=r"."):
        parse_table(text)


def test_without_the_shipped_table_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageDamaged):
        PricesFile(tmp_path / "none.json", tmp_path / "own.json").table()
