"""The notes of a vault: how a topic is written as one, and what topics a heap of notes is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from knowalledge_desktop.core.content import Source
from knowalledge_desktop.core.graph import Explanation, Link, LinkKind, Map, Rendering, Topic
from knowalledge_desktop.core.request import Detail, Level, Style
from knowalledge_desktop.formats.base import Caps, derived_id, fit_title, foreign_of, text_of, with_foreign
from knowalledge_desktop.formats.front_matter import front_matter, scalar, split_note, values
from knowalledge_desktop.formats.origins import origin_line
from knowalledge_desktop.formats.sections import join_sections, split_sections
from knowalledge_desktop.formats.tree import Grove

NAME = "vault"
_ORIGIN = "origin"
"""A property that is written for people, and read by nobody."""
_OURS = ("id", "title", "parent", "tag", "locked", "sources")
_WIKI = re.compile(r"\[\[([^\[\]|#^\n]{1,300})(?:[#^][^\[\]|\n]{0,300})?(?:\|[^\[\]\n]{0,300})?\]\]")
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_BAD = re.compile(r'[\\/:*?"<>|#^\[\]%\x00-\x1f]+')
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_LINK_LINE = re.compile(r"^- (related|same as) \[\[([^\[\]|#^\n]{1,300})\]\](?: (.*))?$")
_KINDS = {"related": LinkKind.RELATED, "same as": LinkKind.SAME_AS}
_WORDS = {kind: word for word, kind in _KINDS.items()}


def file_name(title: str) -> str:
    """A title as the name of a file on every system, and of a note that can be linked."""
    plain = " ".join(_BAD.sub(" ", unicodedata.normalize("NFC", title)).split()).strip(" .")[:100].strip(" .")
    while len(plain.encode()) > 200:
        plain = plain[:-1].rstrip()
    return f"_{plain}" if not plain or _RESERVED.match(plain) else plain


def file_names(document: Map) -> dict[str, str]:
    """The name of each topic's note, without its ending; no two are the same, however they are written."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    order = [*document.branch(document.root_id)]
    for topic_id in order:
        plain = file_name(document.topics[topic_id].title)
        name, count = plain, 1
        while unicodedata.normalize("NFKD", name).casefold() in taken:
            count += 1
            name = f"{plain} {count}"
        taken.add(unicodedata.normalize("NFKD", name).casefold())
        names[topic_id] = name
    return names


@dataclass(frozen=True, slots=True)
class Hanging:
    """What hangs on the topics of a map: texts and outgoing links, in the order of their ids."""

    texts: Mapping[str, list[Explanation]]
    links: Mapping[str, list[Link]]

    @classmethod
    def of(cls, document: Map) -> Hanging:
        """Sorted once for all topics."""
        texts: dict[str, list[Explanation]] = {}
        for _, text in sorted(document.explanations.items()):
            texts.setdefault(text.topic_id, []).append(text)
        links: dict[str, list[Link]] = {}
        for _, link in sorted(document.links.items()):
            links.setdefault(link.source_id, []).append(link)
        return cls(texts, links)


def note_of(document: Map, topic_id: str, names: Mapping[str, str], hanging: Hanging) -> str:
    """A topic as a note."""
    topic = document.topics[topic_id]
    told: dict[str, object] = {"id": topic_id, "title": topic.title}
    if topic.parent_id is not None:
        told["parent"] = f"[[{names[topic.parent_id]}]]"
    if topic.tag:
        told["tag"] = topic.tag
    if topic.locked:
        told["locked"] = True
    if topic.sources:
        told["sources"] = [each.url for each in topic.sources]
    kept = foreign_of(topic, NAME)
    more: object = kept.get("front")
    lines = [str(line) for line in cast("list[object]", more)] if isinstance(more, list) else []
    origins = _origins(topic, hanging.texts.get(topic_id, ()))
    if origins and not any(line.startswith(f"{_ORIGIN}:") for line in lines):
        told[_ORIGIN] = origins
    parts = [("", "", topic.summary), ("note", "Note", topic.note)]
    for each in hanging.texts.get(topic_id, ()):
        r = each.rendering
        heading = f"Explanation ({r.level}, {r.detail}, {r.style}, {r.language})"
        parts.append((f"text {r.slug()}", heading, each.markdown))
    picture = document.pictures.get(topic_id)
    if picture is not None:
        alt = " ".join(_BAD.sub(" ", picture.alt).split())
        parts.append(("picture", "Picture", f"![[{picture.sha256}{_ending(picture.mime)}|{alt}]]"))
    children = [f"- [[{names[child]}]]" for child in document.children(topic_id)]
    parts.append(("topics", "Topics", "\n".join(children)))
    links = [
        f"- {_WORDS[link.kind]} [[{names[link.target_id]}]] {link.label}".rstrip()
        for link in hanging.links.get(topic_id, ())
    ]
    parts.append(("links", "Links", "\n".join(links)))
    return front_matter(told, lines) + join_sections(parts)


def _origins(topic: Topic, texts: Iterable[Explanation]) -> list[str]:
    """Who wrote the topic and each of its texts, for people; the map beside the notes says it in full."""
    told = [("topic", origin_line(topic.provenance, edited=topic.edited))]
    told += [(each.rendering.slug(), origin_line(each.provenance)) for each in texts]
    return [f"{what}: {line}" for what, line in told if line]


def _ending(mime: str) -> str:
    return {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}.get(mime, ".bin")


@dataclass
class _Note:
    path: str
    stem: str
    front: dict[str, list[str]]
    parts: dict[str, str]
    topic_id: str = ""
    title: str = ""
    parent: str = ""
    wiki: list[str] = field(default_factory=list[str])


@dataclass
class Parsed:
    """A map of notes."""

    document: Map
    keeps_ids: bool
    warnings: list[str]


def parse_notes(
    files: Mapping[str, bytes],
    name: str,
    caps: Caps,
    known: Map | None,
    names: Mapping[str, str],
    memo: dict[bytes, tuple[dict[str, list[str]], dict[str, str]]],
) -> Parsed:
    """The topics that notes are; `known` is the map that was exported, `names` what its notes were called.

    `memo` spares reading a note twice that is as it was; hand in the same one again.
    """
    grove = Grove(name, caps, known.map_id if known else "")
    notes: list[_Note] = []
    keeps_ids = False
    read: list[tuple[str, _Note]] = []
    for path in sorted(files):
        found = memo.get(files[path])
        if found is None:
            front, body = split_note(text_of(files[path], caps))
            found = memo[files[path]] = (front, split_sections(body))
        front, parts = found
        note = _Note(path, path.rpartition("/")[2][: -len(".md")], front, parts)
        read.append((scalar(front.get("id", ())) or "", note))
    # Of a note that was copied, the one with the name of the export is the topic.
    read.sort(key=lambda each: (names.get(each[0]) != each[1].stem, each[1].path))
    for wanted, note in read:
        note.title, rest = fit_title(_title(note, names.get(wanted, "")))
        note.topic_id = grove.fresh_id(wanted, None, f"{note.title}\x1f{note.path}")
        keeps_ids = keeps_ids or note.topic_id == wanted
        note.wiki = [m.strip() for m in _WIKI.findall(_CODE.sub("", "\n".join(_own_words(note))))]
        notes.append(note)
        was = known.topics.get(note.topic_id) if known else None
        grove.add(_topic(note, rest, was))
    notes.sort(key=lambda each: each.path)
    by_name = _by_name(notes)
    for topic_id, stem in names.items():  # links to a note that was renamed without them
        if topic_id in grove.topics:
            by_name.setdefault(stem.casefold(), topic_id)
    root_id = known.root_id if known else _root_of(notes, name)
    _set_parents(grove, notes, by_name, known, root_id)
    texts = {each.key: each for note in notes for each in _explanations(note)}
    links = _links(notes, by_name, grove, known, caps)
    document = grove.finish(links, texts, root_id=root_id)
    return Parsed(document, keeps_ids, grove.warnings)


def _title(note: _Note, known_name: str) -> str:
    """Its title: that of the file where it was renamed, else the property, else the file's name."""
    told = scalar(note.front.get("title", ())) or ""
    if known_name and note.stem != known_name:
        return note.stem
    return told or note.stem


def _topic(note: _Note, rest: str, was: Topic | None) -> Topic:
    words = note.parts.get("note", "")
    if "id" in note.front:
        summary = note.parts.get("", "")
    else:  # a note of a person, who has no summaries
        summary, words = "", "\n\n".join(filter(None, (note.parts.get("", ""), words)))
    if rest:
        words = f"{rest}\n\n{words}" if words else rest
    urls = values(note.front.get("sources", ()))
    there = {each.url: each for each in was.sources} if was else {}
    topic = Topic(
        note.topic_id,
        note.title,
        summary=summary,
        sources=tuple(there.get(url, Source(url, url)) for url in urls),
        note=words,
        tag=scalar(note.front.get("tag", ())) or "",
        locked=(scalar(note.front.get("locked", ())) or "") == "true",
    )
    ours = {*_OURS, _ORIGIN} if "id" in note.front else set(_OURS)
    more = [line for key, lines in note.front.items() if key not in ours for line in lines]
    return with_foreign(topic, NAME, {"front": more} if more else {})


def _explanations(note: _Note) -> list[Explanation]:
    found: list[Explanation] = []
    for key, text in note.parts.items():
        if key.startswith("text "):
            rendering = _rendering(key[len("text ") :])
            if rendering is not None:
                found.append(Explanation(note.topic_id, rendering, text))
    return found


def _rendering(slug: str) -> Rendering | None:
    parts = slug.split("/")
    try:
        return Rendering(Level(parts[0]), Detail(parts[1]), Style(parts[2]), parts[3])
    except (ValueError, IndexError):
        return None


def _by_name(notes: list[_Note]) -> dict[str, str]:
    found: dict[str, str] = {}
    for note in notes:
        for key in (note.stem, note.path[: -len(".md")]):
            found.setdefault(key.casefold(), note.topic_id)
    return found


def _set_parents(
    grove: Grove, notes: list[_Note], by_name: Mapping[str, str], known: Map | None, root_id: str
) -> None:
    """Below the note that the property names, else the first that links to it, else the one of its folder."""
    linked = _linked(notes, by_name, root_id)
    ranks = {child: n for key in grove.topics if known for n, child in enumerate(known.children(key))}
    for number, note in enumerate(notes):
        topic = grove.topics[note.topic_id]
        told = scalar(note.front.get("parent", note.front.get("up", ()))) or ""
        match = _WIKI.search(told)
        parent = by_name.get((match.group(1) if match else told).strip().casefold()) if told else None
        if parent is None:
            folder = note.path.rpartition("/")[0].rpartition("/")[2]
            parent = linked.get(note.topic_id) or (by_name.get(folder.casefold()) if folder else None)
            parent = parent or (known.root_id if known else None)
        if parent == note.topic_id or note.topic_id == root_id:
            parent = None
        rank = float(ranks.get(note.topic_id, len(ranks) + number))
        grove.topics[note.topic_id] = replace(topic, parent_id=parent, rank=rank)


def _linked(notes: list[_Note], by_name: Mapping[str, str], root_id: str) -> dict[str, str]:
    """For each note the one from which it is reached by the fewest links, beginning at the root."""
    wiki = {note.topic_id: [by_name.get(name.casefold(), "") for name in note.wiki] for note in notes}
    found: dict[str, str] = {}
    seen: set[str] = set()
    for start in (*filter(None, [root_id]), *wiki):
        waiting = [] if start in seen else [start]
        seen.add(start)
        for current in waiting:  # it grows while it is walked through
            for target in wiki.get(current, ()):
                if target and target not in seen:
                    seen.add(target)
                    found[target] = current
                    waiting.append(target)
    return found


def _root_of(notes: list[_Note], name: str) -> str:
    return next((note.topic_id for note in notes if note.stem.casefold() == name.casefold()), "")


def _own_words(note: _Note) -> list[str]:
    """Its texts, without what an export has made of the tree and the pictures."""
    return [text for key, text in note.parts.items() if key not in ("topics", "links", "picture")]


def _links(
    notes: list[_Note], by_name: Mapping[str, str], grove: Grove, known: Map | None, caps: Caps
) -> dict[str, Link]:
    """Cross links: those that the notes list, and wiki links in the text of other notes than parent and child."""
    ids: dict[tuple[str, str, LinkKind], list[str]] = {}
    for link in sorted(known.links.values(), key=lambda each: each.link_id) if known else ():
        ids.setdefault((link.source_id, link.target_id, link.kind), []).append(link.link_id)
    found: dict[str, Link] = {}
    paired: set[tuple[str, str]] = set()
    for source, target, kind, label in (*_listed(notes, by_name), *_written(notes, by_name, grove)):
        if len(found) >= caps.links:
            break
        if label is None and (source, target) in paired:
            continue
        paired.add((source, target))
        waiting = ids.get((source, target, kind))
        link_id = waiting.pop(0) if waiting else derived_id("link", source, target, kind.value, label or "")
        found[link_id] = Link(link_id, source, target, kind, label or "")
    return found


def _listed(notes: list[_Note], by_name: Mapping[str, str]) -> Iterator[tuple[str, str, LinkKind, str | None]]:
    for note in notes:
        for line in note.parts.get("links", "").split("\n"):
            match = _LINK_LINE.match(line.rstrip())
            target = by_name.get(match.group(2).strip().casefold()) if match else None
            if match and target is not None:
                yield note.topic_id, target, _KINDS[match.group(1)], (match.group(3) or "").strip()


def _written(
    notes: list[_Note], by_name: Mapping[str, str], grove: Grove
) -> Iterator[tuple[str, str, LinkKind, str | None]]:
    for note in notes:
        for name in dict.fromkeys(note.wiki):
            target = by_name.get(name.casefold())
            if target is None or target == note.topic_id:
                continue
            if grove.topics[note.topic_id].parent_id != target and grove.topics[target].parent_id != note.topic_id:
                yield note.topic_id, target, LinkKind.RELATED, None
