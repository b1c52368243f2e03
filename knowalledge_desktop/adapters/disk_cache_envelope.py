"""The envelope of a cached value: it shows when the value was altered, swapped or cut."""

from __future__ import annotations

import hashlib
import struct

from knowalledge_desktop.core.ports import CacheEntry

_MAGIC = b"KAEC"
_VERSION = 1
_HEAD = struct.Struct(">4sBddQ")  # magic, version, stored at, expires at, length
_DIGEST = 16


class Refused(ValueError):
    """A row or value that this cache would never have written."""


def seal(key: str, payload: bytes, stored_at: float, expires_at: float) -> bytes:
    """The payload in an envelope that is bound to its key; times in epoch seconds."""
    head = _HEAD.pack(_MAGIC, _VERSION, stored_at, expires_at, len(payload))
    return head + _digest(key, head, payload) + payload


def unseal(key: str, sealed: bytes, now: float) -> CacheEntry | None:
    """What `seal` put in, or None when it expired; raises Refused when anything was altered."""
    start = _HEAD.size + _DIGEST
    if len(sealed) < start:
        raise Refused("too short")
    head, digest, payload = sealed[: _HEAD.size], sealed[_HEAD.size : start], sealed[start:]
    magic, version, stored_at, expires_at, length = _HEAD.unpack(head)
    if (magic, version, length) != (_MAGIC, _VERSION, len(payload)) or digest != _digest(key, head, payload):
        raise Refused("not what was stored")
    return CacheEntry(payload, stored_at) if now < expires_at else None


def _digest(key: str, head: bytes, payload: bytes) -> bytes:
    digest = hashlib.blake2b(digest_size=_DIGEST, person=b"knowalledge")
    name = key.encode("utf-8", "surrogatepass")
    digest.update(len(name).to_bytes(8, "big"))
    digest.update(name)
    digest.update(head)
    digest.update(payload)
    return digest.digest()
