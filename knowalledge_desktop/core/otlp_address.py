"""Where traces of requests may be sent: checked before anything is."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from knowalledge_desktop.core.errors import UserInputError

_WRONG = "The address for traces must be like http://127.0.0.1:4318, or https:// to another machine."


def endpoint(address: str) -> str:
    """The checked base address, without a slash at its end; raises UserInputError with a sentence."""
    text = address.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise UserInputError(_WRONG) from None
    strange = not text.isascii() or not text.isprintable() or any(ch in text for ch in ' ;?#\\@"<>')
    if not host or strange or parts.scheme not in {"http", "https"}:
        raise UserInputError(_WRONG)
    if parts.scheme == "http" and not is_loopback(host):
        raise UserInputError(_WRONG)
    return text


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
