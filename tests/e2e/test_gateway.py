"""The gateway, wired as the program wires it, against a service with hidden limits."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import aclosing, closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.bootstrap import Overrides
from knowalledge_desktop.core.errors import BudgetReached, CircuitOpen, ModelUnavailable, QuotaExhausted
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Budget, Limits
from knowalledge_desktop.core.request import (
    EngineChoice,
    Options,
    Request,
    Restarted,
    SubstituteKind,
    Task,
    TextDelta,
)
from knowalledge_desktop.core.sentences import one_line
from knowalledge_desktop.services.explain import Explained
from knowalledge_desktop.services.explore import Grown
from tests.support.gateway import AheadClock, environ, explained, program, spoken
from tests.support.limits_count import HiddenLimits, mean_latency, refusals, served, utilisation, worst_window
from tests.support.limits_server import LimitsServer

TOLD_AT_ONCE = 200


@pytest.fixture
def long(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--long"))


# --- limits that are known ----------------------------------------------------------------------------------


async def test_known_limits_are_never_passed_and_well_used(tmp_path: Path, *, long: bool) -> None:
    minute_s, rpm, topics = (60.0, 10, 30) if long else (1.2, 6, 18)
    hidden = HiddenLimits(rpm=rpm)
    with LimitsServer(hidden, minute_s=minute_s, latency=(0.02, 0.06)) as server:
        told = environ(tmp_path / "home", server.url)
        lengths = Overrides(minute_s=minute_s)
        async with program(told, lengths, limits=Limits(rpm=rpm)) as services, asyncio.TaskGroup() as group:
            for n in range(topics):
                group.create_task(explained(services, f"Topic {n}"))
        log = server.log
    worst = worst_window(log, minute_s)
    use = utilisation(log, hidden, mean_latency(log), minute_s=minute_s)
    print(f"\n{topics} at {rpm} in {minute_s:g} s: worst window {worst}, use {use.share:.3f} of the limit")
    assert not refusals(log)
    assert len(served(log)) == topics
    assert worst <= rpm
    assert use.share >= (0.85 if long else 0.4)  # in a short minute each turn of the loop weighs more


# --- equal requests -----------------------------------------------------------------------------------------


async def test_200_equal_requests_whose_leader_leaves_are_one_call(tmp_path: Path) -> None:
    with LimitsServer(HiddenLimits(), latency=(1.5, 1.5)) as server:
        async with program(environ(tmp_path / "home", server.url)) as services:
            session = services.explore.new_map("Tides")

            async def ask() -> tuple[Grown, ...]:
                steps = services.explore.expand(
                    session, session.map.root_id, Options(), engine=EngineChoice.GEMINI
                )
                async with aclosing(steps):
                    return tuple([step async for step in steps])

            async with asyncio.TaskGroup() as group:
                leader = group.create_task(ask())
                others = [group.create_task(ask()) for _ in range(TOLD_AT_ONCE - 1)]
                await asyncio.to_thread(server.wait_for, 1)
                leader.cancel()
            answers = [other.result() for other in others]
        assert leader.cancelled()
        assert len(answers) == TOLD_AT_ONCE - 1
        assert len({grown.answer.content for (grown,) in answers}) == 1
        assert len(session.map.children(session.map.root_id)) == Options().count
        assert len(server.log) == 1


# --- limits that are not known ------------------------------------------------------------------------------


async def test_the_first_429_is_the_last(tmp_path: Path) -> None:
    minute_s = 2.0
    lengths = Overrides(minute_s=minute_s)
    with LimitsServer(HiddenLimits(rpm=3), minute_s=minute_s, latency=(0.01, 0.03)) as server:
        told = environ(tmp_path / "home", server.url)
        async with program(told, lengths) as services:
            for n in range(3):
                await explained(services, f"Topic {n}")
            with pytest.raises(QuotaExhausted) as caught:
                await explained(services, "Topic 3")
            error = caught.value
            assert (error.quota_id, error.limit, error.model) == ("rpm", 3, server.log[0].model)
            assert error.until is not None
            assert "3 requests a minute" in one_line(error, services.now())
        async with program(told, lengths) as services:  # another start knows it still
            gauge = (await services.quota.report()).gauge(Metric.RPM)
            assert gauge is not None
            assert (gauge.limit, gauge.learned) == (3, True)
            assert gauge.blocked_until == pytest.approx(error.until)
            async with asyncio.TaskGroup() as group:
                for n in range(3, 9):
                    group.create_task(explained(services, f"Topic {n}"))
        log = server.log
    [refused] = refusals(log)
    after = [entry.at for entry in log if entry.number > refused.number]
    print(
        f"\nrefused at 0, free at {error.until - refused.at:.2f} s, next request at {after[0] - refused.at:.2f} s"
    )
    assert min(after) >= error.until
    assert len(served(log)) == 9
    assert worst_window(served(log), minute_s) <= 3


@pytest.mark.parametrize("bare", [False, True], ids=["no figure", "nothing at all"])
async def test_a_429_that_says_little_is_still_the_last(tmp_path: Path, *, bare: bool) -> None:
    minute_s = 1.0
    server = LimitsServer(
        HiddenLimits(rpm=3), minute_s=minute_s, latency=(0.01, 0.03), with_quota_value=False, bare_429=bare
    )
    with server:
        async with program(environ(tmp_path / "home", server.url), Overrides(minute_s=minute_s)) as services:
            for n in range(3):
                await explained(services, f"Topic {n}")
            with pytest.raises(QuotaExhausted) as caught:
                await explained(services, "Topic 3")
            assert (caught.value.quota_id, caught.value.limit) == ("rpm", 3)
            async with asyncio.TaskGroup() as group:
                for n in range(3, 9):
                    group.create_task(explained(services, f"Topic {n}"))
        log = server.log
    [refused] = refusals(log)
    assert caught.value.until is not None
    assert min(entry.at for entry in log if entry.number > refused.number) >= caught.value.until
    assert len(served(log)) == 9


async def test_after_a_429_came_nothing_more_is_let_through_though_many_ask(tmp_path: Path) -> None:
    minute_s, askers = 1.5, 16
    heard: list[float] = []
    with LimitsServer(HiddenLimits(rpm=5), minute_s=minute_s, latency=(0.1, 0.2)) as server:
        home = tmp_path / "home"
        async with program(environ(home, server.url), Overrides(minute_s=minute_s)) as services:

            async def ask(n: int) -> Explained | QuotaExhausted:
                await asyncio.sleep(0.03 * n)
                try:
                    return await explained(services, f"Topic {n}")
                except QuotaExhausted as error:
                    heard.append(services.now())
                    return error

            ends = await asyncio.gather(*(ask(n) for n in range(askers)))
        log = server.log
    refused = [end for end in ends if isinstance(end, QuotaExhausted)]
    until = min(error.until or 0.0 for error in refused)
    [path] = home.rglob("ledger.db")
    with closing(sqlite3.connect(path)) as ledger:  # what left the queue and when, however slow the way was
        admitted = [row[0] for row in ledger.execute("SELECT admitted FROM live ORDER BY admitted")]
    assert len(admitted) == len(log) == askers
    assert not [at for at in admitted if min(heard) < at < until]
    assert sum(at < min(heard) for at in admitted) == 5 + len(refused)
    print(f"\n{askers} askers: refused {len(refused)}, all of them on their way at the first refusal")
    assert len(refused) == len(refusals(log))


async def test_a_substitute_for_a_refused_day_names_why(tmp_path: Path) -> None:
    with LimitsServer(HiddenLimits(rpd=1), latency=(0.01, 0.03)) as server:
        async with program(environ(tmp_path / "home", server.url)) as services:
            await explained(services, "Light")
            for _ in range(3):
                found = await explained(services, "Physics", EngineChoice.AUTO)
                assert found.answer.substitute is not None
                assert found.answer.substitute.kind is SubstituteKind.ATLAS
                assert found.answer.substitute.because == "QuotaExhausted"
        assert [entry.status for entry in server.log] == [200, 429]


# --- money --------------------------------------------------------------------------------------------------


async def test_what_would_pass_a_budget_of_5_cents_is_not_sent(tmp_path: Path) -> None:
    text = "**Tides** rise and fall twice a day. " + "The Moon draws the water after it. " * 20
    with LimitsServer(HiddenLimits(), latency=(0.01, 0.03)) as server:
        server.enqueue(*[spoken(text, output_tokens=2800)] * 20)  # dear ones, so that few are enough
        async with program(environ(tmp_path / "home", server.url)) as services:
            await services.quota.set_budget(Budget(day_micro=50_000))
            sent = 0

            async def spend() -> None:
                nonlocal sent
                while True:
                    await explained(services, f"Topic {sent}")
                    sent += 1

            with pytest.raises(BudgetReached) as caught:
                await spend()
            demand = services.tariffs.demand(Request(Task.EXPLANATION, f"Topic {sent}"))
            spent = sum(row.cost_micro for row in await services.quota.spend())
            assert await services.quota.warnings()
            sentence = one_line(caught.value, services.now())
        assert len(server.log) == sent
    print(f"\n{sent} requests for {spent} of 50000 micro-dollars; the next might have cost {demand.cost_micro}")
    assert sent > 1
    assert spent <= 50_000 < spent + demand.cost_micro
    assert "budget" in sentence.lower()


async def test_a_budget_is_not_taken_for_spent_by_what_is_still_on_its_way(tmp_path: Path) -> None:
    with LimitsServer(HiddenLimits(), latency=(0.05, 0.15)) as server:
        async with program(environ(tmp_path / "home", server.url)) as services:
            await services.quota.set_budget(Budget(day_micro=50_000))
            # At their most these would cost three times the budget, really they cost a third of it.
            async with asyncio.TaskGroup() as group:
                for n in range(20):
                    group.create_task(explained(services, f"Topic {n}"))
            spent = sum(row.cost_micro for row in await services.quota.spend())
        assert len(server.log) == 20
    assert spent <= 50_000


# --- a service that is down ---------------------------------------------------------------------------------


async def test_a_service_that_is_down_is_left_alone_and_then_probed_once(tmp_path: Path) -> None:
    clock = AheadClock()
    with LimitsServer(HiddenLimits(), latency=(0.01, 0.03)) as server:
        server.failing = 503
        told = environ(tmp_path / "home", server.url)
        async with program(told, Overrides(clock=clock)) as services:
            for n in range(2):  # two people's worth of tries: the sixth is not sent any more
                with pytest.raises((ModelUnavailable, CircuitOpen)):
                    await explained(services, f"Topic {n}")
            assert len(server.log) == 5
            for seconds in (0.0, 30.0, 29.0):
                clock.advance(seconds)
                with pytest.raises(CircuitOpen):
                    await explained(services, "Topic 2")
            assert len(server.log) == 5
            clock.advance(2.0)
            server.failing, server.latency = None, (2.0, 2.0)  # all 20 come while the probe is out
            callers = [explained(services, f"Other {n}") for n in range(20)]
            ends = await asyncio.gather(*callers, return_exceptions=True)
            kinds = [type(end) for end in ends]
            assert (kinds.count(Explained), kinds.count(CircuitOpen)) == (1, 19)
            assert len(server.log) == 6
            server.latency = (0.01, 0.03)
            await explained(services, "Once more")
        assert len(server.log) == 7


async def test_a_clock_that_is_set_back_an_hour_keeps_nothing_shut_and_no_limit_open(tmp_path: Path) -> None:
    clock, minute_s = AheadClock(), 1.5
    with LimitsServer(HiddenLimits(rpm=2), minute_s=minute_s, latency=(0.01, 0.03)) as server:
        told = environ(tmp_path / "home", server.url)
        lengths = Overrides(clock=clock, minute_s=minute_s)
        async with program(told, lengths, limits=Limits(rpm=2)) as services:
            for n in range(6):
                await explained(services, f"Topic {n}")
                if n == 1:
                    clock.wrong_by_s = -3600.0
        assert not refusals(server.log)
        assert worst_window(server.log, minute_s) <= 2


async def test_a_circuit_rests_a_minute_though_the_clock_is_set_back(tmp_path: Path) -> None:
    clock = AheadClock()
    with LimitsServer(HiddenLimits(), latency=(0.01, 0.03)) as server:
        server.failing = 503
        async with program(environ(tmp_path / "home", server.url), Overrides(clock=clock)) as services:
            for n in range(2):
                with pytest.raises((ModelUnavailable, CircuitOpen)):
                    await explained(services, f"Topic {n}")
            server.failing, clock.wrong_by_s = None, -3600.0
            with pytest.raises(CircuitOpen) as caught:
                await explained(services, "Topic 2")
            assert 0 < caught.value.until - services.now() <= 60
            clock.advance(61.0)
            await explained(services, "Topic 2")
        assert len(server.log) == 6


# --- failures that pass -------------------------------------------------------------------------------------


async def test_each_try_is_counted(tmp_path: Path) -> None:
    with LimitsServer(HiddenLimits(), latency=(0.01, 0.03)) as server:
        server.fail_next(503, 2)
        async with program(environ(tmp_path / "home", server.url), limits=Limits(rpm=100, rpd=100)) as services:
            assert (await explained(services, "Tides")).explanation.markdown
            report = await services.quota.report()
            used = {metric: gauge.used for metric in Metric if (gauge := report.gauge(metric))}
            spent = await services.quota.spend()
        assert [entry.status for entry in server.log] == [503, 503, 200]
    assert (used[Metric.RPM], used[Metric.RPD]) == (3, 3)
    assert sum(row.requests for row in spent) == 3


async def test_an_answer_that_breaks_off_begins_again(tmp_path: Path) -> None:
    text = "**Tides** rise and fall twice a day. " + "The Moon draws the water after it. " * 12
    with LimitsServer(HiddenLimits(), latency=(0.01, 0.03)) as server:
        server.enqueue(replace(spoken(text), cut=3))
        shown: list[Any] = []
        async with program(environ(tmp_path / "home", server.url), limits=Limits(rpm=100)) as services:
            found = await explained(services, "Tides", shown=shown)
            gauge = (await services.quota.report()).gauge(Metric.RPM)
        assert len(server.log) == 2
    restart = next(n for n, part in enumerate(shown) if isinstance(part, Restarted))
    assert any(isinstance(part, TextDelta) for part in shown[:restart])
    rest = "".join(part.text for part in shown[restart + 1 :] if isinstance(part, TextDelta))
    assert rest.strip() == found.explanation.markdown.strip()
    assert found.explanation.markdown.rstrip().endswith("harbour town.")
    assert gauge is not None
    assert gauge.used == 2


async def test_who_leaves_before_being_sent_costs_nothing(tmp_path: Path) -> None:
    with LimitsServer(HiddenLimits(), latency=(0.01, 0.03)) as server:
        async with program(environ(tmp_path / "home", server.url), limits=Limits(rpm=1)) as services:
            await explained(services, "Tides")
            waiting = asyncio.ensure_future(explained(services, "Waves"))
            while not services.quota.waiting():  # noqa: ASYNC110 - the board is looked at, it tells nobody
                await asyncio.sleep(0)
            [(request, state)] = services.quota.waiting()
            assert (request.topic, state.metric) == ("Waves", "rpm")
            waiting.cancel()
            with suppress(asyncio.CancelledError):
                await waiting
            gauge = (await services.quota.report()).gauge(Metric.RPM)
        assert waiting.cancelled()
        assert gauge is not None
        assert gauge.used == 1
        assert len(server.log) == 1
