"""The key in the keyring: what is stored, what is not, and what a broken keyring does."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from knowalledge_desktop.adapters.keyring_secrets import (
    SESSION_ONLY,
    Backend,
    Keyring,
    KeyringSecrets,
    system_keyring,
)
from knowalledge_desktop.core.errors import KeyringUnavailable

KEY = "AIzaSyA-made-up-key-for-tests-0123456789"


class GoodBackend:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class ForgetfulBackend(GoodBackend):
    def set_password(self, service: str, username: str, password: str) -> None:
        """Says yes and does not."""


class LockedBackend(GoodBackend):
    def get_password(self, service: str, username: str) -> str | None:
        raise PermissionError("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise PermissionError(f"cannot store {password}")


class HungBackend(GoodBackend):
    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.go_on.wait(30)
        return None


def secrets(backend: Backend | None, environ: Mapping[str, str] | None = None, **more: float) -> KeyringSecrets:
    found = None if backend is None else Keyring(backend, "test keyring")
    return KeyringSecrets(environ or {}, lambda _: found, **more)


async def test_a_stored_key_is_there_after_a_restart() -> None:
    backend = GoodBackend()
    first = secrets(backend)
    assert await first.get() is None
    assert await first.put(KEY) is True
    assert await first.place() == "test keyring"
    assert await secrets(backend).get() == KEY
    assert backend.kept == {("KnowAllEdge", "gemini"): KEY}


async def test_removing_forgets_it_everywhere() -> None:
    backend = GoodBackend()
    store = secrets(backend)
    await store.put(KEY)
    await store.remove()
    await store.remove()
    assert await store.get() is None
    assert not backend.kept


async def test_the_environment_comes_first_and_is_never_stored() -> None:
    backend = GoodBackend()
    backend.kept["KnowAllEdge", "gemini"] = "another"
    store = secrets(backend, {"GEMINI_API_KEY": f" {KEY}\n"})
    assert await store.get() == KEY
    assert await store.place() == "the environment variable GEMINI_API_KEY"
    assert KEY not in backend.kept.values()


@pytest.mark.parametrize("backend", [None, ForgetfulBackend(), LockedBackend()])
async def test_without_a_good_keyring_the_key_lasts_for_the_session(backend: Backend | None) -> None:
    store = secrets(backend)
    assert await store.put(KEY) is False
    assert await store.get() == KEY
    assert await store.place() == SESSION_ONLY
    assert await secrets(None).get() is None


async def test_a_locked_keyring_is_said_without_the_key() -> None:
    with pytest.raises(KeyringUnavailable) as caught:
        await secrets(LockedBackend()).get()
    assert caught.value.detail == "the system keyring said PermissionError"


async def test_a_keyring_that_hangs_is_given_up() -> None:
    backend = HungBackend()
    with pytest.raises(KeyringUnavailable, match="no answer"):
        await secrets(backend, read_timeout_s=0.01).get()
    backend.go_on.set()


async def test_no_repr_shows_the_key() -> None:
    store = secrets(GoodBackend(), {"GEMINI_API_KEY": KEY})
    await store.put("AIzaSyB-another-key")
    assert KEY not in repr(store)
    assert store.known() == (KEY, "AIzaSyB-another-key")


@pytest.mark.parametrize("choice", ["keyring.backends.fail.Keyring", "keyrings.alt.file.PlaintextKeyring"])
def test_keyrings_that_do_not_encrypt_are_not_used(choice: str) -> None:
    assert system_keyring({"PYTHON_KEYRING_BACKEND": choice}) is None


def test_a_machine_without_a_session_bus_has_no_keyring() -> None:
    assert system_keyring({}) is None
