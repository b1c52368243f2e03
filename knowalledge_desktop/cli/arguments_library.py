"""What can stand after `library`."""

from __future__ import annotations

import argparse
import math
from collections.abc import Awaitable, Callable
from datetime import datetime

from knowalledge_desktop.cli import library, library_lists
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.core.shelf import Shelf

_MAP = "id, or the title of its root"


def add_library(to: argparse.ArgumentParser, as_json: argparse.ArgumentParser) -> None:
    """`library` with its actions; `as_json` has the global options and --json."""
    group = to.add_subparsers(dest="action", metavar="ACTION", required=True)

    def command(name: str, work: Callable[[Context], Awaitable[int]], text: str) -> argparse.ArgumentParser:
        made = group.add_parser(name, parents=[as_json], help=text, description=text)
        made.set_defaults(work=work)
        return made

    listing = command("list", library.list_maps, "all maps")
    listing.add_argument(
        "--shelf",
        choices=[shelf.value for shelf in Shelf if shelf is not Shelf.TRASH],
        default=Shelf.ALL.value,
        help="which ones; duplicates have the same title",
    )
    listing.add_argument("--tag", metavar="NAME", default="", help="only those of a collection")
    _add_filters(listing)
    command("show", library.show, "one map as an outline").add_argument("map", metavar="MAP", help=_MAP)
    searching = command("search", library.search, "kept topics that have these words")
    searching.add_argument("text", metavar="TEXT")
    _add_filters(searching)
    pinning = command("pin", library_lists.pin, "keep a map at the top of the lists")
    pinning.add_argument("map", metavar="MAP", help=_MAP)
    pinning.add_argument("--off", action="store_true", help="no longer")
    tagging = command("tag", library_lists.tag, "put a map into a collection")
    tagging.add_argument("map", metavar="MAP", help=_MAP)
    tagging.add_argument("tag", metavar="NAME", help="of the collection; a new one is made")
    tagging.add_argument("--off", action="store_true", help="take it out of there")
    telling = command("history", library_lists.history, "what was done to a map, newest first")
    telling.add_argument("map", metavar="MAP", help=_MAP)
    which = telling.add_mutually_exclusive_group()
    which.add_argument("--compare", type=_act, metavar="N", help="what is different since right after act N")
    which.add_argument("--back", type=_act, metavar="N", help="make the map what it was right after act N")
    command("delete", library.delete, "put a map into the trash").add_argument("map", metavar="MAP", help=_MAP)
    command("restore", library.restore, "take a map out of the trash").add_argument(
        "map", metavar="MAP", help="id"
    )
    trash = command("trash", library_lists.trash, "what is in the trash, or empty it")
    trash.add_argument("--empty", action="store_true", help="say what would go for good; with --yes it goes")
    trash.add_argument("--yes", action="store_true", help="with --empty: delete for good")


def _add_filters(to: argparse.ArgumentParser) -> None:
    to.add_argument("--engine", choices=("gemini", "atlas", "person"), default="", help="who wrote it")
    state = to.add_mutually_exclusive_group()
    state.add_argument("--explained", dest="explained", action="store_const", const=True, default=None)
    state.add_argument("--open", dest="explained", action="store_const", const=False, help="not explained yet")
    to.add_argument("--since", type=_day, metavar="YYYY-MM-DD", help="made (maps: changed) on that day or later")
    to.add_argument("--quality", type=_percent, metavar="N", help="of a text, at least; 0 to 100")
    to.add_argument("--language", metavar="xx", default="", help="in which it is told, such as en or fr")


def _act(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise argparse.ArgumentTypeError(f"it must be the number of an act, not {text!r}")
    return int(text)


def _day(text: str) -> float:
    try:
        return datetime.strptime(text, "%Y-%m-%d").astimezone().timestamp()
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(f"it must be a day such as 2026-11-23, not {text!r}") from error


def _percent(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= 100.0:
        raise argparse.ArgumentTypeError(f"it must be a number from 0 to 100, not {text!r}")
    return value / 100.0
