"""What a team sets up: each number that is asked for exists, and every file is one that its program takes."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from knowalledge_desktop.adapters.metrics import PrometheusMetrics
from knowalledge_desktop.core.metric import Metric as Limit
from knowalledge_desktop.core.ports import CacheStats
from knowalledge_desktop.core.quota import Gauge
from knowalledge_desktop.core.standing import Probe, Standing
from knowalledge_desktop.core.team import TeamReport, TeamState

TEAM = Path(__file__).parents[2] / "packaging" / "team"
KUBERNETES = "1.37"
_WORDS = {"by", "and", "or", "on", "without", "le", "instance", "member", "bool", "offset", "ignoring", "vector"}
# The names of the web service whose dashboards people may still have.
KEPT_NAMES = [
    "http_requests_total",
    "http_request_duration_seconds",
    "http_requests_in_progress",
    "quota_requests_current_minute",
    "quota_requests_today",
    "quota_tokens_current_minute",
    "quota_tokens_today",
    "quota_rpm_limit",
    "quota_tpm_limit",
    "quota_rpm_remaining",
    "quota_tpm_remaining",
    "quota_exceeded_total",
    "cache_operations_total",
    "cache_hit_rate",
    "cache_size_bytes",
    "cache_items_count",
    "circuit_breaker_state",
    "circuit_breaker_failures_total",
    "circuit_breaker_successes_total",
    "gemini_api_calls_total",
    "gemini_api_duration_seconds",
    "gemini_api_tokens_total",
    "subtopics_generated_total",
    "explanations_generated_total",
    "images_generated_total",
    "content_quality_score",
    "application_errors_total",
    "validation_failures_total",
]


def exposition() -> str:
    numbers = PrometheusMetrics(on=True)
    numbers.started(1.0)
    numbers.frame(0.01)
    numbers.cache("get", "hit")
    standing = Standing(
        "1",
        1.0,
        2.0,
        gauges=tuple(Gauge(limit, 10, 1) for limit in Limit),
        image_gauges=(Gauge(Limit.IPM, 10, 1),),
        day_ends=3.0,
        circuits={"text": "closed"},
        layers={"disk": CacheStats(1, 1)},
        maps=1,
        topics=1,
        probes=(Probe("library", passed=True),),
        team=TeamReport(TeamState.TOGETHER),
    )
    return numbers.exposition(standing).decode()


def known_names() -> set[str]:
    known: set[str] = {"up"}
    for family in text_string_to_metric_families(exposition()):
        ends = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count", "")}.get(family.type, ("",))
        known |= {family.name + end for end in ends}
        known |= {sample.name for sample in family.samples}
    return known


def recorded() -> set[str]:
    groups = yaml.safe_load((TEAM / "prometheus" / "rules.yml").read_text())["groups"]
    return {rule["record"] for group in groups for rule in group["rules"]}


def asked(expression: str) -> set[str]:
    """The names of numbers in a query."""
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\"[^\"]*\"|\b(by|on|without|ignoring)\s*\([^)]*\)", " ", expression)
    return set(re.findall(r"[a-z_:][a-z0-9_:]*(?![a-z0-9_:]*\s*\()", bare)) - _WORDS


def expressions() -> Iterator[tuple[str, str]]:
    for name in ("rules.yml", "alerts.yml"):
        for group in yaml.safe_load((TEAM / "prometheus" / name).read_text())["groups"]:
            for rule in group["rules"]:
                yield f"{name}:{rule.get('record') or rule['alert']}", rule["expr"]
    for panel in json.loads((TEAM / "grafana" / "dashboard.json").read_text())["panels"]:
        for target in panel.get("targets", []):
            yield f"dashboard:{panel['title']}", target["expr"]


def test_every_query_asks_for_numbers_that_exist() -> None:
    known = known_names() | recorded()
    missing = {where: asked(text) - known for where, text in expressions() if asked(text) - known}
    assert missing == {}
    assert asked('sum by (le) (rate(a_bucket{b="c"}[5m])) / on (x) knowalledge:d:e') == {
        "a_bucket",
        "knowalledge:d:e",
    }
    assert len(list(expressions())) > 60


def test_names_that_dashboards_elsewhere_use_are_all_there() -> None:
    known = known_names()
    assert [name for name in KEPT_NAMES if name not in known] == []


def test_every_alert_is_tested() -> None:
    rules = yaml.safe_load((TEAM / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
    tests = yaml.safe_load((TEAM / "prometheus" / "rules_test.yml").read_text())["tests"]
    fired = {t["alertname"] for each in tests for t in each.get("alert_rule_test", []) if t["exp_alerts"]}
    assert {rule["alert"] for rule in rules} == fired


def test_the_dashboard_is_what_its_program_writes() -> None:
    made = subprocess.run(
        [sys.executable, str(TEAM / "grafana" / "make_dashboard.py"), "--check"], check=False, timeout=60
    )
    assert made.returncode == 0, "renew it: python packaging/team/grafana/make_dashboard.py"


PROMTOOL = (
    ("check", "rules", "rules.yml", "alerts.yml"),
    ("test", "rules", "rules_test.yml"),
    ("check", "config", "prometheus.yml"),
    ("check", "config", "--agent", "--syntax-only", "agent.yml"),
)


@pytest.mark.parametrize("words", PROMTOOL, ids=lambda words: " ".join(words[:2]))
def test_prometheus_takes_its_files(words: tuple[str, ...]) -> None:
    assert shutil.which("promtool"), "promtool is missing. Debian, Ubuntu: sudo apt-get install prometheus"
    done = subprocess.run(
        ["promtool", *words], cwd=TEAM / "prometheus", capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def manifests() -> list[Any]:
    found: list[Any] = []
    for path in sorted((TEAM / "kubernetes").glob("*.yaml")):
        for number, each in enumerate(yaml.safe_load_all(path.read_text())):
            found.append(pytest.param(each, id=f"{path.stem}-{number}"))
    return found


@pytest.mark.parametrize("manifest", manifests())
def test_kubernetes_takes_each_manifest(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_the_kustomization_names_files_that_are_there() -> None:
    told = yaml.safe_load((TEAM / "kustomization.yaml").read_text())
    files = [
        *told["resources"],
        *(name.rpartition("=")[2] for each in told["configMapGenerator"] for name in each["files"]),
    ]
    assert [name for name in files if not (TEAM / name).is_file()] == []
    assert {f"kubernetes/{path.name}" for path in (TEAM / "kubernetes").glob("*.yaml")} == set(told["resources"])


def test_what_compose_mounts_is_there_or_named_as_to_be_made() -> None:
    services = yaml.safe_load((TEAM / "compose.yaml").read_text())["services"]
    own = {"tls", "secrets"}  # made by the team: README.md says how
    mounted = [
        v.split(":")[0] for each in services.values() for v in each.get("volumes", []) if v.startswith("./")
    ]
    assert [name for name in mounted if Path(name).name not in own and not (TEAM / name).exists()] == []
    assert all(re.search(r":v?\d+\.\d+", each["image"]) for each in services.values())


def test_the_teams_redis_drops_nothing_keeps_a_log_and_speaks_tls_alone() -> None:
    lines = (TEAM / "redis" / "redis.conf").read_text().splitlines()
    told = dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))
    assert told["port"] == "0"
    assert told["appendonly"] == "yes"
    assert told["maxmemory-policy"] == "noeviction"
    assert told["aclfile"] == "/etc/redis/users.acl"
    words = (TEAM / "redis" / "users.acl").read_text()
    assert hashlib.sha256(b"").hexdigest() not in words
    assert "user default off" in words
