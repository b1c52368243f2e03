from __future__ import annotations

import subprocess
import sys
import threading

from prometheus_client.parser import text_string_to_metric_families

from knowalledge_desktop.adapters.metrics import PrometheusMetrics
from knowalledge_desktop.core.content import Usage


def samples(metrics: PrometheusMetrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.exposition().decode())
        for sample in family.samples
    }


def test_every_number_appears_under_its_kept_name() -> None:
    metrics = PrometheusMetrics()
    metrics.api_call("subtopics", "m", "ok", 0.3, Usage(10, 20, 5, 4))
    metrics.api_call("subtopics", "m", "Offline", 40.0, Usage())
    for result in ("hit", "hit", "hit", "miss"):
        metrics.cache("get", result)
    metrics.generated("subtopics", 15, 0.85)
    metrics.generated("explanations", 1, None)
    metrics.error("Offline")
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
    assert told["content_quality_score_sum", (("content_type", "subtopics"),)] == 0.85
    assert told["application_errors_total", (("error_type", "Offline"),)] == 1


def test_durations_fall_into_cumulative_buckets_from_a_tenth_to_thirty_seconds() -> None:
    metrics = PrometheusMetrics()
    for seconds in (0.05, 0.1, 0.11, 30.0, 31.0):
        metrics.api_call("e", "m", "ok", seconds, Usage())
    buckets = {
        dict(labels)["le"]: n for (name, labels), n in samples(metrics).items() if name.endswith("_seconds_bucket")
    }
    assert next(iter(buckets)) == "0.1"
    assert (buckets["0.1"], buckets["0.25"], buckets["30.0"], buckets["+Inf"]) == (2, 3, 4, 5)


def test_nothing_yet_gives_names_and_no_invented_values() -> None:
    told = samples(PrometheusMetrics())
    assert told == {("subtopics_generated_total", ()): 0, ("explanations_generated_total", ()): 0}
    assert b"# TYPE gemini_api_calls_total counter" in PrometheusMetrics().exposition()


def test_two_of_them_do_not_share_numbers() -> None:
    one, other = PrometheusMetrics(), PrometheusMetrics()
    one.error("Offline")
    assert ("application_errors_total", (("error_type", "Offline"),)) not in samples(other)


def test_asking_does_not_reset_and_labels_are_escaped() -> None:
    metrics = PrometheusMetrics()
    metrics.error('a "b"\nc\\')
    assert samples(metrics) == samples(metrics)
    assert ("application_errors_total", (("error_type", 'a "b"\nc\\'),)) in samples(metrics)


def test_counting_while_asking_loses_nothing() -> None:
    metrics = PrometheusMetrics()

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
        "m = PrometheusMetrics(); m.api_call('e', 'm', 'ok', 1.0, Usage(1)); m.error('x')\n"
        "assert 'prometheus_client' not in sys.modules\n"
        "assert b'gemini_api_calls_total' in m.exposition()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
