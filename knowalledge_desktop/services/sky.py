"""Everything explored, among all articles of the Atlas."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from knowalledge_desktop.core.sky import Explored, ExploredIndex, Sky, SkyIndex

MOST = 20_000
"""Topics of the library that are shown at most, those of the maps opened last."""


@dataclass(frozen=True, slots=True)
class Star:
    """A topic of the library at its place (scene units).

    `article` is its number among the articles, -1 for a topic that is none; `parent` the star it hangs on, or -1.
    """

    topic: Explored
    x: float
    y: float
    article: int = -1
    parent: int = -1


@dataclass(frozen=True, slots=True)
class OwnDisc:
    """A map of which nothing is an article: its own part of the sky."""

    title: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Stars:
    """What of the library is in the sky. Titles that several maps have are one star."""

    stars: tuple[Star, ...] = ()
    own: tuple[OwnDisc, ...] = ()


class SkyService:
    """Reads, matches and places; nothing is asked of anybody."""

    def __init__(self, index: SkyIndex, library: ExploredIndex) -> None:
        self._index = index
        self._library = library

    async def sky(self, language: str) -> Sky:
        """All articles of the Atlas language that comes nearest; raises AtlasMissing."""
        return await self._index.sky(language)

    async def stars(self, sky: Sky) -> Stars:
        """The topics of the library, each at its article or near the one it comes from."""
        topics = await self._library.explored(MOST)
        return await asyncio.to_thread(among, sky, topics)

    async def about(self, title: str, language: str) -> str:
        """One line about an article; raises AtlasMissing."""
        return await self._index.about(title, language)


def among(sky: Sky, topics: Sequence[Explored]) -> Stars:
    """Match topics with articles by their titles, and place the others."""
    from knowalledge_desktop.layout.stars import place_stars

    chosen, star_of = _once(topics)
    article = {folded: number for number, folded in enumerate(sky.folded)}
    at = array("f")
    at.frombytes(sky.places)
    groups: dict[str, int] = {}
    parents: list[int] = []
    matched: list[int] = []
    for number, topic in enumerate(chosen):
        parent = star_of.get((topic.map_id, topic.parent_id), -1)
        parents.append(parent if parent < number else -1)  # what a title stands for may hang on itself elsewhere
        groups.setdefault(topic.map_id, len(groups))
        matched.append(article.get(topic.folded, -1))
    fixed = {n: (float(at[2 * a]), float(at[2 * a + 1])) for n, a in enumerate(matched) if a >= 0}
    places, discs = place_stars(parents, [groups[topic.map_id] for topic in chosen], fixed, sky.box)
    stars = tuple(
        Star(topic, x, y, number, parent)
        for topic, (x, y), number, parent in zip(chosen, places, matched, parents, strict=True)
    )
    first: dict[int, str] = {}
    for topic in chosen:
        first.setdefault(groups[topic.map_id], topic.title)
    return Stars(stars, tuple(OwnDisc(first[disc.group], disc.x, disc.y, disc.radius) for disc in discs))


def _once(topics: Sequence[Explored]) -> tuple[list[Explored], dict[tuple[str, str], int]]:
    """Each title once, where most is known of it; and which of them stands for each topic of the maps."""
    chosen: list[Explored] = []
    number_of: dict[str, int] = {}
    star_of: dict[tuple[str, str], int] = {}
    for topic in topics:
        number = number_of.get(topic.folded)
        if number is None:
            number = number_of[topic.folded] = len(chosen)
            chosen.append(topic)
        elif topic.known and not chosen[number].known:
            chosen[number] = topic
        star_of[topic.map_id, topic.topic_id] = number
    return chosen, star_of
