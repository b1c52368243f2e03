"""What can stand on the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Any, NoReturn, Protocol

from knowalledge_desktop import __version__
from knowalledge_desktop.cli import (
    ask,
    explain,
    explore,
    illustrate,
    image_topic,
    jobs,
    key,
    machine,
    present,
    serve,
)
from knowalledge_desktop.cli.arguments_backup import add_backup
from knowalledge_desktop.cli.arguments_doctor import add_doctor
from knowalledge_desktop.cli.arguments_exchange import add_export, add_import
from knowalledge_desktop.cli.arguments_library import add_library
from knowalledge_desktop.cli.arguments_limits import add_budget, add_cache, add_quota
from knowalledge_desktop.cli.arguments_team import add_team
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.core.redaction import redact
from knowalledge_desktop.core.request import Detail, EngineChoice, Level, Style
from knowalledge_desktop.core.settings import DEFAULT_TEXT_MODEL

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_COUNTS = (1, 30)
_DEPTHS = (1, 3)

OVERRIDES = {
    "home": "KNOWALLEDGE_HOME",
    "base_url": "KNOWALLEDGE_GEMINI_BASE_URL",
    "api_version": "KNOWALLEDGE_GEMINI_API_VERSION",
}
"""Global options and the environment variables that they stand in for."""

_KEY_HINT = (
    "the key never stands on the command line, where other programs can read it; "
    "run: knowalledge key set, and type it at the prompt or pipe it in"
)

_HARMLESS = "the following arguments are required"  # repeats nothing that was typed

EPILOG = f"""\
Without a command the window opens. Every answer is kept in the library.

Exit codes: 0 done, 2 usage, 3 bad input, 4 key, 5 quota, 6 unavailable, 7 storage, 70 a mistake in
the program, 130 stopped with Ctrl+C, 141 nobody reads the output.

Environment: KNOWALLEDGE_HOME puts all files under one folder; GEMINI_API_KEY is used and never
stored; KNOWALLEDGE_GEMINI_BASE_URL and KNOWALLEDGE_GEMINI_API_VERSION point to a gateway;
NO_COLOR turns colours off. The text model is {DEFAULT_TEXT_MODEL} unless the settings say otherwise.
"""


class Parser(argparse.ArgumentParser):
    """Tells what is wrong in one line, and never repeats what could be a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (argparse's own arguments)
        super().__init__(*args, allow_abbrev=False, **kwargs)

    def error(self, message: str) -> NoReturn:
        """Say it on one line and leave with code 2."""
        about_keys = self.prog.split()[1:2] == ["key"] and not message.startswith(_HARMLESS)
        told = _KEY_HINT if about_keys else redact(" ".join(message.split()))
        self.exit(2, f"{self.prog}: {told}. See: {self.prog} --help\n")


class _Group(Protocol):
    """What argparse gives for adding commands; its own class is private."""

    def add_parser(self, name: str, *, parents: Sequence[Parser], help: str, description: str) -> Parser:
        """Add one command."""
        ...


def parser() -> Parser:
    """The parser of everything; `work` of its result runs the command, or is None for the window."""
    top = Parser(
        prog="knowalledge",
        description="Type a topic and a map of it grows; kept for ever, online or off.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.set_defaults(work=None, command=None, action=None, home=None, base_url=None, api_version=None)
    top.add_argument("--version", action="version", version=f"KnowAllEdge Desktop {__version__}")
    top.add_argument("--topic", help="open the window on this topic")
    _add_globals(top)
    shared = Parser(add_help=False)
    _add_globals(shared)
    as_json = Parser(add_help=False, parents=[shared])
    as_json.add_argument("--json", action="store_true", help="one JSON document on standard output")

    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_explore(commands.add_parser("explore", parents=[as_json], help="subtopics of a topic, as a map"))
    _add_explain(commands.add_parser("explain", parents=[as_json], help="explain a topic"))
    _add_ask(commands.add_parser("ask", parents=[as_json], help="ask a question about a topic"))
    _add_image_topic(commands.add_parser("image-topic", parents=[as_json], help="what a picture is about"))
    _add_illustrate(commands.add_parser("illustrate", parents=[as_json], help="have a picture of a topic drawn"))
    _add_present(commands.add_parser("present", parents=[as_json], help="explain many subtopics, as a job"))
    _add_jobs(commands.add_parser("jobs", help="batches that last"), as_json)
    add_quota(commands.add_parser("quota", parents=[as_json], help="limits, and how full they are"), shared)
    add_budget(commands.add_parser("budget", parents=[as_json], help="what may be spent, and what was"))
    add_cache(commands.add_parser("cache", help="answers that can be had again"), as_json)
    add_library(commands.add_parser("library", help="what is kept"), as_json)
    add_backup(commands.add_parser("backup", help="copies of the library, for a bad day"), as_json)
    add_export(commands.add_parser("export", parents=[as_json], help="write a map to a file, in any format"))
    add_import(commands.add_parser("import", parents=[as_json], help="take in a file, or merge it with its map"))
    add_team(commands.add_parser("team", help="one quota and one cache for several people"), as_json, shared)
    _add_key(commands.add_parser("key", help="the Gemini key"), shared, as_json)
    _command(commands, "models", key.models, "models that the key may use", as_json)
    served = _command(commands, "serve", serve.serve, "numbers and answers for programs, on 127.0.0.1", shared)
    served.add_argument("--port", type=int, metavar="N", help="0 takes any free port; else that of the settings")
    served.add_argument("--token", action="store_true", help="print the token for other programs; makes one")
    _command(commands, "selftest", machine.selftest, "prove the installed program; sends nothing", as_json)
    add_doctor(
        _command(
            commands, "doctor", machine.doctor, "look at this machine and at the way to the team's Redis", as_json
        )
    )
    return top


def _add_globals(to: Parser) -> None:
    # SUPPRESS, so that a command does not forget what stood before it.
    none = argparse.SUPPRESS
    to.add_argument("--home", metavar="FOLDER", default=none, help="put all files under this folder")
    to.add_argument("--base-url", metavar="URL", default=none, help="address of Gemini or a gateway")
    to.add_argument("--api-version", metavar="V", default=none, help="version in Gemini's address")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The command line, understood; raises SystemExit after --help, --version and mistakes."""
    top = parser()
    args, unknown = top.parse_known_args(list(argv))
    if unknown:
        if args.command == "key":
            top.error(_KEY_HINT)
        top.error(f"unknown: {' '.join(unknown)}")
    if args.command is not None and args.topic is not None:
        top.error("--topic opens the window; it does not go with a command")
    return args


def overrides_of(args: argparse.Namespace) -> dict[str, str]:
    """Environment variables that the global options stand for."""
    told = {variable: getattr(args, name) for name, variable in OVERRIDES.items()}
    return {variable: value for variable, value in told.items() if value is not None}


# --- commands -----------------------------------------------------------------------------------------------


def _command(
    group: _Group, name: str, work: Callable[[Context], Awaitable[int]], text: str, *parents: Parser
) -> Parser:
    made = group.add_parser(name, parents=parents, help=text, description=text)
    made.set_defaults(work=work)
    return made


def _add_explore(to: Parser) -> None:
    to.set_defaults(work=explore.explore)
    to.add_argument("topic_", metavar="TOPIC")
    _add_engine(to)
    to.add_argument("--count", type=_whole_number(*_COUNTS), metavar="N", help="subtopics to ask for, 1 to 30")
    to.add_argument(
        "--depth",
        type=_whole_number(*_DEPTHS),
        metavar="N",
        default=1,
        help="levels, 1 to 3",
    )


def _add_explain(to: Parser) -> None:
    to.set_defaults(work=explain.explain)
    _add_grounded(to)
    to.add_argument("topic_", metavar="TOPIC")
    to.add_argument("--in", dest="root", metavar="ROOT", help="the map in which the topic stands")
    _add_engine(to)
    to.add_argument("--level", type=_one_of(Level), metavar=_names(Level))
    to.add_argument("--detail", type=_one_of(Detail), metavar=_names(Detail))
    to.add_argument("--style", type=_one_of(Style), metavar=_names(Style))


def _add_ask(to: Parser) -> None:
    to.set_defaults(work=ask.ask)
    _add_grounded(to)
    to.add_argument("topic_", metavar="TOPIC")
    to.add_argument("question", metavar="QUESTION", help="one argument, so put it between quotes")
    to.add_argument("--in", dest="root", metavar="ROOT", help="the map in which the topic stands")
    _add_engine(to)
    to.add_argument("--level", type=_one_of(Level), metavar=_names(Level))
    to.add_argument("--detail", type=_one_of(Detail), metavar=_names(Detail))


def _add_image_topic(to: Parser) -> None:
    to.set_defaults(work=image_topic.image_topic)
    to.add_argument(
        "file", metavar="FILE", help="PNG, JPEG, GIF, WebP or HEIC, at most 10 MB; nothing but pixels is sent"
    )
    _add_engine(to)


def _add_illustrate(to: Parser) -> None:
    to.set_defaults(work=illustrate.illustrate)
    to.add_argument("topic_", metavar="TOPIC")
    to.add_argument("--out", required=True, metavar="FILE", help="where to write it: .png, .jpg or .webp")
    to.add_argument("--in", dest="root", metavar="ROOT", help="the map in which the topic stands")
    _add_engine(to)
    to.add_argument("--level", type=_one_of(Level), metavar=_names(Level))


def _add_present(to: Parser) -> None:
    to.set_defaults(work=present.present)
    _add_grounded(to)
    to.add_argument("root_", metavar="ROOT", help="the topic of a map; it is explored first when there is none")
    which = to.add_mutually_exclusive_group()
    which.add_argument("--subtopics", metavar="A,B", help="titles of topics in the map")
    which.add_argument("--all", action="store_true", help="all subtopics of the root (also without this)")
    to.add_argument("--dry-run", action="store_true", help="only say what it would take, and send nothing")
    _add_engine(to)
    to.add_argument("--level", type=_one_of(Level), metavar=_names(Level))
    to.add_argument("--detail", type=_one_of(Detail), metavar=_names(Detail))
    to.add_argument("--style", type=_one_of(Style), metavar=_names(Style))


def _add_jobs(to: Parser, as_json: Parser) -> None:
    group = to.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    _command(group, "list", jobs.list_jobs, "all jobs, newest first", as_json)
    named: tuple[tuple[str, Callable[[Context], Awaitable[int]], str], ...] = (
        ("pause", jobs.pause, "let a job rest"),
        ("resume", jobs.resume, "go on with a job here, until it is done"),
        ("retry", jobs.retry, "try again what failed, here"),
        ("cancel", jobs.cancel, "end a job; what it has brought stays"),
        ("forget", jobs.forget, "take a job off the list"),
    )
    for name, work, text in named:
        made = _command(group, name, work, text, as_json)
        made.add_argument("job", metavar="ID", nargs="?", help="its id or how it begins; else the newest open one")


def _add_grounded(to: Parser) -> None:
    to.add_argument(
        "--grounded",
        action="store_true",
        default=None,
        help="let Gemini search the web and name its sources; costs extra",
    )


def _add_engine(to: Parser) -> None:
    to.add_argument(
        "--engine",
        type=_one_of(EngineChoice),
        metavar=_names(EngineChoice),
        help="auto falls back to kept answers and the built-in Atlas and says so; the others never do",
    )
    to.add_argument("--language", type=_language, metavar="xx", help="language of the answer, such as en or fr")
    to.add_argument("--fresh", action="store_true", help="ask again instead of reading the cache")


def _add_key(to: Parser, shared: Parser, as_json: Parser) -> None:
    group = to.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    setting = _command(
        group, "set", key.set_key, "keep a key that is typed at a prompt or piped in, after one test call", shared
    )
    setting.add_argument("--no-test", dest="test", action="store_false", help="keep it without the test call")
    _command(group, "test", key.test_key, "prove the kept key with one call", shared)
    _command(group, "remove", key.remove_key, "forget the key", shared)
    _command(group, "status", key.key_status, "whether a key is set, and where", as_json)


# --- values -------------------------------------------------------------------------------------------------


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"it must be a whole number from {low} to {high}, not {text!r}")
        return int(text)

    return read


def _one_of(kind: type[StrEnum]) -> Callable[[str], StrEnum]:
    def read(text: str) -> StrEnum:
        known = {member.value: member for member in kind}
        if text not in known:
            raise argparse.ArgumentTypeError(f"it must be one of {', '.join(known)}, not {text!r}")
        return known[text]

    return read


def _names(kind: type[StrEnum]) -> str:
    return "|".join(member.value for member in kind)


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"it must be a language tag such as en or pt-BR, not {text!r}")
    return text
