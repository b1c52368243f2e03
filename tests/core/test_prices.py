from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.content import Usage
from knowalledge_desktop.core.prices import (
    FREE,
    ModelPrices,
    Price,
    PriceTable,
    Rate,
    ceiling_micro,
    cost_micro,
    matches,
    money,
)

LITE = Price("", Rate(((0, 300_000),)), Rate(((0, 2_500_000),)), Rate(((0, 30_000),)), Rate(((0, 2_500_000),)))
TIERED = Price("", Rate(((0, 1_250_000), (200_000, 2_500_000))), Rate(((0, 10_000_000),)), FREE, FREE)
DRAWING = Price("", Rate(((0, 250_000),)), Rate(((0, 1_500_000),)), FREE, Rate(((0, 30_000_000),)))
NOW = 1_795_305_600.0  # 2026-11-22 in California

tokens = st.integers(0, 2_000_000)
rates = st.integers(0, 50_000_000).map(lambda price: Rate(((0, price),)))
prices = st.builds(Price, st.just(""), rates, rates, rates, rates)


def test_thoughts_are_output_and_cached_tokens_are_a_cheaper_part_of_the_prompt() -> None:
    assert cost_micro(LITE, Usage(1_000_000, 0, 0, 0)) == 300_000
    assert cost_micro(LITE, Usage(0, 500_000, 500_000, 0)) == 2_500_000
    assert cost_micro(LITE, Usage(1_000_000, 0, 0, 400_000)) == 180_000 + 12_000
    assert cost_micro(LITE, Usage(600, 1100, 0, 0)) == 180 + 2750


def test_a_fraction_of_a_micro_dollar_is_rounded_up_once() -> None:
    assert cost_micro(LITE, Usage(1, 0, 0, 1)) == 1
    assert cost_micro(LITE, Usage(1, 1, 1, 0)) == 6  # 0.3 + 2.5 + 2.5


def test_a_long_prompt_pays_its_own_price() -> None:
    assert cost_micro(TIERED, Usage(200_000)) == 250_000
    assert cost_micro(TIERED, Usage(200_001)) == 500_003


def test_pictures_have_their_price() -> None:
    assert cost_micro(DRAWING, Usage(100, 1300, 0, 0), image_tokens=1290) == 25 + 15 + 38_700


@given(prices, tokens, tokens, tokens, tokens, st.integers(0, 2))
def test_no_request_costs_more_than_its_ceiling(
    price: Price, prompt: int, output: int, thoughts: int, cached: int, images: int
) -> None:
    pictures = min(images * 1290, output)
    cost = cost_micro(price, Usage(prompt, output, thoughts, cached), image_tokens=pictures)
    most = ceiling_micro(price, prompt_tokens=prompt, output_tokens=output + thoughts, images=images)
    assert 0 <= cost <= most


steps = st.lists(st.integers(0, 50_000_000), min_size=2, max_size=3)
stepped = steps.map(lambda each: Rate(tuple((at * 200_000, price) for at, price in enumerate(each))))


@given(
    st.builds(Price, st.just(""), stepped, stepped, stepped, stepped), tokens, tokens, tokens, st.integers(0, 2)
)
def test_no_shorter_request_costs_more_than_the_ceiling_even_when_long_prompts_are_cheaper(
    price: Price, bound: int, prompt: int, output: int, images: int
) -> None:
    drawn = min(images * 1290, output)
    usage = Usage(min(prompt, bound), output, image_tokens=drawn)
    assert cost_micro(price, usage) <= ceiling_micro(
        price, prompt_tokens=bound, output_tokens=output, images=images
    )


@given(prices, tokens, tokens, tokens, tokens)
def test_a_request_costs_its_parts_and_less_than_a_micro_dollar_each_for_rounding(
    price: Price, prompt: int, output: int, thoughts: int, cached: int
) -> None:
    cached = min(cached, prompt)
    whole = cost_micro(price, Usage(prompt, output, thoughts, cached))
    parts = [Usage(prompt - cached), Usage(cached, cached_tokens=cached), Usage(0, output), Usage(0, 0, thoughts)]
    apart = sum(cost_micro(price, part) for part in parts)
    assert whole <= apart < whole + len(parts)


def test_the_picture_tokens_of_an_answer_are_its_own() -> None:
    assert cost_micro(DRAWING, Usage(100, 1300, image_tokens=1290)) == 25 + 15 + 38_700


@given(prices, tokens, tokens)
def test_on_the_free_tier_nothing_costs_anything(price: Price, prompt: int, output: int) -> None:
    assert cost_micro(price, Usage(prompt, output), billed=False) == 0
    assert ceiling_micro(price, prompt_tokens=prompt, output_tokens=output, images=1, billed=False) == 0


@given(prices, tokens, tokens)
def test_more_tokens_never_cost_less(price: Price, prompt: int, more: int) -> None:
    assert cost_micro(price, Usage(prompt)) <= cost_micro(price, Usage(prompt + more))


def table() -> PriceTable:
    dated = (LITE, Price("2026-12-01", Rate(((0, 600_000),)), LITE.output, LITE.cached, LITE.image_output))
    return PriceTable(
        "test", "2026-11-22", (ModelPrices("lite", {"starts_with": "gemini-3.5-flash-lite"}, dated),)
    )


def test_prices_hold_from_their_pacific_day_on() -> None:
    midnight = 1_796_112_000.0  # 2026-12-01 00:00 in California
    found = [table().price("models/gemini-3.5-flash-lite-preview-09", at) for at in (NOW, midnight - 1, midnight)]
    assert [price.input.at(0) for price in found if price] == [300_000, 300_000, 600_000]
    assert table().price("gemini-9", NOW) is None


def test_own_prices_come_first() -> None:
    own = PriceTable("own", "", (ModelPrices("mine", {"contains": "flash"}, (TIERED,)),))
    assert table().with_own(own).price("gemini-3.5-flash-lite", NOW) == TIERED


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"equals": "a-b"}, True),
        ({"starts_with": "a"}, True),
        ({"ends_with": "b"}, True),
        ({"contains": "-"}, True),
        ({"regex": "^a.b$"}, True),
        ({"or": [{"equals": "x"}, {"equals": "a-b"}]}, True),
        ({"and": [{"equals": "x"}, {"equals": "a-b"}]}, False),
        ({"sounds_like": "a-b"}, False),
        ({}, False),
    ],
)
def test_rules(rule: dict[str, object], *, expected: bool) -> None:
    assert matches(rule, "a-b") is expected


@pytest.mark.parametrize(
    ("micro", "text"),
    [
        (0, "$0"),
        (7, "under $0.0001"),
        (99, "under $0.0001"),
        (100, "$0.00010"),
        (234, "$0.00023"),
        (995, "$0.0010"),
        (1_200, "$0.0012"),
        (2_930, "$0.0029"),
        (9_949, "$0.0099"),
        (9_999, "$0.01"),
        (50_000, "$0.05"),
        (12_304_000, "$12.30"),
        (1_234_567_000_000, "$1,234,567.00"),
    ],
)
def test_money_for_people(micro: int, text: str) -> None:
    assert money(micro) == text


@pytest.mark.parametrize(
    ("micro", "beside", "text"),
    [
        (18_500, 21_000, "$0.0185"),
        (21_000, 18_500, "$0.0210"),
        (42_216, 50_000, "$0.04"),
        (50_000, 50_000, "$0.05"),
        (12_004_900, 12_000_000, "$12.0049"),
    ],
)
def test_money_beside_other_money_is_told_apart(micro: int, beside: int, text: str) -> None:
    assert money(micro, beside) == text
