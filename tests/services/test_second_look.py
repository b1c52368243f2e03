"""A second look: one request for a text, only when it is set, and its word only lowers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowalledge_desktop.core.content import Claim, ClaimState, Provenance
from knowalledge_desktop.core.errors import AppError, BudgetReached, InvalidReply, Offline
from knowalledge_desktop.core.graph import Change, Explanation, Map, PutExplanation, Rendering, Topic
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.payload import Verdict, Verdicts
from knowalledge_desktop.core.quota import Gauge, Limits
from knowalledge_desktop.core.request import EngineChoice, Options, Priority, Task
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.services.quota import QuotaService
from knowalledge_desktop.services.second_look import SecondLookService
from knowalledge_desktop.services.session import MapSession
from tests.support.engines import PlannedEngine, Step, answer
from tests.support.fakes import FakeClock, MemoryLibrary
from tests.support.limit_books import LimitBook

CLAIMS = (Claim("One."), Claim("Two.", ClaimState.DISPUTED, note="1 / 2"), Claim("Three."))
TEXT = Explanation(
    "root", Rendering.of(Options()), "One. Two. Three.", CLAIMS, (), Provenance("gemini", "model-x")
)
DOUBT: list[Step] = [answer(Verdicts(((1, Verdict.AGREE), (2, Verdict.CONTRADICT))))]


class Bench:
    """The service, and a session whose root has the text."""

    def __init__(self, plan: list[Step] = DOUBT, text: Explanation = TEXT) -> None:
        self.settings = Settings(second_look=True)
        self.engine = PlannedEngine(plan)
        self.book = LimitBook(lambda bucket: Limits(rpm=10))
        self.key = True
        document = Map("m", "Jazz", "root", {"root": Topic("root", "Jazz")})
        document = document.apply(Change((PutExplanation(None, text),)))
        self.session = MapSession(document, MemoryLibrary(), stored=False)
        self.text = text
        quota = QuotaService(self.book, lambda: self.settings, FakeClock(), board=tuple, changed=lambda: None)
        self.service = SecondLookService(self.engine, lambda: self.settings, quota, self._has_key)

    async def _has_key(self) -> bool:
        return self.key

    async def states(self) -> list[ClaimState]:
        await self.service.look(self.session, self.text)
        return [claim.state for claim in self.session.map.explanations[self.text.key].claims]


async def test_what_the_model_does_not_hold_to_is_marked_and_can_be_undone() -> None:
    bench = Bench()
    assert await bench.states() == [ClaimState.UNCHECKED, ClaimState.DISPUTED, ClaimState.UNSURE]
    (request,) = bench.engine.asked
    assert (request.task, request.priority, request.engine) == (
        Task.SECOND_LOOK,
        Priority.LOW,
        EngineChoice.GEMINI,
    )
    assert request.statements == ("One.", "Three.")
    await bench.session.undo()
    assert bench.session.map.explanations[TEXT.key] == TEXT


async def test_when_it_agrees_nothing_changes() -> None:
    bench = Bench([answer(Verdicts(((1, Verdict.AGREE), (2, Verdict.AGREE))))])
    assert ClaimState.UNSURE not in await bench.states()
    assert bench.session.next_undo is None


@pytest.mark.parametrize("why", ["off", "atlas", "atlas's text", "no key", "busy", "nothing open", "gone"])
async def test_nothing_is_asked(why: str) -> None:
    bench = Bench()
    match why:
        case "off":
            bench.settings = replace(bench.settings, second_look=False)
        case "atlas":
            bench.settings = replace(bench.settings, engine=EngineChoice.ATLAS)
        case "atlas's text":
            bench = Bench(text=replace(TEXT, provenance=Provenance("atlas")))
        case "no key":
            bench.key = False
        case "busy":
            bench.book.more[Metric.RPD] = Gauge(Metric.RPD, 100, 81)
        case "nothing open":
            bench = Bench(text=replace(TEXT, claims=CLAIMS[1:2]))
        case _:
            await bench.service.look(bench.session, replace(TEXT, topic_id="gone"))
            assert bench.engine.asked == []
            return
    await bench.states()
    assert bench.engine.asked == []


def test_it_is_off_unless_somebody_wants_it() -> None:
    assert Settings().second_look is False


@pytest.mark.parametrize(
    "error", [Offline("x"), BudgetReached("day"), InvalidReply("x")], ids=lambda e: type(e).__name__
)
async def test_without_verdicts_the_sentences_stay_unchecked(error: AppError) -> None:
    bench = Bench([error])
    assert await bench.states() == [claim.state for claim in CLAIMS]


async def test_verdicts_on_a_text_that_was_written_anew_are_dropped_and_an_opinion_is_kept() -> None:
    other = replace(TEXT, markdown="Another.", claims=(Claim("Another."),))
    bench = Bench(text=other)
    bench.text = TEXT
    assert await bench.states() == [ClaimState.UNCHECKED]
