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
