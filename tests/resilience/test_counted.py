"""Big requests are counted by the service before they are reserved, once."""

from __future__ import annotations

import pytest

from knowalledge_desktop.core.circuit import Family
from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import AppError, CircuitOpen, ModelUnavailable, Offline, QuotaExhausted
from knowalledge_desktop.core.payload import TokenCount
from knowalledge_desktop.core.quota import Bucket, Demand, Used
from knowalledge_desktop.core.request import Answer, Request, Task, fingerprint
from knowalledge_desktop.resilience.admitted import Admitted, Gate, Tariff
from knowalledge_desktop.resilience.breaker import Breaker, Circuits
from knowalledge_desktop.resilience.counted import BIG_TOKENS, Counted
from knowalledge_desktop.resilience.retrying import Retrying
from tests.support.engines import PlannedEngine, Step, answer, subtopics_answer, told
from tests.support.fakes import FakeClock
from tests.support.ledgers import PlannedLedger

ASK = Request(Task.SUBTOPICS, "DNA", model="model-x")
PICTURE = Picture.of("image/png", b"x", 10, 10)
BIG = 30_000


class Bench:
    """The inner half of the stack around an engine, with the estimate that a test names."""

    def __init__(self, estimate: int, *plans: list[Step]) -> None:
        clock = FakeClock()
        self.engine = PlannedEngine(*plans, [subtopics_answer()])
        self.ledger = PlannedLedger(clock)
        self.circuits = Circuits(clock)
        tariff = Tariff(
            lambda request: Bucket("default", request.model),
            lambda request: Demand(request.counted or estimate),
            lambda request, answer: Used(answer.usage.prompt_tokens),
        )
        gate = Gate(self.ledger, self.circuits, tariff, clock, key=lambda request: request.topic)
        inner = Breaker(Admitted(self.engine, gate=gate, clock=clock), circuits=self.circuits)
        self.stack = Counted(Retrying(inner, clock=clock), demand=tariff.demand)

    async def reserved(self, request: Request = ASK) -> list[int]:
        assert isinstance((await told(self.stack, request))[-1], Answer)
        return [demand.tokens for _, demand, _ in self.ledger.reserved.values()]

    @property
    def tasks(self) -> list[Task]:
        return [request.task for request in self.engine.asked]


def count(tokens: int) -> list[Step]:
    return [answer(TokenCount(tokens))]


async def test_a_small_request_is_reserved_by_its_estimate_alone() -> None:
    bench = Bench(BIG_TOKENS - 1)
    assert await bench.reserved() == [BIG_TOKENS - 1]
    assert bench.tasks == [Task.SUBTOPICS]


@pytest.mark.parametrize("exact", [9_000, 44_000])
async def test_a_big_one_is_reserved_by_the_count_of_the_service(exact: int) -> None:
    bench = Bench(BIG, count(exact))
    assert await bench.reserved() == [exact]
    counting, asking = bench.engine.asked
    assert (counting.task, counting.of, counting.model) == (Task.COUNT_TOKENS, ASK, "model-x")
    assert (asking.task, asking.counted) == (Task.SUBTOPICS, exact)


async def test_a_picture_is_counted_whatever_its_estimate() -> None:
    bench = Bench(1_200, count(700))
    assert await bench.reserved(Request(Task.IMAGE_TOPIC, image=PICTURE)) == [700]


@pytest.mark.parametrize(
    "error", [Offline("x"), ModelUnavailable("503"), QuotaExhausted("429")], ids=lambda e: type(e).__name__
)
async def test_what_cannot_be_counted_is_reserved_by_its_estimate(error: AppError) -> None:
    bench = Bench(BIG, [error])
    assert await bench.reserved() == [BIG]
    assert bench.tasks == [Task.COUNT_TOKENS, Task.SUBTOPICS]  # the count is not tried again
    assert bench.ledger.learnt == []  # nor does its refusal say anything of generating


@pytest.mark.parametrize("plan", [count(0), count(100), [subtopics_answer()]], ids=["0", "100", "no count"])
async def test_a_count_that_cannot_be_is_not_believed(plan: list[Step]) -> None:
    assert await Bench(BIG, plan).reserved() == [BIG]


async def test_a_request_is_counted_once_however_often_it_is_tried() -> None:
    bench = Bench(BIG, count(9_000), [ModelUnavailable("503")], [ModelUnavailable("503")])
    assert await bench.reserved() == [9_000] * 3
    assert bench.tasks == [Task.COUNT_TOKENS, *[Task.SUBTOPICS] * 3]


async def test_counting_that_fails_again_and_again_is_left_alone_and_shuts_no_text_out() -> None:
    bench = Bench(BIG, *[[Offline("x")], [subtopics_answer()]] * 5)
    for _ in range(6):
        await told(bench.stack, ASK)
    assert bench.tasks.count(Task.COUNT_TOKENS) == 5
    assert bench.tasks.count(Task.SUBTOPICS) == 6
    with pytest.raises(CircuitOpen):
        bench.circuits.check(Task.COUNT_TOKENS)
    assert bench.circuits.states()[Family.TEXT] == "closed"


@pytest.mark.parametrize("task", [Task.LIST_MODELS, Task.TEST_KEY, Task.COUNT_TOKENS])
async def test_what_no_limit_counts_is_not_counted(task: Task) -> None:
    bench = Bench(BIG)
    await told(bench.stack, Request(task))
    assert bench.tasks == [task]
    assert bench.ledger.reserved == {}


def test_the_count_names_no_other_question_and_what_is_counted_does() -> None:
    counted = Request(Task.SUBTOPICS, "DNA", model="model-x", counted=5)
    assert fingerprint(counted, "p@1") == fingerprint(ASK, "p@1")
    names = {fingerprint(Request(Task.COUNT_TOKENS, of=Request(Task.SUBTOPICS, t)), "") for t in ("a", "b")}
    assert len(names) == 2
