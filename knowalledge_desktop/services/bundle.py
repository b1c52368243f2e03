"""What a face is handed: the services, and nothing of what is behind them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a face pays for what it uses
    from knowalledge_desktop.services.ask import AskService
    from knowalledge_desktop.services.backup import BackupService
    from knowalledge_desktop.services.cache import CacheService
    from knowalledge_desktop.services.diagnosis import DiagnosisService
    from knowalledge_desktop.services.edit import EditService
    from knowalledge_desktop.services.exchange import ExchangeService
    from knowalledge_desktop.services.explain import ExplainService
    from knowalledge_desktop.services.explore import ExploreService
    from knowalledge_desktop.services.imaging import ImagingService
    from knowalledge_desktop.services.jobs import JobService
    from knowalledge_desktop.services.library import LibraryService
    from knowalledge_desktop.services.monitor import MonitorService
    from knowalledge_desktop.services.origins import OriginService
    from knowalledge_desktop.services.port_token import PortTokenService
    from knowalledge_desktop.services.preferences import PreferencesService
    from knowalledge_desktop.services.prefetch import PrefetchService
    from knowalledge_desktop.services.quota import QuotaService
    from knowalledge_desktop.services.second_look import SecondLookService
    from knowalledge_desktop.services.sky import SkyService
    from knowalledge_desktop.services.status import StatusService
    from knowalledge_desktop.services.tariff import Tariffs
    from knowalledge_desktop.services.team import TeamService


async def _ready() -> None:
    """Nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where things are, for people to see. `resources` holds icons, fonts and the Atlas."""

    data: Path
    state: Path
    cache: Path
    config: Path
    resources: Path


@dataclass(frozen=True, slots=True)
class Services:
    """All verbs of the user.

    `notices` are sentences about what happened to the files at start; `warm_up` loads what
    is heavy in the background; `monitor` is for those who watch, `port_token` opens the loopback port to
    other programs; `aclose` ends everything. `prepare` loads, off the loop, what a window does not need to
    be seen; asking for any of it before waits for that. Where nothing can be shared there is no `team`.
    """

    explore: ExploreService
    explain: ExplainService
    ask: AskService
    imaging: ImagingService
    edit: EditService
    library: LibraryService
    backups: BackupService
    exchange: ExchangeService
    preferences: PreferencesService
    quota: QuotaService
    prefetch: PrefetchService
    second_look: SecondLookService
    cache: CacheService
    origins: OriginService
    jobs: JobService
    tariffs: Tariffs
    sky: SkyService
    status: StatusService
    diagnosis: DiagnosisService
    folders: Folders
    now: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    notices: Callable[[], tuple[str, ...]]
    warm_up: Callable[[], Awaitable[None]]
    monitor: MonitorService
    port_token: PortTokenService
    aclose: Callable[[], Awaitable[None]]
    prepare: Callable[[], Awaitable[None]] = _ready
    team: TeamService | None = None
