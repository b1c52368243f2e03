"""What a person does to a map by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.edits import moving, removal, renaming
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.graph import Change, Map, Opinion, Place, PutExplanation, PutPlace, PutTopic, Topic
from knowalledge_desktop.core.history import keeping_folds
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.validation import check_remark, check_topic
from knowalledge_desktop.services.session import MapSession


class EditService:
    """Renames, removes, adds, moves and folds topics, and judges their texts; returns the change that was stored.

    What is done to a topic that is gone by then (removed a moment ago) changes nothing.
    """

    def __init__(self, clock: Clock, new_id: Callable[[], str]) -> None:
        self._clock = clock
        self._new_id = new_id

    async def rename(self, session: MapSession, topic_id: str, title: str) -> Change:
        """Give a topic another title; raises UserInputError."""
        good = check_topic(title)
        return await session.commit(
            lambda document: renaming(document, topic_id, good) if topic_id in document.topics else Change(())
        )

    async def remove(self, session: MapSession, topic_id: str) -> Change:
        """Remove a topic with its branch; undo brings all of it back. The root stays."""
        if topic_id == session.map.root_id:
            raise UserInputError("The root topic cannot be removed. Delete the map in the library instead.")
        return await session.commit(
            lambda document: removal(document, topic_id) if topic_id in document.topics else Change(())
        )

    async def add(self, session: MapSession, parent_id: str, title: str) -> Change:
        """Add a person's own subtopic; raises UserInputError."""
        good = check_topic(title)

        def make(document: Map) -> Change:
            if parent_id not in document.topics:
                return Change(())
            siblings = document.children(parent_id)
            rank = max((document.topics[s].rank for s in siblings), default=-1.0) + 1.0
            author = Provenance(engine="person", created_at=self._clock.now())
            topic = Topic(self._new_id(), good, parent_id, rank, provenance=author)
            return Change((PutTopic(None, topic),), "add", good)

        return await session.commit(make)

    async def judge(self, session: MapSession, key: str, opinion: Opinion, remark: str | None = None) -> Change:
        """Keep what the person thinks of an explanation, named by its `key`; raises UserInputError.

        Without a `remark` the one that is there stays; an empty one takes it away.
        """
        note = None if remark is None else check_remark(remark)

        def make(document: Map) -> Change:
            before = document.explanations.get(key)
            if before is None:
                return Change(())
            after = replace(before, opinion=opinion, opinion_note=before.opinion_note if note is None else note)
            if after == before:
                return Change(())
            return Change((PutExplanation(before, after),), "judge", document.topics[before.topic_id].title)

        return await session.commit(make)

    async def place(self, session: MapSession, places: Mapping[str, Place], *, by_person: bool) -> Change:
        """Store where topics sit; only what a person moved is a step of undo."""
        if not session.is_stored:
            return Change(())
        return await session.commit(
            lambda document: moving(document, keeping_folds(document, places)), undoable=by_person
        )

    async def fold(self, session: MapSession, topic_id: str, *, collapsed: bool) -> Change:
        """Hide or show the branch below a topic; view state, not a step of undo."""

        def make(document: Map) -> Change:
            place = document.places.get(topic_id)
            if place is None or place.collapsed == collapsed:
                return Change(())
            return Change((PutPlace(topic_id, place, replace(place, collapsed=collapsed)),), "fold")

        return await session.commit(make, undoable=False)
