"""What an engine can answer with, one kind for each task."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from knowalledge_desktop.core.content import Claim, Picture, Relation, Source


@dataclass(frozen=True, slots=True)
class Subtopic:
    """One proposed branch of a topic."""

    title: str
    summary: str = ""
    relation: Relation = Relation.SUBTOPIC
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class SubtopicList:
    """Proposed branches, best first. `complete` is False when the answer was cut short."""

    items: tuple[Subtopic, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class ExplanationText:
    """A checked explanation in Markdown. `complete` is False when it was cut short."""

    markdown: str
    claims: tuple[Claim, ...] = ()
    sources: tuple[Source, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class TopicCandidate:
    """A topic that a picture may be about, and in a sentence why."""

    title: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TopicCandidates:
    """Topics that a picture may be about, the best first."""

    items: tuple[TopicCandidate, ...]


@dataclass(frozen=True, slots=True)
class Illustration:
    """A picture of a topic; `alt` says in words what is to be seen."""

    picture: Picture
    alt: str = ""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model an engine offers; `actions` are the API's supported methods."""

    name: str
    title: str = ""
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelList:
    """The models the key may use (task LIST_MODELS, and the proof of TEST_KEY)."""

    items: tuple[ModelInfo, ...]


class Verdict(StrEnum):
    """What the model says to a statement when it is asked again."""

    AGREE = "agree"
    CONTRADICT = "contradict"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Verdicts by the numbers of statements, from 1 (task SECOND_LOOK); some may be missing."""

    items: tuple[tuple[int, Verdict], ...]


@dataclass(frozen=True, slots=True)
class TokenCount:
    """How many input tokens a request has (task COUNT_TOKENS).

    What the service does not count is in it as the local estimate, so it is never too small.
    """

    tokens: int


@dataclass(frozen=True, slots=True)
class Support:
    """Words of an answer that rest on sources, as the search behind it says; indices into its sources."""

    text: str
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RawText:
    """Engine output that is not parsed yet; `validated` turns it into content.

    `truncated` is True when the engine stopped at its length limit. `sources` come from
    grounding metadata, never from the model's own words.
    """

    text: str
    truncated: bool = False
    sources: tuple[Source, ...] = ()
    supports: tuple[Support, ...] = ()


Told = ModelList | TokenCount | Verdicts
"""What is asked about the service or about an answer, and never kept."""


Content = SubtopicList | ExplanationText | TopicCandidates | Illustration | Told | RawText
