"""Pieces of Markdown: escaped titles and plain ones, comments that carry data, texts in a frame."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any

from knowalledge_desktop.core.content import Source
from knowalledge_desktop.formats.base import clean
from knowalledge_desktop.formats.records import Record, compact, record_of

_ESCAPED = re.compile(r"[\\`*_\[\]<>&|~$]|^#|#$|^[-+=](?=.)|(?<=^\d)[.)]|(?<=^\d\d)[.)]|(?<=^\d\d\d)[.)]|^[-+=]$")
_INLINE = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|!?\[(?P<words>[^\[\]]{0,300})\]\((?:<(?P<address>[^<>\n]{0,2000})>|(?P<bare>[^\s()<>]{0,2000}))"
    r"(?:\s\"[^\"]{0,200}\")?\)"
    r"|(?P<mark>\*\*|__|~~|`|\*(?=\S)|(?<=\S)\*|(?<!\w)_(?=\S)|(?<=\S)_(?!\w))"
    r"|(?P<entity>&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]\w{1,20});)"
)
_LONGEST = 1_200
"""Letters of a title of which the markup is looked at."""
_HEADING = re.compile(r"(#{1,6})(?=[ \t]|$)")
_SHIFTED = re.compile(r"(#{1,6})(.*) <!-- h([1-6]) -->")
_FRAME = re.compile(r"\\*\s*<!-- (?:begin|end) .*-->\s*")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_SOURCE = re.compile(
    r"- \[(?P<title>(?:[^\[\]\\]|\\.)*)\]\(<(?P<url>(?:[^<>\\]|\\.)*)>\)(?: · (?P<licence>.*))?"
    r"|- (?P<plain>(?:[^\[\]\\]|\\.)*) \(no link: (?P<other>(?:[^<>()\\]|\\.)*)\)(?: · (?P<rest>.*))?"
)
_UNESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def escaped(title: str) -> str:
    """A title in which no letter means anything to Markdown or HTML."""
    return _ESCAPED.sub(lambda found: "\\" + found[0], title)


def plain(raw: str) -> tuple[str, tuple[Source, ...]]:
    """A title without its markup, and the places that it links to."""
    if len(raw) > _LONGEST:
        return raw, ()
    pieces: list[str] = []
    marks: dict[str, list[int]] = {}
    sources: list[Source] = []
    end = 0
    for found in _INLINE.finditer(raw):
        pieces.append(raw[end : found.start()])
        end = found.end()
        if found["escaped"] is not None:
            pieces.append(found["escaped"])
        elif found["mark"] is not None:
            marks.setdefault(found["mark"], []).append(len(pieces))
            pieces.append(found["mark"])
        elif found["entity"] is not None:
            pieces.append(html.unescape(found["entity"]))
        else:
            pieces.append(found["words"])
            address = found["address"] or found["bare"] or ""
            if is_web(address):
                sources.append(Source(found["words"] or address, address))
    pieces.append(raw[end:])
    for places in marks.values():
        for place in places if len(places) % 2 == 0 else ():
            pieces[place] = ""
    return "".join(pieces), tuple(sources)


def is_web(address: str) -> bool:
    """Whether an address may be a link in a file for others: nothing but the web."""
    return re.match(r"https?://[^\s<>\"]+$", address, re.IGNORECASE) is not None


def comment(word: str, told: Record) -> str:
    """A record as an HTML comment; nothing in it can end the comment."""
    text = compact(told)
    for before, after in (("--", "-\\u002d"), ("<", "\\u003c"), (">", "\\u003e")):
        text = text.replace(before, after)
    return f"<!-- {word}: {text} -->"


def commented(line: str, word: str) -> Record | None:
    """The record of a comment of this word; None when the line is something else."""
    start, end = f"<!-- {word}: ", " -->"
    line = line.strip()
    if not (line.startswith(start) and line.endswith(end) and len(line) >= len(start) + len(end)):
        return None
    return record_of(line[len(start) : -len(end)])


def framed(kind: str, text: str, *, level: int = 0, indent: str = "", told: Record | None = None) -> Iterator[str]:
    """A text between two comments; its headings go below `level`, and say where they were."""
    yield f"{indent}{comment(f'begin {kind}', told or {})}"
    fence = ""
    for line in clean(text).split("\n") if text else []:
        opened = _FENCE.match(line)
        if opened and not fence:
            fence = opened[1]
        elif opened and fence == opened[1]:
            fence = ""
        shown = _lowered(line, level, inside=bool(fence))
        if _FRAME.fullmatch(shown):
            shown = "\\" + shown
        yield indent + shown if shown else ""
    yield f"{indent}<!-- end {kind} -->"


def unframed(lines: Iterable[str], indent: int) -> str:
    """The text between the two comments."""
    return "\n".join(_unframed(lines, indent))


def _unframed(lines: Iterable[str], indent: int) -> Iterator[str]:
    for line in lines:
        lead = len(line) - len(line.lstrip(" "))
        shown = line[min(indent, lead) :]
        if shown.startswith("\\") and _FRAME.fullmatch(shown):
            shown = shown[1:]
        shifted = _SHIFTED.fullmatch(shown)
        yield "#" * int(shifted[3]) + shifted[2] if shifted else shown


def _lowered(line: str, level: int, *, inside: bool) -> str:
    heading = _HEADING.match(line)
    if heading is None or (inside and not _SHIFTED.fullmatch(line)):
        return line
    depth = len(heading[1])
    return f"{'#' * min(6, depth + level)}{line[depth:]} <!-- h{depth} -->"


def source_line(source: Source) -> str:
    """A source as an item of a list."""
    title, url = escaped(" ".join(clean(source.title).split())), _kept(source.url)
    shown = f"- [{title}](<{url}>)" if is_web(source.url) else f"- {title} (no link: {url})"
    licence = " ".join(clean(source.licence).split())
    return f"{shown} · {licence}" if licence else shown


def source_of(line: str) -> Source | None:
    """The source of such a line; None when it is something else."""
    found = _SOURCE.fullmatch(line.strip())
    if found is None:
        return None
    if found["url"] is not None:
        return Source(_raw(found["title"]), _raw(found["url"]), found["licence"] or "")
    return Source(_raw(found["plain"]), _raw(found["other"]), found["rest"] or "")


def labelled(told: Record, name: str) -> str:
    """A text of a record, "" when it is none."""
    value: Any = told.get(name)
    return clean(value) if isinstance(value, str) else ""


def _kept(url: str) -> str:
    return re.sub(r"[\\<>()]", lambda found: "\\" + found[0], " ".join(clean(url).split()))


def _raw(text: str) -> str:
    return _UNESCAPED.sub(r"\1", text)
