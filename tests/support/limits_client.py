"""The shortest way to send the simulator a request: no SDK, so that a greedy caller costs little."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from tests.support.limits_answers import TEXT_MODEL


def question(topic: str, **more: Any) -> dict[str, Any]:
    """A body that asks about a topic."""
    return {"contents": [{"role": "user", "parts": [{"text": json.dumps({"topic": topic})}]}], **more}


async def post(
    url: str, body: object, *, model: str = TEXT_MODEL, method: str = "generateContent"
) -> tuple[int, Any]:
    """Status and JSON of one answer, over a connection of its own; (0, None) when it broke off."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=2**24)
    try:
        raw = json.dumps(body).encode()
        head = f"POST /v1beta/models/{model}:{method} HTTP/1.1\r\nhost: {where.netloc}\r\n"
        writer.write(f"{head}content-type: application/json\r\ncontent-length: {len(raw)}\r\n\r\n".encode() + raw)
        status = int((await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1])
        found = bytearray()
        while size := int(await reader.readuntil(b"\r\n"), 16):
            found += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
        return status, json.loads(found)
    except (asyncio.IncompleteReadError, ConnectionError):
        return 0, None
    finally:
        writer.close()
