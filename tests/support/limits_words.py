"""What a request to the simulated service says, and the words, figures and pictures that answer it."""

from __future__ import annotations

import hashlib
import json
import math
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

PICTURE_TOKENS = 1120
PICTURE_SIDE = 128

ASPECTS = (
    "History", "Origins", "Principles", "Methods", "Instruments", "Measurement", "Economics", "Ethics", "Future",
    "Geography", "Materials", "Pioneers", "Teaching", "Criticism", "Applications", "Language", "Law", "Algebra",
    "Patterns", "Culture", "Risks", "Regulation", "Classification", "Structure", "Dynamics", "Energy", "Symbols",
    "Evolution", "Experiments", "Controversies",
)  # fmt: skip
SUBJECTS = ("Lighthouse", "Waterfall", "Steam engine", "Sunflower", "Suspension bridge", "Violin", "Glacier")
SENTENCES = (
    "{topic} has parts that can be told apart, and each of them has a task.",
    "People met {topic} long before they had a word for it.",
    "What is known of {topic} comes from watching, measuring and comparing.",
    "One part of {topic} changes slowly while another follows within days.",
    "The limits of {topic} show best where two of its parts meet.",
    "Where {topic} is taught, a drawing usually comes before a formula.",
)

_WORDS = re.compile(r"[A-Za-z]+|[^A-Za-z\s]")


# --- reading a request --------------------------------------------------------------------------------------


def parts_of(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The parts of everything that is input, the system instruction included."""
    asked = field_of(body, "generateContentRequest") or body
    system = field_of(asked, "systemInstruction")
    for content in [*([system] if system else []), *(asked.get("contents") or [])]:
        yield from content.get("parts") or []


def text_of(body: Mapping[str, Any]) -> str:
    return "\n".join(part["text"] for part in parts_of(body) if "text" in part)


def pictures_of(body: Mapping[str, Any]) -> list[str]:
    return [data["data"] for part in parts_of(body) if (data := field_of(part, "inlineData"))]


def tokens_of(text: str) -> int:
    """Tokens of a text as this service counts them: four letters each, any other character by its bytes."""
    pieces = _WORDS.findall(text)
    return sum(math.ceil(len(p) / 4) if p[0].isascii() else math.ceil(len(p.encode()) / 3) for p in pieces)


def prompt_tokens(body: Mapping[str, Any]) -> int:
    """Input tokens of a request."""
    return tokens_of(text_of(body)) + PICTURE_TOKENS * len(pictures_of(body))


def told_data(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON object among the user's words, empty when there is none."""
    for content in reversed(body.get("contents") or []):
        text = "\n".join(part.get("text", "") for part in content.get("parts") or [])
        begin, end = text.find("{"), text.rfind("}")
        if 0 <= begin < end:
            try:
                told = json.loads(text[begin : end + 1])
            except ValueError:
                continue
            if isinstance(told, dict):
                return told
    return {}


def topic_of(body: Mapping[str, Any]) -> str:
    """The topic that a request is about, empty when it cannot be told."""
    told = told_data(body)
    named = [value for name in ("topic", "title", "root") if isinstance(value := told.get(name), str)]
    return named[0] if named else ""


def field_of(told: Mapping[str, Any], name: str) -> Any:
    """A field under its camelCase or snake_case name: both are sent."""
    snake = re.sub(r"(?<!^)([A-Z])", lambda found: "_" + found[1].lower(), name)
    return told.get(name, told.get(snake))


# --- making an answer -----------------------------------------------------------------------------------------


def png(seed: str, side: int = PICTURE_SIDE) -> bytes:
    """A small real PNG, rings in colours that follow from the seed."""
    tone = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()
    rows = bytearray()
    for y in range(side):
        rows.append(0)  # no filter
        for x in range(side):
            ring = ((x - side // 2) ** 2 + (y - side // 2) ** 2) // (side * 2)
            rows += bytes(((tone[0] + ring * 9) % 256, (tone[1] + 2 * x) % 256, (tone[2] + 2 * y) % 256))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    blocks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in blocks
    )


def prose(body: Mapping[str, Any]) -> str:
    """An explanation of about the asked number of words."""
    topic = topic_of(body) or "The subject"
    asked = re.search(r"about (\d+) words", text_of(body))
    words = int(asked[1]) if asked else 150
    example = f"## In the real world\n\nA visitor meets {topic} in the museum of a harbour town.\n"
    lines: list[str] = [f"**{topic}** is explained here in plain sentences."]
    count = len(example.split())
    for number in range(1000):
        if count + len(" ".join(lines).split()) >= words:
            break
        told = SENTENCES[number % len(SENTENCES)].format(topic=topic)
        lines.append(told if number < len(SENTENCES) else f"{told[:-1]}, in case {number} as in the others.")
    return " ".join(lines) + "\n\n" + example


class Filler:
    """Fills any JSON schema with titles that are new to the request, sentences, and falling scores."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        told = told_data(body)
        pictures = pictures_of(body)
        seen = zlib.crc32(pictures[0].encode()) if pictures else 0
        self._topic = topic_of(body) or (SUBJECTS[seen % len(SUBJECTS)] if pictures else "Subject")
        named = (told.get(name) for name in ("path", "siblings", "avoid", "existing"))
        self._taken = {self._topic, *(str(each) for one in named if isinstance(one, list) for each in one)}

    def fill(self, shape: Mapping[str, Any], name: str = "", at: int = 0) -> Any:
        if "enum" in shape:
            return shape["enum"][0]
        kind = shape.get("type", "object")
        match str(kind[0] if isinstance(kind, list) else kind).casefold():
            case "object":
                fields = shape.get("properties") or {}
                return {each: self.fill(inner, each, at) for each, inner in fields.items()}
            case "array":
                most = int(field_of(shape, "maxItems") or field_of(shape, "minItems") or 3)
                return [self.fill(shape.get("items") or {"type": "string"}, name, n) for n in range(most)]
            case "number" | "integer" as number:
                return self._number(shape, at, whole=number == "integer")
            case "boolean":
                return True
            case _:
                return self._text(name, at)

    def _number(self, shape: Mapping[str, Any], at: int, *, whole: bool) -> float:
        low, high = float(shape.get("minimum", 0)), float(shape.get("maximum", 1))
        value = high - (high - low) * min(0.9, 0.05 + 0.12 * at)
        return round(value) if whole else round(value, 3)

    def _text(self, name: str, at: int) -> str:
        if not re.search(r"title|topic|name|label|subtopics|candidates", name):
            return f"What belongs to {self._topic} under number {at + 1}, told in one sentence."
        short = " ".join(self._topic.split()[-4:])
        for number in range(1000):
            aspect = ASPECTS[number % len(ASPECTS)]
            title = f"{aspect} of {short}" if number < len(ASPECTS) else f"{aspect} of {short} {number}"
            if title not in self._taken:
                self._taken.add(title)
                return title
        raise ValueError(f"no title is left for {self._topic}")
