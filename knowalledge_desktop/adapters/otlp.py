"""Requests as traces and numbers of OpenTelemetry, sent by OTLP over HTTP to a collector the user names.

Off unless an address is set. Names follow the semantic conventions for generative AI: one trace a request, a
span for each wrapper it passes, and the one of the call to the model with the tokens it took. No text of topics,
prompts or answers, no key, and no error text is ever told; an error is told by its class.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.otlp_address import endpoint, is_loopback
from knowalledge_desktop.core.request import Answer, Part, Queued, Request, Restarted, Task, TextDelta
from knowalledge_desktop.core.settings import Settings, model_for
from knowalledge_desktop.core.tracing import CALL, Span

if TYPE_CHECKING:
    from opentelemetry.metrics import Histogram
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import MetricReader
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.trace import Span as OtelSpan
    from opentelemetry.trace import Tracer as OtelTracer

NOT_INSTALLED = (
    "An address for traces is set, but OpenTelemetry is not installed, so none are sent. "
    "Install it with: pip install 'knowalledge-desktop[otlp]'"
)
PROVIDER = "gcp.gemini"
TOKEN_BUCKETS = [4.0**n for n in range(14)]
SECOND_BUCKETS = [0.01 * 2**n for n in range(14)]
_SCOPE = "knowalledge_desktop"
_EXPORT_EVERY_MS = 60_000.0
_SEND_S = 5.0
_LAST_WORDS_S = 2.0
_GENERATE = "generate_content"
_OPERATIONS = {Task.LIST_MODELS: "list_models", Task.TEST_KEY: "list_models", Task.COUNT_TOKENS: "count_tokens"}
_KINDS = {Task.ILLUSTRATION: "image", Task.EXPLANATION: "text", Task.QUESTION: "text"}


@dataclass(frozen=True, slots=True)
class _Tools:
    """What OpenTelemetry measures and follows with."""

    traces: TracerProvider
    numbers: MeterProvider
    tracer: OtelTracer
    tokens: Histogram
    seconds: Histogram
    first: Histogram


class Otlp:
    """Implements `Tracer`. Making one loads OpenTelemetry (some 100 ms: not on the loop)."""

    def __init__(self, tools: _Tools, settings: Callable[[], Settings]) -> None:
        self._tools = tools
        self._settings = settings

    @classmethod
    def sending(cls, address: str, *, version: str, settings: Callable[[], Settings]) -> Otlp:
        """Sends to the collector at this address. Raises UserInputError with a sentence."""
        base = endpoint(address)
        try:
            import requests
            from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError:
            raise UserInputError(NOT_INSTALLED) from None

        def session() -> requests.Session:
            made = requests.Session()
            made.trust_env = not is_loopback(urlsplit(base).hostname or "")  # no proxy on the way to this machine
            made.max_redirects = 0
            return made

        spans = OTLPSpanExporter(endpoint=f"{base}/v1/traces", timeout=_SEND_S, session=session())
        numbers = OTLPMetricExporter(endpoint=f"{base}/v1/metrics", timeout=_SEND_S, session=session())
        reader = PeriodicExportingMetricReader(
            numbers, export_interval_millis=_EXPORT_EVERY_MS, export_timeout_millis=_SEND_S * 1000
        )
        return cls.over(BatchSpanProcessor(spans), reader, version=version, settings=settings)

    @classmethod
    def over(
        cls, spans: SpanProcessor, reader: MetricReader, *, version: str, settings: Callable[[], Settings]
    ) -> Otlp:
        """Tells to what takes spans and numbers. Nothing global of OpenTelemetry is touched."""
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider

        told = {"service.name": "knowalledge-desktop", "service.version": version}
        resource = Resource.create(cast("Any", told))
        traces = TracerProvider(resource=resource, shutdown_on_exit=False)
        traces.add_span_processor(spans)
        numbers = MeterProvider([reader], resource, shutdown_on_exit=False)
        meter = numbers.get_meter(_SCOPE, version)

        def histogram(name: str, unit: str, told: str, bounds: list[float]) -> Histogram:
            return meter.create_histogram(name, unit, told, explicit_bucket_boundaries_advisory=bounds)

        return cls(
            _Tools(
                traces,
                numbers,
                traces.get_tracer(_SCOPE, version),
                histogram("gen_ai.client.token.usage", "{token}", "Tokens of a call.", TOKEN_BUCKETS),
                histogram("gen_ai.client.operation.duration", "s", "Time a call took.", SECOND_BUCKETS),
                histogram(
                    "gen_ai.client.operation.time_to_first_chunk", "s", "Until the first text.", SECOND_BUCKETS
                ),
            ),
            settings,
        )

    def begin(self, step: str, request: Request, within: Span | None) -> Span:
        """A span begins."""
        from opentelemetry.trace import SpanKind, set_span_in_context

        around = within.span if isinstance(within, _OtelStep) else None
        context = set_span_in_context(around) if around is not None else None
        if step == CALL:
            named = self._call_of(request)
            name = f"{named['gen_ai.operation.name']} {named['gen_ai.request.model']}"
            kind = SpanKind.CLIENT
            span = self._tools.tracer.start_span(name, context, kind=kind, attributes=named)
            return _Call(span, self._tools, named)
        told = {} if around is not None else _root_of(request)
        name = step if around is not None else f"{step} {request.task.value}"
        return _OtelStep(self._tools.tracer.start_span(name, context, attributes=told))

    async def aclose(self) -> None:
        """Send what is left, for as long as one waits for last words."""
        import asyncio

        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """The same for a thread. A collector that does not answer is not waited for any longer."""

        def ends() -> None:
            self._tools.traces.shutdown()
            self._tools.numbers.shutdown(timeout_millis=_LAST_WORDS_S * 1000)

        last = threading.Thread(target=ends, name="otlp-end", daemon=True)
        last.start()
        last.join(_LAST_WORDS_S)

    def _call_of(self, request: Request) -> dict[str, str | int]:
        settings = self._settings()
        told: dict[str, str | int] = {
            "gen_ai.operation.name": _OPERATIONS.get(request.task, _GENERATE),
            "gen_ai.provider.name": PROVIDER,
            "gen_ai.request.model": model_for(settings, request),
        }
        parts = urlsplit(settings.base_url)
        if parts.hostname:
            told |= {"server.address": parts.hostname, "server.port": parts.port or _usual_port(parts.scheme)}
        return told


class _OtelStep:
    """One span of a wrapper."""

    __slots__ = ("span",)

    def __init__(self, span: OtelSpan) -> None:
        self.span = span

    def saw(self, part: Part) -> None:
        """Tell of a part what it is, never what it says."""
        if isinstance(part, Queued):
            told = {"knowalledge.queue.position": part.position, "knowalledge.queue.limit": part.metric}
            self.span.add_event("queued", told)
        elif isinstance(part, Restarted):
            self.span.add_event("restarted")
        elif isinstance(part, Answer):
            self.span.set_attributes(_answer_of(part))

    def end(self, error: BaseException | None = None) -> None:
        """The span is over."""
        if error is not None:
            self._failed(type(error).__name__)
        self.span.end()

    def _failed(self, name: str) -> None:
        from opentelemetry.trace import Status, StatusCode

        self.span.set_attribute("error.type", name)
        self.span.set_status(Status(StatusCode.ERROR))


class _Call(_OtelStep):
    """The span of a call to the model, which is measured as well."""

    __slots__ = ("_first", "_labels", "_started", "_tools")

    def __init__(self, span: OtelSpan, tools: _Tools, labels: dict[str, str | int]) -> None:
        super().__init__(span)
        self._tools = tools
        self._labels = dict(labels)
        self._started = perf_counter()

    def saw(self, part: Part) -> None:
        """Tokens and models are told here, as the conventions have it."""
        if isinstance(part, TextDelta):
            self._tools.first.record(perf_counter() - self._started, self._labels)
            return
        if not isinstance(part, Answer):
            return
        if part.provenance.model:
            self._labels["gen_ai.response.model"] = part.provenance.model
        usage = part.usage
        written = usage.output_tokens + usage.thought_tokens
        self.span.set_attributes(
            {
                "gen_ai.response.model": part.provenance.model,
                "gen_ai.usage.input_tokens": usage.prompt_tokens,
                "gen_ai.usage.output_tokens": written,
                "gen_ai.usage.reasoning.output_tokens": usage.thought_tokens,
                "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
            }
        )
        for kind, tokens in (("input", usage.prompt_tokens), ("output", written)):
            if tokens:
                self._tools.tokens.record(tokens, {**self._labels, "gen_ai.token.type": kind})

    def end(self, error: BaseException | None = None) -> None:
        """The call is over."""
        if error is not None:
            self._labels["error.type"] = type(error).__name__
        self._tools.seconds.record(perf_counter() - self._started, self._labels)
        super().end(error)


def _usual_port(scheme: str) -> int:
    return 80 if scheme == "http" else 443


def _root_of(request: Request) -> dict[str, str | bool]:
    return {
        "knowalledge.task": request.task.value,
        "knowalledge.priority": request.priority.name.lower(),
        "knowalledge.engine.wanted": request.engine.value,
        "knowalledge.fresh": request.fresh,
        "gen_ai.output.type": _KINDS.get(request.task, "json"),
    }


def _answer_of(answer: Answer) -> dict[str, str | bool | float]:
    told: dict[str, str | bool | float] = {
        "knowalledge.engine": answer.provenance.engine,
        "knowalledge.from_cache": answer.from_cache,
    }
    if answer.quality is not None:
        told["knowalledge.quality"] = answer.quality
    if answer.substitute is not None:
        told["knowalledge.substitute"] = answer.substitute.kind.value
        told["knowalledge.substitute.because"] = answer.substitute.because
    return told
