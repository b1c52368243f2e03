"""Claims against passages: supported, disputed, not found, or not checkable. Pure and cautious.

A claim is *disputed* only when one sentence says nearly the same with another number, date or name in the
same role, and no sentence has the claimed one. What the passages do not speak of stays unchecked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from knowalledge_desktop.core.content import Claim, ClaimState
from knowalledge_desktop.core.evidence import Passage
from knowalledge_desktop.core.evidence_sentences import (
    EvidenceSentence,
    ranked_otherwise,
    read_passages,
    unmatched,
)
from knowalledge_desktop.core.evidence_words import Said, opposed, read, same_name
from knowalledge_desktop.core.facts import Fact, Kind
from knowalledge_desktop.core.facts_compare import Fit, compare

Rarity = Callable[[str], float]
"""Weight of a folded stem: the rarer in the evidence, the heavier."""

ENOUGH = 0.74
"""Share of a claim's weight that one sentence must have to support it."""
ALIKE = 0.74
"""Share, without the value in question, from which another value is a dispute."""
ABOUT_IT = 0.6
"""Share from which a sentence speaks of what the claim speaks of."""
_ROLE = 0.5
_SAME = 0.9
_RELATED = 0.35
_LOOKED_AT = 12
_NEAR = 4


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """What the evidence says on one claim.

    `passage` is the place in the passages given, -1 when none; `start`, `end` the sentence in its text.
    `note` is the two values in disagreement ("1809 / 1810"); `doubt` orders claims from sure (0) to wrong (1).
    """

    state: ClaimState
    passage: int = -1
    start: int = 0
    end: int = 0
    note: str = ""
    doubt: float = 0.5


@dataclass(frozen=True, slots=True)
class _Rival:
    """A value that stands where the claimed one should."""

    note: str
    strength: float


def check_claims(
    claims: Sequence[Claim],
    passages: Sequence[Passage],
    *,
    topic: str = "",
    language: str = "en",
    rarity: Rarity | None = None,
) -> tuple[CheckedClaim, ...]:
    """One result for each claim, in order. Passages about `topic` are those with that title."""
    evidence = _Evidence(passages, topic, language, rarity)
    return tuple(evidence.check(claim.text) for claim in claims)


class _Evidence:
    """All sentences of the passages, read once."""

    def __init__(self, passages: Sequence[Passage], topic: str, language: str, rarity: Rarity | None) -> None:
        self._language = language
        self._topic = read(topic, language).stems if topic else frozenset[str]()
        self._sentences = read_passages(passages, topic, language)
        self._seen: dict[str, int] = {}
        for sentence in self._sentences:
            for stem in sentence.said.stems:
                self._seen[stem] = self._seen.get(stem, 0) + 1
        self._rarity = rarity or self._own_rarity

    def _own_rarity(self, stem: str) -> float:
        return math.log(2.0 + len(self._sentences) / (1.0 + self._seen.get(stem, 0)))

    def _weight(self, stems: Iterable[str]) -> float:
        return sum(map(self._rarity, stems))

    def check(self, text: str) -> CheckedClaim:
        claim = read(text, self._language)
        total = self._weight(claim.stems)
        if not self._sentences or total <= 0 or len(claim.stems) < 2:
            return CheckedClaim(ClaimState.UNCHECKED)
        ranked = sorted(
            ((self._covered(claim, sentence) / total, -i) for i, sentence in enumerate(self._sentences)),
            reverse=True,
        )
        near = [(share, self._sentences[-i]) for share, i in ranked[:_LOOKED_AT] if share >= 0.25]
        if not near:
            return CheckedClaim(ClaimState.UNCHECKED)
        for share, sentence in near:
            if share >= ENOUGH and self._supports(claim, sentence):
                return _told(ClaimState.SUPPORTED, sentence, doubt=0.3 * (1 - share))
        rivals = [(rival, s) for _, s in near if (rival := self._dispute(claim, s, near)) is not None]
        if rivals:
            rival, sentence = max(rivals, key=lambda pair: pair[0].strength)
            return _told(ClaimState.DISPUTED, sentence, rival.note, 0.8 + 0.2 * rival.strength)
        best = near[0][0]
        if best < ABOUT_IT:
            return CheckedClaim(ClaimState.UNCHECKED, doubt=0.45)
        missing = [fact for fact in claim.facts if not self._has(fact, near)]
        names = [name for name in claim.names if not _named(name, near)]
        open_parts = min(1.0, 0.5 * (len(missing) + len(names)))
        return CheckedClaim(ClaimState.NOT_FOUND, doubt=0.35 + 0.4 * best * open_parts)

    def _covered(self, claim: Said, sentence: EvidenceSentence) -> float:
        return self._weight(claim.stems & sentence.stems)

    def _supports(self, claim: Said, sentence: EvidenceSentence) -> bool:
        said = sentence.said
        if claim.negated != said.negated or opposed(claim.stems, said.stems):
            return False
        if unmatched(claim.facts, said.facts) or ranked_otherwise(claim, said):
            return False
        if not all(sentence.knows(name) for name in claim.names):
            return False
        return self._same_subject(claim, sentence)

    def _same_subject(self, claim: Said, sentence: EvidenceSentence) -> bool:
        """Whether claim and sentence speak of the same thing, as far as their beginnings and titles tell."""
        subject = self._topic if claim.pronoun else claim.subject
        if not subject:
            return sentence.about_topic
        both = subject & sentence.title
        telling = 2 * self._weight(both) > self._weight(sentence.title)  # "Lake" alone does not name Lake Huron
        if telling and 2 * len(both) >= len(subject):
            return True
        if sentence.about_topic:
            return claim.pronoun or bool(subject & sentence.said.stems)
        if not sentence.said.pronoun and 2 * len(subject & sentence.said.subject) > len(subject):
            return True
        return sentence.title <= claim.stems and subject <= sentence.said.stems

    def _has(self, fact: Fact, near: Sequence[tuple[float, EvidenceSentence]]) -> bool:
        return any(
            share >= 0.35
            and any((compare(fact, other) or Fit.CONFLICT) is not Fit.CONFLICT for other in s.said.facts)
            for share, s in near
        )

    # --- disputes --------------------------------------------------------------------------

    def _dispute(
        self, claim: Said, sentence: EvidenceSentence, near: Sequence[tuple[float, EvidenceSentence]]
    ) -> _Rival | None:
        if not self._same_subject(claim, sentence):
            return None
        said = sentence.said
        odd = unmatched(claim.facts, said.facts)
        strangers = [name for name in claim.names if not sentence.knows(name)]
        if len(odd) + len(strangers) != 1:
            return self._denied(claim, sentence) if not odd and not strangers else None
        if claim.negated != said.negated or opposed(claim.stems, said.stems):
            return None
        if odd:
            return self._other_value(odd[0], claim, sentence, near)
        return self._other_name(strangers[0], claim, sentence, near)

    def _other_value(
        self, fact: Fact, claim: Said, sentence: EvidenceSentence, near: Sequence[tuple[float, EvidenceSentence]]
    ) -> _Rival | None:
        share = self._share(claim, sentence, frozenset())
        if share < ALIKE or self._has(fact, near):
            return None
        free = [
            other
            for other in sentence.said.facts
            if compare(fact, other) is Fit.CONFLICT
            and all(compare(mine, other) is not Fit.MATCH for mine in claim.facts)
        ]
        scored = sorted(
            ((self._role(claim, fact, sentence.said, other), -other.start, other) for other in free),
            reverse=True,
            key=lambda t: t[:2],
        )
        if not scored or (len(scored) > 1 and scored[0][0] - scored[1][0] < 0.15):
            return None
        if scored[0][0] < _ROLE:
            return None
        role, _, other = scored[0]
        if fact.kind is Kind.NUMBER and not fact.unit and _noun(claim, fact) != _noun(sentence.said, other):
            return None
        return _Rival(f"{other.text} / {fact.text}", 0.5 * share + 0.5 * role)

    def _other_name(
        self,
        name: frozenset[str],
        claim: Said,
        sentence: EvidenceSentence,
        near: Sequence[tuple[float, EvidenceSentence]],
    ) -> _Rival | None:
        share = self._share(claim, sentence, name)
        if share < ALIKE or name <= self._topic or _named(name, near):
            return None
        said, span = sentence.said, claim.name_spans[claim.names.index(name)]
        here = claim.around(span)
        for other, place in zip(said.names, said.name_spans, strict=True):
            if other <= claim.stems | sentence.title or any(same_name(other, mine) for mine in claim.names):
                continue
            there = said.around(place)
            sides = (here[0] == there[0]) + (here[1] == there[1])
            if sides == 2 or (sides == 1 and share >= _SAME):
                return _Rival(f"{said.text_of(place)} / {claim.text_of(span)}", 0.5 * share + 0.25 * sides)
        return None

    def _denied(self, claim: Said, sentence: EvidenceSentence) -> _Rival | None:
        """The same words with and without a "not"."""
        said = sentence.said
        if claim.negated == said.negated or len(said.stems) > 1.5 * len(claim.stems) + 2:
            return None
        share = self._share(claim, sentence, frozenset())
        back = self._weight(said.stems & claim.stems) / max(1e-9, self._weight(said.stems))
        return _Rival("not", share * back) if share >= 0.9 and back >= 0.75 else None

    def _share(self, claim: Said, sentence: EvidenceSentence, without: frozenset[str]) -> float:
        wanted = claim.stems - without
        total = self._weight(wanted)
        return self._weight(wanted & sentence.stems) / total if total else 0.0

    def _role(self, claim: Said, fact: Fact, said: Said, other: Fact) -> float:
        """How alike the words around two values are, 0 to 1."""
        here = claim.near(fact.start, fact.end, _NEAR)
        there = said.near(other.start, other.end, _NEAR + 2)
        total = self._weight(here)
        if not total:
            return 0.0
        mine, theirs = claim.role(fact), said.role(other)
        same = (mine[0] == theirs[0]) + (mine[1] == theirs[1] != "")
        if not same and not (fact.unit and fact.unit == other.unit):
            return 0.0
        beside = said.near(other.start, other.end, 2)
        if beside and not beside & claim.stems:
            return 0.0  # the value belongs to something the claim does not speak of
        return 0.7 * self._weight(here & there) / total + 0.15 * same


def _noun(said: Said, fact: Fact) -> str:
    """What is counted: the word behind a bare number."""
    return said.after(fact.end)


def _named(name: frozenset[str], near: Sequence[tuple[float, EvidenceSentence]]) -> bool:
    return any(share >= _RELATED and s.knows(name) for share, s in near)


def _told(state: ClaimState, sentence: EvidenceSentence, note: str = "", doubt: float = 0.0) -> CheckedClaim:
    return CheckedClaim(state, sentence.passage, sentence.start, sentence.end, note, round(doubt, 4))
