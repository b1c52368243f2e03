"""Runs of several members, some with several processes, against the simulated service and a real Redis."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowalledge_desktop.core.team_address import key_text
from tests.support.limits_count import HiddenLimits, mean_latency, refusals, served, utilisation, worst_window
from tests.support.limits_server import LimitsServer

ROOT = Path(__file__).resolve().parents[2]
KEY = key_text(bytes(range(32)))


@dataclass(frozen=True, slots=True)
class Size:
    """How many processes on how many members, for how long, with which limit."""

    processes: int = 3
    members: int = 3
    seconds: float = 4.0
    rpm: int = 12
    minute_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the service saw. `use` is the share of the limit; `longest_s` the longest look at the limits.

    `together_last` is whether all members were together at their end.
    """

    worst: int
    limit: int
    served: int
    refused: int
    use: float
    longest_s: float
    states: dict[str, int]
    last_at: float
    together_last: bool

    def __str__(self) -> str:
        return (
            f"worst window {self.worst} of {self.limit}, served {self.served}, 429s {self.refused}, "
            f"use {self.use:.3f}, longest look {self.longest_s:.2f} s, {self.states}"
        )


class Members:
    """Processes of members; `redis` gives each member's address, so that some can be cut off."""

    def __init__(self, folder: Path, size: Size, url: str, redis: Callable[[int], str]) -> None:
        self._folder = folder
        self._size = size
        self._url = url
        self._redis = redis
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, count: int | None = None) -> None:
        """Start so many more; the very first is the one that makes the team."""
        for _ in range(self._size.processes if count is None else count):
            number = len(self.processes)
            member = number % self._size.members
            words = [self._url, str(self._folder / f"member-{member}"), self._redis(member), KEY]
            words += ["--rpm", str(self._size.rpm), "--minute", str(self._size.minute_s)]
            words += ["--seconds", str(self._size.seconds)] + (["--founder"] if number == 0 else [])
            command = [sys.executable, "-m", "tests.support.team_caller", *words]
            self.processes.append(
                subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            )

    def ended(self) -> list[dict[str, Any]]:
        """What each told; raises when one failed."""
        told: list[dict[str, Any]] = []
        for process in self.processes:
            try:
                out, err = process.communicate(timeout=self._size.seconds + 40)
            finally:
                process.kill()
            if process.returncode:
                raise AssertionError(err[-3000:])
            told.append(json.loads(out))
        return told

    def kill(self) -> None:
        for process in self.processes:
            process.kill()
            process.communicate()


def run(
    folder: Path,
    size: Size,
    redis: Callable[[int], str],
    meanwhile: Callable[[LimitsServer], None] = lambda _: None,
    *,
    latency: tuple[float, float] = (0.02, 0.08),
) -> Outcome:
    """Let the members send all they may while `meanwhile` does harm."""
    limits = HiddenLimits(rpm=size.rpm)
    with LimitsServer(limits, minute_s=size.minute_s, latency=latency) as server:
        members = Members(folder, size, server.url, redis)
        try:
            members.start(1)
            server.wait_for(1, 20.0)  # the team is made
            members.start(size.processes - 1)
            meanwhile(server)
            told = members.ended()
        finally:
            members.kill()
        return _outcome(server, size, told)


def _outcome(server: LimitsServer, size: Size, told: Sequence[dict[str, Any]]) -> Outcome:
    log = server.log
    try:
        use = utilisation(log, HiddenLimits(rpm=size.rpm), mean_latency(log), minute_s=size.minute_s).share
    except ValueError:
        use = 0.0
    states: dict[str, int] = {}
    for each in told:
        for word in each["states"].split():
            name, _, count = word.partition(":")
            states[name] = states.get(name, 0) + int(count)
    return Outcome(
        worst_window(log, size.minute_s),
        size.rpm,
        len(served(log)),
        len(refusals(log)),
        use,
        max(each["longest_s"] for each in told),
        states,
        max((entry.at for entry in log), default=0.0),
        all(each["last_state"] == "together" for each in told),
    )
