"""`knowalledge cache`: the answers that can be had again, and forgetting some or all of them."""

from __future__ import annotations

from dataclasses import asdict

from knowalledge_desktop.cli.context import Context

_MB = 1024 * 1024  # as the limit in the settings is counted


async def stats(context: Context) -> int:
    """What is in the cache, and how often this process found something there."""
    report = await context.services.cache.report()
    if context.as_json:
        context.console.json(asdict(report))
        return 0
    console = context.console
    size, limit = report.size_bytes / _MB, report.limit_bytes / _MB
    console.out(f"{_answers(report.items)}, {size:,.1f} MB of at most {limit:,.0f} MB.")
    console.out(f"This process found {report.hits} there, and {report.misses} not.")
    return 0


async def clear(context: Context) -> int:
    """Forget all of them. Maps, and the answers that are kept with them, are not touched."""
    return _tell(context, await context.services.cache.clear(), None)


async def invalidate(context: Context) -> int:
    """Forget those whose name matches."""
    pattern: str = context.args.pattern
    return _tell(context, await context.services.cache.invalidate(pattern), pattern)


def _tell(context: Context, forgotten: int, pattern: str | None) -> int:
    if context.as_json:
        context.console.json({"forgotten": forgotten} | ({} if pattern is None else {"pattern": pattern}))
    else:
        context.console.out(f"{_answers(forgotten)} forgotten. What is in the library is as it was.")
    return 0


def _answers(count: int) -> str:
    return f"{count:,} answer" if count == 1 else f"{count:,} answers"
