"""The wiring: only here and in `gateway.py` adapters are named. Plain constructor calls, read top to bottom.

Here is what a window with its last map needs; what asks and answers is in the other half, which is loaded
when it is first needed.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.keyring_secrets import (
    PORT_USER,
    PORT_VARIABLE,
    REDIS_USER,
    REDIS_VARIABLE,
    TEAM_USER,
    TEAM_VARIABLE,
    KeyringSecrets,
)
from knowalledge_desktop.adapters.library_backup import LibraryBackup
from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.adapters.logs import set_up_logs, without_logs
from knowalledge_desktop.adapters.paths import resolve_paths
from knowalledge_desktop.adapters.settings_file import SettingsFile
from knowalledge_desktop.core.errors import StorageError
from knowalledge_desktop.core.ports import Clock, Engine, Library, SecretStore
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.services.backup import BackupService
from knowalledge_desktop.services.bundle import Folders, Services
from knowalledge_desktop.services.edit import EditService
from knowalledge_desktop.services.held import HeldLibrary
from knowalledge_desktop.services.late import Late, Once
from knowalledge_desktop.services.library import LibraryService
from knowalledge_desktop.services.port_token import PortTokenService
from knowalledge_desktop.services.preferences import PreferencesService
from knowalledge_desktop.services.status import StatusService

if TYPE_CHECKING:
    from knowalledge_desktop.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Overrides:
    """What tests and the self-test replace; None means the real thing.

    `minute_s` and `deadline_s` are lengths of the ledger, seconds: see `LedgerDb`.
    """

    gemini: Engine | None = None
    secrets: SecretStore | None = None
    clock: Clock | None = None
    atlas_path: Path | None = None
    minute_s: float = 60.0
    deadline_s: float | None = None


def build_services(environ: Mapping[str, str], overrides: Overrides = Overrides()) -> Services:
    """Everything, wired for this user. Reads only the settings file; raises StorageError.

    Loads no vendor SDK: each adapter imports its own at first use.
    """
    paths = resolve_paths(environ)
    folders = Folders(paths.data, paths.state, paths.cache, paths.config, paths.resources)
    clock = overrides.clock or SystemClock()
    settings_file = SettingsFile(paths.config / "settings.json", environ)
    keyring = KeyringSecrets(environ)
    secrets = overrides.secrets or keyring
    word = KeyringSecrets(environ, user=PORT_USER, variable=PORT_VARIABLE)
    team_keys = KeyringSecrets(environ, user=TEAM_USER, variable=TEAM_VARIABLE)
    team_passwords = KeyringSecrets(environ, user=REDIS_USER, variable=REDIS_VARIABLE)
    secret_ones = (keyring, word, team_keys, team_passwords)
    try:
        end_logs = set_up_logs(
            paths.state / "logs", secrets=lambda: tuple(text for each in secret_ones for text in each.known())
        )
    except StorageError:  # the library says what stands in the way; what is kept opens all the same
        end_logs = without_logs
    file = LibraryDb(paths.data / "library.db", clock)
    copies = LibraryBackup(file, paths.data / "library.db", clock)
    held = HeldLibrary(file, copies.look_again, clock, new_id)
    library = cast("Library", held)  # it hands on all that it does not do itself
    status = StatusService()

    def settings() -> Settings:
        return preferences.settings

    def build_in(folder: Path) -> Services:
        from knowalledge_desktop.adapters.session_secrets import SessionSecrets

        apart = {**environ, "KNOWALLEDGE_HOME": str(folder)}
        return build_services(apart, Overrides(secrets=SessionSecrets(None), atlas_path=overrides.atlas_path))

    def rest() -> Gateway:
        from knowalledge_desktop.gateway import Gateway, Ground

        return Gateway(
            Ground(
                paths,
                folders,
                clock,
                library,
                secrets,
                status,
                settings,
                new_id,
                build_in,
                lambda changed: preferences.save(changed),
                team_keys,
                team_passwords,
                gemini=overrides.gemini,
                atlas_path=overrides.atlas_path,
                minute_s=overrides.minute_s,
                deadline_s=overrides.deadline_s,
            )
        )

    gateway = Once(rest)

    def late(name: str) -> Any:  # noqa: ANN401 - the service of that name
        return Late(lambda: getattr(gateway(), name))

    preferences = PreferencesService(settings_file, secrets, status, lambda key: gateway().engine_for_key(key))

    async def close() -> None:
        async with AsyncExitStack() as last_first:  # each one ends, whatever the others say
            last_first.callback(end_logs)
            last_first.push_async_callback(library.aclose)
            if gateway.made is not None:
                last_first.push_async_callback(gateway.made.aclose)

    def notices() -> tuple[str, ...]:
        return file.notices() + (gateway.made.notices() if gateway.made is not None else ())

    async def prepare() -> None:
        await asyncio.to_thread(gateway)

    return Services(
        explore=late("explore"),
        explain=late("explain"),
        jobs=late("jobs"),
        ask=late("ask"),
        imaging=late("imaging"),
        edit=EditService(clock, new_id),
        library=LibraryService(library, late("atlas")),
        backups=BackupService(copies, held, library),
        exchange=late("exchange"),
        preferences=preferences,
        quota=late("quota"),
        prefetch=late("prefetch"),
        second_look=late("second_look"),
        cache=late("cache"),
        origins=late("origins"),
        tariffs=late("tariffs"),
        sky=late("sky"),
        status=status,
        diagnosis=late("diagnosis"),
        folders=folders,
        now=clock.now,
        sleep=clock.sleep,
        notices=notices,
        warm_up=lambda: gateway().warm_up(),
        monitor=late("monitor"),
        port_token=PortTokenService(word, new_token),
        team=late("team"),
        aclose=close,
        prepare=prepare,
    )


def new_token() -> str:
    """A word that nobody guesses, for the loopback port (256 random bits)."""
    import secrets

    return f"kae_{secrets.token_urlsafe(32)}"


def new_id() -> str:
    """A fresh identity for maps, topics and links (random, RFC 9562 version 4)."""
    return uuid.uuid4().hex
