"""`knowalledge image-topic`: what a picture is about."""

from __future__ import annotations

from pathlib import Path

from knowalledge_desktop.cli.console import wrapped
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.cli.shapes import answer_json


async def image_topic(context: Context) -> int:
    """Run the command."""
    console, imaging = context.console, context.services.imaging
    name = context.args.file
    picture = await imaging.prepare(Path(name))
    console.progress(f"Looking at {name} …")
    proposed = await imaging.topics_of(
        picture, context.options(), engine=context.engine(), fresh=context.args.fresh
    )
    context.say_who_answered(proposed.answer, context.engine())
    items = proposed.candidates.items
    if context.as_json:
        console.json(
            {
                "topics": [{"title": item.title, "reason": item.reason} for item in items],
                "picture": {
                    "sha256": picture.sha256,
                    "mime": picture.mime,
                    "width": picture.width,
                    "height": picture.height,
                },
                "engine": proposed.answer.provenance.engine,
                **answer_json(proposed.answer),
            }
        )
        return 0
    for number, item in enumerate(items, start=1):
        console.out(f"{number}. {console.bold(item.title)}")
        for line in wrapped(item.reason, console.width, "   "):
            console.out(console.dim(line))
    return 0
