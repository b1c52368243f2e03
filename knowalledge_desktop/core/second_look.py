"""What the model says to its own sentences when it is asked once more; it can only lower a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowalledge_desktop.core.content import Claim, ClaimState
from knowalledge_desktop.core.payload import Verdict, Verdicts

__all__ = ["STATEMENTS_MAX", "Verdict", "doubted", "unchecked"]

STATEMENTS_MAX = 40
"""Statements put to the model at once."""

_LOWERS = frozenset({Verdict.CONTRADICT, Verdict.UNSURE})


def unchecked(claims: Sequence[Claim]) -> tuple[str, ...]:
    """The sentences that nothing is known about, in reading order."""
    return tuple(claim.text for claim in claims if claim.state is ClaimState.UNCHECKED)[:STATEMENTS_MAX]


def doubted(claims: Sequence[Claim], verdicts: Verdicts) -> tuple[Claim, ...]:
    """The claims, those unsure that the model does not hold to.

    `verdicts` number the sentences of `unchecked` from 1. Its agreement proves nothing: what it agrees to stays
    unchecked, and what evidence has decided is not touched.
    """
    said = dict(verdicts.items)
    number = 0
    told: list[Claim] = []
    for claim in claims:
        if claim.state is ClaimState.UNCHECKED:
            number += 1
            if said.get(number) in _LOWERS:
                claim = replace(claim, state=ClaimState.UNSURE)
        told.append(claim)
    return tuple(told)
