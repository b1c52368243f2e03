"""From an engine's raw text to checked content. What can be read is kept, what cannot is refused."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from json import JSONDecodeError, JSONDecoder
from typing import cast

from knowalledge_desktop.core.content import Claim, ClaimState
from knowalledge_desktop.core.errors import InvalidReply
from knowalledge_desktop.core.evidence import claims_of
from knowalledge_desktop.core.links import without_links
from knowalledge_desktop.core.payload import (
    Content,
    ExplanationText,
    RawText,
    Subtopic,
    SubtopicList,
    TopicCandidate,
    TopicCandidates,
    Verdict,
    Verdicts,
)
from knowalledge_desktop.core.request import Request, Task
from knowalledge_desktop.core.validation import TOPIC_MAX, fold

CANDIDATES_MAX = 5
"""Topics that are offered for a picture."""

ALT_MAX = 300
"""Characters of the words beside a picture."""

_LIST_KEYS = ("subtopics", "topics")
_TITLE_KEYS = ("title", "name")
_SUMMARY_KEYS = ("summary", "description", "reason")
_FENCE = re.compile(r"```[^\S\n]*[\w-]*[^\S\n]*\n")
_WHOLE_FENCE = re.compile(r"\A```[^\S\n]*(?:markdown|md)?[^\S\n]*\n(.*?)(?:\n?```)?\Z", re.DOTALL | re.IGNORECASE)
_BULLET = re.compile(r"^[-*•–]\s+")
_NUMBER = re.compile(r"^\(?(\d{1,3})\s*[.):、]\s*(?=\D)")
_OPENING = re.compile(r"[\[{]")
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = JSONDecoder(strict=False)  # models put raw line breaks into strings


def parse(raw: RawText, request: Request) -> Content:
    """The content that the task promises; tasks without one give the raw text back."""
    match request.task:
        case Task.SUBTOPICS:
            return parse_subtopics(raw, request)
        case Task.EXPLANATION | Task.QUESTION:
            return parse_explanation(raw)
        case Task.IMAGE_TOPIC:
            return parse_candidates(raw)
        case Task.ILLUSTRATION:
            raise InvalidReply("text instead of a picture")
        case Task.SECOND_LOOK:
            return parse_verdicts(raw, len(request.statements))
        case Task.LIST_MODELS | Task.TEST_KEY | Task.COUNT_TOKENS:
            return raw


def parse_subtopics(raw: RawText, request: Request) -> SubtopicList:
    """Branches from a JSON answer; of one that was cut short the whole items are kept.

    Titles that repeat one another, the topic, its path or `request.avoid` are left out, and no more than
    `request.options.count` are kept. Raises InvalidReply when no item can be read.
    """
    items, cut = _items(raw.text)
    read = _unnumbered([pair for pair in map(_pair, items) if pair is not None])
    if not read:
        raise InvalidReply("no subtopic could be read")
    read = [(_named(title), _named(text)) for title, text in read]
    seen = {fold(title) for title in (request.topic, *request.path, *request.avoid)} | {""}
    kept: list[Subtopic] = []
    for title, summary in read:
        name = fold(title)
        if name not in seen and len(title) <= TOPIC_MAX:
            seen.add(name)
            kept.append(Subtopic(title, summary))
    kept = kept[: request.options.count]
    return SubtopicList(tuple(kept), complete=not (raw.truncated or cut) or len(kept) >= request.options.count)


def parse_verdicts(raw: RawText, statements: int) -> Verdicts:
    """Verdicts on so many statements; the first word on each counts. Raises InvalidReply without any."""
    try:
        told: object = json.loads(raw.text)
    except (ValueError, RecursionError):
        raise InvalidReply("the verdicts could not be read") from None
    items = cast("dict[str, object]", told).get("verdicts") if isinstance(told, dict) else None
    found: dict[int, Verdict] = {}
    for item in cast("list[object]", items) if isinstance(items, list) else []:
        each = cast("dict[str, object]", item) if isinstance(item, dict) else {}
        number, verdict = each.get("number"), each.get("verdict")
        known = isinstance(verdict, str) and verdict in tuple(Verdict)
        if known and isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= statements:
            found.setdefault(number, Verdict(verdict))
    if not found:
        raise InvalidReply("no verdict could be read")
    return Verdicts(tuple(sorted(found.items())))


def _named(words: str) -> str:
    return _line(without_links(words, removed=""))


def parse_explanation(raw: RawText) -> ExplanationText:
    """An explanation with its claims; raises InvalidReply when there is no text."""
    text = _printable(raw.text.replace("\r\n", "\n"), keep="\n\t").strip()
    fenced = _WHOLE_FENCE.match(text)
    # An odd fence inside is the end of a code block that the text begins with.
    whole = fenced is not None and fenced.group(1).count("```") % 2 == 0
    markdown = fenced.group(1).strip() if fenced and whole else text
    # A model's own words may name any address; only one that came as a source is let through.
    markdown = without_links(markdown, frozenset(source.url for source in raw.sources)).strip()
    if not markdown:
        raise InvalidReply("the explanation is empty")
    claims = tuple(_supported(claim, raw) for claim in claims_of(markdown))
    return ExplanationText(markdown, claims, raw.sources, complete=not raw.truncated)


def _supported(claim: Claim, raw: RawText) -> Claim:
    """A claim with the sources of the supports whose words it shares; unchecked when there are none."""
    said = fold(claim.text)
    found: set[int] = set()
    for support in raw.supports:
        words = fold(support.text)
        if words and ((words in said and 2 * len(words) >= len(said)) or said in words):
            found.update(i for i in support.sources if 0 <= i < len(raw.sources))
    return replace(claim, state=ClaimState.SUPPORTED, sources=tuple(sorted(found))) if found else claim


def parse_candidates(raw: RawText) -> TopicCandidates:
    """Topics for a picture, each once, the best first; raises InvalidReply when none can be read."""
    items, _ = _items(raw.text)
    kept: dict[str, TopicCandidate] = {}
    for title, reason in _unnumbered([pair for pair in map(_pair, items) if pair is not None]):
        named = _named(title)
        if fold(named) and len(named) <= TOPIC_MAX:
            kept.setdefault(fold(named), TopicCandidate(named, _named(reason)))
    if not kept:
        raise InvalidReply("no topic for the picture could be read")
    return TopicCandidates(tuple(kept.values())[:CANDIDATES_MAX])


def alt_text(words: str, topic: str) -> str:
    """What is told of a picture to those who cannot see it: the model's own words, else the topic."""
    line = _named(words)
    if len(line) > ALT_MAX:
        line = line[: ALT_MAX - 1].rsplit(" ", 1)[0].rstrip() + "…"
    return line or topic


def _items(text: str) -> tuple[list[object], bool]:
    """The whole items of the answer's list, and whether the JSON was cut short."""
    fence = _FENCE.search(text)
    start = _OPENING.search(text, fence.end() if fence else 0)
    if start is None:
        raise InvalidReply("the answer is not JSON")
    try:
        value: object = _DECODER.raw_decode(text, start.start())[0]
    except JSONDecodeError:
        return list(_whole_items(text, start.start())), True
    except RecursionError:
        raise InvalidReply("the answer is nested too deeply") from None
    return _list_in(value), False


def _list_in(value: object) -> list[object]:
    if isinstance(value, list):
        return cast("list[object]", value)
    fields = cast("dict[str, object]", value)
    named = [fields.get(key) for key in _LIST_KEYS]
    lists = [cast("list[object]", each) for each in (*named, *fields.values()) if isinstance(each, list)]
    return lists[0] if lists else []


def _whole_items(text: str, start: int) -> Iterator[object]:
    """Items of a list that breaks off; a half item is not an item."""
    position = start if text[start] == "[" else _list_start(text, start)
    if position is None:
        return
    position = _skip(text, position + 1)
    while position < len(text) and text[position] in '{"':
        try:
            item, position = _DECODER.raw_decode(text, position)
        except (JSONDecodeError, RecursionError):
            return
        yield item
        position = _skip(text, position)
        if text[position : position + 1] != ",":
            return
        position = _skip(text, position + 1)


def _list_start(text: str, start: int) -> int | None:
    """Where the list begins in an object that breaks off."""
    position = _skip(text, start + 1)
    try:
        while text[position : position + 1] == '"':
            key, position = _DECODER.raw_decode(text, position)
            position = _skip(text, position)
            if text[position : position + 1] != ":":
                return None
            position = _skip(text, position + 1)
            if text[position : position + 1] == "[" and key in _LIST_KEYS:
                return position
            _, position = _DECODER.raw_decode(text, position)
            position = _skip(text, position)
            if text[position : position + 1] == ",":
                position = _skip(text, position + 1)
    except (JSONDecodeError, RecursionError):
        return None
    return None


def _skip(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _pair(item: object) -> tuple[str, str] | None:
    """Title and summary of one item."""
    if isinstance(item, str):
        return (_line(item), "") if _line(item) else None
    if not isinstance(item, dict):
        return None
    fields = cast("dict[str, object]", item)
    title = _first_text(fields, _TITLE_KEYS)
    return (title, _first_text(fields, _SUMMARY_KEYS)) if title else None


def _first_text(fields: dict[str, object], keys: tuple[str, ...]) -> str:
    return next((line for key in keys if isinstance(text := fields.get(key), str) and (line := _line(text))), "")


def _line(text: str) -> str:
    """Text on one line in NFC, without control characters, bullets and emphasis around it."""
    line = " ".join(_printable(unicodedata.normalize("NFC", text), keep="\n\t").split())
    line = _BULLET.sub("", line)
    if len(line) > 4 and line.startswith("**") and line.endswith("**") and line.count("**") == 2:
        line = line[2:-2].strip()
    return line


def _printable(text: str, *, keep: str) -> str:
    """Without control characters (but `keep`) and lone surrogates, which no file could store."""
    return "".join(ch for ch in text if ch in keep or unicodedata.category(ch) not in {"Cc", "Cs"})


def _unnumbered(read: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Titles without their list numbers.

    Numbers are taken off only when they count through the whole list: "2. Weltkrieg" among other titles
    keeps its ordinal.
    """
    found = [_NUMBER.match(title) for title, _ in read]
    numbers = [int(each.group(1)) for each in found if each is not None]
    counting = len(numbers) == len(read) > 1 and numbers == list(range(numbers[0], numbers[0] + len(read)))
    if not counting:
        return read
    pairs = zip(read, found, strict=True)
    return [(title[each.end() :], summary) for (title, summary), each in pairs if each is not None]
