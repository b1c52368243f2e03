"""Where the claims of an explanation stand in the text as it is shown, and how many are in which state."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate

from knowalledge_desktop.core.content import Claim, ClaimState, Source

PICTURE = "\ufffc"
"""Stands in a document's text for a picture, which here is a formula."""

ORDER = (ClaimState.DISPUTED, ClaimState.SUPPORTED, ClaimState.NOT_FOUND, ClaimState.UNCHECKED)
"""The states, the one that needs attention first."""

_WORD = re.compile(rf"[^\W_]+|{PICTURE}")
_FORMULA = re.compile(r"(?<![\\$])\$\$?(?!\s)([^$]{1,600}?)(?<![\s\\])\$\$?(?![\d$])")
_CLOSING = re.compile(r"[.!?…؟۔।॥。！？｡]+[\"'”’»)\]）」』]*")
_BREAKS = ("\u2029", "\ufdd0", "\ufdd1")
"""What stands between blocks and around cells of tables in the raw text of a document."""

Span = tuple[int, int]


def places(text: str, claims: Sequence[Claim]) -> list[Span | None]:
    """Where each claim stands in the raw text of a document, as (start, end) in UTF-16 units.

    Compared word by word, so that emphasis, links and list marks do not matter; a formula counts as one word,
    or as its source where it could not be drawn. Claims are looked for in reading order, and before the last
    one found only when there is none behind it. A claim that is not there, or only across blocks, has None.
    """
    words = [(found[0], found.start(), found.end()) for found in _WORD.finditer(text)]
    starts: dict[str, list[int]] = defaultdict(list)
    for n, (word, _, _) in enumerate(words):
        starts[word].append(n)
    taken: set[int] = set()
    at = 0
    spans: list[Span | None] = []
    for claim in claims:
        first = None
        for wanted in _readings(claim.text):
            first = _find(words, starts, wanted, at, taken, text)
            if first is not None:
                at = first + len(wanted)
                taken.update(range(first, at))
                spans.append(_whole(text, claim.text, words[first][1], words[at - 1][2]))
                break
        if first is None:
            spans.append(None)
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


def _find(
    words: list[tuple[str, int, int]],
    starts: dict[str, list[int]],
    wanted: list[str],
    at: int,
    taken: set[int],
    text: str,
) -> int | None:
    candidates = starts.get(wanted[0], [])
    later = bisect_left(candidates, at)
    for n in (*candidates[later:], *candidates[:later]):
        end = n + len(wanted)
        if end > len(words) or words[end - 1][0] != wanted[-1]:
            continue
        if [word for word, _, _ in words[n:end]] != wanted or not taken.isdisjoint(range(n, end)):
            continue
        if not any(sign in text[words[n][1] : words[end - 1][2]] for sign in _BREAKS):
            return n
    return None


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
