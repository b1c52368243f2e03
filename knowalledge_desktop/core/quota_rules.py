"""The rules of quota that need no file: presets, Pacific days, and local estimates of tokens."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fnmatch import fnmatchcase
from types import MappingProxyType
from zoneinfo import ZoneInfo

from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Limits

PACIFIC = ZoneInfo("America/Los_Angeles")
"""A day of quota ends at midnight there (Gemini API documentation, "Rate limits")."""

_MONTH_OF_FIXED_DAYS = 30
_LONG_WAIT_S = 3600.0  # a shorter wait told for a day's limit is general advice, not the time it frees
_SHORT_WAIT_S = 120.0  # a limit of unknown name that frees sooner is one a minute


# --- days ---------------------------------------------------------------------------------------------------


def pacific_day(at: float) -> str:
    """The Pacific date ("2026-11-22") of an epoch second."""
    return datetime.fromtimestamp(at, PACIFIC).date().isoformat()


def next_pacific_midnight(at: float) -> float:
    """Epoch second at which the Pacific day of `at` ends; days have 23, 24 or 25 hours."""
    return _midnight(datetime.fromtimestamp(at, PACIFIC).date() + timedelta(days=1))


def pacific_midnight(at: float) -> float:
    """Epoch second at which the Pacific day of `at` began."""
    return _midnight(datetime.fromtimestamp(at, PACIFIC).date())


def _midnight(day: date) -> float:
    return datetime.combine(day, time(), PACIFIC).timestamp()


@dataclass(frozen=True, slots=True)
class Days:
    """How time is cut into days: Pacific dates, or with `length_s` equal lengths counted from the epoch.

    Names of days sort as the days do.
    """

    length_s: float | None = None

    def name(self, at: float) -> str:
        """The day that `at` (epoch seconds) belongs to."""
        return pacific_day(at) if self.length_s is None else _fixed(at // self.length_s)

    def ends(self, at: float) -> float:
        """When the day of `at` ends, epoch seconds."""
        if self.length_s is None:
            return next_pacific_midnight(at)
        return (at // self.length_s + 1) * self.length_s

    def month(self, at: float) -> tuple[str, str]:
        """The first day of the month of `at` and the first one after it; 30 days when they have a length."""
        if self.length_s is None:
            first = datetime.fromtimestamp(at, PACIFIC).date().replace(day=1)
            return first.isoformat(), _next_month(first).isoformat()
        first_day = at // self.length_s // _MONTH_OF_FIXED_DAYS * _MONTH_OF_FIXED_DAYS
        return _fixed(first_day), _fixed(first_day + _MONTH_OF_FIXED_DAYS)

    def month_ends(self, at: float) -> float:
        """When the month of `at` ends, epoch seconds."""
        if self.length_s is None:
            return _midnight(_next_month(datetime.fromtimestamp(at, PACIFIC).date()))
        return (at // self.length_s // _MONTH_OF_FIXED_DAYS + 1) * _MONTH_OF_FIXED_DAYS * self.length_s


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _fixed(number: float) -> str:
    return f"day-{int(number):012d}"


# --- what Google names --------------------------------------------------------------------------------------


def metric_of(quota_id: str, *, wait_s: float | None) -> Metric:
    """The limit that a `quotaId` of a 429 names; an unknown one is told by how long it blocks.

    Ids look like "GenerateRequestsPerDayPerProjectPerModel-FreeTier" and
    "GenerateContentInputTokensPerModelPerMinute-FreeTier". Images a day have no count of their own: one
    request makes them, so they are requests a day.
    """
    name = quota_id.casefold()
    a_day, a_minute = "perday" in name, "perminute" in name
    if not a_day and not a_minute:
        a_day = wait_s is not None and wait_s > _SHORT_WAIT_S
    if "token" in name:
        return Metric.TPD if a_day else Metric.TPM
    if "image" in name and not a_day:
        return Metric.IPM
    return Metric.RPD if a_day else Metric.RPM


def blocked_until(metric: Metric, at: float, until: float | None, *, days: Days, minute_s: float) -> float:
    """When a limit hit at `at` frees, from what the 429 said (epoch seconds, or None)."""
    if metric in (Metric.RPD, Metric.TPD):
        told = until is not None and until - at > _LONG_WAIT_S
        return until if told and until is not None else days.ends(at)
    return at + minute_s if until is None else until


def percent_used(used: int, limit: int | None) -> float | None:
    """How much of a limit is used, in percent, more than 100 when it is exceeded; None when unlimited."""
    if limit is None:
        return None
    return 100.0 if limit <= 0 else 100.0 * used / limit


# --- presets ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Preset:
    """Limits to begin with. `dated` is when they were collected; `rules` pair a model pattern with limits."""

    title: str
    dated: str
    rules: tuple[tuple[str, Limits], ...]

    def limits(self, model: str) -> Limits:
        """The limits of a model: those of the first pattern it matches."""
        name = model.removeprefix("models/").casefold()
        return next((limits for pattern, limits in self.rules if fnmatchcase(name, pattern)), Limits())


_DATED = "2026-11-22"


def _tier(flash: Limits, lite: Limits, pro: Limits, image: Limits) -> tuple[tuple[str, Limits], ...]:
    return (("*image*", image), ("*flash-lite*", lite), ("*pro*", pro), ("*", flash))


# Google shows the numbers of an account only in AI Studio. These are reports from the field where there are
# any, else cautious guesses; a 429 tightens them, the user may edit them.
PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "unknown": Preset(
            "Not told: begin carefully, learn from Google",
            _DATED,
            (
                ("*image*", Limits(rpm=10, tpm=250_000, rpd=500, ipm=10)),
                ("*", Limits(rpm=15, tpm=250_000, rpd=1_500)),
            ),
        ),
        "free": Preset(
            "Free tier",
            _DATED,
            _tier(
                flash=Limits(rpm=5, tpm=250_000, rpd=20),
                lite=Limits(rpm=10, tpm=250_000, rpd=20),
                pro=Limits(rpm=2, tpm=125_000, rpd=20),
                image=Limits(rpm=2, tpm=125_000, rpd=20, ipm=2),
            ),
        ),
        "tier1": Preset(
            "Tier 1",
            _DATED,
            _tier(
                flash=Limits(rpm=1_000, tpm=1_000_000, rpd=10_000),
                lite=Limits(rpm=2_000, tpm=2_000_000, rpd=20_000),
                pro=Limits(rpm=150, tpm=1_000_000, rpd=1_000),
                image=Limits(rpm=100, tpm=500_000, rpd=1_000, ipm=20),
            ),
        ),
        "tier2": Preset(
            "Tier 2",
            _DATED,
            _tier(
                flash=Limits(rpm=2_000, tpm=3_000_000, rpd=100_000),
                lite=Limits(rpm=4_000, tpm=6_000_000, rpd=100_000),
                pro=Limits(rpm=1_000, tpm=3_000_000, rpd=25_000),
                image=Limits(rpm=500, tpm=1_000_000, rpd=10_000, ipm=50),
            ),
        ),
        "tier3": Preset(
            "Tier 3",
            _DATED,
            _tier(
                flash=Limits(rpm=4_000, tpm=8_000_000, rpd=500_000),
                lite=Limits(rpm=8_000, tpm=12_000_000, rpd=500_000),
                pro=Limits(rpm=2_000, tpm=6_000_000, rpd=50_000),
                image=Limits(rpm=1_000, tpm=3_000_000, rpd=30_000, ipm=100),
            ),
        ),
        "legacy": Preset(
            "Like the web service: 80 % of 15 a minute and 1,500 a day",
            _DATED,
            (("*", Limits(rpm=12, tpm=800_000, rpd=1_200, tpd=40_000_000)),),
        ),
        "none": Preset("No limits", _DATED, (("*", Limits()),)),
    }
)


# --- estimates ----------------------------------------------------------------------------------------------

_OVERHEAD_TOKENS = 12  # roles, turns and the marks around them
_PIECES = re.compile(
    r"(?P<word>[A-Za-z]+)"
    r"|(?P<one>[!-@\[-`{-~\n\r\t\u00a0-\u02af\u0370-\u06ff\u0900-\u097f\u0e00-\u0e7f\u2010-\u2027]+)"
    r"|(?P<wide>[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]+)"
    r"|(?P<space> +)"
    r"|(?P<rare>[^ -~\n\r\t\u00a0-\u02af\u0370-\u06ff\u0900-\u097f\u0e00-\u0e7f\u2010-\u2027"
    r"\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]+)"
)


def estimate_tokens(text: str) -> int:
    """At least as many tokens as `text` has for any Gemini tokenizer, without asking anybody.

    The vocabulary falls back to single bytes for what it does not know, so a script it knows little of
    counts its UTF-8 bytes. Latin words count one token for two letters (really about four), digits and
    signs one each, common scripts one a letter, Chinese, Japanese and Korean two a character.
    """
    tokens = _OVERHEAD_TOKENS
    for piece in _PIECES.finditer(text):
        start, end = piece.span()
        length = end - start
        match piece.lastgroup:
            case "word":
                tokens += (length + 1) // 2
            case "space":
                tokens += length // 2  # one space belongs to the word after it
            case "one":
                tokens += length
            case "wide":
                tokens += 2 * length
            case _:
                tokens += len(piece[0].encode("utf-8", "surrogatepass"))
    return tokens


_TILE_TOKENS = 258
_SMALL_SIDE = 384
_LARGE_IMAGE_TOKENS = 1_120  # Gemini 3 and newer, media resolution "high", which is the default


def estimate_image_tokens(width: int, height: int) -> int:
    """At least as many tokens as an image of so many pixels costs as input, for any Gemini model.

    Gemini 2.5 and older cut a large image into squares of 258 tokens and add one for the whole image;
    newer ones take a fixed number.
    """
    if max(width, height) <= _SMALL_SIDE:
        return _LARGE_IMAGE_TOKENS
    side = min(768.0, max(256.0, min(width, height) / 1.5))
    squares = math.ceil(width / side) * math.ceil(height / side) + 1
    return max(_LARGE_IMAGE_TOKENS, squares * _TILE_TOKENS)
