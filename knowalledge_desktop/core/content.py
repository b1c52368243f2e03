"""What an engine can say: subtopics, explanations, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """How a topic belongs to its parent."""

    SUBTOPIC = "subtopic"
    RELATED = "related"


class ClaimState(StrEnum):
    """What is known about a claim; Atlas text is supported by its own article."""

    UNCHECKED = "unchecked"
    SUPPORTED = "supported"
    NOT_FOUND = "not_found"
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
class ModelInfo:
    """One model an engine offers; `actions` are the API's supported methods."""

    name: str
    title: str = ""
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelList:
    """The models the key may use (task LIST_MODELS, and the proof of TEST_KEY)."""

    items: tuple[ModelInfo, ...]


@dataclass(frozen=True, slots=True)
class RawText:
    """Engine output that is not parsed yet; `validated` turns it into content.

    `truncated` is True when the engine stopped at its length limit. `sources` come from
    grounding metadata, never from the model's own words.
    """

    text: str
    truncated: bool = False
    sources: tuple[Source, ...] = ()


Content = SubtopicList | ExplanationText | ModelList | RawText


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request as the engine counted them (thoughts are billed as output)."""

    prompt_tokens: int = 0
    output_tokens: int = 0
    thought_tokens: int = 0
    cached_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Sum of two requests."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.output_tokens + other.output_tokens,
            self.thought_tokens + other.thought_tokens,
            self.cached_tokens + other.cached_tokens,
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
