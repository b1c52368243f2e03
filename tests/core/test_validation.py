"""What may be typed as a topic, and how titles are compared."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.validation import TOPIC_MAX, check_topic, fold


@pytest.mark.parametrize(
    ("typed", "topic"),
    [
        ("Photosynthesis", "Photosynthesis"),
        ("  DNA\n replication\t", "DNA replication"),
        ("Re\u0301volution franc\u0327aise", "Révolution française"),
        ("光合作用", "光合作用"),
        ("光合成\u3000とは", "光合成 とは"),
        ("تمثيل ضوئي", "تمثيل ضوئي"),
        ("می‌خواهم", "می‌خواهم"),  # the zero-width non-joiner is spelling
        ("प्रकाश संश्लेषण", "प्रकाश संश्लेषण"),
        ("👩‍🔬", "👩‍🔬"),
        ("C++", "C++"),
        ("∑", "∑"),
        ("42", "42"),
        ("x" * 200, "x" * 200),
        ("e\u0301" * 200, "é" * 200),
    ],
)
def test_good_topics_are_normalised(typed: str, topic: str) -> None:
    assert check_topic(typed) == topic


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("", "empty"),
        (" \t\n\u3000", "empty"),
        ("x" * 201, "201 characters"),
        ("a\x00b", "U+0000"),
        ("bell\x07", "U+0007"),
        ("esc \x1b[31m", "U+001B"),
        ("half \ud800", "U+D800"),
        ("private \ue000", "U+E000"),
        ("nothing \U0003ffff", "U+3FFFF"),
        ("?!", "no letter"),
        ("...", "no letter"),
        ("\u200d", "no letter"),
        ("\u0301", "no letter"),
    ],
)
def test_bad_topics_are_refused_with_a_sentence(typed: str, part: str) -> None:
    with pytest.raises(UserInputError, match=part.replace("+", r"\+")) as caught:
        check_topic(typed)
    assert caught.value.detail.endswith((".", "word."))
    assert caught.value.detail.isprintable()


@given(st.text(st.characters(), max_size=250))
def test_any_text_gives_a_topic_or_a_sentence(typed: str) -> None:
    try:
        topic = check_topic(typed)
    except UserInputError:
        return
    assert 1 <= len(topic) <= TOPIC_MAX
    assert topic == unicodedata.normalize("NFC", topic) == " ".join(topic.split())
    assert check_topic(topic) == topic
    topic.encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Révolution française", "REVOLUTION FRANCAISE"),
        ("Straße", "strasse"),
        ("ＤＮＡ", "dna"),
        ("ﬁsh", "FISH"),
        ("e\u0301", "é"),
        ("Ёлка", "елка"),
        (" a  b ", "A B"),
    ],
)
def test_titles_that_read_alike_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("DNA", "RNA"), ("C", "C++"), ("光", "合"), ("1", "2")])
def test_other_titles_fold_differently(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=40))
def test_folding_does_not_see_case_or_composition(text: str) -> None:
    assert fold(text.upper().lower()) == fold(text.upper())
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))
