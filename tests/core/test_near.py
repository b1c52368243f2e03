"""Mistyped words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.near import distance, forgiven, nearest

short = st.text("abc", max_size=7)


@pytest.mark.parametrize(
    ("word", "other", "far"),
    [
        ("jazz", "jazz", 0),
        ("jzaz", "jazz", 1),
        ("fotosyn", "photosynthesis", 2),
        ("photosyntesis", "photosynthesis", 1),
        ("archtecture", "architecture", 1),
        ("pho", "photosynthesis", 0),
        ("xyz", "photosynthesis", None),
        ("abcdef", "ab", None),
    ],
)
def test_how_far(word: str, other: str, far: int | None) -> None:
    assert distance(word, other, 2) == far


def slow(word: str, other: str) -> int:
    """Optimal string alignment by its definition, for the whole words."""
    table = [[max(n, m) if not n or not m else 0 for m in range(len(other) + 1)] for n in range(len(word) + 1)]
    for n in range(1, len(word) + 1):
        for m in range(1, len(other) + 1):
            same = word[n - 1] == other[m - 1]
            table[n][m] = min(table[n - 1][m] + 1, table[n][m - 1] + 1, table[n - 1][m - 1] + (not same))
            if n > 1 and m > 1 and word[n - 1] == other[m - 2] and word[n - 2] == other[m - 1]:
                table[n][m] = min(table[n][m], table[n - 2][m - 2] + 1)
    return table[-1][-1]


@given(short, short, st.integers(0, 3))
def test_it_is_the_least_over_all_beginnings(word: str, other: str, most: int) -> None:
    least = min(slow(word, other[:end]) for end in range(len(other) + 1))
    assert distance(word, other, most) == (least if least <= most else None)


def test_the_nearest_come_first_and_only_they() -> None:
    known = [("architecture", 9), ("architect", 2), ("archive", 40), ("texture", 1)]
    assert nearest("archtecture", known, 2) == ("architecture",)
    assert nearest("zzzzzz", known, 1) == ()


def test_short_words_have_to_be_right() -> None:
    assert [forgiven(word) for word in ("ab", "abc", "abcdef", "abcdefg", "abcdefghijk")] == [0, 1, 1, 2, 3]
