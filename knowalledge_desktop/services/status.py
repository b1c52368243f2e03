"""What the status bar knows, learnt from real calls only: nothing is probed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from knowalledge_desktop.core.errors import (
    AccessDenied,
    ContentBlocked,
    KeyRejected,
    ModelNotFound,
    ModelUnavailable,
    Offline,
    QuotaExhausted,
)
from knowalledge_desktop.core.request import Answer


class Connection(StrEnum):
    """Whether the last real call reached Gemini."""

    UNKNOWN = "unknown"
    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Status:
    """A snapshot: the connection, the engine that answered last, and the last error's class name."""

    connection: Connection = Connection.UNKNOWN
    engine: str = ""
    last_error: str = ""


_REACHED = (AccessDenied, ContentBlocked, KeyRejected, ModelNotFound, ModelUnavailable, QuotaExhausted)
_REACHED_NAMES = frozenset(kind.__name__ for kind in _REACHED)


class StatusService:
    """Keeps the newest snapshot; the window and the port read it when they like."""

    def __init__(self) -> None:
        self._status = Status()
        self._listeners: list[Callable[[Connection], None]] = []

    def listen(self, tell: Callable[[Connection], None]) -> None:
        """Have it told when the connection is found to be another than before."""
        self._listeners.append(tell)

    def snapshot(self) -> Status:
        """What is known now."""
        return self._status

    async def watch(self, answer: Awaitable[Answer]) -> Answer:
        """Await an answer and learn from how it ended."""
        try:
            result = await answer
        except Exception as error:
            self.note_error(error)
            raise
        self.note_answer(result)
        return result

    def note_answer(self, answer: Answer) -> None:
        """An answer arrived; a substitute tells what failed before it."""
        connection = self._status.connection
        if answer.substitute is not None:
            if answer.substitute.because == Offline.__name__:
                connection = Connection.OFFLINE
            elif answer.substitute.because in _REACHED_NAMES:
                connection = Connection.ONLINE
        elif answer.provenance.engine == "gemini" and not answer.from_cache:
            connection = Connection.ONLINE
        because = answer.substitute.because if answer.substitute else ""
        self._become(Status(connection, answer.provenance.engine, because))

    def note_error(self, error: BaseException) -> None:
        """A request failed."""
        connection = self._status.connection
        if isinstance(error, Offline):
            connection = Connection.OFFLINE
        elif isinstance(error, _REACHED):
            connection = Connection.ONLINE
        self._become(replace(self._status, connection=connection, last_error=type(error).__name__))

    def _become(self, status: Status) -> None:
        before, self._status = self._status.connection, status
        if status.connection is not before:
            for tell in self._listeners:
                tell(status.connection)
