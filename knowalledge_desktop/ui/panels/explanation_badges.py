"""What the badges over an explanation say: who wrote it, how good its form is, what is unchecked."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QObject

from knowalledge_desktop.core.content import ClaimState, Provenance
from knowalledge_desktop.core.graph import Explanation
from knowalledge_desktop.core.request import Answer, SubstituteKind
from knowalledge_desktop.ui.messages import ago, reason

Badge = tuple[str, str, str]
"""Text, tone, tooltip."""


class ExplanationBadges(QObject):
    """Words for what is known about an explanation."""

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
        if answer is not None and answer.from_cache:
            found.append((self.tr("Cached"), "neutral", self.tr("No request was spent.")))
        if explanation.quality is not None and made.engine != "atlas":
            found.append(_quality(explanation.quality, self.tr("Form {score}")))
        return found + self._claims(explanation)

    def _claims(self, explanation: Explanation) -> list[Badge]:
        """How many sentences are in which state; nothing is green that was not compared with a source."""
        count = Counter(claim.state for claim in explanation.claims)
        disputed, supported = count[ClaimState.DISPUTED], count[ClaimState.SUPPORTED]
        if supported and supported == len(explanation.claims):
            return [(self.tr("Sourced"), "success", self.tr("Every sentence is from the source below."))]
        found: list[Badge] = []
        if disputed:
            tip = self.tr("A source says something else than these sentences, which are underlined in red.")
            found.append((self.tr("%n disputed claims", "", disputed), "danger", tip))
        if supported:
            tip = self.tr("A source says what these sentences say: see the numbers behind them.")
            found.append((self.tr("%n supported claims", "", supported), "success", tip))
        open_ones = count[ClaimState.UNCHECKED]
        if open_ones:
            tip = self.tr("No source was compared with these sentences.")
            found.append((self.tr("%n unchecked claims", "", open_ones), "neutral", tip))
        missed = count[ClaimState.NOT_FOUND]
        if missed:
            tip = self.tr("These sentences were compared with the Atlas, and nothing was found; dotted lines.")
            found.append((self.tr("%n claims without a source", "", missed), "neutral", tip))
        return found

    def _written(self, made: Provenance, now: float) -> str:
        when = ago(now - made.created_at) if made.created_at and now else ""
        return self.tr("Written by {who} {when}").format(who=made.model or made.engine, when=when).strip()


def _quality(score: float, text: str) -> Badge:
    percent = round(score * 100)
    tone = next(
        t for least, t in ((85, "success"), (65, "info"), (40, "warning"), (0, "danger")) if percent >= least
    )
    return (text.format(score=percent), tone, "")
