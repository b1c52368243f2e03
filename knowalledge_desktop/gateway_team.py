"""The wiring of what is shared with a team. Loads no client of Redis; that happens when there is a team."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.adapters.redis_link import REST_S, RedisLink, Target
from knowalledge_desktop.adapters.redis_quota import RedisQuota
from knowalledge_desktop.adapters.team_book import TeamBookFile
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.quota_rules import Days
from knowalledge_desktop.core.team import SILENT_S, Lengths
from knowalledge_desktop.resilience.membership import Membership
from knowalledge_desktop.resilience.team_ledger import TeamLedger

_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class TeamParts:
    """All that belongs to one team; `ledger` stands in for the member's own."""

    link: RedisLink
    quota: RedisQuota
    membership: Membership
    ledger: TeamLedger


def team_parts(
    own: LedgerDb,
    clock: Clock,
    *,
    target: Callable[[], Target | None],
    member_name: Callable[[], str],
    state: Path,
    minute_s: float = _MINUTE_S,
    deadline_s: float = 120.0,
    day_s: float | None = None,
) -> TeamParts:
    """The parts, wired. A shorter minute shortens all times that belong to it."""
    pace = minute_s / _MINUTE_S
    lengths = Lengths(minute_s, deadline_s, SILENT_S * pace)
    link = RedisLink(target, clock, rest_s=REST_S * pace)
    quota = RedisQuota(link, clock, lengths)

    def team_id() -> str | None:
        team = link.team
        return team.team_id if team else None

    membership = Membership(
        quota,
        TeamBookFile(state / "team.json"),
        own.own_uses,
        clock,
        team=team_id,
        name=member_name,
        spawn=lambda work: asyncio.get_running_loop().create_task(work),
        lengths=lengths,
    )
    return TeamParts(link, quota, membership, TeamLedger(own, quota, membership, clock, Days(day_s)))
