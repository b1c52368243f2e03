"""A tree out of what a file says: whatever it says, a sound map comes out, and the mending is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.graph import Explanation, Link, Map, Place, Topic
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.formats.base import FALLBACK_TITLE, Caps, derived_id, fit_title, is_id

_FAR = 10_000_000.0


def is_near(place: Place) -> bool:
    """Whether a place is where a map can be seen: scene units beyond ten million break what draws them."""
    return abs(place.x) < _FAR and abs(place.y) < _FAR


@dataclass
class Grove:
    """Collects topics in the order of the file and makes one tree of them.

    `name` is the title of the root that is made when the file has several roots, or none.
    """

    name: str
    caps: Caps
    map_id: str = ""
    topics: dict[str, Topic] = field(default_factory=dict[str, Topic])
    warnings: list[str] = field(default_factory=list[str])
    made_root: bool = False
    _twins: int = 0
    _counts: dict[tuple[str | None, str], int] = field(default_factory=dict[tuple[str | None, str], int])

    def fresh_id(self, wanted: object, parent_id: str | None, title: str) -> str:
        """The id that the file gives, if it is good and free; else one derived from parent and title."""
        if is_id(wanted) and str(wanted) not in self.topics:
            return str(wanted)
        if is_id(wanted):
            self._twins += 1
        while True:
            count = self._counts.get((parent_id, title), 0)
            self._counts[parent_id, title] = count + 1
            found = derived_id(self.map_id, parent_id or "", title, str(count))
            if found not in self.topics:
                return found

    def add(self, topic: Topic) -> str:
        """Take a topic (its id must come from `fresh_id`); returns the id. Raises ImportRefused when too many."""
        if len(self.topics) >= self.caps.topics:
            raise ImportRefused(f"The file has more than {self.caps.topics:,} topics, so it was not read.")
        self.topics[topic.topic_id] = topic
        return topic.topic_id

    def finish(
        self,
        links: Mapping[str, Link] | None = None,
        explanations: Mapping[str, Explanation] | None = None,
        places: Mapping[str, Place] | None = None,
        pictures: Mapping[str, TopicPicture] | None = None,
        *,
        root_id: str = "",
    ) -> Map:
        """The map: one root, every parent there, no circle, nothing that refers to what is not there."""
        if not self.topics:
            raise ImportRefused("There are no topics in this file.")
        if self._twins:
            self.warnings.append(f"{self._twins} topics had the id of another one and got their own.")
        self._break_circles()
        root = self._one_root(root_id)
        self._check_depth(root)
        here = self.topics
        good_links = {k: v for k, v in (links or {}).items() if v.source_id in here and v.target_id in here}
        return Map(
            map_id=self.map_id,
            title=here[root].title,
            root_id=root,
            topics=dict(here),
            links=good_links,
            explanations={k: v for k, v in (explanations or {}).items() if v.topic_id in here},
            places={k: v for k, v in (places or {}).items() if k in here and is_near(v)},
            pictures={k: v for k, v in (pictures or {}).items() if k in here},
        )

    def _break_circles(self) -> None:
        sound: set[str] = set()
        cut = 0
        for start in list(self.topics):
            way: list[str] = []
            seen: set[str] = set()
            current: str | None = start
            while current is not None and current not in sound and current not in seen:
                seen.add(current)
                way.append(current)
                parent = self.topics[current].parent_id
                if parent is not None and parent not in self.topics:
                    self.topics[current] = replace(self.topics[current], parent_id=None)
                    parent = None
                current = parent
            if current is not None and current in seen:
                self.topics[current] = replace(self.topics[current], parent_id=None)
                cut += 1
            sound.update(way)
        if cut:
            self.warnings.append(f"{cut} topics stood below themselves and were put below the root.")

    def _one_root(self, root_id: str) -> str:
        roots = [topic.topic_id for topic in self.topics.values() if topic.parent_id is None]
        if len(roots) == 1:
            return roots[0]
        chosen = root_id if root_id in roots else ""
        if not chosen:
            title, _ = fit_title(self.name)
            chosen = self.fresh_id(None, None, title or FALLBACK_TITLE)
            self.topics = {chosen: Topic(chosen, title), **self.topics}
            self.made_root = True
        # A root that was there has ranks below it already: those that join come after them.
        last = max((t.rank for t in self.topics.values() if t.parent_id == chosen), default=-1.0)
        for each in roots:
            if each != chosen:
                last += 1.0
                self.topics[each] = replace(self.topics[each], parent_id=chosen, rank=last)
        if len(roots) > 1 and not self.made_root:
            self.warnings.append(f"{len(roots) - 1} topics had no parent and were put below the root.")
        return chosen

    def _check_depth(self, root: str) -> None:
        below: dict[str, list[str]] = {}
        for topic in self.topics.values():
            if topic.parent_id is not None:
                below.setdefault(topic.parent_id, []).append(topic.topic_id)
        level, depth = [root], 0
        while level:
            depth += 1
            if depth > self.caps.depth:
                raise ImportRefused(f"The file is nested more than {self.caps.depth} levels deep.")
            level = [child for each in level for child in below.get(each, ())]
