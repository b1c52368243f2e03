"""`knowalledge library`: pins, collections, the trash, and what was done to a map."""

from __future__ import annotations

from dataclasses import asdict

from knowalledge_desktop.cli.console import plain, wrapped
from knowalledge_desktop.cli.context import Context, engine_name
from knowalledge_desktop.cli.shapes import info_json
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.shelf import Listing, Losses, Shelf
from knowalledge_desktop.core.versions import BACK, BEGIN, SEVERAL, Act, Comparison

_ALL = 100_000  # rows of the trash, or of a history, that are told


async def pin(context: Context) -> int:
    """Keep a map at the top of the lists, or no longer."""
    service, pinned = context.services.library, not context.args.off
    map_id = await service.identify(context.args.map)
    await service.pin(map_id, pinned=pinned)
    if context.as_json:
        context.console.json({"map_id": map_id, "pinned": pinned})
    else:
        context.console.out("It is at the top of the lists now." if pinned else "It is no longer at the top.")
    return 0


async def tag(context: Context) -> int:
    """Put a map into a collection, or take it out."""
    service, tagged = context.services.library, not context.args.off
    map_id = await service.identify(context.args.map)
    await service.tag(map_id, context.args.tag, tagged=tagged)
    if context.as_json:
        context.console.json({"map_id": map_id, "tag": context.args.tag, "tagged": tagged})
    else:
        context.console.out(f"It is {'now' if tagged else 'no longer'} in ‘{plain(context.args.tag)}’.")
    return 0


async def trash(context: Context) -> int:
    """What is in the trash, or empty it; that needs --yes, and says first what goes."""
    service, console = context.services.library, context.console
    if not context.args.empty:
        return await _show_trash(context)
    losses = await service.losses()
    if losses.maps and not context.args.yes:
        raise UserInputError(f"{_losses(losses)} would go for good. Add --yes to delete them.")
    gone = await service.erase() if losses.maps else losses
    if context.as_json:
        console.json({"erased": asdict(gone)})
    else:
        console.out(f"{_losses(gone)} deleted for good." if gone.maps else "The trash is empty.")
    return 0


async def _show_trash(context: Context) -> int:
    console = context.console
    maps = await context.services.library.listed(Listing(Shelf.TRASH, limit=_ALL))
    if context.as_json:
        console.json({"maps": [info_json(each) for each in maps]})
        return 0
    if not maps:
        console.say("The trash is empty.")
    for info in maps:
        console.out(console.bold(plain(info.title)))
        console.out(console.dim(f"    deleted {context.day_of(info.deleted_at or 0.0)}  {info.map_id}"))
    return 0


def _losses(losses: Losses) -> str:
    parts = (
        (losses.maps, "map"),
        (losses.topics, "topic"),
        (losses.explanations, "explanation"),
        (losses.notes, "note"),
        (losses.pictures, "picture"),
    )
    told = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in parts if count]
    names = ", ".join(f"‘{plain(title)}’" for title in losses.titles)
    more = ", …" if losses.maps > len(losses.titles) else ""
    return f"{', '.join(told)} ({names}{more})"


async def history(context: Context) -> int:
    """What was done to a map; with a number, what is different since, or go back there."""
    service, console = context.services.library, context.console
    map_id = await service.identify(context.args.map)
    if context.args.compare is not None:
        different = await service.history.compare(map_id, context.args.compare)
        if context.as_json:
            console.json({"map_id": map_id, "act": context.args.compare, "since": asdict(different)})
        else:
            _say_different(context, different)
        return 0
    if context.args.back is not None:
        session = await service.behind(map_id)
        change = await service.history.go_back(session, context.args.back)
        if context.as_json:
            console.json({"map_id": map_id, "act": context.args.back, "changed": bool(change)})
        else:
            console.out("The map is as it was then." if change else "Nothing is different since.")
        return 0
    acts = await service.history.acts(map_id, limit=_ALL)
    if context.as_json:
        console.json({"map_id": map_id, "acts": [asdict(act) for act in acts]})
        return 0
    for act in acts:
        console.out(f"{console.bold(str(act.act_id))}  {plain(act_line(act))}")
        console.out(console.dim(f"    {context.time_of(act.at)}  {plain(engine_name(act.author))}{_model(act)}"))
    return 0


def _model(act: Act) -> str:
    return f" ({plain(act.model)})" if act.model else ""


def act_line(act: Act) -> str:
    """An act in a line."""
    words = {BEGIN: "began", SEVERAL: "several acts", BACK: "went back to an earlier version"}
    told = [words.get(act.reason, act.reason)]
    if act.about and act.reason != BACK:
        told.append(f"‘{act.about}’")
    tally = act.tally
    counts = (
        (tally.added, "added"),
        (tally.removed, "removed"),
        (tally.renamed, "renamed"),
        (tally.explained, "explained"),
        (tally.edited, "edited"),
        (tally.moved, "moved"),
    )
    numbers = ", ".join(f"{count} {word}" for count, word in counts if count)
    return " ".join(told) + (f": {numbers}" if numbers else "")


def _say_different(context: Context, different: Comparison) -> None:
    console = context.console
    if not different:
        console.say("Nothing is different since.")
    rows = (
        ("added", different.added),
        ("removed", different.removed),
        ("renamed", tuple(f"{old} → {new}" for old, new in different.renamed)),
        ("elsewhere in the tree", different.reparented),
        ("edited", different.edited),
        ("explained", different.explained),
        ("explained otherwise", different.retold),
        ("no longer explained", different.unexplained),
        ("picture changed", different.pictures),
    )
    for word, names in rows:
        if names:
            console.out(console.bold(f"{len(names)} {word}"))
            for line in wrapped(", ".join(names), console.width, "    "):
                console.out(line)
    for word, count in (("links changed", different.links), ("topics moved", different.moved)):
        if count:
            console.out(console.bold(f"{count} {word}"))
