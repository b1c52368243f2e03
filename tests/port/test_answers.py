"""What the addresses of the loopback port answer."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from knowalledge_desktop.core.errors import (
    KeyringUnavailable,
    Offline,
    QuotaExhausted,
    StorageReadOnly,
    TopicNotFound,
)
from knowalledge_desktop.core.request import Detail, EngineChoice, Level, Style, Task
from knowalledge_desktop.port.openapi import document
from knowalledge_desktop.port.reading import form_field
from tests.port.conftest import Client, Serve, settled
from tests.support.cli_services import DRAWN, TEXT, TOKEN, Bench
from tests.support.pictures import png

PICTURE = png(64, 48)


async def test_metrics(client: Client) -> None:
    await client.get("/health")
    reply = await client.get("/metrics")
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    names = {family.name for family in text_string_to_metric_families(reply.body.decode())}
    assert {"http_requests", "quota_exceeded", "circuit_breaker_state", "spend_dollars", "queue_waiting"} <= names
    assert b'http_requests_total{endpoint="/health",method="GET",status="200"} 1.0' in reply.body


@pytest.mark.parametrize("path", ["/health", "/api/health"])
async def test_health(client: Client, path: str) -> None:
    told = (await client.get(f"{path}?verbose=1")).json()
    assert (told["status"], told["version"]) == ("healthy", "1.2.3")
    assert told["timestamp"].endswith("Z")
    assert told["uptime_s"] >= 0


@pytest.mark.parametrize("path", ["/ready", "/api/ready"])
async def test_ready(client: Client, path: str) -> None:
    told = (await client.get(path)).json()
    assert (told["status"], told["ready"]) == ("ready", True)
    assert set(told["checks"]) == {"library", "ledger", "keyring", "breaker", "engine"}
    assert {check["status"] for check in told["checks"].values()} == {"healthy"}


async def test_what_is_needed_and_does_not_work_is_named(serve: Serve, bench: Bench) -> None:
    class Refusing:
        async def articles(self, prefix: str, language: str, limit: int) -> tuple[str, ...]:
            return ()

    bench.index = Refusing()  # type: ignore[assignment]
    async with serve() as client:
        reply = await client.get("/ready")
    assert (reply.status, reply.headers["content-type"]) == (503, "application/problem+json")
    assert "engine" in reply.json()["detail"]
    assert reply.json()["checks"]["library"]["status"] == "healthy"


async def test_a_locked_keyring_is_told_and_the_atlas_answers_on(serve: Serve, bench: Bench) -> None:
    class Locked(type(bench.secrets)):  # type: ignore[misc]
        async def get(self) -> str | None:
            raise KeyringUnavailable("locked")

    bench.secrets = Locked()
    async with serve() as client:
        told = (await client.get("/api/ready")).json()
    assert told["ready"] is True
    assert told["checks"]["keyring"] == {"status": "failing", "essential": False, "detail": "KeyringUnavailable"}


async def test_startup(client: Client) -> None:
    assert (await client.get("/startup")).json()["status"] == "started"


async def test_quota_stats(client: Client) -> None:
    told = (await client.get("/api/quota/stats")).json()
    assert set(told["current_minute"]) == set(told["current_day"]) == {"requests", "tokens"}
    assert told["limits"].keys() == told["remaining"].keys()
    assert told["waiting"] == 0


async def test_openapi_tells_every_address_with_its_method(client: Client) -> None:
    told = (await client.get("/openapi.json")).json()
    assert told["openapi"] == "3.1.0"
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            address = path.replace("{map_id}", "x")
            status = (await client.ask(method.upper(), address)).status
            assert status == (401 if operation["security"] else 200), path
            assert {"200", "403", "429"} <= operation["responses"].keys()
    other = {
        "/api/docs" if path == "/openapi.json" else path for path in told["paths"] if path not in ("/api/docs",)
    }
    assert len(other) == len(told["paths"]) - 1


def test_references_of_the_document_lead_somewhere() -> None:
    told = document("1")
    text = json.dumps(told)
    assert text.count('"$ref"') == text.count('"#/components/schemas/Problem"') > 0
    assert "Problem" in told["components"]["schemas"]


# --- engines ------------------------------------------------------------------------------------------------


async def test_subtopics_are_told_and_kept(client: Client, bench: Bench) -> None:
    reply = await client.post("/api/create_subtopics", {"topic": " Jazz ", "count": 4, "language": "de"})
    told = reply.json()
    assert reply.status == 200
    assert len(told["subtopics"]) == len(told["topics"]) == 4
    assert (told["quality_score"], told["complete"]) == (0.9, True)
    assert (told["metadata"]["engine"], told["metadata"]["cache_hit"]) == ("gemini", False)
    kept = await bench.library.load(told["map_id"])
    assert [kept.topics[each].title for each in kept.children(kept.root_id)] == told["subtopics"]
    asked = bench.engine.asked[0]
    assert (asked.task, asked.topic, asked.options.language) == (Task.SUBTOPICS, "Jazz", "de")
    again = (await client.post("/api/create_subtopics", {"topic": "jazz", "count": 4})).json()
    assert again["map_id"] == told["map_id"]
    assert len(await bench.library.maps()) == 1


async def test_the_words_of_other_clients_are_understood(client: Client, bench: Bench) -> None:
    words = {"educationLevel": "undergradLevel", "levelOfDetail": "highDetail", "learningStyle": "Reading/Writing"}
    reply = await client.post("/api/explain", {"topic": "Jazz", "engine": "gemini", "fresh": True, **words})
    assert reply.status == 200
    asked = bench.engine.asked[0]
    assert (asked.engine, asked.fresh) == (EngineChoice.GEMINI, True)
    options = asked.options
    assert (options.level, options.detail, options.style) == (Level.UNDERGRADUATE, Detail.DETAILED, Style.READING)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"topic": ""},
        {"topic": 7},
        {"topic": None},
        {"topic": "x" * 201},
        {"topic": "a\x00b"},
        {"topic": "\ud800"},
        {"topic": "Jazz", "count": 0},
        {"topic": "Jazz", "count": True},
        {"topic": "Jazz", "count": 10**30},
        {"topic": "Jazz", "language": "../etc"},
        {"topic": "Jazz", "level": "expert"},
        {"topic": "Jazz", "level": ["junior"]},
        {"topic": "Jazz", "engine": "gpt"},
        {"topic": "Jazz", "fresh": "yes"},
        {"topic": "Jazz", "focus": "Bebop"},
        {"topic": "Jazz", "focus": [1]},
        {"topic": "Jazz", "focus": ["x"] * 21},
        {"topic": "Jazz", "focus": ["\ud83d"]},
    ],
)
async def test_what_cannot_be_used_is_said(client: Client, bench: Bench, body: dict[str, Any]) -> None:
    reply = await client.post("/api/create_presentation", body)
    assert (reply.status, reply.headers["content-type"]) == (422, "application/problem+json")
    assert reply.json()["detail"]
    assert bench.engine.asked == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff{}", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b'{"topic": "Jazz"}', "text/plain", 415),
        (b"topic=Jazz", "application/x-www-form-urlencoded", 415),
        (b'{"topic": "' + b"x" * 70_000 + b'"}', "application/json", 413),
    ],
)
async def test_bodies_that_cannot_be_read(client: Client, body: bytes, kind: str, status: int) -> None:
    for path in ("/api/create_subtopics", "/api/explain", "/api/generate_image"):
        assert (await client.post(path, body, Content_Type=kind)).status == status


async def test_an_explanation_is_told_as_one_document(client: Client, bench: Bench) -> None:
    reply = await client.post("/api/explain", {"topic": "Bebop", "within": "Jazz"})
    told = reply.json()
    assert (reply.status, told["explanation"], told["topic"]) == (200, TEXT, "Bebop")
    assert {claim["state"] for claim in told["claims"]} == {"supported", "unchecked"}
    assert told["sources"][0]["title"] == "Bebop"
    assert "event" not in told
    assert bench.engine.asked[0].path == ("Jazz",)
    kept = await bench.library.load(told["map_id"])
    assert kept.title == "Jazz"
    assert len(kept.explanations) == 1


async def test_an_explanation_is_told_while_it_comes(client: Client) -> None:
    reply = await client.post("/api/explain", {"topic": "Bebop"}, Accept="application/x-ndjson")
    events = [json.loads(line) for line in reply.body.splitlines()]
    assert reply.headers["content-type"] == "application/x-ndjson"
    assert [event["event"] for event in events] == ["text", "text", "done"]
    assert "".join(event.get("text", "") for event in events) == events[-1]["explanation"] == TEXT
    reply = await client.post("/api/explain", {"topic": "Bebop"}, Accept="text/event-stream")
    assert reply.body.startswith(b'event: text\ndata: {"event": "text"')
    assert reply.body.count(b"\n\n") >= 3


async def test_an_error_before_and_after_the_first_words(client: Client, bench: Bench) -> None:
    bench.engine.troubles["Bebop"] = Offline("no route")
    reply = await client.post("/api/explain", {"topic": "Bebop"}, Accept="application/x-ndjson")
    last = json.loads(reply.body.splitlines()[-1])
    assert (reply.status, last["event"], last["problem"]["status"]) == (200, "error", 503)
    bench.engine.plans["Swing"] = [Offline("no route")]
    reply = await client.post("/api/explain", {"topic": "Swing"}, Accept="application/x-ndjson")
    assert (reply.status, reply.json()["type"]) == (503, "urn:knowalledge:problem:offline")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TopicNotFound("Jazz", ("Jade",)), 404),
        (QuotaExhausted("rpd", until=1_800_000_100.0, quota_id="rpd", limit=20), 429),
        (Offline("no"), 503),
    ],
)
async def test_errors_keep_their_status(client: Client, bench: Bench, error: Exception, status: int) -> None:
    bench.engine.troubles["Jazz"] = error
    reply = await client.post("/api/create_subtopics", {"topic": "Jazz"})
    assert (reply.status, reply.json()["status"]) == (status, status)
    assert await bench.library.maps() == ()


async def test_a_presentation_explains_the_subtopics_that_are_named(client: Client, bench: Bench) -> None:
    body = {"topic": "Jazz", "focus": ["Bebop", "Swing"]}
    told = (await client.post("/api/create_presentation", body)).json()
    assert [each["subtopic"] for each in told["explanations"]] == ["Bebop", "Swing"]
    assert told["explanations"][0]["explanation"] == TEXT
    assert (told["failed"], told["state"]) == ([], "done")
    assert {request.path for request in bench.engine.asked} == {("Jazz",)}
    assert len((await bench.library.load(told["map_id"])).explanations) == 2


async def test_a_presentation_tells_its_progress(client: Client, bench: Bench) -> None:
    bench.engine.known = 3
    reply = await client.post("/api/create_presentation", {"topic": "Jazz"}, Accept="application/x-ndjson")
    events = [json.loads(line) for line in reply.body.splitlines()]
    assert {event["event"] for event in events[:-1]} == {"progress"}
    counts = [event["done"] for event in events[:-1]]
    assert counts == sorted(counts)
    assert (counts[-1], len(events[-1]["explanations"])) == (3, 3)


async def test_a_presentation_that_nobody_waits_for_rests(client: Client, bench: Bench) -> None:
    bench.engine.gate = asyncio.Event()
    body = json.dumps({"topic": "Jazz", "focus": ["Bebop"]}).encode()
    _, writer = await asyncio.open_connection("127.0.0.1", client.port)
    head = f"POST /api/create_presentation HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await settled(lambda: bool(bench.engine.asked))
    writer.close()
    await writer.wait_closed()
    await settled(lambda: bench.engine.closed == 1)
    await settled(lambda: [job.state for job in bench.jobs.known.values()] == ["paused"])


def form(picture: bytes, field: str = "image") -> tuple[bytes, str]:
    head = f'--b0und\r\nContent-Disposition: form-data; name="{field}"; filename="x.png"\r\n'
    body = head.encode() + b"Content-Type: image/png\r\n\r\n" + picture + b"\r\n--b0und--\r\n"
    return body, "multipart/form-data; boundary=b0und"


async def test_topics_of_a_picture(client: Client, bench: Bench) -> None:
    body, kind = form(PICTURE)
    told = (await client.post("/api/image2topic", body, Content_Type=kind)).json()
    assert told["generated_topic"] == told["candidates"][0]["title"]
    raw = (await client.post("/api/image2topic?language=de", PICTURE, Content_Type="image/png")).json()
    assert raw["candidates"]
    assert [request.options.language for request in bench.engine.asked] == ["en", "de"]
    assert bench.engine.asked[0].image == bench.engine.asked[1].image


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"no picture", "image/png", 422),
        (*form(b"no picture"), 422),
        (*form(PICTURE, "file"), 400),
        (b"nothing", "multipart/form-data; boundary=b0und", 400),
        (b"nothing", "multipart/form-data", 400),
        (b"{}", "application/json", 415),
    ],
)
async def test_no_picture(client: Client, bench: Bench, body: bytes, kind: str, status: int) -> None:
    assert (await client.post("/api/image2topic", body, Content_Type=kind)).status == status
    assert bench.engine.asked == []


def test_a_field_of_a_form_is_given_byte_for_byte() -> None:
    data = bytes(range(256)) * 3 + b"\r\n--b0un"
    body, _ = form(data)
    assert form_field(body, b"b0und", "image") == data
    assert form_field(body, b"b0und", "age") is None


async def test_a_picture_of_a_topic(client: Client, bench: Bench) -> None:
    told = (await client.post("/api/generate_image", {"prompt": "Jazz"})).json()
    assert base64.b64decode(told["image"]) == DRAWN.data
    assert (told["mime"], told["width"]) == ("image/png", 64)
    reply = await client.post("/api/generate_image", {"topic": "Bebop", "within": "Jazz"}, Accept="image/*")
    assert (reply.headers["content-type"], reply.body) == ("image/png", DRAWN.data)
    assert bench.engine.asked[-1].path == ("Jazz",)


# --- the library --------------------------------------------------------------------------------------------


async def test_the_library_is_listed_searched_and_exported(client: Client) -> None:
    made = (await client.post("/api/explain", {"topic": "Bebop", "within": "Jazz"})).json()
    told = (await client.get("/api/library?limit=10", token=TOKEN)).json()
    assert (told["total"], told["maps"][0]["map_id"]) == (1, made["map_id"])
    assert (await client.get("/api/library?offset=1", token=TOKEN)).json()["maps"] == []
    hits = (await client.get("/api/library/search?q=beb", token=TOKEN)).json()["hits"]
    assert [hit["title"] for hit in hits] == ["Bebop"]
    reply = await client.get(f"/api/library/{made['map_id']}/export?format=markdown", token=TOKEN)
    assert b"# Jazz" in reply.body
    assert reply.headers["content-disposition"] == 'attachment; filename="map.md"'
    reply = await client.get(f"/api/library/{made['map_id']}/export", token=TOKEN)
    assert len(reply.body) > 100


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/library?limit=0", 422),
        ("/api/library?limit=x", 422),
        ("/api/library?offset=-1", 422),
        ("/api/library/search", 422),
        ("/api/library/search?q=%00", 422),
        ("/api/library/search?q=" + "x" * 501, 422),
        ("/api/library/nothing/export", 404),
        ("/api/library/%00/export", 422),
        ("/api/library/x/export?format=exe", 422),
        ("/api/library/..%2f..%2fetc/export", 404),
    ],
)
async def test_what_is_not_in_the_library(client: Client, path: str, status: int) -> None:
    assert (await client.get(path, token=TOKEN)).status == status


async def test_a_file_that_cannot_be_written(client: Client, bench: Bench) -> None:
    bench.library.failing = StorageReadOnly("library.db")  # type: ignore[attr-defined]
    assert (await client.post("/api/create_subtopics", {"topic": "Jazz"})).status == 500


async def test_labels_stay_the_same_however_many_topics_are_asked_for(client: Client) -> None:
    async def series() -> set[str]:
        body = (await client.get("/metrics")).body.decode()
        lines = [line for line in body.splitlines() if not line.startswith("#")]
        return {line.rpartition(" ")[0] for line in lines if "http_" not in line or "endpoint" in line}

    async def use(word: str) -> None:
        await client.post("/api/create_subtopics", {"topic": f"Topic {word}"})
        await client.get(f"/api/library/{word}/export", token=TOKEN)
        await client.get(f"/{word}")
        await client.ask(word.upper(), "/health")

    await use("first")
    await client.get("/metrics")
    await asyncio.sleep(1.05)  # metrics are good for a second
    before = await series()
    for n in range(20):
        await use(f"w{n}")
    await asyncio.sleep(1.05)
    after = await series()
    assert after == before
    assert not any("w1" in name or "Topic" in name for name in after)
