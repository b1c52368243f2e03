"""The wiring of what is shared with a team. Loads no client of Redis; that happens when there is a team."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes

from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.adapters.redis_cache import RedisCache
from knowalledge_desktop.adapters.redis_hops import RedisHops
from knowalledge_desktop.adapters.redis_leases import RedisLeases
from knowalledge_desktop.adapters.redis_link import REST_S, RedisLink, Target
from knowalledge_desktop.adapters.redis_quota import RedisQuota
from knowalledge_desktop.adapters.team_access import TeamAccess
from knowalledge_desktop.adapters.team_book import TeamBookFile
from knowalledge_desktop.core.ports import Clock, SecretStore
from knowalledge_desktop.core.quota_rules import Days
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.team import SILENT_S, Lengths, OutOfReach
from knowalledge_desktop.core.team_address import Address, TeamKey, key_text
from knowalledge_desktop.resilience.coalesced import Spawn
from knowalledge_desktop.resilience.membership import Membership
from knowalledge_desktop.resilience.team_ledger import TeamLedger
from knowalledge_desktop.services.team import TeamService, TeamTools

_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class TeamParts:
    """All that belongs to one team; `ledger` stands in for the member's own."""

    link: RedisLink
    quota: RedisQuota
    membership: Membership
    ledger: TeamLedger
    cache: RedisCache
    leases: RedisLeases

    async def aclose(self) -> None:
        """End the signs of life and the connection."""
        await self.membership.aclose()
        await self.link.aclose()


async def _nothing() -> None:
    """Nothing has to be read before."""


def team_parts(
    own: LedgerDb,
    clock: Clock,
    *,
    target: Callable[[], Target | None],
    team_id: Callable[[], str | None],
    member_name: Callable[[], str],
    state: Path,
    spawn: Spawn,
    minute_s: float = _MINUTE_S,
    deadline_s: float = 120.0,
    day_s: float | None = None,
    prepare: Callable[[], Awaitable[None]] = _nothing,
    shares_answers: Callable[[], bool] = lambda: True,
) -> TeamParts:
    """The parts, wired. A shorter minute shortens all times that belong to it. They end what `spawn` starts."""
    pace = minute_s / _MINUTE_S
    lengths = Lengths(minute_s, deadline_s, SILENT_S * pace)
    link = RedisLink(target, clock, rest_s=REST_S * pace, prepare=prepare)
    quota = RedisQuota(link, clock, lengths)
    membership = Membership(
        quota,
        TeamBookFile(state / "team.json"),
        own.own_uses,
        clock,
        team=team_id,
        name=member_name,
        spawn=spawn,
        lengths=lengths,
        prepare=prepare,
    )
    return TeamParts(
        link,
        quota,
        membership,
        TeamLedger(own, quota, membership, clock, Days(day_s)),
        RedisCache(link, clock, on=shares_answers),
        RedisLeases(
            link,
            clock,
            spawn=spawn,
            on=shares_answers,
        ),
    )


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where this person's side of the team is kept, and who is told when it changes."""

    state: Path
    keys: SecretStore
    passwords: SecretStore
    save: Callable[[Settings], None]
    changed: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Team:
    """The parts by what this person has set, and their verbs."""

    parts: TeamParts
    service: TeamService
    hops: RedisHops

    def cache_for_people(self, settings: Settings) -> RedisCache | None:
        """The shared answers, to be told of where there is a team."""
        return self.parts.cache if settings.team_url else None

    def warmed_up_after(self, first: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """The same, and then this member is there for the others."""

        async def warm_up() -> None:
            await first()
            await self.parts.membership.ready()

        return warm_up


def team_of(
    own: LedgerDb,
    clock: Clock,
    settings: Callable[[], Settings],
    keeping: Keeping,
    *,
    spawn: Spawn,
    minute_s: float,
    deadline_s: float,
) -> Team:
    """The parts by what this person has set."""
    access = TeamAccess(settings, keeping.keys, keeping.passwords)
    parts = team_parts(
        own,
        clock,
        target=access.target,
        team_id=access.team_id,
        member_name=lambda: settings().team_member or "somebody",
        state=keeping.state,
        spawn=spawn,
        minute_s=minute_s,
        deadline_s=deadline_s,
        prepare=access.prepare,
        shares_answers=lambda: bool(settings().team_url) and settings().team_cache,
    )
    tools = TeamTools(
        parts.membership,
        parts.quota,
        parts.cache,
        access,
        parts.link,
        keeping.keys,
        keeping.passwords,
        lambda address, password, ca: _trouble_with(address, password, ca, clock),
    )
    service = TeamService(tools, settings, keeping.save, clock, random_bytes=token_bytes, changed=keeping.changed)
    return Team(parts, service, RedisHops(access, settings, clock))


async def _trouble_with(address: Address, password: str, ca: str, clock: Clock) -> str:
    """Why a Redis cannot be used, as a sentence; or nothing. Nothing is written there."""

    async def told() -> str | None:
        return password or None

    target = Target(address, TeamKey.of(key_text(bytes(32))), told, ca)
    link = RedisLink(lambda: target, clock, slack=2.0)
    try:
        return await RedisQuota(link, clock, Lengths()).unfit()
    except OutOfReach as error:
        text = str(error)
        return f"{text[:1].upper()}{text[1:]}."
    finally:
        await link.aclose()
