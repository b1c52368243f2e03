"""Where a topic and its texts come from, and what has been done to them since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.graph import Explanation, Map, Topic
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.versions import Act, Befores


class EditKind(StrEnum):
    """What happened to a topic."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    NOTE = "note"
    TAG = "tag"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    EDITED = "edited"
    TOLD = "told"
    RETOLD = "retold"
    CHECKED = "checked"
    JUDGED = "judged"
    UNTOLD = "untold"
    PICTURED = "pictured"
    UNPICTURED = "unpictured"
    LINKED = "linked"


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that was done, at `at` (epoch seconds), by `author` ("person" or an engine) and its `model`.

    `was` is what was there before: an old title, the earlier parent's title, the model of the earlier text.
    """

    at: float
    author: str
    model: str
    kind: EditKind
    was: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """All that is known of a topic: itself, its texts (newest first), its picture, what was done (newest first).

    `costs` are what its parts cost in micro-dollars, by the key of the explanation, "topic" and "picture"; None
    where a model's price is not known. What a list of subtopics cost is told with each of them as it was one
    request: `siblings` came with the topic.
    """

    document: Map
    topic: Topic
    texts: tuple[Explanation, ...] = ()
    picture: TopicPicture | None = None
    edits: tuple[Edit, ...] = ()
    costs: Mapping[str, int | None] | None = None
    siblings: int = 0


def touched(was: Befores, topic_id: str) -> bool:
    """Whether an act touched the topic, a text or the picture of it, or a link from or to it."""
    return (
        topic_id in was.topics
        or topic_id in was.pictures
        or any(key.startswith(f"{topic_id}/") for key in was.explanations)
        or any(link is not None and topic_id in (link.source_id, link.target_id) for link in was.links.values())
    )


def edits_of(document: Map, topic_id: str, acts: Sequence[tuple[Act, Befores]]) -> tuple[Edit, ...]:
    """What the acts (newest first, all that touched the topic) did to it, newest first.

    What an act made of a thing is what was there before the next one, and for the last what is there now.
    """
    topic = document.topics.get(topic_id)
    texts = {key: each for key, each in document.explanations.items() if each.topic_id == topic_id}
    picture = document.pictures.get(topic_id)
    found: list[Edit] = []
    for act, was in acts:
        steps: list[tuple[EditKind, str]] = []
        if topic_id in was.topics:
            before = was.topics[topic_id]
            steps += _of_topic(document, before, topic)
            topic = before
        for key, earlier in was.explanations.items():
            if key.startswith(f"{topic_id}/"):
                steps += _of_text(earlier, texts.pop(key, None))
                if earlier is not None:
                    texts[key] = earlier
        if topic_id in was.pictures:
            drawn = was.pictures[topic_id]
            steps += _of_picture(drawn, picture)
            picture = drawn
        if any(link is not None and topic_id in (link.source_id, link.target_id) for link in was.links.values()):
            steps.append((EditKind.LINKED, ""))
        found += [Edit(act.at, act.author, act.model, kind, told) for kind, told in steps]
    return tuple(found)


def came_together(document: Map, topic: Topic) -> int:
    """How many topics came with the same answer as this one, itself included."""
    made = topic.provenance
    if made.engine == "person" or topic.parent_id is None:
        return 1
    return sum(document.topics[each].provenance == made for each in document.children(topic.parent_id))


def _of_topic(document: Map, before: Topic | None, after: Topic | None) -> Iterator[tuple[EditKind, str]]:
    if before is None or after is None:
        if before is not after:
            yield (EditKind.ADDED, "") if before is None else (EditKind.REMOVED, before.title)
        return
    if before.title != after.title:
        yield EditKind.RENAMED, before.title
    if before.parent_id != after.parent_id:
        parent = document.topics.get(before.parent_id or "")
        yield EditKind.MOVED, parent.title if parent is not None else ""
    if before.note != after.note:
        yield EditKind.NOTE, ""
    if before.tag != after.tag:
        yield EditKind.TAG, before.tag
    if before.locked != after.locked:
        yield (EditKind.LOCKED if after.locked else EditKind.UNLOCKED), ""
    if (before.summary, before.relation, before.sources) != (after.summary, after.relation, after.sources):
        yield EditKind.EDITED, ""


def _of_text(before: Explanation | None, after: Explanation | None) -> Iterator[tuple[EditKind, str]]:
    if after is None:
        if before is not None:
            yield EditKind.UNTOLD, _writer(before.provenance)
    elif before is None:
        yield EditKind.TOLD, ""
    elif before.markdown != after.markdown or before.provenance != after.provenance:
        yield EditKind.RETOLD, _writer(before.provenance)
    elif before.claims != after.claims:
        yield EditKind.CHECKED, ""
    elif (before.opinion, before.opinion_note) != (after.opinion, after.opinion_note):
        yield EditKind.JUDGED, ""


def _of_picture(before: TopicPicture | None, after: TopicPicture | None) -> Iterator[tuple[EditKind, str]]:
    if after is not None:
        yield EditKind.PICTURED, _writer(before.provenance) if before is not None else ""
    elif before is not None:
        yield EditKind.UNPICTURED, ""


def _writer(made: Provenance) -> str:
    return made.model or made.engine
