"""How this device gets at its team: the address from the settings, the key and the password from the keyring."""

from __future__ import annotations

from collections.abc import Callable

from knowalledge_desktop.adapters.redis_link import Target
from knowalledge_desktop.core.errors import KeyringUnavailable, UserInputError
from knowalledge_desktop.core.ports import SecretStore
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.team_address import Address, TeamKey, parse_address


class TeamAccess:
    """Gives the `Target` of a `RedisLink`. The keyring is asked once, when there is a team in the settings."""

    def __init__(self, settings: Callable[[], Settings], keys: SecretStore, passwords: SecretStore) -> None:
        self._settings = settings
        self._keys = keys
        self._passwords = passwords
        self._asked_for = ""
        self._key: TeamKey | None = None
        self._target: Target | None = None
        self._made_of: tuple[str, bool, str] | None = None

    @property
    def is_on(self) -> bool:
        """Whether the settings name a team."""
        return bool(self._settings().team_url)

    def team_id(self) -> str | None:
        """The id of the team whose quota is shared; None without one, empty while its key is not known."""
        settings = self._settings()
        if not settings.team_url or not settings.team_quota:
            return None
        target = self.target()
        return target.key.team_id if target else ""

    async def prepare(self) -> None:
        """Read the key, unless that was done for this address. Without one the team stays out of reach."""
        url = self._settings().team_url
        if not url or self._asked_for == url:
            return
        try:
            text = await self._keys.get()
            self._key = TeamKey.of(text) if text else None
        except (KeyringUnavailable, UserInputError):
            self._key = None
        self._asked_for, self._made_of = url, None

    def forget(self) -> None:
        """The key or the password is another one from now on."""
        self._asked_for, self._key, self._target, self._made_of = "", None, None, None

    def target(self) -> Target | None:
        """Where the team is, or None when that is not known."""
        settings = self._settings()
        made_of = (settings.team_url, settings.team_plain, settings.team_ca)
        if self._key is None or not settings.team_url:
            return None
        if made_of != self._made_of:
            address = _address(settings.team_url, settings.team_plain)
            of_it = (self._key, self._passwords.get, settings.team_ca)
            self._target = Target(address, *of_it) if address else None
            self._made_of = made_of
        return self._target


def _address(url: str, plain_confirmed: bool) -> Address | None:  # noqa: FBT001 - as the settings have it
    try:
        return parse_address(url, plain_confirmed=plain_confirmed)
    except UserInputError:
        return None
