"""`knowalledge team`: one quota and one cache for several people. Its key never stands on a command line."""

from __future__ import annotations

import getpass
from dataclasses import asdict

from knowalledge_desktop.cli.console import Console
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.core.errors import Unavailable, UserInputError
from knowalledge_desktop.core.team import TeamReport, TeamState
from knowalledge_desktop.core.team_words import member_line, refused_sentence, saved_sentence, state_sentence
from knowalledge_desktop.services.team import TeamService, Wish

_LONGEST = 4096


def read_team_key(console: Console) -> str:
    """The key from a prompt that does not show it, or the first line of what is piped in."""
    if console.stdin.isatty():
        try:
            return getpass.getpass("Team key (it is not shown): ", stream=console.stderr).strip()
        except EOFError:  # Ctrl+D: nothing is typed
            return ""
    return console.stdin.readline(_LONGEST).strip()


async def status(context: Context) -> int:
    """How things stand, and who belongs to the team."""
    return _tell(context, await _service(context).report(try_now=True))


async def test(context: Context) -> int:
    """Ask the team's Redis now; another exit code when it cannot be used."""
    report = await _service(context).report(try_now=True)
    _tell(context, report)
    return 0 if report.state in (TeamState.TOGETHER, TeamState.OFF) else Unavailable.exit_code


async def make(context: Context) -> int:
    """Make a team; prints its key, which the others join with."""
    return await _joined(context, "")


async def join(context: Context) -> int:
    """Join the team of the key that is typed at the prompt or piped in."""
    if not context.secret:
        raise UserInputError("No key came. Type it at the prompt or pipe it in: knowalledge team join URL < file")
    return await _joined(context, context.secret)


async def _joined(context: Context, key: str) -> int:
    args, service = context.args, _service(context)
    password = context.console.environ.get("KNOWALLEDGE_TEAM_PASSWORD", "")
    wish = Wish(args.url, key, password, args.member or "", args.name or "", plain=args.plain, ca=args.ca or "")
    made = await service.join(wish)
    if not key:
        context.console.say("The others join with this key. Who has it can read and write what the team shares.")
        context.console.out(made)
    report = await service.report(try_now=True)
    context.console.say(state_sentence(report, context.time_of))
    return 0 if report.state is TeamState.TOGETHER else Unavailable.exit_code


async def leave(context: Context) -> int:
    """Leave the team; the key is forgotten here."""
    service = _service(context)
    await service.report(try_now=True)
    await service.leave()
    context.console.out("You work alone now. What was sent today goes on counting for the team.")
    return 0


async def show_key(context: Context) -> int:
    """Print the key, for another member."""
    context.console.out(await _service(context).key())
    return 0


async def forget(context: Context) -> int:
    """Have shared answers forgotten by their name."""
    service = _service(context)
    await service.report(try_now=True)
    count = await service.forget(context.args.pattern)
    if context.as_json:
        context.console.json({"forgotten": count, "pattern": context.args.pattern})
    else:
        context.console.out(f"The team’s Redis has forgotten {count:,} answers.")
    return 0


def _tell(context: Context, report: TeamReport) -> int:
    console = context.console
    if context.as_json:
        console.json(asdict(report))
        return 0
    console.out(state_sentence(report, context.time_of))
    now = context.services.now()
    for member in report.members:
        name, heard, share, used = member_line(member, now)
        console.out(f"  {name:<24} heard {heard:<10} share {share:>5}   {used} requests today")
    if report.state is TeamState.TOGETHER:
        console.out(saved_sentence(report))
    for line in (refused_sentence(report), *report.advice):
        if line:
            console.out(line)
    return 0


def _service(context: Context) -> TeamService:
    service = context.services.team
    if service is None:
        raise UserInputError("Nothing can be shared here.")
    return service
