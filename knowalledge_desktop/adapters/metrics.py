"""Numbers for monitoring, in the text format that Prometheus reads."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from knowalledge_desktop.core.circuit import Family, family_of
from knowalledge_desktop.core.content import Usage
from knowalledge_desktop.core.metric import Metric as Limit
from knowalledge_desktop.core.payload import ExplanationText
from knowalledge_desktop.core.request import Task
from knowalledge_desktop.core.standing import Standing

if TYPE_CHECKING:
    from prometheus_client import Metric

HTTP_BUCKETS_S = (0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0)
DURATION_BUCKETS_S = (0.1, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 30.0)
FRAME_BUCKETS_S = (0.001, 0.002, 0.004, 0.008, 0.0125, 0.0167, 0.025, 0.0333, 0.05, 0.1, 0.25)
QUALITY_BUCKETS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
MOST_VALUES = 40
"""A label takes so many different values at most; later ones are told as "other"."""

OTHER = "other"
_DOWN = frozenset({"ModelUnavailable", "Offline", "TimedOut"})
_LIMITS = frozenset(limit.value for limit in Limit)
_FAMILIES = tuple(family.value for family in Family)
_KINDS = {"subtopics": "subtopic", "explanations": "explanation"}


@dataclass
class Spread:
    """Counts a bucket, with the bucket beyond the last bound at the end."""

    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list[int])
    total: float = 0.0

    def observe(self, value: float) -> None:
        """Count a value in."""
        if not self.counts:
            self.counts = [0] * (len(self.bounds) + 1)
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def rows(self) -> list[tuple[str, float]]:
        """Upper bounds with how many values are not above them."""
        names = [str(bound) for bound in self.bounds] + ["+Inf"]
        return list(zip(names, (float(n) for n in accumulate(self.counts)), strict=True))


class Counts:
    """Plain numbers, by the values of labels."""

    def __init__(self) -> None:
        self.http: Counter[tuple[str, str, str]] = Counter()
        self.http_seconds: dict[tuple[str, str], Spread] = {}
        self.http_open: Counter[tuple[str, str]] = Counter()
        self.calls: Counter[tuple[str, str, str]] = Counter()
        self.durations: dict[tuple[str, str], Spread] = {}
        self.tokens: Counter[tuple[str, str, str]] = Counter()
        self.cache: Counter[tuple[str, str]] = Counter()
        self.generated: Counter[str] = Counter({"subtopics": 0, "explanations": 0, "images": 0})
        self.quality: dict[str, Spread] = {}
        self.errors: Counter[tuple[str, str]] = Counter()
        self.exceeded: Counter[str] = Counter()
        self.waits: Counter[str] = Counter()
        self.invalid: Counter[tuple[str, str]] = Counter()
        self.failures: Counter[str] = Counter(dict.fromkeys(_FAMILIES, 0))
        self.successes: Counter[str] = Counter(dict.fromkeys(_FAMILIES, 0))
        self.claims: Counter[str] = Counter()
        self.frames = Spread(FRAME_BUCKETS_S)
        self.shared = 0
        self._values: dict[str, set[Hashable]] = {}

    def bounded(self, label: str, value: str) -> str:
        """The value, or "other" when the label has too many different ones already."""
        known = self._values.setdefault(label, set())
        if value not in known:
            if len(known) >= MOST_VALUES:
                return OTHER
            known.add(value)
        return value


class PrometheusMetrics:
    """Implements `Metrics` and `Numbers`.

    Nothing is counted until `record` says so. Counting touches plain numbers only; the Prometheus library is
    loaded when they are first asked for. All methods may be called from different threads. No label carries
    what people write: each takes its values from the program, and only `MOST_VALUES` of them.
    """

    def __init__(self, *, on: bool = False) -> None:
        self._on = on
        self._lock = threading.Lock()
        self._counts = Counts()
        self._start_s: float | None = None

    def record(self, *, on: bool) -> None:
        """Count from now on, or no longer; begins with nothing counted."""
        with self._lock:
            if on and not self._on:
                self._counts = Counts()
            self._on = on

    def http_started(self, method: str, endpoint: str) -> None:
        """A request came to the loopback port; `endpoint` is the pattern of its address."""
        if self._on:
            with self._lock:
                self._counts.http_open[method, endpoint] += 1

    def http_ended(self, method: str, endpoint: str, status: int, seconds: float) -> None:
        """It was answered."""
        if self._on:
            with self._lock:
                counts = self._counts
                counts.http_open[method, endpoint] -= 1
                counts.http[method, endpoint, str(status)] += 1
                counts.http_seconds.setdefault((method, endpoint), Spread(HTTP_BUCKETS_S)).observe(seconds)

    def api_call(self, endpoint: str, model: str, status: str, seconds: float, usage: Usage) -> None:
        """One request that reached an engine; tokens by type: prompt, output, thought."""
        if not self._on:
            return
        with self._lock:
            counts = self._counts
            model = counts.bounded("model", model)
            counts.calls[endpoint, model, status] += 1
            counts.durations.setdefault((endpoint, model), Spread(DURATION_BUCKETS_S)).observe(seconds)
            if status in _DOWN:
                counts.failures[_family(endpoint)] += 1
            elif status != "cancelled":
                counts.successes[_family(endpoint)] += 1
            for kind, tokens in (
                ("prompt", usage.prompt_tokens),
                ("output", usage.output_tokens),
                ("thought", usage.thought_tokens),
            ):
                if tokens:
                    counts.tokens[endpoint, model, kind] += tokens

    def cache(self, operation: str, result: str) -> None:
        """One cache operation and its result."""
        if self._on:
            with self._lock:
                self._counts.cache[operation, result] += 1

    def generated(self, kind: str, count: int, quality: float | None) -> None:
        """New content: kind "subtopics", "explanations" or "images"; quality is about form, 0 to 1."""
        if self._on:
            with self._lock:
                self._counts.generated[kind] += count
                if quality is not None:
                    of = _KINDS.get(kind, kind)
                    self._counts.quality.setdefault(of, Spread(QUALITY_BUCKETS)).observe(quality)

    def error(self, kind: str, endpoint: str = "") -> None:
        """An error that reached the user, by class name, and what was asked for."""
        if self._on:
            with self._lock:
                self._counts.errors[endpoint, self._counts.bounded("error_type", kind)] += 1

    def limited(self, limit: str, *, refused: bool) -> None:
        """A limit stood in the way of a request, which was refused, or had to wait."""
        if self._on:
            with self._lock:
                into = self._counts.exceeded if refused else self._counts.waits
                into[limit if limit in _LIMITS else OTHER] += 1

    def invalid(self, validator: str, issue: str) -> None:
        """An answer was not what had been asked for."""
        if self._on:
            with self._lock:
                self._counts.invalid[validator, self._counts.bounded("issue_type", issue)] += 1

    def shared(self) -> None:
        """A question joined an equal one that was on its way: a call less."""
        if self._on:
            with self._lock:
                self._counts.shared += 1

    def claims(self, content: ExplanationText) -> None:
        """The claims of an explanation have been held against the evidence."""
        if self._on:
            with self._lock:
                self._counts.claims.update(claim.state.value for claim in content.claims)

    def frame(self, seconds: float) -> None:
        """The window drew a frame of the map."""
        if self._on:
            with self._lock:
                self._counts.frames.observe(seconds)

    def started(self, seconds: float) -> None:
        """The window could be used; this happens once, before anybody counts."""
        self._start_s = seconds

    def exposition(self, standing: Standing | None = None) -> bytes:
        """All numbers in the text format 0.0.4. The first call loads the library (tens of ms)."""
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Families(self._lock, self._counts, standing, self._start_s))
        return generate_latest(registry)


class _Families:
    """The families of one exposition, as the Prometheus library collects them."""

    def __init__(
        self, lock: threading.Lock, counts: Counts, standing: Standing | None, start_s: float | None
    ) -> None:
        self._lock, self._counts, self._standing, self._start_s = lock, counts, standing, start_s

    def collect(self) -> Iterator[Metric]:
        """All families."""
        from knowalledge_desktop.adapters.metrics_families import counted, stood

        with self._lock:
            families = list(counted(self._counts, self._start_s))
        yield from families
        if self._standing is not None:
            yield from stood(self._standing)


def _family(endpoint: str) -> str:
    known = endpoint in Task._value2member_map_
    return family_of(Task(endpoint)).value if known else Family.TEXT.value
