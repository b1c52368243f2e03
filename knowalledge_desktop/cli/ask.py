"""`knowalledge ask`: a free question about a topic, answered as it comes."""

from __future__ import annotations

from contextlib import aclosing

from knowalledge_desktop.cli.console import Flow
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.cli.explain import find_topic, finish, show
from knowalledge_desktop.cli.shapes import answer_json, sources_json
from knowalledge_desktop.core.errors import MapNotFound
from knowalledge_desktop.core.validation import check_question, check_topic, fold
from knowalledge_desktop.services.ask import Answered
from knowalledge_desktop.services.session import MapSession


async def ask(context: Context) -> int:
    """Run the command. It asks only: nothing is added to any map."""
    topic = check_topic(context.args.topic_)
    root = check_topic(context.args.root) if context.args.root is not None else ""
    question = check_question(context.args.question)
    session, topic_id = await _place(context, topic, root)
    answered = await _ask(context, session, topic_id, question)
    context.say_who_answered(answered.answer, context.engine())
    if not answered.text.complete:
        context.console.say("The answer was cut short at the engine's length limit.")
    if context.as_json:
        context.console.json(
            {
                "topic": session.map.topics[topic_id].title,
                "path": [each.title for each in session.map.path(topic_id)[:-1]],
                "question": answered.question,
                "engine": answered.answer.provenance.engine,
                "text": answered.text.markdown,
                "complete": answered.text.complete,
                "sources": sources_json(answered.text.sources),
                **answer_json(answered.answer),
                "map_id": session.map.map_id if session.is_stored else None,
            }
        )
    return 0


async def _place(context: Context, topic: str, root: str) -> tuple[MapSession, str]:
    """Where the topic stands: in a kept map, else in one that is made up for the question and not kept."""
    services = context.services
    try:
        session = await services.library.find(root or topic)
        found = find_topic(session.map, topic)
    except MapNotFound:
        found = None
    else:
        if found is not None:
            return session, found
    below = topic if root and fold(root) != fold(topic) else ""
    session = services.explore.new_map(root or topic, below)
    return session, find_topic(session.map, topic) or session.map.root_id


async def _ask(context: Context, session: MapSession, topic_id: str, question: str) -> Answered:
    console, flow = context.console, Flow(context.console)
    console.progress(f"Asking about {session.map.topics[topic_id].title} …")
    parts = context.services.ask.ask(
        session, topic_id, question, context.options(), engine=context.engine(), fresh=context.args.fresh
    )
    try:
        async with aclosing(parts):
            async for part in parts:
                if isinstance(part, Answered):
                    if not context.as_json:
                        finish(flow, part.text.markdown)
                    return part
                if not context.as_json:
                    show(flow, part)
    finally:
        if not context.as_json:
            flow.end()
    raise TypeError("the answer ended without a result")
