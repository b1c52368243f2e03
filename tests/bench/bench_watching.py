"""What it costs to be watched: traces and numbers on and off, over an engine that takes 300 ms, in turns."""

from __future__ import annotations

import statistics
from collections.abc import AsyncGenerator, Callable
from time import perf_counter

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.metrics import PrometheusMetrics
from knowalledge_desktop.adapters.otlp import Otlp
from knowalledge_desktop.core.ports import Engine
from knowalledge_desktop.core.request import EngineChoice, Part, Request, Task
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.resilience.keys import key_maker
from knowalledge_desktop.resilience.stack import build_stack
from knowalledge_desktop.resilience.traced import Tracing
from tests.support.engines import PROSE, explanation_parts, spawn, told
from tests.support.fakes import MemoryCache, MemoryLibrary
from tests.support.gates import NoLocks, open_gate

pytestmark = pytest.mark.bench

ANSWER_S = 0.3
ROUNDS = 200
MOST = 0.01


class ReadyEngine:
    """Answers at once: what is measured is all around it."""

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        for part in explanation_parts(PROSE):
            yield part


def stack(metrics: PrometheusMetrics, tracing: Tracing | None) -> Engine:
    clock = SystemClock()
    key = key_maker(lambda request: f"{request.task}@1", Settings)
    return build_stack(
        ReadyEngine(),
        ReadyEngine(),
        cache=MemoryCache(),
        library=MemoryLibrary(),
        metrics=metrics,
        clock=clock,
        key=key,
        gate=open_gate(clock, key),
        locks=NoLocks(),
        settings=Settings,
        spawn=spawn,
        tracing=tracing,
    )


async def test_being_watched_costs_at_most_a_hundredth_of_an_answer(
    record_property: Callable[[str, object], None],
) -> None:
    otlp = Otlp.over(
        BatchSpanProcessor(InMemorySpanExporter()), InMemoryMetricReader(), version="1", settings=Settings
    )
    kinds = {
        "off": stack(PrometheusMetrics(on=False), None),
        "numbers": stack(PrometheusMetrics(on=True), None),
        "traces": stack(PrometheusMetrics(on=True), Tracing(otlp)),
    }
    took: dict[str, list[float]] = {name: [] for name in kinds}
    for n in range(ROUNDS):
        for name, engine in kinds.items():
            begun = perf_counter()
            await told(engine, Request(Task.EXPLANATION, f"Topic {n}", engine=EngineChoice.GEMINI))
            took[name].append(perf_counter() - begun)
    await otlp.aclose()
    middle = {name: statistics.median(seconds) for name, seconds in took.items()}
    shares = {name: (middle[name] - middle["off"]) / ANSWER_S for name in ("numbers", "traces")}
    for name, share in shares.items():
        record_property(f"{name} of a 300 ms answer", share)
    print("\n" + ", ".join(f"{name} {seconds * 1e3:.3f} ms" for name, seconds in middle.items()), shares)
    assert max(shares.values()) <= MOST
