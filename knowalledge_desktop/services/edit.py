"""What a person does to a map by hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.edits import locking, moving, noting, pinning, removing, renaming, tagging
from knowalledge_desktop.core.edits_links import labelling, linking, linking_to, unlinking
from knowalledge_desktop.core.edits_tree import folding, grafting, may_be_below, reparenting, shifting
from knowalledge_desktop.core.edits_twins import topic_called, uniting
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.graph import (
    Change,
    LinkKind,
    Map,
    Opinion,
    Place,
    PutExplanation,
    PutPlace,
    PutTopic,
    Topic,
)
from knowalledge_desktop.core.history import keeping_folds
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.validation import check_label, check_note, check_remark, check_topic
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

    async def remove(self, session: MapSession, *topic_ids: str) -> Change:
        """Remove topics with their branches; undo brings all of it back. The root stays: UserInputError."""
        if session.map.root_id in topic_ids:
            raise UserInputError("The root topic cannot be removed. Delete the map in the library instead.")

        def make(document: Map) -> Change:
            there = [each for each in topic_ids if each in document.topics]
            return removing(document, there) if there else Change(())

        return await session.commit(make)

    async def add(self, session: MapSession, parent_id: str, title: str, *, once: bool = False) -> Change:
        """Add a person's own subtopic; raises UserInputError.

        With `once`, a title that is in the map already is linked instead of coming a second time.
        """
        good = check_topic(title)

        def make(document: Map) -> Change:
            if parent_id not in document.topics:
                return Change(())
            twin = topic_called(document, good) if once else None
            if twin is not None:
                is_child = document.topics[twin].parent_id == parent_id
                kind = LinkKind.SAME_AS
                return Change(()) if is_child else linking(document, parent_id, twin, "", self._new_id, kind)
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

    async def pin(self, session: MapSession, topic_ids: Collection[str], view: str, *, pinned: bool) -> Change:
        """Have topics stay where they are in a view when it is tidied up, or not any more."""
        return await session.commit(lambda document: pinning(document, topic_ids, str(view), pinned=pinned))

    async def fold(self, session: MapSession, topic_id: str, *, collapsed: bool) -> Change:
        """Hide or show the branch below a topic; view state, not a step of undo."""

        def make(document: Map) -> Change:
            place = document.places.get(topic_id)
            if place is None or place.collapsed == collapsed:
                return Change(())
            return Change((PutPlace(topic_id, place, replace(place, collapsed=collapsed)),), "fold")

        return await session.commit(make, undoable=False)

    async def fold_to(self, session: MapSession, level: int | None) -> Change:
        """See the topics down to a level, the root being 0; None unfolds all. View state, not a step of undo."""
        return await session.commit(lambda document: folding(document, level), undoable=False)

    # --- branches ---

    async def reparent(
        self,
        session: MapSession,
        topic_ids: Collection[str],
        parent_id: str,
        *,
        places: Mapping[str, Place] | None = None,
        view: str = "",
    ) -> Change:
        """Put branches below another topic, with where they were put meanwhile; raises UserInputError."""
        if parent_id in session.map.topics and not may_be_below(session.map, topic_ids, parent_id):
            raise UserInputError("A topic cannot be below itself or one of its own subtopics. Choose another one.")
        return await session.commit(lambda document: reparenting(document, topic_ids, parent_id, places, view))

    async def shift(self, session: MapSession, topic_id: str, by: int) -> Change:
        """Move a topic up or down among its siblings."""
        return await session.commit(
            lambda document: shifting(document, topic_id, by) if topic_id in document.topics else Change(())
        )

    async def paste(self, session: MapSession, parent_id: str, text: str) -> Change:
        """Add the lines of an outline as branches below a topic; raises UserInputError when there are none."""
        from knowalledge_desktop.core.outline_text import read_outline

        lines = read_outline(text)
        if not lines:
            raise UserInputError("There is no line with a word in it to paste.")
        author = Provenance(engine="person", created_at=self._clock.now())

        def make(document: Map) -> Change:
            there = parent_id in document.topics
            return grafting(document, parent_id, lines, self._new_id, author) if there else Change(())

        return await session.commit(make)

    async def unite(self, session: MapSession, topic_id: str) -> Change:
        """Make one topic of this one and all others of its title; nothing when there are none."""
        return await session.commit(
            lambda document: uniting(document, topic_id) if topic_id in document.topics else Change(())
        )

    # --- links ---

    async def link(
        self, session: MapSession, source_ids: str | Collection[str], target_id: str, label: str = ""
    ) -> Change:
        """Link a topic, or several in one step, to another, with a word on the link; raises UserInputError."""
        good = check_label(label)
        wanted = (source_ids,) if isinstance(source_ids, str) else tuple(source_ids)

        def make(document: Map) -> Change:
            there = [each for each in wanted if each in document.topics]
            if not there or target_id not in document.topics:
                return Change(())
            return linking_to(document, there, target_id, good, self._new_id)

        return await session.commit(make)

    async def relabel(self, session: MapSession, link_id: str, label: str) -> Change:
        """Write another word on a link, or none; raises UserInputError."""
        good = check_label(label)
        return await session.commit(
            lambda document: labelling(document, link_id, good) if link_id in document.links else Change(())
        )

    async def unlink(self, session: MapSession, link_id: str) -> Change:
        """Take a link away."""
        return await session.commit(
            lambda document: unlinking(document, link_id) if link_id in document.links else Change(())
        )

    # --- marks ---

    async def note(self, session: MapSession, topic_id: str, text: str) -> Change:
        """Write a note in Markdown on a topic, or with an empty one take it away; raises UserInputError."""
        good = check_note(text)
        return await session.commit(
            lambda document: noting(document, topic_id, good) if topic_id in document.topics else Change(())
        )

    async def tag(self, session: MapSession, topic_ids: Collection[str], tag: str) -> Change:
        """Give topics a colour tag by its letter, or with "" none."""
        return await session.commit(lambda document: tagging(document, topic_ids, tag))

    async def lock(self, session: MapSession, topic_ids: Collection[str], *, locked: bool) -> Change:
        """Have engines leave topics alone, or not any more."""
        return await session.commit(lambda document: locking(document, topic_ids, locked=locked))
