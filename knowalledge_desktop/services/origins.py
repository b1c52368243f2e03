"""Where things come from: who wrote what, what was done to it since, and what is out of date by now."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast

from knowalledge_desktop.core.content import ModelInfo, Provenance
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.graph import Map, Rendering
from knowalledge_desktop.core.origin import Origin, came_together, edits_of
from knowalledge_desktop.core.ports import Cache, Clock
from knowalledge_desktop.core.request import EngineChoice, Options, Priority
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.shelf import Archive
from knowalledge_desktop.core.staleness import Present, Stale, StalePart, is_gone, stale_in, why_stale
from knowalledge_desktop.services.explain import explanation_request
from knowalledge_desktop.services.tariff import Quote, Tariffs

MODELS_TTL_S = 7 * 86_400.0
"""So long a list of models is believed; models come and go over months."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """Texts of one map in one rendering that can be written again by one job."""

    document: Map
    topic_ids: tuple[str, ...]
    options: Options


@dataclass(frozen=True, slots=True)
class Outdated:
    """What is out of date in a map. `locked` texts are not written again; the rest is, by `renewals`."""

    document: Map
    found: tuple[Stale, ...]
    renewals: tuple[Renewal, ...]

    @property
    def texts(self) -> int:
        """How many texts can be written again."""
        return sum(len(each.topic_ids) for each in self.renewals)

    @property
    def locked(self) -> int:
        """How many texts are stale but locked."""
        return sum(each.locked for each in self.found if each.part is StalePart.TEXT)


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
        """Ids of the maps outside the trash with texts that are out of date, the one opened last first."""
        rows = await self._library.origins()
        made = ((row.map_id, Provenance(row.engine, row.model, row.prompt)) for row in rows)
        return tuple(dict.fromkeys(map_id for map_id, each in made if why_stale(each, present)))

    def quote(self, renewals: Iterable[Renewal]) -> Quote:
        """What writing all of them again would take."""
        return self._tariffs.quote(
            explanation_request(
                each.document,
                topic_id,
                each.options,
                engine=EngineChoice.GEMINI,
                priority=Priority.LOW,
                fresh=True,
            )
            for each in renewals
            for topic_id in each.topic_ids
        )

    def own_model_is_gone(self, present: Present) -> bool:
        """Whether the model that is set is out of date itself: writing again would help nothing."""
        return is_gone(self._settings().text_model, present)

    def _renewals(self, document: Map, found: Sequence[Stale]) -> tuple[Renewal, ...]:
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
            )
            for (how, grounded), topic_ids in ids.items()
        )

    def _models_key(self) -> str:
        settings = self._settings()
        return f"models {settings.base_url} {settings.project}".encode().hex()


def _read_names(payload: bytes) -> frozenset[str]:
    try:
        told: object = json.loads(payload)
    except ValueError:  # damaged: as good as not asked for
        return frozenset()
    names = cast("list[object]", told) if isinstance(told, list) else []
    return frozenset(each for each in names if isinstance(each, str))
