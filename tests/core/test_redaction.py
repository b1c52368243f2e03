"""Secrets are taken out of text, and nothing else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.redaction import REDACTED, redact

key_bodies = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=35, max_size=35)


@given(before=st.text(max_size=20), body=key_bodies, after=st.text(max_size=20))
def test_a_key_is_found_anywhere(before: str, body: str, after: str) -> None:
    assert body not in redact(f"{before}AIza{body}{after}")


@given(secret=st.text(min_size=6, max_size=30), around=st.text(max_size=20))
def test_a_known_secret_is_found_anywhere(secret: str, around: str) -> None:
    assert redact(f"{around}{secret}", [secret]).count(REDACTED) >= 1


def test_short_or_empty_secrets_do_not_blank_out_words() -> None:
    assert redact("a cat sat", ["", "a", "cat"]) == "a cat sat"


def test_plain_text_stays() -> None:
    text = "Photosynthesis: the key steps, see https://example.org/?monkey=1 (author: Ann)"
    assert redact(text) == text
