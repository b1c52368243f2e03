"""`knowalledge doctor` and `selftest`: the program on this machine."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from knowalledge_desktop.cli.console import plain
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.services.diagnosis import Finding
from knowalledge_desktop.services.diagnosis_bundle import contents, write

_BUG = 70


async def doctor(context: Context) -> int:
    """Look at this machine and, with a team, at the way to its Redis; with `--online` at the way to Gemini, too.

    Gemini is sent nothing, but with `--online` one request without a key.

    With `--bundle` what was found is written to a zip as well, and told what is in it.
    """
    findings = await context.services.diagnosis.doctor()
    if context.args.online:
        findings += await context.services.diagnosis.way()
    if context.args.bundle is not None:
        await _write_bundle(context, findings, context.args.bundle)
    return _tell(context, findings)


async def _write_bundle(context: Context, findings: Sequence[Finding], path: Path) -> None:
    services = context.services
    found = [{"name": f.name, "passed": f.passed, "text": f.text} for f in findings]
    logs, settings = services.folders.state / "logs", services.preferences.settings
    files = await asyncio.to_thread(contents, found, settings, logs, os.environ, services.now())
    await asyncio.to_thread(write, path, files)
    context.console.say(files["READ ME FIRST.txt"].strip())
    context.console.say(f"Written to {path}. Unpack and read it before you send it.")


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
