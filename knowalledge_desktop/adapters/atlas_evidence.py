"""Evidence from the Atlas: articles on a topic and on what a text about it names."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from knowalledge_desktop.adapters.atlas import LANGUAGES, address
from knowalledge_desktop.adapters.atlas_store import AtlasStore, Entry
from knowalledge_desktop.core.evidence import Passage
from knowalledge_desktop.core.facts_words import STOP
from knowalledge_desktop.core.validation import fold

NAMED = 16
"""So many articles named in the text are read."""
BRANCHES = 12
_LONGEST_NAME = 5
_LONGEST_TEXT = 6000
_WORD = re.compile(r"\w+(?:['’.-]\w+)*")


class AtlasEvidence:
    """Passages from the Atlas file, opened at the first question, in its own thread.

    Languages the Atlas does not have get no passages. Raises AtlasMissing without a readable file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="evidence")
        self._store: AtlasStore | None = None
        self._ended = False

    async def passages(self, topic: str, path: tuple[str, ...], language: str, text: str) -> tuple[Passage, ...]:
        """The topic's article first, then its parent's, those the text names, and its branches'."""
        spoken = language.replace("_", "-").split("-")[0].casefold()
        if spoken not in LANGUAGES:
            return ()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._read, topic, path, spoken, text[:_LONGEST_TEXT])

    async def aclose(self) -> None:
        """Release the file and the thread. May be called twice."""
        if self._ended:
            return
        self._ended = True
        # Behind what is still at work there, which may be opening the file just now.
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _read(self, topic: str, path: tuple[str, ...], language: str, text: str) -> tuple[Passage, ...]:
        if self._store is None:
            self._store = AtlasStore(self._path)
        store = self._store
        about = store.resolve(topic, path, language)
        found: list[Entry] = [about] if about else []
        parent = store.resolve(path[-1], path[:-1], language) if path else None
        found += [parent] if parent else []
        found += store.named(_names(text), language, NAMED)
        if about:
            found += [row.entry for row in store.branches(about.article_id)[:BRANCHES]]
        once = {entry.article_id: entry for entry in found}.values()
        return tuple(Passage(e.title, address(e.title, language), e.extract, store.licence) for e in once)


def _names(text: str) -> list[str]:
    """Folded word sequences that can be titles, the telling ones first: names, then long words."""
    words = [(found[0], found.start(), found.end()) for found in _WORD.finditer(text)]
    scored: dict[str, tuple[int, int, int]] = {}
    for size in range(1, _LONGEST_NAME + 1):
        for i in range(len(words) - size + 1):
            run = words[i : i + size]
            ends = (fold(run[0][0]), fold(run[-1][0]))
            if ends[0] in STOP or ends[1] in STOP or (size == 1 and len(ends[0]) < 4):
                continue
            between = text[run[0][1] : run[-1][2]]
            if re.search(r"[.;:!?\n]\s", between):
                continue
            capitals = sum(word[0][:1].isupper() for word in run)
            score = (-min(capitals, 3), -size, i)
            folded = fold(between)
            scored[folded] = min(scored.get(folded, score), score)
    return sorted(scored, key=lambda name: scored[name])
