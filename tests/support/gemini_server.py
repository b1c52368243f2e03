"""A service on this machine that speaks the Gemini protocol: `python -m tests.support.gemini_server --port N`.

Under /case/NAME it gives the reply of that name whatever is asked; otherwise queued replies, else answers of
its own: a list of models, subtopics in the shape of the request's schema, a streamed explanation.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import responses
from types import TracebackType
from typing import Any

from tests.support.gemini_cases import (
    ANSWERS,
    DRAWN_USAGE,
    MODELS,
    Reply,
    chunk,
    drawn,
    error,
    recordings,
    stream,
    unary,
)

_POLL_S = 0.005
_FOR_HANGING_S = 30.0


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


@dataclass
class Seen:
    """One request as it came in; the key only as a hash. `hung_up` is set when the client left early."""

    method: str
    path: str
    headers: Mapping[str, str]
    key: str
    body: Any
    complete: bool = False
    hung_up: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)


class GeminiServer:
    """The server in a thread of its own: `with GeminiServer() as server:`, then `server.url`."""

    def __init__(self, cases: Mapping[str, Reply] | None = None, *, port: int = 0, gap_s: float = 0.0) -> None:
        self.cases: dict[str, Reply] = {name: reply for name, (reply, _) in ANSWERS.items()} | dict(cases or {})
        self.seen: list[Seen] = []
        self.queue: deque[Reply] = deque()
        self.came = threading.Event()
        self.gap_s = gap_s
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="gemini-server", daemon=True)

    def __enter__(self) -> GeminiServer:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self.port}"

    def case_url(self, name: str) -> str:
        """A base address under which every request gets the reply of this name."""
        return f"{self.url}/case/{name}"

    def enqueue(self, *replies: Reply) -> None:
        """Replies for the next requests, in order."""
        self.queue.extend(replies)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", self._port, limit=2**26)

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:]) if k}
        raw = await reader.readexactly(int(headers.get("content-length", 0)))
        key = headers.pop("x-goog-api-key", "") or headers.pop("authorization", "")
        seen = Seen(method, path, headers, key_hash(key) if key else "", json.loads(raw) if raw else None)
        self.seen.append(seen)
        self.came.set()
        reply = self._reply(seen)
        try:
            seen.complete = await _send(reader, writer, reply)
        except ConnectionError:
            seen.complete = False
        finally:
            if not seen.complete and reply.cut is None:
                seen.hung_up.set()
            seen.answered.set()
        return seen.complete

    def _reply(self, seen: Seen) -> Reply:
        case = re.match(r"/case/([^/]+)/", seen.path)
        if case:
            missing = unary(error(404, "NOT_FOUND", f"no case {case[1]}"), 404)
            return self.cases.get(case[1], missing)
        if self.queue:
            return self.queue.popleft()
        if re.search(r"/models(\?|$)", seen.path):
            return MODELS
        if ":streamGenerateContent" not in seen.path:
            return unary(error(404, "NOT_FOUND", "no such method"), 404)
        settings = seen.body.get("generationConfig", {})
        if "IMAGE" in (settings.get("responseModalities") or []):
            return _drawing(seen.body)
        shape = settings.get("responseJsonSchema") or settings.get("response_json_schema")
        return _subtopics(seen.body, shape, self.gap_s) if shape else _explanation(seen.body, self.gap_s)


def _data(body: Any) -> dict[str, Any]:
    text = body["contents"][-1]["parts"][-1]["text"]
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def _subtopics(body: Any, shape: Mapping[str, Any], gap_s: float) -> Reply:
    if "topics" in shape["properties"]:
        return _candidates(body)
    count = int(shape["properties"]["subtopics"]["maxItems"])
    told = _data(body)
    taken = {told["topic"], *told["path"], *told["siblings"], *told["avoid"]}
    titles = [title for n in range(1, 1000) if (title := f"{told['topic']} {n}") not in taken][:count]
    answer = json.dumps({"subtopics": [{"title": t, "summary": f"{t} in one sentence."} for t in titles]})
    pieces = [answer[at : at + 400] for at in range(0, len(answer), 400)]
    return stream(*_chunks(pieces), gap_s=gap_s)


def _candidates(body: Any) -> Reply:
    """Topics named by the size of the picture, so that another picture has others."""
    picture = body["contents"][-1]["parts"][0]["inlineData"]
    size = len(picture["data"])
    topics = [{"title": f"Thing {n} of {size}", "reason": f"It is there {n} times."} for n in range(1, 6)]
    return stream(*_chunks([json.dumps({"topics": topics})]))


def _drawing(body: Any) -> Reply:
    topic = _data(body)["topic"]
    words, last = chunk(f"A drawing of {topic}."), chunk(finish="STOP", usageMetadata=DRAWN_USAGE)
    return stream(words, drawn(), last)


def _explanation(body: Any, gap_s: float) -> Reply:
    told = _data(body)
    topic = told["topic"]
    if question := told.get("question"):
        answer = (
            f"You ask: {question} It is about {topic}, which is told of in a few plain words here. That is all.\n"
        )
        return stream(*_chunks(re.findall(r"\S+\s*", answer)), gap_s=gap_s)
    text = (
        f"**{topic}** is explained here in a few short sentences. It has parts that can be told apart.\n\n"
        f"## In the real world\n\nA person meets {topic} in a place that has a name. One formula is $a^2 + b^2$.\n"
    )
    return stream(*_chunks(re.findall(r"\S+\s*", text)), gap_s=gap_s)


def _chunks(pieces: list[str]) -> list[dict[str, Any]]:
    last = {
        "promptTokenCount": 120,
        "candidatesTokenCount": 4 * len(pieces),
        "totalTokenCount": 120 + 4 * len(pieces),
    }
    return [*(chunk(piece) for piece in pieces[:-1]), chunk(pieces[-1], finish="STOP", usageMetadata=last)]


async def _send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: Reply) -> bool:
    """Whether the whole reply went out."""
    if not await _wait(reader, writer, reply.first_s):
        return False
    head = [f"HTTP/1.1 {reply.status} {responses.get(reply.status, '?')}", f"content-type: {reply.content_type}"]
    head += [f"{name}: {value}" for name, value in reply.headers.items()] + ["transfer-encoding: chunked"]
    writer.write(("\r\n".join(head) + "\r\n\r\n").encode())
    for number, data in enumerate(reply.chunks):
        if reply.cut == number or (number and not await _wait(reader, writer, reply.gap_s)):
            await writer.drain()
            writer.close()
            return False
        size = reply.split or len(data) or 1
        for at in range(0, len(data), size):
            piece = data[at : at + size]
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
    if reply.hang and not await _wait(reader, writer, _FOR_HANGING_S):
        return False
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True


async def _wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> bool:
    """Wait; False when the client hangs up meanwhile."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until:
        if reader.at_eof() or writer.transport.is_closing():
            return False
        await asyncio.sleep(min(_POLL_S, max(0.0, until - loop.time())))
    return True


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--gap", type=float, default=0.03, help="seconds between the pieces of an answer")
    options = parser.parse_args()
    replies = {recording.name: recording.reply for recording in recordings()}
    with GeminiServer(replies, port=options.port, gap_s=options.gap) as server:
        print(server.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("stopped")
