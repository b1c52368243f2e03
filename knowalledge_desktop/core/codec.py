"""Answers as JSON bytes and back, for the cache and the kept answers.

Reading is strict: a missing or wrong field raises ValueError, which a store treats as a miss.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, cast

from knowalledge_desktop.core.content import (
    Claim,
    ClaimState,
    Content,
    ExplanationText,
    ModelInfo,
    ModelList,
    Provenance,
    RawText,
    Relation,
    Source,
    Subtopic,
    SubtopicList,
    Usage,
)
from knowalledge_desktop.core.request import Answer

VERSION = 1
_KINDS: dict[type, str] = {
    SubtopicList: "subtopics",
    ExplanationText: "explanation",
    ModelList: "models",
    RawText: "raw",
}

Json = dict[str, Any]


def encode_answer(answer: Answer) -> bytes:
    """The lasting part of an answer (not whether it came from a cache) as UTF-8 JSON."""
    told = {
        "v": VERSION,
        "kind": _KINDS[type(answer.content)],
        "content": asdict(answer.content),
        "provenance": asdict(answer.provenance),
        "usage": asdict(answer.usage),
        "quality": answer.quality,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def decode_answer(payload: bytes) -> Answer:
    """The answer that `encode_answer` wrote; raises ValueError when it is not one."""
    try:
        told = cast("Json", json.loads(payload.decode()))
        if told["v"] != VERSION:
            raise ValueError("unknown version")
        quality = told["quality"]
        return Answer(
            content=_content(told["kind"], told["content"]),
            provenance=provenance_from(told["provenance"]),
            usage=Usage(**told["usage"]),
            quality=None if quality is None else float(quality),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not an answer: {type(error).__name__}") from error


def _content(kind: str, told: Json) -> Content:
    match kind:
        case "subtopics":
            items = tuple(
                Subtopic(str(i["title"]), str(i["summary"]), Relation(i["relation"]), sources_from(i["sources"]))
                for i in told["items"]
            )
            return SubtopicList(items, bool(told["complete"]))
        case "explanation":
            return ExplanationText(
                str(told["markdown"]),
                claims_from(told["claims"]),
                sources_from(told["sources"]),
                bool(told["complete"]),
            )
        case "models":
            return ModelList(
                tuple(ModelInfo(str(i["name"]), str(i["title"]), tuple(i["actions"])) for i in told["items"])
            )
        case "raw":
            return RawText(str(told["text"]), bool(told["truncated"]), sources_from(told["sources"]))
        case _:
            raise ValueError(f"unknown kind {kind!r}")


def sources_from(told: list[Json]) -> tuple[Source, ...]:
    """Sources from their JSON form."""
    return tuple(Source(str(s["title"]), str(s["url"]), str(s.get("licence", ""))) for s in told)


def claims_from(told: list[Json]) -> tuple[Claim, ...]:
    """Claims from their JSON form."""
    return tuple(Claim(str(c["text"]), ClaimState(c["state"]), tuple(int(i) for i in c["sources"])) for c in told)


def provenance_from(told: Json) -> Provenance:
    """Provenance from its JSON form."""
    return Provenance(
        engine=str(told["engine"]),
        model=str(told["model"]),
        prompt=str(told["prompt"]),
        created_at=float(told["created_at"]),
        language=str(told["language"]),
        parameters=tuple((str(k), str(v)) for k, v in told["parameters"]),
        usage=Usage(**told["usage"]),
    )
