"""Everything the user can set, with defaults. One field, one setting."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from knowalledge_desktop.core.metric import DEFAULT_PROJECT
from knowalledge_desktop.core.request import EngineChoice, Options, Request, Task

DEFAULT_TEXT_MODEL = "gemini-3.5-flash-lite"
DEFAULT_IMAGE_MODEL = "gemini-3.1-flash-lite-image"
PRODUCTION_BASE_URL = "https://generativelanguage.googleapis.com"


class Safety(StrEnum):
    """How readily Gemini declines topics that may be harmful; the values are the API's thresholds."""

    DEFAULT = "default"
    FEW = "BLOCK_ONLY_HIGH"
    SOME = "BLOCK_MEDIUM_AND_ABOVE"
    MOST = "BLOCK_LOW_AND_ABOVE"


class Theme(StrEnum):
    """Colours of the window."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


class Ahead(StrEnum):
    """What is asked ahead for topics that have just grown; it costs as much as asking later."""

    OFF = "off"
    TEXTS = "texts"
    SUBTOPICS = "subtopics"


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's settings; never contains a secret.

    `base_url` and `api_version` point the Gemini engine at a gateway. `timeout_s` bounds
    one whole answer. `cache_ttl_s` is how long a stored answer is good, `cache_soft_s` after how
    long it is given and asked for again behind (0: never). `port` 0 means the loopback port is off.
    `project` is the user's name for the Google project whose limits the key shares, `tier` the preset
    its limits begin with (`quota_rules.PRESETS`); on the free tier nothing is billed. `team_url` is where the
    team's Redis is, empty without a team; `team_plain` confirms an address without TLS to another machine, and
    `team_ca` is a file with the certificate that its own is signed with, empty for those that the system trusts.
    `otlp_url` is where traces of requests are sent from the next start on, empty for nowhere. With `letters_jump`,
    letters that are typed on the map go to the next topic that begins so; commands of one letter then need Alt.
    """

    text_model: str = DEFAULT_TEXT_MODEL
    image_model: str = DEFAULT_IMAGE_MODEL
    options: Options = field(default_factory=Options)
    engine: EngineChoice = EngineChoice.AUTO
    theme: Theme = Theme.SYSTEM
    text_scale: float = 1.0
    reduced_motion: bool = False
    base_url: str = PRODUCTION_BASE_URL
    api_version: str = "v1beta"
    timeout_s: float = 60.0
    cache_limit_bytes: int = 200 * 1024 * 1024
    cache_ttl_s: float = 30 * 24 * 3600.0
    cache_soft_s: float = 14 * 24 * 3600.0
    port: int = 0
    project: str = DEFAULT_PROJECT
    tier: str = "unknown"
    safety: Safety = Safety.DEFAULT
    ahead: Ahead = Ahead.OFF
    second_look: bool = False
    team_url: str = ""
    team_plain: bool = False
    team_ca: str = ""
    team_name: str = ""
    team_member: str = ""
    team_cache: bool = True
    team_quota: bool = True
    otlp_url: str = ""
    letters_jump: bool = False


def model_for(settings: Settings, request: Request) -> str:
    """The model that answers: the request's own, else the one that is set for what is asked."""
    if request.model:
        return request.model
    return settings.image_model if request.task is Task.ILLUSTRATION else settings.text_model
