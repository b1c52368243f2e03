from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.circuit import RULES, Circuit, CircuitRule, CircuitState, Family, family_of
from knowalledge_desktop.core.request import Task

RULE = CircuitRule(3, 60.0)


def opened(now: float = 0.0) -> Circuit:
    circuit = Circuit(RULE)
    for _ in range(RULE.failures):
        ticket = circuit.enter(now)
        assert ticket is not None
        circuit.fail(ticket, now)
    assert circuit.state(now) is CircuitState.OPEN
    return circuit


def test_opens_after_failures_in_a_row_only() -> None:
    circuit = Circuit(RULE)
    for _ in range(5):
        for _ in range(RULE.failures - 1):
            circuit.fail(circuit.enter(0.0), 0.0)
        circuit.succeed(circuit.enter(0.0))
    assert circuit.state(0.0) is CircuitState.CLOSED


def test_open_lets_nothing_through_until_it_has_rested() -> None:
    circuit = opened()
    assert circuit.enter(59.9) is None
    assert circuit.opens_at(10.0) == 60.0
    assert circuit.state(60.0) is CircuitState.HALF_OPEN
    assert circuit.opens_at(60.0) is None


def test_half_open_lets_exactly_one_of_twenty_through() -> None:
    circuit = opened()
    passes = [circuit.enter(61.0) for _ in range(20)]
    assert sum(each is not None for each in passes) == 1
    circuit.succeed(next(each for each in passes if each is not None))
    assert circuit.state(61.0) is CircuitState.CLOSED


def test_a_failed_probe_begins_another_rest_and_a_cancelled_one_frees_the_place() -> None:
    circuit = opened()
    circuit.fail(circuit.enter(61.0), 62.0)
    assert circuit.opens_at(62.0) == 122.0
    probe = circuit.enter(122.0)
    circuit.leave(probe)
    assert circuit.enter(122.0) is not None


def test_late_news_of_calls_from_before_change_nothing_while_it_rests() -> None:
    circuit = Circuit(RULE)
    late = [circuit.enter(0.0) for _ in range(6)]
    for ticket in late[:3]:
        circuit.fail(ticket, 1.0)
    circuit.succeed(late[3])
    circuit.fail(late[4], 30.0)
    assert circuit.opens_at(30.0) == 61.0


@given(st.lists(st.tuples(st.sampled_from("efslw"), st.floats(0, 50)), max_size=60))
def test_never_two_probes_at_once_and_never_stuck(steps: list[tuple[str, float]]) -> None:
    circuit, now = Circuit(RULE), 0.0
    out: list[object] = []
    for act, seconds in steps:
        now += seconds
        state = circuit.state(now)
        if act == "e":
            ticket = circuit.enter(now)
            if ticket is not None:
                out.append(ticket)
            if state is CircuitState.HALF_OPEN:
                assert ticket is not None
                assert circuit.enter(now) is None
        elif act != "w" and out:
            ticket = out.pop(0)
            if act == "f":
                circuit.fail(ticket, now)
            elif act == "s":
                circuit.succeed(ticket)
            else:
                circuit.leave(ticket)
    for ticket in out:
        circuit.leave(ticket)
    assert circuit.enter(now + RULE.rest_s + 1) is not None


@pytest.mark.parametrize("task", list(Task))
def test_every_task_has_a_family_with_a_rule(task: Task) -> None:
    assert family_of(task) in RULES
    assert RULES[Family.IMAGE] == CircuitRule(3, 120.0)
