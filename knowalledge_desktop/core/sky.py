"""All articles of the Atlas and how they hang together, for seeing them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sky:
    """Articles by their place in the lists.

    `area` names the area of each (an index into `areas`); `fame` is how many others link to it; `links` are
    pairs of articles, each pair once.
    """

    titles: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    area: tuple[int, ...] = ()
    fame: tuple[int, ...] = ()
    links: tuple[tuple[int, int], ...] = ()

    def __len__(self) -> int:
        """How many articles there are."""
        return len(self.titles)


@dataclass(frozen=True, slots=True)
class Explored:
    """A topic of the library: where it is opened."""

    map_id: str
    topic_id: str
    title: str


class SkyIndex(Protocol):
    """Who knows all articles of a language."""

    async def sky(self, language: str) -> Sky:
        """Everything, as compiled."""
        ...


class ExploredIndex(Protocol):
    """Who knows every topic of the library."""

    async def explored(self) -> dict[str, Explored]:
        """One topic for each folded title, that of the map opened last."""
        ...
