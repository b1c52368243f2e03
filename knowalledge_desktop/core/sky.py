"""All articles of the Atlas and all topics of the library, for seeing them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sky:
    """Articles by their place in the lists.

    `area` names the area of each (an index into `areas`, the largest first); `fame` is how often others name it;
    `folded` is the title without case and accents. `places` are x and y of each in scene units, as little-endian
    32-bit floats; `links` pairs of articles as little-endian 16-bit integers; `haze` is a grey PNG of all links
    that shows the box `box` (left, top, width, height in scene units).
    """

    language: str = "en"
    titles: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    area: tuple[int, ...] = ()
    fame: tuple[int, ...] = ()
    places: bytes = b""
    links: bytes = b""
    haze: bytes = b""
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    def __len__(self) -> int:
        """How many articles there are."""
        return len(self.titles)


@dataclass(frozen=True, slots=True)
class Explored:
    """A topic of the library: where it is opened, and whether more than its title is known.

    That is so when it has a text or subtopics.
    """

    map_id: str
    topic_id: str
    title: str
    folded: str
    parent_id: str = ""
    known: bool = False


class SkyIndex(Protocol):
    """Who knows all articles of a language."""

    async def sky(self, language: str) -> Sky:
        """Everything, as compiled; raises AtlasMissing."""
        ...

    async def about(self, title: str, language: str) -> str:
        """One line about an article, empty when there is none of this title."""
        ...


class ExploredIndex(Protocol):
    """Who knows every topic of the library."""

    async def explored(self, limit: int) -> Sequence[Explored]:
        """Topics of the maps outside the trash, the map opened last first, each topic after its parent."""
        ...
