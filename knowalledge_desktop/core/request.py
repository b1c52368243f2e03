"""What can be asked of an engine, and the parts an answer arrives in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from knowalledge_desktop.core.content import Picture, Provenance, Usage

if TYPE_CHECKING:
    from knowalledge_desktop.core.payload import Content


class Task(StrEnum):
    """The kinds of request; each has one prompt (or none) and one content type."""

    SUBTOPICS = "subtopics"
    EXPLANATION = "explanation"
    QUESTION = "question"
    IMAGE_TOPIC = "image_topic"
    ILLUSTRATION = "illustration"
    LIST_MODELS = "list_models"
    TEST_KEY = "test_key"
    COUNT_TOKENS = "count_tokens"
    SECOND_LOOK = "second_look"


class Priority(IntEnum):
    """How long a request may wait; smaller goes first."""

    CRITICAL = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4


class EngineChoice(StrEnum):
    """Which engine may answer. Only AUTO may fall back, and then says so."""

    AUTO = "auto"
    GEMINI = "gemini"
    ATLAS = "atlas"


class Level(StrEnum):
    """Education level: 8-12, 13-18, 18+ years."""

    JUNIOR = "junior"
    HIGH_SCHOOL = "high-school"
    UNDERGRADUATE = "undergraduate"


class Detail(StrEnum):
    """Length of an explanation: about 100, 150, 300 words."""

    BRIEF = "brief"
    MEDIUM = "medium"
    DETAILED = "detailed"


class Style(StrEnum):
    """Presentation style. Matching it to a "learning style" is not supported by research."""

    GENERAL = "general"
    VISUAL = "visual"
    AUDITORY = "auditory"
    KINESTHETIC = "kinesthetic"
    READING = "reading"


LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "tr", "zh", "ja", "ko", "ru", "ar", "he", "fa", "ur", "hi")
"""Offered answer languages (BCP 47); Gemini takes any, the Atlas has en, fr, es."""

SUBTOPIC_COUNT = 15


@dataclass(frozen=True, slots=True)
class Options:
    """How the answer should be. `grounded` lets Gemini search the web, for texts with sources it names."""

    language: str = "en"
    level: Level = Level.HIGH_SCHOOL
    detail: Detail = Detail.MEDIUM
    style: Style = Style.GENERAL
    count: int = SUBTOPIC_COUNT
    grounded: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One question to an engine.

    `path` is the titles from the root to the parent of `topic` (empty for a root);
    `siblings` the titles beside it; `avoid` titles that must not come back (also used to ask
    for the missing items of a truncated answer). `model` empty means the configured one.
    `fresh` skips reading the cache (regenerate), it still writes to it.

    A QUESTION has `question`, and as `context` the explanation it is asked about. An IMAGE_TOPIC has
    an `image` instead of a topic. A COUNT_TOKENS asks for the size of the request `of`, a
    SECOND_LOOK what the model says to `statements`.

    `counted` is how many input tokens the service counted, None when it was not asked; it names nothing new.
    """

    task: Task
    topic: str = ""
    path: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)
    priority: Priority = Priority.HIGH
    engine: EngineChoice = EngineChoice.AUTO
    model: str = ""
    fresh: bool = False
    question: str = ""
    context: str = ""
    image: Picture | None = None
    statements: tuple[str, ...] = ()
    of: Request | None = None
    counted: int | None = None


def is_grounded(request: Request) -> bool:
    """Whether the answer may rest on a search of the web: texts only, and only where it was asked for."""
    return request.options.grounded and request.task in {Task.EXPLANATION, Task.QUESTION}


def subject(request: Request) -> str:
    """What a request is about, in words or as the name of a picture: the same for answers that may stand in."""
    if request.image is not None:
        return request.image.sha256
    return f"{request.topic}\u241f{request.question}" if request.question else request.topic


def fingerprint(request: Request, prompt: str) -> str:
    """Name of everything that shapes the answer (SHA-256 hex); `prompt` is "id@version".

    Priority, freshness and the count of tokens are left out: they do not change what is asked. Case is kept,
    because it can carry meaning.
    """
    told: dict[str, object] = {
        "task": request.task.value,
        "topic": request.topic,
        "path": request.path,
        "siblings": sorted(request.siblings),
        "avoid": sorted(request.avoid),
        "language": request.options.language,
        "level": request.options.level.value,
        "detail": request.options.detail.value,
        "style": request.options.style.value,
        "count": request.options.count,
        "model": request.model,
        "prompt": prompt,
    }
    # Only where there are any, so that what was named before they were known keeps its name.
    more = {
        "question": request.question,
        "context": request.context,
        "image": request.image.sha256 if request.image else "",
        "grounded": "yes" if is_grounded(request) else "",
        "statements": request.statements,
        "of": fingerprint(request.of, prompt) if request.of is not None else "",
    }
    told |= {name: value for name, value in more.items() if value}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Some more text; provisional until the Answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The stream begins again: discard what was shown of it. `reason` is for the log."""

    reason: str


@dataclass(frozen=True, slots=True)
class Queued:
    """The request waits for its turn. `position` counts from 1 among those who wait for the model.

    `metric` names the limit in the way (a `quota.Metric` value, empty when only others are ahead),
    `until` the epoch second at which it frees.
    """

    position: int
    model: str
    metric: str = ""
    until: float | None = None


class SubstituteKind(StrEnum):
    """What stands in for the answer that could not be had."""

    KEPT = "kept"
    ATLAS = "atlas"


@dataclass(frozen=True, slots=True)
class Substitute:
    """Label of a substitute answer: what it is, the error's class name, its age in seconds."""

    kind: SubstituteKind
    because: str
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of every stream of parts."""

    content: Content
    provenance: Provenance
    usage: Usage = Usage()
    from_cache: bool = False
    quality: float | None = None
    substitute: Substitute | None = None


Part = TextDelta | Restarted | Queued | Answer
