"""The user's settings and the Gemini key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowalledge_desktop.core.api_key import check_key, looks_like_a_key
from knowalledge_desktop.core.ports import Engine, SecretStore, SettingsStore
from knowalledge_desktop.core.request import EngineChoice, Priority, Request, Task
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.services.explore import final_answer
from knowalledge_desktop.services.status import StatusService

if TYPE_CHECKING:
    from knowalledge_desktop.core.payload import ModelInfo


@dataclass(frozen=True, slots=True)
class KeyState:
    """Whether a key is set, its last four characters, and where keys are kept.

    A key of the environment is set for one process and cannot be removed here. It may be what no key can be.
    """

    is_set: bool
    tail: str
    place: str
    removable: bool = True
    is_wellformed: bool = True


class PreferencesService:
    """Reads and writes settings; sets, tests and removes the key."""

    def __init__(
        self,
        store: SettingsStore,
        secrets: SecretStore,
        status: StatusService,
        engine_for_key: Callable[[str | None], Engine],
    ) -> None:
        self._store = store
        self._secrets = secrets
        self._status = status
        self._engine_for_key = engine_for_key
        self._settings = store.load()

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return self._settings

    def save(self, settings: Settings) -> None:
        """Write the settings and use them from now on; raises StorageError."""
        self._store.save(settings)
        self._settings = settings

    async def look_again(self) -> bool:
        """Read the settings anew, which another process may have written; whether they are others now."""
        before = self._settings
        found = await asyncio.to_thread(self._store.load)
        if self._settings is not before or found == before:  # what was saved here meanwhile is newer
            return False
        self._settings = found
        return True

    async def key_state(self) -> KeyState:
        """What may be shown of the key."""
        key, place = await self._secrets.get(), await self._secrets.place()
        tail = key[-4:] if key and len(key) >= 12 else ""
        return KeyState(
            key is not None, tail, place, "GEMINI_API_KEY" not in place, key is None or looks_like_a_key(key)
        )

    async def test_key(self, key: str | None = None) -> tuple[ModelInfo, ...]:
        """Prove a key (None: the kept one) with one call that costs no tokens; returns its models.

        A text that cannot be a key is not sent. Raises KeyProblem when it is not accepted,
        Unavailable when that cannot be found out now.
        """
        if key is not None:
            key = check_key(key)
        request = Request(Task.TEST_KEY, engine=EngineChoice.GEMINI, priority=Priority.CRITICAL)
        answer = await self._status.watch(final_answer(self._engine_for_key(key), request))
        from knowalledge_desktop.core.payload import ModelList

        if not isinstance(answer.content, ModelList):
            raise TypeError("the engine stack answered a key test with another kind of content")
        return answer.content.items

    async def set_key(self, key: str) -> bool:
        """Keep the key; True when it is there after a restart, False for this session only.

        Raises KeyMissing for an empty text and KeyMalformed for what cannot be a key.
        """
        return await self._secrets.put(check_key(key))

    async def remove_key(self) -> None:
        """Forget the key."""
        await self._secrets.remove()

    async def models(self) -> tuple[ModelInfo, ...]:
        """The models that the kept key may use."""
        request = Request(Task.LIST_MODELS, engine=EngineChoice.GEMINI, priority=Priority.HIGH)
        answer = await self._status.watch(final_answer(self._engine_for_key(None), request))
        from knowalledge_desktop.core.payload import ModelList

        if not isinstance(answer.content, ModelList):
            raise TypeError("the engine stack answered a list of models with another kind of content")
        return answer.content.items
