"""What may be sent and when: limits, what a request needs, and what the ledger says to it.

Words of the field: RPM requests a minute, TPM input tokens a minute, RPD requests a day, TPD input
tokens a day, IPM images a minute (Gemini API documentation, "Rate limits": they hold per project and
model, days begin at midnight Pacific time). A *reservation* is made before a request is sent and
*settled* with what it really used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from knowalledge_desktop.core.metric import Metric


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where limits hold: a Google project, by the name the user gave it, and a model."""

    project: str
    model: str


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a bucket; None is unlimited."""

    rpm: int | None = None
    tpm: int | None = None
    rpd: int | None = None
    tpd: int | None = None
    ipm: int | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """Money a project may spend, micro-dollars a Pacific day and month; None is unlimited."""

    day_micro: int | None = None
    month_micro: int | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """The most a request can use: input tokens, images, and money with all its output tokens."""

    tokens: int
    images: int = 0
    cost_micro: int = 0
    operation: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """What a request really used."""

    tokens: int
    images: int = 0
    cost_micro: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Admitted:
    """The request may be sent now; `at` is the ledger's time (epoch seconds)."""

    reservation: str
    at: float


@dataclass(frozen=True, slots=True)
class Refused:
    """Not now: `metric` stands in the way until `until` (epoch seconds, the earliest moment).

    `told` is True when Google itself said so with a 429. `impossible` is True when the request is
    bigger than the limit and no waiting helps. `apart` is True when the limit is only a share, because
    those with whom it is shared cannot be asked.
    """

    metric: Metric
    until: float
    limit: int
    used: int
    told: bool = False
    impossible: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Gauge:
    """How full one limit is; `frees_at` is when something of it comes back (epoch seconds).

    `learned` is True when a 429 taught it, and `learned_at` is when that came (epoch seconds).
    """

    metric: Metric
    limit: int | None
    used: int
    frees_at: float | None = None
    blocked_until: float | None = None
    learned: bool = False
    learned_at: float | None = None


@dataclass(frozen=True, slots=True)
class SpendRow:
    """What was spent on one Pacific day ("2026-11-22") with one model for one operation."""

    day: str
    project: str
    model: str
    operation: str
    requests: int
    input_tokens: int
    output_tokens: int
    cost_micro: int


@dataclass(frozen=True, slots=True)
class PaceRow:
    """How many requests were sent within `length_s` seconds from `at` (epoch seconds) on."""

    at: float
    length_s: float
    requests: int


class Ledger(Protocol):
    """The durable count of what was sent, shared by all processes of this user.

    Every method raises StorageError when the file cannot be used: then nothing may be sent.
    """

    def glance(self, bucket: Bucket, demand: Demand) -> Refused | None:
        """A refusal that is certain from memory alone, in microseconds; None says nothing."""
        ...

    async def reserve(self, bucket: Bucket, demand: Demand, *, reservation: str) -> Admitted | Refused:
        """Count the request in, all of it or nothing. The same `reservation` again changes nothing."""
        ...

    async def settle(self, reservation: str, used: Used) -> None:
        """Replace the estimate by what was used. Sent and failed is settled too: it counts."""
        ...

    async def give_back(self, reservation: str) -> None:
        """The request was never sent: forget it."""
        ...

    async def learn(self, bucket: Bucket, *, quota_id: str, limit: int | None, until: float | None) -> Refused:
        """Google answered 429: tighten the limit it names and block it until its time.

        Without a figure the count last served is learned. Returns what now stands in the way.
        """
        ...

    async def limits(self, bucket: Bucket) -> Limits:
        """The limits in force: the user's or preset's, tightened by what was learned."""
        ...

    async def set_limits(self, bucket: Bucket, limits: Limits) -> None:
        """The user's word; forgets what was learned and unblocks. Model "*" stands for every model."""
        ...

    async def set_budget(self, project: str, budget: Budget) -> None:
        """Set what a project may spend."""
        ...

    async def budget(self, project: str) -> Budget:
        """What a project may spend."""
        ...

    async def gauges(self, bucket: Bucket) -> tuple[Gauge, ...]:
        """How full every limit of a bucket is, the budgets of its project too."""
        ...

    async def spend(self, project: str, since_day: str) -> tuple[SpendRow, ...]:
        """What was spent from that Pacific day on, oldest first."""
        ...

    async def pace(self, bucket: Bucket, since: float) -> tuple[PaceRow, ...]:
        """When requests were sent, from `since` (epoch seconds, at most two days ago) on, oldest first."""
        ...

    async def aclose(self) -> None:
        """Release the file."""
        ...
