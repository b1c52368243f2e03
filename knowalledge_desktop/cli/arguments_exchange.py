"""What can stand after `export` and `import`."""

from __future__ import annotations

import argparse

from knowalledge_desktop.cli import export, import_file


def add_export(to: argparse.ArgumentParser) -> None:
    """`export MAP --format F --out P`."""
    to.set_defaults(work=export.export)
    to.add_argument("map", metavar="MAP", help="id, or the title of its root")
    to.add_argument("--format", metavar="F", default="", help="its name; else the ending of the path tells it")
    to.add_argument("--out", required=True, metavar="PATH", help="the file, or for a vault the folder")


def add_import(to: argparse.ArgumentParser) -> None:
    """`import FILE`."""
    to.set_defaults(work=import_file.import_file)
    to.add_argument("file", metavar="FILE", help="a file of a known format, or the folder of a vault")
    to.add_argument("--format", metavar="F", default="", help="its name; else the file tells it")
    to.add_argument(
        "--into",
        metavar="MAP",
        help="merge it with this map, by titles, if the file does not say of which map it is",
    )
