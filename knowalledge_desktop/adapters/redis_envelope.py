"""The envelope of a value that members of a team share: nothing in it is believed before its signature is."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import zlib
from typing import Any, cast

from knowalledge_desktop.core.codec import decode_answer
from knowalledge_desktop.core.ports import CacheEntry

LARGEST = 2 * 1024 * 1024
"""Bytes of a sealed value; a larger one is neither written nor read."""

_OPENED_MOST = 8 * 1024 * 1024
_MAGIC = b"KAET\x01"
_MAC = 32
_FIELDS = {"answer", "expires_at", "name", "stored_at"}


class Refused(ValueError):
    """A value that no member would have written."""


def seal(signing: bytes, key: str, entry: CacheEntry, expires_at: float) -> bytes:
    """A stored answer as one text that has one form only, packed and signed together with its key.

    Raises Refused for what is no answer or is too large.
    """
    told = {
        "answer": json.loads(entry.payload.decode("utf-8", "surrogatepass")),
        "expires_at": expires_at,
        "name": entry.name,
        "stored_at": entry.stored_at,
    }
    body = zlib.compress(_canonical(told), 6)
    sealed = _MAGIC + _mac(signing, key, body) + body
    if len(sealed) > LARGEST:
        raise Refused("too large")
    return sealed


def unseal(signing: bytes, key: str, sealed: bytes, now: float) -> CacheEntry | None:
    """What `seal` put in, or None when it has expired; raises Refused for everything else."""
    if len(sealed) > LARGEST or not sealed.startswith(_MAGIC):
        raise Refused("not a value of the team")
    mac, body = sealed[len(_MAGIC) : len(_MAGIC) + _MAC], sealed[len(_MAGIC) + _MAC :]
    if not hmac.compare_digest(mac, _mac(signing, key, body)):
        raise Refused("not signed by the team")
    told = _parsed(_unpacked(body))
    answer, name = told["answer"], told["name"]
    stored_at, expires_at = _time(told["stored_at"]), _time(told["expires_at"])
    if not isinstance(name, str):
        raise Refused("not a name")
    payload = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    try:
        decode_answer(payload)
    except ValueError as error:
        raise Refused("not an answer") from error
    return CacheEntry(payload, min(stored_at, now), name) if now < expires_at else None


def _unpacked(body: bytes) -> bytes:
    unpack = zlib.decompressobj()
    try:
        text = unpack.decompress(body, _OPENED_MOST)
    except zlib.error as error:
        raise Refused("cannot be unpacked") from error
    if not unpack.eof or unpack.unused_data:
        raise Refused("too large, or cut off")
    return text


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        told: object = json.loads(text)
        if not isinstance(told, dict) or set(cast("dict[str, Any]", told)) != _FIELDS:
            raise Refused("not in the form of the team")
        if _canonical(cast("dict[str, Any]", told)) != text:
            raise Refused("not in the form of the team")
    except (ValueError, RecursionError) as error:
        raise Refused("not in the form of the team") from error
    return cast("dict[str, Any]", told)


def _canonical(told: object) -> bytes:
    """The one form of a value: keys in order, no spaces, ASCII."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def _time(told: object) -> float:
    if not isinstance(told, int | float) or isinstance(told, bool) or not math.isfinite(told):
        raise Refused("not a time")
    return float(told)


def _mac(signing: bytes, key: str, body: bytes) -> bytes:
    told = key.encode("utf-8", "surrogatepass")
    return hmac.digest(signing, len(told).to_bytes(8, "big") + told + body, hashlib.sha256)
