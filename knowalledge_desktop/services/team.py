"""A team that shares one quota and one cache: making it, joining it, seeing it, leaving it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.ports import Clock, SecretStore
from knowalledge_desktop.core.quota import Bucket
from knowalledge_desktop.core.quota_rules import pacific_day
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.team import WHOLE, Member, OutOfReach, TeamReport, TeamState, Word, members_of
from knowalledge_desktop.core.team_address import Address, TeamKey, key_text, parse_address

NAME_MAX = 60


class Place(Protocol):
    """This program's place in the team."""

    state: TeamState
    trouble: str
    word: Word | None
    member_id: str

    async def look(self) -> TeamState:
        """Try now."""
        ...

    async def found(self, team_id: str) -> None:
        """This member has just made the team."""
        ...

    async def rest(self, *, gone: bool = False) -> None:
        """Give the share back, or leave."""
        ...

    def start(self) -> None:
        """Give signs of life from now on."""
        ...


class Counts(Protocol):
    """What Redis tells about itself and about who used what."""

    async def used_today(self, bucket: Bucket, day: str) -> dict[str, int]:
        """Requests of a day by member."""
        ...

    async def advice(self) -> tuple[str, ...]:
        """What would make the server safer."""
        ...


class Shared(Protocol):
    """The answers that the team shares."""

    refused: int
    saved: int

    async def saved_by_team(self) -> int:
        """How many requests all members were saved."""
        ...

    async def invalidate(self, pattern: str) -> int:
        """Forget the answers whose name matches."""
        ...


class Access(Protocol):
    """What leads to the team."""

    def forget(self) -> None:
        """The key or the password is another one from now on."""
        ...

    async def prepare(self) -> None:
        """Read the key."""
        ...


class Link(Protocol):
    """The connection."""

    trouble: str

    def try_again(self) -> None:
        """Let the next question through at once."""
        ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person says to make or join a team. Without a `key` one is made. The secrets are never shown.

    `ca` is the path of a file with the certificate that the server's is signed with.
    """

    url: str
    key: str = ""
    password: str = ""
    member: str = ""
    name: str = ""
    plain: bool = False
    ca: str = ""


@dataclass(frozen=True, slots=True)
class TeamTools:
    """What the service works with."""

    place: Place
    counts: Counts
    shared: Shared
    access: Access
    link: Link
    keys: SecretStore
    passwords: SecretStore
    probe: Callable[[Address, str, str], Awaitable[str]]


class TeamService:
    """The user's verbs about their team."""

    def __init__(
        self,
        tools: TeamTools,
        settings: Callable[[], Settings],
        save: Callable[[Settings], None],
        clock: Clock,
        *,
        random_bytes: Callable[[int], bytes],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._tools = tools
        self._settings = settings
        self._save = save
        self._clock = clock
        self._random_bytes = random_bytes
        self._changed = changed

    async def report(self, *, try_now: bool = False) -> TeamReport:
        """How things stand. With `try_now` Redis is asked at once, which takes about half a second at most."""
        settings, tools = self._settings(), self._tools
        if not settings.team_url:
            return TeamReport(TeamState.OFF)
        await tools.access.prepare()
        if try_now:
            tools.link.try_again()
            await tools.place.look()
        state = tools.place.state
        if await tools.keys.get() is None:
            state = TeamState.NO_KEY
        word = tools.place.word
        report = TeamReport(
            TeamState.CONNECTING if state is TeamState.OFF else state,
            url=settings.team_url,
            ca=settings.team_ca,
            team_name=settings.team_name,
            trouble=tools.place.trouble or tools.link.trouble,
            saved_here=tools.shared.saved,
            refused_values=tools.shared.refused,
            waits_until=self._clock.now() + word.grace_s if word and word.grace_s else None,
        )
        return await self._with_members(report) if state is TeamState.TOGETHER else report

    async def _with_members(self, report: TeamReport) -> TeamReport:
        settings, tools, now = self._settings(), self._tools, self._clock.now()
        try:
            used = await tools.counts.used_today(Bucket(settings.project, settings.text_model), pacific_day(now))
            advice = await tools.counts.advice()
            saved = await tools.shared.saved_by_team()
        except OutOfReach as error:
            return replace(report, state=TeamState.APART, trouble=str(error))
        word, me = tools.place.word, tools.place.member_id
        members = tuple(
            Member(seen.member_id, seen.name, now - seen.ago_s, seen.share / WHOLE, used.get(seen.member_id, 0),
                   me=seen.member_id == me)
            for seen in members_of(word.roster if word else "")
        )  # fmt: skip
        first = sorted(members, key=lambda each: (not each.me, each.name.casefold()))
        return replace(report, members=tuple(first), saved=saved, advice=advice)

    async def trouble_with(self, wish: Wish) -> str:
        """Why the Redis of a wish cannot be used, as a sentence; or nothing. Raises UserInputError."""
        address = parse_address(wish.url, plain_confirmed=wish.plain)
        return await self._tools.probe(address, wish.password, await _checked_ca(wish.ca))

    async def join(self, wish: Wish) -> str:
        """Join the team of a key, or make one; returns the key for the others, and tells it nowhere else.

        Raises UserInputError for what cannot be an address or a key, StorageError, KeyringUnavailable.
        """
        url = wish.url.strip()
        parse_address(url, plain_confirmed=wish.plain)
        ca = await _checked_ca(wish.ca)
        text = wish.key.strip() or key_text(self._random_bytes(32))
        team = TeamKey.of(text)
        member = wish.member.strip()[:NAME_MAX] or "somebody"
        await self._tools.keys.put(text)
        if wish.password:
            await self._tools.passwords.put(wish.password)
        else:
            await self._tools.passwords.remove()
        if not wish.key.strip():
            await self._tools.place.found(team.team_id)
        self._tools.access.forget()
        name = wish.name.strip()[:NAME_MAX]
        known = replace(self._settings(), team_url=url, team_plain=wish.plain, team_ca=ca)
        self._save(replace(known, team_member=member, team_name=name))
        self._tools.link.try_again()
        self._changed()
        return text

    async def trust(self, ca: str) -> None:
        """From now on the server's certificate may be signed with the one in this file; empty for the system's.

        Raises UserInputError for a file that holds none, StorageError.
        """
        self._save(replace(self._settings(), team_ca=await _checked_ca(ca)))
        self._tools.link.try_again()

    async def leave(self) -> None:
        """Leave the team; what was sent goes on counting there. Raises StorageError, KeyringUnavailable."""
        await self._tools.place.rest(gone=True)
        self._save(replace(self._settings(), team_url="", team_plain=False, team_ca="", team_name=""))
        self._tools.access.forget()
        self._changed()
        await self._tools.keys.remove()
        await self._tools.passwords.remove()

    async def key(self) -> str:
        """The team's key, for another member to join with; raises UserInputError when there is none."""
        text = await self._tools.keys.get()
        if text is None:
            raise UserInputError("There is no team’s key on this device.")
        return text

    async def forget(self, pattern: str) -> int:
        """Have the team's answers forgotten whose name matches; raises UserInputError, StorageError."""
        return await self._tools.shared.invalidate(pattern)


async def _checked_ca(typed: str) -> str:
    """The whole path of a file with a certificate; raises UserInputError. Empty stays empty."""

    def looked() -> str:
        path = Path(typed.strip()).expanduser().absolute()
        try:
            ssl.create_default_context(cafile=path)
        except ssl.SSLError:  # one of the OSErrors
            raise UserInputError(
                f"{path.name} holds no certificate; it begins with -----BEGIN CERTIFICATE-----."
            ) from None
        except OSError as error:
            raise UserInputError(f"The certificate cannot be read: {path}: {error.strerror}.") from None
        return str(path)

    return await asyncio.to_thread(looked) if typed.strip() else ""
