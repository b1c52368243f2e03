"""The Atlas engine: answers from the encyclopedia compiled into the program, without a network."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from knowalledge_desktop.adapters.atlas_store import AtlasStore, BranchRow, Entry
from knowalledge_desktop.core.content import Claim, ClaimState, Provenance, Relation, Source
from knowalledge_desktop.core.errors import RequestRejected, TopicNotFound
from knowalledge_desktop.core.evidence import sentences
from knowalledge_desktop.core.payload import ExplanationText, Subtopic, SubtopicList
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.request import Answer, Detail, Part, Request, Task, TextDelta
from knowalledge_desktop.core.sky import Sky
from knowalledge_desktop.core.validation import fold

LANGUAGES = ("en", "fr", "es")
"""Languages the Atlas has; English stands in for every other one."""

NEAREST = 8
ENOUGH = 8
"""So many branches make a list; further ones must be better than a repetition."""
_WORDS = {Detail.BRIEF: 60, Detail.MEDIUM: 150, Detail.DETAILED: 1000}
_SUMMARY_LENGTH = 160
_SPECIAL = re.compile(r"([\\`*_\[\]<>$~|#])")
_LIST_START = re.compile(r"^(\d{0,9})([-+.)])(?=\s)")
_T = TypeVar("_T")


class AtlasEngine:
    """Subtopics and explanations from the Atlas file; every text names its article as source.

    The file is opened at the first question, in the engine's own thread. Raises TopicNotFound with
    the nearest titles, AtlasMissing when there is no readable file, RequestRejected for other tasks.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="atlas")
        self._store: AtlasStore | None = None
        self._ended = False

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """Parts of the answer: the text by paragraphs where there is text, then the Answer."""
        if request.task is Task.SUBTOPICS:
            yield await self._run(lambda store: self._subtopics(store, request))
        elif request.task is Task.EXPLANATION:
            answer, paragraphs = await self._run(lambda store: self._explanation(store, request))
            for paragraph in paragraphs:
                yield TextDelta(paragraph)
            yield answer
        else:
            raise RequestRejected(f"The Atlas has no task {request.task.value}.")

    async def articles(self, prefix: str, language: str, limit: int) -> tuple[str, ...]:
        """Titles that begin with `prefix`, the best known first."""
        return await self._run(lambda store: tuple(store.titles(prefix, spoken(language), limit)))

    async def nearest(self, topic: str, language: str, limit: int = NEAREST) -> tuple[str, ...]:
        """Titles close to `topic` by spelling or by their texts."""
        return await self._run(lambda store: tuple(store.nearest(topic, spoken(language), limit)))

    async def count(self, language: str) -> int:
        """Number of articles in a language the Atlas has, else 0."""
        return await self._run(lambda store: store.count(language))

    async def sky(self, language: str) -> Sky:
        """All articles of a language the Atlas has, else of English, with their places."""
        return await self._run(lambda store: store.sky(spoken(language)))

    async def about(self, title: str, language: str) -> str:
        """One line about the article of exactly this title, empty when there is none."""

        def look(store: AtlasStore) -> str:
            entry = store.titled(title, spoken(language))
            return summary(entry) if entry else ""

        return await self._run(look)

    async def aclose(self) -> None:
        """Release the file and the thread; the engine cannot be asked any more. May be called twice."""
        if self._ended:
            return
        self._ended = True
        # Behind what is still at work there, which may be opening the file just now.
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[AtlasStore], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._with_store, work)

    def _with_store(self, work: Callable[[AtlasStore], _T]) -> _T:
        if self._store is None:
            self._store = AtlasStore(self._path)
        return work(self._store)

    def _close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _subtopics(self, store: AtlasStore, request: Request) -> Answer:
        language = spoken(request.options.language)
        entry = _resolved(store, request, language)
        wanted = request.options.count
        chosen = _choose(store.branches(entry.article_id), request)[:wanted]
        items = tuple(
            Subtopic(
                row.entry.title,
                summary(row.entry),
                Relation.SUBTOPIC if row.inside else Relation.RELATED,
                (_source(store, row.entry, language),),
            )
            for row in chosen
        )
        told = (("article", entry.title), ("requested", str(wanted)), ("found", str(len(items))))
        return Answer(SubtopicList(items), self._provenance(store, language, told))

    def _explanation(self, store: AtlasStore, request: Request) -> tuple[Answer, tuple[str, ...]]:
        language = spoken(request.options.language)
        entry = _resolved(store, request, language)
        kept = _shortened(entry.extract, _WORDS[request.options.detail])
        paragraphs = [escaped(" ".join(paragraph)) for paragraph in kept]
        deltas = tuple(text if i == 0 else "\n\n" + text for i, text in enumerate(paragraphs))
        claims = tuple(Claim(text, ClaimState.SUPPORTED, (0,)) for paragraph in kept for text in paragraph)
        content = ExplanationText("".join(deltas), claims, (_source(store, entry, language),))
        told = (("article", entry.title),)
        return Answer(content, self._provenance(store, language, told)), deltas

    def _provenance(self, store: AtlasStore, language: str, told: tuple[tuple[str, str], ...]) -> Provenance:
        return Provenance(
            engine="atlas",
            model=f"atlas-{store.data_version}",
            created_at=self._clock.now(),
            language=language,
            parameters=told,
        )


def spoken(language: str) -> str:
    """The Atlas language for a BCP 47 tag; English where it has none."""
    primary = language.replace("_", "-").split("-")[0].casefold()
    return primary if primary in LANGUAGES else "en"


def address(title: str, language: str) -> str:
    """Address of an article in the encyclopedia."""
    return f"https://{language}.wikipedia.org/wiki/" + quote(title.replace(" ", "_"), safe="/:@!$*(),;~")


def summary(entry: Entry) -> str:
    """One short line about an article: its description, else its first sentence."""
    text = entry.description or next(iter(sentences(entry.extract)), "")
    if len(text) > _SUMMARY_LENGTH:
        text = text[: _SUMMARY_LENGTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
    return text[:1].upper() + text[1:]


def escaped(text: str) -> str:
    """Plain text as Markdown that shows the same: no accidental emphasis, lists, TeX or HTML."""
    return _LIST_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text))


def _source(store: AtlasStore, entry: Entry, language: str) -> Source:
    return Source(entry.title, address(entry.title, language), store.licence)


def _resolved(store: AtlasStore, request: Request, language: str) -> Entry:
    entry = store.resolve(request.topic, request.path, language)
    if entry is None:
        raise TopicNotFound(request.topic, tuple(store.nearest(request.topic, language, NEAREST)))
    return entry


def _choose(rows: list[BranchRow], request: Request) -> list[BranchRow]:
    """Branches without what is to be left out; those beside the topic only where there are too few others."""
    out = {fold(title) for title in (*request.avoid, *request.path, request.topic)}
    beside = {fold(title) for title in request.siblings}
    left = [row for row in rows if fold(row.entry.title) not in out]
    new = [row for row in left if fold(row.entry.title) not in beside]
    again = [row for row in left if fold(row.entry.title) in beside]
    return new + again[: max(0, ENOUGH - len(new))]


def _shortened(extract: str, words: int) -> list[list[str]]:
    """Sentences by paragraph, as many whole ones as `words` allows, at least one."""
    kept: list[list[str]] = []
    used = 0
    for paragraph in extract.split("\n\n"):
        taken: list[str] = []
        for sentence in sentences(paragraph):
            length = len(sentence.split())
            if used and used + length > words:
                return [*kept, taken] if taken else kept
            used += length
            taken.append(sentence)
        if taken:
            kept.append(taken)
    return kept
