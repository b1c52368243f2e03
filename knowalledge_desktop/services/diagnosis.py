"""Does everything work here? Named checks that the wiring provides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from knowalledge_desktop.core.errors import AppError

Check = tuple[str, Callable[[], Awaitable[str]]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's result; `text` is what was seen or the error's detail, `exit_code` the error's."""

    name: str
    passed: bool
    text: str
    exit_code: int = 0


class DiagnosisService:
    """Runs checks and reports; a known error is a finding, a bug is not hidden."""

    def __init__(self, doctor: Sequence[Check], selftest: Sequence[Check]) -> None:
        self._doctor = tuple(doctor)
        self._selftest = tuple(selftest)

    async def doctor(self) -> tuple[Finding, ...]:
        """Look at this machine: files, Atlas, keyring, settings. Sends nothing."""
        return await _run(self._doctor)

    async def selftest(self) -> tuple[Finding, ...]:
        """Prove the installed program: ask, keep, read back. Sends nothing."""
        return await _run(self._selftest)


async def _run(checks: Sequence[Check]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for name, check in checks:
        try:
            found.append(Finding(name, passed=True, text=await check()))
        except AppError as error:
            told = f"{type(error).__name__}: {error.detail}".removesuffix(": ")
            found.append(Finding(name, passed=False, text=told, exit_code=error.exit_code))
    return tuple(found)
