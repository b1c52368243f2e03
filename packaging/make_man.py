"""Write the manual page from the command line's own help, so that the two never differ."""

# ruff: noqa: SLF001 (argparse tells what it knows only in attributes with an underscore)

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

EVERYWHERE = {"help", "home", "base_url", "api_version"}
"""Options of every command, which are told once."""


def page(date: str) -> str:
    """The page in the man macros; `date` as YYYY-MM-DD."""
    from knowalledge_desktop import __version__
    from knowalledge_desktop.cli.arguments import EPILOG, parser

    os.environ["COLUMNS"] = "500"  # argparse breaks lines by it; man does that itself
    top = parser()
    lines = [
        f'.TH KNOWALLEDGE 1 "{date}" "KnowAllEdge Desktop {__version__}" "User Commands"',
        ".SH NAME",
        "knowalledge \\- type a topic and a map of it grows",
        ".SH SYNOPSIS",
        ".B knowalledge",
        "[\\fB\\-\\-topic\\fR \\fITOPIC\\fR]",
        ".br",
        ".B knowalledge",
        "\\fIFILE\\fR.knowalledge",
        ".br",
        ".B knowalledge",
        "\\fICOMMAND\\fR [\\fIOPTION\\fR]...",
        ".SH DESCRIPTION",
        _roff(f"{top.description} Without a command the window opens; with a file, on the map that is in it."),
        ".SH OPTIONS",
        "They stand before or after any command.",
        *_options(top, set()),
        ".SH COMMANDS",
    ]
    for names, command in _commands(top):
        lines += [f'.SS "{_roff(" ".join(names))}"', _roff(_told(command)), *_options(command, EVERYWHERE)]
    exits, _, environment = EPILOG.partition("Exit codes:")[2].partition("Environment:")
    lines += [".SH EXIT STATUS", _roff(exits), ".SH ENVIRONMENT", _roff(environment)]
    lines += [
        ".SH FILES",
        ".TP",
        "~/.local/share/KnowAllEdge",
        "your maps; never deleted by a package",
        ".TP",
        "~/.config/KnowAllEdge, ~/.local/state/KnowAllEdge, ~/.cache/KnowAllEdge",
        "settings; limits, spending and jobs; answers that can be had again",
    ]
    return "\n".join(lines) + "\n"


def _commands(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with the words that lead to it."""
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        told = {choice.dest: choice.help for choice in action._choices_actions}
        for name, made in cast("dict[str, argparse.ArgumentParser]", action.choices).items():
            made.description = made.description or told.get(name)
            deeper = list(_commands(made, (*path, name)))
            # `quota` alone does something, and so does `quota set`.
            yield from ([((*path, name), made)] if not deeper or made.get_default("work") else []) + deeper


def _told(command: argparse.ArgumentParser) -> str:
    text = (command.description or "").strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _options(parser: argparse.ArgumentParser, without: set[str]) -> Iterator[str]:
    shape = parser._get_formatter()
    for action in parser._actions:
        if (
            isinstance(action, argparse._SubParsersAction)
            or action.help == argparse.SUPPRESS
            or action.dest in without
        ):
            continue
        head = shape._format_action_invocation(action)
        yield ".TP"
        yield f"\\fB{_roff(head)}\\fR"
        yield _roff(shape._expand_help(action) if action.help else "")


def _roff(text: str) -> str:
    plain = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain or "\\&"


def main() -> None:
    """Print the page, dated by SOURCE_DATE_EPOCH where it is set."""
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    sys.stdout.write(page(time.strftime("%Y-%m-%d", time.gmtime(seconds))))


if __name__ == "__main__":
    main()
