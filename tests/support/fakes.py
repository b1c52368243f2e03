"""Stand-ins for the ports: small, in memory, and held to the same contract tests as the real ones."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from knowalledge_desktop.core.answer_names import name_matcher
from knowalledge_desktop.core.cache import Matches
from knowalledge_desktop.core.codec import decode_answer, encode_answer
from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import MapNotFound
from knowalledge_desktop.core.evidence import Passage
from knowalledge_desktop.core.graph import Change, ChangeConflict, Map
from knowalledge_desktop.core.payload import Illustration
from knowalledge_desktop.core.ports import CacheEntry, CacheStats, MapInfo, SearchHit
from knowalledge_desktop.core.request import Answer, Request, subject
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.validation import fold


class FakeClock:
    """A clock that stands still until someone sleeps or `advance` is called."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.time = now
        self.slept: list[float] = []
        self._monotonic = 1000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self.time += seconds
        self._monotonic += seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)


class MemoryCache:
    """Implements `Cache` in a dict."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.rows: dict[str, tuple[bytes, float, float, str]] = {}
        self.forgotten = 0

    async def generation(self) -> object:
        return self.forgotten

    async def get(self, key: str) -> CacheEntry | None:
        row = self.rows.get(key)
        if row is None or row[2] <= self.clock.now():
            return None
        return CacheEntry(row[0], row[1], row[3])

    async def put(self, key: str, payload: bytes, *, ttl_s: float, name: str = "") -> None:
        now = self.clock.now()
        self.rows[key] = (payload, now, now + ttl_s, name)

    async def clear(self) -> int:
        forgotten = len(self.rows)
        self.rows.clear()
        self.forgotten += 1
        return forgotten

    async def invalidate(self, pattern: str) -> int:
        meant, now = name_matcher(pattern), self.clock.now()
        found = [key for key, row in self.rows.items() if meant(row[3])]
        live = sum(self.rows[key][2] > now for key in found)
        for key in found:
            del self.rows[key]
        self.forgotten += 1
        return live

    async def matching(self, pattern: str, *, names: int = 5) -> Matches:
        meant, now = name_matcher(pattern), self.clock.now()
        found = [row[3] for row in self.rows.values() if meant(row[3]) and row[2] > now]
        return Matches(len(found), tuple(sorted(set(found)))[:names])

    async def stats(self) -> CacheStats:
        return CacheStats(len(self.rows), sum(len(row[0]) for row in self.rows.values()))

    async def aclose(self) -> None:
        self.rows.clear()


class MemorySecrets:
    """Implements `SecretStore`; `lasting` says whether it claims to survive a restart."""

    def __init__(self, key: str | None = None, *, lasting: bool = True) -> None:
        self.key = key
        self.lasting = lasting

    async def get(self) -> str | None:
        return self.key

    async def put(self, key: str) -> bool:
        self.key = key
        return self.lasting

    async def remove(self) -> None:
        self.key = None

    async def place(self) -> str:
        return "test keyring" if self.lasting else "this session only"


class MemorySettings:
    """Implements `SettingsStore`."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def load(self) -> Settings:
        return self.settings

    def save(self, settings: Settings) -> None:
        self.settings = settings


@dataclass
class _Shelf:
    document: Map
    created_at: float
    updated_at: float
    opened_at: float
    deleted: bool = False


@dataclass
class _Kept:
    key: str
    about: tuple[object, ...]
    payload: bytes


def _about(request: Request) -> tuple[object, ...]:
    path = tuple(fold(step) for step in request.path)
    return (request.task, fold(subject(request)), path, request.options.language)


@dataclass
class MemoryLibrary:
    """Implements `Library` in dicts. `failing` is raised by every write while it is set."""

    clock: FakeClock = field(default_factory=FakeClock)
    shelves: dict[str, _Shelf] = field(default_factory=dict)
    answers: list[_Kept] = field(default_factory=list)
    changes: list[tuple[str, Change]] = field(default_factory=list)
    failing: Exception | None = None
    pictures: dict[str, Picture] = field(default_factory=dict)

    def documents(self) -> Mapping[str, Map]:
        return {map_id: shelf.document for map_id, shelf in self.shelves.items()}

    def _shelf(self, map_id: str) -> _Shelf:
        shelf = self.shelves.get(map_id)
        if shelf is None:
            raise MapNotFound(map_id)
        return shelf

    def _fail(self) -> None:
        if self.failing is not None:
            raise self.failing

    async def create(self, document: Map) -> None:
        self._fail()
        if document.map_id in self.shelves:
            raise ChangeConflict(document.map_id)
        now = self.clock.now()
        self.shelves[document.map_id] = _Shelf(document, now, now, now)

    async def apply(self, map_id: str, change: Change) -> None:
        self._fail()
        shelf = self._shelf(map_id)
        shelf.document = shelf.document.apply(change)
        shelf.updated_at = self.clock.now()
        self.changes.append((map_id, change))

    async def load(self, map_id: str) -> Map:
        return self._shelf(map_id).document

    async def maps(self) -> Sequence[MapInfo]:
        live = [shelf for shelf in self.shelves.values() if not shelf.deleted]
        live.sort(key=lambda s: (s.opened_at, s.created_at), reverse=True)
        return tuple(_info(shelf) for shelf in live)

    async def last_opened(self) -> str | None:
        return next((info.map_id for info in await self.maps()), None)

    async def has(self, map_id: str) -> bool:
        return map_id in self.shelves and not self.shelves[map_id].deleted

    async def mark_opened(self, map_id: str) -> None:
        self._fail()
        self._shelf(map_id).opened_at = self.clock.now()

    async def find_root(self, title: str) -> str | None:
        wanted = fold(title)
        found = [
            shelf
            for shelf in self.shelves.values()
            if not shelf.deleted and shelf.document.root and fold(shelf.document.root.title) == wanted
        ]
        newest = max(enumerate(found), key=lambda at: (at[1].created_at, at[0]), default=None)
        return newest[1].document.map_id if newest else None

    async def trash(self, map_id: str) -> None:
        self._fail()
        self._shelf(map_id).deleted = True

    async def restore(self, map_id: str) -> None:
        self._fail()
        self._shelf(map_id).deleted = False

    async def search(self, text: str, *, limit: int = 50) -> Sequence[SearchHit]:
        words = fold(text).split()
        hits: list[tuple[int, SearchHit]] = []
        for shelf in self.shelves.values():
            for topic in shelf.document.topics.values() if words and not shelf.deleted else ():
                body = [e.markdown for e in shelf.document.explanations_of(topic.topic_id)]
                for rank, told in enumerate([topic.title, topic.summary, *body]):
                    if all(_matches(word, fold(told)) for word in words):
                        snippet = told[:120] if rank else topic.summary[:120]
                        title, found = shelf.document.title, (topic.topic_id, topic.title)
                        hits.append((min(rank, 1), SearchHit(shelf.document.map_id, title, *found, snippet)))
                        break
        hits.sort(key=lambda hit: (hit[0], len(hit[1].title)))
        return tuple(hit for _, hit in hits[:limit])

    async def put_picture(self, picture: Picture) -> None:
        self._fail()
        self.pictures.setdefault(picture.sha256, picture)

    async def picture(self, sha256: str) -> Picture | None:
        return self.pictures.get(sha256)

    async def keep(self, key: str, request: Request, answer: Answer) -> None:
        self._fail()
        self.answers = [kept for kept in self.answers if kept.key != key]
        if isinstance(answer.content, Illustration):
            self.pictures.setdefault(answer.content.picture.sha256, answer.content.picture)
        self.answers.append(_Kept(key, _about(request), encode_answer(answer)))

    async def kept(self, key: str, request: Request) -> Answer | None:
        exact = [kept for kept in self.answers if kept.key == key]
        near = [kept for kept in self.answers if kept.about == _about(request)]
        found = exact or near
        return decode_answer(found[-1].payload) if found else None

    async def aclose(self) -> None:
        self.failing = None


def _matches(word: str, text: str) -> bool:
    if re.search(r"[\u2e80-\u9fff\u1100-\u11ff\uac00-\ud7af\uf900-\ufaff]", word):
        return word in text
    return re.search(rf"(?<!\w){re.escape(word)}", text) is not None


def _info(shelf: _Shelf) -> MapInfo:
    document = shelf.document
    engines = [t.provenance.engine for t in document.topics.values() if t.provenance.engine != "person"]
    return MapInfo(
        map_id=document.map_id,
        title=document.title,
        topics=len(document.topics),
        explained=len(document.explained_ids()),
        updated_at=shelf.updated_at,
        opened_at=shelf.opened_at,
        engine=engines[-1] if engines else "",
    )


class NoEvidence:
    """Implements `Evidence` with nothing to hold claims against."""

    async def passages(self, topic: str, path: tuple[str, ...], language: str, text: str) -> tuple[Passage, ...]:
        return ()
