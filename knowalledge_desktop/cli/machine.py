"""`knowalledge doctor` and `selftest`: the program on this machine."""

from __future__ import annotations

from collections.abc import Sequence

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
