"""What can stand after `backup`."""

from __future__ import annotations

import argparse

from knowalledge_desktop.cli import backup


def add_backup(to: argparse.ArgumentParser, as_json: argparse.ArgumentParser) -> None:
    """`backup`, which lists, `backup make` and `backup restore NAME`; `as_json` has the global options too."""
    to.set_defaults(work=backup.list_backups)
    group = to.add_subparsers(dest="action", metavar="ACTION")
    for name, work, text in (
        ("list", backup.list_backups, "all copies of the library, newest first"),
        ("make", backup.make, "copy the library as it is now"),
        ("restore", backup.restore, "put a copy in the library's place; what is there now is copied first"),
    ):
        made = group.add_parser(name, parents=[as_json], help=text, description=text)
        made.set_defaults(work=work)
        if name == "restore":
            made.add_argument("name", metavar="NAME", help="its name in the list, or the path of a file")
