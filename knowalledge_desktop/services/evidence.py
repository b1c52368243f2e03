"""Explanations held against the evidence: each claim gets its state, and the passage that decided it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from knowalledge_desktop.core.content import Claim, ClaimState, Source
from knowalledge_desktop.core.errors import AtlasMissing
from knowalledge_desktop.core.evidence import Evidence, Passage, claims_of
from knowalledge_desktop.core.evidence_check import CheckedClaim, check_claims
from knowalledge_desktop.core.payload import ExplanationText

_REMEMBERED = 16
"""Checks whose outcome is known for those who ask for the same a moment later."""


@dataclass(eq=False)
class _Check:
    """One check of one answer's content, which is held so that its identity stays its own."""

    content: ExplanationText
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    checked: ExplanationText | None = None


class EvidenceService:
    """Checks the claims of an explanation. It reads only what is on this device, and costs nothing.

    Those who shared one call were all given the very same content: it is checked once for all of them. When
    the one who checks is cancelled, the next goes on. `tell` hears of each content that was checked.
    """

    def __init__(self, evidence: Evidence, tell: Callable[[ExplanationText], None] = lambda content: None) -> None:
        self._evidence = evidence
        self._tell = tell
        self._checks: OrderedDict[tuple[int, str, tuple[str, ...], str], _Check] = OrderedDict()

    async def check(
        self, topic: str, path: tuple[str, ...], language: str, content: ExplanationText
    ) -> ExplanationText:
        """The explanation with the states of its claims and the sources they rest on.

        Claims that came as supported stay so: their engine named the source. Without evidence (no Atlas
        on this device, none in this language, nothing on the topic) the claims stay unchecked.
        """
        key = (id(content), topic, path, language)
        one = self._checks.setdefault(key, _Check(content))
        self._checks.move_to_end(key)
        while len(self._checks) > _REMEMBERED:
            self._checks.popitem(last=False)
        async with one.lock:
            if one.checked is None:
                one.checked = await self._check(topic, path, language, content)
                self._tell(one.checked)
        return one.checked

    async def _check(
        self, topic: str, path: tuple[str, ...], language: str, content: ExplanationText
    ) -> ExplanationText:
        claims = content.claims or claims_of(content.markdown)
        if all(claim.state is ClaimState.SUPPORTED for claim in claims):
            return content
        text = " ".join(claim.text for claim in claims)
        try:
            passages = await self._evidence.passages(topic, path, language, text)
        except AtlasMissing:  # said where it matters, by the doctor; the explanation is as good without it
            passages = ()
        if not passages:
            return replace(content, claims=claims)
        about = passages[0].title
        primary = language.replace("_", "-").split("-")[0].casefold()
        checked = await asyncio.to_thread(check_claims, claims, passages, topic=about, language=primary)
        return _with_states(content, claims, checked, passages)


def _with_states(
    content: ExplanationText, claims: Sequence[Claim], checked: Sequence[CheckedClaim], passages: Sequence[Passage]
) -> ExplanationText:
    sources = list(content.sources)
    places = {source.url: i for i, source in enumerate(sources)}
    told: list[Claim] = []
    for claim, one in zip(claims, checked, strict=True):
        if claim.state is ClaimState.SUPPORTED:
            told.append(claim)
            continue
        if one.passage < 0:
            told.append(Claim(claim.text, one.state))
            continue
        passage = passages[one.passage]
        if passage.url not in places:
            places[passage.url] = len(sources)
            sources.append(Source(passage.title, passage.url, passage.licence))
        words = passage.text[one.start : one.end]
        told.append(Claim(claim.text, one.state, (places[passage.url],), words, one.note))
    return replace(content, claims=tuple(told), sources=tuple(sources))
