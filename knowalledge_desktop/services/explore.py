"""From a topic to its subtopics, as changes of a map."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.edits_links import link_between
from knowalledge_desktop.core.errors import AppError, Incomplete
from knowalledge_desktop.core.graph import Change, Link, LinkKind, Map, PutLink, PutTopic, Topic
from knowalledge_desktop.core.locks import refuse_closed
from knowalledge_desktop.core.ports import Clock, Engine, Library
from knowalledge_desktop.core.request import Answer, EngineChoice, Options, Priority, Request, Task
from knowalledge_desktop.core.validation import check_topic, fold
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.services.status import StatusService

if TYPE_CHECKING:
    from knowalledge_desktop.core.payload import Subtopic, SubtopicList

MOST_RENEWED = 30
"""Subtopics that are asked for at once when those that are there are told anew."""


@dataclass(frozen=True, slots=True)
class Grown:
    """Subtopics that are now in the map and in the library; `change` is empty when none were new."""

    topic_id: str
    change: Change
    answer: Answer

    @property
    def added(self) -> int:
        """How many topics are new."""
        return sum(isinstance(put, PutTopic) for put in self.change.puts)

    @property
    def linked(self) -> int:
        """How many were elsewhere in the map already and are linked instead of coming twice."""
        return sum(isinstance(put, PutLink) for put in self.change.puts)


def subtopics_request(
    document: Map,
    topic_id: str,
    options: Options,
    *,
    engine: EngineChoice,
    priority: Priority,
    fresh: bool = False,
) -> Request:
    """The request for subtopics of a topic where it stands in a map; those it has are not asked for again."""
    path = document.path(topic_id)
    topic = path[-1]
    siblings = document.children(topic.parent_id) if topic.parent_id else ()
    return Request(
        Task.SUBTOPICS,
        topic.title,
        path=tuple(each.title for each in path[:-1]),
        siblings=tuple(document.topics[s].title for s in siblings if s != topic_id),
        avoid=tuple(document.topics[c].title for c in document.children(topic_id)),
        options=options,
        engine=engine,
        priority=priority,
        fresh=fresh,
    )


def renewable(document: Map, topic_id: str) -> tuple[Topic, ...]:
    """The subtopics of a topic that a model wrote and nobody has edited or locked since."""
    parent = document.topics.get(topic_id)
    if parent is None or parent.locked:
        return ()
    children = (document.topics[each] for each in document.children(topic_id))
    return tuple(
        each for each in children if each.provenance.engine == "gemini" and not (each.edited or each.locked)
    )


def renewal_request(
    document: Map, topic_id: str, options: Options, *, engine: EngineChoice, priority: Priority
) -> Request:
    """The request that tells the subtopics of a topic anew: as many as there are, at least as many as usual."""
    count = min(MOST_RENEWED, max(options.count, len(renewable(document, topic_id))))
    request = subtopics_request(
        document, topic_id, replace(options, count=count), engine=engine, priority=priority, fresh=True
    )
    return replace(request, avoid=())


class ExploreService:
    """Asks for subtopics and grows maps with them."""

    def __init__(
        self, engine: Engine, library: Library, status: StatusService, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self._engine = engine
        self._library = library
        self._status = status
        self._clock = clock
        self._new_id = new_id

    def new_map(self, topic: str, branch: str = "") -> MapSession:
        """A session on a new map with just its root; it is stored with its first change.

        With `branch`, a topic of that title is below the root already. Raises UserInputError
        when a title cannot be used.
        """
        title = check_topic(topic)
        author = Provenance(engine="person", created_at=self._clock.now())
        root = Topic(self._new_id(), title, provenance=author)
        topics = {root.topic_id: root}
        if branch:
            child = Topic(self._new_id(), check_topic(branch), root.topic_id, provenance=author)
            topics[child.topic_id] = child
        return MapSession(Map(self._new_id(), title, root.topic_id, topics), self._library, stored=False)

    async def expand(
        self,
        session: MapSession,
        topic_id: str,
        options: Options,
        *,
        engine: EngineChoice = EngineChoice.AUTO,
        priority: Priority = Priority.HIGH,
        fresh: bool = False,
        further: bool = True,
    ) -> AsyncGenerator[Grown, None]:
        """Ask for subtopics of a topic; yields once, or twice when an answer was cut short.

        A topic that has children already gets further ones; with `further` False the same
        question is asked as the first time, and only what is new of the answer is added. An
        answer is in the library before it is yielded. Raises AppErrors, UserInputError for a locked topic.
        """
        refuse_closed(session.map, topic_id)
        request = subtopics_request(session.map, topic_id, options, engine=engine, priority=priority, fresh=fresh)
        if not further:
            request = replace(request, avoid=())
        answer, items = await self._ask(request)
        yield await self._grow(session, topic_id, answer, items)
        missing = options.count - len(items.items)
        if items.complete or missing <= 0 or answer.substitute is not None:
            return
        # The answer was cut at the length limit: what was whole is kept, the rest is asked for once.
        more = replace(
            request,
            avoid=request.avoid + tuple(item.title for item in items.items),
            options=replace(options, count=missing),
        )
        try:
            answer, items = await self._ask(more)
        except AppError as error:
            raise Incomplete(error) from error
        yield await self._grow(session, topic_id, answer, items)

    async def renew(
        self,
        session: MapSession,
        topic_id: str,
        options: Options,
        *,
        engine: EngineChoice = EngineChoice.AUTO,
        priority: Priority = Priority.LOW,
    ) -> Change:
        """Ask again for the subtopics a topic has, and tell those anew that the answer names, too.

        Summary, relation, sources and origin of these become the answer's; titles and places stay, none is
        added or removed, and what a person wrote, edited or locked is left alone. Raises AppErrors,
        UserInputError for a locked topic.
        """
        refuse_closed(session.map, topic_id)
        request = renewal_request(session.map, topic_id, options, engine=engine, priority=priority)
        answer, items = await self._ask(request)
        named = {fold(item.title): item for item in items.items}

        def make(document: Map) -> Change:
            parent = document.topics.get(topic_id)
            puts: list[PutTopic] = []
            for child in renewable(document, topic_id):
                item = named.get(fold(child.title))
                if item is not None:
                    told = replace(
                        child,
                        summary=item.summary,
                        relation=item.relation,
                        sources=item.sources,
                        provenance=answer.provenance,
                    )
                    puts.append(PutTopic(child, told))
            return Change(tuple(puts), "renew", parent.title if parent is not None else "")

        return await session.commit(make)

    async def _ask(self, request: Request) -> tuple[Answer, SubtopicList]:
        answer = await self._status.watch(final_answer(self._engine, request))
        from knowalledge_desktop.core.payload import SubtopicList

        if not isinstance(answer.content, SubtopicList):
            raise TypeError("the engine stack answered subtopics with another kind of content")
        return answer, answer.content

    async def _grow(self, session: MapSession, topic_id: str, answer: Answer, items: SubtopicList) -> Grown:
        def make(document: Map) -> Change:
            return self._addition(document, topic_id, answer, items)

        return Grown(topic_id, await session.commit(make), answer)

    def _addition(self, document: Map, topic_id: str, answer: Answer, items: SubtopicList) -> Change:
        parent = document.topics.get(topic_id)
        if parent is None or parent.locked:  # removed or locked while the answer was on its way
            return Change(())
        children = document.children(topic_id)
        known = {fold(document.topics[c].title) for c in children} | {
            fold(t.title) for t in document.path(topic_id)
        }
        rank = max((document.topics[c].rank for c in children), default=-1.0) + 1.0
        elsewhere = {fold(topic.title): each for each, topic in document.topics.items()}
        puts: list[PutTopic] = []
        links: list[PutLink] = []
        for item in items.items:
            title = fold(item.title)
            if title in known:
                continue
            known.add(title)
            twin = elsewhere.get(title)
            if twin is None:
                puts.append(PutTopic(None, self._topic(item, topic_id, rank + len(puts), answer)))
            elif link_between(document, topic_id, twin) is None:  # no second topic of one title
                links.append(PutLink(None, Link(self._new_id(), topic_id, twin, LinkKind.SAME_AS)))
        return Change((*puts, *links), "expand", parent.title)

    def _topic(self, item: Subtopic, parent_id: str, rank: float, answer: Answer) -> Topic:
        return Topic(
            self._new_id(),
            item.title,
            parent_id,
            rank,
            summary=item.summary,
            relation=item.relation,
            sources=item.sources,
            provenance=answer.provenance,
        )


async def final_answer(engine: Engine, request: Request) -> Answer:
    """The Answer of a request whose other parts nobody wants to see."""
    async with aclosing(engine.ask(request)) as parts:
        async for part in parts:
            if isinstance(part, Answer):
                return part
    raise TypeError("the engine's stream ended without an Answer")
