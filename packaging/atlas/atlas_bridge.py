"""The same article in two languages: names, numbers and words of common origin tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from atlas_links import Mention
from atlas_ranking import Branch
from atlas_reading import Article
from atlas_vectors import Floats, Ints, Space, gather, title_words
from atlas_words import base_title

from knowalledge_desktop.core.validation import fold

SAME_TITLE = 0.12
"""Likeness asked of two articles with the same title."""
SAME_WORD, SAME_BEST = 0.05, 0.65
"""Likeness apart from a title of one word, and share of the likest of all: "pain" is bread in French."""
TITLED = 0.25
"""Likeness that the words of the title standing in the other text give."""
SURE = 0.33
"""Likeness from which two articles that choose each other are taken for the same one."""
TRUSTED = 20
"""Branches of the other language that count as hints."""


@dataclass(slots=True)
class Linked:
    """One language, read and linked."""

    language: str
    articles: list[Article]
    space: Space
    links: list[dict[int, Mention]]
    kinds: list[set[int]]
    capitals: set[str]
    aliases: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Pair:
    """The same article in the other language, and how surely it is (0 to 1)."""

    target: int
    sure: float


def align(one: Linked, other: Linked) -> dict[int, Pair]:
    """Articles of `one` and the same articles in `other`: they choose each other among all."""
    named = _same_titles(one, other)
    there, weight = _shared_words(one.space, other.space)
    best = np.full(len(one.articles), -1, dtype=np.int64)
    value = np.zeros(len(one.articles), dtype=np.float32)
    backward = np.zeros(len(other.articles), dtype=np.float32)
    found: dict[int, Pair] = {}
    for index, article in enumerate(one.articles):
        row = _likeness(one.space, other.space, index, title_words(article.title), there, weight)
        same = named.get(index)
        if same is not None and _same_thing(article.title, row, same):
            found[index] = Pair(same, min(1.0, 0.6 + float(row[same])))
        best[index] = int(np.argmax(row))
        value[index] = row[best[index]]
        backward = np.maximum(backward, row)
    taken = {pair.target for pair in found.values()}
    for index in np.argsort(-value, kind="stable").tolist():
        target = int(best[index])
        mutual = value[index] >= backward[target] - 1e-6
        if value[index] >= SURE and mutual and index not in found and target not in taken:
            found[index] = Pair(target, min(1.0, float(value[index]) / 0.5))
            taken.add(target)
    return found


def _same_thing(title: str, row: Floats, same: int) -> bool:
    """Whether the articles of one title in two languages are about one thing."""
    if " " in title:
        return bool(row[same] >= SAME_TITLE)
    return bool(row[same] >= TITLED + SAME_WORD and row[same] >= SAME_BEST * row.max())


def _shared_words(one: Space, other: Space) -> tuple[Ints, Floats]:
    """For each word of `one` its column in `other` (-1 without), and how far it can be trusted."""
    there = np.full(len(one.vocabulary), -1, dtype=np.int32)
    weight = np.zeros(len(one.vocabulary), dtype=np.float32)
    for word, mine in one.vocabulary.items():
        theirs = other.vocabulary.get(word)
        if theirs is not None:
            gap = abs(float(one.idf[mine]) - float(other.idf[theirs]))
            there[mine] = theirs
            weight[mine] = (1.0 if word.isdigit() else 1.2) * max(
                0.0, 1.0 - gap / 3.0
            )  # false friends differ in use
    return there, weight


def _likeness(one: Space, other: Space, index: int, title: list[str], there: Ints, weight: Floats) -> Floats:
    columns, values = one.weights.row(index)
    known = there[columns] >= 0
    row = gather(other.postings, there[columns[known]], (values * weight[columns])[known])
    own = [int(there[one.vocabulary[w]]) for w in title if w in one.vocabulary and there[one.vocabulary[w]] >= 0]
    if own:
        share = np.full(len(own), 1 / len(own), dtype=np.float32)
        row += TITLED * gather(other.places, np.array(own, dtype=np.int32), share)
    return row


def _same_titles(one: Linked, other: Linked) -> dict[int, int]:
    titles = {fold(a.title): i for i, a in enumerate(other.articles)}
    plain: dict[str, list[int]] = {}
    for index, article in enumerate(other.articles):
        plain.setdefault(fold(base_title(article.title)[0]), []).append(index)
    found: dict[int, int] = {}
    for index, article in enumerate(one.articles):
        name = fold(base_title(article.title)[0])
        same = titles.get(fold(article.title))
        if same is None and len(name.split()) > 1 and len(plain.get(name, ())) == 1:
            same = plain[name][0]
        if same is not None:
            found[index] = same
    return found


def hints_from(pairs: dict[int, Pair], branches: list[list[Branch]], size: int) -> list[dict[int, float]]:
    """The other language's branches, told in this language's articles; a sure first one gives 1."""
    back = {pair.target: (index, pair.sure) for index, pair in pairs.items()}
    found: list[dict[int, float]] = [{} for _ in range(size)]
    for index, pair in pairs.items():
        for rank, branch in enumerate(branches[pair.target][:TRUSTED]):
            mine, sure = back.get(branch.target, (index, 0.0))
            if mine != index:
                found[index][mine] = (1.0 - 0.6 * rank / TRUSTED) * pair.sure * sure
    return found
