"""The command line: one command, one exit code, one line for each error."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from knowalledge_desktop.cli.arguments import overrides_of, parse
from knowalledge_desktop.cli.console import Console
from knowalledge_desktop.cli.context import Context, PortFor, closing
from knowalledge_desktop.cli.key import read_key, set_key
from knowalledge_desktop.cli.team import join, read_team_key
from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.sentences import one_line
from knowalledge_desktop.services.bundle import Services

BUG = 70
STOPPED = 130
NOBODY_READS = 141

Build = Callable[[Mapping[str, str]], Services]


def run(argv: Sequence[str], build: Build, port_for: PortFor, console: Console | None = None) -> int:
    """Run one command; returns the exit code.

    `build` wires the services; it is handed environment variables that win over the real ones.
    """
    console = console or Console.of_process()
    try:
        args = parse(argv)
    except SystemExit as left:  # argparse has said all there is to say
        return left.code if isinstance(left.code, int) else 2
    try:
        code = _guarded(args, build, port_for, console)
    except BrokenPipeError:
        _silence(console)
        return NOBODY_READS
    try:
        console.stdout.flush()
    except OSError:  # told already; what is left in the buffer would only be tried, and told, again
        _silence(console)
    return code


def _guarded(args: argparse.Namespace, build: Build, port_for: PortFor, console: Console) -> int:
    services: Services | None = None
    try:
        secret = _secret_of(args, console)
        services = build(overrides_of(args))
        context = Context(args, console, services, port_for, secret)
        return asyncio.run(closing(context, args.work))
    except KeyboardInterrupt:
        console.progress("")
        return STOPPED
    except BrokenPipeError:
        raise
    except AppError as error:
        if services is None:
            console.say(one_line(error))
        else:
            Context(args, console, services, port_for).say_error(error)
        return error.exit_code
    except Exception as bug:  # noqa: BLE001 (the outermost frame: a mistake is logged and told in one line)
        _tell_bug(bug, services, console)
        return BUG


def _secret_of(args: argparse.Namespace, console: Console) -> str:
    """What is typed at a prompt or piped in, for the commands that take something secret."""
    if args.work is set_key:
        return read_key(console)
    return read_team_key(console) if args.work is join else ""


def _tell_bug(bug: Exception, services: Services | None, console: Console) -> None:
    place = f" The details are in {services.folders.state / 'logs'}." if services else ""
    console.say(one_line(bug) + place)


def _silence(console: Console) -> None:
    """Give what is still in the buffers to nobody, so that the interpreter's end says nothing."""
    for stream in (console.stdout, console.stderr):
        if stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            nobody = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nobody, stream.fileno())
            os.close(nobody)
