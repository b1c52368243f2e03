"""The sentences of the evidence, read once, and what one of them says of a claim's values and names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowalledge_desktop.core.evidence import Passage, sentences
from knowalledge_desktop.core.evidence_words import Said, read, same_name
from knowalledge_desktop.core.facts import Fact, Kind
from knowalledge_desktop.core.facts_compare import Fit, compare
from knowalledge_desktop.core.validation import fold


@dataclass(frozen=True, slots=True)
class EvidenceSentence:
    """A sentence of the evidence; `title` are the stems of its article's name, `article` of all its text."""

    passage: int
    start: int
    end: int
    said: Said
    title: frozenset[str]
    article: set[str]
    about_topic: bool

    @property
    def stems(self) -> frozenset[str]:
        """Its words, and those of its article's name."""
        return self.said.stems | self.title

    def knows(self, name: frozenset[str]) -> bool:
        """Whether a name is said here, maybe in part, or as a people for its country."""
        if name <= self.stems:
            return True
        parts = [other for other in (*self.said.names, self.title) if other < name]
        if parts and name - frozenset[str]().union(*parts) <= self.article:
            return True
        return any(same_name(name, other) for other in self.said.names)

    def mentions(self, name: frozenset[str]) -> bool:
        """Whether any part of a name is here."""
        return bool(name & self.stems) or any(same_name(name, other) for other in self.said.names)


def read_passages(passages: Sequence[Passage], topic: str, language: str) -> list[EvidenceSentence]:
    """Every sentence with its place; an article of the topic's name is about the topic."""
    found: list[EvidenceSentence] = []
    for number, passage in enumerate(passages):
        title = read(passage.title.partition(" (")[0], language).stems
        about = bool(topic) and fold(passage.title) == fold(topic)
        at, article = 0, set(title)
        for text in sentences(passage.text):
            start = passage.text.find(text, at)
            if start < 0:  # its spaces were set right; it is found by its first word
                start = max(at, passage.text.find(text.split()[0], at))
            at = min(len(passage.text), start + len(text))
            said = read(text, language)
            found.append(EvidenceSentence(number, start, at, said, title, article, about))
            article |= said.stems
    return found


def unmatched(claimed: Sequence[Fact], said: Sequence[Fact]) -> list[Fact]:
    """The claimed values that a sentence does not say; each of its values answers for one."""
    left = list(said)
    odd: list[Fact] = []
    for fact in claimed:
        found = next((other for other in left if compare(fact, other) is Fit.MATCH), None)
        if found is None:
            odd.append(fact)
        elif not (fact.kind is Kind.DATE and found.high - found.low < 0.9 * (fact.high - fact.low)):
            left.remove(found)  # a year may stand for several days in it
    return odd


def ranked_otherwise(claim: Said, said: Said) -> bool:
    """Whether the sentence says "second-largest" where the claim says "largest"."""
    ranks = {fact.low for fact in claim.facts if fact.kind is Kind.ORDINAL}
    return any(
        fact.kind is Kind.ORDINAL
        and fact.low not in ranks
        and said.text[fact.end : fact.end + 1] == "-"
        and said.after(fact.end) in claim.stems
        for fact in said.facts
    )
