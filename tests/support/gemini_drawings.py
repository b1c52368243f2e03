"""Replies of an image model in every shape."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.gemini_cases import PER_DAY, Reply, chunk, drawn, error, event, quota, stream, unary
from tests.support.pictures import hostile, plain, png

HOSTILE = hostile()


def _of(name: str) -> Reply:
    return stream(drawn(HOSTILE[name]), chunk(finish="STOP"))


# Every shape of answer to "draw this", with what must come of it: alternative words, or an error class.
DRAWINGS: Mapping[str, tuple[Reply, str]] = {
    "drawn": (stream(chunk("A **leaf**. "), drawn(), chunk("Green.", finish="STOP")), "A **leaf**. Green."),
    "unary": (unary(drawn(finishReason="STOP")), "Leaf"),
    "without words": (stream(drawn(), chunk(finish="STOP")), "Leaf"),
    "without end": (stream(drawn()), "Leaf"),
    "as jpeg": (stream(drawn(plain(64, 48, kind="JPEG"), "image/jpeg", finishReason="STOP")), "Leaf"),
    "called otherwise": (stream(drawn(plain(64, 48, kind="JPEG"), "image/png", finishReason="STOP")), "Leaf"),
    "with an address": (
        stream(chunk("See https://example.org/leaf now."), drawn(finishReason="STOP")),
        "See now.",
    ),
    "long words": (stream(chunk("word " * 200), drawn(finishReason="STOP")), ("word " * 59).strip() + "…"),
    "a draft first": (stream(drawn(png(9, 9)), drawn(finishReason="STOP")), "Leaf"),
    "a thought first": (
        stream(drawn(finishReason="STOP"), drawn(png(9, 9), part={"thought": True})),
        "Leaf",
    ),
    "a large event": (stream(drawn(plain(64, 48) + bytes(3 << 20)), chunk(finish="STOP")), "Leaf"),
    "a byte at a time": (stream(drawn(finishReason="STOP"), split=7), "Leaf"),
    "only words": (stream(chunk("Here is your picture.", finish="STOP")), "InvalidReply"),
    "declined in words": (stream(chunk("I'm sorry, but I can't create that.", finish="STOP")), "ContentBlocked"),
    "nothing": (stream(), "InvalidReply"),
    "no image": (stream(chunk(finish="NO_IMAGE")), "InvalidReply"),
    "unsafe": (stream(chunk(finish="IMAGE_SAFETY")), "ContentBlocked"),
    "prohibited": (stream(chunk(finish="PROHIBITED_CONTENT")), "ContentBlocked"),
    "image prohibited": (stream(chunk(finish="IMAGE_PROHIBITED_CONTENT")), "ContentBlocked"),
    "recited": (stream(chunk(finish="IMAGE_RECITATION")), "ContentBlocked"),
    "other": (stream(chunk(finish="IMAGE_OTHER")), "ContentBlocked"),
    "drawn and then declined": (stream(drawn(), chunk(finish="IMAGE_SAFETY")), "ContentBlocked"),
    "prompt blocked": (stream({"promptFeedback": {"blockReason": "IMAGE_SAFETY"}}), "ContentBlocked"),
    "empty data": (stream(drawn(b"", finishReason="STOP")), "InvalidReply"),
    "no base64": (
        stream({"candidates": [{"content": {"parts": [{"inlineData": {"data": "§", "mimeType": "image/png"}}]}}]}),
        "InvalidReply",
    ),
    "text as a picture": (_of("text"), "InvalidReply"),
    "svg as a picture": (_of("svg"), "InvalidReply"),
    "cut off": (_of("truncated png"), "InvalidReply"),
    "bomb": (_of("30000x30000"), "InvalidReply"),
    "text bomb": (_of("text bomb"), "InvalidReply"),
    "too large": (Reply(chunks=(event(drawn(bytes(11 << 20))),) * 4), "InvalidReply"),
    "quota": (unary(error(429, "RESOURCE_EXHAUSTED", details=[quota((PER_DAY, "0"))]), 429), "QuotaExhausted"),
}
