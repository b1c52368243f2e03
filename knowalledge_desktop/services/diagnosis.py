"""Does everything work here? Named checks that the wiring provides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from knowalledge_desktop.core.errors import AppError, Offline
from knowalledge_desktop.core.sentences import one_line

Check = tuple[str, Callable[[], Awaitable[str]]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's result; `text` is what was seen or the error's detail, `exit_code` the error's."""

    name: str
    passed: bool
    text: str
    exit_code: int = 0


class Hop(Protocol):
    """One step of the way to a server."""

    @property
    def name(self) -> str:
        """Which one."""
        ...

    @property
    def passed(self) -> bool:
        """Whether it went well."""
        ...

    @property
    def text(self) -> str:
        """What was seen there."""
        ...


class DiagnosisService:
    """Runs checks and reports; a known error is a finding, a bug is not hidden."""

    def __init__(
        self,
        doctor: Sequence[Check],
        selftest: Sequence[Check],
        way: Callable[[], Awaitable[Sequence[Hop]]] | None = None,
        team: Callable[[], Awaitable[Sequence[Hop]]] | None = None,
    ) -> None:
        self._doctor = tuple(doctor)
        self._selftest = tuple(selftest)
        self._way = way
        self._team = team

    async def way(self) -> tuple[Finding, ...]:
        """Walk to the Gemini address hop by hop, up to the one that fails. Sends one request without a key."""
        return await _walked("way", self._way)

    async def doctor(self) -> tuple[Finding, ...]:
        """Look at this machine: files, Atlas, keyring, settings. Sends nothing but, with a team, to its Redis."""
        return (*await _run(self._doctor), *await _walked("team", self._team))

    async def selftest(self) -> tuple[Finding, ...]:
        """Prove the installed program: ask, keep, read back. Sends nothing."""
        return await _run(self._selftest)


async def _walked(name: str, way: Callable[[], Awaitable[Sequence[Hop]]] | None) -> tuple[Finding, ...]:
    hops = await way() if way is not None else ()
    codes = {True: 0, False: Offline.exit_code}
    return tuple(Finding(f"{name}: {hop.name}", hop.passed, hop.text, codes[hop.passed]) for hop in hops)


async def _run(checks: Sequence[Check]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for name, check in checks:
        try:
            found.append(Finding(name, passed=True, text=await check()))
        except AppError as error:
            told = one_line(error)
            if error.detail not in told:
                told += f" ({error.detail})"
            found.append(Finding(name, passed=False, text=told, exit_code=error.exit_code))
    return tuple(found)
