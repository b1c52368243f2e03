"""`knowalledge import`: a file as a map, or merged with the map that it is of."""

from __future__ import annotations

from pathlib import Path

from knowalledge_desktop.cli.console import plain
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.cli.export import loss_json, say_losses


async def import_file(context: Context) -> int:
    """Run the command."""
    args, console, services = context.args, context.console, context.services
    into = await services.library.find(args.into) if args.into is not None else None
    report = await services.exchange.import_file(
        Path(args.file), name=args.format, into=into, join=into is not None
    )
    document = report.session.map
    if context.as_json:
        console.json(
            {
                "map_id": document.map_id,
                "title": document.title,
                "format": report.format.name,
                "new": report.is_new,
                "added": report.added,
                "altered": report.altered,
                "removed": report.removed,
                "conflicts": [
                    {"topic_id": each.topic_id, "title": each.title, "what": each.what, "kept": each.kept}
                    for each in report.conflicts
                ],
                "losses": [loss_json(each) for each in report.losses],
                "warnings": list(report.warnings),
            }
        )
        return 0
    if report.is_new:
        console.out(f"‘{plain(document.title)}’ is in the library: {report.added} topics.")
    else:
        told = f"{report.added} added, {report.altered} altered, {report.removed} removed"
        console.out(f"Merged with ‘{plain(document.title)}’: {told}.")
    console.out(console.dim(document.map_id))
    for each in report.conflicts:
        console.say(f"Both sides had changed ‘{plain(each.title)}’, {each.what}: {each.kept}.")
    for text in report.warnings:
        console.say(plain(text))
    say_losses(context, report.losses)
    return 0
