"""Where the claims of an explanation stand in the text as it is shown, and how many are in which state."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from knowalledge_desktop.core.content import Claim, ClaimState, Source

PICTURE = "\ufffc"
"""Stands in a document's text for a picture, which here is a formula."""

ORDER = (
    ClaimState.DISPUTED,
    ClaimState.UNSURE,
    ClaimState.SUPPORTED,
    ClaimState.NOT_FOUND,
    ClaimState.UNCHECKED,
)
"""The states, the one that needs attention first."""

_BREAKS = "\u2029\ufdd0\ufdd1"
"""What stands between blocks and around cells of tables in the raw text of a document."""

_WORD = re.compile(rf"[^\W_]+|{PICTURE}|[{_BREAKS}]")
_FORMULA = re.compile(r"(?<![\\$])\$\$?(?!\s)([^$]{1,600}?)(?<![\s\\])\$\$?(?![\d$])")
_CLOSING = re.compile(r"[.!?…؟۔।॥。！？｡]+[\"'”’»)\]）」』]*")
Span = tuple[int, int]


def places(text: str, claims: Sequence[Claim]) -> list[Span | None]:
    """Where each claim stands in the raw text of a document, as (start, end) in UTF-16 units.

    Compared word by word, so that emphasis, links and list marks do not matter; a formula counts as one word,
    or as its source where it could not be drawn. Claims are looked for in reading order, and before the last
    one found only when there is none behind it. A claim that is not there, or only across blocks, has None.
    """
    shown = _Words(text)
    at = 0
    spans: list[Span | None] = []
    for claim in claims:
        span = None
        for wanted in _readings(claim.text):
            first = shown.take(wanted, at)
            if first is not None:
                at = first + len(wanted)
                span = _whole(text, claim.text, shown.spans[first][0], shown.spans[at - 1][1])
                break
        spans.append(span)
    return _in_utf16(text, spans)


def cited(claim: Claim, sources: Sequence[Source]) -> list[int]:
    """The sources that a claim rests on and that are there, as indices."""
    return [i for i in claim.sources if 0 <= i < len(sources)]


def is_web(address: str) -> bool:
    """Whether an address may be opened at all: a page of the web, no file and no program."""
    return address.startswith(("https://", "http://"))


def web_addresses(sources: Sequence[Source]) -> frozenset[str]:
    """The addresses that may be opened from a text with these sources."""
    return frozenset(source.url for source in sources if is_web(source.url))


def _readings(claim: str) -> list[list[str]]:
    """The words of a claim: with formulae as pictures and, where there are any, as their source."""
    plain = html.unescape(claim)
    drawn = _WORD.findall(_FORMULA.sub(f" {PICTURE} ", plain))
    written = _WORD.findall(plain)
    return [reading for reading in ([drawn] if drawn == written else [drawn, written]) if reading]


class _Words:
    """The words of a text in one string, where a row of words is found in linear time, whatever the text is.

    Breaks between blocks are words too, which no claim has: what is found is never across blocks.
    """

    def __init__(self, text: str) -> None:
        found = list(_WORD.finditer(text))
        self.spans = [each.span() for each in found]
        self._line = _row([each[0] for each in found])
        self._offsets = [0, *accumulate(len(each[0]) + 1 for each in found)]
        self._taken = bytearray(len(found))

    def take(self, wanted: Sequence[str], at: int) -> int | None:
        """The number of the first word of the row, behind word `at` or else before it; then it is taken."""
        row = _row(wanted)
        for begin in (at, 0):
            first = self._free(row, len(wanted), begin)
            if first is not None:
                self._taken[first : first + len(wanted)] = b"\1" * len(wanted)
                return first
        return None

    def _free(self, row: str, length: int, begin: int) -> int | None:
        while (place := self._line.find(row, self._offsets[begin])) >= 0:
            first = bisect_left(self._offsets, place)
            last_taken = self._taken.rfind(1, first, first + length)
            if last_taken < 0:
                return first
            begin = last_taken + 1
        return None


def _row(words: Sequence[str]) -> str:
    """Words with a sign around each that none of them has."""
    return "\0" + "".join(f"{word}\0" for word in words)


def _whole(text: str, claim: str, start: int, end: int) -> Span:
    """The words with the signs before the first that belong to the claim, and the full stop behind the last."""
    first = _WORD.search(claim)
    lead = claim[: first.start()] if first else ""
    if lead and text.endswith(lead, 0, start):
        start -= len(lead)
    closing = _CLOSING.match(text, end)
    return start, closing.end() if closing else end


def _in_utf16(text: str, spans: list[Span | None]) -> list[Span | None]:
    """Documents count a sign outside the basic plane twice, Python once."""
    if text.isascii() or max(text) <= "\uffff":
        return spans
    units = [0, *accumulate(2 if sign > "\uffff" else 1 for sign in text)]
    return [span and (units[span[0]], units[span[1]]) for span in spans]
