"""`knowalledge doctor`, `selftest` and `serve`: the program on this machine."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from knowalledge_desktop.cli.console import plain
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.services.diagnosis import Finding

_BUG = 70


async def doctor(context: Context) -> int:
    """Look at this machine; sends nothing."""
    return _tell(context, await context.services.diagnosis.doctor())


async def selftest(context: Context) -> int:
    """Prove the installed program: ask, keep, read back; sends nothing."""
    context.console.progress("Testing …")
    return _tell(context, await context.services.diagnosis.selftest())


def _tell(context: Context, findings: Sequence[Finding]) -> int:
    console = context.console
    failed = [finding for finding in findings if not finding.passed]
    if context.as_json:
        told = [{"name": f.name, "passed": f.passed, "text": f.text} for f in findings]
        console.json({"passed": not failed, "checks": told})
    else:
        width = max((len(finding.name) for finding in findings), default=0)
        for finding in findings:
            mark = "ok    " if finding.passed else "FAILED"
            console.out(f"{mark}  {console.bold(finding.name.ljust(width))}  {plain(finding.text)}")
    if failed:
        console.say(f"{len(failed)} of {len(findings)} checks failed: {', '.join(each.name for each in failed)}.")
        return failed[0].exit_code or _BUG
    return 0


async def serve(context: Context) -> int:
    """Serve the numbers on the loopback address until the program is told to stop."""
    port = context.port_for(context.services)
    stop = asyncio.Event()
    with _stopping(stop):
        try:
            number = await port.start(context.args.port)
            context.console.say(
                f"Serving http://127.0.0.1:{number}/metrics, /api/health and /api/ready. Stop with Ctrl+C."
            )
            await stop.wait()
        finally:
            await port.aclose()
    return 0


@contextmanager
def _stopping(stop: asyncio.Event) -> Generator[None]:
    """Let Ctrl+C and the system's request to end set `stop`; that is how serving ends well."""
    loop = asyncio.get_running_loop()
    handled: list[signal.Signals] = []
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, stop.set)
            except NotImplementedError:  # Windows: Ctrl+C ends the program as in other commands
                break
            handled.append(number)
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
