"""The names, types and labels under which the numbers are told; names that are known elsewhere stay."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily

from knowalledge_desktop.core.content import ClaimState
from knowalledge_desktop.core.metric import MICRO
from knowalledge_desktop.core.metric import Metric as Limit
from knowalledge_desktop.core.quota import Gauge
from knowalledge_desktop.core.request import Priority
from knowalledge_desktop.core.standing import Standing
from knowalledge_desktop.core.team import TeamReport, TeamState

if TYPE_CHECKING:
    from prometheus_client import Metric

    from knowalledge_desktop.adapters.metrics import Counts, Spread

Labels = TypeVar("Labels", bound="str | tuple[str, ...]")
NO_LIMIT = float("inf")
CIRCUIT_NUMBERS = {"closed": 0, "open": 1, "half_open": 2}

_USED = {
    Limit.RPM: ("quota_requests_current_minute", "Requests of the text model in the running minute."),
    Limit.RPD: ("quota_requests_today", "Requests of the text model since midnight in California."),
    Limit.TPM: ("quota_tokens_current_minute", "Input tokens of the text model in the running minute."),
    Limit.TPD: ("quota_tokens_today", "Tokens of the text model since midnight in California."),
    Limit.IPM: ("quota_images_current_minute", "Pictures that were drawn in the running minute."),
}
_BUDGETS = {Limit.DAY_BUDGET: "day", Limit.MONTH_BUDGET: "month"}


def counted(counts: Counts, start_s: float | None = None) -> Iterator[Metric]:
    """What was counted since the numbers are recorded; of the window only where there is one."""
    yield from _http(counts)
    yield from _api(counts)
    yield from _cache(counts)
    yield from _content(counts)
    yield from _troubles(counts)
    yield from _window(counts, start_s)


def stood(standing: Standing) -> Iterator[Metric]:
    """What is so at the moment."""
    yield InfoMetricFamily(
        "app",
        "The program.",
        {"name": "KnowAllEdge Desktop", "version": standing.version, "python_version": platform.python_version()},
    )
    yield GaugeMetricFamily(
        "process_start_time_seconds", "When the program was started, epoch seconds.", standing.started_at
    )
    yield from _quota(standing)
    yield from _spend(standing.gauges)
    waiting = GaugeMetricFamily("queue_waiting", "Requests that wait for their turn.", labels=("priority",))
    for priority in Priority:
        waiting.add_metric((priority.name.lower(),), standing.waiting.get(priority.name.lower(), 0))
    yield waiting
    circuits = GaugeMetricFamily(
        "circuit_breaker_state", "0 closed, 1 open, 2 half-open: one probe goes.", labels=("service",)
    )
    for family, state in standing.circuits.items():
        circuits.add_metric((family,), CIRCUIT_NUMBERS[state])
    yield circuits
    yield from _stores(standing)
    if standing.team is not None:
        yield from _team(standing.team)


def _http(counts: Counts) -> Iterator[Metric]:
    yield _counter(
        "http_requests", "Requests that came to this port.", ("method", "endpoint", "status"), counts.http
    )
    yield _spread(
        "http_request_duration_seconds", "Time to answer them.", ("method", "endpoint"), counts.http_seconds
    )
    open_now = GaugeMetricFamily(
        "http_requests_in_progress", "Requests that are being answered.", labels=("method", "endpoint")
    )
    for labels, count in counts.http_open.items():
        open_now.add_metric(labels, count)
    yield open_now


def _api(counts: Counts) -> Iterator[Metric]:
    names = ("endpoint", "model")
    yield _counter("gemini_api_calls", "Requests sent to Gemini.", (*names, "status"), counts.calls)
    yield _spread("gemini_api_duration_seconds", "Time a request to Gemini took.", names, counts.durations)
    yield _counter("gemini_api_tokens", "Tokens as Gemini counted them.", (*names, "type"), counts.tokens)
    shared = "Questions that joined an equal one on its way, each a call less."
    yield CounterMetricFamily("coalesced_calls", shared, value=counts.shared)
    services = ("service",)
    yield _counter("circuit_breaker_failures", "Calls that found nobody there.", services, counts.failures)
    yield _counter("circuit_breaker_successes", "Calls that were answered.", services, counts.successes)


def _cache(counts: Counts) -> Iterator[Metric]:
    yield _counter("cache_operations", "Operations of the answer cache.", ("operation", "result"), counts.cache)
    hits, misses = counts.cache["get", "hit"], counts.cache["get", "miss"]
    if hits + misses:
        yield GaugeMetricFamily("cache_hit_rate", "Hits by reads, 0 to 1.", value=hits / (hits + misses))


def _content(counts: Counts) -> Iterator[Metric]:
    for kind in ("subtopics", "explanations"):
        yield CounterMetricFamily(f"{kind}_generated", f"New {kind}.", value=counts.generated[kind])
    pictures = CounterMetricFamily("images_generated", "New pictures.", labels=("source",))
    pictures.add_metric(("generated",), counts.generated["images"])
    yield pictures
    yield _spread(
        "content_quality_score", "Form of new content, 0 to 1; not its truth.", ("content_type",), counts.quality
    )
    claims = CounterMetricFamily(
        "claims", "Claims of explanations by what the evidence says of them.", labels=("state",)
    )
    for state in ClaimState:
        claims.add_metric((state.value,), counts.claims[state.value])
    yield claims


def _troubles(counts: Counts) -> Iterator[Metric]:
    limits = {limit.value: 0 for limit in Limit}
    yield _counter(
        "quota_exceeded", "Requests that a limit refused.", ("limit_type",), {**limits, **counts.exceeded}
    )
    yield _counter(
        "quota_waits", "Requests that had to wait for a limit.", ("limit_type",), {**limits, **counts.waits}
    )
    labels = ("endpoint", "error_type")
    yield _counter("application_errors", "Errors that reached the user.", labels, counts.errors)
    labels = ("validator", "issue_type")
    yield _counter("validation_failures", "Answers that were not what was asked for.", labels, counts.invalid)


def _window(counts: Counts, start_s: float | None) -> Iterator[Metric]:
    frames = HistogramMetricFamily("frame_paint_seconds", "Time to draw a frame of the map in the window.")
    if counts.frames.counts:
        frames.add_metric((), buckets=counts.frames.rows(), sum_value=counts.frames.total)
    yield frames
    if start_s is not None:
        told = "From the start of the program to a window that can be used."
        yield GaugeMetricFamily("app_start_seconds", told, start_s)


def _quota(standing: Standing) -> Iterator[Metric]:
    words = {gauge.metric: gauge for gauge in standing.gauges}
    drawn = {gauge.metric: gauge for gauge in standing.image_gauges}
    for metric, (name, told) in _USED.items():
        gauge = (drawn if metric is Limit.IPM else words).get(metric)
        if gauge is None:
            continue
        limit = NO_LIMIT if gauge.limit is None else gauge.limit
        short = metric.value.lower()
        yield GaugeMetricFamily(name, told, gauge.used)
        yield GaugeMetricFamily(f"quota_{short}_limit", "The limit in force; +Inf when there is none.", limit)
        left = "What is left of the limit."
        yield GaugeMetricFamily(f"quota_{short}_remaining", left, max(0.0, limit - gauge.used))
    if standing.gauges:
        blocked = max((gauge.blocked_until or 0.0 for gauge in standing.gauges), default=0.0)
        told = "For how long Google refuses still, as it said itself."
        yield GaugeMetricFamily("quota_blocked_seconds", told, max(0.0, blocked - standing.now))
    if standing.day_ends is not None:
        told = "Until the limits of the day begin anew."
        yield GaugeMetricFamily("quota_day_ends_seconds", told, max(0.0, standing.day_ends - standing.now))


def _spend(gauges: Sequence[Gauge]) -> Iterator[Metric]:
    budgets = [(_BUDGETS[gauge.metric], gauge) for gauge in gauges if gauge.metric in _BUDGETS]
    spent = GaugeMetricFamily("spend_dollars", "What was spent this day and month.", labels=("period",))
    allowed = GaugeMetricFamily("budget_dollars", "What may be; +Inf without a budget.", labels=("period",))
    for period, gauge in budgets:
        spent.add_metric((period,), gauge.used / MICRO)
        allowed.add_metric((period,), NO_LIMIT if gauge.limit is None else gauge.limit / MICRO)
    yield from (spent, allowed)


def _stores(standing: Standing) -> Iterator[Metric]:
    sizes = GaugeMetricFamily("cache_size_bytes", "Bytes of the kept answers.", labels=("layer",))
    items = GaugeMetricFamily("cache_items_count", "How many answers are kept.", labels=("layer",))
    for layer, stats in standing.layers.items():
        sizes.add_metric((layer,), stats.size_bytes)
        items.add_metric((layer,), stats.items)
    yield from (sizes, items)
    if standing.maps is not None and standing.topics is not None:
        yield GaugeMetricFamily("library_maps", "Maps outside the trash.", standing.maps)
        yield GaugeMetricFamily("library_topics", "Topics of these maps.", standing.topics)
    jobs = GaugeMetricFamily("jobs", "Batches by state.", labels=("state",))
    for state in ("running", "paused", "done", "cancelled"):
        jobs.add_metric((state,), standing.jobs.get(state, 0))
    yield jobs
    up = GaugeMetricFamily("dependency_up", "1 for what works now, else 0.", labels=("dependency",))
    for probe in standing.probes:
        up.add_metric((probe.name,), float(probe.passed))
    yield up


def _team(team: TeamReport) -> Iterator[Metric]:
    state = GaugeMetricFamily("team_state", "1 for how things stand with the team's Redis.", labels=("state",))
    for each in TeamState:
        state.add_metric((each.value,), float(each is team.state))
    yield state
    yield GaugeMetricFamily("team_members", "Members that Redis knows, this one among them.", len(team.members))
    told = "Requests that answers of other members have saved here."
    yield CounterMetricFamily("team_saved_requests", told, team.saved_here)
    told = "Shared values that were refused: not signed by the team, damaged, or of another kind."
    yield CounterMetricFamily("team_refused_values", told, team.refused_values)


def _counter(name: str, told: str, labels: Sequence[str], counts: Mapping[Labels, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, told, labels=labels)
    for values, count in counts.items():
        family.add_metric(_row(values), count)
    return family


def _spread(
    name: str, told: str, labels: Sequence[str], spreads: Mapping[Labels, Spread]
) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, told, labels=labels)
    for values, spread in spreads.items():
        family.add_metric(_row(values), buckets=spread.rows(), sum_value=spread.total)
    return family


def _row(values: str | Iterable[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)
