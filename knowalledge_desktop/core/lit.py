"""Where the words of a search are in a text: marked titles and snippets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

MARK, UNMARK = "\x02", "\x03"
"""Stand before and after what was searched for."""

_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "BOPOMOFO")
_BEFORE, _AFTER = 40, 120  # characters of a snippet before and after its first match
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_LOOKED_AT = 40  # matches among which the best place is looked for
_SIGNS = re.compile(r"(?m)^\s{0,3}(?:#{1,6}|>|[-*+]|\d+[.)])\s+|[*_`]+|!?\[([^\]\n]*)\]\([^()\s]*\)")


def is_unspaced(word: str) -> bool:
    """Whether a word has letters of a script that does not space its words."""
    return not word.isascii() and any(unicodedata.name(ch, "").startswith(_UNSPACED) for ch in word)


def lit(text: str, words: Iterable[str]) -> str:
    """The text with marks around where folded words begin a word of it (anywhere, in unspaced scripts)."""
    return _marked(text, _places(text, tuple(words)), 0, len(text))


def snippet(markdown: str, words: Sequence[str]) -> str:
    """A piece of a text around the first place where most of the folded words are close together, marked."""
    text = " ".join(_SIGNS.sub(lambda sign: sign[1] or "", markdown).split())
    places = _places(text, tuple(words))
    if not places:
        return _cut(text, 0, _BEFORE + _AFTER, ())
    best = places[0]
    if len(words) > 1:
        some = places[:_LOOKED_AT]
        best = max(some, key=lambda at: (len({w for s, _, w in some if at[0] <= s < at[0] + _AFTER}), -at[0]))
    start = max(0, best[0] - _BEFORE)
    if start:  # at a word
        space = text.find(" ", start, best[0])
        start = space + 1 if space >= 0 else start
    return _cut(text, start, best[0] + _AFTER, places)


_Place = tuple[int, int, int]
"""From, to, and which word."""


def _cut(text: str, start: int, end: int, places: Sequence[_Place]) -> str:
    end = min(end, len(text))
    if end < len(text):
        space = text.rfind(" ", start, end)
        end = space if space > start + _BEFORE else end
    inner = [place for place in places if start <= place[0] and place[1] <= end]
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return f"{before}{_marked(text, inner, start, end)}{after}"


def _marked(text: str, places: Sequence[_Place], start: int, end: int) -> str:
    out: list[str] = []
    at = start
    for begin, stop, _ in places:
        if begin < at:
            continue
        out += [text[at:begin], MARK, text[begin:stop], UNMARK]
        at = stop
    return "".join((*out, text[at:end]))


def _places(text: str, words: tuple[str, ...]) -> list[_Place]:
    """Where the words are, in order; longer ones first where several begin."""
    if text.isascii():  # nearly all titles: each letter folds to one
        plain = text.lower()
        return _in_order(
            [
                (hit.start(), hit.end(), at)
                for at, word in enumerate(words)
                if word
                for hit in _wanted(word).finditer(plain)
            ]
        )
    if all(len(_folded(ch)) == 1 for ch in set(text)):
        pieces: Sequence[str] = text
        folded = _NOT_ASCII.sub(lambda found: _folded(found[0]), text).lower()
        origin: Sequence[int] = range(len(text) + 1)
    else:
        pieces = [_folded(ch) for ch in text]
        folded = "".join(pieces)
        origin = [n for n, piece in enumerate(pieces) for _ in piece] + [len(text)]
    found: list[_Place] = []
    for number, word in enumerate(words):
        if not word:
            continue
        for hit in _wanted(word).finditer(folded):
            stop = origin[hit.end()]
            if hit.end() and stop == origin[hit.end() - 1]:
                stop += 1  # a letter that is several when folded is marked whole
            while stop < len(text) and not pieces[stop]:  # its accents, when they stand apart
                stop += 1
            found.append((origin[hit.start()], stop, number))
    return _in_order(found)


def _in_order(found: list[_Place]) -> list[_Place]:
    return sorted(found, key=lambda place: (place[0], -place[1])) if len(found) > 1 else found


@lru_cache(maxsize=64)
def _wanted(word: str) -> re.Pattern[str]:
    """A word at the beginning of one, or anywhere when its script does not space words."""
    edge = "" if is_unspaced(word) or not word[0].isalnum() else r"(?<!\w)"
    return re.compile(edge + re.escape(word))


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter).casefold()
    return "".join(ch for ch in plain if not unicodedata.combining(ch))
