"""Answers as JSON bytes and back, for the cache and the kept answers.

Reading is strict: a missing or wrong field raises ValueError, which a store treats as a miss.
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import asdict, replace
from typing import Any, cast

from knowalledge_desktop.core.content import (
    Claim,
    ClaimState,
    Content,
    ExplanationText,
    Illustration,
    ModelInfo,
    ModelList,
    Picture,
    Provenance,
    RawText,
    Relation,
    Source,
    Subtopic,
    SubtopicList,
    TopicCandidate,
    TopicCandidates,
    Usage,
)
from knowalledge_desktop.core.request import Answer

VERSION = 1
_KINDS: dict[type, str] = {
    SubtopicList: "subtopics",
    ExplanationText: "explanation",
    TopicCandidates: "topics",
    Illustration: "illustration",
    ModelList: "models",
    RawText: "raw",
}

Json = dict[str, Any]


def encode_answer(answer: Answer) -> bytes:
    """The lasting part of an answer (not whether it came from a cache) as UTF-8 JSON."""
    told = {
        "v": VERSION,
        "kind": _KINDS[type(answer.content)],
        "content": _content_json(answer.content),
        "provenance": asdict(answer.provenance),
        "usage": asdict(answer.usage),
        "quality": answer.quality,
    }
    # A model can answer half a surrogate pair; it must not stop the rest from being kept.
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def decode_answer(payload: bytes) -> Answer:
    """The answer that `encode_answer` wrote; raises ValueError when it is not one."""
    try:
        told = cast("Json", json.loads(payload))
        if _count(told["v"]) != VERSION:
            raise ValueError("unknown version")
        return Answer(
            content=_content(told["kind"], told["content"]),
            provenance=provenance_from(told["provenance"]),
            usage=_usage(told["usage"]),
            quality=None if told["quality"] is None else _number(told["quality"]),
        )
    except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"not an answer: {type(error).__name__}") from error


def _content_json(content: Content) -> Json:
    if isinstance(content, Illustration):
        picture = content.picture
        data = base64.b64encode(picture.data).decode("ascii")
        return {
            "alt": content.alt,
            "mime": picture.mime,
            "width": picture.width,
            "height": picture.height,
            "sha256": picture.sha256,
            "data": data,
        }
    return asdict(content)


def _content(kind: str, told: Json) -> Content:
    match kind:
        case "subtopics":
            return SubtopicList(tuple(_subtopic(each) for each in _list(told["items"])), _flag(told["complete"]))
        case "explanation":
            return ExplanationText(
                _text(told["markdown"]),
                claims_from(told["claims"]),
                sources_from(told["sources"]),
                _flag(told["complete"]),
            )
        case "topics":
            items = tuple(TopicCandidate(_text(t["title"]), _text(t["reason"])) for t in _list(told["items"]))
            return TopicCandidates(items)
        case "illustration":
            return Illustration(_picture(told), _text(told["alt"]))
        case "models":
            return ModelList(tuple(_model(each) for each in _list(told["items"])))
        case "raw":
            return RawText(_text(told["text"]), _flag(told["truncated"]), sources_from(told["sources"]))
        case _:
            raise ValueError(f"not an answer: kind {kind!r}")


def _subtopic(told: Json) -> Subtopic:
    return Subtopic(
        _text(told["title"]), _text(told["summary"]), Relation(told["relation"]), sources_from(told["sources"])
    )


def _picture(told: Json) -> Picture:
    """A picture; its bytes may be kept elsewhere and missing here, but never others than its name says."""
    data = base64.b64decode(_text(told["data"]), validate=True)
    found = Picture.of(_text(told["mime"]), data, _count(told["width"]), _count(told["height"]))
    sha256 = _text(told["sha256"])
    if data and found.sha256 != sha256:
        raise ValueError("not an answer: the picture is not the one it is called")
    return replace(found, sha256=sha256)


def _model(told: Json) -> ModelInfo:
    return ModelInfo(
        _text(told["name"]), _text(told["title"]), tuple(_text(each) for each in _list(told["actions"]))
    )


def sources_from(told: list[Json]) -> tuple[Source, ...]:
    """Sources from their JSON form."""
    return tuple(
        Source(_text(each["title"]), _text(each["url"]), _text(each.get("licence", ""))) for each in _list(told)
    )


def claims_from(told: list[Json]) -> tuple[Claim, ...]:
    """Claims from their JSON form."""
    return tuple(
        Claim(
            _text(each["text"]),
            ClaimState(each["state"]),
            tuple(_count(n) for n in _list(each["sources"])),
            _text(each.get("passage", "")),
            _text(each.get("note", "")),
        )
        for each in _list(told)
    )


def provenance_from(told: Json) -> Provenance:
    """Provenance from its JSON form."""
    return Provenance(
        engine=_text(told["engine"]),
        model=_text(told["model"]),
        prompt=_text(told["prompt"]),
        created_at=_number(told["created_at"]),
        language=_text(told["language"]),
        parameters=tuple((_text(name), _text(value)) for name, value in _list(told["parameters"])),
        usage=_usage(told["usage"]),
    )


def _usage(told: Json) -> Usage:
    return Usage(
        _count(told["prompt_tokens"]),
        _count(told["output_tokens"]),
        _count(told["thought_tokens"]),
        _count(told["cached_tokens"]),
        _count(told.get("image_tokens", 0)),  # not there before pictures were drawn
    )


def _list(told: Any) -> list[Any]:  # noqa: ANN401 (what JSON gave)
    if not isinstance(told, list):
        raise TypeError("not a list")
    return cast("list[Any]", told)


def _text(told: object) -> str:
    if not isinstance(told, str):
        raise TypeError("not a text")
    return told


def _flag(told: object) -> bool:
    if not isinstance(told, bool):
        raise TypeError("not true or false")
    return told


def _count(told: object) -> int:
    if not isinstance(told, int) or isinstance(told, bool) or told < 0:
        raise TypeError("not a count")
    return told


def _number(told: object) -> float:
    if not isinstance(told, int | float) or isinstance(told, bool) or not math.isfinite(told):
        raise TypeError("not a number")
    return float(told)
