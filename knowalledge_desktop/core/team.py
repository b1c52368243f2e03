"""Several people who share one Google project: what they share, and what each may do when cut off.

Words: a *member* is one person's program on one machine, with all its processes. Its *share* is the part of
every limit that is its own when the team's Redis cannot be reached. A small part of the share, the
*assurance*, is kept free for it at all times, so that it may be used at once; the whole of it only after
everything that the others were allowed before they noticed has left the window.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from knowalledge_desktop.core.quota import Admitted, Bucket, Demand, Limits, Refused, Used

SILENT_S = 10.0
"""A member that was not heard for so long may be cut off: its whole share is kept free from then on."""

FORGOTTEN_S = 3600.0
"""After so long without a word a member's share goes back to the others, and it may send nothing any more."""

ASSURED = 0.1
"""The part of its share that a member may use at once when it is cut off."""

WHOLE = 720_720
"""Shares are counted in such parts of a limit, so that up to 16 members divide it evenly."""


class TeamState(StrEnum):
    """How things stand between this member and the team's Redis."""

    OFF = "off"
    NO_KEY = "no_key"  # the team's key is not on this machine
    CONNECTING = "connecting"
    TOGETHER = "together"
    APART = "apart"  # Redis cannot be reached
    REFUSED = "refused"  # it can, but it must not be used; `trouble` says why


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team, as Redis knows them; `share` is a part of 1, `seen_at` in epoch seconds."""

    member_id: str
    name: str
    seen_at: float
    share: float
    used_today: int
    me: bool = False


@dataclass(frozen=True, slots=True)
class TeamReport:
    """The team for people. `advice` are sentences about how the Redis is set up, `ca` is as in the settings."""

    state: TeamState
    url: str = ""
    team_name: str = ""
    trouble: str = ""
    members: tuple[Member, ...] = ()
    saved: int = 0
    saved_here: int = 0
    refused_values: int = 0
    advice: tuple[str, ...] = ()
    waits_until: float | None = None
    ca: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What this member holds of the team's limits, by Redis's last word; durations in seconds.

    `share` is in parts of `WHOLE`, `silent_s` how long ago that word came at least, `silent_at_most_s` at most,
    `granted_s` how long ago the share was given. Without a word there is no `Held`.
    """

    share: int
    silent_s: float
    silent_at_most_s: float
    granted_s: float

    def part(self, lengths: Lengths) -> float:
        """The part of a minute's limit that may be used without asking."""
        if self.silent_at_most_s >= FORGOTTEN_S - SILENT_S or self.granted_s < lengths.whole_s:
            return 0.0
        if self.silent_s >= lengths.silent_s + lengths.whole_s:
            return self.share / WHOLE
        return ASSURED * self.share / WHOLE

    def day_part(self, lengths: Lengths, *, of_day_s: float) -> float:
        """The same of a day's limit, `of_day_s` after the day began.

        Of a day on which the others may have counted before they noticed the silence only the assurance is
        sure, and that only when it was given before the day began.
        """
        if self.part(lengths) == 0.0 or self.granted_s < of_day_s + lengths.silent_s:
            return 0.0
        if self.silent_s >= of_day_s + lengths.silent_s:
            return self.share / WHOLE
        return ASSURED * self.share / WHOLE

    def whole_in_s(self, lengths: Lengths) -> float:
        """How long until the whole share may be used."""
        return max(0.0, lengths.silent_s + lengths.whole_s - self.silent_s, lengths.whole_s - self.granted_s)


@dataclass(frozen=True, slots=True)
class Seen:
    """A member as Redis knows it; `share` in parts of `WHOLE`."""

    member_id: str
    name: str
    ago_s: float
    share: int


def members_of(roster: str) -> tuple[Seen, ...]:
    """The members in a `Word`'s roster."""
    rows = json.loads(roster or "[]")
    return tuple(Seen(str(row[0]), str(row[1]), row[2] / 1000, int(row[3])) for row in rows)


def aged(roster: str, seconds: float) -> str:
    """A `Word`'s roster as it is so many seconds later: id, name, ms since seen, share, ms since it was given."""
    rows = json.loads(roster or "[]")
    more = round(seconds * 1000)
    return json.dumps([[row[0], row[1], row[2] + more, row[3], row[4] + more] for row in rows])


def portion(limit: int | None, part: float) -> int | None:
    """So much of a limit, rounded down; None is unlimited."""
    return None if limit is None else math.floor(limit * part + 1e-9)


@dataclass(frozen=True, slots=True)
class LiveRow:
    """A request that still counts in the minute's window; `releases_s` is when it leaves, from now."""

    reservation: str
    releases_s: float
    tokens: int
    images: int
    settled: bool
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnUse:
    """All that this member counts against a bucket; `days` has name, requests and tokens of each."""

    bucket: Bucket
    live: tuple[LiveRow, ...] = ()
    days: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request at the team's gate: its need, the limits it holds to, what its member counts already.

    `requests`, `tokens` and `images` are this member's own use of the minute, this request among them. `days`
    has name, seconds since it began, seconds until it ends, and this member's requests and tokens.
    """

    bucket: Bucket
    demand: Demand
    limits: Limits
    requests: int
    tokens: int
    images: int
    days: tuple[tuple[str, float, float, int, int], ...]


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long windows are, how long a request may be on its way, and when a member counts as silent; seconds."""

    minute_s: float = 60.0
    deadline_s: float = 120.0
    silent_s: float = SILENT_S

    @property
    def whole_s(self) -> float:
        """After so long nothing that was admitted before is in the window."""
        return self.minute_s + self.deadline_s


@dataclass(frozen=True, slots=True)
class Word:
    """What Redis answers to a sign of life; ages in seconds. `roster` is to be handed back as it is."""

    epoch: str
    number: int
    share: int
    granted_s: float
    grace_s: float
    roster: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a member keeps of Redis's last word, for all its processes.

    Times are of the machine's monotonic clock, `word_wall` of its wall clock. `knows` is False for one that
    cannot tell who else belongs to the team. `voices` are the processes and when each was last heard, as
    "name:seconds" with spaces between.
    """

    member_id: str
    team_id: str = ""
    number: int = -1
    share: int = 0
    granted_at: float = 0.0
    word_at: float = 0.0
    word_wall: float = 0.0
    knows: bool = False
    roster: str = ""
    voices: str = ""

    def others(self, voice: str, since: float) -> str:
        """The other processes that were heard since then, as `voices` has them."""
        told = (each.partition(":") for each in self.voices.split())
        return " ".join(f"{name}:{at}" for name, _, at in told if name != voice and float(at) > since)

    def held(self, mono: float, wall: float) -> Held | None:
        """What may be held now; None without a word since the machine was started."""
        if self.number < 0 or mono < self.word_at:
            return None
        silent_s, by_wall = mono - self.word_at, wall - self.word_wall
        return Held(self.share, silent_s, max(silent_s, by_wall), mono - self.granted_at)


class OutOfReach(Exception):
    """Redis gave no usable word; what was asked may or may not have been done."""


class Unsure(OutOfReach):
    """The same, of a sign of life that may have been heard a moment later."""


class EpochChanged(OutOfReach):
    """Redis has forgotten, or may have: everybody reports what it has sent before anything is admitted."""


class TeamQuota(Protocol):
    """The team's count. Every method raises OutOfReach; none takes longer than a moment."""

    async def reserve(self, wanted: Wanted, reservation: str) -> Admitted | Refused:
        """Count a request in, for all members. The same `reservation` again changes nothing."""
        ...

    async def settle(self, reservation: str, bucket: Bucket, used: Used) -> None:
        """Replace the estimate by what was used."""
        ...

    async def give_back(self, reservation: str, bucket: Bucket) -> None:
        """The request was never sent: forget it."""
        ...

    async def learn(self, bucket: Bucket, refused: Refused, cap: int | None) -> None:
        """Google refused a member: nobody sends before that is over, nor more than it told."""
        ...

    async def unlearn(self, bucket: Bucket) -> None:
        """Forget what was learned: a person has set other limits."""
        ...

    def introduce(self, member_id: str, epoch: str) -> None:
        """Who asks from now on, and in which epoch that member has reported; without one nothing is admitted."""
        ...

    async def beat(self, name: str, *, reported: str, number: int, knows: bool, roster: str) -> Word:
        """A sign of life, with the epoch this member has reported in and the number of the last word it got."""
        ...

    async def report(self, uses: Sequence[OwnUse]) -> None:
        """Tell all that this member has sent."""
        ...

    async def rest(self, number: int, *, gone: bool = False) -> None:
        """This member needs no share for now, or leaves the team."""
        ...

    async def unfit(self) -> str:
        """Why this server must not count for a team, as a sentence; or nothing."""
        ...

    async def advice(self) -> tuple[str, ...]:
        """Sentences about what would make the server safer."""
        ...


class Leases(Protocol):
    """Who of the team asks a question just now."""

    def hold(self, key: str) -> AbstractAsyncContextManager[bool]:
        """Whether this member is the one to ask; the lease ends with the block."""
        ...

    async def news(self, key: str) -> None:
        """Until the one who asks is done, or a moment has passed."""
        ...


class TeamBook(Protocol):
    """What a member keeps for all its processes. It may be lost at any time, but never go back."""

    async def read(self) -> Note:
        """The note; raises StorageError."""
        ...

    async def change(self, change: Callable[[Note], Note]) -> Note:
        """Change it, while no other process does; raises StorageError."""
        ...
