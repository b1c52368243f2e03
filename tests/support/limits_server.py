"""A Gemini service on this machine that has limits and does not tell them before they are hit.

`python -m tests.support.limits_server --port N --rpm 10 --rpd 100 --tpm 250000 --minute 60 --latency 0.05:0.4`
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.gemini_cases import JSON_TYPE, Reply, error, stream, unary
from tests.support.gemini_server import GeminiServer, Seen
from tests.support.limits_answers import (
    MODEL_NAMES,
    Violation,
    answer,
    is_picture_model,
    model_told,
    refusal,
    refused_picture,
)
from tests.support.limits_count import (
    DAY_S,
    Entry,
    HiddenLimits,
    Latency,
    Meter,
    answer_line,
    arrival_line,
)
from tests.support.limits_words import prompt_tokens, text_of, topic_of

REFUSE_MARK = "[refuse this]"
"""A prompt with this text is declined, by image and by text models."""

_REFUSED_WITHIN_S = 0.05
_FIRST_SHARE = 0.6  # of the latency passes before the first piece of a stream
_STATUS = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED",
           500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}  # fmt: skip


class LimitsServer(GeminiServer):
    """The simulator: `with LimitsServer(HiddenLimits(rpm=10)) as server:`, then `server.url`, `server.log`.

    `limits` hold for every model alike, or are given by model with "*" for the rest; each model has counts of
    its own. `minute_s` and `day_s` may be shortened; a day of the usual length is a Pacific calendar day.
    `latency` is a range in seconds or a function of the request. `clock` replaces the server's own clock,
    which is off from this machine's by `clock_offset_s`. `token_factor` makes every request bigger than its
    text. A day's 429 says to come back in a minute, as the real ones do, unless `exact_day_retry`. While
    `failing` is a status, every generating request within the limits gets it.
    """

    def __init__(
        self,
        limits: HiddenLimits | Mapping[str, HiddenLimits],
        *,
        minute_s: float = 60.0,
        day_s: float = DAY_S,
        latency: Latency = (0.05, 0.4),
        clock_offset_s: float = 0.0,
        clock: Callable[[], float] | None = None,
        seed: int = 0,
        bare_429: bool = False,
        with_quota_value: bool = True,
        exact_day_retry: bool = False,
        token_factor: float = 1.0,
        port: int = 0,
        log_file: Path | None = None,
    ) -> None:
        super().__init__(port=port)
        self.limits = limits
        self.minute_s = minute_s
        self.day_s = day_s
        self.latency = latency
        self.clock_offset_s = clock_offset_s
        self.bare_429 = bare_429
        self.with_quota_value = with_quota_value
        self.exact_day_retry = exact_day_retry
        self.token_factor = token_factor
        self.failing: int | None = None
        self._clock = clock or _steady_clock()
        self._random = random.Random(seed)  # noqa: S311 - a repeatable simulation, no secret
        self._entries: list[Entry] = []
        self._meters: dict[str, Meter] = {}
        self._serving: dict[asyncio.Task[Any] | None, Entry] = {}
        self._name = f"{os.getpid()}-{os.urandom(4).hex()}"
        self._log_file = log_file
        self._file: int | None = None
        self._change = threading.Condition()

    def __enter__(self) -> LimitsServer:
        if self._log_file is not None:
            self._file = os.open(self._log_file, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @property
    def log(self) -> list[Entry]:
        """Everything that came so far, in the order of arrival."""
        return list(self._entries)

    def now(self) -> float:
        """The server's own time, epoch seconds."""
        return self._clock() + self.clock_offset_s

    def limits_of(self, model: str) -> HiddenLimits:
        if isinstance(self.limits, HiddenLimits):
            return self.limits
        return self.limits.get(model) or self.limits.get("*") or HiddenLimits()

    def fail_next(self, status: int, times: int = 1) -> None:
        """Answer the next generating requests that are within the limits with an error; they still count."""
        self.enqueue(*[_failure(status)] * times)

    def drop_next(self, times: int = 1) -> None:
        """Break the connection in the middle of the answer to the next requests; they still count."""
        self.enqueue(*[replace(stream({"usageMetadata": {}}), cut=0)] * times)

    def wait_for(self, requests: int, timeout_s: float = 10.0) -> None:
        """Block until so many requests arrived in all; raises TimeoutError. Call it in a thread, not a loop."""
        with self._change:
            if not self._change.wait_for(lambda: len(self._entries) >= requests, timeout_s):
                raise TimeoutError(f"{len(self._entries)} of {requests} requests arrived")

    def wait_until_idle(self, timeout_s: float = 10.0) -> None:
        """Block until no request is being answered; the log is whole then. Raises TimeoutError."""
        with self._change:
            if not self._change.wait_for(lambda: not self._serving, timeout_s):
                raise TimeoutError(f"{len(self._serving)} requests are still being answered")

    # --- one request ----------------------------------------------------------------------------------------

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        task = asyncio.current_task()
        whole = False
        try:
            whole = await super()._one(reader, writer)
        finally:
            entry = self._serving.pop(task, None)
            if entry is not None:
                entry.answered, entry.complete = self.now(), whole
                self._append(answer_line(entry, self._name))
                with self._change:
                    self._change.notify_all()
        return whole

    def _reply(self, seen: Seen) -> Reply:
        entry = self._arrival(seen)
        with self._change:
            self._entries.append(entry)
            self._change.notify_all()
        self._serving[asyncio.current_task()] = entry
        reply, at_once = self._decide(entry, seen)
        latency = self._latency(entry)
        first = min(latency, _REFUSED_WITHIN_S) if at_once else latency
        gaps = max(0, len(reply.chunks) - 1)
        share = _FIRST_SHARE if gaps else 1.0
        entry.status = reply.status
        self._append(arrival_line(entry, self._name))
        headers = {**reply.headers, "date": formatdate(entry.at, usegmt=True)}
        return replace(
            reply, first_s=first * share, gap_s=first * (1 - share) / gaps if gaps else 0.0, headers=headers
        )

    def _arrival(self, seen: Seen) -> Entry:
        found = re.search(r"/models(?:/([^/:?]+))?(?::(\w+))?(\?.*)?$", seen.path)
        method = (found[2] or "models") if found else ""
        body = seen.body if isinstance(seen.body, dict) else {}
        charged = method in {"generateContent", "streamGenerateContent"}
        model = (found[1] or "") if found else ""
        return Entry(
            number=len(self._entries) + 1,
            at=self.now(),
            method=method,
            model=model,
            tokens=round(prompt_tokens(body) * self.token_factor),
            images=int(charged and is_picture_model(model)),
            charged=charged,
            body=hashlib.sha256(json.dumps(seen.body, sort_keys=True).encode()).hexdigest()[:16],
            topic=topic_of(body),
        )

    def _decide(self, entry: Entry, seen: Seen) -> tuple[Reply, bool]:
        """The answer to a request, and whether it comes at once."""
        if not entry.charged:
            return self._free_of_charge(entry), True
        meter = self._meters.setdefault(entry.model, Meter(self.minute_s, self.day_s))
        limits = self.limits_of(entry.model)
        entry.violated = meter.arrive(limits, entry.at, entry.tokens, entry.images)
        if entry.violated:
            return self._refuse(entry, meter, limits), True
        if self.queue:
            return self.queue.popleft(), False
        return self._generate(entry, seen) if self.failing is None else _failure(self.failing), False

    def _refuse(self, entry: Entry, meter: Meter, limits: HiddenLimits) -> Reply:
        if self.bare_429:
            return unary(error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (check quota)."), 429)
        amounts = {"tpm": entry.tokens, "ipm": entry.images}
        waits = [
            self.minute_s
            if name in {"rpd", "tpd"} and not self.exact_day_retry
            else meter.frees(limits, name, entry.at, amounts.get(name, 1)) - entry.at
            for name in entry.violated
        ]
        violations = [
            Violation(name, getattr(limits, name) if self.with_quota_value else None) for name in entry.violated
        ]
        return unary(refusal(violations, entry.model, max(waits)), 429)

    def _generate(self, entry: Entry, seen: Seen) -> Reply:
        refused = REFUSE_MARK in text_of(seen.body)
        if refused and not is_picture_model(entry.model):
            value = {
                "promptFeedback": {"blockReason": "SAFETY"},
                "usageMetadata": {"promptTokenCount": entry.tokens, "totalTokenCount": entry.tokens},
                "modelVersion": entry.model,
            }
            return stream(value) if "alt=sse" in seen.path else unary(value)
        made = refused_picture() if refused else answer(seen.body, entry.model)
        if entry.method == "generateContent":
            return unary(made.values(entry.model, entry.tokens, whole=True)[0])
        values = made.values(entry.model, entry.tokens, whole=False)
        if "alt=sse" in seen.path:
            return stream(*values)
        return Reply(content_type=JSON_TYPE, chunks=(json.dumps(values).encode(),))

    def _free_of_charge(self, entry: Entry) -> Reply:
        if entry.method == "countTokens":
            details = [{"modality": "TEXT", "tokenCount": entry.tokens}]
            return unary({"totalTokens": entry.tokens, "promptTokensDetails": details})
        if entry.method != "models":
            return unary(error(404, "NOT_FOUND", "no such method"), 404)
        if not entry.model:
            return unary({"models": [model_told(name) for name in MODEL_NAMES]})
        if entry.model not in MODEL_NAMES:
            return unary(error(404, "NOT_FOUND", "no such model"), 404)
        return unary(model_told(entry.model))

    def _latency(self, entry: Entry) -> float:
        return self.latency(entry) if callable(self.latency) else self._random.uniform(*self.latency)

    def _append(self, line: bytes) -> None:
        if self._file is not None:
            os.write(self._file, line)


def _failure(status: int) -> Reply:
    return unary(error(status, _STATUS.get(status, "UNKNOWN"), "made to fail"), status)


def _steady_clock() -> Callable[[], float]:
    """This machine's time, which steps of its clock do not touch from now on."""
    began, ticks = time.time(), time.monotonic()
    return lambda: began + time.monotonic() - ticks


# --- as a program -------------------------------------------------------------------------------------------


def _range(text: str) -> tuple[float, float]:
    low, _, high = text.partition(":")
    return float(low), float(high or low)


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    for name in ("rpm", "tpm", "rpd", "tpd", "ipm"):
        parser.add_argument(f"--{name}", type=int)
    parser.add_argument("--minute", type=float, default=60.0, help="seconds in a minute")
    parser.add_argument("--day", type=float, default=DAY_S, help="seconds in a day")
    parser.add_argument("--latency", type=_range, default=(0.05, 0.4), help="seconds, LOW:HIGH")
    parser.add_argument("--clock-offset", type=float, default=0.0, help="seconds the server's clock is ahead")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--token-factor", type=float, default=1.0)
    parser.add_argument("--bare-429", action="store_true")
    parser.add_argument("--no-quota-value", action="store_true")
    parser.add_argument("--log", type=Path, help="append what comes to this file, as JSON lines")
    told = parser.parse_args()
    server = LimitsServer(
        HiddenLimits(told.rpm, told.tpm, told.rpd, told.tpd, told.ipm),
        minute_s=told.minute,
        day_s=told.day,
        latency=told.latency,
        clock_offset_s=told.clock_offset,
        seed=told.seed,
        token_factor=told.token_factor,
        bare_429=told.bare_429,
        with_quota_value=not told.no_quota_value,
        port=told.port,
        log_file=told.log,
    )
    with server:
        print(server.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
