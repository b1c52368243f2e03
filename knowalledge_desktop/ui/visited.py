"""The topics that were visited, in order, to go back and forward among them."""

from __future__ import annotations


class Visited:
    """A history with a place in it; a new visit forgets what was ahead."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._at = -1

    def add(self, topic_id: str) -> None:
        """A topic was selected; nothing changes when it is the present one."""
        if topic_id and (self._at < 0 or self._ids[self._at] != topic_id):
            self._ids = [*self._ids[: self._at + 1], topic_id]
            self._at = len(self._ids) - 1

    def has(self, step: int) -> bool:
        """Whether there is a visit so many steps away."""
        return 0 <= self._at + step < len(self._ids)

    def go(self, step: int) -> str:
        """Move in the history; the topic there, or an empty text when there is none."""
        if not self.has(step):
            return ""
        self._at += step
        return self._ids[self._at]
