"""The answers used last, ready parsed, in memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from knowalledge_desktop.core.answer_names import name_matcher
from knowalledge_desktop.core.request import Answer

LIMIT_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Row:
    answer: Answer
    size: int
    expires_at: float
    name: str


class AnswerMemory:
    """A least-recently-used table of answers, bounded by the bytes of their stored form.

    All stacks of a program share one, so it also counts how often they found an answer that was given
    before (`hits`), here or in the cache behind it, and how often they did not (`misses`).
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._rows: OrderedDict[str, _Row] = OrderedDict()
        self._size = 0
        self.hits = 0
        self.misses = 0

    @property
    def items(self) -> int:
        """How many answers are held."""
        return len(self._rows)

    @property
    def size_bytes(self) -> int:
        """Bytes of all that is held."""
        return self._size

    def get(self, key: str, now: float) -> Answer | None:
        """The answer, unless it is missing or expired at `now` (epoch seconds)."""
        row = self._rows.get(key)
        if row is None:
            return None
        if row.expires_at <= now:
            self._drop(key)
            return None
        self._rows.move_to_end(key)
        return row.answer

    def put(self, key: str, answer: Answer, size: int, expires_at: float, name: str = "") -> None:
        """Hold an answer of `size` bytes; the ones used longest ago make room."""
        self._drop(key)
        if size > self._limit:
            return
        self._rows[key] = _Row(answer, size, expires_at, name)
        self._size += size
        while self._size > self._limit:
            self._drop(next(iter(self._rows)))

    def clear(self) -> None:
        """Forget everything; for use beside `Cache.clear`."""
        self._rows.clear()
        self._size = 0

    def invalidate(self, pattern: str) -> int:
        """Forget the answers whose name matches, beside `Cache.invalidate`; returns how many.

        Raises UserInputError for what is no pattern.
        """
        meant = name_matcher(pattern)
        found = [key for key, row in self._rows.items() if meant(row.name)]
        for key in found:
            self._drop(key)
        return len(found)

    def count(self, *, hit: bool) -> None:
        """A question was looked up."""
        self.hits += hit
        self.misses += not hit

    def _drop(self, key: str) -> None:
        row = self._rows.pop(key, None)
        if row is not None:
            self._size -= row.size
