"""`knowalledge present`: explanations of many subtopics as a job that lasts."""

from __future__ import annotations

from contextlib import aclosing

from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.cli.explain import find_topic
from knowalledge_desktop.cli.jobs import exit_code, run_here
from knowalledge_desktop.cli.price import estimate, price_line
from knowalledge_desktop.cli.shapes import explanation_json
from knowalledge_desktop.core.errors import MapNotFound, UserInputError
from knowalledge_desktop.core.graph import Map, Rendering
from knowalledge_desktop.core.jobs import ItemState, Job, JobItem
from knowalledge_desktop.core.validation import check_topic
from knowalledge_desktop.services.session import MapSession


async def present(context: Context) -> int:
    """Run the command."""
    services = context.services
    session = await _map_of(context, check_topic(context.args.root_))
    chosen = _chosen(context, session.map)
    told = await estimate(context, session.map, chosen)
    if context.args.dry_run and context.as_json:
        context.console.json({"map": session.map.title, **told.as_json()})
    elif context.args.dry_run:
        context.console.out(price_line(told, context.time_of))
    else:
        context.console.say(price_line(told, context.time_of))
    if context.args.dry_run:
        return 0
    fresh = bool(context.args.fresh)
    job = await services.jobs.start(session.map, chosen, context.options(), context.engine(), fresh=fresh)
    ended = await run_here(context, job.job_id, session=session)
    items = await services.jobs.items(job.job_id)
    if context.as_json:
        context.console.json(_told(session.map, ended, items))
    else:
        _show(context, session.map, ended, items)
    return exit_code(ended, items)


async def _map_of(context: Context, root: str) -> MapSession:
    """The kept map of a topic, or a new one with its subtopics."""
    services = context.services
    try:
        session = await services.library.find(root)
    except MapNotFound:
        session = services.explore.new_map(root)
    if not session.map.children(session.map.root_id):
        if context.args.dry_run:  # which sends nothing
            raise UserInputError(f"There is no map of ‘{root}’ yet. Begin one with: knowalledge explore {root!r}")
        context.console.progress(f"Asking about {root} …")
        steps = services.explore.expand(
            session, session.map.root_id, context.options(), engine=context.engine(), further=False
        )
        async with aclosing(steps) as grown:
            async for _ in grown:
                pass
    return session


def _chosen(context: Context, document: Map) -> list[str]:
    """The topics that were named, or all subtopics of the root."""
    named = [part.strip() for part in (context.args.subtopics or "").split(",") if part.strip()]
    if not named:
        return list(document.children(document.root_id))
    found = {title: find_topic(document, title) for title in named}
    missing = [title for title, topic_id in found.items() if topic_id is None]
    if missing:
        raise UserInputError(
            f"The map has no topic ‘{missing[0]}’. See: knowalledge library show {document.title!r}"
        )
    return [topic_id for topic_id in found.values() if topic_id is not None]


def _told(document: Map, job: Job, items: tuple[JobItem, ...]) -> dict[str, object]:
    return {
        "map": {"map_id": document.map_id, "title": document.title},
        "job": {"job_id": job.job_id, "state": job.state.value, "because": job.because},
        "items": [_item(document, job, item) for item in items],
    }


def _item(document: Map, job: Job, item: JobItem) -> dict[str, object]:
    told: dict[str, object] = {"topic": item.title, "topic_id": item.topic_id, "state": item.state.value}
    kept = document.explanations.get(f"{item.topic_id}/{Rendering.of(job.options).slug()}")
    if item.state is ItemState.DONE and kept is not None:
        told |= {**explanation_json(kept), "engine": kept.provenance.engine, "model": kept.provenance.model}
    return told | {"error": item.error, "detail": item.detail}


def _show(context: Context, document: Map, job: Job, items: tuple[JobItem, ...]) -> None:
    console = context.console
    for item in items:
        kept = document.explanations.get(f"{item.topic_id}/{Rendering.of(job.options).slug()}")
        console.out(console.bold(item.title))
        console.out(
            kept.markdown if kept is not None and item.state is ItemState.DONE else f"({item.state.value})"
        )
        console.out()
