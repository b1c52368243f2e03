"""What every SecretStore promises."""

from __future__ import annotations

import pytest

from knowalledge_desktop.adapters.keyring_secrets import KeyringSecrets
from knowalledge_desktop.core.ports import SecretStore
from tests.support.fakes import MemorySecrets


@pytest.fixture(params=["keyring", "memory"])
def store(request: pytest.FixtureRequest) -> SecretStore:
    if request.param == "memory":
        return MemorySecrets(lasting=False)
    return KeyringSecrets({}, lambda _: None)  # a machine without a keyring


async def test_there_is_no_key_at_first(store: SecretStore) -> None:
    assert await store.get() is None


async def test_a_key_is_kept_and_replaced(store: SecretStore) -> None:
    assert await store.put("first-key") is False
    await store.put("second-key")
    assert await store.get() == "second-key"
    assert await store.place() == "this session only"


async def test_a_removed_key_is_gone(store: SecretStore) -> None:
    await store.put("first-key")
    await store.remove()
    assert await store.get() is None
