"""Questions: asked where the topic stands, answered as they come, and no part of the map."""

from __future__ import annotations

import pytest

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.errors import Offline, UserInputError
from knowalledge_desktop.core.graph import Explanation, Map, Rendering, Topic
from knowalledge_desktop.core.payload import ExplanationText
from knowalledge_desktop.core.request import (
    Detail,
    EngineChoice,
    Options,
    Priority,
    Queued,
    Restarted,
    Task,
    TextDelta,
)
from knowalledge_desktop.core.validation import QUESTION_MAX
from knowalledge_desktop.services.ask import Answered, AskService
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.services.status import StatusService
from tests.support.cli_services import TopicEngine, everything
from tests.support.fakes import MemoryLibrary

PLAIN = Options()


def told(text: str, at: float, **more: Detail) -> Explanation:
    return Explanation("c", Rendering(**more), text, provenance=Provenance("gemini", created_at=at))


class Rig:
    def __init__(self, *explanations: Explanation) -> None:
        self.engine = TopicEngine()
        self.status = StatusService()
        self.asking = AskService(self.engine, self.status)
        self.library = MemoryLibrary()
        topics = {"r": Topic("r", "Jazz"), "c": Topic("c", "Bebop", "r")}
        document = Map("m", "Jazz", "r", topics, explanations={each.key: each for each in explanations})
        self.session = MapSession(document, self.library, stored=False)

    async def ask(self, question: str = "Why?", options: Options = PLAIN) -> list[object]:
        return await everything(self.asking.ask(self.session, "c", question, options))


async def test_text_comes_as_it_grows_and_then_the_answer() -> None:
    rig = Rig()
    *deltas, answered = await rig.ask(" Why\n so fast? ")
    assert all(isinstance(each, TextDelta) for each in deltas)
    assert isinstance(answered, Answered)
    assert answered.text == ExplanationText("**Bebop**: Why so fast?")
    assert answered.question == "Why so fast?"
    assert rig.status.snapshot().engine == "gemini"
    assert not rig.library.shelves
    assert rig.session.next_undo is None
    assert rig.engine.closed == 1


async def test_the_request_says_where_it_is_asked() -> None:
    rig = Rig(told("Bebop is fast.", 1.0))
    options = Options("fr")
    parts = rig.asking.ask(
        rig.session, "c", "Why?", options, engine=EngineChoice.GEMINI, priority=Priority.LOW, fresh=True
    )
    await everything(parts)
    (request,) = rig.engine.asked
    assert (request.task, request.topic, request.path) == (Task.QUESTION, "Bebop", ("Jazz",))
    assert (request.question, request.context, request.options) == ("Why?", "Bebop is fast.", options)
    assert (request.engine, request.priority, request.fresh) == (EngineChoice.GEMINI, Priority.LOW, True)


async def test_the_explanation_that_is_read_goes_along_else_the_newest() -> None:
    rig = Rig(
        told("Old.", 1.0), told("Brief.", 2.0, detail=Detail.BRIEF), told("Long.", 3.0, detail=Detail.DETAILED)
    )
    await rig.ask()
    await rig.ask(options=Options(detail=Detail.BRIEF))
    await rig.ask(options=Options(language="fr"))
    assert [request.context for request in rig.engine.asked] == ["Old.", "Brief.", "Long."]


@pytest.mark.parametrize("question", ["", "  \n", "?!", "a\x00b", "\ud800 why", "x" * (QUESTION_MAX + 1)])
async def test_what_is_no_question_is_not_asked(question: str) -> None:
    rig = Rig()
    with pytest.raises(UserInputError) as error:
        await rig.ask(question)
    assert error.value.detail.endswith(".")
    assert not rig.engine.asked


async def test_questions_of_any_script_are_asked() -> None:
    rig = Rig()
    for question in ("なぜ？", "لماذا؟", "E = mc²?", "x" * QUESTION_MAX):
        await rig.ask(question)
    assert len(rig.engine.asked) == 4


async def test_waiting_is_told_elsewhere_and_beginning_again_here() -> None:
    rig = Rig()
    last = rig.engine.answer(ExplanationText("So."))
    rig.engine.plans["Bebop"] = [Queued(1, "m"), TextDelta("No"), Restarted("x"), TextDelta("So."), last]
    kinds = [type(each).__name__ for each in await rig.ask()]
    assert kinds == ["TextDelta", "Restarted", "TextDelta", "Answered"]


async def test_trouble_is_noted_and_raised() -> None:
    rig = Rig()
    rig.engine.troubles["Bebop"] = Offline("no")
    with pytest.raises(Offline):
        await rig.ask()
    assert rig.status.snapshot().last_error == "Offline"


async def test_the_atlas_is_not_asked_for_what_it_cannot_do() -> None:
    rig = Rig()
    with pytest.raises(UserInputError, match="answers no questions"):
        await everything(rig.asking.ask(rig.session, "c", "Why?", PLAIN, engine=EngineChoice.ATLAS))
    assert not rig.engine.asked
