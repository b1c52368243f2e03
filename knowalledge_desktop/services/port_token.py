"""The word with which other programs may use the loopback port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from knowalledge_desktop.core.ports import SecretStore


@dataclass(frozen=True, slots=True)
class PortToken:
    """The token and where it is kept; `lasting` is False when it is gone after this session."""

    text: str = field(repr=False)
    place: str
    lasting: bool


class PortTokenService:
    """Makes, gives and renews the token. It is not the Gemini key and opens nothing but the port."""

    def __init__(self, secrets: SecretStore, make: Callable[[], str]) -> None:
        self._secrets = secrets
        self._make = make

    async def current(self) -> str | None:
        """The token, or None when none was made yet; raises KeyringUnavailable."""
        return await self._secrets.get()

    async def ensure(self) -> PortToken:
        """The token; one is made when there is none. Raises KeyringUnavailable when it cannot be read."""
        kept = await self.current()
        if kept is None:
            return await self.renew()
        place = await self._secrets.place()
        return PortToken(kept, place, lasting="session" not in place)

    async def renew(self) -> PortToken:
        """A new token in place of the old one, which opens nothing from now on."""
        made = self._make()
        lasting = await self._secrets.put(made)
        kept = await self.current()  # what the environment gives comes first
        return PortToken(kept or made, await self._secrets.place(), lasting)
