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
_START = _HEAD.size + _DIGEST
_BEGUN = hashlib.blake2b(digest_size=_DIGEST, person=b"knowalledge")
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
    if len(sealed) < _START or sealed[len(_MAGIC)] == _NAMELESS:
        return _unseal_old(key, sealed, now)
    magic, version, stored_at, expires_at, length, named = _HEAD.unpack_from(sealed)
    known = magic == _MAGIC and version == _VERSION and length + named == len(sealed) - _START
    if not known or sealed[_HEAD.size : _START] != _digest(key, sealed[: _HEAD.size], memoryview(sealed)[_START:]):
        raise Refused("not what was stored")
    if now >= expires_at:
        return None
    name = sealed[_START : _START + named].decode("utf-8", "ignore")
    return CacheEntry(sealed[_START + named :], stored_at, name)


def _unseal_old(key: str, sealed: bytes, now: float) -> CacheEntry | None:
    start = _OLD_HEAD.size + _DIGEST
    if len(sealed) < start:
        raise Refused("too short")
    head, digest, rest = sealed[: _OLD_HEAD.size], sealed[_OLD_HEAD.size : start], sealed[start:]
    magic, version, stored_at, expires_at, length = _OLD_HEAD.unpack(head)
    known = (magic, version, length) == (_MAGIC, _NAMELESS, len(rest))
    if not known or digest != _digest(key, head, rest):
        raise Refused("not what was stored")
    return None if now >= expires_at else CacheEntry(rest, stored_at, "")


def _digest(key: str, head: bytes, rest: bytes | memoryview) -> bytes:
    told = key.encode("utf-8", "surrogatepass")
    digest = _BEGUN.copy()
    digest.update(len(told).to_bytes(8, "big") + told + head)
    digest.update(rest)
    return digest.digest()
