"""The addresses of the port, and what is answered there."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from knowalledge_desktop.core.errors import AppError, UserInputError
from knowalledge_desktop.port.acts import Acts
from knowalledge_desktop.port.bridge import Bridge, Busy, Json, Tell
from knowalledge_desktop.port.edge import Edge, patterns
from knowalledge_desktop.port.openapi import document
from knowalledge_desktop.port.problems import PROBLEM, Refused, of_error, plain
from knowalledge_desktop.port.rate import Limits, Meter
from knowalledge_desktop.port.reading import Wish, json_body, picture_body, text_of, wish_of
from knowalledge_desktop.services.bundle import Services

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FRESH_S = 1.0
"""What is read for monitoring is read at most so often, however many ask."""

_LINES, _EVENTS = "application/x-ndjson", "text/event-stream"
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".zip": "application/zip",
}
_GONE = 499  # as nginx tells a client that has left; nobody sees it
T = TypeVar("T")
Answer = Callable[[Request], Awaitable[Response]]


def build_app(services: Services, acts: Acts, bridge: Bridge, limits: Limits, port: int) -> ASGIApp:
    """The application that listens on `port`."""
    site = _Site(services, acts, bridge, limits)
    routes = site.routes()
    app = Starlette(
        routes=routes,
        exception_handlers={
            AppError: site.known_error,
            Refused: site.refused,
            Busy: site.busy,
            HTTPException: site.http_error,
            Exception: site.bug,  # raised once more after it, and reported at the edge
        },
    )
    app.router.redirect_slashes = False
    return Edge(
        app,
        port=port,
        numbers=services.monitor.numbers,
        limits=limits,
        pattern=patterns(tuple(route.path for route in routes)),
        report=bridge.report,
        now=services.now,
    )


class _Kept:
    """An answer that is good for a second, read by one for all who ask."""

    def __init__(self, read: Callable[[], Awaitable[Response]]) -> None:
        self._read = read
        self._lock = asyncio.Lock()
        self._until = float("-inf")
        self._response: Response | None = None

    async def __call__(self, request: Request) -> Response:
        loop = asyncio.get_running_loop()
        async with self._lock:
            if self._response is None or loop.time() >= self._until:
                self._response = await self._read()
                self._until = loop.time() + FRESH_S
            return self._response


class _Site:
    def __init__(self, services: Services, acts: Acts, bridge: Bridge, limits: Limits) -> None:
        self._services = services
        self._acts = acts
        self._bridge = bridge
        self._limits = limits
        self._meters: dict[str, Meter] = {}

    def routes(self) -> list[Route]:
        metrics, ready, quota = _Kept(self._metrics), _Kept(self._ready), _Kept(self._quota)
        opened: list[tuple[str, Answer]] = [
            ("/metrics", metrics),
            ("/health", self._health),
            ("/api/health", self._health),
            ("/ready", ready),
            ("/api/ready", ready),
            ("/startup", self._startup),
            ("/api/startup", self._startup),
            ("/api/quota/stats", quota),
            ("/openapi.json", self._openapi),
            ("/api/docs", self._openapi),
        ]
        kept: list[tuple[str, Answer]] = [
            ("/api/library", self._maps),
            ("/api/library/search", self._search),
            ("/api/library/{map_id}/export", self._export),
        ]
        works: list[tuple[str, Answer]] = [
            ("/api/create_subtopics", self._subtopics),
            ("/api/explain", self._explain),
            ("/api/create_presentation", self._present),
            ("/api/image2topic", self._image_topic),
            ("/api/generate_image", self._draw),
        ]
        return [
            *(Route(path, _bound(answer), methods=["GET"]) for path, answer in opened),
            *(Route(path, self._with_token(answer), methods=["GET"]) for path, answer in kept),
            *(Route(path, self._with_token(answer, work=True), methods=["POST"]) for path, answer in works),
        ]

    # --- errors ---------------------------------------------------------------------------------------------

    async def known_error(self, request: Request, error: Exception) -> Response:
        """An error that people meet too."""
        if not isinstance(error, AppError):
            raise error
        return of_error(error, self._services.now())

    async def refused(self, request: Request, error: Exception) -> Response:
        """A request that was not even asked about."""
        if not isinstance(error, Refused):
            raise error
        return plain(error.status, error.detail, error.headers)

    async def busy(self, request: Request, error: Exception) -> Response:
        """The window has too much to do."""
        return plain(503, "The program is busy with something else. Try again.", {"Retry-After": "5"})

    async def bug(self, request: Request, error: Exception) -> Response:
        """A mistake in the program; what it says may be of anything, so it is not passed on."""
        return plain(500, "This is a mistake in the program, not in the request.")

    async def http_error(self, request: Request, error: Exception) -> Response:
        """No such address, or not by this method."""
        if not isinstance(error, HTTPException):
            raise error
        allowed = (error.headers or {}).get("Allow", "")
        if error.status_code == 404:
            return plain(404, "There is nothing here. All addresses: /openapi.json.")
        if error.status_code == 405:
            return plain(405, f"Only {allowed} is answered here.", {"Allow": allowed})
        return plain(error.status_code, "This request cannot be answered.")

    # --- who may --------------------------------------------------------------------------------------------

    def _with_token(self, answer: Answer, *, work: bool = False) -> Answer:
        async def guarded(request: Request) -> Response:
            await self._check_token(request)
            if work:
                self._pace("works")
            return await answer(request)

        return guarded

    async def _check_token(self, request: Request) -> None:
        told = request.headers.getlist("authorization")
        scheme, _, word = told[0].partition(" ") if len(told) == 1 else ("", "", "")
        token = await self._bridge.ask(self._services.port_token.current)
        right = token is not None and hmac.compare_digest(word.strip().encode("utf-8"), token.encode("utf-8"))
        if scheme.lower() != "bearer" or not right:
            self._pace("refused")
            make = "Copy it in the settings, or see it with: knowalledge serve --token."
            how = "Send the header ‘Authorization: Bearer’ with the token. "
            raise Refused(401, how + make, {"WWW-Authenticate": 'Bearer realm="KnowAllEdge"'})

    def _pace(self, kind: str) -> None:
        pace = {"works": self._limits.works, "refused": self._limits.refused}[kind]
        meter = self._meters.setdefault(kind, Meter(pace, asyncio.get_running_loop().time))
        wait = meter.take()
        if wait:
            raise Refused(429, f"That was too often. Ask again in {wait} s.", {"Retry-After": str(wait)})

    # --- open to all programs of this machine ---------------------------------------------------------------

    async def _metrics(self) -> Response:
        body = await self._bridge.look(self._services.monitor.exposition)
        return Response(body, headers={"Content-Type": METRICS_TYPE})

    async def _health(self, request: Request) -> Response:
        monitor, now = self._services.monitor, self._services.now()
        told = {"status": "healthy", "timestamp": _iso(now), "version": monitor.version}
        return JSONResponse({**told, "uptime_s": round(max(0.0, now - monitor.started_at), 3)})

    async def _startup(self, request: Request) -> Response:
        return JSONResponse({"status": "started", "started_at": _iso(self._services.monitor.started_at)})

    async def _ready(self) -> Response:
        probes = await self._bridge.look(self._services.monitor.probes)
        checks = {
            probe.name: {
                "status": "healthy" if probe.passed else "failing",
                "essential": probe.essential,
                "detail": probe.text,
            }
            for probe in probes
        }
        failing = [probe.name for probe in probes if probe.essential and not probe.passed]
        if failing:
            detail = f"This does not work now: {', '.join(failing)}."
            return plain(503, detail, checks=checks, ready=False)
        return JSONResponse({"status": "ready", "ready": True, "checks": checks})

    async def _quota(self) -> Response:
        return JSONResponse(await self._bridge.look(self._acts.quota))

    async def _openapi(self, request: Request) -> Response:
        return JSONResponse(document(self._services.monitor.version))

    # --- the library ----------------------------------------------------------------------------------------

    async def _maps(self, request: Request) -> Response:
        limit, offset = _number(request, "limit", 50, 500), _number(request, "offset", 0, 10**6, least=0)
        return JSONResponse(await self._bridge.ask(lambda: self._acts.maps(limit, offset)))

    async def _search(self, request: Request) -> Response:
        text, limit = request.query_params.get("q", ""), _number(request, "limit", 20, 200)
        if not text.strip() or len(text) > 500 or not _is_text(text):
            raise UserInputError("Say in ‘q’ what to look for, in at most 500 characters.")
        return _json(await self._until_gone(request, self._bridge.ask(lambda: self._acts.search(text, limit))))

    async def _export(self, request: Request) -> Response:
        map_id, name = request.path_params["map_id"], request.query_params.get("format", "knowalledge")
        if not _is_text(map_id) or not _is_text(name):
            raise UserInputError("The name of the map, or of the format, is no text.")
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="knowalledge-"))
        try:
            path = await self._bridge.ask(lambda: self._acts.export(map_id, name, folder))
            data = await asyncio.to_thread(path.read_bytes)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        kind = _KINDS.get(path.suffix.lower(), "application/octet-stream")
        headers = {"Content-Disposition": f'attachment; filename="{path.name}"', "Content-Type": kind}
        return Response(data, headers=headers)

    # --- engines --------------------------------------------------------------------------------------------

    async def _subtopics(self, request: Request) -> Response:
        wish = await self._wish(request)
        return _json(await self._until_gone(request, self._bridge.ask(lambda: self._acts.subtopics(wish))))

    async def _explain(self, request: Request) -> Response:
        wish = await self._wish(request)
        return await self._told(request, lambda tell: self._acts.explanation(wish, tell))

    async def _present(self, request: Request) -> Response:
        wish = await self._wish(request)
        return await self._told(request, lambda tell: self._acts.presentation(wish, tell))

    async def _image_topic(self, request: Request) -> Response:
        picture = await picture_body(request, self._limits)
        query = {name: value for name, value in request.query_params.items() if name in {"language", "engine"}}
        wish = wish_of({"topic": "", **query}, self._services.preferences.settings)
        return _json(
            await self._until_gone(request, self._bridge.ask(lambda: self._acts.topics_of(picture, wish)))
        )

    async def _draw(self, request: Request) -> Response:
        data = await json_body(request, self._limits)
        if "prompt" in data and "topic" not in data:
            data = {**data, "topic": text_of(data, "prompt")}
        wish = wish_of(data, self._services.preferences.settings)
        told = await self._until_gone(request, self._bridge.ask(lambda: self._acts.picture(wish)))
        if "image/" in request.headers.get("accept", ""):
            return Response(base64.b64decode(told["image"]), headers={"Content-Type": told["mime"]})
        return _json(told)

    async def _wish(self, request: Request) -> Wish:
        return wish_of(await json_body(request, self._limits), self._services.preferences.settings)

    # --- waiting --------------------------------------------------------------------------------------------

    async def _until_gone(self, request: Request, waiting: Awaitable[T]) -> T:
        """The result, unless the other side leaves: then the work is cancelled, and costs nothing more."""
        results: list[T] = []
        errors: list[Exception] = []
        left = False

        async def asked() -> None:
            try:
                results.append(await waiting)
            except asyncio.CancelledError:
                if not left:
                    raise
            except Exception as error:  # noqa: BLE001 - raised below, without the group around it
                errors.append(error)

        async def watch(answer: asyncio.Task[None]) -> None:
            nonlocal left
            while (await request.receive())["type"] != "http.disconnect":
                pass
            left = True
            answer.cancel()

        async with asyncio.TaskGroup() as group:
            answer = group.create_task(asked())
            watcher = group.create_task(watch(answer))
            answer.add_done_callback(lambda _: watcher.cancel())
        if errors:
            raise errors[0]
        if not results:
            raise Refused(_GONE, "The other side has left.")
        return results[0]

    async def _told(self, request: Request, work: Callable[[Tell], Coroutine[Any, Any, Json]]) -> Response:
        """The result as one document, or with all that is told on the way when the other side wants it so."""
        wanted = request.headers.get("accept", "")
        kind = next((each for each in (_LINES, _EVENTS) if each in wanted), None)
        if kind is None:
            told = await self._until_gone(request, self._bridge.ask(lambda: work(lambda event: None)))
            return _json({name: value for name, value in told.items() if name != "event"})
        events = self._bridge.stream(work)
        first = await self._until_gone(
            request, anext(events)
        )  # an error before anything was told is an answer of its own
        return StreamingResponse(self._lines(first, events, kind), headers={"Content-Type": kind})

    async def _lines(self, first: Json, events: AsyncGenerator[Json, None], kind: str) -> AsyncGenerator[bytes]:
        async with aclosing(events):
            yield _line(first, kind)
            try:
                async for event in events:
                    yield _line(event, kind)
            except AppError as error:
                told = json.loads(bytes(of_error(error, self._services.now()).body))
                yield _line({"event": "error", "type": PROBLEM, "problem": told}, kind)


def _bound(answer: Answer) -> Answer:
    """A plain function, as the router wants it."""

    async def call(request: Request) -> Response:
        return await answer(request)

    return call


def _line(event: Json, kind: str) -> bytes:
    text = json.dumps(event, ensure_ascii=False).encode("utf-8", "replace")
    return text + b"\n" if kind == _LINES else b"event: " + event["event"].encode() + b"\ndata: " + text + b"\n\n"


def _json(told: Json) -> Response:
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, headers={"Content-Type": "application/json"})


def _number(request: Request, name: str, usual: int, most: int, *, least: int = 1) -> int:
    told = request.query_params.get(name, str(usual))
    if not told.isascii() or not told.isdigit() or len(told) > 9 or not least <= int(told) <= most:
        raise UserInputError(f"‘{name}’ has to be a whole number from {least} to {most}.")
    return int(told)


def _is_text(text: str) -> bool:
    """Whether it can be looked for: no lone halves of a character, nothing that ends a text."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _iso(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
