"""How well claims are told apart: reworded Atlas sentences, true, changed in one fact, or absent."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.atlas_evidence import AtlasEvidence
from knowalledge_desktop.core.content import Claim, ClaimState
from knowalledge_desktop.core.evidence import Passage
from knowalledge_desktop.core.evidence_check import CheckedClaim, check_claims
from tests.support.atlas import atlas_path
from tests.support.claims import Labelled, blurred, labelled, without

__all__ = ["atlas_path"]

pytestmark = pytest.mark.bench

ARTICLES = {"en": 120, "fr": 60, "es": 60}
SEED = 20
PRECISION = 0.9
BLUR = 0.2
CHANGED = ("number", "date", "name", "changed, blurred")


@dataclass(frozen=True, slots=True)
class Result:
    """One claim, how it was labelled, and what the check says."""

    claim: Labelled
    label: str
    checked: CheckedClaim
    passage: str


async def results(
    path: Path, language: str, count: int, seed: int
) -> tuple[list[Result], list[float], list[float]]:
    evidence = AtlasEvidence(path)
    found: list[Result] = []
    looked: list[float] = []
    judged: list[float] = []
    claims = labelled(path, language, count, seed)
    by_article: dict[str, list[Labelled]] = {}
    for claim in claims:
        by_article.setdefault(claim.article, []).append(claim)
    for title, group in by_article.items():
        started = time.perf_counter()
        passages = await evidence.passages(
            title, (), language, " ".join(c.text for c in group if c.kind == "true")
        )
        looked.append((time.perf_counter() - started) * 1000)
        started = time.perf_counter()
        found += judge(group, passages, title, language)
        judged.append((time.perf_counter() - started) * 1000)
        vague = [replace(c, text=blurred(c, BLUR, SEED)) for c in group if c.kind == "true"]
        found += judge(vague, passages, title, language, "true, blurred")
        vague = [replace(c, text=blurred(c, BLUR, SEED)) for c in group if c.kind != "true"]
        found += judge(vague, passages, title, language, "changed, blurred")
        true = [claim for claim in group if claim.kind == "true"]
        elsewhere = [p for p in passages if p.title != title]
        found += judge(true, elsewhere, title, language, "absent article")
        for claim in true:
            holed = [replace(p, text=without(claim, p.text)) if p.title == title else p for p in passages]
            found += judge([claim], holed, title, language, "absent sentence")
    await evidence.aclose()
    return found, looked, judged


def judge(
    group: Sequence[Labelled], passages: Sequence[Passage], topic: str, language: str, label: str = ""
) -> list[Result]:
    checked = check_claims([Claim(c.text) for c in group], passages, topic=topic, language=language)
    return [
        Result(
            claim,
            label or claim.kind,
            one,
            passages[one.passage].text[one.start : one.end] if one.passage >= 0 else "",
        )
        for claim, one in zip(group, checked, strict=True)
    ]


def auroc(low: Sequence[float], high: Sequence[float]) -> float:
    """Chance that one of `high` is above one of `low`; ties count half."""
    wins = sum((h > x) + 0.5 * (h == x) for h in high for x in low)
    return wins / (len(low) * len(high))


def share(found: Sequence[Result], labels: Sequence[str], state: ClaimState) -> float:
    here = [r for r in found if r.label in labels]
    return sum(r.checked.state is state for r in here) / max(1, len(here))


def told(name: str, found: Sequence[Result]) -> float:
    """Print the figures; give the precision of disputed back."""
    disputed = [r for r in found if r.checked.state is ClaimState.DISPUTED]
    right = [r for r in disputed if r.label in CHANGED]
    precision = len(right) / max(1, len(disputed))
    true = [r.checked.doubt for r in found if r.label == "true"]
    changed = [r.checked.doubt for r in found if r.label in CHANGED[:3]]
    print(f"\n{name}: {len(true)} true, {len(changed)} changed; AUROC {auroc(true, changed):.3f}")
    print(f"  disputed: precision {precision:.3f} ({len(right)} of {len(disputed)})", end="")
    print(f"; wrongly: {dict(Counter(r.label for r in disputed if r.label not in CHANGED))}")
    for label in ("true", *CHANGED, "true, blurred", "absent article", "absent sentence"):
        states = {state.value: round(share(found, (label,), state), 3) for state in ClaimState}
        print(f"  {label:17} {sum(r.label == label for r in found):5}  {states}")
    return precision


async def test_changed_facts_are_told_from_true_ones(atlas_path: Path) -> None:
    everything: list[Result] = []
    for language, count in ARTICLES.items():
        found, looked, judged = await results(atlas_path, language, count, SEED)
        precision = told(language, found)
        print(f"  evidence {sorted(looked)[len(looked) // 2]:.1f} ms, worst {max(looked):.1f}; ", end="")
        print(f"check of an article's claims {sorted(judged)[len(judged) // 2]:.1f} ms, worst {max(judged):.1f}")
        assert precision >= PRECISION
        everything += found
    assert told("all", everything) >= PRECISION
    assert share(everything, ("absent article",), ClaimState.DISPUTED) <= 0.01
    assert share(everything, CHANGED, ClaimState.SUPPORTED) <= 0.05
