"""How the program stands at a moment, for monitoring: numbers that are read when somebody asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from knowalledge_desktop.core.ports import CacheStats
from knowalledge_desktop.core.team import TeamReport

if TYPE_CHECKING:
    from knowalledge_desktop.core.quota import Gauge


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that has to work. Without an `essential` one nothing can be answered."""

    name: str
    passed: bool
    text: str = ""
    essential: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """A snapshot; what could not be read is empty or None.

    Times are epoch seconds. `gauges` are those of the text model, `image_gauges` those of the model that draws.
    `waiting` counts requests by the name of their priority, `circuits` has the state of each family of
    operations, `layers` what each layer of the cache holds, `jobs` counts batches by state. Without a team there
    is no `team`.
    """

    version: str
    started_at: float
    now: float
    gauges: tuple[Gauge, ...] = ()
    image_gauges: tuple[Gauge, ...] = ()
    day_ends: float | None = None
    waiting: Mapping[str, int] = field(default_factory=dict[str, int])
    circuits: Mapping[str, str] = field(default_factory=dict[str, str])
    layers: Mapping[str, CacheStats] = field(default_factory=dict[str, CacheStats])
    jobs: Mapping[str, int] = field(default_factory=dict[str, int])
    maps: int | None = None
    topics: int | None = None
    probes: tuple[Probe, ...] = ()
    team: TeamReport | None = None


class Numbers(Protocol):
    """What counts for monitoring, as those who show it need it. Its methods may be called from any thread."""

    def record(self, *, on: bool) -> None:
        """Count from now on, or no longer; begins with nothing counted."""
        ...

    def http_started(self, method: str, endpoint: str) -> None:
        """A request came to the loopback port; `endpoint` is the pattern of its address, never the address."""
        ...

    def http_ended(self, method: str, endpoint: str, status: int, seconds: float) -> None:
        """It was answered."""
        ...

    def frame(self, seconds: float) -> None:
        """The window drew a frame of the map, in so many seconds."""
        ...

    def started(self, seconds: float) -> None:
        """The window could be used so many seconds after the start; kept though nothing counts yet."""
        ...

    def exposition(self, standing: Standing | None = None) -> bytes:
        """All numbers in the text format of Prometheus."""
        ...
