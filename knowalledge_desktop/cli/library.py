"""`knowalledge library`: what is kept, without any network."""

from __future__ import annotations

from knowalledge_desktop.cli.console import plain, wrapped
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.cli.shapes import hit_json, info_json, map_json
from knowalledge_desktop.core.errors import MapNotFound
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.shelf import Filter, Listing, Shelf, Where

_ALL = 100_000  # maps that are listed


def filter_of(context: Context) -> Filter:
    """What the command line asks of topics or maps."""
    args = context.args
    return Filter(args.engine, args.explained, args.since, args.quality, args.language)


async def list_maps(context: Context) -> int:
    """Maps, last opened first."""
    service, args = context.services.library, context.args
    listing = Listing(Shelf(args.shelf), args.tag, filter_of(context), limit=_ALL)
    everything = listing == Listing(limit=_ALL)
    maps = await (service.maps() if everything else service.listed(listing))
    console = context.console
    if context.as_json:
        console.json({"maps": [info_json(each) for each in maps]})
        return 0
    if not maps:
        begin = 'The library is empty. Begin with: knowalledge explore "Photosynthesis"'
        console.say(begin if everything else "No map is like that.")
    for info in maps:
        pin = "  [pinned]" if info.pinned else ""
        console.out(f"{console.bold(plain(info.title))}{pin}")
        told = f"{_count(info.topics, 'topic')}, {info.explained} explained, {context.day_of(info.updated_at)}"
        tags = "".join(f"  #{plain(tag)}" for tag in info.tags)
        console.out(console.dim(f"    {told}  {info.map_id}{tags}"))
    return 0


async def show(context: Context) -> int:
    """One map as an outline, with its explanations marked."""
    document = (await context.services.library.find(context.args.map)).map
    if context.as_json:
        context.console.json(map_json(document))
    else:
        _outline(context, document)
    return 0


def _outline(context: Context, document: Map) -> None:
    console, width = context.console, context.console.width
    explained = document.explained_ids()
    depths: dict[str, int] = {}
    for topic_id in document.branch(document.root_id) if document.root else ():
        topic = document.topics[topic_id]
        depth = depths[topic_id] = depths.get(topic.parent_id or "", -1) + 1
        indent = "  " * min(depth, width // 6)
        title = topic.title + ("  [explained]" if topic_id in explained else "")
        for line in wrapped(title, width, indent):
            console.out(console.bold(line) if depth == 0 else line)
        for line in wrapped(topic.summary, width, indent + "  "):
            console.out(console.dim(line))


async def search(context: Context) -> int:
    """Topics whose title or text has the words, and when there are none those written nearly so."""
    hits = await context.services.library.search(context.args.text, among=filter_of(context))
    console = context.console
    if context.as_json:
        console.json({"hits": [hit_json(each) for each in hits]})
        return 0
    if not hits:
        console.say("Nothing kept has these words.")
    elif hits[0].where == Where.NEAR:
        console.say("Nothing kept has these words. Written nearly so:")
    for hit in hits:
        console.out(f"{console.bold(plain(hit.title))}  {console.dim('in ' + plain(hit.map_title))}")
        for line in wrapped(hit.snippet, console.width, "    "):
            console.out(line)
    return 0


async def delete(context: Context) -> int:
    """Put a map into the trash."""
    document = (await context.services.library.find(context.args.map)).map
    await context.services.library.trash(document.map_id)
    if context.as_json:
        context.console.json({"map_id": document.map_id, "title": document.title, "deleted": True})
    else:
        context.console.out(f"‘{plain(document.title)}’ is in the trash. Bring it back with:")
        context.console.out(f"knowalledge library restore {document.map_id}")
    return 0


async def restore(context: Context) -> int:
    """Take a map out of the trash."""
    map_id = context.args.map
    await context.services.library.restore(map_id)
    document = (await context.services.library.open(map_id)).map
    if document.map_id not in {each.map_id for each in await context.services.library.maps()}:
        raise MapNotFound(map_id)
    if context.as_json:
        context.console.json({"map_id": map_id, "title": document.title, "deleted": False})
    else:
        context.console.out(f"‘{plain(document.title)}’ is back in the library.")
    return 0


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
