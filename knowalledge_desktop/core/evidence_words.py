"""A sentence as it is compared: its facts, its names, and the stems of its other words."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from knowalledge_desktop.core.facts import Fact, facts_of
from knowalledge_desktop.core.facts_words import (
    ABOUT,
    LEADS,
    NEGATIONS,
    OPPOSITES,
    PEOPLES,
    PLACES,
    PRONOUNS,
    STOP,
)
from knowalledge_desktop.core.validation import fold

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]{1,2}\b)?")
_ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’]", re.IGNORECASE)
_ENDINGS = ("ements", "ement", "ations", "ation", "ingly", "edly", "ing", "ies", "ied", "ly", "ed", "es", "s", "e")
_STEM = 7
_SHARED = 4
_LINKS = frozenset({"of", "the", "de", "la", "le", "du", "des", "del", "von", "van", "bin", "ibn", "al", "d"})


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, read. `tokens` are (start, end, folded word, stem or "") of all its words."""

    text: str
    tokens: tuple[tuple[int, int, str, str], ...]
    stems: frozenset[str]
    facts: tuple[Fact, ...]
    names: tuple[frozenset[str], ...]
    name_spans: tuple[tuple[int, int], ...]
    negated: bool
    pronoun: bool
    subject: frozenset[str]
    """Stems of what it begins with, after a leading "In 1859, ..."; empty behind a pronoun."""

    def text_of(self, span: tuple[int, int]) -> str:
        """The words of a place."""
        return self.text[span[0] : span[1]]

    def near(self, start: int, end: int, width: int) -> frozenset[str]:
        """Stems of the `width` words with a meaning on each side of a place."""
        before = [token[3] for token in self.tokens if token[3] and token[1] <= start]
        after = [token[3] for token in self.tokens if token[3] and token[0] >= end]
        return frozenset(before[-width:] + after[:width])

    def around(self, span: tuple[int, int]) -> tuple[str, str]:
        """The words that touch a place, "" at the ends of the sentence."""
        starts = [token[0] for token in self.tokens]
        first, after = bisect_left(starts, span[0]), bisect_left(starts, span[1])
        left = self.tokens[first - 1][2] if first else ""
        return left, self.tokens[after][2] if after < len(self.tokens) else ""

    def role(self, fact: Fact) -> tuple[str, str]:
        """The words that touch a value, without "about"; a preposition as the group it belongs to."""
        left, right = self.around((fact.start, fact.end))
        if left in ABOUT:
            starts = [token[0] for token in self.tokens]
            at = bisect_left(starts, fact.start) - 2
            left = self.tokens[at][2] if at >= 0 else ""
        group = next((i for i, group in enumerate(PLACES) if left in group), None)
        return (left if group is None else f"#{group}"), right

    def after(self, place: int) -> str:
        """Stem of the next word with a meaning, among the next two words."""
        following = [stem for s, _, _, stem in self.tokens if s >= place][:2]
        return next((stem for stem in following if stem), "")


def read(text: str, language: str) -> Said:
    """Facts, names and stems of a sentence."""
    facts = facts_of(text, language)
    bare = _ELIDED.sub(lambda found: " " * len(found[0]), text)
    taken = [(fact.start, fact.end) for fact in facts]
    tokens: list[tuple[int, int, str, str]] = []
    for found in _TOKEN.finditer(bare):
        raw = found[0]
        word = (raw.lower() if raw.isascii() else fold(raw)).replace("’", "'").removesuffix("'s")
        in_fact = any(a < found.end() and found.start() < b for a, b in taken)
        meant = (
            ""
            if in_fact or word in STOP or word in NEGATIONS or (len(word) < 2 and word.isascii())
            else stem_of(word)
        )
        tokens.append((found.start(), found.end(), word, meant))
    names, spans = _names(bare, tokens)
    words = [word for _, _, word, _ in tokens]
    begin = _subject_start(text, tokens)
    first = next((i for i, token in enumerate(tokens) if i >= begin and token[3]), len(tokens))
    pronoun = any(word in PRONOUNS for word in words[begin : first + 1])  # "It is", "Two of his films"
    return Said(
        text,
        tuple(tokens),
        frozenset(stem for *_, stem in tokens if stem),
        facts,
        names,
        spans,
        _negated(words),
        pronoun,
        frozenset() if pronoun else _subject(tokens[begin:]),
    )


def _subject_start(text: str, tokens: list[tuple[int, int, str, str]]) -> int:
    """The word that the main clause begins with: behind the comma of a leading clause."""
    if not tokens or tokens[0][2] not in LEADS:
        return 0
    comma = text.find(",", 0, 70)
    return next((i for i, token in enumerate(tokens) if 0 <= comma < token[0]), 0)


def _subject(tokens: list[tuple[int, int, str, str]]) -> frozenset[str]:
    found: list[str] = []
    for _, _, word, stem in tokens:
        if stem:
            found.append(stem)
        elif found and word not in _LINKS:
            break
        if len(found) == 4:
            break
    return frozenset(found)


def stem_of(word: str) -> str:
    """A folded word without its ending, cut to seven letters: crude, the same for both sides."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    return word[:_STEM]


def same_name(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two names can mean the same: a people and its country, or single names with a common beginning."""
    if one == other:
        return True
    for people in PEOPLES:
        if any(stem_of(word) in one for word in people) and any(stem_of(word) in other for word in people):
            return True
    if len(one) > 1 or len(other) > 1:
        return False
    (a,), (b,) = one, other
    return len(a) >= _SHARED and len(b) >= _SHARED and (a[:5] == b[:5] or a.startswith(b) or b.startswith(a))


def opposed(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one says "largest" where the other says "smallest"."""
    for a, b in _OPPOSITES:
        for left, right in ((a, b), (b, a)):
            mine, theirs = one & left - other, other & right - one
            if mine and theirs:
                return True
    return False


def _names(
    text: str, tokens: list[tuple[int, int, str, str]]
) -> tuple[tuple[frozenset[str], ...], tuple[tuple[int, int], ...]]:
    names: list[frozenset[str]] = []
    spans: list[tuple[int, int]] = []
    run: list[int] = []
    for i, (start, _, _, stem) in enumerate([*tokens, (len(text), len(text), "", "")]):
        capital = i < len(tokens) and text[start].isupper() and bool(stem)
        touching = bool(run) and not text[tokens[run[-1]][1] : start].strip(" -.’'")
        if capital and (not run or touching):
            run.append(i)
            continue
        link = i < len(tokens) and touching and tokens[i][2] in _LINKS
        if run and link and i + 1 < len(tokens) and text[tokens[i + 1][0]].isupper() and tokens[i + 1][3]:
            run.append(i)
            continue
        _close(run, tokens, names, spans)
        run = [i] if capital else []
    return tuple(names), tuple(spans)


def _close(
    run: list[int],
    tokens: list[tuple[int, int, str, str]],
    names: list[frozenset[str]],
    spans: list[tuple[int, int]],
) -> None:
    if not run or run == [0]:  # every sentence begins with a capital
        return
    names.append(frozenset(tokens[i][3] for i in run if tokens[i][3]))
    spans.append((tokens[run[0]][0], tokens[run[-1]][1]))


def _negated(words: list[str]) -> bool:
    count = 0
    for word, following in zip(words, [*words, ""][1:], strict=True):
        if word in NEGATIONS and following not in {"only", "seulement", "solo"}:
            count += 1
    french = "ne" in words or "n" in words
    return (count - (1 if french and count > 1 else 0)) % 2 == 1


_OPPOSITES = tuple((frozenset(map(stem_of, a)), frozenset(map(stem_of, b))) for a, b in OPPOSITES)
