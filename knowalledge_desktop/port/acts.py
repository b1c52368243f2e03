"""What other programs may have done. All of this runs on the loop of the services."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from knowalledge_desktop.core.errors import Incomplete, MapNotFound, UserInputError
from knowalledge_desktop.core.graph import Explanation, Map, Rendering
from knowalledge_desktop.core.jobs import ItemState, Job, JobItem
from knowalledge_desktop.core.metric import MICRO, Metric
from knowalledge_desktop.core.payload import Subtopic, SubtopicList
from knowalledge_desktop.core.request import Answer, Restarted, TextDelta
from knowalledge_desktop.core.sentences import title_of
from knowalledge_desktop.core.validation import fold
from knowalledge_desktop.port.bridge import Json, Tell
from knowalledge_desktop.port.reading import Wish
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.job_run import JobNews
from knowalledge_desktop.services.session import MapSession

Held = Callable[[str], MapSession | None]
"""The session of a map that is open somewhere in this process."""

_PERIODS = {Metric.DAY_BUDGET: "day", Metric.MONTH_BUDGET: "month"}


class Acts:
    """Uses the services as the command line does; what comes of it is in the library."""

    def __init__(self, services: Services, held: Held) -> None:
        self._services = services
        self._held = held

    # --- engines --------------------------------------------------------------------------------------------

    async def subtopics(self, wish: Wish) -> Json:
        """Subtopics of a topic, as a map."""
        session = await self._map(wish.topic)
        items, answer, whole = await self._grow(session, wish)
        return {
            "subtopics": [item.title for item in items],
            "topics": [asdict(item) for item in items],
            "quality_score": answer.quality,
            "complete": whole,
            "map_id": session.map.map_id,
            "metadata": _about(answer),
        }

    async def _grow(self, session: MapSession, wish: Wish) -> tuple[list[Subtopic], Answer, bool]:
        """Subtopics of the root: what was answered, by whom, and whether that was all."""
        items: list[Subtopic] = []
        answers: list[Answer] = []
        explore, root = self._services.explore, session.map.root_id
        steps = explore.expand(session, root, wish.options, engine=wish.engine, fresh=wish.fresh, further=False)
        try:
            async with aclosing(steps) as grown:
                async for step in grown:
                    answers.append(step.answer)
                    if isinstance(step.answer.content, SubtopicList):
                        items += step.answer.content.items
        except Incomplete:
            if not items:
                raise
            return items, answers[0], False
        return items, answers[0], True

    async def explanation(self, wish: Wish, tell: Tell) -> Json:
        """An explanation of a topic; tells its text while it comes."""
        session = await self._map(wish.within or wish.topic)
        topic_id = await self._topic(session, wish.topic) if wish.within else session.map.root_id
        parts = self._services.explain.explain(
            session, topic_id, wish.options, engine=wish.engine, fresh=wish.fresh
        )
        async with aclosing(parts) as told:
            async for part in told:
                if isinstance(part, TextDelta):
                    tell({"event": "text", "text": part.text})
                elif isinstance(part, Restarted):
                    tell({"event": "restarted"})
                else:
                    return {
                        "event": "done",
                        "topic": session.map.path(topic_id)[-1].title,
                        "map_id": session.map.map_id,
                        **_explanation(part.explanation),
                        "metadata": _about(part.answer),
                    }
        raise TypeError("the explanation ended without a text")

    async def presentation(self, wish: Wish, tell: Tell) -> Json:
        """Explanations of several subtopics, as a batch that lasts; tells how far it is.

        When nobody waits for it any more it rests, to be resumed in the window or on the command line.
        """
        services = self._services
        session = await self._map(wish.topic)
        for title in wish.focus:
            await self._topic(session, title)
        if not wish.focus and not session.map.children(session.map.root_id):
            await self._grow(session, wish)
        named = [_find(session.map, title) for title in wish.focus]
        chosen = [topic_id for topic_id in named if topic_id is not None] or list(
            session.map.children(session.map.root_id)
        )
        job = await services.jobs.start(session.map, chosen, wish.options, wish.engine, fresh=wish.fresh)

        def heard(news: JobNews) -> None:
            tell(_progress(news))

        try:
            ended = await services.jobs.run(job.job_id, heard, session=session)
        except asyncio.CancelledError:
            await services.jobs.pause(job.job_id)
            raise
        return _presented(session.map, ended, await services.jobs.items(job.job_id))

    async def topics_of(self, picture: bytes, wish: Wish) -> Json:
        """What a picture is about."""
        imaging = self._services.imaging
        prepared = await imaging.prepare(picture)
        found = await imaging.topics_of(prepared, wish.options, engine=wish.engine, fresh=wish.fresh)
        titles = [item.title for item in found.candidates.items]
        return {
            "generated_topic": titles[0] if titles else None,
            "candidates": [asdict(item) for item in found.candidates.items],
            "metadata": _about(found.answer),
        }

    async def picture(self, wish: Wish) -> Json:
        """A picture of a topic; `image` is its file in base64."""
        session = await self._map(wish.within or wish.topic)
        topic_id = await self._topic(session, wish.topic) if wish.within else session.map.root_id
        drawn = await self._services.imaging.illustrate(
            session, topic_id, wish.options, engine=wish.engine, fresh=wish.fresh
        )
        picture = drawn.illustration.picture
        return {
            "image": base64.b64encode(picture.data).decode("ascii"),
            "mime": picture.mime,
            "width": picture.width,
            "height": picture.height,
            "sha256": picture.sha256,
            "alt": drawn.illustration.alt,
            "map_id": session.map.map_id,
            "metadata": _about(drawn.answer),
        }

    # --- the library ----------------------------------------------------------------------------------------

    async def maps(self, limit: int, offset: int) -> Json:
        """A page of the list of maps."""
        rows = await self._services.library.maps()
        return {"total": len(rows), "maps": [asdict(row) for row in rows[offset : offset + limit]]}

    async def search(self, text: str, limit: int) -> Json:
        """Kept topics that match."""
        hits = await self._services.library.search(text, limit=limit)
        rows = [{**asdict(hit), "snippet": _unlit(hit.snippet)} for hit in hits]
        return {"hits": [{name: value for name, value in row.items() if name != "lit"} for row in rows]}

    async def export(self, map_id: str, name: str, folder: Path) -> Path:
        """Write a map into a folder in some format; returns the file."""
        services = self._services
        facts = next((each for each in services.exchange.formats() if each.name == name and each.writes), None)
        if facts is None:
            known = ", ".join(each.name for each in services.exchange.formats() if each.writes)
            raise UserInputError(f"There is no format ‘{name[:40]}’. Formats: {known}.")
        known = await services.library.identify(map_id)
        session = self._held(known) or await services.library.behind(known)
        path = folder / f"map{'.zip' if facts.folder else facts.suffixes[0]}"
        return (await services.exchange.export(session.map, facts.name, path)).path

    # --- numbers --------------------------------------------------------------------------------------------

    async def quota(self) -> Json:
        """How full the limits of the text model are, and what was spent."""
        report = await self._services.quota.report()
        gauges = {gauge.metric: gauge for gauge in report.gauges}
        limits = {metric.value: gauge.limit for metric, gauge in gauges.items() if metric not in _PERIODS}

        def used(metric: Metric) -> int:
            return gauges[metric].used if metric in gauges else 0

        return {
            "model": report.model,
            "tier": report.tier,
            "current_minute": {"requests": used(Metric.RPM), "tokens": used(Metric.TPM)},
            "current_day": {"requests": used(Metric.RPD), "tokens": used(Metric.TPD)},
            "limits": limits,
            "remaining": {
                metric.value: None if gauge.limit is None else max(0, gauge.limit - gauge.used)
                for metric, gauge in gauges.items()
                if metric not in _PERIODS
            },
            "learned": sorted(metric.value for metric, gauge in gauges.items() if gauge.learned),
            "blocked_until": {
                metric.value: gauge.blocked_until for metric, gauge in gauges.items() if gauge.blocked_until
            },
            "spend_dollars": {
                period: {
                    "used": gauges[metric].used / MICRO,
                    "limit": None if gauges[metric].limit is None else (gauges[metric].limit or 0) / MICRO,
                }
                for metric, period in _PERIODS.items()
                if metric in gauges
            },
            "waiting": report.waiting,
            "day_ends": report.day_ends,
        }

    # --- maps -----------------------------------------------------------------------------------------------

    async def _map(self, title: str) -> MapSession:
        """The map of that root, as it is open, or kept, or a new one."""
        services = self._services
        fresh = services.explore.new_map(title)  # first: a title that cannot be used is refused
        try:
            map_id = await services.library.identify(fresh.map.title)
        except MapNotFound:
            return fresh
        return self._held(map_id) or await services.library.behind(map_id)

    async def _topic(self, session: MapSession, title: str) -> str:
        """The topic of that title in a map; it is added below the root when there is none."""
        found = _find(session.map, title)
        if found is None:
            await self._services.edit.add(session, session.map.root_id, title)
            found = _find(session.map, " ".join(title.split()))
        if found is None:
            raise UserInputError("A topic of this title cannot be added.")
        return found


def _find(document: Map, title: str) -> str | None:
    wanted = fold(title)
    found = [each.topic_id for each in document.topics.values() if fold(each.title) == wanted]
    return min(found, key=lambda topic_id: (document.depth(topic_id), topic_id), default=None)


def _about(answer: Answer) -> Json:
    """Who answered; `substitute` says why it was not Gemini."""
    substitute = answer.substitute
    return {
        "engine": answer.provenance.engine,
        "model": answer.provenance.model,
        "created_at": answer.provenance.created_at,
        "cache_hit": answer.from_cache,
        "substitute": None
        if substitute is None
        else {"kind": substitute.kind.value, "because": title_of(substitute.because), "age_s": substitute.age_s},
    }


def _explanation(explanation: Explanation) -> Json:
    return {
        "explanation": explanation.markdown,
        "quality_score": explanation.quality,
        "claims": [{**asdict(claim), "sources": list(claim.sources)} for claim in explanation.claims],
        "sources": [asdict(source) for source in explanation.sources],
    }


def _progress(news: JobNews) -> Json:
    item, progress = news.item, news.progress
    return {
        "event": "progress",
        "done": progress.done,
        "failed": progress.failed,
        "total": progress.total,
        "ends_at": progress.ends_at,
        "topic": item.title if item else None,
        "state": item.state.value if item else None,
        "waits_until": news.waits_until,
        "because": title_of(news.because) if news.because else None,
    }


def _presented(document: Map, job: Job, items: tuple[JobItem, ...]) -> Json:
    explained: list[Json] = []
    failed: list[Json] = []
    for item in items:
        kept = document.explanations.get(f"{item.topic_id}/{Rendering.of(job.options).slug()}")
        if item.state is ItemState.DONE and kept is not None:
            author: dict[str, Any] = {"engine": kept.provenance.engine, "model": kept.provenance.model}
            explained.append({"subtopic": item.title, **_explanation(kept), **author})
        else:
            why = title_of(item.error) if item.error else None
            failed.append({"subtopic": item.title, "state": item.state.value, "error": why})
    return {
        "event": "done",
        "topic": document.title,
        "map_id": document.map_id,
        "job_id": job.job_id,
        "state": job.state.value,
        "because": title_of(job.because) if job.because else None,
        "explanations": explained,
        "failed": failed,
    }


def _unlit(text: str) -> str:
    return text.replace("\x02", "").replace("\x03", "")
