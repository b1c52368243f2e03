"""What every command is handed, and the sentences that several of them say."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from knowalledge_desktop.cli.console import Console
from knowalledge_desktop.cli.waiting import beside
from knowalledge_desktop.core.errors import AppError, ContentBlocked
from knowalledge_desktop.core.request import Answer, EngineChoice, Options, SubstituteKind
from knowalledge_desktop.core.sentences import one_line, title_of
from knowalledge_desktop.services.bundle import Services

_log = logging.getLogger(__name__)


class PortLike(Protocol):
    """The loopback port, as far as the command line needs it."""

    async def start(self, port: int) -> int:
        """Listen; returns the port that was taken."""
        ...

    async def aclose(self) -> None:
        """Stop."""
        ...


PortFor = Callable[[Services], PortLike]


@dataclass(frozen=True, slots=True)
class Context:
    """One run of one command. `secret` is a key that was typed or piped in."""

    args: argparse.Namespace
    console: Console
    services: Services
    port_for: PortFor
    secret: str = field(default="", repr=False)

    @property
    def as_json(self) -> bool:
        """Whether a program reads the output."""
        return bool(getattr(self.args, "json", False))

    def options(self) -> Options:
        """The user's settings with what the command line says over them."""
        given = {
            name: value
            for name in ("language", "level", "detail", "style", "count", "grounded")
            if (value := getattr(self.args, name, None)) is not None
        }
        return replace(self.services.preferences.settings.options, **given)

    def engine(self) -> EngineChoice:
        """Which engine may answer."""
        return self.args.engine or self.services.preferences.settings.engine

    def say_error(self, error: BaseException, about: str = "") -> None:
        """One line on standard error; `about` names the topic it is about."""
        line = one_line(error, self.services.now(), self.time_of)
        if isinstance(error, ContentBlocked) and getattr(self.args, "fresh", None) is False:
            line += " What was declined is remembered for a while: --fresh asks anew."
        self.console.say(f"{about}: {line}" if about else line)

    def time_of(self, epoch: float) -> str:
        """A moment as the person's clock shows it, with the day when it is another one."""
        then, now = _local(epoch), _local(self.services.now())
        return then.strftime("%H:%M" if then.date() == now.date() else "%Y-%m-%d %H:%M")

    def day_of(self, epoch: float) -> str:
        """A day, for lists."""
        return _local(epoch).strftime("%Y-%m-%d") if epoch > 0 else "-"

    def say_who_answered(self, answer: Answer, choice: EngineChoice) -> None:
        """With the automatic choice: which engine answered, and why when it was not Gemini."""
        if choice is EngineChoice.AUTO:
            self.console.say(self.who(answer))

    def who(self, answer: Answer) -> str:
        """Which engine answered, and why when it was not Gemini."""
        model = f" ({answer.provenance.model})" if answer.provenance.model else ""
        name = engine_name(answer.provenance.engine)
        rest = name[0].lower() + name[1:] if name.startswith("The ") else name
        substitute = answer.substitute
        if substitute is None:
            return f"{name}{model} answered{', from the cache' if answer.from_cache else ''}."
        reason = title_of(substitute.because)
        if substitute.kind is SubstituteKind.ATLAS:
            return f"{reason}: {rest} answered instead of Gemini."
        day = self.day_of(answer.provenance.created_at)
        return f"{reason}: this is the answer of {rest}{model} that was kept on {day}."


def engine_name(engine: str) -> str:
    """An engine as people call it, at the beginning of a sentence."""
    return {"gemini": "Gemini", "atlas": "The built-in Atlas", "person": "A person"}.get(engine, engine)


def _local(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC).astimezone()


@dataclass(slots=True)
class Trouble:
    """The first error of a command that goes on; its exit code is the command's."""

    first: AppError | None = None

    def note(self, error: AppError) -> None:
        """Remember an error."""
        self.first = self.first or error

    @property
    def exit_code(self) -> int:
        """0 while nothing went wrong."""
        return self.first.exit_code if self.first else 0


Work = Callable[[Context], Awaitable[int]]


async def closing(context: Context, work: Work) -> int:
    """Do the work, tell what happened to the files, and close everything."""
    try:
        code = await beside(work(context), context.console, context.services, context.time_of)
        await _write_held(context.services)
        return code
    except (AppError, BrokenPipeError):
        raise
    except Exception:
        _log.exception("A mistake in the program")  # the log is closed with the services
        raise
    finally:
        for notice in context.services.notices():
            context.console.say(notice)
        await context.services.aclose()


async def _write_held(services: Services) -> None:
    """Raise what stands in the way when something is only in memory, which ends with the command."""
    if not await services.backups.flush() and services.backups.held.because is not None:
        raise services.backups.held.because
