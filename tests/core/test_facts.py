from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.facts import Fact, Kind, facts_of
from knowalledge_desktop.core.facts_compare import Fit, compare


def only(text: str, language: str = "en") -> Fact:
    (fact,) = facts_of(text, language)
    return fact


@pytest.mark.parametrize(
    ("text", "language", "value", "unit"),
    [
        ("It has 1,000 rooms.", "en", 1000, ""),
        ("Elle a 1 000 salles.", "fr", 1000, ""),
        ("Tiene 1.000 salas.", "es", 1000, ""),
        ("It has one thousand rooms.", "en", 1000, ""),
        ("It has three hundred and twenty thousand inhabitants.", "en", 320_000, ""),
        ("There are 3.5 million of them.", "en", 3_500_000, ""),
        ("Il y en a 3,5 millions.", "fr", 3_500_000, ""),
        ("Son 1,99 millones de habitantes.", "es", 1_990_000, ""),
        ("Il y a dix-sept salles.", "fr", 17, ""),
        ("Hay veinticinco salas.", "es", 25, ""),
        ("It is 10 km away.", "en", 10_000, "length"),
        ("It is 10 miles away.", "en", 16_093.44, "length"),
        ("It covers 3,500 sq mi.", "en", 3_500 * 2_589_988, "area"),
        ("It covers 12 square kilometres.", "en", 12e6, "area"),
        ("It melts at 113 °F.", "en", 45, "temperature"),
        ("It melts at −40 degrees Celsius.", "en", -40, "temperature"),
        ("It weighs 10 lb.", "en", 4.5359237, "mass"),
        ("Some 70.8% is water.", "en", 70.8, "percent"),
        ("Environ 80 pour cent.", "fr", 80, "percent"),
        ("It cost $5 billion.", "en", 5e9, "dollar"),
        ("It lasted forty-two years.", "en", 42, "time"),
    ],
)
def test_numbers_are_read_in_three_languages(text: str, language: str, value: float, unit: str) -> None:
    fact = only(text, language)
    assert fact.kind is Kind.NUMBER
    assert fact.low == pytest.approx(value, rel=1e-6)
    assert fact.unit == unit


@pytest.mark.parametrize(
    ("text", "language", "low", "high"),
    [
        ("Born in 1809.", "en", 1809, 1810),
        ("Born on 12 February 1809.", "en", 1809.113, 1809.116),
        ("Born on February 12, 1809.", "en", 1809.113, 1809.116),
        ("Né le 12 février 1809.", "fr", 1809.113, 1809.116),
        ("Nació el 12 de febrero de 1809.", "es", 1809.113, 1809.116),
        ("It fell in 1809-02-12.", "en", 1809.113, 1809.116),
        ("In March 1809.", "en", 1809.166, 1809.25),
        ("In the 19th century.", "en", 1801, 1901),
        ("In the nineteenth century.", "en", 1801, 1901),
        ("Au XIXe siècle.", "fr", 1801, 1901),
        ("En el siglo XIX.", "es", 1801, 1901),
        ("In the 1960s.", "en", 1960, 1970),
        ("Dans les années 1960.", "fr", 1960, 1970),
        ("In 44 BC.", "en", -44, -43),
        ("En 300 av. J.-C.", "fr", -300, -299),
        ("In AD 79.", "en", 79, 80),
    ],
)
def test_dates_are_spans_of_years(text: str, language: str, low: float, high: float) -> None:
    fact = only(text, language)
    assert fact.kind is Kind.DATE
    assert fact.low == pytest.approx(low, abs=2e-3)
    assert fact.high == pytest.approx(high, abs=2e-3)


def test_ranges_and_lists_give_each_value() -> None:
    assert [f.low for f in facts_of("from 1733–35 and 1861-1865")] == [1733, 1735, 1861, 1865]
    assert [f.low for f in facts_of("in the 19th and 20th centuries")] == [1801, 1901]


def test_counted_things_are_no_years() -> None:
    assert only("There are 1500 islands.").kind is Kind.NUMBER
    assert only("It won the 1983 Nobel Prize.").kind is Kind.DATE


def test_articles_and_fractions_are_no_numbers() -> None:
    assert facts_of("One of the reasons is that a third of it may be, per second, millions of people.") == ()


@pytest.mark.parametrize(
    ("claimed", "said", "fit"),
    [
        ("about 300 million people", "299 792 458 people", Fit.MATCH),
        ("3.9 million people", "3,912,345 people", Fit.MATCH),
        ("about 4 million people", "3.9 million people", Fit.MATCH),
        ("9.4 million people", "9.1 million people", Fit.CONFLICT),
        ("12 people", "14 people", Fit.CONFLICT),
        ("71%", "70.8%", Fit.MATCH),
        ("74%", "70%", Fit.CONFLICT),
        ("6.2 miles", "10 km", Fit.MATCH),
        ("10 miles", "10 km", Fit.CONFLICT),
        ("212 °F", "100 °C", Fit.MATCH),
        ("22 lb", "10 kg", Fit.MATCH),
        ("more than 9,000 people", "9,500 people", Fit.MATCH),
        ("more than 9,000 people", "12,000 people", Fit.NEAR),
        ("more than 9,000 people", "30,000 people", Fit.CONFLICT),
        ("in 1809", "on 12 February 1809", Fit.MATCH),
        ("in 1810", "on 12 February 1809", Fit.CONFLICT),
        ("on 12 February 1810", "in 1809", Fit.CONFLICT),
        ("in 1809", "in the 19th century", Fit.NEAR),
        ("in the 19th century", "in 1809", Fit.MATCH),
        ("around 1805", "in 1809", Fit.NEAR),
        ("the 3rd of them", "the third of them", Fit.MATCH),
    ],
)
def test_values_are_compared_as_a_reader_would(claimed: str, said: str, fit: Fit) -> None:
    assert compare(only(claimed), only(said)) is fit


def test_different_measures_are_not_compared() -> None:
    assert compare(only("10 km"), only("10 kg")) is None
    assert compare(only("in 1809"), only("1,809 people")) is None


@given(st.text(max_size=200), st.sampled_from(["en", "fr", "es", "zh"]))
def test_any_text_can_be_read(text: str, language: str) -> None:
    for fact in facts_of(text, language):
        assert 0 <= fact.start < fact.end <= len(text)
        assert text[fact.start : fact.end] == fact.text


@given(st.integers(1, 999_999_999))
def test_a_number_is_itself_however_it_is_grouped(number: int) -> None:
    for grouped, language in ((f"{number:,}", "en"), (f"{number:,}".replace(",", " "), "fr")):
        fact = only(f"some {grouped} people", language)
        if fact.kind is Kind.NUMBER:
            assert fact.low == number
