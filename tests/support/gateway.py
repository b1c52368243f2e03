"""The whole program against the simulated service: wired in this process, or as processes of its own."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from knowalledge_desktop.__main__ import port_for
from knowalledge_desktop.bootstrap import Overrides, build_services
from knowalledge_desktop.cli.console import Console
from knowalledge_desktop.cli.main import run
from knowalledge_desktop.core.quota import Limits
from knowalledge_desktop.core.request import EngineChoice, Options
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.explain import Explained
from tests.support.gemini_cases import Reply, chunk, stream
from tests.support.limits_answers import TEXT_MODEL

ROOT = Path(__file__).resolve().parents[2]
PLANTED_KEY = "AIzaTestKeyThatIsPlanted0000000"


class AheadClock:
    """The machine's clock, with which time can be let pass, or which is only set: implements `Clock`."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        self.wrong_by_s = 0.0

    def now(self) -> float:
        return time.time() + self.ahead_s + self.wrong_by_s

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead_s

    def advance(self, seconds: float) -> None:
        self.ahead_s += seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def environ(home: Path, url: str) -> dict[str, str]:
    """The variables of a person who uses the simulator with a key of their own."""
    told = {
        "KNOWALLEDGE_HOME": str(home),
        "KNOWALLEDGE_GEMINI_BASE_URL": url,
        "GEMINI_API_KEY": PLANTED_KEY,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONPATH": str(ROOT),
    }
    return {**os.environ, **told}


@asynccontextmanager
async def program(
    told: Mapping[str, str],
    overrides: Overrides | None = None,
    *,
    limits: Limits | None = None,
    tier: str = "none",
) -> AsyncGenerator[Services, None]:
    """The services as a face is handed them, with these limits set by the person."""
    services = build_services(told, overrides or Overrides())
    try:
        if services.preferences.settings.tier != tier:
            services.preferences.save(replace(services.preferences.settings, tier=tier))
        if limits is not None:
            await services.quota.set_limits(limits)
        yield services
    finally:
        await services.aclose()


async def explained(
    services: Services, topic: str, engine: EngineChoice = EngineChoice.GEMINI, *, shown: list[Any] | None = None
) -> Explained:
    """The explanation of a topic that is the root of a new map; what came before it goes to `shown`."""
    session = services.explore.new_map(topic)
    parts = services.explain.explain(session, session.map.root_id, Options(), engine=engine)
    async with aclosing(parts):
        async for part in parts:
            if isinstance(part, Explained):
                return part
            if shown is not None:
                shown.append(part)
    raise TypeError("no explanation came")


def start(
    told: Mapping[str, str], *words: str, lengths: tuple[float, float] | None = None
) -> subprocess.Popen[str]:
    """A process of the program; `lengths` are the ledger's minute and deadline in seconds."""
    module = ["knowalledge_desktop"] if lengths is None else ["tests.support.gateway_program", *map(str, lengths)]
    command = [sys.executable, "-m", *module, *words]
    return subprocess.Popen(
        command, env=dict(told), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def command(told: Mapping[str, str], *words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of one command, wired anew but run inside this process, which is quicker."""
    out, err = io.StringIO(), io.StringIO()
    code = run(words, lambda more: build_services({**told, **more}), port_for, Console(io.StringIO(), out, err))
    return code, out.getvalue(), err.getvalue()


def ran(told: Mapping[str, str], *words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of one command in a process of its own."""
    with start(told, *words) as process:
        try:
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()  # does nothing to what has ended
    return process.returncode, out, err


def spoken(text: str, pieces: int = 6, *, output_tokens: int = 80, **options: Any) -> Reply:
    """A streamed answer of just this text, billed as so many tokens."""
    size = -(-len(text) // pieces)
    parts: Sequence[str] = [text[at : at + size] for at in range(0, len(text), size)]
    usage = {
        "promptTokenCount": 120,
        "candidatesTokenCount": output_tokens,
        "totalTokenCount": 120 + output_tokens,
    }
    more: dict[str, Any] = {"usageMetadata": usage, "modelVersion": TEXT_MODEL}
    chunks = [chunk(each, **more) for each in parts[:-1]] + [chunk(parts[-1], finish="STOP", **more)]
    return stream(*chunks, **options)
