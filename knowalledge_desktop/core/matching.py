"""How well a few typed letters fit a name: for choosing a command or a topic by its beginnings."""

from __future__ import annotations

from knowalledge_desktop.core.validation import fold

NO = 0.0
_WHOLE, _START, _WORD, _INSIDE, _LETTERS = 5.0, 4.0, 3.0, 2.0, 1.0


def fits(typed: str, name: str) -> float:
    """A score from 0 (not at all) upwards: the whole, its start, a word's start, inside, its letters in order.

    Case, accents and width do not matter; several typed words must all fit. Among equals the shorter name
    scores a little more.
    """
    words, text = fold(typed).split(), fold(name)
    if not words:
        return _LETTERS
    if " ".join(words) == text:
        return _WHOLE
    found = [_fit(word, text) for word in words]
    if min(found) == NO:
        return NO
    bonus = 0.5 if text.startswith(words[0]) else 0.0
    return sum(found) / len(found) + bonus + 0.4 / (1.0 + len(text) / 16.0)


def _fit(word: str, text: str) -> float:
    if text.startswith(word):
        return _START
    if f" {word}" in text:
        return _WORD
    if word in text:
        return _INSIDE
    return _LETTERS if _in_order(word, text) else NO


def _in_order(word: str, text: str) -> bool:
    """Whether the letters of a word of three or more start the words of the text, in order."""
    starts = "".join(each[0] for each in text.split())
    return len(word) >= 2 and word in starts
