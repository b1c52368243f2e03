"""What speaks for each article as a branch of another, gathered for many articles at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from atlas_links import Mention, indegrees, surname
from atlas_pairs import Bools, Keys, between, filled, holds, told, top
from atlas_reading import GEOGRAPHY, NO_AREA, PEOPLE, Article
from atlas_vectors import Floats, Ints, Space, Whole, expand, sparse, spread_rows, title_words
from atlas_words import base_title, key_of

NARROW = 60
"""An article named less often than this makes siblings of the articles that are its kinds or parts."""


@dataclass(slots=True)
class Evidence:
    """What speaks for each candidate `who` of each article `row`, in step, candidates of a row together."""

    row: Ints
    who: Ints
    named_by: Floats
    names: Floats
    about: Floats
    words: Floats
    latent: Floats
    same: Floats
    contains: Floats
    beside: Floats
    rest: Floats
    together: Floats
    above: Bools
    kind: Bools
    sibling: Bools
    hint: Floats
    namesake: Bools


@dataclass(slots=True)
class _Own:
    """The words that name each article, flat: article, column, share of each in the title."""

    starts: Keys
    columns: Ints
    share: Floats
    sharp: Floats
    whole: Bools
    """Whether all words must stand there: "graph" alone does not speak of graph theory."""
    counts: Keys


class Facts:
    """All that is known of the articles of one language, laid out for whole-array work."""

    def __init__(
        self,
        articles: list[Article],
        space: Space,
        links: list[dict[int, Mention]],
        kinds: list[set[int]],
        capitals: set[str],
        hints: list[dict[int, float]],  # what another language's ranking says, 0 to 1
        *,
        listed: bool,
    ) -> None:
        self.count = len(articles)
        self.space = space
        self.listed = listed  # whether neighbours in the file belong together
        self._articles = articles
        self.degree = indegrees(links)
        self.size = np.log1p(self.degree)
        self.areas = trusted_areas(articles, space)
        names = sorted(set(self.areas))
        self.area = np.array([names.index(a) for a in self.areas], dtype=np.int32)
        self.geography = next((i for i, a in enumerate(names) if a in GEOGRAPHY), -1)
        self.person = np.array([a in PEOPLE for a in self.areas])
        self._forth = sparse([{t: m.weight for t, m in row.items()} for row in links], self.count)
        self._sure = sparse([{t: m.sure for t, m in row.items()} for row in links], self.count)
        both = [dict.fromkeys(row, 1.0) for row in links]
        for source, row in enumerate(links):
            for target in row:
                both[target][source] = 1.0
        self._beside = sparse(both, self.count)
        self._back, self._sure_back = self._forth.flipped(), self._sure.flipped()
        self._hints = sparse(
            [dict(sorted(row.items())) for row in hints], self.count
        )  # of another language, 0 to 1
        self._kinds = sparse([dict.fromkeys(sorted(k), 1.0) for k in kinds], self.count)
        self._keys = [frozenset(key_of(base_title(a.title)[0])) for a in articles]
        self._by_word: dict[str, list[int]] = {}
        for index, key in enumerate(self._keys):
            for word in key:
                self._by_word.setdefault(word, []).append(index)
        self._forth_keys, self._back_keys = filled(self._forth), filled(self._back)
        self._hint_keys, self._kind_keys = filled(self._hints), filled(self._kinds)
        self._kind_back = filled(self._kinds.flipped())
        self._sibling_keys = self._siblings()
        self._contain_keys = self._pairs((i, t) for i in range(self.count) for t in self._containing(i))
        self._namesake_keys = self._pairs((i, t) for i in range(self.count) for t in self._sharing(i, links))
        proper = np.zeros(len(space.vocabulary), dtype=bool)
        proper[[space.vocabulary[w] for w in capitals if w in space.vocabulary]] = True
        self._own, self.telling = self._own_words(proper)
        self._titled = self._in_titles()

    def evidence(self, low: int, high: int) -> Evidence:
        """Candidates of the articles from `low` to before `high`, and all that speaks for them."""
        space, n = self.space, self.count
        latent = space.latent[low:high] @ space.latent.T
        words, own = self._words(low, high)
        about = self._about(low, high)
        together = self._together(low, high)
        flat = [top(latent, 0.3, 50), top(words, 0.05, 50), top(about, 0.1, 70)]
        flat.append(np.flatnonzero(together.ravel() > 0.08))
        flat += [
            between(keys, low * n, high * n) - low * n
            for keys in (self._forth_keys, self._back_keys, self._hint_keys, self._contain_keys)
        ]
        found = np.unique(np.concatenate(flat))
        found = found[found // n + low != found % n]
        where, who = found // n, (found % n).astype(np.int32)
        row = (where + low).astype(np.int32)
        pair = found + low * n
        at = (where, who)
        near = np.where(together[at] > 0.08, together[at], 0.0)
        beside = np.exp(-np.abs(who - row) / 8.0) if self.listed else np.zeros(len(who))
        kind = holds(self._kind_back, pair)
        named_by = told(self._back_keys, self._back.values, pair)
        names = told(self._forth_keys, self._forth.values, pair)
        rest = words[at] - own[at]
        # What another language says counts only where this one's texts do not speak against it.
        agreed = (latent[at] >= 0.12) | (rest >= 0.03) | (names > 0) | (named_by > 0)
        hint = np.where(agreed, told(self._hint_keys, self._hints.values, pair), np.float32(0.0))
        return Evidence(
            row=row,
            who=who,
            named_by=named_by,
            names=names,
            about=about[at],
            words=words[at],
            latent=latent[at],
            same=(self.area[who] == self.area[row]).astype(np.float32),
            contains=holds(self._contain_keys, pair).astype(np.float32),
            beside=beside.astype(np.float32),
            rest=rest,
            together=near.astype(np.float32),
            above=holds(self._kind_keys, pair) & ~kind,
            kind=kind,
            sibling=holds(self._sibling_keys, pair),
            hint=hint,
            namesake=holds(self._namesake_keys, pair),
        )

    def shared(self, chosen: list[list[int]], row: Whole, who: Ints) -> Floats:
        """How many of the articles chosen for each row name, or are named by, each `who`."""
        counts = [len(c) for c in chosen]
        rows = np.repeat(np.arange(len(chosen)), counts)
        columns = np.array([t for c in chosen for t in c], dtype=np.int32)
        ones = np.ones(len(columns), dtype=np.float32)
        return spread_rows(rows, columns, ones, self._beside, len(chosen))[row, who]

    def _words(self, low: int, high: int) -> tuple[Floats, Floats]:
        """Cosine of the words of texts, and the part of it that the words of the title make."""
        weights = self.space.weights
        part = slice(weights.starts[low], weights.starts[high])
        columns, values = weights.columns[part], weights.values[part]
        rows = np.repeat(np.arange(high - low), np.diff(weights.starts[low : high + 1]))
        mine = self._titled[part]
        postings = self.space.postings
        own = spread_rows(rows[mine], columns[mine], values[mine], postings, high - low)
        return spread_rows(rows, columns, values, postings, high - low), own

    def _about(self, low: int, high: int) -> Floats:
        """How prominently each text holds the rare words of these titles (0 to 1)."""
        own, places = self._own, self.space.places
        part = slice(own.starts[low], own.starts[high])
        rows = np.repeat(np.arange(high - low), np.diff(own.starts[low : high + 1]))
        columns = own.columns[part]
        found = spread_rows(rows, columns, (own.share * own.sharp)[part], places, high - low)
        full = np.flatnonzero(own.counts[low:high] > 1)
        picked = own.counts[low:high][rows] > 1
        ones = np.ones(int(picked.sum()), dtype=np.float32)
        renumbered = np.searchsorted(full, rows[picked])
        whole = spread_rows(renumbered, columns[picked], ones, places, len(full))
        whole = np.clip(whole / own.counts[low:high][full][:, None] - 0.25, 0.0, 0.5) * 2.0
        whole[~own.whole[low:high][full]] = 1.0
        found[full] *= np.maximum(whole, 0.25)
        return found

    def _together(self, low: int, high: int) -> Floats:
        """How often others name two articles side by side (cosine)."""
        back = self._sure_back
        part = slice(back.starts[low], back.starts[high])
        rows = np.repeat(np.arange(high - low), np.diff(back.starts[low : high + 1]))
        found = spread_rows(rows, back.columns[part], back.values[part], self._sure, high - low)
        many = self.degree + 1.0
        return (found / np.sqrt(many[low:high, None] * many[None, :])).astype(np.float32)

    def _own_words(self, proper: Bools) -> tuple[_Own, Floats]:
        """The words of titles, and how surely the rarest means this article wherever it stands (0 to 1)."""
        vocabulary = self.space.vocabulary
        told = [[vocabulary[w] for w in self._naming(i) if w in vocabulary] for i in range(self.count)]
        counts = np.array([len(t) for t in told])
        starts = np.concatenate(([0], np.cumsum(counts)))
        columns = np.array([c for t in told for c in t], dtype=np.int32)
        rows = np.repeat(np.arange(self.count), counts)
        idf = self.space.idf[columns]
        share = (idf / np.maximum(np.bincount(rows, weights=idf, minlength=self.count), 1e-9)[rows]).astype(
            np.float32
        )
        sharp = np.clip((idf - 2.5) / 3.0, 0.0, 1.0)  # a frequent word proves nothing
        alone = np.zeros(self.count, dtype=np.float32)
        np.maximum.at(alone, rows, share * sharp * proper[columns])
        rare = np.zeros(self.count, dtype=np.float32)
        np.maximum.at(rare, rows, idf)
        named = np.bincount(rows, weights=proper[columns], minlength=self.count) > 0
        telling = np.where((counts > 1) & ~named, 0.0, np.clip((rare - 4.5) / 1.5, 0.0, 1.0))
        return _Own(starts, columns, share, sharp, alone < 0.4, counts), telling.astype(np.float32)

    def _in_titles(self) -> Bools:
        """Which entries of the word weights are words of the text's own title."""
        weights, vocabulary, width = self.space.weights, self.space.vocabulary, len(self.space.vocabulary)
        own = [
            index * width + vocabulary[word]
            for index, article in enumerate(self._articles)
            for word in title_words(article.title)
            if word in vocabulary
        ]
        return np.isin(filled(weights), np.array(own, dtype=np.int64))

    def _naming(self, index: int) -> list[str]:
        """Stems that name this article; of a person the last name alone, which others do not share."""
        title = self._articles[index].title
        if self.person[index] and surname(base_title(title)[0], self._articles[index]):
            return title_words(title)[-1:]
        return title_words(title)

    def _containing(self, index: int) -> list[int]:
        """Articles whose title holds all words of this one's and more."""
        key = self._keys[index]
        rarest = min(sorted(key), key=lambda w: len(self._by_word[w]), default="")
        return [i for i in self._by_word.get(rarest, ()) if key < self._keys[i]]

    def _sharing(self, index: int, links: list[dict[int, Mention]]) -> set[int]:
        """Articles whose titles share a word that means something else there.

        That is a person's last name, or a word this article's text uses in the sense of a qualified
        article: "graph" in graph theory is a structure, not the graph of a function.
        """
        key = self._keys[index]
        if self.person[index]:
            shared = set(key_of(base_title(self._articles[index].title)[0])[-1:])
        else:
            meant = [t for t in links[index] if base_title(self._articles[t].title)[1]]
            shared = {w for t in meant if len(self._keys[t]) == 1 for w in self._keys[t]} & key
        return {t for w in shared for t in self._by_word[w]} - links[index].keys()

    def _siblings(self) -> Keys:
        """Pairs of which the second is also a kind of something narrow that the first is a kind of."""
        first = np.repeat(np.arange(self.count), np.diff(self._kinds.starts))
        narrow = self.degree[self._kinds.columns] < NARROW
        back = self._kinds.flipped()
        where, lengths = expand(back, self._kinds.columns[narrow])
        return np.unique(np.repeat(first[narrow], lengths) * self.count + back.columns[where])

    def _pairs(self, told: Iterable[tuple[int, int]]) -> Keys:
        return np.unique(np.fromiter((i * self.count + t for i, t in told), dtype=np.int64))


def trusted_areas(articles: list[Article], space: Space) -> list[str]:
    """Areas, with those of uncategorised articles taken from their nearest texts."""
    told = [a.area for a in articles]
    known = np.array([i for i, a in enumerate(told) if a != NO_AREA])
    vectors = space.latent[known]
    found = list(told)
    for index, area in enumerate(told):
        if area != NO_AREA:
            continue
        near = vectors @ space.latent[index]
        votes: dict[str, float] = {}
        for place in np.argsort(-near, kind="stable")[:12]:
            name = told[int(known[place])]
            votes[name] = votes.get(name, 0.0) + max(0.0, float(near[place])) ** 2
        found[index] = max(sorted(votes), key=lambda name: votes[name])
    return found
