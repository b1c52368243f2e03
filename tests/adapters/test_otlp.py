"""Traces and numbers of OpenTelemetry: names of the conventions, no text of anybody, a real receiver."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from knowalledge_desktop.adapters.otlp import Otlp
from knowalledge_desktop.core.errors import Offline, UserInputError
from knowalledge_desktop.core.otlp_address import endpoint
from knowalledge_desktop.core.ports import Engine
from knowalledge_desktop.core.request import EngineChoice, Queued, Request, Restarted, Task
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.resilience.keys import key_maker
from knowalledge_desktop.resilience.stack import build_stack
from knowalledge_desktop.resilience.traced import Tracing
from tests.support.engines import PROSE, CountedMetrics, PlannedEngine, explanation_parts, spawn, told
from tests.support.fakes import FakeClock, MemoryCache, MemoryLibrary
from tests.support.gates import NoLocks, open_gate

TOPIC = "A topic that nobody else may read"
EXPLAIN = Request(Task.EXPLANATION, TOPIC, ("Its parent",), engine=EngineChoice.GEMINI)
SETTINGS = replace(Settings(), base_url="http://127.0.0.1:8123")
WRAPPERS = {
    "fallback",
    "cached",
    "coalesced",
    "across",
    "counted",
    "retrying",
    "noted",
    "validated",
    "breaker",
    "admitted",
    "attempts",
}


def stack(otlp: Otlp, gemini: Engine) -> Engine:
    clock = FakeClock()
    key = key_maker(lambda request: f"{request.task}@1", lambda: SETTINGS)
    return build_stack(
        gemini,
        PlannedEngine([Offline()]),
        cache=MemoryCache(clock),
        library=MemoryLibrary(clock),
        metrics=CountedMetrics(),
        clock=clock,
        key=key,
        gate=open_gate(clock, key),
        locks=NoLocks(),
        settings=lambda: SETTINGS,
        spawn=spawn,
        tracing=Tracing(otlp),
    )


class Kept:
    """What OpenTelemetry was told, in memory."""

    def __init__(self) -> None:
        self._spans, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.otlp = Otlp.over(
            SimpleSpanProcessor(self._spans), self._reader, version="1.2", settings=lambda: SETTINGS
        )

    def spans(self) -> dict[str, ReadableSpan]:
        return {span.name: span for span in self._spans.get_finished_spans()}

    def numbers(self) -> dict[str, list[tuple[dict[str, object], float]]]:
        data = self._reader.get_metrics_data()
        assert data is not None
        return {
            metric.name: [(dict(point.attributes or {}), point.sum) for point in metric.data.data_points]  # type: ignore[union-attr]
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@pytest.fixture
def kept() -> Iterator[Kept]:
    kept = Kept()
    yield kept
    kept.otlp.close()


async def test_one_trace_has_every_wrapper_and_the_call_with_its_tokens(kept: Kept) -> None:
    await told(stack(kept.otlp, PlannedEngine(explanation_parts())), EXPLAIN)
    spans = kept.spans()
    call_name = f"generate_content {SETTINGS.text_model}"
    assert set(spans) == {"instrumented explanation", call_name} | WRAPPERS
    assert len({span.context.trace_id for span in spans.values() if span.context}) == 1
    root, call = spans["instrumented explanation"], spans[call_name]
    assert root.parent is None
    assert call.kind is SpanKind.CLIENT
    assert dict(call.attributes or {}) == {
        "gen_ai.operation.name": "generate_content",
        "gen_ai.provider.name": "gcp.gemini",
        "gen_ai.request.model": SETTINGS.text_model,
        "gen_ai.response.model": "model-x",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 25,
        "gen_ai.usage.reasoning.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "server.address": "127.0.0.1",
        "server.port": 8123,
    }
    assert (root.attributes or {})["knowalledge.task"] == "explanation"
    assert (root.attributes or {})["knowalledge.engine"] == "gemini"


async def test_numbers_follow_the_conventions(kept: Kept) -> None:
    await told(stack(kept.otlp, PlannedEngine(explanation_parts())), EXPLAIN)
    numbers = kept.numbers()
    assert set(numbers) == {
        "gen_ai.client.token.usage",
        "gen_ai.client.operation.duration",
        "gen_ai.client.operation.time_to_first_chunk",
    }
    assert {told["gen_ai.token.type"]: total for told, total in numbers["gen_ai.client.token.usage"]} == {
        "input": 10,
        "output": 25,
    }
    (labels, _) = numbers["gen_ai.client.operation.duration"][0]
    assert labels["gen_ai.response.model"] == "model-x"
    assert "error.type" not in labels


async def test_an_error_is_told_by_its_class_and_nothing_else(kept: Kept) -> None:
    with pytest.raises(Offline):
        await told(stack(kept.otlp, PlannedEngine([Offline(f"secret words about {TOPIC}")])), EXPLAIN)
    for span in kept.spans().values():
        assert span.status.status_code is StatusCode.ERROR
        assert (span.attributes or {})["error.type"] == "Offline"
        assert (span.status.description, span.events) == (None, ())
    ((labels, _),) = kept.numbers()["gen_ai.client.operation.duration"]
    assert labels["error.type"] == "Offline"


async def test_waiting_and_starting_again_are_events_without_words(kept: Kept) -> None:
    plan = [Queued(3, "model-x", "rpm", 1.0), Restarted(f"because of {TOPIC}"), *explanation_parts()]
    await told(Tracing(kept.otlp).around(PlannedEngine(plan), "step"), EXPLAIN)
    (span,) = kept.spans().values()
    assert [(event.name, dict(event.attributes or {})) for event in span.events] == [
        ("queued", {"knowalledge.queue.position": 3, "knowalledge.queue.limit": "rpm"}),
        ("restarted", {}),
    ]


async def test_no_text_of_anybody_is_told(kept: Kept) -> None:
    asked = replace(EXPLAIN, question="What about it?", context=PROSE)
    await told(stack(kept.otlp, PlannedEngine(explanation_parts())), asked)
    everything = "".join(span.to_json() for span in kept.spans().values()) + str(kept.numbers())
    for words in (TOPIC, "Its parent", "What about it", PROSE[:30]):
        assert words not in everything


@pytest.mark.parametrize(
    "address",
    [
        "",
        "localhost:4318",
        "http://collector.example:4318",
        "ftp://127.0.0.1",
        "http://me:pw@127.0.0.1",
        "http://[",
    ],
)
def test_only_an_address_that_is_safe_is_taken(address: str) -> None:
    with pytest.raises(UserInputError):
        endpoint(address)


def test_addresses_that_are_safe() -> None:
    assert endpoint(" http://127.0.0.1:4318/ ") == "http://127.0.0.1:4318"
    assert endpoint("http://[::1]:4318") == "http://[::1]:4318"
    assert endpoint("https://collector.example/otlp") == "https://collector.example/otlp"


@contextmanager
def receiver() -> Iterator[tuple[str, dict[str, list[bytes]]]]:
    """Receives what is sent to it, as a collector does."""
    received: dict[str, list[bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["content-type"] == "application/x-protobuf"
            received.setdefault(self.path, []).append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_a_real_receiver_gets_the_whole_trace_and_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # nothing goes by way of it to this machine
    with receiver() as (address, received):
        otlp = await asyncio.to_thread(Otlp.sending, address, version="1.2", settings=lambda: SETTINGS)
        await told(stack(otlp, PlannedEngine(explanation_parts())), EXPLAIN)
        await otlp.aclose()
    traces = ExportTraceServiceRequest.FromString(b"".join(received["/v1/traces"]))
    spans = [span for each in traces.resource_spans for scope in each.scope_spans for span in scope.spans]
    assert {span.name for span in spans} >= WRAPPERS
    assert len(spans) == len(WRAPPERS) + 2
    assert len({span.trace_id for span in spans}) == 1
    by_id = {span.span_id: span for span in spans}
    deepest, depth = next(span for span in spans if span.name.startswith("generate_content")), 0
    while deepest.parent_span_id:
        deepest, depth = by_id[deepest.parent_span_id], depth + 1
    assert depth == len(WRAPPERS) + 1
    service = {pair.key: pair.value.string_value for pair in traces.resource_spans[0].resource.attributes}
    assert (service["service.name"], service["service.version"]) == ("knowalledge-desktop", "1.2")
    numbers = ExportMetricsServiceRequest.FromString(b"".join(received["/v1/metrics"]))
    scopes = [scope for each in numbers.resource_metrics for scope in each.scope_metrics]
    told_names = {metric.name for scope in scopes for metric in scope.metrics}
    assert "gen_ai.client.token.usage" in told_names
    assert TOPIC.encode() not in b"".join(received["/v1/traces"] + received["/v1/metrics"])


def test_nothing_of_it_is_loaded_while_no_address_is_set_and_its_lack_is_a_sentence() -> None:
    program = (
        "import sys\n"
        "from knowalledge_desktop import gateway\n"
        "assert not any(name.split('.')[0] == 'opentelemetry' for name in sys.modules)\n"
        "class Lacks:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] == 'opentelemetry':\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Lacks())\n"
        "from knowalledge_desktop.core.settings import Settings\n"
        "watch = gateway.Watch.of(lambda: Settings(otlp_url='http://127.0.0.1:4318'))\n"
        "assert watch.tracing is None and 'not installed' in watch.notices[0], watch\n"
        "assert gateway.Watch.of(Settings) == gateway.Watch()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
