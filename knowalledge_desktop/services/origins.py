"""Where things come from: who wrote what, what was done to it since, and what is out of date by now."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.graph import Map, Rendering
from knowalledge_desktop.core.origin import Origin, came_together, edits_of
from knowalledge_desktop.core.payload import ModelInfo
from knowalledge_desktop.core.ports import Cache, Clock
from knowalledge_desktop.core.request import EngineChoice, Options, Priority, Request, Task
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.shelf import Archive
from knowalledge_desktop.core.staleness import Present, Stale, StalePart, is_gone, stale_in, why_stale
from knowalledge_desktop.services.explain import explanation_request
from knowalledge_desktop.services.explore import renewable, renewal_request
from knowalledge_desktop.services.imaging import illustration_request
from knowalledge_desktop.services.tariff import Quote, Tariffs

MODELS_TTL_S = 7 * 86_400.0
"""So long a list of models is believed; models come and go over months."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """What one job makes again in one map.

    By `task`: texts of these topics in one rendering, their pictures, or their subtopics. `things` is how many
    of what is out of date it covers.
    """

    document: Map
    topic_ids: tuple[str, ...]
    options: Options
    task: Task = Task.EXPLANATION
    things: int = 0


@dataclass(frozen=True, slots=True)
class Outdated:
    """What is out of date in a map. What is locked or was edited stays; the rest is made again, by `renewals`."""

    document: Map
    found: tuple[Stale, ...]
    renewals: tuple[Renewal, ...]

    @property
    def things(self) -> int:
        """How many of them can be made again."""
        return sum(each.things for each in self.renewals)

    @property
    def locked(self) -> int:
        """How many are locked."""
        return sum(each.locked for each in self.found)


class OriginService:
    """Reads the journal and judges what is kept; writes nothing into the library and asks no engine.

    `prompts` are the present versions of the prompts by their ids.
    """

    def __init__(
        self,
        library: Archive,
        tariffs: Tariffs,
        settings: Callable[[], Settings],
        clock: Clock,
        *,
        prompts: Mapping[str, int],
        cache: Cache,
    ) -> None:
        self._library = library
        self._tariffs = tariffs
        self._settings = settings
        self._clock = clock
        self._prompts = prompts
        self._cache = cache

    async def of_topic(self, document: Map, topic_id: str) -> Origin:
        """All that is known of a topic. Raises UserInputError when it is not there, StorageError."""
        topic = document.topics.get(topic_id)
        if topic is None:
            raise UserInputError("This topic is not in the map any more.")
        texts, picture = document.explanations_of(topic_id), document.pictures.get(topic_id)
        acts = await self._library.acts_on(document.map_id, topic_id)
        costs = {each.key: self._tariffs.cost(each.provenance) for each in texts}
        costs["topic"] = self._tariffs.cost(topic.provenance)
        if picture is not None:
            costs["picture"] = self._tariffs.cost(picture.provenance)
        edits = edits_of(document, topic_id, acts)
        return Origin(document, topic, texts, picture, edits, costs, came_together(document, topic))

    # --- what is out of date ---

    def at_once(self) -> Present:
        """What answers of today come from, without reading anything: which models are offered is not known."""
        day = datetime.fromtimestamp(self._clock.now(), UTC).date().isoformat()
        return Present(self._prompts, day=day)

    async def present(self) -> Present:
        """The same with the models that are offered, if somebody asked for them lately."""
        entry = await self._cache.get(self._models_key())
        models = _read_names(entry.payload) if entry is not None else frozenset[str]()
        return replace(self.at_once(), models=models)

    async def note_models(self, models: Iterable[ModelInfo]) -> Present:
        """The same, from now on with these models as those that the key may use."""
        names = sorted({info.name.removeprefix("models/") for info in models})
        await self._cache.put(self._models_key(), json.dumps(names).encode(), ttl_s=MODELS_TTL_S)
        return await self.present()

    def in_map(self, document: Map, present: Present) -> Outdated:
        """What is out of date in a map."""
        found = stale_in(document, present)
        return Outdated(document, found, self._renewals(document, found))

    async def maps_with(self, present: Present) -> tuple[str, ...]:
        """Ids of the maps outside the trash with anything that is out of date, the one opened last first."""
        rows = await self._library.origins()
        made = ((row.map_id, Provenance(row.engine, row.model, row.prompt)) for row in rows)
        return tuple(dict.fromkeys(map_id for map_id, each in made if why_stale(each, present)))

    def quote(self, renewals: Iterable[Renewal]) -> Quote:
        """What making all of them again would take."""
        return self._tariffs.quote(_request(each, topic_id) for each in renewals for topic_id in each.topic_ids)

    async def stale_makers(self, present: Present) -> tuple[tuple[str, str], ...]:
        """Models and prompts ("id@version") that are out of date and have made something that is kept."""
        rows = await self._library.origins()
        made = {(row.model, row.prompt): Provenance(row.engine, row.model, row.prompt) for row in rows}
        return tuple(pair for pair, each in made.items() if why_stale(each, present))

    def own_model_is_gone(self, present: Present) -> bool:
        """Whether the model that is set is out of date itself: writing again would help nothing."""
        return is_gone(self._settings().text_model, present)

    def _renewals(self, document: Map, found: Sequence[Stale]) -> tuple[Renewal, ...]:
        return (
            *self._of_texts(document, found),
            *self._of_topics(document, found),
            *self._of_pictures(document, found),
        )

    def _of_topics(self, document: Map, found: Sequence[Stale]) -> Iterator[Renewal]:
        """Topics came with their siblings, so they are told anew with them: one request for each parent."""
        stale = {each.topic_id for each in found if each.part is StalePart.TOPIC}
        parents = dict.fromkeys(document.topics[each].parent_id or "" for each in stale)
        ids: dict[str, list[str]] = {}
        things: Counter[str] = Counter()
        for parent in (each for each in document.branch(document.root_id) if each in parents):
            told = [each for each in renewable(document, parent) if each.topic_id in stale]
            if told:
                language = told[0].provenance.language or self._settings().options.language
                ids.setdefault(language, []).append(parent)
                things[language] += len(told)
        for language, topic_ids in ids.items():
            options = replace(self._settings().options, language=language)
            yield Renewal(document, tuple(topic_ids), options, Task.SUBTOPICS, things[language])

    def _of_pictures(self, document: Map, found: Sequence[Stale]) -> Iterator[Renewal]:
        ids = tuple(each.topic_id for each in found if each.part is StalePart.PICTURE and not each.locked)
        if ids:
            yield Renewal(document, ids, self._settings().options, Task.ILLUSTRATION, len(ids))

    def _of_texts(self, document: Map, found: Sequence[Stale]) -> tuple[Renewal, ...]:
        ids: dict[tuple[Rendering, bool], list[str]] = {}
        for each in found:
            if each.part is StalePart.TEXT and not each.locked:
                grounded = ("grounded", "yes") in each.made.parameters
                ids.setdefault((document.explanations[each.key].rendering, grounded), []).append(each.topic_id)
        options = self._settings().options
        return tuple(
            Renewal(
                document,
                tuple(topic_ids),
                replace(
                    options,
                    level=how.level,
                    detail=how.detail,
                    style=how.style,
                    language=how.language,
                    grounded=grounded,
                ),
                things=len(topic_ids),
            )
            for (how, grounded), topic_ids in ids.items()
        )

    def _models_key(self) -> str:
        settings = self._settings()
        return f"models {settings.base_url} {settings.project}".encode().hex()


def _request(renewal: Renewal, topic_id: str) -> Request:
    """What a job asks for one of its topics."""
    document, options = renewal.document, renewal.options
    engine, priority = EngineChoice.GEMINI, Priority.LOW
    if renewal.task is Task.SUBTOPICS:
        return renewal_request(document, topic_id, options, engine=engine, priority=priority)
    make = illustration_request if renewal.task is Task.ILLUSTRATION else explanation_request
    return make(document, topic_id, options, engine=engine, priority=priority, fresh=True)


def _read_names(payload: bytes) -> frozenset[str]:
    try:
        told: object = json.loads(payload)
    except ValueError:  # damaged: as good as not asked for
        return frozenset()
    names = cast("list[object]", told) if isinstance(told, list) else []
    return frozenset(each for each in names if isinstance(each, str))
