"""Putting a streamed Gemini answer together: text, pictures, end, blocks, sources, tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from knowalledge_desktop.core.content import Source, Usage
from knowalledge_desktop.core.errors import ContentBlocked, InvalidReply
from knowalledge_desktop.core.payload import RawText, Support

if TYPE_CHECKING:
    from google.genai import types

PICTURES_MAX_BYTES = 40 * 1024 * 1024
"""Bytes of all pictures of an answer; models give a few megabytes."""

TEXT_MAX = 1_000_000
"""Characters; a longer answer is not one."""

_UNNAMED = re.compile(r"[^A-Z0-9_]")
_WHOLE = "STOP"
_CUT = frozenset({"MAX_TOKENS", "CONTINUATION"})
_DECLINED = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "LANGUAGE",
        "OTHER",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "IMAGE_OTHER",
        "MODEL_ARMOR",
        "ESCALATION",
    }
)
_BROKEN = frozenset(
    {
        "MALFORMED_FUNCTION_CALL",
        "MALFORMED_RESPONSE",
        "UNEXPECTED_TOOL_CALL",
        "TOO_MANY_TOOL_CALLS",
        "MISSING_THOUGHT_SIGNATURE",
        "NO_IMAGE",
    }
)


Span = tuple[int, int, tuple[str, ...]]
"""Where words stand in the text, from and to in UTF-8 bytes, and the addresses that they rest on."""


@dataclass
class Reply:
    """One answer while it arrives. Feed it every chunk, then take `raw()` or look at `pictures`."""

    model: str
    finish: str = ""
    length: int = 0
    texts: list[str] = field(default_factory=list[str])
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    supports: list[Span] = field(default_factory=list[Span])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    pictures: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]], repr=False)
    picture_bytes: int = 0

    def add(self, chunk: types.GenerateContentResponse) -> str:
        """Take one chunk and give back its new text; raises ContentBlocked or InvalidReply.

        A chunk is the SDK's GenerateContentResponse, in which every field may be absent. Thoughts
        are not text.
        """
        feedback = chunk.prompt_feedback
        if feedback is not None and (feedback.block_reason is not None or feedback.block_reason_message):
            raise ContentBlocked(_name(feedback.block_reason) or "PROMPT_BLOCKED")
        self.model = chunk.model_version or self.model
        self._count(chunk.usage_metadata)
        candidates = chunk.candidates or []
        if not candidates:
            return ""
        candidate = candidates[0]
        self._source(candidate.grounding_metadata)
        text = "".join(_texts(candidate.content))
        self.length += len(text)
        if self.length > TEXT_MAX:
            raise InvalidReply("the answer is too long")
        self.texts.append(text)
        self._picture(candidate.content)
        self.finish = _name(candidate.finish_reason) or self.finish
        if self.finish in _DECLINED:
            raise ContentBlocked(self.finish)
        if self.finish in _BROKEN:
            raise InvalidReply(self.finish)
        return text

    def raw(self) -> RawText:
        """The whole text; raises InvalidReply when there is none.

        Only STOP is a whole answer: a stream that just ends, or ends for a reason that this program does
        not know, may hide a cut.
        """
        text = "".join(self.texts)
        if not text.strip():
            why = "length limit reached before any text" if self.finish in _CUT else "empty answer"
            raise InvalidReply(f"{why} ({self.finish or 'no end'})")
        return RawText(text, self.finish != _WHOLE, tuple(self.sources.values()), self._supported(text))

    def usage(self) -> Usage:
        """Tokens as last counted by the service; absent counts are 0."""
        return Usage(
            prompt_tokens=self.counts.get("prompt_token_count", 0)
            + self.counts.get("tool_use_prompt_token_count", 0),
            output_tokens=self.counts.get("candidates_token_count", 0),
            thought_tokens=self.counts.get("thoughts_token_count", 0),
            cached_tokens=self.counts.get("cached_content_token_count", 0),
            image_tokens=self.counts.get("image_token_count", 0),
        )

    def _count(self, told: types.GenerateContentResponseUsageMetadata | None) -> None:
        if told is None:
            return
        for name in (
            "prompt_token_count",
            "tool_use_prompt_token_count",
            "candidates_token_count",
            "thoughts_token_count",
            "cached_content_token_count",
        ):
            value = getattr(told, name)
            if value is not None:
                self.counts[name] = value
        details = told.candidates_tokens_details or []
        drawn = sum(each.token_count or 0 for each in details if _name(each.modality) == "IMAGE")
        if drawn:
            self.counts["image_token_count"] = drawn

    def _picture(self, content: types.Content | None) -> None:
        """Take the pictures of a chunk; drafts among a model's thoughts are not the picture."""
        for part in (content.parts or []) if content is not None else []:
            blob = part.inline_data
            if blob is None or not blob.data or part.thought:
                continue
            self.picture_bytes += len(blob.data)
            if self.picture_bytes > PICTURES_MAX_BYTES:
                raise InvalidReply("the pictures of the answer are too large")
            self.pictures.append((blob.mime_type or "", blob.data))

    def _source(self, grounding: types.GroundingMetadata | None) -> None:
        if grounding is None:
            return
        for each in grounding.grounding_chunks or []:
            web = each.web
            if web is not None and web.uri and web.uri.startswith(("https://", "http://")):
                self.sources.setdefault(web.uri, Source(title=web.title or web.uri, url=web.uri))
        chunks = [each.web.uri if each.web else None for each in grounding.grounding_chunks or []]
        for each in grounding.grounding_supports or []:
            found = [chunks[i] for i in each.grounding_chunk_indices or [] if 0 <= i < len(chunks)]
            segment, named = each.segment, tuple(uri for uri in found if uri in self.sources)
            if segment is not None and segment.end_index and named:
                self.supports.append((segment.start_index or 0, segment.end_index, named))

    def _supported(self, text: str) -> tuple[Support, ...]:
        """The supports as words: the API counts places in UTF-8 bytes, and leaves out a beginning at 0."""
        data = text.encode("utf-8", "surrogatepass")
        places = {uri: i for i, uri in enumerate(self.sources)}
        told: list[Support] = []
        for start, end, uris in self.supports:
            words = data[start:end].decode("utf-8", "ignore").strip()
            if words:
                told.append(Support(words, tuple(places[uri] for uri in uris)))
        return tuple(told)


def _texts(content: types.Content | None) -> Iterable[str]:
    if content is None or not content.parts:
        return ()
    return (part.text for part in content.parts if part.text and not part.thought)


def _name(member: Enum | str | None) -> str:
    """The wire name of an enum member, known or new to the SDK; empty for none."""
    if member is None:
        return ""
    return _UNNAMED.sub("_", str(getattr(member, "value", member)).upper())[:60]
