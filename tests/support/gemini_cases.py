"""Replies of a Gemini service in every shape: made up here, and recorded ones from a folder."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.pictures import png

JSON_TYPE = "application/json; charset=UTF-8"
SSE_TYPE = "text/event-stream"
REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Reply:
    """One HTTP answer.

    `first_s` and `gap_s` are waits before the head and between chunks; `cut` drops the connection after so
    many chunks; `hang` never ends the body; `split` sends the body in pieces of so many bytes.
    """

    status: int = 200
    content_type: str = SSE_TYPE
    chunks: tuple[bytes, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    first_s: float = 0.0
    gap_s: float = 0.0
    cut: int | None = None
    hang: bool = False
    split: int = 0


def event(value: object) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\r\n\r\n"


def chunk(
    text: str | None = None, *, finish: str | None = None, thought: bool = False, **more: Any
) -> dict[str, Any]:
    """One GenerateContentResponse as JSON."""
    candidate: dict[str, Any] = {"index": 0}
    if text is not None:
        candidate["content"] = {
            "role": "model",
            "parts": [{"text": text, **({"thought": True} if thought else {})}],
        }
    if finish is not None:
        candidate["finishReason"] = finish
    candidate |= more.pop("candidate", {})
    return {
        "candidates": [candidate],
        "modelVersion": "gemini-made-up-1",
        "usageMetadata": {"promptTokenCount": 11, "totalTokenCount": 11},
        **more,
    }


def stream(*values: object, **options: Any) -> Reply:
    return Reply(chunks=tuple(event(value) for value in values), **options)


def unary(value: object, status: int = 200, **options: Any) -> Reply:
    body = json.dumps(value, indent=2, ensure_ascii=False).encode()
    return Reply(status=status, content_type=JSON_TYPE, chunks=(body,), **options)


def error(code: int, status: str, message: str = "made up", details: Sequence[object] = ()) -> dict[str, Any]:
    told: dict[str, Any] = {"code": code, "message": message, "status": status}
    if details:
        told["details"] = list(details)
    return {"error": told}


def info(reason: str, **metadata: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "metadata": metadata}


def quota(*violations: tuple[str, str | None]) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [
            {"quotaId": name, **({"quotaValue": value} if value else {})} for name, value in violations
        ],
    }


def retry_in(delay: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


PER_DAY = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
PER_MINUTE = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"

LIST_ANSWER = json.dumps({"subtopics": [{"title": f"Branch {n}", "summary": f"About {n}."} for n in range(1, 16)]})

USAGE = {"promptTokenCount": 5, "candidatesTokenCount": 41, "thoughtsTokenCount": 238, "totalTokenCount": 284}

GROUNDED = {
    "candidate": {
        "groundingMetadata": {
            "groundingChunks": [
                {"web": {"uri": "https://example.org/a", "title": "A"}},
                {"web": {"uri": "https://example.org/a", "title": "A again"}},
                {"web": {"uri": "javascript:alert(1)", "title": "no"}},
                {"web": {"uri": "https://example.org/b"}},
                {},
            ]
        }
    }
}

DRAWN_USAGE = {
    "promptTokenCount": 30,
    "candidatesTokenCount": 1300,
    "totalTokenCount": 1330,
    "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1290}, {"modality": "TEXT", "tokenCount": 10}],
}


def drawn(data: bytes | None = None, mime: str = "image/png", **more: Any) -> dict[str, Any]:
    """A chunk with a picture."""
    blob = {"mimeType": mime, "data": base64.b64encode(png(64, 48) if data is None else data).decode()}
    part = {"inlineData": blob, **more.pop("part", {})}
    return chunk(candidate={"content": {"role": "model", "parts": [part]}, **more})


# Every shape of answer, with what must come of it: a text, or the name of an error class.
ANSWERS: Mapping[str, tuple[Reply, str]] = {
    "list": (stream(chunk(LIST_ANSWER[:100]), chunk(LIST_ANSWER[100:], finish="STOP")), LIST_ANSWER),
    "text": (stream(chunk("One. "), chunk("Two."), chunk("", finish="STOP")), "One. Two."),
    "text_unary_body": (unary(chunk("Whole.", finish="STOP")), "Whole."),
    "lone_newlines": (Reply(chunks=(event(chunk("a")).replace(b"\r\n", b"\n"),)), "a"),
    "byte_by_byte": (stream(chunk("aé\u2028\u0085€𝄞b", finish="STOP"), split=1), "aé\u2028\u0085€𝄞b"),
    "thoughts_hidden": (
        stream(chunk("hm, let me see", thought=True), chunk("Out.", finish="STOP", usageMetadata=USAGE)),
        "Out.",
    ),
    "empty_parts": (stream(chunk(""), {"candidates": [{"content": {}}]}, chunk("x", finish="STOP")), "x"),
    "no_candidates_then_text": (stream({"usageMetadata": {}}, chunk("x", finish="STOP")), "x"),
    "grounded": (stream(chunk("x"), chunk("", finish="STOP", **GROUNDED)), "x"),
    "empty_grounding": (stream(chunk("x", finish="STOP", candidate={"groundingMetadata": {}})), "x"),
    "no_end": (stream(chunk("half an")), "half an"),
    "max_tokens": (stream(chunk("half an"), chunk(" answ", finish="MAX_TOKENS")), "half an answ"),
    "continuation": (
        stream(chunk("part", finish="CONTINUATION", candidate={"continuationToken": "dG9rZW4="})),
        "part",
    ),
    "unknown_finish": (stream(chunk("some text", finish="FROM_THE_FUTURE")), "some text"),
    "unknown_fields": (stream(chunk("x", finish="STOP", novelty={"a": [1]}), {"other": 1}), "x"),
    "max_tokens_no_text": (stream(chunk(finish="MAX_TOKENS")), "InvalidReply"),
    "unknown_finish_no_text": (stream(chunk(finish="FROM_THE_FUTURE")), "InvalidReply"),
    "only_thoughts": (stream(chunk("hm", thought=True, finish="STOP")), "InvalidReply"),
    "only_blanks": (stream(chunk(" \n", finish="STOP")), "InvalidReply"),
    "function_call": (
        stream({"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "args": {}}}]}}]}),
        "InvalidReply",
    ),
    "malformed_call": (stream(chunk(finish="MALFORMED_FUNCTION_CALL")), "InvalidReply"),
    "empty_stream": (stream(), "InvalidReply"),
    "empty_object": (stream({}), "InvalidReply"),
    "empty_unary": (Reply(content_type=JSON_TYPE), "InvalidReply"),
    "not_json": (Reply(chunks=(b"data: {nonsense\r\n\r\n",)), "InvalidReply"),
    "html": (Reply(content_type="text/html", chunks=(b"<html><body>Log in</body></html>",)), "InvalidReply"),
    "json_list": (Reply(chunks=(event([chunk("a")]),)), "InvalidReply"),
    "json_number": (Reply(chunks=(event(17),)), "InvalidReply"),
    "wrong_types": (stream({"candidates": "many"}), "InvalidReply"),
    "wrong_part_type": (stream({"candidates": [{"content": {"parts": [{"text": 5}]}}]}), "InvalidReply"),
    "bad_utf8": (Reply(chunks=(b'data: {"candidates": [{"content": \xff\xfe\r\n\r\n',)), "InvalidReply"),
    "bad_gzip": (stream(chunk("x"), headers={"content-encoding": "gzip"}), "InvalidReply"),
    "prompt_blocked": (stream({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}), "ContentBlocked"),
    "prompt_blocked_new": (stream({"promptFeedback": {"blockReason": "FROM_THE_FUTURE"}}), "ContentBlocked"),
    "prompt_blocked_message": (
        stream({"candidates": [], "promptFeedback": {"blockReasonMessage": "no"}}),
        "ContentBlocked",
    ),
    "answer_blocked": (stream(chunk("so far"), chunk(finish="SAFETY")), "ContentBlocked"),
    "recitation": (stream(chunk(finish="RECITATION")), "ContentBlocked"),
    "error_mid_stream": (stream(chunk("so far"), error(503, "UNAVAILABLE")), "ModelUnavailable"),
    "error_bare_mid_stream": (
        Reply(chunks=(event(chunk("a")), json.dumps(error(499, "CANCELLED"), indent=1).encode() + b"\n")),
        "ModelUnavailable",
    ),
    "quota_mid_stream": (
        stream(chunk("a"), error(429, "RESOURCE_EXHAUSTED", details=[quota((PER_MINUTE, "10"))])),
        "QuotaExhausted",
    ),
    "error_without_code": (stream({"error": {"message": "?"}}), "InvalidReply"),
    "cut_before_text": (stream(chunk("a"), cut=0), "Offline"),
    "cut_mid_stream": (stream(chunk("a"), chunk("b"), cut=1), "Offline"),
    "bad_key": (unary(error(400, "INVALID_ARGUMENT", details=[info("API_KEY_INVALID")]), 400), "KeyRejected"),
    "bad_key_message": (unary(error(400, "INVALID_ARGUMENT", "API key expired."), 400), "KeyRejected"),
    "location": (
        unary(error(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), 400),
        "AccessDenied",
    ),
    "bad_request": (unary(error(400, "INVALID_ARGUMENT", "Unknown name"), 400), "RequestRejected"),
    "unauthenticated": (unary(error(401, "UNAUTHENTICATED"), 401), "KeyRejected"),
    "forbidden": (unary(error(403, "PERMISSION_DENIED", details=[info("SERVICE_DISABLED")]), 403), "AccessDenied"),
    "no_model": (unary(error(404, "NOT_FOUND"), 404), "ModelNotFound"),
    "request_timeout": (unary(error(408, "DEADLINE_EXCEEDED"), 408), "TimedOut"),
    "too_large": (unary(error(413, "INVALID_ARGUMENT"), 413), "RequestRejected"),
    "teapot_text": (Reply(status=418, content_type="text/plain", chunks=(b"no",)), "RequestRejected"),
    "bare_429": (unary(error(429, "RESOURCE_EXHAUSTED"), 429), "QuotaExhausted"),
    "day_429": (
        unary(error(429, "RESOURCE_EXHAUSTED", details=[quota((PER_MINUTE, None), (PER_DAY, "20"))]), 429),
        "QuotaExhausted",
    ),
    "internal": (unary(error(500, "INTERNAL"), 500), "ModelUnavailable"),
    "html_502": (
        Reply(status=502, content_type="text/html", chunks=(b"<h1>Bad Gateway</h1>",)),
        "ModelUnavailable",
    ),
    "bad_utf8_503": (
        Reply(status=503, content_type=JSON_TYPE, chunks=(b'{"error": "\xff"}',)),
        "ModelUnavailable",
    ),
    "string_error_503": (unary({"error": "down"}, 503), "ModelUnavailable"),
    "list_error_503": (unary([error(503, "UNAVAILABLE")], 503), "ModelUnavailable"),
    "number_503": (unary(3, 503), "ModelUnavailable"),
    "overloaded": (unary(error(503, "UNAVAILABLE"), 503, headers={"retry-after": "7"}), "ModelUnavailable"),
    "deadline": (unary(error(504, "DEADLINE_EXCEEDED"), 504), "ModelUnavailable"),
    "redirect": (Reply(status=307, headers={"location": "http://localhost:1/v1beta"}), "RequestRejected"),
}

MODELS = unary(
    {
        "models": [
            {
                "name": "models/gemini-3.5-flash-lite",
                "displayName": "Gemini 3.5 Flash-Lite",
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            },
            {"name": "models/gemini-embedding-2", "supportedGenerationMethods": ["embedContent"]},
            {"displayName": "nameless"},
        ],
        "nextPageToken": "again",
    }
)

# Recordings of methods that the program has no task for; they are replayed all the same, as junk.
FOREIGN = re.compile(r":(countTokens|computeTokens|predict|batchEmbedContents|embedContent)$")


@dataclass(frozen=True)
class Recording:
    """One recorded exchange."""

    name: str
    category: str
    path: str
    reply: Reply

    @property
    def foreign(self) -> bool:
        return FOREIGN.search(self.path) is not None


def recordings_folder() -> Path:
    return Path(os.environ.get("KNOWALLEDGE_RECORDINGS") or REPOSITORY.parent / "shared" / "gemini_recordings")


def recordings() -> list[Recording]:
    """All recordings of the folder, none when there is no folder."""
    return [_recording(json.loads(path.read_text("utf-8"))) for path in sorted(recordings_folder().glob("*.json"))]


def _recording(told: Mapping[str, Any]) -> Recording:
    answer = told["response"]
    if "raw" in answer:
        blocks = [block for block in re.split(r"(?:\r?\n){2}", answer["raw"]) if block.strip()]
        chunks = tuple(block.encode() + b"\r\n\r\n" for block in blocks)
    elif answer["status"] == 200 and told["request"]["method"].upper() == "POST":
        # A whole answer is what a stream of one event would be.
        chunks = tuple(event(value) for value in answer["chunks"])
    else:
        chunks = (json.dumps(answer["chunks"][0] if answer["chunks"] else {}).encode(),)
    kind = answer["headers"].get("content-type", SSE_TYPE)
    reply = Reply(answer["status"], kind, chunks, {"x-case": told["id"]})
    return Recording(told["id"], told["category"], told["request"]["path"].split("?")[0], reply)
