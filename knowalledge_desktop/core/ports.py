"""What the program needs from the outside, as protocols with the fewest methods that work."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from knowalledge_desktop.core.content import Picture, Usage
from knowalledge_desktop.core.graph import Change, Map
from knowalledge_desktop.core.request import Answer, Part, Request
from knowalledge_desktop.core.settings import Settings


class Clock(Protocol):
    """Time. Tests pass one that jumps."""

    def now(self) -> float:
        """Wall clock, epoch seconds (UTC)."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back, for durations."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Engine(Protocol):
    """The one seam to everything that answers."""

    def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """Parts of the answer, ending in exactly one `Answer`.

        Close the generator (`contextlib.aclosing`) to stop early: that also stops the request.
        Raises `AppError`s only; they may come after some parts.
        """
        ...


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A stored value, when it was stored (epoch seconds), and its name for people, if it was given one."""

    payload: bytes
    stored_at: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class CacheStats:
    """What a cache holds."""

    items: int
    size_bytes: int


class Cache(Protocol):
    """An evictable store of bytes. When reading or storing, a failure inside is a miss, never an error."""

    async def get(self, key: str) -> CacheEntry | None:
        """The entry, or None when it is missing, expired or damaged."""
        ...

    async def put(self, key: str, payload: bytes, *, ttl_s: float, name: str = "") -> None:
        """Store `payload` for `ttl_s` seconds; `name` (see `answer_names`) is what `invalidate` looks at."""
        ...

    async def clear(self) -> int:
        """Forget everything; returns how many entries. Raises StorageError: who asked for it must know."""
        ...

    async def invalidate(self, pattern: str) -> int:
        """Forget the entries whose name matches (see `name_matcher`); returns how many.

        Raises UserInputError for what is no pattern, StorageError when not all could be looked at.
        """
        ...

    async def generation(self) -> object:
        """Another value each time that somebody, in whatever process, has had entries forgotten."""
        ...

    async def stats(self) -> CacheStats:
        """What is in it."""
        ...

    async def aclose(self) -> None:
        """Release files and threads."""
        ...


@dataclass(frozen=True, slots=True)
class MapInfo:
    """A row of a list of maps; times in epoch seconds.

    `picture` is the name of its newest one, `deleted_at` when it came into the trash.
    """

    map_id: str
    title: str
    topics: int
    explained: int
    updated_at: float
    opened_at: float
    engine: str = ""
    pinned: bool = False
    tags: tuple[str, ...] = ()
    picture: str = ""
    deleted_at: float | None = None


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A topic of the library that matches; `snippet` and `lit`, the title, mark matches with U+0002 and U+0003.

    `where` says where the words are (see `shelf.Where`); `quality` is that of its best text, which makes it
    explained; `is_root` says that it is what its whole map is about.
    """

    map_id: str
    map_title: str
    topic_id: str
    title: str
    snippet: str = ""
    lit: str = ""
    where: str = "title"
    explained: bool = False
    quality: float | None = None
    is_root: bool = False


class Library(Protocol):
    """The user's documents. When a method returns, the change is on the disk."""

    async def create(self, document: Map) -> None:
        """Store a new map with all that is in it."""
        ...

    async def apply(self, map_id: str, change: Change) -> None:
        """Store one change of a map, all of it or nothing."""
        ...

    async def load(self, map_id: str) -> Map:
        """Read a map; raises MapNotFound."""
        ...

    async def maps(self) -> Sequence[MapInfo]:
        """All maps that are not in the trash, last opened first."""
        ...

    async def last_opened(self) -> str | None:
        """Id of the map that was opened last, outside the trash; None in an empty library."""
        ...

    async def has(self, map_id: str) -> bool:
        """Whether there is such a map outside the trash."""
        ...

    async def mark_opened(self, map_id: str) -> None:
        """Remember that the map was opened now."""
        ...

    async def find_root(self, title: str) -> str | None:
        """Id of the newest map whose root has this title (case and accents folded)."""
        ...

    async def trash(self, map_id: str) -> None:
        """Move a map to the trash."""
        ...

    async def restore(self, map_id: str) -> None:
        """Take a map out of the trash."""
        ...

    async def search(self, text: str, *, limit: int = 50) -> Sequence[SearchHit]:
        """Topics whose title or text matches, best first; each word is a prefix."""
        ...

    async def put_picture(self, picture: Picture) -> None:
        """Store the bytes of a picture under their name; a change of a map may then refer to it."""
        ...

    async def picture(self, sha256: str) -> Picture | None:
        """The picture of this name, or None."""
        ...

    async def keep(self, key: str, request: Request, answer: Answer) -> None:
        """Store an answer durably under its fingerprint."""
        ...

    async def kept(self, key: str, request: Request) -> Answer | None:
        """The kept answer for this fingerprint, else the newest for the same task, topic, path and language."""
        ...

    async def aclose(self) -> None:
        """Finish writing and release the file."""
        ...


class Pictures(Protocol):
    """Reads pictures that come from people, with care."""

    async def prepare(self, source: bytes | Path) -> Picture:
        """The picture as it may be sent: upright, small, without metadata; raises UserInputError."""
        ...

    async def convert(self, picture: Picture, suffix: str) -> bytes:
        """The picture as a file of that ending holds it: ".png", ".jpg", ".jpeg" or ".webp"."""
        ...


class SecretStore(Protocol):
    """Where the API key lives."""

    async def get(self) -> str | None:
        """The key, or None. The environment's GEMINI_API_KEY comes first and is never stored."""
        ...

    async def put(self, key: str) -> bool:
        """Store the key; True when it will be there after a restart, False for this session only."""
        ...

    async def remove(self) -> None:
        """Forget the key."""
        ...

    async def place(self) -> str:
        """Where a key is or would be kept, for the user ("GNOME Keyring", "this session only")."""
        ...


class TopicIndex(Protocol):
    """Titles that are known without asking anybody."""

    async def articles(self, prefix: str, language: str, limit: int) -> tuple[str, ...]:
        """Titles that start so, best known first."""
        ...


class Locks(Protocol):
    """Locks that processes share, by name. The system frees those of a process that dies."""

    def hold(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold a lock, once nobody else does."""
        ...

    def hold_now(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Hold a lock without waiting; gives whether it could be had."""
        ...


class SettingsStore(Protocol):
    """The settings file."""

    def load(self) -> Settings:
        """Settings, with defaults for what is missing or unreadable."""
        ...

    def save(self, settings: Settings) -> None:
        """Write atomically; raises StorageError."""
        ...


class Metrics(Protocol):
    """Numbers for monitoring. Cheap enough to call always."""

    def api_call(self, endpoint: str, model: str, status: str, seconds: float, usage: Usage) -> None:
        """One request that reached an engine."""
        ...

    def cache(self, operation: str, result: str) -> None:
        """One cache operation ("get", "set") and its result ("hit", "miss", "ok", "error")."""
        ...

    def generated(self, kind: str, count: int, quality: float | None) -> None:
        """Content that was delivered: kind "subtopics" or "explanations"."""
        ...

    def error(self, kind: str, endpoint: str = "") -> None:
        """An error that reached the user, by class name, and the task that was asked for."""
        ...

    def limited(self, limit: str, *, refused: bool) -> None:
        """A limit (a `quota.Metric` value) refused a request, or made it wait."""
        ...

    def invalid(self, validator: str, issue: str) -> None:
        """An answer to the task `validator` could not be used, by the error's class name."""
        ...

    def shared(self) -> None:
        """A question joined an equal one that was on its way."""
        ...
