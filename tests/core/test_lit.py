"""Marks in titles and snippets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.lit import MARK, UNMARK, is_unspaced, lit, snippet
from knowalledge_desktop.core.validation import fold


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("Domes and semi-domes", ["dome"], "[Dome]s and semi-[dome]s"),
        ("Éclair au café", ["cafe", "ecl"], "[Écl]air au [café]"),
        ("Cafe\u0301 noir", ["cafe"], "[Cafe\u0301] noir"),
        ("Straße", ["strass"], "[Straß]e"),
        ("Kingdom", ["dom"], "Kingdom"),
        ("東京の歴史", ["の"], "東京[の]歴史"),
        ("ﬁne art", ["fi"], "[ﬁ]ne art"),
        ("Photo photosynthesis", ["photosyn", "photo"], "[Photo] [photosyn]thesis"),
        ("C++ and C", ["c++"], "[C++] and C"),
        ("nothing", [], "nothing"),
    ],
)
def test_what_is_lit(text: str, words: list[str], shown: str) -> None:
    assert lit(text, words).replace(MARK, "[").replace(UNMARK, "]") == shown


@given(st.text(max_size=60), st.lists(st.text(max_size=5), max_size=3))
def test_marks_take_nothing_away(text: str, words: list[str]) -> None:
    text = text.replace(MARK, "").replace(UNMARK, "")
    marked = lit(text, [fold(word) for word in words])
    assert marked.replace(MARK, "").replace(UNMARK, "") == text
    assert marked.count(MARK) == marked.count(UNMARK)


def test_a_snippet_is_where_the_words_are_together() -> None:
    text = (
        "A dome. "
        + "Filling words here. " * 20
        + "The **dome** of [Hagia Sophia](https://x.y/z) is wide. "
        + "End. " * 50
    )
    told = snippet(text, ["dome", "sophia"])
    assert told.startswith("…")
    assert told.endswith("…")
    assert f"{MARK}dome{UNMARK} of Hagia {MARK}Sophia{UNMARK} is wide" in told
    assert "https" not in told
    assert len(told) < 200


def test_a_snippet_without_the_words_is_the_beginning() -> None:
    assert snippet("# Title\n\nSome *text*.", ["zebra"]) == "Title Some text."


@pytest.mark.parametrize(
    ("word", "unspaced"), [("東", True), ("한국", True), ("ไทย", True), ("été", False), ("", False)]
)
def test_scripts_without_spaces(word: str, unspaced: bool) -> None:
    assert is_unspaced(word) is unspaced
