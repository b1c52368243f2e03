"""From a picture to a map, and from a topic to a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from knowalledge_desktop.core.content import Picture, Provenance
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.graph import Change, Map, PutPicture, Topic
from knowalledge_desktop.core.locks import refuse_closed
from knowalledge_desktop.core.payload import Illustration, TopicCandidates
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.ports import Clock, Engine, Library, Pictures
from knowalledge_desktop.core.request import Answer, EngineChoice, Options, Priority, Request, Task
from knowalledge_desktop.core.validation import check_topic, fold
from knowalledge_desktop.services.explore import final_answer
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.services.status import StatusService


@dataclass(frozen=True, slots=True)
class Proposed:
    """Topics that a picture may be about, the best first."""

    picture: Picture
    candidates: TopicCandidates
    answer: Answer


@dataclass(frozen=True, slots=True)
class Illustrated:
    """A topic's picture, now in the map and in the library; `change` is empty when the topic is gone."""

    illustration: Illustration
    picture: TopicPicture
    change: Change
    answer: Answer


def illustration_request(
    document: Map,
    topic_id: str,
    options: Options,
    *,
    engine: EngineChoice,
    priority: Priority,
    fresh: bool = False,
) -> Request:
    """The request for a picture of a topic where it stands in a map."""
    path = document.path(topic_id)
    return Request(
        Task.ILLUSTRATION,
        path[-1].title,
        path=tuple(topic.title for topic in path[:-1]),
        options=options,
        engine=engine,
        priority=priority,
        fresh=fresh,
    )


class ImagingService:
    """Asks what pictures show, and for pictures of topics."""

    def __init__(
        self,
        engine: Engine,
        pictures: Pictures,
        library: Library,
        status: StatusService,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._engine = engine
        self._pictures = pictures
        self._library = library
        self._status = status
        self._clock = clock
        self._new_id = new_id

    async def prepare(self, source: bytes | Path) -> Picture:
        """A picture as it may be sent: upright, at most 1024 px, without metadata; raises UserInputError."""
        return await self._pictures.prepare(source)

    async def topics_of(
        self,
        picture: Picture,
        options: Options,
        *,
        engine: EngineChoice = EngineChoice.AUTO,
        priority: Priority = Priority.HIGH,
        fresh: bool = False,
    ) -> Proposed:
        """Up to five topics for a prepared picture, each with a reason. Raises AppErrors."""
        if engine is EngineChoice.ATLAS:
            raise UserInputError("The Atlas cannot look at pictures, only Gemini can: choose it, and set a key.")
        request = Request(
            Task.IMAGE_TOPIC, image=picture, options=options, engine=engine, priority=priority, fresh=fresh
        )
        answer = await self._status.watch(final_answer(self._engine, request))
        if not isinstance(answer.content, TopicCandidates):
            raise TypeError("the engine stack answered a picture with another kind of content")
        return Proposed(picture, answer.content, answer)

    def new_map(self, proposed: Proposed, title: str) -> MapSession:
        """A session on a new map for a topic of a picture; it is stored with its first change.

        A root that was proposed says so: its provenance names the engine and the picture. One that a
        person typed instead is the person's, with the picture named too. Raises UserInputError.
        """
        good = check_topic(title)
        offered = {fold(item.title): item for item in proposed.candidates.items}
        found = offered.get(fold(good))
        if found is not None:
            author = proposed.answer.provenance
        else:
            named = (("picture", proposed.picture.sha256),)
            author = Provenance(engine="person", created_at=self._clock.now(), parameters=named)
        root = Topic(self._new_id(), good, summary=found.reason if found else "", provenance=author)
        document = Map(self._new_id(), good, root.topic_id, {root.topic_id: root})
        return MapSession(document, self._library, stored=False)

    async def illustrate(
        self,
        session: MapSession,
        topic_id: str,
        options: Options,
        *,
        engine: EngineChoice = EngineChoice.AUTO,
        priority: Priority = Priority.HIGH,
        fresh: bool = False,
    ) -> Illustrated:
        """Have a topic drawn, and keep the picture with it in place of an earlier one. Raises AppErrors."""
        if engine is EngineChoice.ATLAS:
            raise UserInputError("The Atlas cannot draw, only Gemini can: choose it, and set a key.")
        refuse_closed(session.map, topic_id)
        request = illustration_request(
            session.map, topic_id, options, engine=engine, priority=priority, fresh=fresh
        )
        answer = await self._status.watch(final_answer(self._engine, request))
        if not isinstance(answer.content, Illustration):
            raise TypeError("the engine stack answered an illustration with another kind of content")
        drawn = answer.content
        await self._library.put_picture(drawn.picture)
        put = TopicPicture(
            topic_id,
            drawn.picture.sha256,
            drawn.picture.mime,
            drawn.picture.width,
            drawn.picture.height,
            drawn.alt,
            answer.provenance,
        )
        return Illustrated(drawn, put, await self._put(session, topic_id, put, "illustrate"), answer)

    async def remove_picture(self, session: MapSession, topic_id: str) -> Change:
        """Take a topic's picture away; undo brings it back."""
        return await self._put(session, topic_id, None, "remove picture")

    async def picture(self, sha256: str) -> Picture | None:
        """The bytes of a kept picture; None when they are not there."""
        return await self._library.picture(sha256)

    async def as_file(self, picture: Picture, suffix: str) -> bytes:
        """The picture as a file of that ending holds it: ".png", ".jpg", ".jpeg" or ".webp"."""
        return await self._pictures.convert(picture, suffix)

    async def _put(self, session: MapSession, topic_id: str, after: TopicPicture | None, reason: str) -> Change:
        def make(document: Map) -> Change:
            topic = document.topics.get(topic_id)
            before = document.pictures.get(topic_id)
            by_engine = after is not None  # only a person takes a picture away
            if topic is None or before == after or (by_engine and topic.locked):  # gone or locked meanwhile
                return Change(())
            return Change((PutPicture(before, after),), reason, topic.title)

        return await session.commit(make)
