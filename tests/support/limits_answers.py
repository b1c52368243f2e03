"""The bodies of the simulated service: answers whole or in pieces, lists of models, and its 429s."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.gemini_cases import PER_DAY, PER_MINUTE, error, retry_in
from tests.support.limits_words import PICTURE_TOKENS, Filler, field_of, png, prose, text_of, tokens_of

TEXT_MODEL = "gemini-3.5-flash-lite"
IMAGE_MODEL = "gemini-3.1-flash-image"
MODEL_NAMES = (TEXT_MODEL, "gemini-3.8-flash", "gemini-3.1-pro", IMAGE_MODEL)

PIECES = 6

QUOTAS: Mapping[str, tuple[str, str]] = {
    "rpm": (PER_MINUTE, "generate_content_free_tier_requests"),
    "rpd": (PER_DAY, "generate_content_free_tier_requests"),
    "tpm": (
        "GenerateContentInputTokensPerModelPerMinute-FreeTier",
        "generate_content_free_tier_input_token_count",
    ),
    "tpd": ("GenerateContentInputTokensPerModelPerDay-FreeTier", "generate_content_free_tier_input_token_count"),
    "ipm": ("GenerateImagesPerMinutePerProjectPerModel-FreeTier", "generate_images_free_tier_requests"),
}
"""quotaId and quotaMetric of each limit."""


# --- answering ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Made:
    """An answer: pieces of parts in the order they are streamed, and why it ends."""

    pieces: Sequence[Mapping[str, Any]]
    output_tokens: int
    finish: str = "STOP"

    def values(self, model: str, tokens: int, *, whole: bool) -> list[dict[str, Any]]:
        """The GenerateContentResponses: one with everything, or one a piece."""
        usage = {"promptTokenCount": tokens, "totalTokenCount": tokens + self.output_tokens}
        usage |= {"candidatesTokenCount": self.output_tokens} if self.output_tokens else {}
        groups = [list(self.pieces)] if whole else [[piece] for piece in self.pieces] or [[]]
        values: list[dict[str, Any]] = []
        for number, group in enumerate(groups, 1):
            candidate: dict[str, Any] = {"content": {"role": "model", "parts": group} if group else {}, "index": 0}
            if number == len(groups):
                candidate["finishReason"] = self.finish
            values.append({"candidates": [candidate], "usageMetadata": usage, "modelVersion": model})
        return values


def answer(body: Mapping[str, Any], model: str) -> Made:
    """What the service says to a request that it serves."""
    if is_picture_model(model):
        return _picture(text_of(body))
    shape = _shape(body)
    text = json.dumps(Filler(body).fill(shape), ensure_ascii=False) if shape else prose(body)
    size = max(1, math.ceil(len(text) / PIECES))
    pieces = [{"text": text[at : at + size]} for at in range(0, len(text), size)]
    return Made(pieces, tokens_of(text))


def is_picture_model(model: str) -> bool:
    return "image" in model


def refused_picture() -> Made:
    """What a picture that is declined comes back as: nothing, with a reason."""
    return Made((), 0, "IMAGE_SAFETY")


def _shape(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    settings = field_of(body, "generationConfig") or {}
    return field_of(settings, "responseJsonSchema") or field_of(settings, "responseSchema")


def _picture(text: str) -> Made:
    data = base64.b64encode(png(text)).decode()
    parts = ({"text": "Here is the picture."}, {"inlineData": {"mimeType": "image/png", "data": data}})
    return Made(parts, PICTURE_TOKENS)


def model_told(name: str) -> dict[str, Any]:
    """A model as the list of models tells it."""
    title = name.replace("-", " ").title()
    return {
        "name": f"models/{name}",
        "displayName": title,
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }


# --- refusing -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Violation:
    """A limit that was hit; `limit` is None when the service keeps it to itself."""

    name: str
    limit: int | None


def refusal(violations: Sequence[Violation], model: str, retry_s: float) -> dict[str, Any]:
    """The body of a 429 that says which limit was hit."""
    lines = ["You exceeded your current quota."]
    told: list[dict[str, Any]] = []
    for each in violations:
        quota_id, metric = QUOTAS[each.name]
        full = f"generativelanguage.googleapis.com/{metric}"
        lines.append(f"* Quota exceeded for metric: {full}, limit: {each.limit}, model: {model}")
        dimensions = {"location": "global", "model": model}
        value = {} if each.limit is None else {"quotaValue": str(each.limit)}
        told.append({"quotaMetric": full, "quotaId": quota_id, "quotaDimensions": dimensions, **value})
    details = [
        {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"description": "Gemini API quotas"}]},
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": told},
        retry_in(f"{retry_s:.9f}".rstrip("0").rstrip(".") + "s"),
    ]
    return error(429, "RESOURCE_EXHAUSTED", "\n".join(lines), details)
