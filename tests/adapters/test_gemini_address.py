from __future__ import annotations

import pickle
import traceback

import pytest

from knowalledge_desktop.adapters.gemini_address import Address, ApiKey
from knowalledge_desktop.core.errors import KeyMalformed, KeyMissing, UserInputError
from knowalledge_desktop.core.settings import PRODUCTION_BASE_URL, Settings


@pytest.mark.parametrize("text", [None, "", "  ", "\n"])
def test_no_key(text: str | None) -> None:
    with pytest.raises(KeyMissing):
        ApiKey.of(text)


@pytest.mark.parametrize(
    "text",
    [
        "AIzaSy-planted\nX-Evil: 1",
        "AIzaSy-planted\x00key",
        "AIzaSy planted key",
        "AIzaSy-plänted-key",
        "AIzaSy-planted\x7fkey",
        "auth_tokens/planted-key",
        "planted",
        "planted-" * 65,
    ],
)
def test_text_that_cannot_be_a_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(KeyMalformed) as caught:
        ApiKey.of(text)
    lines = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    # The frame of this test itself holds the text; everything from the key's class on must not.
    told = "".join(lines).split("in of\n", 1)[1] + str(caught.value) + repr(caught.value)
    assert "planted" not in told
    assert b"planted" not in pickle.dumps(caught.value)


def test_a_key_is_not_shown() -> None:
    key = ApiKey.of(" AIzaSy-planted-key\n")
    assert key.value == "AIzaSy-planted-key"
    assert "planted" not in repr(key)
    assert "planted" not in str(key)


@pytest.mark.parametrize(
    ("base_url", "plain"),
    [
        (PRODUCTION_BASE_URL, False),
        ("https://gateway.example.org:8443/gemini/", False),
        ("http://127.0.0.1:8080", True),
        ("http://127.9.9.9/x", True),
        ("http://localhost:1", True),
        ("http://[::1]:8080/gemini", True),
        ("HTTPS://Example.org", False),
    ],
)
def test_addresses_that_may_be_used(base_url: str, plain: bool) -> None:
    assert Address.of(Settings(base_url=base_url)) == Address(base_url, "v1beta", plain)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://example.org",
        "http://10.0.0.1:8080",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://127.0.0.1@example.org",
        "https://user:secret@example.org",
        "https://example.org/a;b",
        "https://example.org/?key=1",
        "https://example.org/#x",
        "https://exa mple.org",
        "http://127.0.0.1\\@example.org",
        "https://éxample.org",
        "https://example.org:99999",
        "https://[::1",
        "https://",
        "ftp://127.0.0.1",
        "127.0.0.1:8080",
        "https://example.org/\n",
        "",
    ],
)
def test_addresses_that_would_give_the_key_away(base_url: str) -> None:
    address = Settings(base_url=base_url + "x" if base_url.endswith("\n") else base_url)
    with pytest.raises(UserInputError) as caught:
        Address.of(address)
    assert caught.value.detail.endswith(".")
    assert "secret" not in caught.value.detail


@pytest.mark.parametrize("version", ["", "../v1", "v1/x", "beta", "v1beta?x"])
def test_versions_that_are_none(version: str) -> None:
    with pytest.raises(UserInputError):
        Address.of(Settings(api_version=version))
