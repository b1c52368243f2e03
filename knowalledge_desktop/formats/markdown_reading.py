"""Reading Markdown outlines line by line, in one pass: our own files, and headings and lists of anybody's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, cast

from knowalledge_desktop.core.content import Source
from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.graph import Explanation, Link, LinkKind, Topic
from knowalledge_desktop.formats.base import Caps, Imported, foreign_of, is_id, with_foreign
from knowalledge_desktop.formats.markdown_text import commented, labelled, plain, source_of, unframed
from knowalledge_desktop.formats.records import Record, record_of, rendering_from, text_from, with_record
from knowalledge_desktop.formats.titles import fitted
from knowalledge_desktop.formats.tree import Grove

KIND = "markdown"
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?")
_ITEM = re.compile(r"([ \t]*)(?:[-*+•]|\d{1,9}[.)])[ \t]+(.*)")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
_FENCE = re.compile(r"[ \t]*(```|~~~)")
_ID = re.compile(r"(.*) <!-- id: ([\w.\-]{1,64}) -->[ \t]*", re.ASCII | re.DOTALL)
_BEGIN = re.compile(r"( *)<!-- begin ([a-z ]{1,20}): (.*) -->[ \t]*")
_TASK = re.compile(r"\[([ xX])\][ \t]+(.*)")
_WIDEST = 4_000
"""Blanks at the start of a line that count."""
_FRONT_TITLE = re.compile(r"title:[ \t]*(.+)")


def looks_like_markdown(start: bytes) -> bool:
    """Whether a heading, a list or our mark is among the first lines."""
    text = start.decode("utf-8", "replace")
    lines = text.split("\n")
    return "\x00" not in text and any(
        _HEADING.fullmatch(line.rstrip("\r")) or _ITEM.fullmatch(line.rstrip("\r")) for line in lines[:400]
    )


@dataclass
class _Open:
    """A topic that can get children: a heading (`indent` -1) or an item."""

    topic_id: str
    level: int
    indent: int = -1


@dataclass
class MarkdownReading:
    """One file on its way into a map."""

    name: str
    caps: Caps
    texts: dict[str, Explanation] = field(default_factory=dict[str, Explanation])
    links: dict[str, Link] = field(default_factory=dict[str, Link])
    _stack: list[_Open] = field(default_factory=list[_Open])
    _notes: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    _framed: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    _ends: dict[str, int] = field(default_factory=dict[str, int])
    _ranks: dict[str | None, int] = field(default_factory=dict[str | None, int])
    _before: list[str] = field(default_factory=list[str])
    _last_text: str = ""
    _named: int = 0
    _lineage: tuple[str, ...] = ()
    _root: str = ""

    def run(self, text: str) -> Imported:
        """The map that the text is."""
        self._grove = Grove(self.name, self.caps)
        lines = text.split("\n")
        at, front = _front_matter(lines)
        if front is not None:
            named = next(filter(None, map(_FRONT_TITLE.fullmatch, front)), None)
            self._grove.name = named[1].strip("\"' ") if named else self.name
        self._ends = {line.strip(): at for at, line in enumerate(lines) if line.lstrip().startswith("<!-- end ")}
        self._lines(lines, at)
        return self._imported(front)

    def _lines(self, lines: list[str], at: int) -> None:
        while at < len(lines):
            line = lines[at]
            begun = _BEGIN.fullmatch(line)
            if begun is not None and self._stack and self._ends.get(f"<!-- end {begun[2]} -->", -1) > at:
                at = self._frame(lines, at, begun)
                continue
            following = lines[at + 1] if at + 1 < len(lines) else ""
            if _is_underlined(line, following, lines[at - 1] if at else ""):
                self._heading(1 if "=" in following else 2, line.strip())
                at += 2
                continue
            fence = _FENCE.match(line)
            if fence is not None:
                at = self._fence(lines, at, fence[1])
                continue
            self._line(line)
            at += 1

    def _line(self, line: str) -> None:
        heading = _HEADING.fullmatch(line)
        if heading is not None:
            self._heading(len(heading[1]), heading[2] or "")
            return
        item = None if _RULE.fullmatch(line) else _ITEM.fullmatch(line)
        if item is not None:
            self._item(len(item[1][:_WIDEST].expandtabs(4)), item[2])
            return
        whole = commented(line, "knowalledge")
        if whole is not None:
            self._grove.map_id = labelled(whole, "id") if is_id(whole.get("id")) else ""
            self._lineage = tuple(each for each in labelled(whole, "lineage").split(" ") if is_id(each))
            return
        about = commented(line, "about")
        if about is not None and self._stack:
            topic_id = self._stack[-1].topic_id
            topic = self._grove.topics[topic_id]
            self._grove.topics[topic_id] = replace(with_record(topic, about), sources=topic.sources)
            return
        self._say(line)

    def _heading(self, level: int, raw: str) -> None:
        while self._stack and (self._stack[-1].indent >= 0 or self._stack[-1].level >= level):
            self._stack.pop()
        if not _ID.fullmatch(raw):
            open_end = raw.rstrip(" \t").rstrip("#")
            raw = open_end if open_end[-1:] in {" ", "\t"} else raw
        self._topic(raw, _Open("", level))

    def _item(self, indent: int, raw: str) -> None:
        while self._stack and self._stack[-1].indent >= indent:
            self._stack.pop()
        self._topic(raw, _Open("", 0, indent))

    def _topic(self, raw: str, opened: _Open) -> None:
        told = _ID.fullmatch(raw)
        task = _TASK.fullmatch(told[1] if told else raw)
        words, sources = plain(task[2] if task else told[1] if told else raw)
        title, rest = fitted(words)
        parent = self._stack[-1].topic_id if self._stack else None
        rank = self._ranks[parent] = self._ranks.get(parent, -1) + 1
        topic_id = self._grove.fresh_id(told[2] if told else None, parent, title)
        self._named += told is not None
        if told is not None and parent is None and not self._root:
            self._root = topic_id
        topic = Topic(topic_id, title, parent, float(rank), sources=sources)
        self._grove.add(with_foreign(topic, KIND, {"task": task[1].lower()}) if task else topic)
        if rest:
            self._notes[topic_id] = rest.split("\n")
        opened.topic_id = topic_id
        self._stack.append(opened)

    def _say(self, line: str) -> None:
        """A line that is no topic: it belongs to the note of the last one, or of the root."""
        if not self._stack:
            self._before.append(line.rstrip())
            return
        self._notes.setdefault(self._stack[-1].topic_id, []).append(line.strip())

    def _fence(self, lines: list[str], at: int, mark: str) -> int:
        end = next((n for n in range(at + 1, len(lines)) if lines[n].strip().startswith(mark)), len(lines) - 1)
        for line in lines[at : end + 1]:
            if self._stack:
                self._notes.setdefault(self._stack[-1].topic_id, []).append(line.rstrip())
            else:
                self._before.append(line.rstrip())
        return end + 1

    def _frame(self, lines: list[str], at: int, begun: re.Match[str]) -> int:
        kind, end = begun[2], f"<!-- end {begun[2]} -->"
        last = next(n for n in range(at + 1, len(lines)) if lines[n].strip() == end)
        inside, indent = lines[at + 1 : last], len(begun[1])
        topic_id = self._stack[-1].topic_id
        told = record_of(begun[3])
        if kind == "links":
            self._links(topic_id, inside)
        elif kind in {"sources", "text sources"}:
            self._sources(topic_id, inside, of_text=kind != "sources")
        elif kind == "text":
            self._text(topic_id, told, unframed(inside, indent))
        elif kind == "summary":
            self._grove.topics[topic_id] = replace(self._grove.topics[topic_id], summary=unframed(inside, indent))
        else:
            self._framed.setdefault(topic_id, []).append(unframed(inside, indent))
        return last + 1

    def _text(self, topic_id: str, told: Record, markdown: str) -> None:
        words: object = told.get("for")
        listed = cast("list[object]", words) if isinstance(words, list) else []
        rendering = rendering_from(tuple(each for each in listed if isinstance(each, str)))
        if rendering is None:
            self._framed.setdefault(topic_id, []).append(markdown)
            return
        text = text_from(topic_id, rendering, markdown, told)
        known = self.texts.get(text.key)
        if known is not None:
            text = replace(known, markdown=f"{known.markdown}\n\n{markdown}")
        self.texts[text.key] = text
        self._last_text = text.key

    def _sources(self, topic_id: str, lines: list[str], *, of_text: bool) -> None:
        found: list[Source] = []
        for line in lines:
            source = source_of(line) if len(line) < 10_000 else None
            if source is not None:
                found.append(source)
            elif line.strip():
                self._notes.setdefault(topic_id, []).append(line.strip())
        text = self.texts.get(self._last_text)
        if of_text and text is not None and text.topic_id == topic_id:
            self.texts[text.key] = replace(text, sources=tuple(found))
        else:
            topic = self._grove.topics[topic_id]
            self._grove.topics[topic_id] = replace(topic, sources=(*topic.sources, *found))

    def _links(self, topic_id: str, lines: list[str]) -> None:
        for line in lines:
            _, begun, rest = line.partition("<!-- link: ")
            told = commented(begun + rest, "link") or {}
            link_id, target, kind = (labelled(told, name) for name in ("id", "to", "kind"))
            if not (is_id(link_id) and is_id(target) and kind in tuple(LinkKind)):
                continue
            if len(self.links) >= self.caps.links:
                raise ImportRefused(f"The file has more than {self.caps.links:,} links, so it was not read.")
            self.links[link_id] = Link(link_id, topic_id, target, LinkKind(kind), labelled(told, "label"))

    def _imported(self, front: list[str] | None) -> Imported:
        for topic_id in {**self._framed, **self._notes}:
            loose = "\n".join(self._notes.get(topic_id, ())).strip("\n")
            note = "\n\n".join([*self._framed.get(topic_id, ()), *([loose] if loose else ())])
            self._grove.topics[topic_id] = replace(self._grove.topics[topic_id], note=note)
        document = self._grove.finish(self.links, self.texts, root_id=self._root)
        root = document.root
        before = "\n".join(self._before).strip("\n")
        if root is not None and (before or front is not None):
            kept: dict[str, Any] = foreign_of(root, KIND)
            if front is not None:
                kept = {**kept, "front": "\n".join(front)}
            note = "\n\n".join(filter(None, (before, root.note)))
            root = with_foreign(replace(root, note=note), KIND, kept)
            document = replace(document, topics={**document.topics, root.topic_id: root})
        return Imported(
            document,
            keeps_ids=self._named > 0,
            lineage=self._lineage if self._named else (),
            warnings=tuple(self._grove.warnings),
        )


def _front_matter(lines: list[str]) -> tuple[int, list[str] | None]:
    """Where the text begins, and the lines of the front matter."""
    if not lines or lines[0].rstrip() != "---":
        return 0, None
    for number in range(1, min(len(lines), 1000)):
        if lines[number].rstrip() == "---":
            return number + 1, lines[1:number]
    return 0, None


def _is_underlined(line: str, following: str, before: str) -> bool:
    return (
        bool(line.strip())
        and not before.strip()
        and _UNDERLINE.fullmatch(following) is not None
        and not line.lstrip().startswith(("<!--", "#", ">", "|"))
        and _ITEM.fullmatch(line) is None
    )
