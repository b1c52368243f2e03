"""Answers as JSON bytes and back, for the cache and the kept answers.

Reading is strict: a missing or wrong field raises ValueError, which a store treats as a miss.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, replace
from typing import cast

from knowalledge_desktop.core.codec_values import (
    Json,
    a_count,
    a_flag,
    a_list,
    a_number,
    a_text,
    claims_from,
    provenance_from,
    sources_from,
    usage_from,
)
from knowalledge_desktop.core.content import Picture, Relation
from knowalledge_desktop.core.payload import (
    Content,
    ExplanationText,
    Illustration,
    ModelInfo,
    ModelList,
    RawText,
    Subtopic,
    SubtopicList,
    TopicCandidate,
    TopicCandidates,
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
        if a_count(told["v"]) != VERSION:
            raise ValueError("unknown version")
        return Answer(
            content=_content(told["kind"], told["content"]),
            provenance=provenance_from(told["provenance"]),
            usage=usage_from(told["usage"]),
            quality=None if told["quality"] is None else a_number(told["quality"]),
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
            return SubtopicList(tuple(_subtopic(each) for each in a_list(told["items"])), a_flag(told["complete"]))
        case "explanation":
            return ExplanationText(
                a_text(told["markdown"]),
                claims_from(told["claims"]),
                sources_from(told["sources"]),
                a_flag(told["complete"]),
            )
        case "topics":
            items = tuple(TopicCandidate(a_text(t["title"]), a_text(t["reason"])) for t in a_list(told["items"]))
            return TopicCandidates(items)
        case "illustration":
            return Illustration(_picture(told), a_text(told["alt"]))
        case "models":
            return ModelList(tuple(_model(each) for each in a_list(told["items"])))
        case "raw":
            return RawText(a_text(told["text"]), a_flag(told["truncated"]), sources_from(told["sources"]))
        case _:
            raise ValueError(f"not an answer: kind {kind!r}")


def _subtopic(told: Json) -> Subtopic:
    return Subtopic(
        a_text(told["title"]), a_text(told["summary"]), Relation(told["relation"]), sources_from(told["sources"])
    )


def _picture(told: Json) -> Picture:
    """A picture; its bytes may be kept elsewhere and missing here, but never others than its name says."""
    data = base64.b64decode(a_text(told["data"]), validate=True)
    found = Picture.of(a_text(told["mime"]), data, a_count(told["width"]), a_count(told["height"]))
    sha256 = a_text(told["sha256"])
    if data and found.sha256 != sha256:
        raise ValueError("not an answer: the picture is not the one it is called")
    return replace(found, sha256=sha256)


def _model(told: Json) -> ModelInfo:
    return ModelInfo(
        a_text(told["name"]), a_text(told["title"]), tuple(a_text(each) for each in a_list(told["actions"]))
    )
