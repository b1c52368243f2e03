from __future__ import annotations

import re
from dataclasses import replace

import pytest

from knowalledge_desktop.core.errors import ContentBlocked, InvalidReply
from knowalledge_desktop.core.payload import ExplanationText, ModelList, RawText, SubtopicList
from knowalledge_desktop.core.request import Answer, Request, Task, TextDelta
from knowalledge_desktop.resilience.validated import Validated
from tests.support.engines import (
    PROSE,
    PlannedEngine,
    answer,
    explanation_parts,
    parsed_subtopics,
    subtopics_answer,
    told,
)

ASK = Request(Task.SUBTOPICS, "Photosynthesis")
EXPLAIN = Request(Task.EXPLANATION, "Photosynthesis")


async def last(content: object, request: Request = ASK) -> Answer:
    part = (await told(Validated(PlannedEngine([answer(content)])), request))[-1]
    assert isinstance(part, Answer)
    return part


async def test_raw_text_becomes_scored_subtopics() -> None:
    checked = (await told(Validated(PlannedEngine([subtopics_answer(15)])), ASK))[-1]
    assert isinstance(checked, Answer)
    assert isinstance(checked.content, SubtopicList)
    assert [item.title for item in checked.content.items][:2] == ["Branch 0", "Branch 1"]
    assert checked.quality == 1.0


async def test_deltas_pass_and_the_explanation_is_scored() -> None:
    parts = await told(Validated(PlannedEngine(explanation_parts())), EXPLAIN)
    deltas = [p.text for p in parts if isinstance(p, TextDelta)]
    assert "".join(deltas) == PROSE
    assert len(deltas) > 1  # it comes as it grows
    assert isinstance(parts[-1], Answer)
    assert isinstance(parts[-1].content, ExplanationText)
    assert parts[-1].quality is not None
    assert parts[-1].quality > 0.9


async def test_parsed_content_is_scored_but_never_refused() -> None:
    checked = await last(parsed_subtopics("a", "a", "a", "a", "a", "a"))
    assert checked.quality is not None
    assert checked.quality < 0.3


async def test_a_quality_that_is_there_stays() -> None:
    from dataclasses import replace

    engine = PlannedEngine([replace(answer(parsed_subtopics("x")), quality=0.5)])
    assert (await told(Validated(engine), ASK))[-1].quality == 0.5


async def test_models_pass() -> None:
    assert (await last(ModelList(()), Request(Task.LIST_MODELS))).content == ModelList(())


@pytest.mark.parametrize("text", ["", "no JSON at all", "[]", '{"subtopics": []}', '["Photosynthesis"]'])
async def test_unusable_subtopics_are_refused(text: str) -> None:
    with pytest.raises(InvalidReply):
        await last(RawText(text))


async def test_misshapen_subtopics_are_refused() -> None:
    sentences = ", ".join(f'"one two three four five six seven eight nine {n}"' for n in range(8))
    with pytest.raises(InvalidReply, match="form"):
        await last(RawText(f"[{sentences}]"))


@pytest.mark.parametrize("text", ["", "  \n\t ", "```\n\n```"])
async def test_empty_explanations_are_refused(text: str) -> None:
    with pytest.raises(InvalidReply):
        await last(RawText(text), EXPLAIN)


async def test_a_refusal_in_prose_is_a_declined_topic() -> None:
    with pytest.raises(ContentBlocked):
        await last(RawText("I'm sorry, but I can't help with that request."), EXPLAIN)


async def test_a_stream_without_an_answer_is_refused() -> None:
    with pytest.raises(InvalidReply):
        await told(Validated(PlannedEngine([TextDelta("x")])), EXPLAIN)


async def test_a_refused_reply_closes_the_engine() -> None:
    engine = PlannedEngine([answer(RawText(""))])
    with pytest.raises(InvalidReply):
        await told(Validated(engine), ASK)
    assert engine.open == 0


async def test_no_address_that_a_model_wrote_goes_further_out_not_even_for_a_moment() -> None:
    text = PROSE + " See [this](https://made-up.example/a) and www.invented.example/b for more."
    parts = await told(
        Validated(
            PlannedEngine([TextDelta(piece) for piece in re.findall(r".{1,7}", text)] + [answer(RawText(text))])
        ),
        EXPLAIN,
    )
    deltas = "".join(p.text for p in parts if isinstance(p, TextDelta))
    assert isinstance(parts[-1], Answer)
    assert isinstance(parts[-1].content, ExplanationText)
    for shown in (deltas, parts[-1].content.markdown):
        assert "example" not in shown
        assert "See this and" in shown


async def test_a_written_explanation_of_the_poorest_form_is_refused_an_encyclopedias_is_not() -> None:
    poor = "Jazz. Jazz. Jazz."
    with pytest.raises(InvalidReply, match="form"):
        await told(Validated(PlannedEngine([answer(RawText(poor))])), replace(EXPLAIN, topic="Photosynthesis"))
    kept = await told(Validated(PlannedEngine([answer(ExplanationText(poor))])), EXPLAIN)
    assert isinstance(kept[-1], Answer)
