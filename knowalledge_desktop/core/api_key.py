"""What a Gemini key can look like, before it is sent or kept anywhere."""

from __future__ import annotations

from knowalledge_desktop.core.errors import KeyMalformed, KeyMissing

_LENGTHS = range(8, 513)


def check_key(text: str) -> str:
    """The key without blanks around it; raises KeyMissing or KeyMalformed.

    Form only, and loosely: gateways have keys of their own kinds. No error names the text.
    """
    key = text.strip()
    if not key:
        raise KeyMissing
    plain = key.isascii() and key.isprintable() and " " not in key
    # Keys of this kind are for the live API alone.
    if len(key) not in _LENGTHS or not plain or key.startswith("auth_tokens/"):
        raise KeyMalformed(f"{len(key)} characters")
    return key


def looks_like_a_key(text: str) -> bool:
    """Whether `check_key` takes it."""
    try:
        check_key(text)
    except (KeyMissing, KeyMalformed):
        return False
    return True
