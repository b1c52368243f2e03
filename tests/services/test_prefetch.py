"""Asking ahead: only when it is wanted, while there is plenty, and never in anybody's way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowalledge_desktop.core.errors import (
    AppError,
    BudgetReached,
    CircuitOpen,
    ContentBlocked,
    InvalidReply,
    KeyRejected,
    Offline,
    QuotaExhausted,
)
from knowalledge_desktop.core.graph import Change, Explanation, Map, PutExplanation, Rendering, Topic
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Gauge, Limits
from knowalledge_desktop.core.request import EngineChoice, Options, Priority, Queued, Request, Task, fingerprint
from knowalledge_desktop.core.settings import Ahead, Settings
from knowalledge_desktop.services.explain import explanation_request
from knowalledge_desktop.services.prefetch import MOST, PrefetchService
from knowalledge_desktop.services.quota import QuotaService
from knowalledge_desktop.services.status import Connection, StatusService
from tests.support.engines import PlannedEngine, Step, answer, parsed_explanation
from tests.support.fakes import FakeClock
from tests.support.limit_books import LimitBook

OPTIONS = Options()
CHILDREN = tuple(f"c{n}" for n in range(8))


def grown() -> Map:
    """A root with eight topics, the last of which has one below it."""
    topics = {"root": Topic("root", "Jazz")}
    topics |= {c: Topic(c, f"Branch {c}", "root", float(n)) for n, c in enumerate(CHILDREN)}
    topics["below"] = Topic("below", "Below", "c7")
    return Map("m", "Jazz", "root", topics)


class Bench:
    """The service around a planned engine, with limits and a key that a test decides."""

    def __init__(self, *plans: list[Step], ahead: Ahead = Ahead.TEXTS) -> None:
        self.settings = Settings(ahead=ahead)
        self.engine = PlannedEngine(*(plans or ([answer(parsed_explanation())],)))
        self.book = LimitBook(lambda bucket: Limits(rpm=10, rpd=100))
        self.line: tuple[tuple[Request, Queued], ...] = ()
        self.key = True
        self.status = StatusService()
        quota = QuotaService(
            self.book, lambda: self.settings, FakeClock(), board=lambda: self.line, changed=lambda: None
        )
        self.service = PrefetchService(self.engine, lambda: self.settings, self.status, quota, self._has_key)

    async def _has_key(self) -> bool:
        return self.key

    async def fetch(self, *topic_ids: str) -> list[str]:
        await self.service.fetch(grown(), topic_ids or CHILDREN)
        return [request.topic for request in self.engine.asked]


async def test_texts_are_asked_ahead_as_the_click_will_ask_for_them() -> None:
    bench = Bench()
    assert await bench.service.fetch(grown(), CHILDREN) == MOST
    assert [request.topic for request in bench.engine.asked] == [f"Branch c{n}" for n in range(MOST)]
    first = bench.engine.asked[0]
    assert (first.task, first.priority, first.engine) == (Task.EXPLANATION, Priority.LOW, EngineChoice.GEMINI)
    clicked = explanation_request(grown(), "c0", OPTIONS, engine=EngineChoice.AUTO, priority=Priority.HIGH)
    assert fingerprint(first, "p@1") == fingerprint(clicked, "p@1")


async def test_subtopics_are_asked_ahead_where_there_are_none() -> None:
    bench = Bench(ahead=Ahead.SUBTOPICS)
    assert await bench.fetch("c7", "c6", "gone") == ["Branch c6"]
    (request,) = bench.engine.asked
    assert (request.task, request.path, len(request.siblings)) == (Task.SUBTOPICS, ("Jazz",), 7)


async def test_what_the_map_has_is_not_asked_for() -> None:
    bench = Bench()
    kept = Explanation("c0", Rendering.of(OPTIONS), "Text.", (), (), answer(parsed_explanation()).provenance)
    document = grown().apply(Change((PutExplanation(None, kept),)))
    await bench.service.fetch(document, ("c0", "c1"))
    assert [request.topic for request in bench.engine.asked] == ["Branch c1"]


@pytest.mark.parametrize("why", ["off", "atlas", "no key", "offline", "in line"])
async def test_nothing_is_asked(why: str) -> None:
    bench = Bench()
    match why:
        case "off":
            bench.settings = replace(bench.settings, ahead=Ahead.OFF)
        case "atlas":
            bench.settings = replace(bench.settings, engine=EngineChoice.ATLAS)
        case "no key":
            bench.key = False
        case "offline":
            bench.status.note_error(Offline("x"))
        case _:
            bench.line = ((Request(Task.EXPLANATION, "DNA"), Queued(1, "model-x")),)
    assert await bench.fetch() == []


def test_it_is_off_unless_somebody_wants_it() -> None:
    assert Settings().ahead is Ahead.OFF


@pytest.mark.parametrize(
    ("metric", "limit", "used", "asks"),
    [
        (Metric.RPM, 10, 8, True),
        (Metric.RPM, 10, 9, False),
        (Metric.TPD, 1000, 801, False),
        (Metric.DAY_BUDGET, 1000, 801, False),
        (Metric.MONTH_BUDGET, 0, 0, False),
    ],
)
async def test_above_four_fifths_of_any_limit_nothing_is_asked(
    metric: Metric, limit: int, used: int, asks: bool
) -> None:
    bench = Bench()
    bench.book.more[metric] = Gauge(metric, limit, used)
    assert bool(await bench.fetch()) is asks


async def test_what_google_refuses_is_left_alone() -> None:
    bench = Bench()
    bench.book.more[Metric.RPM] = Gauge(Metric.RPM, 10, 1, blocked_until=FakeClock().now() + 30)
    assert await bench.fetch() == []


async def test_it_looks_before_each_request() -> None:
    bench = Bench()

    class Filling(PlannedEngine):
        def ask(self, request: Request):  # noqa: ANN202 - an async generator
            bench.book.more[Metric.RPD] = Gauge(Metric.RPD, 100, 79 + len(self.asked) + 1)
            return super().ask(request)

    bench.service._engine = bench.engine = Filling([answer(parsed_explanation())])
    assert len(await bench.fetch()) == 2


@pytest.mark.parametrize(
    "error",
    [
        BudgetReached("day"),
        QuotaExhausted("rpm"),
        Offline("x"),
        CircuitOpen("text", until=1.0),
        KeyRejected("400"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_the_first_refusal_ends_it_without_a_word(error: AppError) -> None:
    bench = Bench([error])
    assert len(await bench.fetch()) == 1
    offline = bench.status.snapshot().connection is Connection.OFFLINE
    assert offline is isinstance(error, Offline)


async def test_a_topic_that_is_declined_does_not_keep_the_others_from_being_asked() -> None:
    fine: list[Step] = [answer(parsed_explanation())]
    bench = Bench([ContentBlocked("SAFETY")], [InvalidReply("x")], fine)
    assert await bench.service.fetch(grown(), CHILDREN) == MOST - 2
