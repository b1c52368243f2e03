"""How big a topic is drawn, and how its title is cut to fit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, compress, filterfalse, islice, repeat
from operator import is_, is_not

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.ui.theme import Theme

SLICE = 400
"""Topics that are measured at once: some milliseconds."""
LAST_SIMPLE = "\u058f"
"""Up to here, letters stand side by side from left to right, word by word."""
_KINDS = ("root", "depth1", "depth2", "depth3plus")


@dataclass(frozen=True, slots=True)
class Kind:
    """Geometry of the pills of one depth, in scene units."""

    font: QFont
    height: float
    pad: float
    widest: float
    port: float


def differing(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """The keys whose values are other objects than before, or are new; without a loop of Python."""
    if all(map(is_, before, after)):  # the same keys in the same order as far as both go: nothing to look up
        return list(compress(after, map(is_not, after.values(), chain(before.values(), repeat(None)))))
    return list(compress(after, map(is_not, after.values(), map(before.get, after))))


def lacking(there: Mapping[str, object], given: Mapping[str, object]) -> list[str]:
    """The keys of `given` that are not there, without making sets of all of them."""
    if given is there:
        return []
    is_prefix = all(map(is_, there, given))
    return list(islice(given, len(there), None) if is_prefix else filterfalse(there.__contains__, given))


class KnownSizes(dict[str, tuple[float, float]]):
    """Sizes by topic, and by whom they were measured: those of another theme are not comparable.

    `since` are the topics that were measured before and which are other ones now: found once, of use to others.
    """

    def __init__(self, sizes: Mapping[str, tuple[float, float]], made_by: object) -> None:
        super().__init__(sizes)
        self.made_by = made_by
        self.since: tuple[Mapping[str, object], Mapping[str, object], list[str]] | None = None

    def changed(self, before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
        """The topics that are other ones than before."""
        if self.since is not None and self.since[0] is before and self.since[1] is after:
            return self.since[2]
        return differing(before, after)


class NodeMetrics:
    """Sizes of pills from the theme's tokens; made anew when the theme changes."""

    def __init__(self, theme: Theme) -> None:
        self._gap = float(theme.number("node.geometry.portGap"))
        self._kinds: list[Kind] = []
        for name in _KINDS:
            font = theme.font(theme.text(f"node.geometry.{name}.font"))
            scale = theme.scale
            self._kinds.append(
                Kind(
                    font,
                    theme.number(f"node.geometry.{name}.height") * scale,
                    theme.number(f"node.geometry.{name}.padX") * scale,
                    theme.number(f"node.geometry.{name}.max") * scale,
                    (theme.number(f"node.geometry.{name}.port") if name != "root" else 0.0) * scale,
                )
            )
        self._measures = [QFontMetricsF(kind.font) for kind in self._kinds]
        self._words = [{" ": measure.horizontalAdvance(" ")} for measure in self._measures]
        self._widths: dict[tuple[str, int], float] = {}
        self._labels: dict[tuple[str, int], str] = {}
        self._sized: tuple[Mapping[str, Topic], KnownSizes] = ({}, KnownSizes({}, self))

    def kind(self, depth: int) -> Kind:
        """Geometry for a depth; the last one serves all deeper ones."""
        return self._kinds[min(depth, len(self._kinds) - 1)]

    @property
    def port_gap(self) -> float:
        """Space between the port and the label."""
        return self._gap

    def label(self, title: str, depth: int) -> str:
        """The title, cut at its end where it is too long for the widest pill."""
        key = (title, min(depth, len(_KINDS) - 1))
        found = self._labels.get(key)
        if found is not None:
            return found
        kind = self.kind(depth)
        room = kind.widest - 2 * kind.pad - (kind.port + self._gap if kind.port else 0.0)
        advance = self._advance(title, key[1])
        label = title
        if advance > room:
            label = self._measures[key[1]].elidedText(title, Qt.TextElideMode.ElideRight, room)
        self._labels[key] = label
        return label

    def size(self, title: str, depth: int) -> QSizeF:
        """Width and height of the pill."""
        key = (title, min(depth, len(_KINDS) - 1))
        width = self._widths.get(key)
        kind = self.kind(depth)
        if width is None:
            width = self._advance(self.label(title, depth), key[1])
            width += 2 * kind.pad + (kind.port + self._gap if kind.port else 0.0)
            self._widths[key] = width = float(round(width))
        return QSizeF(width, kind.height)

    def _advance(self, text: str, kind: int) -> float:
        """How wide a text is: the sum of its words, whose widths are kept; other scripts are shaped as a whole."""
        if not text.isascii() and any(ch > LAST_SIMPLE for ch in text):
            return self._measures[kind].horizontalAdvance(text)
        known, total = self._words[kind], 0.0
        for word in text.split(" "):
            width = known.get(word)
            if width is None:
                width = known[word] = self._measures[kind].horizontalAdvance(word)
            total += width
        return total + known[" "] * text.count(" ")

    def sizes(self, document: Map) -> KnownSizes:
        """Sizes of all topics for the layout; only what changed since the last time is measured."""
        topics = document.topics
        known, found = self._sized
        if topics is known:
            return found
        changed = differing(known, topics)
        new = sum(1 for i in changed if i not in known)
        gone = lacking(topics, known) if len(known) + new != len(topics) else []
        if len(changed) * 4 > len(topics):
            found = self._all_sizes(document)
        elif changed or gone:
            found = KnownSizes(found, self)
            for topic_id in gone:
                found.pop(topic_id, None)
            for topic_id in changed:
                old, topic = known.get(topic_id), topics[topic_id]
                hangs_elsewhere = old is not None and old.parent_id != topic.parent_id
                for each in document.branch(topic_id) if hangs_elsewhere else (topic_id,):
                    size = self.size(topics[each].title, document.depth(each))
                    found[each] = (size.width(), size.height())
        found.since = (known, topics, changed)
        self._sized = (topics, found)
        return found

    async def get_ready(self, document: Map) -> KnownSizes:
        """Measure all topics of a big map in slices, between which the window goes on."""
        found = KnownSizes({}, self)
        for _ in self._measuring(document, found):
            await asyncio.sleep(0)
        self._sized = (document.topics, found)
        return found

    def _all_sizes(self, document: Map) -> KnownSizes:
        found = KnownSizes({}, self)
        for _ in self._measuring(document, found):
            pass
        return found

    def _measuring(self, document: Map, found: KnownSizes) -> Iterator[None]:
        depth: dict[str, int] = {}
        for number, topic_id in enumerate(document.branch(document.root_id) if document.root else (), start=1):
            topic = document.topics[topic_id]
            level = depth[topic_id] = depth[topic.parent_id] + 1 if topic.parent_id else 0
            size = self.size(topic.title, level)
            found[topic_id] = (size.width(), size.height())
            if number % SLICE == 0:
                yield
