"""Which article a word in a text means: names are found, and their senses told apart."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from atlas_reading import NO_AREA, PEOPLE, Article
from atlas_vectors import Floats, Space, title_words
from atlas_words import STOP, Parsed, Token, base_title, key_of, stem, tokens

from knowalledge_desktop.core.evidence import sentences

Key = tuple[str, ...]

_ALIAS_CUE = re.compile(
    r"(?:,?\s*(?:(?:or|ou|o)\s|(?:also|sometimes|formerly|commonly|often|historically)?\s*(?:also\s)?"
    r"(?:known|called|referred to) as\s|abbreviated (?:as |to )?|aussi appelée?\s|également appelée?\s"
    r"|(?:también )?(?:conocid[oa]|llamad[oa])s?(?: también)?(?: como)?\s)|\()",
)
_IS = re.compile(
    r"\b(?:is|are|was|were|refers|est|sont|était|étaient|fut|furent|désigne|es|son|fue|fueron|era|eran)\b"
)
_ALIAS = re.compile(
    r"(?:the |a |an |le |la |les |l'|el |los |las )?([^\W\d_][\w .'’-]{1,40}?)\s*(?=[,;()]|\bor\b|$)"
)


SURNAME = 0.84
"""Trust in a last name alone."""

_PERSON = re.compile(
    r"\((?:c\. )?\d{3,4}[–-]|\(born|\b(?:physicist|composer|writer|painter|philosopher|poet|scientist)\b"
)


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BE = _set("is are was were est sont etait etaient fut es son fue fueron era eran")
_BREAK = _set(
    """
    study that which who whom whose where when composed used using from with by as because such between for to
    after before since during following
    etude qui que dont ou compose utilise par avec pour lorsque comme apres avant depuis pendant durant
    estudio cuyo cuya donde compuesto usado utilizado desde con por para cuando como tras despues antes durante
    """
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One article named in another: how surely it is meant, and how prominently it stands there (0 to 1)."""

    sure: float
    place: float

    @property
    def weight(self) -> float:
        """Both in one number."""
        return self.sure * self.place


@dataclass(slots=True)
class Names:
    """What articles are called: keys to (article, trust), longest keys known per first word."""

    senses: dict[Key, list[tuple[int, float]]]
    lengths: dict[str, list[int]]
    aliases: list[tuple[str, int]]


def collect_names(articles: list[Article]) -> Names:
    """Names of all articles: titles, list names, and the other names their first sentences give."""
    senses: dict[Key, dict[int, float]] = defaultdict(dict)
    aliases: list[tuple[str, int]] = []
    taken = {key_of(base_title(a.title)[0]) for a in articles}
    for index, article in enumerate(articles):
        base, qualifier = base_title(article.title)
        senses[key_of(base)][index] = 0.85 if qualifier else 1.0
        for name in article.names:
            senses[key_of(base_title(name)[0])].setdefault(index, 0.9)
            aliases.append((name, index))
        if article.area in PEOPLE or article.area == NO_AREA:
            last = surname(base, article)
            if last and last not in taken:
                senses[last].setdefault(index, SURNAME)
        for name in _aliases(article):
            key = key_of(name)
            if key and key not in taken:
                senses[key].setdefault(index, 0.8)
                aliases.append((name, index))
    senses.pop((), None)
    lengths: dict[str, set[int]] = defaultdict(set)
    for key in senses:
        lengths[key[0]].add(len(key))
    told = {key: sorted(found.items()) for key, found in senses.items()}
    return Names(told, {word: sorted(n, reverse=True) for word, n in lengths.items()}, aliases)


def surname(base: str, article: Article) -> Key:
    """The last name of a person, empty for everything else."""
    words = base.split()
    if (
        len(words) < 2
        or not words[-1][0].isupper()
        or any(w in {"of", "the", "de", "du", "von"} for w in words[1:-1])
    ):
        return ()
    if article.area == NO_AREA and not _PERSON.search(article.description):
        return ()
    return key_of(words[-1])


def _aliases(article: Article) -> list[str]:
    """Other names in the first sentence, before its verb."""
    first = sentences(article.extract)[:1]
    if not first:
        return []
    verb = _IS.search(first[0])
    head = first[0][: verb.start()] if verb else ""
    found: list[str] = []
    for cue in _ALIAS_CUE.finditer(head):
        match = _ALIAS.match(head, cue.end())
        if match is None:
            continue
        name = match.group(1).strip(" .'’-")
        if cue.group() == "(" and "," in head[: cue.start()] and not name.isupper():  # "born in Dorking (Surrey)"
            continue
        words = key_of(name)
        if 1 <= len(words) <= 4 and len(name) > 1 and not all(w in STOP for w in words):
            plain = name.islower() and len(words) == 1 and len(name) < 5
            if not plain:
                found.append(name)
    return found


@dataclass(slots=True)
class _Habits:
    """How words are written all over the corpus."""

    capital: Counter[str]
    lower: Counter[str]

    def proper(self, word: str) -> float:
        """Share of upper-case uses inside sentences."""
        up, low = self.capital[word], self.lower[word]
        return (up + 0.5) / (up + low + 1)

    def common(self, word: str) -> int:
        """Uses in lower case."""
        return self.lower[word]


class Linker:
    """Finds mentions; a name is only a link when its surroundings speak for the sense."""

    def __init__(self, articles: list[Article], parsed: list[Parsed], space: Space, names: Names) -> None:
        self._articles = articles
        self._space = space
        self._names = names
        self._read = -1
        self._seen: dict[int, tuple[float, list[tuple[int, float]]]] = {}
        self._extracts = [p.told for p in parsed]
        self._descriptions = [p.description for p in parsed]
        self._habits = self._learn()
        rows = [space.weights.row(i) for i in range(len(articles))]
        self._rows: list[dict[int, float]] = [dict(zip(c.tolist(), v.tolist(), strict=True)) for c, v in rows]
        self._own_keys = [frozenset(key_of(a.title)) for a in articles]
        own = [[space.vocabulary.get(w, -1) for w in title_words(a.title)] for a in articles]
        self._rare_words = [[c for c in row if c >= 0 and space.idf[c] > 3.5] for row in own]
        self._qualifiers = [
            {stem(t.folded) for t in tokens(base_title(a.title)[1]) if t.folded not in STOP} for a in articles
        ]

    def _learn(self) -> _Habits:
        capital: Counter[str] = Counter()
        lower: Counter[str] = Counter()
        for told in self._extracts:
            for sentence in told:
                for token in sentence[1:]:
                    (capital if token.capital else lower)[token.single] += 1
        return _Habits(capital, lower)

    def capitals(self) -> set[str]:
        """Stems of the words that are written with a capital wherever they stand."""
        words = {w for w, n in self._habits.capital.items() if n > 1 and n > 4 * self._habits.lower[w]}
        return {stem(w) for w in words} - {
            stem(w) for w, n in self._habits.lower.items() if n > 2 and w not in words
        }

    def links(self) -> list[dict[int, Mention]]:
        """For each article the articles it names."""
        return [self._links_of(index) for index in range(len(self._articles))]

    def _links_of(self, index: int) -> dict[int, Mention]:
        found: dict[int, Mention] = {}
        counts: Counter[int] = Counter()
        parts = [(self._descriptions[index], 0.95)]
        parts += [(s, 0.85 if i == 0 else max(0.4, 0.62 - 0.05 * i)) for i, s in enumerate(self._extracts[index])]
        for words, place in parts:
            for start, length, key in self._spans(words):
                sense = self._sense(index, words, start, length, key)
                if sense is None or sense[0] == index:
                    continue
                target, sure = sense
                counts[target] += 1
                old = found.get(target)
                best = Mention(sure, place)
                if old is None or best.weight > old.weight:
                    found[target] = best
        return {t: Mention(m.sure, min(1.0, m.place + 0.1 * (counts[t] - 1))) for t, m in sorted(found.items())}

    def kinds(self, links: list[dict[int, Mention]]) -> list[set[int]]:
        """For each article the articles it is said to be a kind or a part of."""
        return [self._kinds_of(index, links[index]) for index in range(len(self._articles))]

    def _kinds_of(self, index: int, linked: dict[int, Mention]) -> set[int]:
        own = set(key_of(base_title(self._articles[index].title)[0])) - STOP
        found: set[int] = set()
        parts = [(self._descriptions[index], -1)]
        for place, words in enumerate(self._extracts[index]):
            verb = next((i for i, t in enumerate(words) if t.folded in _BE), None)
            named = verb is not None and not own.isdisjoint(t.single for t in words[:verb])
            if verb is not None and (place == 0 or named):
                parts.append((words, verb))
        for words, verb in parts:
            stop = next((i for i in range(verb + 1, len(words)) if words[i].folded in _BREAK), len(words))
            clause = words[verb + 1].clause if verb + 1 < len(words) else 0
            for start, _, key in self._spans(words):
                if verb < start < stop and words[start].clause <= clause:
                    found.update(t for t, _ in self._names.senses[key] if t in linked)
        found.discard(index)
        return found

    def _spans(self, words: list[Token]) -> list[tuple[int, int, Key]]:
        senses, lengths = self._names.senses, self._names.lengths
        folded = [t.single for t in words]
        spans: list[tuple[int, int, Key]] = []
        free = 0
        for at, word in enumerate(folded):
            if at < free or word not in lengths:
                continue
            for length in lengths[word]:
                if at + length > len(folded) or words[at].clause != words[at + length - 1].clause:
                    continue
                key = tuple(folded[at : at + length])
                if key in senses:
                    spans.append((at, length, key))
                    free = at + length
                    break
        return spans

    def _sense(
        self, index: int, words: list[Token], start: int, length: int, key: Key
    ) -> tuple[int, float] | None:
        best: tuple[int, float] | None = None
        options = self._names.senses[key]
        own = self._own_keys[index]
        for target, trust in options:
            if trust == SURNAME and key[0] in own:  # the other Armstrong speaks of himself
                continue
            sure = self._sure(index, target, words, start, length, key, trust) * trust
            if best is None or sure > best[1]:
                best = (target, sure)
        if best is None or best[1] < 0.3:
            return None
        return best

    def _sure(
        self, index: int, target: int, words: list[Token], start: int, length: int, key: Key, trust: float
    ) -> float:
        """How surely this span of `index` means `target` (0 to 1)."""
        near = self.near(index, target, key)
        mutual = self._mutual(index, target)
        told = self._qualifiers[target]
        if told and any(stem(w.folded) in told for w in words):
            near += 0.1
        if length > 1:
            strength = 0.75 + near if self._rare(key) else 0.35 + 2.0 * near
            return min(1.0, strength + mutual)
        titled = self._articles[target].title
        acronym = titled.isupper() and len(titled) > 1
        proper = 1.0 if acronym else self._habits.proper(key[0])
        token = words[start]
        doubted = trust < 0.9 and near + mutual < self._doubt(key[0], trust)
        title_or_rank = trust == SURNAME and self._habits.common(key[0]) > 2  # "sultan" is no last name
        if doubted or title_or_rank or (proper > 0.8 and not token.capital):
            return 0.0
        if token.capital and not token.opening:
            if proper < 0.35:  # a common word inside somebody's name
                return 0.5 if near >= 0.35 else 0.0
            if self._inside_name(words, start):
                return 0.55 if near >= 0.3 else 0.25
        if proper > 0.6:
            return min(1.0, 0.45 + 1.6 * near + mutual)
        return self._sure_of_common(key[0], len(told), near, mutual)

    def _sure_of_common(self, word: str, qualified: int, near: float, mutual: float) -> float:
        """A common word means the article only where the texts are close, closer for a frequent word."""
        need = 0.05 + 0.055 * math.log10(1 + self._habits.common(word)) + (0.08 if qualified else 0.0)
        if near + mutual < need:
            return 0.0
        return min(1.0, 0.6 + 1.2 * (near - need) / (1 - need) + mutual)

    def _doubt(self, word: str, trust: float) -> float:
        """Likeness asked of a one-word name that is not the whole title, more for a frequent word."""
        uses = self._habits.common(word) + self._habits.capital[word]
        if trust < SURNAME and self._habits.common(word) > 25:  # "class" for a lesson
            return 0.5
        return (0.12 if trust >= SURNAME else 0.16) + 0.045 * math.log10(1 + uses)

    def near(self, one: int, other: int, key: Key) -> float:
        """Likeness of two texts apart from the name itself."""
        base, common = self._alike(one, other)
        if not common:
            return max(0.0, base)
        own = {self._space.vocabulary.get(stem(w), -1) for w in key}
        return max(0.0, base + 1.1 * sum(v for c, v in common if c not in own))

    def _alike(self, one: int, other: int) -> tuple[float, list[tuple[int, float]]]:
        """The part of `near` that no name changes, and what each common word adds; kept while `one` is read."""
        if self._read != one:
            self._read = one
            self._seen.clear()
        known = self._seen.get(other)
        if known is None:
            a, b = self._rows[one], self._rows[other]
            common = [(c, a[c] * b[c]) for c in a.keys() & b.keys()]
            area = self._articles[one].area
            same = 0.03 if area == self._articles[other].area != NO_AREA else 0.0
            latent = float(self._space.latent[one] @ self._space.latent[other])
            known = self._seen[other] = (0.45 * latent + same, sorted(common))
        return known

    def _mutual(self, index: int, target: int) -> float:
        """Bonus when the target's text holds the rarest word of this article's title."""
        return 0.15 if any(c in self._rows[target] for c in self._rare_words[index]) else 0.0

    def _rare(self, key: Key) -> bool:
        """Whether the phrase cannot well mean anything else."""
        solid = [w for w in key if w not in STOP]
        return bool(solid) and (len(solid) > 1 or self._habits.common(solid[0]) < 60)

    @staticmethod
    def _inside_name(words: list[Token], at: int) -> bool:
        """Whether capitalised neighbours make the word a part of a longer name."""
        for other in (at - 1, at + 1):
            if 0 <= other < len(words):
                token = words[other]
                if token.capital and not token.opening and token.clause == words[at].clause:
                    return True
        return False


def indegrees(links: list[dict[int, Mention]]) -> Floats:
    """How strongly all others name each article."""
    found = np.zeros(len(links), dtype=np.float32)
    for row in links:
        for target, mention in row.items():
            found[target] += mention.sure
    return found
