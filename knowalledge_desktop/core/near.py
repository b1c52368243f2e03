"""How far a word is from another one, as people mistype: letters left out, put in, wrong or swapped."""

from __future__ import annotations

from collections.abc import Iterable


def forgiven(word: str) -> int:
    """How many mistakes are forgiven in a word: none below 3 letters, then 1, from 7 on 2, from 11 on 3."""
    return sum(len(word) >= least for least in (3, 7, 11))


def distance(word: str, other: str, most: int) -> int | None:
    """The least number of mistakes that lead from a beginning of `other` to `word`; None when above `most`.

    Swapping two neighbours is one mistake (optimal string alignment).
    """
    if len(word) - len(other) > most or len(set(word) - set(other)) > most:
        return None
    other = other[: len(word) + most]
    last: list[int] = []
    row = list(range(len(other) + 1))
    for n, letter in enumerate(word, start=1):
        before, last, row = last, row, [n]
        for m, there in enumerate(other, start=1):
            cost = min(last[m] + 1, row[m - 1] + 1, last[m - 1] + (letter != there))
            if n > 1 and m > 1 and letter == other[m - 2] and word[n - 2] == there:
                cost = min(cost, before[m - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
    found = min(row)
    return found if found <= most else None


def nearest(word: str, others: Iterable[tuple[str, int]], most: int, count: int = 3) -> tuple[str, ...]:
    """The words that are nearest to a mistyped one; among equally near ones whole words, then frequent ones.

    `others` are words with how often they occur.
    """
    found: list[tuple[int, int, int, str]] = []
    for other, often in others:
        far = distance(word, other, most)
        if far is not None:
            found.append((far, abs(len(other) - len(word)) > most, -often, other))
    found.sort()
    return tuple(other for far, _, _, other in found if far == found[0][0])[:count]
