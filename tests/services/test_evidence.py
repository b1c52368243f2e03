from __future__ import annotations

import asyncio

import pytest

from knowalledge_desktop.core.content import Claim, ClaimState, Source
from knowalledge_desktop.core.errors import AtlasMissing
from knowalledge_desktop.core.evidence import Passage
from knowalledge_desktop.core.payload import ExplanationText
from knowalledge_desktop.services.evidence import EvidenceService

DARWIN = Passage(
    "Charles Darwin",
    "https://en.wikipedia.org/wiki/Charles_Darwin",
    "Charles Darwin was an English naturalist. Darwin was born on 12 February 1809 in Shrewsbury, England.",
    "CC-BY-SA-4.0",
)
TEXT = "Darwin was an English naturalist. He was born in 1810 in Shrewsbury, England. He liked music. Why?"


class FixedEvidence:
    """The same passages for every question; keeps what was asked."""

    def __init__(self, *passages: Passage, missing: bool = False) -> None:
        self._passages = passages
        self._missing = missing
        self.asked: list[tuple[str, tuple[str, ...], str, str]] = []

    async def passages(self, topic: str, path: tuple[str, ...], language: str, text: str) -> tuple[Passage, ...]:
        self.asked.append((topic, path, language, text))
        if self._missing:
            raise AtlasMissing("atlas.sqlite")
        return self._passages


async def test_each_claim_gets_its_state_passage_and_source() -> None:
    evidence = FixedEvidence(DARWIN)
    content = await EvidenceService(evidence).check("Darwin", ("Biology",), "en-GB", ExplanationText(TEXT))
    first, second, third = content.claims
    assert first.state is ClaimState.SUPPORTED
    assert first.passage == "Charles Darwin was an English naturalist."
    assert second.state is ClaimState.DISPUTED
    assert second.note == "12 February 1809 / 1810"
    assert second.passage.startswith("Darwin was born on")
    assert third.state is ClaimState.UNCHECKED
    assert third.sources == ()
    assert content.sources == (Source(DARWIN.title, DARWIN.url, DARWIN.licence),)
    assert first.sources == second.sources == (0,)
    assert content.markdown == TEXT
    ((topic, path, language, text),) = evidence.asked
    assert (topic, path, language) == ("Darwin", ("Biology",), "en-GB")
    assert "1810" in text


async def test_sources_that_were_there_stay_first_and_are_not_doubled() -> None:
    grounded = Source("A page", "https://x.example/page")
    known = Source("Charles Darwin", DARWIN.url)
    before = ExplanationText(TEXT, (Claim("Darwin was an English naturalist."),), (grounded, known))
    after = await EvidenceService(FixedEvidence(DARWIN)).check("Darwin", (), "en", before)
    assert after.sources == (grounded, known)
    assert after.claims[0].sources == (1,)


async def test_claims_with_a_source_of_their_own_are_not_touched() -> None:
    evidence = FixedEvidence(DARWIN)
    own = Claim("Darwin was born in 1810.", ClaimState.SUPPORTED, (0,))
    content = ExplanationText("Darwin was born in 1810.", (own,), (Source("A page", "https://x.example/page"),))
    assert await EvidenceService(evidence).check("Darwin", (), "en", content) == content
    assert evidence.asked == []
    mixed = ExplanationText("...", (own, Claim("Darwin was an English naturalist.")), content.sources)
    after = await EvidenceService(evidence).check("Darwin", (), "en", mixed)
    assert after.claims[0] == own
    assert after.claims[1].state is ClaimState.SUPPORTED


@pytest.mark.parametrize("evidence", [FixedEvidence(), FixedEvidence(missing=True)])
async def test_without_evidence_nothing_is_checked(evidence: FixedEvidence) -> None:
    content = await EvidenceService(evidence).check("Darwin", (), "en", ExplanationText(TEXT))
    assert {claim.state for claim in content.claims} == {ClaimState.UNCHECKED}
    assert content.sources == ()


class HeldEvidence(FixedEvidence):
    """Waits before it answers."""

    def __init__(self) -> None:
        super().__init__(DARWIN)
        self.gate = asyncio.Event()

    async def passages(self, topic: str, path: tuple[str, ...], language: str, text: str) -> tuple[Passage, ...]:
        found = await super().passages(topic, path, language, text)
        await self.gate.wait()
        return found


async def test_one_answer_is_checked_once_for_all_who_were_given_it() -> None:
    evidence, content = HeldEvidence(), ExplanationText(TEXT)
    service = EvidenceService(evidence)
    async with asyncio.TaskGroup() as group:
        checks = [group.create_task(service.check("Darwin", (), "en", content)) for _ in range(199)]
        await asyncio.sleep(0)
        evidence.gate.set()
    assert len({id(check.result()) for check in checks}) == 1
    assert checks[0].result().claims[1].state is ClaimState.DISPUTED
    assert await service.check("Darwin", (), "en", content) is checks[0].result()
    assert len(evidence.asked) == 1


async def test_when_the_one_who_checks_is_cancelled_another_checks() -> None:
    evidence, content = HeldEvidence(), ExplanationText(TEXT)
    service = EvidenceService(evidence)
    loop = asyncio.get_running_loop()
    first, second = (loop.create_task(service.check("Darwin", (), "en", content)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    evidence.gate.set()
    assert (await second).claims[1].state is ClaimState.DISPUTED
    assert first.cancelled()
    assert len(evidence.asked) == 2


async def test_another_answer_topic_or_language_is_another_check() -> None:
    evidence, content = FixedEvidence(DARWIN), ExplanationText(TEXT)
    service = EvidenceService(evidence)
    for topic, path, language in (("Darwin", (), "en"), ("Darwin", ("Biology",), "en"), ("Darwin", (), "fr")):
        await service.check(topic, path, language, content)
    await service.check("Darwin", (), "en", ExplanationText(TEXT))  # the same words of another answer
    assert len(evidence.asked) == 4
    for _ in range(40):
        await service.check("Darwin", (), "en", ExplanationText(TEXT))
    assert len(service._checks) == 16
