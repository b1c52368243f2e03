"""The status bar's knowledge: from real calls only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowalledge_desktop.core.errors import (
    AccessDenied,
    AppError,
    DiskFull,
    InvalidReply,
    KeyRejected,
    Offline,
    QuotaExhausted,
    TimedOut,
)
from knowalledge_desktop.core.request import Answer, Substitute, SubstituteKind
from knowalledge_desktop.services.status import Connection, Status, StatusService
from tests.support.examples import ATLAS, answer


async def succeeds(with_answer: Answer) -> Answer:
    return with_answer


async def fails(error: BaseException) -> Answer:
    raise error


def test_nothing_is_known_at_first() -> None:
    assert StatusService().snapshot() == Status(Connection.UNKNOWN, "", "")


async def test_an_answer_of_gemini_shows_that_it_is_reached() -> None:
    status = StatusService()
    assert await status.watch(succeeds(answer())) == answer()
    assert status.snapshot() == Status(Connection.ONLINE, "gemini", "")


async def test_answers_that_were_kept_or_come_from_the_atlas_show_nothing_of_the_connection() -> None:
    status = StatusService()
    await status.watch(succeeds(replace(answer(), from_cache=True)))
    await status.watch(succeeds(replace(answer(), provenance=ATLAS)))
    assert status.snapshot() == Status(Connection.UNKNOWN, "atlas", "")


@pytest.mark.parametrize(
    ("because", "connection"),
    [
        ("Offline", Connection.OFFLINE),
        ("QuotaExhausted", Connection.ONLINE),
        ("KeyRejected", Connection.ONLINE),
        ("KeyMissing", Connection.UNKNOWN),
        ("TimedOut", Connection.UNKNOWN),
    ],
)
async def test_a_substitute_tells_what_failed_before_it(because: str, connection: Connection) -> None:
    status = StatusService()
    label = Substitute(SubstituteKind.ATLAS, because)
    await status.watch(succeeds(replace(answer(), provenance=ATLAS, substitute=label)))
    assert status.snapshot() == Status(connection, "atlas", because)


@pytest.mark.parametrize(
    ("error", "connection"),
    [
        (Offline(), Connection.OFFLINE),
        (QuotaExhausted(), Connection.ONLINE),
        (KeyRejected(), Connection.ONLINE),
        (AccessDenied(), Connection.ONLINE),
        (TimedOut(), Connection.UNKNOWN),
        (InvalidReply(), Connection.UNKNOWN),
        (DiskFull(), Connection.UNKNOWN),
    ],
)
async def test_errors_teach_too(error: AppError, connection: Connection) -> None:
    status = StatusService()
    with pytest.raises(type(error)):
        await status.watch(fails(error))
    assert status.snapshot() == Status(connection, "", type(error).__name__)


async def test_the_next_answer_clears_the_error() -> None:
    status = StatusService()
    status.note_error(Offline())
    status.note_answer(answer())
    assert status.snapshot() == Status(Connection.ONLINE, "gemini", "")
