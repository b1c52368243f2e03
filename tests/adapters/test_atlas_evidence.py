from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowalledge_desktop.adapters import atlas_evidence
from knowalledge_desktop.adapters.atlas_evidence import AtlasEvidence
from knowalledge_desktop.core.content import ClaimState
from knowalledge_desktop.core.errors import AtlasMissing
from knowalledge_desktop.core.payload import ExplanationText
from knowalledge_desktop.services.evidence import EvidenceService
from tests.support.atlas import CountedStore
from tests.support.claims_written import FALSE, TRUE


@pytest.fixture
async def evidence(atlas_path: Path) -> AsyncIterator[AtlasEvidence]:
    atlas = AtlasEvidence(atlas_path)
    yield atlas
    await atlas.aclose()


async def test_the_topics_article_comes_first_then_what_is_named(evidence: AtlasEvidence) -> None:
    text = "Plants use chlorophyll. Jan Ingenhousz and Melvin Calvin studied it; Calvin won the Nobel Prize."
    found = await evidence.passages("photosynthesis", ("Biology",), "en", text)
    titles = [passage.title for passage in found]
    assert titles[:2] == ["Photosynthesis", "Biology"]
    assert "Chlorophyll" in titles
    assert len(set(titles)) == len(titles) <= 32
    for passage in found:
        assert passage.url.startswith("https://en.wikipedia.org/wiki/")
        assert passage.licence == "CC-BY-SA-4.0"
        assert passage.text


async def test_a_topic_the_atlas_does_not_have_still_gets_what_the_text_names(evidence: AtlasEvidence) -> None:
    found = await evidence.passages("zqxjk", (), "fr", "Le Vésuve domine la baie de Naples.")
    assert {"Vésuve", "Naples"} <= {passage.title for passage in found}


@pytest.mark.parametrize("language", ["de", "zh", "ja", "ar", "th", ""])
async def test_languages_the_atlas_does_not_have_get_nothing(evidence: AtlasEvidence, language: str) -> None:
    assert await evidence.passages("DNA", (), language, "DNA 1953") == ()


async def test_odd_texts_are_no_trouble(evidence: AtlasEvidence) -> None:
    for text in ("", "\"' OR 1=1 --", "水は液体である。", "a " * 5000, "\x00\ud800"):
        assert isinstance(await evidence.passages("水", ("\x00",), "en", text), tuple)


async def test_an_explanation_is_checked_against_the_real_atlas(evidence: AtlasEvidence) -> None:
    text = (
        "Marie Curie was a Polish and naturalised-French physicist and chemist. "
        "She was the first woman to win a Nobel Prize. Photosynthesis is something else."
    )
    content = await EvidenceService(evidence).check("Marie Curie", (), "en", ExplanationText(text))
    states = [claim.state for claim in content.claims]
    assert states[0] is ClaimState.SUPPORTED
    assert ClaimState.DISPUTED not in states
    assert content.sources[0].url == "https://en.wikipedia.org/wiki/Marie_Curie"


async def states_of(evidence: AtlasEvidence, told: dict[str, str]) -> dict[str, ClaimState]:
    found: dict[str, ClaimState] = {}
    for topic, text in told.items():
        content = await EvidenceService(evidence).check(topic, (), "en", ExplanationText(text))
        found |= {claim.text: claim.state for claim in content.claims}
    return found


async def test_true_statements_in_other_words_are_not_disputed(evidence: AtlasEvidence) -> None:
    states = await states_of(evidence, TRUE)
    assert len(states) > 120
    assert [text for text, state in states.items() if state is ClaimState.DISPUTED] == []
    assert sum(state is ClaimState.SUPPORTED for state in states.values()) >= 15


async def test_false_statements_in_other_words_are_not_supported(evidence: AtlasEvidence) -> None:
    states = await states_of(evidence, FALSE)
    assert [text for text, state in states.items() if state is ClaimState.SUPPORTED] == []
    assert ClaimState.DISPUTED in states.values()


async def test_a_missing_file_is_told(tmp_path: Path) -> None:
    evidence = AtlasEvidence(tmp_path / "none.sqlite")
    with pytest.raises(AtlasMissing):
        await evidence.passages("DNA", (), "en", "DNA")
    await evidence.aclose()


async def test_closing_while_the_file_is_being_opened_leaves_nothing_open(
    atlas_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atlas_evidence, "AtlasStore", CountedStore)
    for moments in range(4):
        stores = CountedStore.made = []
        opening = AtlasEvidence(atlas_path)
        asking = asyncio.get_running_loop().create_task(opening.passages("DNA", (), "en", "DNA"))
        for _ in range(moments):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        await opening.aclose()
        await opening.aclose()
        assert [store.closed for store in stores] == [1] * len(stores)
    assert CountedStore.made
