"""`knowalledge explain`: an explanation, shown as it comes and kept with its topic."""

from __future__ import annotations

from contextlib import aclosing

from knowalledge_desktop.cli.console import Flow, plain, wrapped
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.cli.shapes import answer_json, explanation_json
from knowalledge_desktop.core.content import ClaimState
from knowalledge_desktop.core.errors import MapNotFound
from knowalledge_desktop.core.graph import Explanation, Map
from knowalledge_desktop.core.payload import ExplanationText
from knowalledge_desktop.core.request import Restarted, TextDelta
from knowalledge_desktop.core.validation import check_topic, fold
from knowalledge_desktop.services.explain import Explained
from knowalledge_desktop.services.session import MapSession


async def explain(context: Context) -> int:
    """Run the command."""
    topic = check_topic(context.args.topic_)
    root = check_topic(context.args.root) if context.args.root is not None else ""
    session, topic_id, added = await place(context, topic, root)
    try:
        explained = await _ask(context, session, topic_id)
    except BaseException:
        if added:  # a topic that could not be explained leaves nothing behind
            await session.undo()
        raise
    context.say_who_answered(explained.answer, context.engine())
    content = explained.answer.content
    if isinstance(content, ExplanationText) and not content.complete:
        context.console.say("The explanation was cut short at the engine's length limit; what came is kept.")
    if context.as_json:
        context.console.json(
            {
                "topic": session.map.topics[topic_id].title,
                "engine": explained.answer.provenance.engine,
                **explanation_json(explained.explanation),
                **answer_json(explained.answer),
                "map_id": session.map.map_id,
            }
        )
    else:
        _show_sources(context, explained.explanation)
    return 0


async def place(context: Context, topic: str, root: str) -> tuple[MapSession, str, bool]:
    """The session and the topic in it, and whether the topic was added to a kept map just now."""
    services = context.services
    try:
        session = await services.library.find(root or topic)
    except MapNotFound:
        below = topic if root and fold(root) != fold(topic) else ""
        session = services.explore.new_map(root or topic, below)
    found = find_topic(session.map, topic) if root else session.map.root_id
    if found is not None:
        return session, found, False
    change = await services.edit.add(session, session.map.root_id, topic)
    found = find_topic(session.map, topic)
    if found is None:
        raise ValueError(f"a topic was added and is not there: {change.reason}")
    return session, found, True


def find_topic(document: Map, title: str) -> str | None:
    """The topic of that title that is nearest to the root; case and accents do not matter."""
    wanted = fold(title)
    found = [each.topic_id for each in document.topics.values() if fold(each.title) == wanted]
    return min(found, key=lambda topic_id: (document.depth(topic_id), topic_id), default=None)


async def _ask(context: Context, session: MapSession, topic_id: str) -> Explained:
    services, flow = context.services, Flow(context.console)
    quiet = context.as_json
    context.console.progress(f"Asking about {session.map.topics[topic_id].title} …")
    parts = services.explain.explain(
        session, topic_id, context.options(), engine=context.engine(), fresh=context.args.fresh
    )
    try:
        async with aclosing(parts):
            async for part in parts:
                if isinstance(part, Explained):
                    if not quiet:
                        finish(flow, part.explanation.markdown)
                    return part
                if not quiet:
                    show(flow, part)
    finally:
        if not quiet:
            flow.end()
    raise TypeError("the explanation ended without a result")


def show(flow: Flow, part: TextDelta | Restarted) -> None:
    """Some more of an answer that is on its way."""
    if isinstance(part, TextDelta):
        flow.add(part.text)
    elif flow.shown:
        flow.end()
        flow.add("\n[The answer begins again.]\n\n")
        flow.shown = ""


def finish(flow: Flow, markdown: str) -> None:
    """Deltas are provisional: what they showed is completed, or said again, by the answer."""
    shown = plain(flow.shown).lstrip()
    if markdown.startswith(shown):
        flow.add(markdown[len(shown) :])
    elif shown.rstrip() != markdown:
        flow.end()
        flow.add(f"\n[As it was kept:]\n\n{markdown}")


def _show_sources(context: Context, explanation: Explanation) -> None:
    console, width = context.console, context.console.width
    disputed = sum(claim.state is ClaimState.DISPUTED for claim in explanation.claims)
    supported = sum(claim.state is ClaimState.SUPPORTED for claim in explanation.claims)
    unsure = sum(claim.state is ClaimState.UNSURE for claim in explanation.claims)
    console.out()
    if explanation.claims:
        more = f", {disputed} disputed" if disputed else ""
        more += f", {unsure} the model itself is not sure of" if unsure else ""
        console.out(console.dim(f"Claims: {len(explanation.claims)}, {supported} supported by a source{more}."))
    for source in explanation.sources:
        licence = f" ({source.licence})" if source.licence else ""
        for line in wrapped(f"Source: {source.title}{licence} {source.url}", width):
            console.out(console.dim(line))
