"""Taking secrets out of text before it is shown, logged or copied."""

from __future__ import annotations

import re
from collections.abc import Iterable

REDACTED = "[redacted]"

# Google API keys ("AIza" and 35 more), newer keys ("AQ." and more) and OAuth access tokens.
_KEYS = re.compile(r"AIza[0-9A-Za-z_\-]{16,}|\bAQ\.[0-9A-Za-z_\-]{16,}|\bya29\.[0-9A-Za-z_\-.]{16,}")
# The value that follows the name of a header or parameter that carries a key.
_NAMED = re.compile(
    r"(?i)(x-goog-api-key|api[_-]?key|authorization|[?&]key)"
    r"(['\"]?\s*[:=,]\s*(?:b?['\"])?(?:bearer\s+)?)([^\s'\"&,;})\]]{4,})"
)
_SHORTEST = 6  # shorter "secrets" would blank out ordinary words


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without anything that looks like a key, and without the given `secrets`."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, REDACTED)
    text = _KEYS.sub(REDACTED, text)
    return _NAMED.sub(lambda found: f"{found[1]}{found[2]}{REDACTED}", text)
