"""Versions of a map: what an act did, what it takes to go back before it, and how two versions differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.graph import (
    Change,
    Explanation,
    Link,
    Map,
    Place,
    PutExplanation,
    PutLink,
    PutPicture,
    PutPlace,
    PutTopic,
    Topic,
)
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.tree import check_tree, children_of

PERSON = "person"
BEGIN, SEVERAL, BACK = "begin", "several", "back"
"""Reasons of acts that are no change by themselves: the map was made; older acts taken together; gone back."""

NAMES = 5
"""How many titles an act tells."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What an act did, in numbers; `names` are titles of topics it touched, the first few."""

    added: int = 0
    removed: int = 0
    renamed: int = 0
    edited: int = 0
    explained: int = 0
    moved: int = 0
    names: tuple[str, ...] = ()

    def __add__(self, other: Tally) -> Tally:
        """Both acts as one."""
        return Tally(
            self.added + other.added,
            self.removed + other.removed,
            self.renamed + other.renamed,
            self.edited + other.edited,
            self.explained + other.explained,
            self.moved + other.moved,
            tuple(dict.fromkeys((*self.names, *other.names)))[:NAMES],
        )


@dataclass(frozen=True, slots=True)
class Act:
    """An entry of the journal: `at` in epoch seconds, `author` "person" or the engine that wrote it."""

    act_id: int
    at: float
    reason: str
    about: str
    author: str
    model: str = ""
    tally: Tally = Tally()


@dataclass(frozen=True, slots=True)
class Befores:
    """What was there before an act, for each thing that it touched; None where nothing was."""

    topics: Mapping[str, Topic | None] = field(default_factory=dict[str, Topic | None])
    links: Mapping[str, Link | None] = field(default_factory=dict[str, Link | None])
    explanations: Mapping[str, Explanation | None] = field(default_factory=dict[str, Explanation | None])
    pictures: Mapping[str, TopicPicture | None] = field(default_factory=dict[str, TopicPicture | None])
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict[tuple[str, str], Place])

    def __bool__(self) -> bool:
        """Whether anything was touched."""
        return bool(self.topics or self.links or self.explanations or self.pictures or self.places)


T = TypeVar("T")


def befores(change: Change) -> Befores:
    """What has to be known to take a change back.

    Where a topic is first put and what is folded are not told: that is how a map is seen, not what is in it.
    """
    topics: dict[str, Topic | None] = {}
    links: dict[str, Link | None] = {}
    explanations: dict[str, Explanation | None] = {}
    pictures: dict[str, TopicPicture | None] = {}
    places: dict[tuple[str, str], Place] = {}
    for put in change.puts:
        match put:
            case PutTopic(before, after):
                _note(topics, before.topic_id if before else after.topic_id if after else "", before)
            case PutLink(before, after):
                _note(links, before.link_id if before else after.link_id if after else "", before)
            case PutExplanation(before, after):
                _note(explanations, before.key if before else after.key if after else "", before)
            case PutPicture(before, after):
                _note(pictures, before.topic_id if before else after.topic_id if after else "", before)
            case PutPlace(topic_id, before, after, view):
                if before is not None and (after is None or _spot(before) != _spot(after)):
                    places.setdefault((view, topic_id), before)
            case _:
                pass
    for table in (topics, links, explanations, pictures):
        table.pop("", None)
    return Befores(topics, links, explanations, pictures, places)


def _note(table: dict[str, T | None], key: str, before: T | None) -> None:
    table.setdefault(key, before)


def _spot(place: Place) -> tuple[float, float, bool]:
    return place.x, place.y, place.pinned


def merged(older: Befores, newer: Befores) -> Befores:
    """What was there before two acts in a row."""
    return Befores(
        {**newer.topics, **older.topics},
        {**newer.links, **older.links},
        {**newer.explanations, **older.explanations},
        {**newer.pictures, **older.pictures},
        {**newer.places, **older.places},
    )


def rewound(document: Map, steps: Iterable[Befores]) -> Map:
    """The map before some acts, given the newest first; raises ChangeConflict when that is no map.

    Places of topics that were moved go back too; what is folded stays as it is.
    """
    whole = Befores()
    for step in steps:
        whole = merged(step, whole)
    topics = _with(document.topics, whole.topics)
    roots = [topic.topic_id for topic in topics.values() if topic.parent_id is None]
    children = children_of(topics)
    check_tree(topics, children, set(topics), set(roots))
    root = topics[roots[0]] if roots else None
    places, views = dict(document.places), {view: dict(table) for view, table in document.view_places.items()}
    for (view, topic_id), place in whole.places.items():
        table = views.setdefault(view, {}) if view else places
        now = table.get(topic_id)
        table[topic_id] = replace(place, collapsed=now.collapsed) if now else place
    return Map(
        map_id=document.map_id,
        title=root.title if root else document.title,
        root_id=root.topic_id if root else "",
        topics=topics,
        links=_with(document.links, whole.links),
        explanations=_with(document.explanations, whole.explanations),
        places=places,
        pictures=_with(document.pictures, whole.pictures),
        view_places=views,
        view=document.view,
    )


def _with(table: Mapping[str, T], before: Mapping[str, T | None]) -> dict[str, T]:
    both = {**table, **before}
    return {key: value for key, value in both.items() if value is not None}


def tally(change: Change) -> Tally:
    """What a change does, in numbers."""
    counts = dict.fromkeys(("added", "removed", "renamed", "edited", "explained", "moved"), 0)
    names: list[str] = []
    for put in change.puts:
        match put:
            case PutTopic(None, Topic() as after):
                counts["added"] += 1
                names.append(after.title)
            case PutTopic(Topic() as before, None):
                counts["removed"] += 1
                names.append(before.title)
            case PutTopic(Topic() as before, Topic() as after):
                counts["renamed" if before.title != after.title else "edited"] += 1
                names.append(after.title)
            case PutExplanation(_, Explanation()):
                counts["explained"] += 1
            case PutPlace(_, Place(), _):
                counts["moved"] += 1
            case PutLink(_, Link()) | PutPicture(_, TopicPicture()):
                counts["edited"] += 1
            case _:
                pass
    return Tally(**counts, names=tuple(names[:NAMES]))


def author(change: Change) -> Provenance:
    """Who wrote what a change brings; a person, when it only removes, renames or moves."""
    for put in change.puts:
        if not isinstance(put, PutTopic | PutExplanation | PutPicture) or put.after is None:
            continue
        if put.before is None or put.before.provenance != put.after.provenance:
            return put.after.provenance
    return Provenance(PERSON)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a map differs from an earlier version of it; titles of topics, in the order of the map.

    `explained` have a text now that they had not, `retold` another one, `unexplained` none any more.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    reparented: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    explained: tuple[str, ...] = ()
    retold: tuple[str, ...] = ()
    unexplained: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    links: int = 0
    moved: int = 0

    def __bool__(self) -> bool:
        """Whether there is any difference."""
        return self != _SAME


_SAME = Comparison()


def compare(earlier: Map, now: Map) -> Comparison:
    """What has become different since an earlier version."""
    stayed = [key for key in _walk(now) if key in earlier.topics]
    pairs = [(earlier.topics[key], now.topics[key]) for key in stayed]
    was, are = _texts(earlier), _texts(now)
    both = set(was) & set(are)
    return Comparison(
        added=tuple(now.topics[key].title for key in _walk(now) if key not in earlier.topics),
        removed=tuple(earlier.topics[key].title for key in _walk(earlier) if key not in now.topics),
        renamed=tuple((old.title, new.title) for old, new in pairs if old.title != new.title),
        reparented=tuple(new.title for old, new in pairs if old.parent_id != new.parent_id),
        edited=tuple(new.title for old, new in pairs if _inner(old) != _inner(new)),
        explained=_titles(now, set(are) - set(was)),
        retold=_titles(now, {key for key in both if was[key] != are[key]}),
        unexplained=_titles(earlier, set(was) - set(are)),
        pictures=_titles(now, _changed(earlier.pictures, now.pictures)),
        links=len(_changed(earlier.links, now.links)),
        moved=sum(_moved(earlier.places.get(key), now.places.get(key)) for key in stayed),
    )


def _walk(document: Map) -> tuple[str, ...]:
    return document.branch(document.root_id) if document.root is not None else ()


def _texts(document: Map) -> dict[str, dict[str, Explanation]]:
    told: dict[str, dict[str, Explanation]] = {}
    for key, each in document.explanations.items():
        told.setdefault(each.topic_id, {})[key] = each
    return told


def _titles(document: Map, wanted: set[str]) -> tuple[str, ...]:
    return tuple(document.topics[key].title for key in _walk(document) if key in wanted) if wanted else ()


def _inner(topic: Topic) -> Topic:
    return replace(topic, title="", parent_id=None, rank=0.0, edited=False)


def _changed(was: Mapping[str, T], now: Mapping[str, T]) -> set[str]:
    return {key for key in {*was, *now} if was.get(key) != now.get(key)}


def _moved(was: Place | None, now: Place | None) -> bool:
    return was is not None and now is not None and _spot(was) != _spot(now)
