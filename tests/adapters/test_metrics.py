from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from knowalledge_desktop.adapters.metrics import MOST_VALUES, PrometheusMetrics
from knowalledge_desktop.core.content import Claim, ClaimState, Usage
from knowalledge_desktop.core.metric import Metric as Limit
from knowalledge_desktop.core.payload import ExplanationText
from knowalledge_desktop.core.ports import CacheStats
from knowalledge_desktop.core.quota import Gauge
from knowalledge_desktop.core.standing import Probe, Standing
from knowalledge_desktop.core.team import Member, TeamReport, TeamState


def samples(
    metrics: PrometheusMetrics, standing: Standing | None = None
) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.exposition(standing).decode())
        for sample in family.samples
    }


def test_every_number_appears_under_its_kept_name() -> None:
    metrics = PrometheusMetrics(on=True)
    metrics.api_call("subtopics", "m", "ok", 0.3, Usage(10, 20, 5, 4))
    metrics.api_call("subtopics", "m", "Offline", 40.0, Usage())
    for result in ("hit", "hit", "hit", "miss"):
        metrics.cache("get", result)
    metrics.generated("subtopics", 15, 0.85)
    metrics.generated("explanations", 1, None)
    metrics.error("Offline", "subtopics")
    told = samples(metrics)
    call = (("endpoint", "subtopics"), ("model", "m"))
    assert told["gemini_api_calls_total", (*call, ("status", "ok"))] == 1
    assert told["gemini_api_calls_total", (*call, ("status", "Offline"))] == 1
    assert told["gemini_api_duration_seconds_count", call] == 2
    assert told["gemini_api_duration_seconds_sum", call] == 40.3
    tokens = {labels: n for (name, labels), n in told.items() if name == "gemini_api_tokens_total"}
    assert {dict(labels)["type"]: n for labels, n in tokens.items()} == {"prompt": 10, "output": 20, "thought": 5}
    assert told["cache_operations_total", (("operation", "get"), ("result", "hit"))] == 3
    assert told["cache_hit_rate", ()] == 0.75
    assert told["subtopics_generated_total", ()] == 15
    assert told["explanations_generated_total", ()] == 1
    assert told["content_quality_score_sum", (("content_type", "subtopic"),)] == 0.85
    assert told["application_errors_total", (("endpoint", "subtopics"), ("error_type", "Offline"))] == 1


def test_durations_fall_into_cumulative_buckets_from_a_tenth_to_thirty_seconds() -> None:
    metrics = PrometheusMetrics(on=True)
    for seconds in (0.05, 0.1, 0.11, 30.0, 31.0):
        metrics.api_call("e", "m", "ok", seconds, Usage())
    buckets = {
        dict(labels)["le"]: n for (name, labels), n in samples(metrics).items() if name.endswith("_seconds_bucket")
    }
    assert next(iter(buckets)) == "0.1"
    assert (buckets["0.1"], buckets["0.25"], buckets["30.0"], buckets["+Inf"]) == (2, 3, 4, 5)


def test_nothing_yet_gives_names_and_no_invented_values() -> None:
    told = samples(PrometheusMetrics(on=True))
    assert set(told.values()) == {0.0}
    assert "cache_hit_rate" not in {name for name, _ in told}
    assert b"# TYPE gemini_api_calls_total counter" in PrometheusMetrics(on=True).exposition()


def test_nothing_is_recorded_while_it_is_off() -> None:
    metrics = PrometheusMetrics()
    before = samples(metrics)
    metrics.api_call("subtopics", "m", "ok", 0.3, Usage(10, 20))
    metrics.cache("get", "hit")
    metrics.generated("subtopics", 15, 0.85)
    metrics.error("Offline")
    metrics.limited("rpm", refused=True)
    metrics.invalid("subtopics", "InvalidReply")
    metrics.shared()
    metrics.claims(ExplanationText("x", (Claim("x"),)))
    metrics.http_started("GET", "/metrics")
    metrics.http_ended("GET", "/metrics", 200, 0.1)
    metrics.frame(0.01)
    assert samples(metrics) == before
    metrics.record(on=True)
    metrics.shared()
    assert samples(metrics)["coalesced_calls_total", ()] == 1


def test_what_stands_in_the_way_is_counted() -> None:
    metrics = PrometheusMetrics(on=True)
    metrics.limited("rpd", refused=True)
    metrics.limited("tpm", refused=False)
    metrics.limited("GenerateRequestsPerDayPerProject", refused=True)
    metrics.invalid("explanation", "InvalidReply")
    metrics.api_call("subtopics", "m", "Offline", 1.0, Usage())
    metrics.api_call("image_topic", "m", "ok", 1.0, Usage())
    metrics.api_call("illustration", "m", "cancelled", 1.0, Usage())
    metrics.claims(ExplanationText("x", (Claim("a", ClaimState.SUPPORTED), Claim("b"), Claim("c"))))
    told = samples(metrics)
    assert told["quota_exceeded_total", (("limit_type", "rpd"),)] == 1
    assert told["quota_exceeded_total", (("limit_type", "other"),)] == 1
    assert told["quota_waits_total", (("limit_type", "tpm"),)] == 1
    failed = (("issue_type", "InvalidReply"), ("validator", "explanation"))
    assert told["validation_failures_total", failed] == 1
    assert told["circuit_breaker_failures_total", (("service", "text"),)] == 1
    assert told["circuit_breaker_successes_total", (("service", "vision"),)] == 1
    assert told["circuit_breaker_successes_total", (("service", "image"),)] == 0
    assert told["claims_total", (("state", "supported"),)] == 1
    assert told["claims_total", (("state", "unchecked"),)] == 2


def test_frames_and_the_start_of_a_window_are_told_where_there_is_one() -> None:
    metrics = PrometheusMetrics()
    assert "app_start_seconds" not in {name for name, _ in samples(metrics)}
    metrics.started(0.75)
    metrics.record(on=True)
    for seconds in (0.0005, 0.003, 0.02, 0.9):
        metrics.frame(seconds)
    told = samples(metrics)
    assert told["app_start_seconds", ()] == 0.75
    assert told["frame_paint_seconds_count", ()] == 4
    assert told["frame_paint_seconds_bucket", (("le", "0.004"),)] == 2
    assert told["frame_paint_seconds_bucket", (("le", "0.25"),)] == 3


def test_a_team_is_told_where_there_is_one() -> None:
    members = tuple(Member(name, name, 0.0, 0.5, 3) for name in ("ann", "bo"))
    team = TeamReport(TeamState.TOGETHER, members=members, saved_here=7, refused_values=2)
    told = samples(PrometheusMetrics(on=True), replace(STANDING, team=team))
    assert told["team_state", (("state", "together"),)] == 1
    assert told["team_state", (("state", "apart"),)] == 0
    assert (told["team_members", ()], told["team_saved_requests_total", ()]) == (2, 7)
    assert told["team_refused_values_total", ()] == 2
    assert not any(name.startswith("team_") for name, _ in samples(PrometheusMetrics(on=True), STANDING))


def test_a_label_takes_only_so_many_values() -> None:
    metrics = PrometheusMetrics(on=True)
    for n in range(1000):
        metrics.api_call("subtopics", f"model-{n}", "ok", 0.1, Usage(1, 1))
        metrics.error(f"Kind{n}")
    told = samples(metrics)
    calls = {labels: n for (name, labels), n in told.items() if name == "gemini_api_calls_total"}
    assert len(calls) == MOST_VALUES + 1
    assert sum(calls.values()) == 1000


STANDING = Standing(
    "1.2.3",
    1000.0,
    2000.0,
    gauges=(
        Gauge(Limit.RPM, 15, 3),
        Gauge(Limit.TPM, None, 900, blocked_until=2030.0),
        Gauge(Limit.RPD, 1500, 40),
        Gauge(Limit.TPD, 1000, 1200),
        Gauge(Limit.DAY_BUDGET, 2_000_000, 500_000),
        Gauge(Limit.MONTH_BUDGET, None, 750_000),
    ),
    image_gauges=(Gauge(Limit.IPM, 10, 4),),
    day_ends=2600.0,
    waiting={"high": 2},
    circuits={"text": "open", "vision": "closed", "image": "half_open"},
    layers={"memory": CacheStats(2, 300), "disk": CacheStats(5, 4096)},
    jobs={"paused": 1},
    maps=7,
    topics=90,
    probes=(Probe("library", passed=True), Probe("keyring", passed=False, essential=False)),
)


def test_gauges_tell_what_is_so_now() -> None:
    told = samples(PrometheusMetrics(on=True), STANDING)
    plain = {name: value for (name, labels), value in told.items() if not labels}
    assert plain["quota_requests_current_minute"] == 3
    assert (plain["quota_rpm_limit"], plain["quota_rpm_remaining"]) == (15, 12)
    assert (plain["quota_tpm_limit"], plain["quota_tpm_remaining"]) == (float("inf"), float("inf"))
    assert (plain["quota_requests_today"], plain["quota_rpd_remaining"]) == (40, 1460)
    assert (plain["quota_tokens_today"], plain["quota_tpd_limit"], plain["quota_tpd_remaining"]) == (1200, 1000, 0)
    assert (plain["quota_images_current_minute"], plain["quota_ipm_remaining"]) == (4, 6)
    assert (plain["quota_blocked_seconds"], plain["quota_day_ends_seconds"]) == (30, 600)
    assert (plain["library_maps"], plain["library_topics"]) == (7, 90)
    assert plain["process_start_time_seconds"] == 1000
    assert told["spend_dollars", (("period", "day"),)] == 0.5
    assert told["budget_dollars", (("period", "month"),)] == float("inf")
    assert told["queue_waiting", (("priority", "high"),)] == 2
    states = {dict(labels)["service"]: n for (name, labels), n in told.items() if name == "circuit_breaker_state"}
    assert states == {"text": 1, "vision": 0, "image": 2}
    assert told["cache_size_bytes", (("layer", "disk"),)] == 4096
    assert told["cache_items_count", (("layer", "memory"),)] == 2
    assert told["jobs", (("state", "paused"),)] == 1
    assert told["dependency_up", (("dependency", "keyring"),)] == 0


def test_there_are_more_than_forty_names() -> None:
    metrics = PrometheusMetrics(on=True)
    metrics.cache("get", "hit")
    told = metrics.exposition(STANDING).decode()
    families = list(text_string_to_metric_families(told))
    assert len({family.name for family in families}) > 40
    assert all(family.documentation for family in families)


def test_two_of_them_do_not_share_numbers() -> None:
    one, other = PrometheusMetrics(on=True), PrometheusMetrics(on=True)
    one.error("Offline")
    assert ("application_errors_total", (("endpoint", ""), ("error_type", "Offline"))) not in samples(other)


def test_asking_does_not_reset_and_labels_are_escaped() -> None:
    metrics = PrometheusMetrics(on=True)
    metrics.error('a "b"\nc\\')
    assert samples(metrics) == samples(metrics)
    assert ("application_errors_total", (("endpoint", ""), ("error_type", 'a "b"\nc\\'))) in samples(metrics)


def test_counting_while_asking_loses_nothing() -> None:
    metrics = PrometheusMetrics(on=True)

    def count() -> None:
        for n in range(2000):
            metrics.error(f"E{n % 7}")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        metrics.exposition()
    told = samples(metrics)
    assert sum(n for (name, _), n in told.items() if name == "application_errors_total") == 8000


def test_counting_does_not_load_the_library() -> None:
    program = (
        "import sys\n"
        "from knowalledge_desktop.adapters.metrics import PrometheusMetrics\n"
        "from knowalledge_desktop.core.content import Usage\n"
        "m = PrometheusMetrics(on=True); m.api_call('e', 'm', 'ok', 1.0, Usage(1)); m.error('x')\n"
        "assert 'prometheus_client' not in sys.modules\n"
        "assert b'gemini_api_calls_total' in m.exposition()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
