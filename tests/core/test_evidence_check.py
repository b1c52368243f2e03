from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.content import Claim, ClaimState
from knowalledge_desktop.core.evidence import Passage
from knowalledge_desktop.core.evidence_check import CheckedClaim, check_claims

DARWIN = Passage(
    "Charles Darwin",
    "https://x.example/darwin",
    "Charles Robert Darwin was an English naturalist, widely known for his contributions to evolutionary biology. "
    "Darwin was born on 12 February 1809 in Shrewsbury, England. "
    "His book On the Origin of Species was published by John Murray in 1859. "
    "The voyage of the Beagle lasted almost five years and covered 64,000 km. "
    "Darwin was not a member of the expedition's paid crew.",
)
LIGHT = Passage(
    "Speed of light",
    "https://x.example/light",
    "The speed of light in vacuum is exactly 299 792 458 metres per second. "
    "Water boils at 100 °C at sea level. Sound travels through air at 343 m/s.",
)
STATES = ClaimState


def check(text: str, topic: str = "Charles Darwin", language: str = "en") -> CheckedClaim:
    (one,) = check_claims([Claim(text)], [DARWIN, LIGHT], topic=topic, language=language)
    return one


@pytest.mark.parametrize(
    "text",
    [
        "Darwin was born in 1809 in Shrewsbury.",
        "In 1859, John Murray published his book On the Origin of Species.",
        "He was an English naturalist known for contributions to evolutionary biology.",
        "The voyage of the Beagle lasted about 5 years.",
        "The voyage of the Beagle covered some 40,000 miles and lasted five years.",
        "The speed of light in vacuum is about 300 million metres per second.",
        "Water boils at 212 °F at sea level.",
        "Darwin was not a paid member of the expedition's crew.",
    ],
)
def test_what_a_passage_says_in_other_words_is_supported(text: str) -> None:
    one = check(text)
    assert one.state is STATES.SUPPORTED, one
    assert one.doubt < 0.3


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Darwin was born on 12 February 1810 in Shrewsbury, England.", "12 February 1809 / 12 February 1810"),
        ("His book On the Origin of Species was published in 1869 by John Murray.", "1859 / 1869"),
        (
            "His book On the Origin of Species was published by Richard Bentley in 1859.",
            "John Murray / Richard Bentley",
        ),
        ("The voyage of the Beagle lasted almost nine years and covered 64,000 km.", "five years / nine years"),
        ("Water boils at 90 °C at sea level.", "100 °C / 90 °C"),
        ("Darwin was a member of the expedition's paid crew.", "not"),
    ],
)
def test_another_value_in_the_same_role_is_disputed(text: str, note: str) -> None:
    one = check(text)
    assert one.state is STATES.DISPUTED, one
    assert one.note == note
    assert one.doubt > 0.8
    assert one.passage in (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        "Darwin married Emma Wedgwood in 1839.",
        "Darwin had ten children, three of whom died young.",
        "Darwin studied medicine in Edinburgh from 1825.",
        "Alfred Russel Wallace was born on 8 January 1823 in Llanbadoc, Wales.",
        "The Descent of Man was published by John Murray in 1871.",
        "Sound travels through water at 1,480 m/s.",
        "The second voyage of the Beagle began in Plymouth.",
    ],
)
def test_what_no_passage_speaks_of_is_never_disputed(text: str) -> None:
    assert check(text).state in (STATES.UNCHECKED, STATES.NOT_FOUND)


def test_the_place_of_the_passage_is_given() -> None:
    one = check("Darwin was born in 1809 in Shrewsbury.")
    assert DARWIN.text[one.start : one.end].startswith("Darwin was born on 12 February")
    assert DARWIN.text[one.start : one.end].endswith("England.")


def test_another_passage_with_the_claimed_value_prevents_a_dispute() -> None:
    other = Passage("Darwin family", "", "Charles Darwin was born in February 1810 in Shrewsbury, as some say.")
    claim = Claim("Darwin was born on 12 February 1810 in Shrewsbury, England.")
    (one,) = check_claims([claim], [DARWIN, other], topic="Charles Darwin")
    assert one.state is not STATES.DISPUTED


def test_without_passages_or_spaces_nothing_is_checked() -> None:
    assert check_claims([Claim("Darwin was born in 1809.")], []) == (CheckedClaim(STATES.UNCHECKED),)
    assert check("达尔文于1809年出生于什鲁斯伯里。", language="zh").state is STATES.UNCHECKED
    assert check("ダーウィンは1810年に生まれた。", language="ja").state is STATES.UNCHECKED
    assert check("ดาร์วินเกิดในปี 1810", language="th").state is STATES.UNCHECKED


def test_french_and_spanish_are_read() -> None:
    fr = Passage(
        "Vésuve", "", "Le Vésuve est un volcan italien d'une altitude de 1 281 mètres, à l'est de Naples."
    )
    es = Passage(
        "Roseau", "", "Según el censo de 2007 la ciudad de Roseau tiene una población de 16.582 habitantes."
    )
    told = [
        ("fr", fr, "Le Vésuve, volcan italien, a une altitude de 1281 m.", STATES.SUPPORTED),
        ("fr", fr, "Le Vésuve est un volcan italien d'une altitude de 2 281 mètres.", STATES.DISPUTED),
        ("es", es, "La ciudad de Roseau tiene una población de 16 582 habitantes.", STATES.SUPPORTED),
        ("es", es, "La ciudad de Roseau tiene una población de 26.582 habitantes.", STATES.DISPUTED),
    ]
    for language, passage, text, state in told:
        (one,) = check_claims([Claim(text)], [passage], topic=passage.title, language=language)
        assert one.state is state, (text, one)


@given(st.text(max_size=120), st.text(max_size=120))
def test_any_text_can_be_checked(claim: str, passage: str) -> None:
    (one,) = check_claims([Claim(claim)], [Passage("T", "", passage)])
    assert 0 <= one.start <= one.end <= len(passage)
    assert 0.0 <= one.doubt <= 1.0
