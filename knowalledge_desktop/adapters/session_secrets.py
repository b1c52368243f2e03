"""A key that lives in this process only."""

from __future__ import annotations


class SessionSecrets:
    """Implements `SecretStore` in memory: for trying a key before it is kept, and for having none."""

    def __init__(self, key: str | None = None) -> None:
        self._key = key

    async def get(self) -> str | None:
        """The key, or None."""
        return self._key

    async def put(self, key: str) -> bool:
        """Hold the key until the process ends; always False."""
        self._key = key
        return False

    async def remove(self) -> None:
        """Forget the key."""
        self._key = None

    async def place(self) -> str:
        """Where it is."""
        return "this session only"

    def __repr__(self) -> str:
        """Says nothing about the key."""
        return "SessionSecrets()"
