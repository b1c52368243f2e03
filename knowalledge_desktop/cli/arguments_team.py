"""What can stand after `team`."""

from __future__ import annotations

import argparse

from knowalledge_desktop.cli import team


def add_team(
    to: argparse.ArgumentParser, as_json: argparse.ArgumentParser, shared: argparse.ArgumentParser
) -> None:
    """`team status`, `test`, `make`, `join`, `leave`, `key` and `forget`."""
    group = to.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, work, text, parent in (
        ("status", team.status, "how things stand, and who belongs to the team", as_json),
        ("test", team.test, "ask the team's Redis now", as_json),
        ("make", team.make, "make a team and print its key, with which the others join", shared),
        ("join", team.join, "join the team of a key that is typed at a prompt or piped in", shared),
        ("leave", team.leave, "work alone again", shared),
        ("key", team.show_key, "print the key, for another member", shared),
        ("forget", team.forget, "have shared answers forgotten, such as topic:photo*", as_json),
    ):
        made = group.add_parser(name, parents=[parent], help=text, description=text)
        made.set_defaults(work=work)
        if name in ("make", "join"):
            _add_place(made)
        if name == "forget":
            made.add_argument("pattern", metavar="PATTERN")


def _add_place(to: argparse.ArgumentParser) -> None:
    to.add_argument("url", metavar="URL", help="such as rediss://cache.example:6379; no password in it")
    to.add_argument("--member", metavar="NAME", help="how the others see this device")
    to.add_argument("--name", metavar="NAME", help="what you call the team")
    to.add_argument(
        "--ca",
        metavar="FILE",
        help="the certificate of the team's own authority (ca.crt), when the system does not know it",
    )
    to.add_argument(
        "--plain", action="store_true", help="confirm an address without TLS: the network between is your own"
    )
