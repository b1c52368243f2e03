"""`knowalledge export`: a map as a file, in any format, with what is lost."""

from __future__ import annotations

from pathlib import Path

from knowalledge_desktop.cli.console import plain
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.core.exchange import Loss


async def export(context: Context) -> int:
    """Run the command."""
    document = (await context.services.library.find(context.args.map)).map
    report = await context.services.exchange.export(document, context.args.format, Path(context.args.out))
    console = context.console
    if context.as_json:
        console.json(
            {
                "map_id": document.map_id,
                "title": document.title,
                "format": report.format.name,
                "path": str(report.path),
                "topics": report.topics,
                "bytes": report.size_bytes,
                "losses": [loss_json(each) for each in report.losses],
            }
        )
        return 0
    console.out(f"{plain(str(report.path))}: ‘{plain(document.title)}’ as {report.format.title}.")
    say_losses(context, report.losses)
    return 0


def loss_json(loss: Loss) -> dict[str, object]:
    """A loss as JSON."""
    return {"what": loss.what, "count": loss.count, "why": loss.why}


def say_losses(context: Context, losses: tuple[Loss, ...]) -> None:
    """What did not make it, on standard error."""
    for each in losses:
        context.console.say(f"Not in it: {plain(each.what)} ({each.count:,}). {plain(each.why)}")
