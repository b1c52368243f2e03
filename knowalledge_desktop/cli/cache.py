"""`knowalledge cache`: the answers that can be had again, and forgetting some or all of them."""

from __future__ import annotations

from dataclasses import asdict

from knowalledge_desktop.cli.context import Context

_DAY_S = 86_400.0
_MB = 1024 * 1024  # as the limit in the settings is counted


async def stats(context: Context) -> int:
    """What is in the cache, layer by layer, and how often this process found something there."""
    report = await context.services.cache.report()
    if context.as_json:
        context.console.json(asdict(report))
        return 0
    console = context.console
    size, limit = report.size_bytes / _MB, report.limit_bytes / _MB
    console.out(f"{_answers(report.items)}, {size:,.1f} MB of at most {limit:,.0f} MB.")
    console.out(f"This process found {report.hits} there, and {report.misses} not.")
    for layer in report.layers:
        held = f"{_answers(layer.items)}, {layer.size_bytes / _MB:,.1f} MB"
        console.out(f"  {layer.layer:<7} {held}, {layer.hits} found there")
    days, soft = report.lives.hard_s / _DAY_S, report.lives.soft_s / _DAY_S
    renewed = f", and asked for again behind after {soft:,.0f} days" if soft else ""
    console.out(f"An answer is good for {days:,.0f} days{renewed}.")
    return 0


async def clear(context: Context) -> int:
    """Forget all of them. Maps, and the answers that are kept with them, are not touched."""
    return _tell(context, await context.services.cache.clear(), None)


async def invalidate(context: Context) -> int:
    """Forget those whose name matches; with --dry-run only tell how many these are."""
    pattern: str = context.args.pattern
    if context.args.dry_run:
        found = await context.services.cache.matching(pattern)
        if context.as_json:
            context.console.json({"would_forget": found.count, "pattern": pattern, "names": list(found.names)})
            return 0
        context.console.out(f"{_answers(found.count)} would be forgotten.")
        for name in found.names:
            context.console.out(f"  {name}")
        return 0
    return _tell(context, await context.services.cache.invalidate(pattern), pattern)


def _tell(context: Context, forgotten: int, pattern: str | None) -> int:
    if context.as_json:
        context.console.json({"forgotten": forgotten} | ({} if pattern is None else {"pattern": pattern}))
    else:
        context.console.out(f"{_answers(forgotten)} forgotten. What is in the library is as it was.")
    return 0


def _answers(count: int) -> str:
    return f"{count:,} answer" if count == 1 else f"{count:,} answers"
