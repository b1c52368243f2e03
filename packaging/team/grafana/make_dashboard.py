"""Writes the dashboard for Grafana from the names of the program's numbers.

Usage: python packaging/team/grafana/make_dashboard.py [--check]
With --check nothing is written; the exit code tells whether the file is what it would be.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard, DatasourceVariable, QueryVariable, Row
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.timeseries import Panel as Series
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef

PATH = Path(__file__).with_name("dashboard.json")
SOURCE = DataSourceRef("prometheus", "${source}")
WHERE = 'instance=~"$instance"'
Query = tuple[str, str]
_NEEDLESS = ("auto", "auto_count", "auto_min", "id")

ROWS: tuple[tuple[str, tuple[tuple[str, str, tuple[Query, ...]], ...]], ...] = (
    (
        "Answers",
        (
            (
                "Requests to Gemini",
                "reqps",
                ((f"sum by (status) (rate(gemini_api_calls_total{{{WHERE}}}[5m]))", "{{status}}"),),
            ),
            (
                "Errors of Gemini (alert above 5 %)",
                "percentunit",
                ((f"knowalledge:call_errors:ratio_rate5m{{{WHERE}}}", "{{instance}} {{member}}"),),
            ),
            (
                "How long answers take (alert above 5 s)",
                "s",
                (
                    (f"knowalledge:call_seconds:p95_rate5m{{{WHERE}}}", "95 % {{instance}} {{member}}"),
                    (
                        "histogram_quantile(0.5, sum by (le) "
                        f"(rate(gemini_api_duration_seconds_bucket{{{WHERE}}}[5m])))",
                        "half of them",
                    ),
                ),
            ),
            (
                "Tokens a second",
                "short",
                ((f"sum by (type) (rate(gemini_api_tokens_total{{{WHERE}}}[5m]))", "{{type}}"),),
            ),
            (
                "Troubles that people saw",
                "short",
                ((f"sum by (error_type) (increase(application_errors_total{{{WHERE}}}[5m]))", "{{error_type}}"),),
            ),
            (
                "Answers that were not what was asked for",
                "short",
                (
                    (
                        f"sum by (validator, issue_type) (increase(validation_failures_total{{{WHERE}}}[5m]))",
                        "{{validator}} {{issue_type}}",
                    ),
                ),
            ),
            (
                "Breakers (0 closed, 1 open, 2 trying)",
                "short",
                ((f"circuit_breaker_state{{{WHERE}}}", "{{service}}"),),
            ),
            (
                "What breakers counted",
                "short",
                (
                    (
                        f"sum by (service) (increase(circuit_breaker_failures_total{{{WHERE}}}[5m]))",
                        "failed {{service}}",
                    ),
                    (
                        f"sum by (service) (increase(circuit_breaker_successes_total{{{WHERE}}}[5m]))",
                        "well {{service}}",
                    ),
                ),
            ),
        ),
    ),
    (
        "Quota and money",
        (
            (
                "How full the limits are (alert above 90 %)",
                "percentunit",
                ((f"knowalledge:quota_used:ratio{{{WHERE}}}", "{{limit}} {{instance}}"),),
            ),
            (
                "What is left today",
                "short",
                (
                    (f"quota_rpd_remaining{{{WHERE}}}", "requests {{instance}}"),
                    (f"quota_requests_today{{{WHERE}}}", "used {{instance}}"),
                ),
            ),
            (
                "What is left this minute",
                "short",
                (
                    (f"quota_rpm_remaining{{{WHERE}}}", "requests {{instance}}"),
                    (f"quota_tpm_remaining{{{WHERE}}} / 1000", "1,000 tokens {{instance}}"),
                ),
            ),
            (
                "Limits in the way",
                "short",
                (
                    (
                        f"sum by (limit_type) (increase(quota_exceeded_total{{{WHERE}}}[5m]))",
                        "refused by {{limit_type}}",
                    ),
                    (
                        f"sum by (limit_type) (increase(quota_waits_total{{{WHERE}}}[5m]))",
                        "waited for {{limit_type}}",
                    ),
                ),
            ),
            ("Who waits", "short", ((f"sum by (priority) (queue_waiting{{{WHERE}}})", "{{priority}}"),)),
            (
                "Money",
                "currencyUSD",
                (
                    (f"spend_dollars{{{WHERE}}}", "spent this {{period}} {{instance}}"),
                    (f"budget_dollars{{{WHERE}}}", "budget of the {{period}} {{instance}}"),
                ),
            ),
        ),
    ),
    (
        "Cache and team",
        (
            (
                "Answered from the cache (alert below 50 %)",
                "percentunit",
                ((f"knowalledge:cache_hits:ratio_rate15m{{{WHERE}}}", "{{instance}} {{member}}"),),
            ),
            ("Size of the cache", "bytes", ((f"cache_size_bytes{{{WHERE}}}", "{{layer}} {{instance}}"),)),
            ("Answers in the cache", "short", ((f"cache_items_count{{{WHERE}}}", "{{layer}} {{instance}}"),)),
            (
                "Requests that were not needed",
                "short",
                (
                    (f"increase(coalesced_calls_total{{{WHERE}}}[5m])", "asked at the same time {{instance}}"),
                    (f"increase(team_saved_requests_total{{{WHERE}}}[5m])", "known to the team {{instance}}"),
                ),
            ),
            ("Members", "short", ((f"team_members{{{WHERE}}}", "{{instance}} {{member}}"),)),
            ("With the team's Redis", "short", ((f"team_state{{{WHERE}}} == 1", "{{state}} {{instance}}"),)),
        ),
    ),
    (
        "Content",
        (
            (
                "New content",
                "short",
                (
                    (f"increase(subtopics_generated_total{{{WHERE}}}[5m])", "subtopics {{instance}}"),
                    (f"increase(explanations_generated_total{{{WHERE}}}[5m])", "explanations {{instance}}"),
                    (f"increase(images_generated_total{{{WHERE}}}[5m])", "pictures {{instance}}"),
                ),
            ),
            (
                "Form of it (0 to 1; not its truth)",
                "short",
                (
                    (
                        f"sum by (content_type) (rate(content_quality_score_sum{{{WHERE}}}[15m])) / "
                        f"sum by (content_type) (rate(content_quality_score_count{{{WHERE}}}[15m]))",
                        "{{content_type}}",
                    ),
                ),
            ),
            (
                "Claims by what the evidence says",
                "short",
                ((f"sum by (state) (increase(claims_total{{{WHERE}}}[15m]))", "{{state}}"),),
            ),
            ("Topics that are kept", "short", ((f"library_topics{{{WHERE}}}", "{{instance}}"),)),
        ),
    ),
    (
        "Window and port",
        (
            (
                "A frame of the map (alert above 50 ms)",
                "s",
                ((f"knowalledge:frame_seconds:p95_rate5m{{{WHERE}}}", "95 % {{instance}}"),),
            ),
            ("Start of the window", "s", ((f"app_start_seconds{{{WHERE}}}", "{{instance}}"),)),
            (
                "Requests to the port",
                "reqps",
                (
                    (
                        f"sum by (endpoint, status) (rate(http_requests_total{{{WHERE}}}[5m]))",
                        "{{endpoint}} {{status}}",
                    ),
                ),
            ),
            (
                "How long the port takes",
                "s",
                ((f"knowalledge:http_seconds:p95_rate5m{{{WHERE}}}", "95 % {{instance}}"),),
            ),
        ),
    ),
)

STATS: tuple[tuple[str, str, str], ...] = (
    ("Running", "short", f"count(app_info{{{WHERE}}})"),
    ("Parts that do not work", "short", f"count(dependency_up{{{WHERE}}} == 0) or vector(0)"),
    ("Used of the day's requests", "percentunit", f'max(knowalledge:quota_used:ratio{{limit="rpd",{WHERE}}})'),
    ("Spent this month", "currencyUSD", f'sum(spend_dollars{{period="month",{WHERE}}})'),
)


def dashboard() -> Dashboard:
    """The whole dashboard."""
    made = (
        Dashboard("KnowAllEdge")
        .uid("knowalledge")
        .tags(["knowalledge"])
        .description("Answers, quota, money, cache, team, content and the window.")
        .refresh("30s")
        .time("now-1h", "now")
        .timezone("browser")
        .editable()
        .with_variable(DatasourceVariable("source").label("Prometheus").type("prometheus"))
        .with_variable(
            QueryVariable("instance")
            .label("Program")
            .datasource(SOURCE)
            .query("label_values(app_info, instance)")
            .multi(multi=True)
            .include_all(include_all=True)
            .refresh(2)
        )
    )
    for title, unit, expression in STATS:
        made.with_panel(
            Stat()
            .title(title)
            .unit(unit)
            .datasource(SOURCE)
            .height(4)
            .span(6)
            .with_target(_query("A", expression))
        )
    for title, panels in ROWS:
        made.with_row(Row(title))
        for name, unit, queries in panels:
            panel = Series().title(name).unit(unit).min(0).datasource(SOURCE).height(8).span(12)
            for letter, (expression, legend) in zip("ABCDEF", queries, strict=False):
                panel.with_target(_query(letter, expression, legend))
            made.with_panel(panel)
    return made


def _query(letter: str, expression: str, legend: str = "") -> Dataquery:
    return Dataquery().ref_id(letter).expr(expression).legend_format(legend).datasource(SOURCE)


def text() -> str:
    """The file as it should be."""
    built = json.loads(JSONEncoder(sort_keys=True).encode(dashboard().build()))
    built.pop("style")  # newer schemas do not know it, nor the id of a variable; the rest is what intervals have
    for variable in built["templating"]["list"]:
        for name in _NEEDLESS:
            variable.pop(name, None)
    return json.dumps(_without_nothing(built), indent=2, sort_keys=True) + "\n"


def _without_nothing(value: object) -> object:
    """Without fields that are null: panels read some of them as an object."""
    if isinstance(value, dict):
        return {name: _without_nothing(each) for name, each in value.items() if each is not None}
    return [_without_nothing(each) for each in value] if isinstance(value, list) else value


def main() -> int:
    """Write the file, or compare it."""
    if "--check" in sys.argv[1:]:
        return int(PATH.read_text(encoding="utf-8") != text())
    PATH.write_text(text(), encoding="utf-8")
    print(f"{PATH.name}: {sum(len(panels) for _, panels in ROWS) + len(STATS)} panels")
    return 0


if __name__ == "__main__":
    sys.exit(main())
