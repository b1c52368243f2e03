"""What came from a model that is gone or from an old prompt."""

from __future__ import annotations

import pytest

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.graph import Explanation, Map, Rendering, Topic
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.request import Level
from knowalledge_desktop.core.staleness import (
    Present,
    StalePart,
    StaleReason,
    is_gone,
    stale_in,
    switched_off,
    why_stale,
)

TODAY = Present({"explanation": 3, "subtopics": 1}, day="2026-11-23")
MODEL, PROMPT = StaleReason.MODEL, StaleReason.PROMPT


def made(
    model: str = "gemini-3.5-flash-lite", prompt: str = "explanation@3", engine: str = "gemini"
) -> Provenance:
    return Provenance(engine, model, prompt, 1_700_000_000.0)


@pytest.mark.parametrize(
    ("origin", "reasons"),
    [
        (made(), ()),
        (made(prompt="explanation@2"), (PROMPT,)),
        (made(prompt="explanation@4"), ()),
        (made(prompt="explanation@new"), ()),
        (made(prompt="another@1"), ()),
        (made(prompt=""), ()),
        (made("gemini-2.0-flash"), (MODEL,)),
        (made("models/Gemini-2.0-Flash-001"), (MODEL,)),
        (made("gemini-1.5-pro-002", "explanation@1"), (MODEL, PROMPT)),
        (made("", "explanation@1"), (PROMPT,)),
        (made("atlas-7", "explanation@1", "atlas"), ()),
        (made("gemini-2.0-flash", "explanation@1", "person"), ()),
        (made("gemini-2.0-flash", "explanation@1", "mermaid"), ()),
    ],
)
def test_reasons(origin: Provenance, reasons: tuple[StaleReason, ...]) -> None:
    assert why_stale(origin, TODAY) == reasons


@pytest.mark.parametrize(("day", "gone"), [("2026-11-30", False), ("2026-12-01", True), ("", False)])
def test_a_model_is_gone_from_the_day_it_is_switched_off(day: str, gone: bool) -> None:
    assert is_gone("gemini-2.5-flash", Present(day=day)) is gone
    assert switched_off("gemini-2.5-flash-001") == "2026-12-01"
    assert switched_off("gemini-9") == ""


def test_a_model_that_is_not_offered_any_more_is_gone() -> None:
    offered = Present(models=frozenset({"gemini-9-flash", "gemini-9-lite-001"}), day="2026-11-23")
    assert is_gone("gemini-8-flash", offered)
    assert not is_gone("gemini-8-flash", Present(day="2026-11-23"))  # nobody has asked which there are
    assert not is_gone("gemini-9-flash-001", offered)  # an edition of what is offered
    assert not is_gone("gemini-9-lite", offered)
    assert not is_gone("gemini-9-flash-preview-09-2026", offered)
    assert is_gone("gemini-9-flash-lite", offered)


def document() -> Map:
    old, new = made("gemini-2.0-flash"), made()
    topics = [
        Topic("r", "Jazz", provenance=Provenance("person")),
        Topic("b", "Bebop", "r", 1.0, provenance=old, locked=True),
        Topic("c", "Cool", "r", 0.0, provenance=new),
    ]
    high, young = Rendering(), Rendering(Level.JUNIOR)
    texts = [
        Explanation("b", high, "B", provenance=old),
        Explanation("c", high, "C", provenance=new),
        Explanation("c", young, "c", provenance=made(prompt="explanation@1")),
    ]
    return Map(
        "m",
        "Jazz",
        "r",
        {each.topic_id: each for each in topics},
        explanations={each.key: each for each in texts},
        pictures={"r": TopicPicture("r", "0" * 64, "image/png", 8, 8, "", old)},
    )


def test_a_map_tells_its_stale_things_in_the_order_of_its_tree() -> None:
    found = stale_in(document(), TODAY)
    assert [(each.part, each.title, each.reasons, each.locked) for each in found] == [
        (StalePart.PICTURE, "Jazz", (MODEL,), False),
        (StalePart.TEXT, "Cool", (PROMPT,), False),
        (StalePart.TOPIC, "Bebop", (MODEL,), True),
        (StalePart.TEXT, "Bebop", (MODEL,), True),
    ]
    texts = [each for each in stale_in(document(), TODAY) if each.part is StalePart.TEXT]
    assert [each.key for each in texts] == [f"c/{Rendering(Level.JUNIOR).slug()}", f"b/{Rendering().slug()}"]
    assert stale_in(Map("m", "empty"), TODAY) == ()
