"""Which articles branch off an article, best first, and how they belong to it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from atlas_links import Mention, indegrees, surname
from atlas_reading import GEOGRAPHY, NO_AREA, PEOPLE, Article
from atlas_vectors import Floats, Ints, Space, gather, title_words
from atlas_words import base_title, key_of
from numpy.typing import NDArray

KEPT = 30
"""Branches kept for one article; more than are shown, because some are asked to be left out."""
ENOUGH = 8
"""Branches to reach with the merely related where there are close ones."""
GOOD = (0.22, 0.26, 0.30)
"""Score from which a branch is worth showing: of the first 8, of the first 15, and of more."""

_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch; `inside` tells a subtopic from a merely related article."""

    target: int
    inside: bool
    score: float


@dataclass(slots=True)
class _Evidence:
    """What speaks for each candidate of one article, in step with `who`."""

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
    above: NDArray[np.bool_]
    kind: NDArray[np.bool_]
    sibling: NDArray[np.bool_]
    hint: Floats


class Ranker:
    """Ranks branches from links both ways, words, latent likeness, area and how general an article is."""

    def __init__(
        self,
        articles: list[Article],
        space: Space,
        links: list[dict[int, Mention]],
        kinds: list[set[int]],
        capitals: set[str],
        hints: list[dict[int, float]],
        *,
        listed: bool,
    ) -> None:
        self._articles = articles
        self._space = space
        self._links = links
        self._kinds = kinds
        self._hints = hints  # what another language's ranking says, 0 to 1
        self._capitals = {space.vocabulary[w] for w in capitals if w in space.vocabulary}
        self._listed = listed  # whether neighbours in the file belong together
        self._back: list[dict[int, Mention]] = [{} for _ in articles]
        for source, row in enumerate(links):
            for target, mention in row.items():
                self._back[target][source] = mention
        self._degree = indegrees(links)
        self._size = np.log1p(self._degree)
        self._keys = [frozenset(key_of(base_title(a.title)[0])) for a in articles]
        self._by_word: dict[str, list[int]] = {}
        for index, key in enumerate(self._keys):
            for word in key:
                self._by_word.setdefault(word, []).append(index)
        self.areas = self._trusted_areas()
        names = sorted(set(self.areas))
        self._area = np.array([names.index(a) for a in self.areas], dtype=np.int32)
        self._geography = next((i for i, a in enumerate(names) if a in GEOGRAPHY), -1)
        self._person = np.array([a in PEOPLE for a in self.areas])

    def _trusted_areas(self) -> list[str]:
        """Areas, with those of uncategorised articles taken from their nearest texts."""
        told = [a.area for a in self._articles]
        known = np.array([i for i, a in enumerate(told) if a != NO_AREA])
        found = list(told)
        for index, area in enumerate(told):
            if area != NO_AREA:
                continue
            near = self._space.latent[known] @ self._space.latent[index]
            votes: dict[str, float] = {}
            for place in np.argsort(-near, kind="stable")[:12]:
                name = told[int(known[place])]
                votes[name] = votes.get(name, 0.0) + max(0.0, float(near[place])) ** 2
            found[index] = max(sorted(votes), key=lambda name: votes[name])
        return found

    def all_branches(self) -> list[list[Branch]]:
        """The good branches of every article, best first, varied."""
        found: list[list[Branch]] = []
        for low in range(0, len(self._articles), _BLOCK):
            block = self._space.latent[low : low + _BLOCK] @ self._space.latent.T
            found += [self._branches(low + i, row) for i, row in enumerate(block)]
        return found

    def _branches(self, index: int, latent: Floats) -> list[Branch]:
        told = self._evidence(index, latent)
        if len(told.who) == 0:
            return []
        score = self._score(index, told)
        inside = self._inside(index, told)
        score = score + np.where(inside, 0.06, 0.0)
        order = np.argsort(-score, kind="stable")
        order = order[score[order] >= GOOD[0]][: 2 * KEPT]
        taken = self._varied(told.who[order], inside[order], score[order])
        return taken + self._kin(told, {b.target for b in taken}, ENOUGH - len(taken))

    def _evidence(self, index: int, latent: Floats) -> _Evidence:
        space = self._space
        words = space.similar_words(index)
        about = self._about(index)
        forth, back, hints = self._links[index], self._back[index], self._hints[index]
        together = {i: n for i, n in self._together(index).items() if n > 0.08}
        contains = self._contains(index)
        pools = [_top(latent, 0.3, 50), _top(words, 0.05, 50), _top(about, 0.1, 70)]
        pools += [np.fromiter(told, dtype=np.int64) for told in (forth, back, hints, together, contains)]
        who = np.unique(np.concatenate(pools)).astype(np.int32)
        who = who[who != index]
        own = [space.vocabulary[w] for w in self._own_words(index) if w in space.vocabulary]
        columns, values = space.weights.row(index)
        mine = np.isin(columns, own)
        rest = words - gather(space.postings, columns[mine], values[mine])
        kinds = self._kinds[index]
        narrow = {k for k in kinds if self._degree[k] < 60}
        theirs = [self._kinds[i] for i in who.tolist()]
        beside = np.exp(-np.abs(who - index) / 8.0) if self._listed else np.zeros(len(who))
        return _Evidence(
            who=who,
            named_by=_spread(who, {i: m.weight for i, m in back.items()}),
            names=_spread(who, {i: m.weight for i, m in forth.items()}),
            about=about[who],
            words=words[who],
            latent=latent[who],
            same=(self._area[who] == self._area[index]).astype(np.float32),
            contains=_spread(who, dict.fromkeys(contains, 1.0)),
            beside=beside.astype(np.float32),
            rest=rest[who],
            together=_spread(who, together),
            above=np.array(
                [i in kinds and index not in k for i, k in zip(who.tolist(), theirs, strict=True)], bool
            ),
            kind=np.array([index in k for k in theirs], bool),
            sibling=np.array([not narrow.isdisjoint(k) for k in theirs], bool),
            hint=_spread(who, hints),
        )

    def _contains(self, index: int) -> list[int]:
        """Articles whose title holds all words of this one's and more."""
        key = self._keys[index]
        rarest = min(sorted(key), key=lambda w: len(self._by_word[w]), default="")
        return [i for i in self._by_word.get(rarest, ()) if key < self._keys[i]]

    def _together(self, index: int) -> dict[int, float]:
        """How often others name this article and another one side by side (cosine)."""
        found: dict[int, float] = {}
        for source, mention in self._back[index].items():
            for target, other in self._links[source].items():
                found[target] = found.get(target, 0.0) + mention.sure * other.sure
        mine = float(self._degree[index]) + 1.0
        return {t: n / math.sqrt(mine * (float(self._degree[t]) + 1.0)) for t, n in found.items()}

    def _about(self, index: int) -> Floats:
        """How prominently each text holds the rare words of this title (0 to 1)."""
        space = self._space
        columns = [space.vocabulary[w] for w in self._own_words(index) if w in space.vocabulary]
        if not columns:
            return np.zeros(len(self._articles), dtype=np.float32)
        idf = space.idf[columns]
        sharp = np.clip((idf - 2.5) / 3.0, 0.0, 1.0)  # a frequent word proves nothing
        share = idf / idf.sum()
        found = space.about(np.array(columns, dtype=np.int32), (share * sharp).astype(np.float32))
        if len(columns) == 1:
            return found
        # "graph" alone does not speak of graph theory, but "Ottoman" does of the Ottoman Empire.
        alone = float(np.max(share * sharp * np.array([self._proper(c) for c in columns])))
        whole = space.about(np.array(columns, dtype=np.int32), np.ones(len(columns), dtype=np.float32))
        full = np.clip(whole / len(columns) - 0.25, 0.0, 0.5) * 2.0 if alone < 0.4 else np.ones_like(found)
        return found * np.maximum(full, 0.25)

    def _own_words(self, index: int) -> list[str]:
        """Stems that name this article; of a person the last name alone, which others do not share."""
        title = self._articles[index].title
        if self._person[index] and surname(base_title(title)[0], self._articles[index]):
            return title_words(title)[-1:]
        return title_words(title)

    def _proper(self, column: int) -> float:
        """1 when the word of this column is one that is always written with a capital."""
        return 1.0 if column in self._capitals else 0.0

    def _telling(self, index: int) -> float:
        """How surely the rarest word of the title means this article wherever it stands (0 to 1)."""
        vocabulary = self._space.vocabulary
        columns = [vocabulary[w] for w in self._own_words(index) if w in vocabulary]
        rare = max((float(self._space.idf[c]) for c in columns), default=0.0)
        if len(columns) > 1 and not any(self._proper(c) for c in columns):
            return 0.0
        return min(1.0, max(0.0, (rare - 4.5) / 1.5))

    def _score(self, index: int, told: _Evidence) -> Floats:
        like = 0.55 * np.maximum(told.latent, 0.0) + 0.9 * np.minimum(told.words, 0.5)
        near = np.clip((0.45 * told.latent + 1.1 * told.rest) / 0.22, 0.0, 1.0)
        near = np.maximum(near, np.minimum(1.0, 2.0 * told.hint))
        linked = np.maximum(told.names, told.named_by)
        stranger = ((near < 0.4) & (linked < 0.7)) | (
            (near < 0.65) & (linked < 0.2) & ((told.about >= 0.5) | (told.contains > 0))
        )
        stranger |= (told.contains > 0) & (told.names < 0.2) & (told.hint < 0.2) & (near < 0.7)
        stranger |= (linked < 0.3) & (told.hint < 0.2) & self._namesakes(index, told.who)
        near = np.maximum(near, np.where((told.about >= 0.6) & ~stranger, self._telling(index), 0.0))
        akin = np.clip((told.latent - 0.4) / 0.3, 0.0, 1.0) * np.clip(told.rest / 0.15, 0.0, 1.0)
        back = np.maximum(told.named_by, 0.85 * told.about * near)
        back = back * np.where((told.same > 0) | (told.latent > 0.4) | (told.hint > 0.2), 1.0, 0.75)
        general = self._size[told.who] - self._size[index]
        hub = np.clip(general / 4.0, 0.0, 1.0) * np.clip((self._size[told.who] - 2.0) / 2.5, 0.0, 1.0)
        weight = np.clip(self._size[told.who] / 4.0, 0.0, 1.0)
        tied = np.clip(back + told.names + told.contains * near, 0.0, 1.0)
        place = (self._area[told.who] == self._geography) & (self._area[index] != self._geography)
        score = (
            0.50 * like
            + 0.36 * back
            + 0.28 * told.names * (1.0 - 0.8 * hub) * np.where(place, 0.5, 1.0)
            + 0.14 * told.contains * near
            + 0.05 * told.same
            + 0.12 * told.beside
            + 0.30 * np.minimum(told.together, 0.4)
            + 0.10 * np.minimum(back, 1.0) * (told.names > 0)
            + 0.10 * weight * (1.0 - hub) * tied
            + 0.06 * told.kind
            - 0.12 * told.above
            - 0.16 * hub
        )
        score = score + 0.34 * told.hint
        loose = (told.hint < 0.2) & (tied < 0.25) & (told.together < 0.1)
        score = score - np.where(loose, 0.16 - 0.18 * akin, 0.0)
        score = score * (0.55 + 0.45 * np.clip(near + 0.5 * told.together, 0.0, 1.0))
        score = score - np.where(stranger, 0.25, 0.0)
        person = self._person[told.who]
        if not self._person[index]:
            score = score - np.where(person, 0.04, 0.0)
        return score.astype(np.float32)

    def _namesakes(self, index: int, who: Ints) -> NDArray[np.bool_]:
        """Whether titles share a word that means something else there.

        That is a person's last name, or a word this article's text uses in the sense of a qualified
        article: "graph" in graph theory is a structure, not the graph of a function.
        """
        key = self._keys[index]
        if self._person[index]:
            last = key_of(base_title(self._articles[index].title)[0])[-1:]
            shared = set(last)
        else:
            meant = [t for t in self._links[index] if base_title(self._articles[t].title)[1]]
            shared = {w for t in meant if len(self._keys[t]) == 1 for w in self._keys[t]} & key
        if not shared:
            return np.zeros(len(who), bool)
        return np.array([i not in self._links[index] and bool(shared & self._keys[i]) for i in who.tolist()], bool)

    def _inside(self, index: int, told: _Evidence) -> np.ndarray:
        """Whether each candidate is a part, kind, case or use of the article rather than beside or above it."""
        general = self._size[told.who] - self._size[index]
        back = np.maximum(told.named_by, 0.8 * told.about)
        close = (told.same > 0) | (told.latent > 0.4)
        narrower = (back >= 0.45) & (general < 0.9) & close
        place = (self._area[told.who] == self._geography) & (self._area[index] != self._geography)
        part = ~place & (told.names >= 0.25) & (general < 0.2) & (told.latent > 0.3) & close
        inside = (told.contains > 0) | narrower | part
        if not self._person[index]:
            inside &= ~self._person[told.who]
        above = told.above | (told.names >= 0.6) & (general > 0.5)
        return ((told.contains > 0) | told.kind) & close & (
            self._person[index] | ~self._person[told.who]
        ) | inside & ~above & ~told.sibling

    def _kin(self, told: _Evidence, taken: set[int], much: int) -> list[Branch]:
        """Close articles of the same area, to reach `ENOUGH`; never just any."""
        close = (told.latent >= 0.5) & (told.rest >= 0.06) & (told.same > 0) & (told.latent + told.rest >= 0.66)
        close |= (told.hint >= 0.3) | ((np.maximum(told.names, told.named_by) >= 0.4) & (told.latent >= 0.3))
        value = 0.5 * told.latent + told.rest + 0.3 * told.together + 0.3 * told.hint
        order = [
            i for i in np.argsort(-value, kind="stable").tolist() if close[i] and int(told.who[i]) not in taken
        ]
        return [Branch(int(told.who[i]), inside=False, score=0.0) for i in order[: max(0, much)]]

    def _varied(self, who: Ints, inside: np.ndarray, score: Floats) -> list[Branch]:
        """Best first, each a little less when it repeats what was already taken."""
        if len(who) == 0:
            return []
        vectors = self._space.latent[who]
        alike = vectors @ vectors.T
        worst = np.zeros(len(who), dtype=np.float32)
        person = self._person[who].astype(np.float32)
        people = 0.0
        left = np.zeros(len(who), dtype=np.float32)
        taken: list[Branch] = []
        while len(taken) < min(KEPT, len(who)):
            worth = score - 0.12 * np.maximum(0.0, worst - 0.5) - 0.02 * people * person + left
            best = int(np.argmax(worth))
            value = float(worth[best])
            if value < _needed(len(taken)):
                break
            left[best] = -np.inf
            people += float(person[best])
            worst = np.maximum(worst, alike[best])
            taken.append(Branch(int(who[best]), bool(inside[best]), round(value, 3)))
        return taken


def _top(row: Floats, floor: float, much: int) -> NDArray[np.int64]:
    """Places of the largest values above a floor, in no order."""
    places = np.flatnonzero(row > floor)
    if len(places) <= much:
        return places
    return places[np.argpartition(row[places], len(places) - much)[-much:]]


def _spread(who: Ints, told: dict[int, float]) -> Floats:
    """Values in step with `who` (sorted), 0 where nothing is told."""
    found = np.zeros(len(who), dtype=np.float32)
    if told and len(who):
        keys = np.fromiter(told, dtype=np.int64, count=len(told))
        values = np.fromiter(told.values(), dtype=np.float32, count=len(told))
        places = np.minimum(np.searchsorted(who, keys), len(who) - 1)
        fits = who[places] == keys
        found[places[fits]] = values[fits]
    return found


def _needed(taken: int) -> float:
    return GOOD[0] if taken < ENOUGH else GOOD[1] if taken < 15 else GOOD[2]
