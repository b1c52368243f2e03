"""The map model: frozen values, and changes that can be applied, stored and inverted.

A `Change` is a tuple of puts. Each put names what was there (`before`) and what is there
afterwards (`after`), so its inverse is the swap, and applying it to a map in another state
is refused. Places (positions, pins, folding) are kept even when their topic is removed:
undo brings a topic back to exactly where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from knowalledge_desktop.core.content import Claim, Provenance, Relation, Source
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.request import Detail, Level, Options, Style
from knowalledge_desktop.core.tree import ChangeConflict, check_tree, children_after, children_of


class LinkKind(StrEnum):
    """Kinds of cross links (the tree itself is `Topic.parent_id`)."""

    RELATED = "related"
    SAME_AS = "same_as"


@dataclass(frozen=True, slots=True)
class Topic:
    """A node. `parent_id` is None for the root; `rank` orders siblings.

    `provenance` says who proposed the topic; a renamed one keeps it and sets `edited`. `note` is the person's
    own Markdown, `tag` a colour by its letter, a `locked` topic is not altered by an engine. `foreign` is what
    another program's file said about it that we have no place for (JSON), kept to be written again.
    """

    topic_id: str
    title: str
    parent_id: str | None = None
    rank: float = 0.0
    summary: str = ""
    relation: Relation = Relation.SUBTOPIC
    sources: tuple[Source, ...] = ()
    provenance: Provenance = Provenance(engine="person")
    edited: bool = False
    note: str = ""
    tag: str = ""
    locked: bool = False
    foreign: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A typed cross link between two topics."""

    link_id: str
    source_id: str
    target_id: str
    kind: LinkKind = LinkKind.RELATED
    label: str = ""


@dataclass(frozen=True, slots=True)
class Rendering:
    """Which of a topic's explanations: one per level, detail, style and language."""

    level: Level = Level.HIGH_SCHOOL
    detail: Detail = Detail.MEDIUM
    style: Style = Style.GENERAL
    language: str = "en"

    @classmethod
    def of(cls, options: Options) -> Rendering:
        """The rendering that these options ask for."""
        return cls(options.level, options.detail, options.style, options.language)

    def slug(self) -> str:
        """Stable text form, used in keys."""
        return f"{self.level}/{self.detail}/{self.style}/{self.language}"


class Opinion(StrEnum):
    """What a person said of an explanation."""

    NONE = ""
    USEFUL = "useful"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A kept explanation of a topic in one rendering.

    `opinion` is what the person thinks of it, `opinion_note` why.
    """

    topic_id: str
    rendering: Rendering
    markdown: str
    claims: tuple[Claim, ...] = ()
    sources: tuple[Source, ...] = ()
    provenance: Provenance = Provenance(engine="person")
    quality: float | None = None
    opinion: Opinion = Opinion.NONE
    opinion_note: str = ""

    @property
    def key(self) -> str:
        """Identity inside the map."""
        return f"{self.topic_id}/{self.rendering.slug()}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a topic sits: centre in scene units; `pinned` when a person put it there."""

    x: float
    y: float
    pinned: bool = False
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class PutTopic:
    """Add, alter or remove a topic."""

    before: Topic | None
    after: Topic | None


@dataclass(frozen=True, slots=True)
class PutLink:
    """Add, alter or remove a cross link."""

    before: Link | None
    after: Link | None


@dataclass(frozen=True, slots=True)
class PutExplanation:
    """Add, alter or remove an explanation."""

    before: Explanation | None
    after: Explanation | None


@dataclass(frozen=True, slots=True)
class PutPicture:
    """Give a topic a picture, another one, or none."""

    before: TopicPicture | None
    after: TopicPicture | None


@dataclass(frozen=True, slots=True)
class PutPlace:
    """Put a topic somewhere in a view, move it, or forget its place; the view without a name is the mind map."""

    topic_id: str
    before: Place | None
    after: Place | None
    view: str = ""


@dataclass(frozen=True, slots=True)
class PutView:
    """Look at the map in another view."""

    before: str
    after: str


Put = PutTopic | PutLink | PutExplanation | PutPicture | PutPlace | PutView


@dataclass(frozen=True, slots=True)
class Change:
    """Puts that belong together. `reason` names the act for the undo menu ("expand", "rename").

    `about` is the title of the topic it is about.
    """

    puts: tuple[Put, ...]
    reason: str = ""
    about: str = ""

    def inverse(self) -> Change:
        """The change that takes this one back."""
        return Change(tuple(_swapped(put) for put in reversed(self.puts)), self.reason, self.about)

    def __bool__(self) -> bool:
        """Whether it changes anything."""
        return bool(self.puts)


def _swapped(put: Put) -> Put:
    match put:
        case PutTopic(before, after):
            return PutTopic(after, before)
        case PutLink(before, after):
            return PutLink(after, before)
        case PutExplanation(before, after):
            return PutExplanation(after, before)
        case PutPicture(before, after):
            return PutPicture(after, before)
        case PutPlace(topic_id, before, after, view):
            return PutPlace(topic_id, after, before, view)
        case PutView(before, after):
            return PutView(after, before)


T = TypeVar("T")


@dataclass(frozen=True)
class Map:
    """A document: topics in a tree, cross links, explanations, places and pictures.

    All mappings are keyed by id (`Explanation.key` for explanations, the topic's for places and pictures)
    and must not be mutated. `places` are those of the mind map and say what is folded in all views;
    `view_places` are those of the other views, by their names. `view` is the one it was left in.
    """

    map_id: str
    title: str
    root_id: str = ""
    topics: Mapping[str, Topic] = field(default_factory=dict[str, Topic])
    links: Mapping[str, Link] = field(default_factory=dict[str, Link])
    explanations: Mapping[str, Explanation] = field(default_factory=dict[str, Explanation])
    places: Mapping[str, Place] = field(default_factory=dict[str, Place])
    pictures: Mapping[str, TopicPicture] = field(default_factory=dict[str, TopicPicture])
    view_places: Mapping[str, Mapping[str, Place]] = field(default_factory=dict[str, Mapping[str, Place]])
    view: str = ""
    _children: Mapping[str, tuple[str, ...]] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Derive the children lists once."""
        if self._children is None:
            object.__setattr__(self, "_children", children_of(self.topics))

    @property
    def root(self) -> Topic | None:
        """The root topic; None while the map is empty."""
        return self.topics.get(self.root_id)

    def children(self, topic_id: str) -> tuple[str, ...]:
        """Ids of the children, in rank order."""
        return (self._children or {}).get(topic_id, ())

    def path(self, topic_id: str) -> tuple[Topic, ...]:
        """Topics from the root down to this one, inclusive."""
        steps: list[Topic] = []
        current = self.topics.get(topic_id)
        while current is not None:
            steps.append(current)
            current = self.topics.get(current.parent_id) if current.parent_id else None
        return tuple(reversed(steps))

    def depth(self, topic_id: str) -> int:
        """0 for the root."""
        return len(self.path(topic_id)) - 1

    def branch(self, topic_id: str) -> tuple[str, ...]:
        """The topic and all below it, parents before children."""
        out: list[str] = []
        waiting = [topic_id]
        while waiting:
            current = waiting.pop()
            out.append(current)
            waiting.extend(reversed(self.children(current)))
        return tuple(out)

    def explanations_of(self, topic_id: str) -> tuple[Explanation, ...]:
        """All kept renderings of a topic, newest first."""
        found = [each for each in self.explanations.values() if each.topic_id == topic_id]
        return tuple(sorted(found, key=lambda e: e.provenance.created_at, reverse=True))

    def explained_ids(self) -> frozenset[str]:
        """Ids of the topics that have any explanation."""
        return frozenset(e.topic_id for e in self.explanations.values())

    def apply(self, change: Change) -> Map:
        """This map after the change; raises ChangeConflict when it does not fit.

        A change as a whole leaves one tree: at most one root, every parent there, no circle.
        """
        topics, links = dict(self.topics), dict(self.links)
        explanations, pictures = dict(self.explanations), dict(self.pictures)
        places = _places_touched(self, change)
        root_id, touched, seen_in = self.root_id, set[str](), [self.view]
        for put in change.puts:
            match put:
                case PutTopic(before, after):
                    _put(topics, before, after, lambda t: t.topic_id)
                    touched |= {topic.topic_id for topic in (before, after) if topic is not None}
                    root_id = root_after(root_id, before, after)
                case PutLink(before, after):
                    _put(links, before, after, lambda v: v.link_id)
                case PutExplanation(before, after):
                    _put(explanations, before, after, lambda e: e.key)
                case PutPicture(before, after):
                    _put(pictures, before, after, lambda p: p.topic_id)
                case PutPlace(topic_id, before, after, view):
                    _put_at(places[view], topic_id, before, after)
                case PutView(before, after):
                    _see_in(seen_in, before, after)
        children = self._children
        if touched:
            children = children_after(self._children or {}, self.topics, topics, touched)
            check_tree(topics, children, touched, {self.root_id, root_id})
        return replace(
            self,
            root_id=root_id,
            topics=topics,
            links=links,
            explanations=explanations,
            places=places.pop(""),
            pictures=pictures,
            view_places={view: table for view, table in {**self.view_places, **places}.items() if table},
            view=seen_in[0],
            _children=children,
        )


def root_after(root_id: str, before: Topic | None, after: Topic | None) -> str:
    """Id of the root once a topic was put, given the one before ("" for none)."""
    if after is not None and after.parent_id is None:
        return after.topic_id
    if after is None and before is not None and before.topic_id == root_id:
        return ""
    return root_id


def _put(table: dict[str, T], before: T | None, after: T | None, key_of: Callable[[T], str]) -> None:
    value = after if after is not None else before
    if value is None:
        return
    if before is not None and after is not None and key_of(before) != key_of(after):
        raise ChangeConflict("a put may not change an id")
    _put_at(table, key_of(value), before, after)


def _put_at(table: dict[str, T], key: str, before: T | None, after: T | None) -> None:
    if table.get(key) != before:
        raise ChangeConflict(f"{key}: not in the expected state")
    if after is None:
        table.pop(key, None)
    else:
        table[key] = after


def _places_touched(document: Map, change: Change) -> dict[str, dict[str, Place]]:
    """Copies of the places of the mind map and of each view that a change puts topics into."""
    views = {put.view for put in change.puts if isinstance(put, PutPlace)} - {""}
    return {"": dict(document.places)} | {view: dict(document.view_places.get(view, {})) for view in views}


def _see_in(seen_in: list[str], before: str, after: str) -> None:
    if seen_in != [before]:
        raise ChangeConflict(f"{before}: not the view it is seen in")
    seen_in[0] = after
