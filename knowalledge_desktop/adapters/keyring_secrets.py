"""The API key in the keyring of the operating system, or for this session only."""

from __future__ import annotations

import asyncio
import importlib
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from knowalledge_desktop.core.errors import KeyringUnavailable

SERVICE = "KnowAllEdge"
USER = "gemini"
KEY_VARIABLE = "GEMINI_API_KEY"
PORT_USER = "port"
PORT_VARIABLE = "KNOWALLEDGE_PORT_TOKEN"
TEAM_USER = "team"
TEAM_VARIABLE = "KNOWALLEDGE_TEAM_KEY"
REDIS_USER = "team-redis"
REDIS_VARIABLE = "KNOWALLEDGE_TEAM_PASSWORD"
CHOICE_VARIABLE = "PYTHON_KEYRING_BACKEND"
SESSION_ONLY = "this session only"

READ_TIMEOUT_S = 20.0
WRITE_TIMEOUT_S = 60.0  # the person may have to unlock the keyring first

T = TypeVar("T")


class Backend(Protocol):
    """What is needed of a keyring."""

    def get_password(self, service: str, username: str) -> str | None:
        """The stored text."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a text."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Forget a text."""
        ...


@dataclass(frozen=True, slots=True)
class Keyring:
    """A usable keyring and its name for the user."""

    backend: Backend
    name: str


# Keyrings that encrypt. Others that may be installed keep plain files; they are not asked.
_ALLOWED = {
    "darwin": (("keyring.backends.macOS", "Keyring", "macOS Keychain"),),
    "win32": (("keyring.backends.Windows", "WinVaultKeyring", "Windows Credential Manager"),),
}
_ALLOWED_ELSEWHERE = (
    ("keyring.backends.SecretService", "Keyring", "the system keyring (Secret Service)"),
    ("keyring.backends.libsecret", "Keyring", "the system keyring (Secret Service)"),
    ("keyring.backends.kwallet", "DBusKeyring", "KDE Wallet"),
)


def system_keyring(environ: Mapping[str, str]) -> Keyring | None:
    """The first usable keyring of this system; None when there is none or the user chose another kind.

    PYTHON_KEYRING_BACKEND narrows the choice, so `keyring.backends.fail.Keyring` means none.
    """
    chosen = environ.get(CHOICE_VARIABLE, "")
    for module, name, title in _ALLOWED.get(sys.platform, _ALLOWED_ELSEWHERE):
        if chosen in ("", f"{module}.{name}"):
            found: Any = getattr(importlib.import_module(module), name)
            if found.viable:
                return Keyring(found(), title)
    return None


class KeyringSecrets:
    """Implements `SecretStore` for one secret, which the keyring knows by its `user`.

    The `variable` of the environment comes first and is never stored. The keyring is only
    talked to in threads that do not hold up the end of the program when it hangs.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        find_keyring: Callable[[Mapping[str, str]], Keyring | None] = system_keyring,
        *,
        user: str = USER,
        variable: str = KEY_VARIABLE,
        read_timeout_s: float = READ_TIMEOUT_S,
        write_timeout_s: float = WRITE_TIMEOUT_S,
    ) -> None:
        self._user = user
        self._variable = variable
        self._given = environ.get(variable, "").strip() or None
        self._environ = environ
        self._find_keyring = find_keyring
        self._read_timeout_s = read_timeout_s
        self._write_timeout_s = write_timeout_s
        self._known: str | None = None
        self._stored = False

    def __repr__(self) -> str:
        return "KeyringSecrets()"

    def known(self) -> tuple[str, ...]:
        """Keys that this process has seen, for taking them out of logs."""
        return tuple(key for key in (self._given, self._known) if key)

    async def get(self) -> str | None:
        """The key, or None; raises KeyringUnavailable when a keyring is there but cannot be read."""
        if self._given is not None or self._known is not None:
            return self._given or self._known

        def read() -> str | None:
            keyring = self._find_keyring(self._environ)
            return None if keyring is None else keyring.backend.get_password(SERVICE, self._user)

        found = await self._ask(read, self._read_timeout_s)
        if found is not None:
            self._known, self._stored = found, True
        return found

    async def put(self, key: str) -> bool:
        """Store the key; True when it will be there after a restart, False for this session only."""

        def write() -> bool:
            keyring = self._find_keyring(self._environ)
            if keyring is None:
                return False
            keyring.backend.set_password(SERVICE, self._user, key)
            return keyring.backend.get_password(SERVICE, self._user) == key  # some say yes and do not

        self._known, self._stored = key, False
        try:
            self._stored = await self._ask(write, self._write_timeout_s)
        except KeyringUnavailable:
            return False  # the answer says so, and the key works until the program ends
        return self._stored

    async def remove(self) -> None:
        """Forget the key; raises KeyringUnavailable when the keyring does not let it go."""

        def delete() -> None:
            keyring = self._find_keyring(self._environ)
            if keyring is not None and keyring.backend.get_password(SERVICE, self._user) is not None:
                keyring.backend.delete_password(SERVICE, self._user)

        self._known, self._stored = None, False
        await self._ask(delete, self._write_timeout_s)

    async def place(self) -> str:
        """Where a key is or would be kept, for the user."""
        if self._given is not None:
            return f"the environment variable {self._variable}"
        if self._known is not None and not self._stored:
            return SESSION_ONLY
        try:
            keyring = await self._ask(lambda: self._find_keyring(self._environ), self._read_timeout_s)
        except KeyringUnavailable:
            return SESSION_ONLY
        return SESSION_ONLY if keyring is None else keyring.name

    async def _ask(self, question: Callable[[], T], timeout_s: float) -> T:
        """Run a question in its own thread and wait a while for the answer."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()

        def tell(setter: Callable[[], None]) -> None:
            if not waiting.done():
                setter()

        def run() -> None:
            try:
                answer = question()
            except Exception as error:  # noqa: BLE001 (each platform raises exceptions of its own)
                # Its text might repeat what was to be stored; its kind cannot.
                problem = KeyringUnavailable(f"the system keyring said {type(error).__name__}")
                _call_back(loop, lambda: tell(lambda: waiting.set_exception(problem)))
            else:
                _call_back(loop, lambda: tell(lambda: waiting.set_result(answer)))

        threading.Thread(target=run, name="keyring", daemon=True).start()
        try:
            async with asyncio.timeout(timeout_s):
                return await waiting
        except TimeoutError:
            told = f"the system keyring gave no answer in {timeout_s:.0f} s; it may be waiting to be unlocked"
            raise KeyringUnavailable(told) from None


def _call_back(loop: asyncio.AbstractEventLoop, action: Callable[[], None]) -> None:
    """Run `action` in the loop, unless the program has ended meanwhile."""
    if not loop.is_closed():
        try:
            loop.call_soon_threadsafe(action)
        except RuntimeError:  # closed between the two lines
            return
