"""What the badges over an explanation say: who wrote it, how good its form is, what is unchecked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from knowalledge_desktop.core.content import ClaimState, Provenance
from knowalledge_desktop.core.graph import Explanation
from knowalledge_desktop.core.request import Answer, SubstituteKind
from knowalledge_desktop.ui.messages import ago, reason

if TYPE_CHECKING:
    from knowalledge_desktop.core.staleness import Present

Badge = tuple[str, str, str]
"""Text, tone, tooltip."""


class ExplanationBadges(QObject):
    """Words for what is known about an explanation.

    `present` is what answers of today come from; without it nothing is called out of date.
    """

    present: Present | None = None

    def of(self, explanation: Explanation, answer: Answer | None, now: float) -> list[Badge]:
        """The badges, the most important first; `now` is epoch seconds."""
        found: list[Badge] = []
        substitute = answer.substitute if answer else None
        made = explanation.provenance
        if substitute is not None and substitute.kind is SubstituteKind.KEPT:
            found.append((self.tr("Saved copy, {ago}").format(ago=ago(substitute.age_s)), "warning", ""))
        elif substitute is not None and substitute.because != "KeyMissing":
            found.append((self.tr("From the Atlas instead"), "warning", reason(substitute.because)))
        author = self.tr("Atlas") if made.engine == "atlas" else made.model or made.engine
        found.append((author, "neutral", self._written(made, now)))
        if self.present is not None:
            from knowalledge_desktop.core.staleness import why_stale
            from knowalledge_desktop.ui.origin_words import reason_words

            if why_stale(made, self.present):
                found.append((self.tr("Out of date"), "warning", reason_words(made, self.present)))
        if answer is not None and answer.from_cache:
            found.append((self.tr("Cached"), "neutral", self.tr("No request was spent.")))
        if explanation.quality is not None and made.engine != "atlas":
            found.append(_quality(explanation.quality, self.tr("Form {score}")))
        return found + self._claims(explanation)

    def _claims(self, explanation: Explanation) -> list[Badge]:
        """How many sentences are in which state; nothing is green that was not compared with a source."""
        claims = explanation.claims
        if not claims:
            return []
        from knowalledge_desktop.ui.panels.claims_list import counts_in_words

        count = Counter(claim.state for claim in claims)
        if count[ClaimState.SUPPORTED] == len(claims):
            return [(self.tr("Sourced"), "success", self.tr("Every sentence is from the source below."))]
        signs = (
            (ClaimState.SUPPORTED, "✓ {n}"),
            (ClaimState.DISPUTED, "! {n}"),
            (ClaimState.UNSURE, self.tr("{n} unsure")),
            (ClaimState.NOT_FOUND, "? {n}"),
            (ClaimState.UNCHECKED, self.tr("{n} unchecked")),
        )
        tips = {
            ClaimState.SUPPORTED: self.tr("Supported: a source says so, see the numbers in the text."),
            ClaimState.DISPUTED: self.tr("Disputed: a source says something else, underlined in red."),
            ClaimState.UNSURE: self.tr("Unsure: asked again, the model itself did not hold to it; dashed lines."),
            ClaimState.NOT_FOUND: self.tr("Not found: checked, but no source says it; dotted lines."),
            ClaimState.UNCHECKED: self.tr("Unchecked: compared with no source."),
        }
        text = " · ".join(sign.format(n=count[state]) for state, sign in signs if count[state])
        tip = "\n".join([counts_in_words(claims), *(tips[state] for state, _ in signs if count[state])])
        return [(text, "danger" if count[ClaimState.DISPUTED] else "neutral", tip)]

    def _written(self, made: Provenance, now: float) -> str:
        when = ago(now - made.created_at) if made.created_at and now else ""
        return self.tr("Written by {who} {when}").format(who=made.model or made.engine, when=when).strip()


def _quality(score: float, text: str) -> Badge:
    percent = round(score * 100)
    tone = next(
        t for least, t in ((85, "success"), (65, "info"), (40, "warning"), (0, "danger")) if percent >= least
    )
    return (text.format(score=percent), tone, "")
