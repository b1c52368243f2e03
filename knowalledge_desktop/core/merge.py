"""Three-way merge: a map that was edited here and, in a file, elsewhere.

Five maps meet. `base` is the map as it was when the file was written, `seen` the same as the file's format shows
it (what a format drops can then not be taken for an edit), `theirs` is the file now, `ours` the map now, `mirror`
is `ours` as the format shows it. An edit of theirs is a difference between `seen` and `theirs`; it is taken where
`ours` is still as in `base`. Where both sides have edited, nothing is lost: ours stays, theirs goes into the
topic's note, and it is told. Where a topic was removed on one side and edited on the other, it stays.

Without a base (`Side.blind`) nobody can say who has edited: nothing is removed, what differs is kept twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from knowalledge_desktop.core.difference import difference
from knowalledge_desktop.core.graph import Change, Explanation, Map, Place, Topic
from knowalledge_desktop.core.history import places_in
from knowalledge_desktop.core.merge_texts import (
    TEXT_FIELDS,
    altered,
    both_foreign,
    both_texts,
    marked,
    texts_of,
    with_lines,
)
from knowalledge_desktop.core.merge_tree import mend_tree, ordered
from knowalledge_desktop.core.pictures import TopicPicture

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Side:
    """How far the file knows: `base`, `seen`, `mirror` as said above.

    `later` is what both sides knew when the same file was imported the last time: the map after that, and the
    file then. It decides where the two alone would ask for the second time.
    """

    base: Map
    seen: Map
    mirror: Map
    blind: bool = False
    later: Side | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides have altered the same thing. `title` is the topic's, `kept` says what was done with both."""

    topic_id: str
    title: str
    what: str
    kept: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What an import does to the map: one change, how many topics it adds, alters, removes; and the conflicts."""

    change: Change
    added: int
    altered: int
    removed: int
    conflicts: tuple[Conflict, ...]


def merge(ours: Map, theirs: Map, side: Side, reason: str = "import") -> Merged:
    """Bring the edits of a file into the map."""
    work = _Work(ours, theirs, side)
    after = work.run()
    change = difference(ours, after, reason, after.title)
    added = [key for key in after.topics if key not in ours.topics]
    removed = [key for key in ours.topics if key not in after.topics]
    changed = {key for key, topic in after.topics.items() if key in ours.topics and ours.topics[key] != topic}
    changed |= {e.topic_id for k, e in after.explanations.items() if ours.explanations.get(k) != e}
    changed |= {e.topic_id for k, e in ours.explanations.items() if k not in after.explanations}
    changed |= {key for key, p in after.pictures.items() if ours.pictures.get(key) != p}
    changed -= {*added, *removed}
    return Merged(change, len(added), len(changed), len(removed), tuple(work.conflicts))


class _Work:
    def __init__(self, ours: Map, theirs: Map, side: Side) -> None:
        self.ours, self.theirs, self.side = ours, theirs, side
        self.conflicts: list[Conflict] = []
        self.notes: dict[str, list[str]] = {}
        self._texts: dict[int, dict[str, frozenset[Explanation]]] = {}  # by the identity of the map

    def run(self) -> Map:
        """The merged map."""
        ours = self.ours
        topics = self._topics()
        root_id = ours.root_id or self.theirs.root_id
        moved = mend_tree(topics, root_id, ours.topics)
        for key in moved:
            self._tell(key, "place in the tree", "it stays where it is here")
        explanations = self._explanations(topics)
        for key, lines in self.notes.items():
            if key in topics:
                topics[key] = replace(topics[key], note=with_lines(topics[key].note, lines))
        topics = ordered(topics, ours, self.theirs, self.side.base, self.side.seen)
        return replace(
            ours,
            title=topics[root_id].title if root_id in topics else ours.title,
            root_id=root_id,
            topics=topics,
            explanations=explanations,
            links={
                key: link
                for key, link in self._plain(ours.links, self.theirs.links, "links", "link").items()
                if link.source_id in topics and link.target_id in topics
            },
            pictures=self._pictures(topics),
            places=self._places("", topics),
            view_places={
                view: self._places(view, topics) for view in {**ours.view_places, **self.theirs.view_places}
            },
            _children=None,
        )

    # --- topics ---------------------------------------------------------------------------------------------

    def _topics(self) -> dict[str, Topic]:
        ours, theirs, side = self.ours.topics, self.theirs.topics, self.side
        result: dict[str, Topic] = {}
        doomed: set[str] = set()  # removed on one side, not touched on the other: they go, if nothing needs them
        spare: dict[str, Topic] = {}
        for key in {**ours, **theirs}:
            mine, their = ours.get(key), theirs.get(key)
            if mine is not None and their is not None:
                result[key] = self._both(mine, their)
            elif mine is not None:
                result[key] = mine
                if key in side.seen.topics and not side.blind:
                    if self._is_as_in_base(key):
                        doomed.add(key)
                    else:
                        self._tell(key, "removal in the file", "it was edited here, so it stays")
            elif their is not None:
                self._theirs_alone(key, their, result, spare)
        return self._without_doomed(result, doomed, spare)

    def _theirs_alone(self, key: str, their: Topic, result: dict[str, Topic], spare: dict[str, Topic]) -> None:
        base, seen, later = self.side.base.topics.get(key), self.side.seen.topics.get(key), self.side.later
        if later is not None and key in later.base.topics and not self._has_edits(key, later.seen):
            spare[key] = later.base.topics[key]  # it came with this file before, and was removed here
            return
        if base is None or seen is None or self.side.blind:
            result[key] = (
                their if their.parent_id is not None else replace(their, parent_id=self.ours.root_id or None)
            )
            return
        back = replace(
            base, **{name: getattr(their, name) for name in _FIELDS if getattr(their, name) != getattr(seen, name)}
        )
        if self._has_edits(key, self.side.seen):
            result[key] = back
            self._tell(key, "removal here", "it was edited in the file, so it is back", title=back.title)
        else:
            spare[key] = back

    def _without_doomed(
        self, result: dict[str, Topic], doomed: set[str], spare: dict[str, Topic]
    ) -> dict[str, Topic]:
        """Take away what was removed, but not what something that stays hangs on; bring back what is needed."""
        doomed.discard(self.ours.root_id)
        needed: set[str] = set()
        for key in [key for key in result if key not in doomed]:
            parent = result[key].parent_id
            while parent is not None and parent not in needed:
                needed.add(parent)
                if parent not in result and parent in spare:
                    result[parent] = spare[parent]
                    self._tell(parent, "removal here", "something in the file hangs on it, so it is back")
                parent = result[parent].parent_id if parent in result else None
        for key in doomed & needed:
            self._tell(key, "removal in the file", "something new hangs on it, so it stays")
        return {key: topic for key, topic in result.items() if key not in doomed or key in needed}

    def _is_as_in_base(self, key: str) -> bool:
        """Whether a topic with its texts is here as it was."""
        ours, base = self.ours, self.side.base
        mine, was = ours.topics[key], base.topics.get(key)
        return (
            was is not None
            and replace(mine, rank=was.rank) == was
            and self._texts_of(ours, key) == self._texts_of(base, key)
            and ours.pictures.get(key) == base.pictures.get(key)
        )

    def _has_edits(self, key: str, seen: Map) -> bool:
        """Whether the file has altered a topic or its texts since it was as in `seen`."""
        theirs = self.theirs
        return (
            key not in seen.topics
            or replace(theirs.topics[key], rank=seen.topics[key].rank) != seen.topics[key]
            or self._texts_of(theirs, key) != self._texts_of(seen, key)
            or theirs.pictures.get(key) != seen.pictures.get(key)
        )

    def _texts_of(self, document: Map, topic_id: str) -> frozenset[Explanation]:
        if id(document) not in self._texts:
            self._texts[id(document)] = texts_of(document)
        return self._texts[id(document)].get(topic_id, frozenset())

    def _both(self, mine: Topic, their: Topic) -> Topic:
        key = mine.topic_id
        base, seen = self.side.base.topics.get(key), self.side.seen.topics.get(key)
        mirror = self.side.mirror.topics.get(key)
        later = self.side.later
        once = (later.base.topics.get(key), later.seen.topics.get(key)) if later else (None, None)
        taken: dict[str, Any] = {}
        for name in _FIELDS:
            here, there = getattr(mine, name), getattr(their, name)
            verdict = self._verdict(here, there, *(_at(each, name) for each in (base, seen, mirror, *once)))
            if verdict is _TAKE:
                taken[name] = there
            elif verdict is _CONFLICT:
                taken[name] = self._kept_both(mine, name, here, there)
        if taken.get("parent_id", "") is None and key != self.ours.root_id:
            del taken["parent_id"]
        if key == self.ours.root_id:
            taken.pop("parent_id", None)
        if "title" in taken and taken["title"] != mine.title:
            taken["edited"] = True
        return replace(mine, **taken) if taken else mine

    def _verdict(
        self, here: object, there: object, base: object, seen: object, mirror: object, base2: object, seen2: object
    ) -> object:
        """Whose value of a field stays."""
        if here == there:
            return _STAY
        blind = seen is _ABSENT or self.side.blind  # nobody knows who has edited
        if blind:
            verdict = _STAY if there == mirror or not there else _CONFLICT
        else:
            verdict = _STAY if there == seen else _TAKE if here == base else _CONFLICT
        if verdict is _CONFLICT and seen2 is not _ABSENT:
            return _STAY if there == seen2 else _TAKE if here == base2 else _CONFLICT
        return verdict

    def _kept_both(self, mine: Topic, name: str, here: Any, there: Any) -> Any:  # noqa: ANN401 - a field's value
        key = mine.topic_id
        match name:
            case "note":
                self._tell(key, "note", "both texts are in the note")
                return both_texts(here, there)
            case "title" | "summary" | "tag":
                if there:
                    self._keep_line(key, name, str(there))
                    self._tell(key, name, "ours stays, the file’s is in the note")
            case "parent_id":
                parent = self.theirs.topics.get(there) if there else None
                if parent is not None:
                    self._keep_line(key, "below", parent.title)
                    self._tell(key, "place in the tree", "ours stays, the file’s is in the note")
            case "sources":
                return tuple(dict.fromkeys((*here, *there)))
            case "locked" | "edited":
                return True
            case "foreign":
                return both_foreign(str(here), str(there))
            case _:
                pass
        return here

    def _keep_line(self, key: str, what: str, text: str) -> None:
        self.notes.setdefault(key, []).append(f"> **In the file**, {what}: {text}")

    def _tell(self, key: str, what: str, kept: str, *, title: str = "") -> None:
        topic = self.ours.topics.get(key) or self.theirs.topics.get(key)
        self.conflicts.append(Conflict(key, title or (topic.title if topic else ""), what, kept))

    # --- what hangs on topics -------------------------------------------------------------------------------

    def _explanations(self, topics: Mapping[str, Topic]) -> dict[str, Explanation]:
        ours, theirs, side = self.ours.explanations, self.theirs.explanations, self.side
        result: dict[str, Explanation] = {}
        for key in {**side.base.explanations, **ours, **theirs}:
            mine, their = ours.get(key), theirs.get(key)
            base, seen = side.base.explanations.get(key), side.seen.explanations.get(key)
            if mine is not None and their is not None:
                result[key] = self._both_texts(mine, their)
            elif mine is not None:
                if seen is None or side.blind or mine != base:
                    result[key] = mine
                    if seen is not None and not side.blind:
                        self._tell(
                            mine.topic_id, "removal of a text in the file", "it was edited here, so it stays"
                        )
            elif their is not None:
                back = their if base is None or seen is None else altered(base, seen, their)
                if seen is None or side.blind or their != seen or back.topic_id not in self.ours.topics:
                    result[key] = back
            elif base is not None and base.topic_id not in self.ours.topics and seen is None:
                result[key] = base  # its topic comes back, and the file's format has no texts
        return {key: each for key, each in result.items() if each.topic_id in topics}

    def _both_texts(self, mine: Explanation, their: Explanation) -> Explanation:
        key = mine.key
        base, seen = self.side.base.explanations.get(key), self.side.seen.explanations.get(key)
        mirror = self.side.mirror.explanations.get(key)
        later = self.side.later
        once = (later.base.explanations.get(key), later.seen.explanations.get(key)) if later else (None, None)
        taken: dict[str, Any] = {}
        for name in TEXT_FIELDS:
            here, there = getattr(mine, name), getattr(their, name)
            verdict = self._verdict(here, there, *(_at(each, name) for each in (base, seen, mirror, *once)))
            if verdict is _TAKE:
                taken[name] = there
            elif verdict is _CONFLICT and name in _WORDS:
                self._keep_line(mine.topic_id, f"{_WORDS[name]} ({mine.rendering.slug()})", f"\n\n{there}")
                self._tell(mine.topic_id, _WORDS[name], "ours stays, the file’s is in the note")
                if name == "markdown":
                    return mine
        return marked(mine, taken)

    def _plain(self, ours: Mapping[str, T], theirs: Mapping[str, T], table: str, what: str) -> dict[str, T]:
        """Values that are taken or left as a whole."""
        base, seen = getattr(self.side.base, table), getattr(self.side.seen, table)
        mirror = getattr(self.side.mirror, table)
        result = dict(ours)
        for key in {**ours, **theirs}:
            mine, their = ours.get(key), theirs.get(key)
            if mine == their or their == seen.get(key):
                continue
            if their is None:
                if mine == base.get(key) and not self.side.blind:
                    del result[key]
            elif mine is None or (mine == base.get(key) and not self.side.blind and key in seen):
                result[key] = their
            elif not (their == mirror.get(key) and (self.side.blind or key not in seen)):
                owner = getattr(mine, "topic_id", "") or getattr(mine, "source_id", "")
                self._tell(owner, what, "ours stays")
        return result

    def _pictures(self, topics: Mapping[str, Topic]) -> dict[str, TopicPicture]:
        found = self._plain(self.ours.pictures, self.theirs.pictures, "pictures", "picture")
        for key, picture in self.side.base.pictures.items():  # a topic comes back, and the format has no pictures
            if key not in self.ours.topics and key not in self.side.seen.pictures:
                found.setdefault(key, picture)
        return {key: picture for key, picture in found.items() if key in topics}

    def _places(self, view: str, topics: Mapping[str, Topic]) -> dict[str, Place]:
        seen, base = places_in(self.side.seen, view), places_in(self.side.base, view)
        result = dict(places_in(self.ours, view))
        for key, place in places_in(self.theirs, view).items():
            if key not in topics or place == seen.get(key):
                continue
            mine, was = result.get(key), seen.get(key)
            if mine is None or was is None:
                result.setdefault(key, place)
            elif mine == base.get(key) and not self.side.blind:
                names = [n for n in ("x", "y", "pinned", "collapsed") if getattr(place, n) != getattr(was, n)]
                result[key] = replace(mine, **{name: getattr(place, name) for name in names})
        return result


_STAY, _TAKE, _CONFLICT, _ABSENT = object(), object(), object(), object()
_FIELDS = tuple(each.name for each in fields(Topic) if each.name not in {"topic_id", "rank"})
_WORDS = {"markdown": "explanation", "opinion_note": "opinion"}


def _at(thing: object | None, name: str) -> object:
    return _ABSENT if thing is None else getattr(thing, name)
