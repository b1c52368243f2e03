"""`knowalledge budget`: what may be spent, and what was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from knowalledge_desktop.cli.console import plain
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.cli.quota import say_warnings
from knowalledge_desktop.cli.shapes import Json
from knowalledge_desktop.core.prices import money
from knowalledge_desktop.core.quota import SpendRow
from knowalledge_desktop.core.quota_rules import pacific_day
from knowalledge_desktop.services.quota import parse_money

_MONTH_DAYS = 31  # the most that today's month can have had
_DAYS = 30
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class _Sums:
    """Micro-dollars of some rows: of today, of this month, of 30 days; and their requests of 30 days."""

    today: int
    month: int
    days: int
    requests: int


async def budget(context: Context) -> int:
    """Set the budgets that were given, then show them and what was spent."""
    args, quota = context.args, context.services.quota
    allowed = await quota.budget()
    changed = replace(
        allowed,
        **({} if args.day is None else {"day_micro": parse_money(args.day)}),
        **({} if args.month is None else {"month_micro": parse_money(args.month)}),
    )
    if changed != allowed:
        await quota.set_budget(changed)
    rows = await quota.spend(_MONTH_DAYS)
    now = context.services.now()
    project = context.services.preferences.settings.project
    total, parts = _sums(rows, now), _parts(rows)
    if context.as_json:
        context.console.json(
            {
                "project": project,
                "day_micro": changed.day_micro,
                "month_micro": changed.month_micro,
                "spent_micro": asdict(total),
                "by_model_and_operation": [
                    {"model": model, "operation": operation, **asdict(_sums(some, now))}
                    for (model, operation), some in parts
                ],
                "rows": [_row_json(row) for row in rows if row.day >= _first_of_30(now)],
                "estimate": True,
            }
        )
    else:
        console = context.console
        console.out(f"Spent in the project {plain(project)}, estimated from the tokens that Gemini counted:")
        console.out(f"  today         {_spent(total.today, changed.day_micro)}")
        console.out(f"  this month    {_spent(total.month, changed.month_micro)}")
        console.out(f"  last 30 days  {money(total.days)}")
        _show_parts(context, [(*name, _sums(some, now)) for name, some in parts])
    await say_warnings(context)
    return 0


def _spent(micro: int, limit: int | None) -> str:
    told = money(micro, limit)
    return f"{told}, no budget is set" if limit is None else f"{told} of {money(limit, micro)}"


def _first_of_30(now: float) -> str:
    return pacific_day(now - (_DAYS - 1) * _DAY_S)


def _sums(rows: Iterable[SpendRow], now: float) -> _Sums:
    today, first = pacific_day(now), _first_of_30(now)
    month = today[: len("2026-11")]
    rows = list(rows)
    return _Sums(
        sum(row.cost_micro for row in rows if row.day == today),
        sum(row.cost_micro for row in rows if row.day.startswith(month)),
        sum(row.cost_micro for row in rows if row.day >= first),
        sum(row.requests for row in rows if row.day >= first),
    )


def _parts(rows: Sequence[SpendRow]) -> list[tuple[tuple[str, str], list[SpendRow]]]:
    """The rows by model and operation, the dearest first."""
    parts: dict[tuple[str, str], list[SpendRow]] = {}
    for row in rows:
        parts.setdefault((row.model, row.operation), []).append(row)
    return sorted(parts.items(), key=lambda part: (-sum(row.cost_micro for row in part[1]), part[0]))


def _row_json(row: SpendRow) -> Json:
    """What one day, model and operation took; `day` is a Pacific date."""
    return asdict(row)


def _show_parts(context: Context, parts: Sequence[tuple[str, str, _Sums]]) -> None:
    console = context.console
    if not parts:
        return
    head = ("model", "operation", "requests", "today", "month", "30 days")
    table = [
        (
            plain(model),
            plain(operation),
            f"{sums.requests:,}",
            money(sums.today),
            money(sums.month),
            money(sums.days),
        )
        for model, operation, sums in parts
    ]
    widths = [max(len(row[at]) for row in (head, *table)) for at in range(len(head))]
    console.out()
    for row in (head, *table):
        cells = [
            cell.ljust(width) if at < 2 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        line = "  ".join(cells).rstrip()
        console.out(console.dim(line) if row is head else line)
