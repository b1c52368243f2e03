"""One process of a member of a team that sends all it may; as `limits_caller`, but with a team's Redis.

`python -m tests.support.team_caller URL HOME REDIS KEY --rpm 15 --minute 2 --seconds 12`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.adapters.redis_link import Target
from knowalledge_desktop.core.quota import Admitted, Bucket, Demand, Limits, Used
from knowalledge_desktop.core.team_address import TeamKey, parse_address
from knowalledge_desktop.gateway_team import TeamParts, team_parts
from tests.support.limits_answers import TEXT_MODEL
from tests.support.limits_client import post, question
from tests.support.limits_words import prompt_tokens

BUCKET = Bucket("default", TEXT_MODEL)
DEADLINE_S = 3.0


@dataclass(frozen=True, slots=True)
class Plan:
    url: str
    home: Path
    redis: str
    key: str
    limits: Limits
    minute_s: float
    seconds: float
    pace_s: float = 0.0
    founder: bool = False


@dataclass
class Told:
    """What came of it. `refused` are 429s; `longest_s` the longest that one look at the limits took."""

    answered: int = 0
    refused: int = 0
    total_s: float = 0.0
    longest_s: float = 0.0
    states: str = ""
    last_state: str = ""


async def no_password() -> str | None:
    return None


def parts_for(plan: Plan, clock: SystemClock) -> TeamParts:
    own = LedgerDb(
        plan.home / "ledger.db",
        clock,
        defaults=lambda _: plan.limits,
        minute_s=plan.minute_s,
        deadline_s=DEADLINE_S,
    )
    target = Target(parse_address(plan.redis), TeamKey.of(plan.key), no_password)
    return team_parts(
        own,
        clock,
        target=lambda: target,
        team_id=lambda: target.key.team_id,
        member_name=lambda: plan.home.name,
        state=plan.home,
        spawn=lambda work: asyncio.get_running_loop().create_task(work),
        minute_s=plan.minute_s,
        deadline_s=DEADLINE_S,
    )


class TeamCaller:
    def __init__(self, plan: Plan) -> None:
        self.told = Told()
        self._plan = plan
        self._clock = SystemClock()
        self._team = parts_for(plan, self._clock)

    async def run(self) -> Told:
        ends = self._clock.now() + self._plan.seconds
        ledger, states = self._team.ledger, []
        if self._plan.founder:
            await self._team.membership.found(TeamKey.of(self._plan.key).team_id)
        try:
            async with asyncio.TaskGroup() as group:
                for number in count():
                    reservation = f"{os.getpid()}-{number}"
                    body = question(f"Topic {reservation}")
                    if not await self._admitted(reservation, Demand(prompt_tokens(body)), ends):
                        break
                    states.append(self._team.membership.state.value)
                    group.create_task(self._send(reservation, body))
                    await asyncio.sleep(self._plan.pace_s)
        finally:
            self.told.last_state = self._team.membership.state.value
            await ledger.aclose()
            await self._team.link.aclose()
        self.told.states = " ".join(f"{state}:{states.count(state)}" for state in sorted(set(states)))
        return self.told

    async def _admitted(self, reservation: str, demand: Demand, ends: float) -> bool:
        ledger = self._team.ledger
        while (now := self._clock.now()) < ends:
            told = ledger.glance(BUCKET, demand)
            began = self._clock.monotonic()
            told = told or await ledger.reserve(BUCKET, demand, reservation=reservation)
            self.told.longest_s = max(self.told.longest_s, self._clock.monotonic() - began)
            if isinstance(told, Admitted):
                return True
            await asyncio.sleep(min(max(0.01, told.until - now), max(0.0, ends - now), 0.1 * self._plan.minute_s))
        return False

    async def _send(self, reservation: str, body: object) -> None:
        began = self._clock.monotonic()
        status, told = await post(self._plan.url, body)
        if status == 200:
            self.told.answered += 1
            self.told.total_s += self._clock.monotonic() - began
            await self._team.ledger.settle(reservation, Used(told["usageMetadata"]["promptTokenCount"]))
        else:
            self.told.refused += status == 429
            await self._team.ledger.settle(reservation, Used(0))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("home", type=Path)
    parser.add_argument("redis")
    parser.add_argument("key")
    parser.add_argument("--rpm", type=int)
    parser.add_argument("--minute", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pace", type=float, default=0.0)
    parser.add_argument("--founder", action="store_true")
    told = parser.parse_args(arguments)
    plan = Plan(
        told.url,
        told.home,
        told.redis,
        told.key,
        Limits(rpm=told.rpm),
        told.minute,
        told.seconds,
        told.pace,
        told.founder,
    )
    print(json.dumps(asdict(asyncio.run(TeamCaller(plan).run()))))


if __name__ == "__main__":
    main()
