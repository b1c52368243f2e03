"""The envelope of a cached value: it shows when the value or its name was altered, swapped or cut."""

from __future__ import annotations

import hashlib
import struct

from knowalledge_desktop.core.ports import CacheEntry

_MAGIC = b"KAEC"
_NAMELESS = 1
_VERSION = 2
_OLD_HEAD = struct.Struct(">4sBddQ")  # magic, version, stored at, expires at, length
_HEAD = struct.Struct(">4sBddQH")  # the same, then the length of the name
_DIGEST = 16
_NAME_MAX = 4000  # bytes


class Refused(ValueError):
    """A row or value that this cache would never have written."""


def seal(key: str, payload: bytes, stored_at: float, expires_at: float, name: str = "") -> bytes:
    """The payload and its name in an envelope that is bound to its key; times in epoch seconds.

    A name of more than 4,000 bytes is cut.
    """
    told = name.encode("utf-8", "replace")[:_NAME_MAX]
    head = _HEAD.pack(_MAGIC, _VERSION, stored_at, expires_at, len(payload), len(told))
    return head + _digest(key, head, told + payload) + told + payload


def unseal(key: str, sealed: bytes, now: float) -> CacheEntry | None:
    """What `seal` put in, or None when it expired; raises Refused when anything was altered.

    Entries of the time before names still open.
    """
    old = sealed[len(_MAGIC) : len(_MAGIC) + 1] == bytes([_NAMELESS])
    shape = _OLD_HEAD if old else _HEAD
    start = shape.size + _DIGEST
    if len(sealed) < start:
        raise Refused("too short")
    head, digest, rest = sealed[: shape.size], sealed[shape.size : start], sealed[start:]
    magic, version, stored_at, expires_at, length, *more = shape.unpack(head)
    named = more[0] if more else 0
    known = (magic, version, length + named) == (_MAGIC, _NAMELESS if old else _VERSION, len(rest))
    if not known or digest != _digest(key, head, rest):
        raise Refused("not what was stored")
    if now >= expires_at:
        return None
    return CacheEntry(rest[named:], stored_at, rest[:named].decode("utf-8", "ignore"))


def _digest(key: str, head: bytes, rest: bytes) -> bytes:
    digest = hashlib.blake2b(digest_size=_DIGEST, person=b"knowalledge")
    told = key.encode("utf-8", "surrogatepass")
    digest.update(len(told).to_bytes(8, "big"))
    digest.update(told)
    digest.update(head)
    digest.update(rest)
    return digest.digest()
