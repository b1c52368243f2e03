"""`knowalledge quota`: how full the limits are, and the user's word on them."""

from __future__ import annotations

import math
from dataclasses import asdict, replace

from knowalledge_desktop.cli.console import plain
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.cli.shapes import Json
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.limit_words import METRIC_NAMES, when
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.pace import DayPace
from knowalledge_desktop.core.prices import money
from knowalledge_desktop.core.quota import Gauge, Limits
from knowalledge_desktop.core.quota_rules import PRESETS, percent_used
from knowalledge_desktop.services.quota import EVERY_MODEL, QuotaReport

LIMITS = ("rpm", "tpm", "rpd", "tpd", "ipm")
"""The limits that can be set, as `Limits` names them."""

_BUDGETS = (Metric.DAY_BUDGET, Metric.MONTH_BUDGET)
_PROJECT_MAX = 100
_BAR = 10  # characters


async def quota(context: Context) -> int:
    """How full every limit of a model is, and when something of it comes back."""
    report = await context.services.quota.report(context.args.model or "")
    day = await context.services.quota.pace(report)
    if context.as_json:
        context.console.json(_as_json(report, day))
    else:
        _show(context, report, day)
    await say_warnings(context)
    return 0


async def set_quota(context: Context) -> int:
    """Set limits, the preset they begin with, or the project they hold for."""
    args, services = context.args, context.services
    given = {name: getattr(args, name) for name in LIMITS if hasattr(args, name)}
    if not given and args.preset is None and args.project is None:
        told = ", ".join(f"--{name}" for name in (*LIMITS, "preset", "project"))
        raise UserInputError(f"Say what to set: {told}.")
    if args.project is not None:
        name = _project(args.project)
        services.preferences.save(replace(services.preferences.settings, project=name))
    model = args.model or services.preferences.settings.text_model
    if args.preset is not None and not args.model:
        await _begin_with(context, args.preset)
    if given or (args.preset is not None and args.model):
        base = PRESETS[args.preset].limits(model) if args.preset else await services.quota.limits(model)
        await services.quota.set_limits(replace(base, **given), model)
    settings, limits = services.preferences.settings, await services.quota.limits(model)
    if context.as_json:
        context.console.json(
            {"project": settings.project, "model": model, "preset": settings.tier, "limits": asdict(limits)}
        )
    else:
        whose = "every model without limits of its own" if model == EVERY_MODEL else model
        context.console.out(f"Limits of {whose} in the project {plain(settings.project)}: {_in_words(limits)}.")
    return 0


async def _begin_with(context: Context, preset: str) -> None:
    """Make a preset the one that limits begin with; limits that were set or learned before give way to it."""
    services = context.services
    services.preferences.save(replace(services.preferences.settings, tier=preset))
    settings = services.preferences.settings
    for model in (EVERY_MODEL, settings.text_model, settings.image_model):
        limits = PRESETS[preset].limits(model)
        if await services.quota.limits(model) != limits:
            await services.quota.set_limits(limits, model)


def _project(text: str) -> str:
    name = " ".join(plain(text).split())
    if not name or len(name) > _PROJECT_MAX:
        raise UserInputError(f"The name of a project has 1 to {_PROJECT_MAX} characters.")
    return name


async def say_warnings(context: Context) -> None:
    """Budgets that are nearly used up."""
    for metric, share in await context.services.quota.warnings():
        context.console.say(f"{100 * share:.0f} % of {METRIC_NAMES[metric]} is used.")


# --- JSON ---------------------------------------------------------------------------------------------------


def _as_json(report: QuotaReport, day: DayPace) -> Json:
    preset = PRESETS.get(report.tier, PRESETS["unknown"])
    return {
        "project": report.project,
        "model": report.model,
        "preset": {"name": report.tier, "title": preset.title, "dated": preset.dated},
        "gauges": [_gauge_json(gauge) for gauge in report.gauges],
        "waiting": report.waiting,
        "day_ends": report.day_ends,
        "forecast": {"requests": day.projected, "full_at": day.full_at},
    }


def _gauge_json(gauge: Gauge) -> Json:
    """A gauge; times in epoch seconds, budgets in millionths of a dollar."""
    return {**asdict(gauge), "unit": _unit(gauge.metric), "percent": percent_used(gauge.used, gauge.limit)}


def _unit(metric: Metric) -> str:
    if metric in _BUDGETS:
        return "micro_usd"
    kinds = {Metric.TPM: "input_tokens", Metric.TPD: "input_tokens", Metric.IPM: "images"}
    return kinds.get(metric, "requests")


# --- for people ---------------------------------------------------------------------------------------------


def _show(context: Context, report: QuotaReport, day: DayPace) -> None:
    console = context.console
    preset = PRESETS.get(report.tier, PRESETS["unknown"])
    console.out(f"{console.bold(report.model)} in the project {plain(report.project)}")
    console.out(f"Limits begin with: {preset.title} (preset {plain(report.tier)}, of {preset.dated})")
    console.out()
    width = max(len(name) for name in METRIC_NAMES.values())
    for gauge in report.gauges:
        name = METRIC_NAMES[gauge.metric]
        name = name[0].upper() + name[1:]
        console.out(f"{name.ljust(width)}  {_bar(gauge)}  {_amounts(gauge)}{_remarks(context, gauge)}")
    console.out()
    if report.waiting:
        console.out(f"Requests that wait for their turn: {report.waiting}")
    ends = context.time_of(report.day_ends)
    if day.full_at is not None and day.used < (day.limit or 0):
        console.out(f"At the pace of the last 3 hours requests run out at {context.time_of(day.full_at)}.")
    elif day.projected > day.used and day.full_at is None:
        console.out(f"At the pace of the last 3 hours there are about {day.projected:,} requests by {ends}.")
    console.out(f"The day of these limits ends at {ends} (midnight Pacific time).")


def _bar(gauge: Gauge) -> str:
    percent = percent_used(gauge.used, gauge.limit)
    if percent is None:
        return "-" * _BAR
    full = min(_BAR, math.ceil(percent * _BAR / 100))
    return "#" * full + "." * (_BAR - full)


def _amounts(gauge: Gauge) -> str:
    limit = gauge.limit
    used = _amount(gauge.metric, gauge.used, limit)
    if limit is None:
        return f"{used}, no limit"
    return f"{used} of {_amount(gauge.metric, limit, gauge.used)}, {percent_used(gauge.used, limit) or 0.0:.0f} %"


def _amount(metric: Metric, value: int, beside: int | None = None) -> str:
    return money(value, beside) if metric in _BUDGETS else f"{value:,}"


def _remarks(context: Context, gauge: Gauge) -> str:
    now = context.services.now()
    told: list[str] = []
    if gauge.blocked_until is not None and gauge.blocked_until > now:
        told.append(f"Google said no; free {when(gauge.blocked_until, now, context.time_of)}")
    elif gauge.frees_at is not None and gauge.used > 0 and gauge.limit is not None:
        told.append(f"frees {when(gauge.frees_at, now, context.time_of)}")
    if gauge.learned:
        at = "" if gauge.learned_at is None else f"{context.time_of(gauge.learned_at)} "
        told.append(f"learned {at}from a refusal")
    return f" ({'; '.join(told)})" if told else ""


def _in_words(limits: Limits) -> str:
    told: list[str] = []
    for name in LIMITS:
        value: int | None = getattr(limits, name)
        told.append(f"{METRIC_NAMES[Metric(name)]} {'unlimited' if value is None else f'{value:,}'}")
    return ", ".join(told)
