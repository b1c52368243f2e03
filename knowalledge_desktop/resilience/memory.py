"""The answers used last, ready parsed, in memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from knowalledge_desktop.core.answer_names import name_matcher
from knowalledge_desktop.core.cache import Layer, LookUps
from knowalledge_desktop.core.request import Answer

LIMIT_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """An answer, the bytes of its stored form, when it was stored and until when it is good (epoch seconds)."""

    answer: Answer
    size: int
    expires_at: float
    name: str
    stored_at: float


class AnswerMemory:
    """A least-recently-used table of answers, bounded by the bytes of their stored form.

    All stacks of a program share one, so it also keeps count of what was looked up, here and in the layers
    behind it.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.look_ups = LookUps()
        self._rows: OrderedDict[str, Row] = OrderedDict()
        self._size = 0

    @property
    def hits(self) -> int:
        """How often an answer was found in any layer."""
        return self.look_ups.hits

    @property
    def misses(self) -> int:
        """How often none was found."""
        return self.look_ups.misses

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
        row = self.row(key, now)
        return None if row is None else row.answer

    def row(self, key: str, now: float) -> Row | None:
        """The same with all that is known of it."""
        row = self._rows.get(key)
        if row is None:
            return None
        if row.expires_at <= now:
            self._drop(key)
            return None
        self._rows.move_to_end(key)
        return row

    def put(
        self, key: str, answer: Answer, size: int, expires_at: float, name: str = "", stored_at: float = 0.0
    ) -> None:
        """Hold an answer of `size` bytes; the ones used longest ago make room."""
        self._drop(key)
        if size > self.limit_bytes:
            return
        self._rows[key] = Row(answer, size, expires_at, name, stored_at)
        self._size += size
        while self._size > self.limit_bytes:
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

    def count(self, *, hit: bool, layer: Layer = Layer.MEMORY) -> None:
        """A question was looked up; `layer` is where it was found."""
        if hit:
            self.look_ups.found[layer] += 1
        else:
            self.look_ups.misses += 1

    def _drop(self, key: str) -> None:
        row = self._rows.pop(key, None)
        if row is not None:
            self._size -= row.size
