"""Finding topics in a map by words and traits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowalledge_desktop.core.content import Claim, ClaimState, Provenance, Relation
from knowalledge_desktop.core.finding import Query, Trait, find
from knowalledge_desktop.core.graph import Explanation, Map, Opinion, Rendering, Topic
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.request import Level
from knowalledge_desktop.core.staleness import Present

GEMINI = Provenance(engine="gemini")


def text(topic_id: str, level: Level = Level.HIGH_SCHOOL, **more: object) -> Explanation:
    return replace(Explanation(topic_id, Rendering(level), "text"), **more)  # type: ignore[arg-type]


@pytest.fixture
def document() -> Map:
    topics = [
        Topic("r", "Photosynthesis", provenance=GEMINI),
        Topic("a", "Café of the CELL", "r", 0, summary="Where light is caught", provenance=GEMINI),
        Topic("aa", "Light reactions", "a", 0, provenance=GEMINI, locked=True),
        Topic("ab", "Thylakoid", "a", 1, provenance=GEMINI, note="See the light microscope"),
        Topic("b", "Calvin cycle", "r", 1, relation=Relation.RELATED, tag="b"),
    ]
    texts = [
        text("a", claims=(Claim("It is so.", ClaimState.DISPUTED),)),
        text("aa", quality=0.4),
        text("ab", quality=0.9),
        text("ab", Level.JUNIOR, opinion=Opinion.WRONG),
    ]
    picture = TopicPicture("b", "0" * 64, "image/png", 4, 4, "a wheel")
    return Map(
        "m",
        "Photosynthesis",
        "r",
        {each.topic_id: each for each in topics},
        explanations={each.key: each for each in texts},
        pictures={"b": picture},
    )


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("light", ("a", "aa", "ab")),
        ("LIGHT reactions", ("aa",)),
        ("cafe cell", ("a",)),
        ("microscope", ("ab",)),
        ("light cycle", ()),
        ("  ", ()),
        ("ｃａｌｖｉｎ", ("b",)),
    ],
)
def test_all_words_in_title_summary_or_note_whatever_their_case_and_accents(
    document: Map, words: str, found: tuple[str, ...]
) -> None:
    assert find(document, Query(words)) == found


@pytest.mark.parametrize(
    ("trait", "found"),
    [
        (Trait.EXPLAINED, ("a", "aa", "ab")),
        (Trait.OPEN, ("r", "b")),
        (Trait.DISPUTED, ("a", "ab")),
        (Trait.WEAK, ("aa",)),
        (Trait.NOTED, ("ab",)),
        (Trait.TAGGED, ("b",)),
        (Trait.LOCKED, ("aa",)),
        (Trait.PICTURED, ("b",)),
        (Trait.OWN, ("b",)),
        (Trait.RELATED, ("b",)),
    ],
)
def test_each_trait(document: Map, trait: Trait, found: tuple[str, ...]) -> None:
    assert find(document, Query(traits=frozenset({trait}))) == found


def test_several_conditions_are_all_asked_for(document: Map) -> None:
    assert find(document, Query("light", frozenset({Trait.EXPLAINED, Trait.WEAK}))) == ("aa",)
    assert find(document, Query("light", depth=1)) == ("a",)
    assert find(document, Query(depth=0)) == ("r",)


def test_nothing_is_asked_nothing_is_found(document: Map) -> None:
    assert not Query()
    assert find(document, Query()) == ()
    assert find(Map("m", "empty"), Query("a")) == ()


def test_what_came_from_a_retired_model_or_an_old_prompt_is_found() -> None:
    old = Provenance("gemini", "gemini-2.0-flash", "explanation@1")
    topics = [Topic("r", "Jazz"), Topic("a", "Bebop", "r", 0.0), Topic("b", "Cool jazz", "r", 1.0, provenance=old)]
    text = Explanation("a", Rendering(), "x", provenance=old)
    document = Map("m", "Jazz", "r", {each.topic_id: each for each in topics}, explanations={text.key: text})
    stale = frozenset({Trait.STALE})
    present = Present({"explanation": 1}, day="2026-11-23")
    assert find(document, Query(traits=stale, present=present)) == ("a", "b")
    assert find(document, Query("jazz", stale, present=present)) == ("b",)
    assert find(document, Query(traits=stale)) == ()
