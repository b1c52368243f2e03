"""The Gemini engine against servers that other people wrote: `python tests/e2e/third_party.py [aimock|llmock]`.

Installs them into build/.third_party (npm and pip as they are configured here), starts them on free ports of
127.0.0.1, asks through the engine and the parser, and prints what came. Exit code 1 when something is not as
it should be.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import venv
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from knowalledge_desktop.adapters.gemini import GeminiEngine  # noqa: E402  # after the path
from knowalledge_desktop.core.errors import AppError, QuotaExhausted, Unavailable  # noqa: E402
from knowalledge_desktop.core.parsing import parse  # noqa: E402
from knowalledge_desktop.core.payload import ExplanationText, RawText, SubtopicList  # noqa: E402
from knowalledge_desktop.core.request import Answer, Part, Request, Task, TextDelta  # noqa: E402
from knowalledge_desktop.core.settings import Settings  # noqa: E402
from tests.support.fakes import FakeClock, MemorySecrets  # noqa: E402

CACHE = REPOSITORY / "build" / ".third_party"
AIMOCK = "1.43.0"
LLMOCK = "0.2.2"
TIMEOUT_S = 3.0
BRANCHES = Request(Task.SUBTOPICS, "Jazz")
EXPLAIN = Request(Task.EXPLANATION, "Bebop")

FIXTURES = {
    "fixtures": [
        {
            "match": {"userMessage": '"topic": "Jazz"'},
            "response": {
                "content": json.dumps(
                    {"subtopics": [{"title": f"Jazz branch {n}", "summary": f"The {n}th."} for n in range(1, 16)]}
                )
            },
        },
        {
            "match": {"userMessage": '"topic": "Bebop"'},
            "response": {
                "content": "Bebop is a fast style of jazz.\n\n## Example\n\nCharlie Parker played it in 1945."
            },
        },
        {
            "match": {"userMessage": '"topic": "Limits"'},
            "response": {"error": {"message": "Too many", "type": "rate_limit_error"}, "status": 429},
        },
        {
            "match": {"userMessage": '"topic": "Trouble"'},
            "response": {"error": {"message": "Down", "type": "server_error"}, "status": 503},
        },
    ]
}


@dataclass(frozen=True)
class Scene:
    """One question to a server started with these flags; `wanted` is what must come of it."""

    flags: tuple[str, ...]
    request: Request
    wanted: str


AIMOCK_SCENES = (
    Scene((), BRANCHES, "15 subtopics"),
    Scene((), EXPLAIN, "explanation"),
    Scene(("--latency", "40", "--chunk-size", "8"), EXPLAIN, "explanation"),
    Scene((), Request(Task.EXPLANATION, "Limits"), "QuotaExhausted"),
    Scene((), Request(Task.EXPLANATION, "Trouble"), "ModelUnavailable"),
    Scene((), Request(Task.EXPLANATION, "Unknown to it"), "ModelNotFound"),
    Scene(("--chaos-ratelimit", "1"), EXPLAIN, "QuotaExhausted"),
    Scene(("--chaos-drop", "1"), EXPLAIN, "ModelUnavailable"),
    Scene(("--chaos-malformed", "1"), EXPLAIN, "InvalidReply"),
    Scene(("--chaos-disconnect", "1"), EXPLAIN, "Offline"),
    Scene(("--chaos-latency", "9000"), EXPLAIN, "TimedOut"),
)
LLMOCK_SCENES = (
    Scene((), BRANCHES, "subtopics"),
    Scene((), EXPLAIN, "explanation"),
    Scene(("--stream-chunk-delay-ms", "20"), EXPLAIN, "explanation"),
    Scene(("--error-rate", "400=1"), EXPLAIN, "RequestRejected"),
    Scene(("--error-rate", "401=1"), EXPLAIN, "KeyRejected"),
    Scene(("--error-rate", "403=1"), EXPLAIN, "AccessDenied"),
    Scene(("--error-rate", "404=1"), EXPLAIN, "ModelNotFound"),
    Scene(("--error-rate", "429=1"), EXPLAIN, "QuotaExhausted"),
    Scene(("--error-rate", "500=1"), EXPLAIN, "ModelUnavailable"),
    Scene(("--error-rate", "503=1"), EXPLAIN, "ModelUnavailable"),
    Scene(("--stream-fault", "disconnect=1"), EXPLAIN, "Offline"),
    Scene(("--stream-fault", "malformed=1"), EXPLAIN, "InvalidReply"),
    Scene(("--stream-fault", "stall=1"), EXPLAIN, "TimedOut"),
    Scene(("--stream-fault", "truncate=1"), EXPLAIN, "explanation, cut short"),
)


def install_aimock() -> list[str]:
    """The command that serves with aimock."""
    folder = CACHE / "aimock"
    command = folder / "node_modules" / ".bin" / "llmock"
    if not command.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit("aimock needs npm (Node.js), which is not here.")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}", "utf-8")
        arguments = ["i", "--no-audit", "--no-fund", "--prefix", str(folder), f"@copilotkit/aimock@{AIMOCK}"]
        subprocess.run([npm, *arguments], check=True)
    fixtures = folder / "fixtures.json"
    fixtures.write_text(json.dumps(FIXTURES), "utf-8")
    return [str(command), "--host", "127.0.0.1", "--fixtures", str(fixtures), "--log-level", "warn"]


def install_llmock() -> list[str]:
    """The command that serves with llmock, from an environment of its own."""
    folder = CACHE / "llmock"
    command = folder / "bin" / "llmock"
    if not command.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", f"llmock=={LLMOCK}"], check=True)
    return [str(command), "serve", "--host", "127.0.0.1", "--log-level", "warning"]


@asynccontextmanager
async def serving(command: Sequence[str], flags: Sequence[str]) -> AsyncIterator[str]:
    """The address of the started server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = await asyncio.create_subprocess_exec(
        *command, "--port", str(port), *flags, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                if server.returncode is not None:
                    raise SystemExit(f"{command[0]} {' '.join(flags)} ended with {server.returncode}") from None
                await asyncio.sleep(0.1)
            else:
                writer.close()
                break
        yield f"http://127.0.0.1:{port}"
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


async def ask(base_url: str, request: Request) -> tuple[str, str]:
    """What came, in short and in detail."""
    settings = Settings(base_url=base_url, timeout_s=TIMEOUT_S)
    engine = GeminiEngine(MemorySecrets("a-key-for-strangers"), lambda: settings, FakeClock())
    loop = asyncio.get_running_loop()
    began, arrivals, parts = loop.time(), list[float](), list[Part]()
    try:
        await engine.warm_up()
        began = loop.time()
        async for part in engine.ask(request):
            parts.append(part)
            arrivals.append(loop.time() - began)
        answer = parts[-1]
        if not isinstance(answer, Answer) or not isinstance(answer.content, RawText):
            return "no answer", repr(parts[-1:])
        return _told(parse(answer.content, request), parts, arrivals)
    except AppError as error:
        detail = f"{error.detail} after {len(parts)} parts and {loop.time() - began:.2f} s"
        if isinstance(error, QuotaExhausted):
            detail += f", quota {error.quota_id or '?'}, until {error.until}"
        elif isinstance(error, Unavailable) and error.retry_after_s is not None:
            detail += f", retry after {error.retry_after_s} s"
        return type(error).__name__, detail
    finally:
        await engine.aclose()


def _told(content: object, parts: Sequence[Part], arrivals: Sequence[float]) -> tuple[str, str]:
    answer = parts[-1]
    assert isinstance(answer, Answer)
    who = f"model {answer.provenance.model}, {answer.usage.prompt_tokens}+{answer.usage.output_tokens} tokens"
    match content:
        case SubtopicList():
            titles = ", ".join(item.title for item in content.items[:3])
            return f"{len(content.items)} subtopics", f"{titles} ...; complete={content.complete}; {who}"
        case ExplanationText():
            deltas = sum(isinstance(part, TextDelta) for part in parts)
            short = "explanation" if content.complete else "explanation, cut short"
            first = arrivals[0] * 1000
            last = arrivals[-1] * 1000
            text = content.markdown[:50]
            return short, f"{text!r} in {deltas} deltas, first at {first:.0f} ms, end at {last:.0f} ms; {who}"
        case _:
            return "other content", repr(content)[:80]


async def play(name: str, command: Sequence[str], prefix: str, scenes: Sequence[Scene]) -> int:
    """Play all scenes; the number of those that went wrong."""
    wrong = 0
    print(f"== {name}")
    for scene in scenes:
        async with serving(command, scene.flags) as base_url:
            short, detail = await ask(base_url + prefix, scene.request)
        good = short == scene.wanted or short.endswith(f" {scene.wanted}")
        wrong += not good
        flags = " ".join(scene.flags) or "-"
        print(
            f"{'ok   ' if good else 'WRONG'} {flags:34} {scene.request.topic:14} -> {short}: {detail}", flush=True
        )
        if not good:
            print(f"      wanted: {scene.wanted}")
    return wrong


async def main() -> int:
    """Install and play what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("servers", nargs="*", choices=["aimock", "llmock", []], default=[])
    chosen = parser.parse_args().servers or ["aimock", "llmock"]
    # The engine goes to this machine without a proxy by itself; the servers' own clients are told so here.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    wrong = 0
    if "aimock" in chosen:
        command = await asyncio.to_thread(install_aimock)
        wrong += await play(f"@copilotkit/aimock {AIMOCK}", command, "", AIMOCK_SCENES)
    if "llmock" in chosen:
        command = await asyncio.to_thread(install_llmock)
        wrong += await play(f"llmock {LLMOCK}", command, "/gemini", LLMOCK_SCENES)
    print(f"{wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
