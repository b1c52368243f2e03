"""What an engine can say: subtopics, explanations, and where they came from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum


class Relation(StrEnum):
    """How a topic belongs to its parent."""

    SUBTOPIC = "subtopic"
    RELATED = "related"


class ClaimState(StrEnum):
    """What is known about a claim; Atlas text is supported by its own article.

    UNSURE is a claim without evidence that the model did not hold to when it was asked again.
    """

    UNCHECKED = "unchecked"
    SUPPORTED = "supported"
    NOT_FOUND = "not_found"
    UNSURE = "model_unsure"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Source:
    """A place to read on. `licence` is an SPDX name, empty when unknown."""

    title: str
    url: str
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One checkable sentence; `sources` are indices into the explanation's sources.

    `passage` is the sentence of the source that decided its state, `note` the two values in
    disagreement ("1809 / 1810", the source's first).
    """

    text: str
    state: ClaimState = ClaimState.UNCHECKED
    sources: tuple[int, ...] = ()
    passage: str = ""
    note: str = ""


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
class Picture:
    """A picture as the bytes of a file; width and height in pixels, `sha256` of the bytes in hex.

    The name of its bytes stands for it wherever it is told of: they are in no repr and no log.
    """

    mime: str
    data: bytes = field(repr=False)
    width: int
    height: int
    sha256: str

    @classmethod
    def of(cls, mime: str, data: bytes, width: int, height: int) -> Picture:
        """The picture in these bytes."""
        return cls(mime, data, width, height, hashlib.sha256(data).hexdigest())


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


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request as the engine counted them (thoughts are billed as output).

    `image_tokens` are those of the output tokens that are a picture, which cost more.
    """

    prompt_tokens: int = 0
    output_tokens: int = 0
    thought_tokens: int = 0
    cached_tokens: int = 0
    image_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Sum of two requests."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.output_tokens + other.output_tokens,
            self.thought_tokens + other.thought_tokens,
            self.cached_tokens + other.cached_tokens,
            self.image_tokens + other.image_tokens,
        )


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who wrote something, when, and how it was asked for.

    `engine` is "gemini", "atlas", "scripted" or "person"; `model` the model that really
    answered; `created_at` epoch seconds (UTC); `prompt` is "id@version".
    """

    engine: str
    model: str = ""
    prompt: str = ""
    created_at: float = 0.0
    language: str = "en"
    parameters: tuple[tuple[str, str], ...] = ()
    usage: Usage = Usage()
