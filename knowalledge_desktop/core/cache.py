"""What the cache of answers is made of: its layers, how long an answer is good, and what was found where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

REFUSAL_S = 3600.0
"""So long it is remembered that a question was declined: asking again would only cost."""


class Layer(StrEnum):
    """Where an answer is looked for, nearest first; the team's cache only where there is one."""

    MEMORY = "memory"
    DISK = "disk"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Lives:
    """How long answers are good, in seconds.

    One older than `soft_s` is given at once and asked for again behind; one older than `hard_s` is asked for
    before anything is shown. A `soft_s` of 0, or one not below `hard_s`, asks for nothing behind.
    """

    hard_s: float
    soft_s: float = 0.0

    def is_soft(self, age_s: float) -> bool:
        """Whether an answer of this age is to be renewed."""
        return 0 < self.soft_s < self.hard_s and age_s >= self.soft_s


@dataclass(slots=True)
class LookUps:
    """What this process has looked up: where it was found, and how often it was not.

    `declined` counts questions whose refusal was remembered, `renewed` answers that were asked for again
    behind, `renewals_failed` those that were in vain.
    """

    found: Counter[Layer] = field(default_factory=Counter[Layer])
    misses: int = 0
    declined: int = 0
    renewed: int = 0
    renewals_failed: int = 0

    def decline(self) -> None:
        """A refusal was remembered."""
        self.declined += 1

    @property
    def hits(self) -> int:
        """How often an answer was found in any layer."""
        return self.found.total()


@dataclass(frozen=True, slots=True)
class Matches:
    """What a pattern means among the stored answers: how many, and the first names in order."""

    count: int
    names: tuple[str, ...] = ()
