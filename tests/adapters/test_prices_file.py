from __future__ import annotations

from pathlib import Path

import pytest

from knowalledge_desktop.adapters.prices_file import PricesFile, parse_table
from knowalledge_desktop.core.content import Usage
from knowalledge_desktop.core.errors import StorageDamaged
from knowalledge_desktop.core.prices import cost_micro
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


def test_an_edition_has_the_price_of_its_model(tmp_path: Path) -> None:
    table = PricesFile(SHIPPED, tmp_path / "none.json").table()
    for name in ("gemini-3.5-flash-lite-preview-09", "models/gemini-3.5-flash-lite", "GEMINI-3.5-flash-lite-001"):
        assert table.price(name, NOW) == table.price(DEFAULT_TEXT_MODEL, NOW)
    # its longest name is not that of the dearer flash
    assert table.price("gemini-2.5-flash-lite-preview-09-2025", NOW) == table.price("gemini-2.5-flash-lite", NOW)
    assert table.price("gemini-nano-banana-2.1-preview-11", NOW) == table.price("gemini-nano-banana-2.1", NOW)
    assert table.price("gemini-nano-banana-2.1-latest", NOW) is None


def test_the_price_of_the_largest_model_doubles_in_december(tmp_path: Path) -> None:
    table = PricesFile(SHIPPED, tmp_path / "none.json").table()
    midnight = 1_796_112_000.0  # 2026-12-01 00:00 in California
    before, after = table.price("gemini-4-argon", midnight - 1), table.price("gemini-4-argon", midnight)
    assert before is not None
    assert after is not None
    assert (before.input.at(0), before.output.at(0), before.cached.at(0)) == (2_000_000, 10_000_000, 100_000)
    assert (after.input.at(0), after.output.at(0), after.cached.at(0)) == (4_000_000, 20_000_000, 200_000)


def test_a_prompt_of_more_than_200_000_tokens_pays_more(tmp_path: Path) -> None:
    price = PricesFile(SHIPPED, tmp_path / "none.json").table().price("gemini-3.1-pro-preview", NOW)
    assert price is not None
    assert cost_micro(price, Usage(200_000, 1_000)) == 400_000 + 12_000
    assert cost_micro(price, Usage(200_001, 1_000)) == 800_004 + 18_000


def test_own_prices_are_laid_over(tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    own.write_text('{"models": [{"model": "gemini-3.5-flash-lite", "prices": [{"input": 1, "output": 2}]}]}')
    file = PricesFile(SHIPPED, own)
    price = file.table().price("gemini-3.5-flash-lite", NOW)
    assert price is not None
    assert (price.input.at(9), price.output.at(9), price.cached.at(9)) == (1, 2, 1)
    assert file.table().price("gemini-3.5-flash-lite-preview-09", NOW) == price
    assert file.table().price("gemini-3.5-flash", NOW) != price
    assert file.notices() == ()


def test_before_the_first_day_of_an_own_price_the_shipped_one_holds(tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    row = '{"since": "2027-01-01", "input": 1, "output": 2}'
    own.write_text('{"models": [{"model": "gemini-3.5-flash-lite", "prices": [' + row + "]}]}")
    table = PricesFile(SHIPPED, own).table()
    now, later = table.price(DEFAULT_TEXT_MODEL, NOW), table.price(DEFAULT_TEXT_MODEL, NOW + 60 * 86_400)
    assert now is not None
    assert later is not None
    assert (now.input.at(0), later.input.at(0)) == (300_000, 1)


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ('{"input": 1, "output": 2, "cachd": 1}', "my-model: a price has an unknown part: 'cachd'"),
        ('{"input": 1, "output": 2, "since": "1.1.2027"}', '"since" must be a day such as 2027-01-01'),
        ('{"input": [[0, 1], [0, 2]], "output": 2}', "two prices from the same number"),
        ('{"input": 0.3, "output": 2}', 'my-model: "input" must be a list'),
        ("", "at least one price"),
    ],
)
def test_the_notice_says_what_is_wrong_and_where(tmp_path: Path, price: str, said: str) -> None:
    own = tmp_path / "prices.json"
    own.write_text('{"models": [{"model": "my-model", "prices": [' + price + "]}]}")
    file = PricesFile(SHIPPED, own)
    file.table()
    assert said in file.notices()[0]


def test_a_file_that_is_nested_without_end_is_said_and_not_used(tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    own.write_text("[" * 100_000)
    file = PricesFile(SHIPPED, own)
    assert file.table().price(DEFAULT_TEXT_MODEL, NOW) is not None
    assert "not used" in file.notices()[0]


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
