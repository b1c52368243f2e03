"""Numbers for monitoring, in the text format that Prometheus reads."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from knowalledge_desktop.core.content import Usage

if TYPE_CHECKING:
    from prometheus_client import Metric

DURATION_BUCKETS_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0)
QUALITY_BUCKETS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass
class _Spread:
    """Counts a bucket, with the bucket beyond the last bound at the end."""

    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list[int])
    total: float = 0.0

    def observe(self, value: float) -> None:
        if not self.counts:
            self.counts = [0] * (len(self.bounds) + 1)
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def rows(self) -> list[tuple[str, float]]:
        names = [str(bound) for bound in self.bounds] + ["+Inf"]
        return list(zip(names, (float(n) for n in accumulate(self.counts)), strict=True))


class PrometheusMetrics:
    """Implements `Metrics`.

    Counting touches plain numbers only; the Prometheus library is loaded when they are first asked
    for, so nothing is counted late or lost, and a program nobody monitors never loads it.
    The hit rate appears with the first read. Counting and `exposition` may be called from different threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[tuple[str, str, str]] = Counter()
        self._durations: dict[tuple[str, str], _Spread] = {}
        self._tokens: Counter[tuple[str, str]] = Counter()
        self._cache: Counter[tuple[str, str]] = Counter()
        self._generated: Counter[str] = Counter({"subtopics": 0, "explanations": 0})
        self._quality: dict[str, _Spread] = {}
        self._errors: Counter[str] = Counter()

    def api_call(self, endpoint: str, model: str, status: str, seconds: float, usage: Usage) -> None:
        """One request that reached an engine; tokens by type: prompt, output, thought."""
        with self._lock:
            self._calls[endpoint, model, status] += 1
            self._durations.setdefault((endpoint, model), _Spread(DURATION_BUCKETS_S)).observe(seconds)
            for kind, tokens in (
                ("prompt", usage.prompt_tokens),
                ("output", usage.output_tokens),
                ("thought", usage.thought_tokens),
            ):
                if tokens:
                    self._tokens[model, kind] += tokens

    def cache(self, operation: str, result: str) -> None:
        """One cache operation and its result."""
        with self._lock:
            self._cache[operation, result] += 1

    def generated(self, kind: str, count: int, quality: float | None) -> None:
        """New content: kind "subtopics" or "explanations"; quality is about form, 0 to 1."""
        with self._lock:
            self._generated[kind] += count
            if quality is not None:
                self._quality.setdefault(kind, _Spread(QUALITY_BUCKETS)).observe(quality)

    def error(self, kind: str) -> None:
        """An error that reached the user, by class name."""
        with self._lock:
            self._errors[kind] += 1

    def exposition(self) -> bytes:
        """All numbers in the text format 0.0.4. The first call loads the library (tens of ms)."""
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> Iterator[Metric]:
        """The families, as the Prometheus library wants to collect them."""
        with self._lock:
            families = [*self._api_families(), *self._cache_families(), *self._content_families()]
        yield from families

    def _api_families(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

        calls = CounterMetricFamily(
            "gemini_api_calls", "Requests sent to Gemini.", labels=("endpoint", "model", "status")
        )
        for labels, count in self._calls.items():
            calls.add_metric(labels, count)
        durations = HistogramMetricFamily(
            "gemini_api_duration_seconds", "Time a request to Gemini took.", labels=("endpoint", "model")
        )
        for labels, spread in self._durations.items():
            durations.add_metric(labels, buckets=spread.rows(), sum_value=spread.total)
        tokens = CounterMetricFamily(
            "gemini_api_tokens", "Tokens as Gemini counted them.", labels=("model", "type")
        )
        for labels, count in self._tokens.items():
            tokens.add_metric(labels, count)
        yield from (calls, durations, tokens)

    def _cache_families(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        operations = CounterMetricFamily(
            "cache_operations", "Operations of the answer cache.", labels=("operation", "result")
        )
        for labels, count in self._cache.items():
            operations.add_metric(labels, count)
        yield operations
        hits, misses = self._cache["get", "hit"], self._cache["get", "miss"]
        if hits + misses:
            yield GaugeMetricFamily("cache_hit_rate", "Hits by reads, since start.", value=hits / (hits + misses))

    def _content_families(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

        for kind, count in self._generated.items():
            yield CounterMetricFamily(f"{kind}_generated", f"New {kind}.", value=count)
        quality = HistogramMetricFamily(
            "content_quality_score", "Form of new content, 0 to 1; not its truth.", labels=("content_type",)
        )
        for kind, spread in self._quality.items():
            quality.add_metric((kind,), buckets=spread.rows(), sum_value=spread.total)
        troubles = CounterMetricFamily(
            "application_errors", "Errors that reached the user.", labels=("error_type",)
        )
        for kind, count in self._errors.items():
            troubles.add_metric((kind,), count)
        yield from (quality, troubles)
