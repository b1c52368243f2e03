"""What is asked of the library beyond single maps: lists, filters, search in two stages, the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.ports import Library, MapInfo, SearchHit
from knowalledge_desktop.core.versions import Act, Befores

PAGE = 100
"""Rows of a list that are read at once."""


class Shelf(StrEnum):
    """Lists of maps; a collection is a tag (see `Listing.tag`)."""

    ALL = "all"
    PINNED = "pinned"
    RECENT = "recent"
    DUPLICATES = "duplicates"
    TRASH = "trash"


@dataclass(frozen=True, slots=True)
class Filter:
    """What topics or maps are asked for; what is not set asks for nothing.

    `engine` wrote the topic or a text of it; `explained` says whether there is a text; `since` (epoch seconds)
    whether the topic or a text of it was made then or later, for maps whether they were changed; `quality` (0 to
    1) what a text of it has at least; `language` in which it is told. `made` are models with prompts
    ("id@version"): one of them made the topic, a text or the picture of it; none of them, and nothing is found.
    """

    engine: str = ""
    explained: bool | None = None
    since: float | None = None
    quality: float | None = None
    language: str = ""
    made: tuple[tuple[str, str], ...] | None = None

    def __bool__(self) -> bool:
        """Whether it asks for anything."""
        return self != EVERYTHING


EVERYTHING = Filter()
"""The filter that asks for nothing."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Which maps are listed: of a shelf or with a tag, and what is asked of them."""

    shelf: Shelf = Shelf.ALL
    tag: str = ""
    filter: Filter = EVERYTHING
    offset: int = 0
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Overview:
    """How much there is: maps by shelf, by tag, and in all; `languages` of the texts."""

    maps: int = 0
    topics: int = 0
    pinned: int = 0
    recent: int = 0
    duplicates: int = 0
    trash: int = 0
    tags: tuple[tuple[str, int], ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Losses:
    """What goes for good when the trash is emptied; up to some titles are named."""

    maps: int = 0
    topics: int = 0
    explanations: int = 0
    pictures: int = 0
    notes: int = 0
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, and the words that were looked for in place of misspelt ones."""

    hits: tuple[SearchHit, ...] = ()
    instead: str = ""


class Where(StrEnum):
    """Where the words of a hit are."""

    TITLE = "title"
    TEXT = "text"
    SUMMARY = "summary"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class OriginRow:
    """Who made `count` topics, texts and pictures of a map: engine, model and prompt ("id@version")."""

    map_id: str
    map_title: str
    engine: str
    model: str
    prompt: str
    count: int


class Archive(Library, Protocol):
    """The library with its lists, its search and its journal."""

    async def listed(self, listing: Listing) -> Sequence[MapInfo]:
        """A page of a list of maps: pinned ones first, then those opened last."""
        ...

    async def overview(self, since: float) -> Overview:
        """How much there is; maps opened after `since` (epoch seconds) count as recent."""
        ...

    async def twins(self, map_id: str) -> Sequence[MapInfo]:
        """Other maps whose root has the same title, case and accents folded."""
        ...

    async def pin(self, map_id: str, *, pinned: bool) -> None:
        """Keep a map at the top, or no longer; raises MapNotFound."""
        ...

    async def tag(self, map_id: str, tag: str, *, tagged: bool) -> None:
        """Put a map into a collection, or take it out; raises MapNotFound."""
        ...

    async def losses(self, map_ids: Sequence[str] | None = None) -> Losses:
        """What goes when these maps of the trash (None: all) are deleted for good."""
        ...

    async def erase(self, map_ids: Sequence[str] | None = None) -> Losses:
        """Delete these maps of the trash (None: all) for good, with all that only they have."""
        ...

    async def titles(self, text: str, among: Filter, *, limit: int = 50) -> Sequence[SearchHit]:
        """Topics with a title that has words which begin so; for every letter that is typed."""
        ...

    async def texts(self, text: str, among: Filter, *, limit: int = 50) -> Sequence[SearchHit]:
        """Topics with all the words in the title, a text, summary or note, best first; for a pause in typing."""
        ...

    async def near(self, text: str, among: Filter, *, limit: int = 20) -> Found:
        """Topics whose title is written nearly so."""
        ...

    async def acts(self, map_id: str, *, before: int | None = None, limit: int = PAGE) -> Sequence[Act]:
        """What was done to a map, newest first; only what is older than the act `before`."""
        ...

    async def acts_on(self, map_id: str, topic_id: str) -> Sequence[tuple[Act, Befores]]:
        """What was done to a topic, newest first, with what was there before; raises StorageDamaged."""
        ...

    async def origins(self) -> Sequence[OriginRow]:
        """Who made what is in the maps outside the trash, but for people, the map opened last first."""
        ...

    async def version(self, map_id: str, act_id: int) -> Map:
        """The map as it was right after an act; raises MapNotFound, StorageDamaged."""
        ...
