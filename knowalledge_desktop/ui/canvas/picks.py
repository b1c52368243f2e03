"""The topics that are picked: one choice that the canvas, the outline and the dialogs share."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from PySide6.QtCore import QObject, Signal


class Picks(QObject):
    """Names of picked topics, in the order in which they were picked."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """What is picked."""
        return self._ids

    def __contains__(self, topic_id: object) -> bool:
        """Whether a topic is picked."""
        return topic_id in self._ids

    def set(self, topic_ids: Iterable[str]) -> None:
        """Pick these and no others."""
        ids = tuple(dict.fromkeys(topic_ids))
        if ids != self._ids:
            self._ids = ids
            self.changed.emit()

    def add(self, topic_ids: Iterable[str]) -> None:
        """Pick these too."""
        self.set((*self._ids, *topic_ids))

    def toggle(self, topic_id: str) -> None:
        """Pick a topic, or not any more."""
        self.set(each for each in (*self._ids, topic_id) if each != topic_id or topic_id not in self._ids)

    def clear(self) -> bool:
        """Pick none; whether any was."""
        had = bool(self._ids)
        self.set(())
        return had

    def keep(self, there: Collection[str]) -> None:
        """Let those go that are not there any more."""
        self.set(each for each in self._ids if each in there)
