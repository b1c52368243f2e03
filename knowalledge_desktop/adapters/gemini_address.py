"""Where Gemini is and with which key: checked before anything is sent."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from knowalledge_desktop.core.errors import KeyMalformed, KeyMissing, UserInputError
from knowalledge_desktop.core.settings import Settings

_KEY_LENGTHS = range(8, 513)
_VERSION = re.compile(r"v\d{1,3}[a-z0-9]{0,20}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that a traceback or a log cannot show."""

    value: str = field(repr=False)

    @classmethod
    def of(cls, text: str | None) -> ApiKey:
        """The key, when the text can be one; raises KeyMissing or KeyMalformed.

        A malformed key must never reach the HTTP library, whose error text would quote it.
        """
        key = cls((text or "").strip())
        del text  # so that no traceback below holds it
        if not key.value:
            raise KeyMissing
        if len(key.value) not in _KEY_LENGTHS or not key._plain():
            raise KeyMalformed(f"{len(key.value)} characters")
        return key

    def _plain(self) -> bool:
        text = self.value
        # The SDK refuses "auth_tokens/" keys: they are for its live API alone.
        return text.isascii() and text.isprintable() and " " not in text and not text.startswith("auth_tokens/")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the service is; `plain` is True for http, which only goes to this machine."""

    base_url: str
    api_version: str
    plain: bool

    @classmethod
    def of(cls, settings: Settings) -> Address:
        """The checked address of the settings; raises UserInputError with a sentence."""
        base_url, version = settings.base_url.strip(), settings.api_version.strip()
        if not _VERSION.fullmatch(version):
            raise UserInputError("The API version must look like v1 or v1beta.")
        try:
            parts = urlsplit(base_url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise UserInputError("The Gemini address is not a web address.") from None
        strange = (
            not base_url.isascii() or not base_url.isprintable() or any(ch in base_url for ch in ' ;?#\\@"<>')
        )
        if not host or strange or parts.scheme not in {"http", "https"}:
            raise UserInputError("The Gemini address must be like https://host/path, without ; ? # or a password.")
        if parts.scheme == "http" and not _is_this_machine(host):
            raise UserInputError(
                "The Gemini address must begin with https://; plain http is for this machine only."
            )
        return cls(base_url, version, parts.scheme == "http")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
