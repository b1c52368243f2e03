"""Dates are found where they are meant, and a number alone is none."""

from __future__ import annotations

import pytest

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.dates import date_in, dates_of, first_sentence
from knowalledge_desktop.core.graph import Explanation, Map, Rendering, Topic


@pytest.mark.parametrize(
    ("text", "year", "label"),
    [
        ("The treaty was signed in 1919, after the war.", 1919, "1919"),
        ("Treaty of Versailles (1919)", 1919, "1919"),
        ("Marie Curie (1867–1934)", 1867, "1867"),
        ("It lasted from 1914 to 1918", 1914, "1914"),
        ("On 14 July 1789 a crowd stormed the Bastille.", 1789, "1789"),
        ("It began on July 14, 1789.", 1789, "1789"),
        ("Julius Caesar was killed in 44 BC by senators.", -44, "44 BC"),
        ("Farming spread about 10,000 BCE.", -10000, "10000 BC"),
        ("Vesuvius erupted in AD 79.", 79, "AD 79"),
        ("In 476 CE the last emperor of the West fell.", 476, "AD 476"),
        ("A painter of the late 19th century", 1885, "19. c."),
        ("an eighteenth-century idea", 1750, "18. c."),
        ("philosophy in the 5th century BC", -450, "5. c. BC"),
        ("music of the 1960s", 1965, "1960s"),
        ("They died out 66 million years ago.", -66e6, "66 Ma"),
        ("Der Vertrag wurde im Jahr 1648 geschlossen.", 1648, "1648"),
        ("Il est mort en 1715.", 1715, "1715"),
        ("First in 1804, then again in 1815", 1804, "1804"),
        ("the war of 1812 was", 1812, "1812"),
    ],
)
def test_dates_are_read(text: str, year: float, label: str) -> None:
    found = date_in(text)
    assert found is not None
    assert (found.year, found.label) == (year, label)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "About 1500 species of fern are known.",
        "It weighs 2000 kg and costs $1999.",
        "A mountain of 1,234 metres",
        "Light travels 1500.5 units in 1024 steps",
        "Route 1066",
        "Chapter 12 of 15",
        "It has 1984 pages",
        "The 2001st prime",
        "between 1200 and 1300 metres above the sea",
        "in 3000 years",
        "ISO 1999-1234",
        "0 BC",
    ],
)
def test_numbers_that_are_no_dates_are_left_alone(text: str) -> None:
    assert date_in(text) is None


def test_a_title_may_begin_or_end_with_a_year() -> None:
    for title, year in (
        ("1848 revolutions", 1848.0),
        ("Chess Olympiad 1972", 1972.0),
        ("Reform Act 1832", 1832.0),
    ):
        found = date_in(title, title=True)
        assert found is not None
        assert found.year == year
    assert date_in("1984 (novel)", title=True) is None
    assert date_in("Room 101", title=True) is None


def test_the_first_sentence_of_an_explanation_is_without_headings_and_marks() -> None:
    text = "# In 1066\n\n> **Newton** published his [Principia](https://e.org/1687) in 1687. In 1704 came Opticks."
    assert first_sentence(text) == "Newton published his Principia in 1687."
    assert first_sentence("# Only a heading") == ""


def test_a_topic_has_the_date_of_its_title_else_its_summary_else_its_newest_explanation() -> None:
    topics = {
        "r": Topic("r", "Physics"),
        "a": Topic("a", "Principia (1687)", "r", summary="Printed again in 1713."),
        "b": Topic("b", "Opticks", "r", summary="Printed in 1704."),
        "c": Topic("c", "Light", "r"),
        "d": Topic("d", "Force", "r", summary="A push or a pull."),
    }
    told = [
        Explanation("c", Rendering(), "Since 1905 it is quanta.", provenance=Provenance("x", created_at=1.0)),
        Explanation("c", Rendering(language="de"), "Seit 1900.", provenance=Provenance("x", created_at=2.0)),
    ]
    found = dates_of(Map("m", "Physics", "r", topics, explanations={e.key: e for e in told}))
    assert {topic_id: dated.year for topic_id, dated in found.items()} == {"a": 1687, "b": 1704, "c": 1900}
