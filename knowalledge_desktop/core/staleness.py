"""What came from a model that is gone, or from a prompt that has become better since."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.graph import Map

RETIRED: Mapping[str, str] = {
    "gemini-1.0-*": "2025-02-15",
    "gemini-1.5-*": "2025-09-29",
    "imagen-*": "2026-06-24",
    "gemini-3-pro-preview": "2026-03-09",
    "gemini-2.0-flash": "2026-06-01",
    "gemini-2.0-flash-lite": "2026-06-01",
    "gemini-3-pro-image-preview": "2026-06-25",
    "gemini-3.1-flash-image-preview": "2026-06-25",
    "gemini-2.5-flash-image": "2026-10-02",
    "gemini-2.5-pro": "2026-12-01",
    "gemini-2.5-flash": "2026-12-01",
    "gemini-3.1-flash-lite": "2027-05-07",
}
"""The day each model is switched off (Gemini API documentation, "Deprecations", of 2026-11).

A "*" stands for whatever follows.
"""

_EDITION = re.compile(r"-(?:preview|exp|latest|\d{2,8})$")
_ENGINE = "gemini"


class StaleReason(StrEnum):
    """Why something would be written otherwise now."""

    MODEL = "model"
    PROMPT = "prompt"


class StalePart(StrEnum):
    """What of a topic is meant."""

    TOPIC = "topic"
    TEXT = "text"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Present:
    """What an answer of today comes from.

    `prompts` are the versions of the prompts by their ids; `models` the names of the models that the key may
    use, empty while nobody has asked for them; `day` is today, "2026-11-23".
    """

    prompts: Mapping[str, int] = field(default_factory=dict[str, int])
    models: frozenset[str] = frozenset()
    day: str = ""


@dataclass(frozen=True, slots=True)
class Stale:
    """One thing that came from what is gone. `key` is that of the explanation, empty for what is none."""

    part: StalePart
    topic_id: str
    title: str
    reasons: tuple[StaleReason, ...]
    made: Provenance
    key: str = ""
    locked: bool = False


def why_stale(made: Provenance, present: Present) -> tuple[StaleReason, ...]:
    """Why something made so is stale; nothing for what people, the Atlas or other programs have made."""
    if made.engine != _ENGINE:
        return ()
    found: list[StaleReason] = []
    if made.model and is_gone(made.model, present):
        found.append(StaleReason.MODEL)
    prompt, version = prompt_of(made)
    now = present.prompts.get(prompt)
    if version is not None and now is not None and version < now:
        found.append(StaleReason.PROMPT)
    return tuple(found)


def is_gone(model: str, present: Present) -> bool:
    """Whether a model can be asked no more: it is switched off, or not among those that are offered.

    An edition counts as the model it is one of: what "gemini-x-001" has written is as good as the offered
    "gemini-x". A model whose list nobody has asked for is only gone when it is known to be switched off.
    """
    names = tuple(_names(model))
    if any(_is_off(name, present.day) for name in names):
        return True
    if not present.models:
        return False
    offered = {each for name in present.models for each in _names(name)}
    return not offered & set(names)


def switched_off(model: str) -> str:
    """The day a model is switched off, "" when none is known."""
    return next((day for name in _names(model) for known, day in RETIRED.items() if _means(known, name)), "")


def prompt_of(made: Provenance) -> tuple[str, int | None]:
    """The id of the prompt and its version, None when that is no number."""
    prompt, _, version = made.prompt.rpartition("@")
    return prompt, int(version) if version.isascii() and version.isdigit() else None


def stale_in(document: Map, present: Present) -> tuple[Stale, ...]:
    """All that is stale in a map, from the root down as the tree has it; what a topic itself is comes first."""
    if document.root is None:
        return ()
    judge = _Judge(present)
    texts: dict[str, list[str]] = {}
    for key, text in document.explanations.items():
        if judge.why(text.provenance):
            texts.setdefault(text.topic_id, []).append(key)
    found: list[Stale] = []
    for topic_id in document.branch(document.root_id):
        topic, picture = document.topics[topic_id], document.pictures.get(topic_id)
        parts = [(StalePart.TOPIC, topic.provenance, "")]
        parts += [(StalePart.TEXT, document.explanations[key].provenance, key) for key in texts.get(topic_id, ())]
        if picture is not None:
            parts.append((StalePart.PICTURE, picture.provenance, ""))
        for part, made, key in parts:
            if reasons := judge.why(made):
                found.append(Stale(part, topic_id, topic.title, reasons, made, key, topic.locked))
    return tuple(found)


class _Judge:
    """Judges each origin once: a map of thousands of topics has few of them."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._judged: dict[tuple[str, str, str], tuple[StaleReason, ...]] = {}

    def why(self, made: Provenance) -> tuple[StaleReason, ...]:
        """Why something made so is stale."""
        origin = (made.engine, made.model, made.prompt)
        if origin not in self._judged:
            self._judged[origin] = why_stale(made, self._present)
        return self._judged[origin]


def _names(model: str) -> Iterator[str]:
    """The name, then what it is an edition of, the longest first."""
    name = model.rpartition("/")[2].lower()
    yield name
    while ending := _EDITION.search(name):
        name = name[: ending.start()]
        yield name


def _is_off(name: str, day: str) -> bool:
    return any(_means(known, name) and off <= day for known, off in RETIRED.items())


def _means(known: str, name: str) -> bool:
    return name.startswith(known[:-1]) if known.endswith("*") else name == known
