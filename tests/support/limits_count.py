"""Counting as a service does it: limits on arrival, the log of what came, and measures over that log.

The server knows these limits, the program does not. Times are the server's own epoch seconds.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
DAY_S = 86400.0

Measure = Literal["requests", "tokens", "images"]


@dataclass(frozen=True, slots=True)
class HiddenLimits:
    """What a model may be asked in a minute and a day; None is unlimited."""

    rpm: int | None = None
    tpm: int | None = None
    rpd: int | None = None
    tpd: int | None = None
    ipm: int | None = None


@dataclass(slots=True)
class Entry:
    """One request as the server saw it.

    `charged` is False for what no limit counts (lists of models, counting tokens). `violated` names the
    limits that stood in the way ("rpm"). `answered` is None until the answer went out whole or broke off.
    """

    number: int
    at: float
    method: str
    model: str
    tokens: int = 0
    images: int = 0
    charged: bool = True
    violated: tuple[str, ...] = ()
    status: int = 200
    body: str = ""
    topic: str = ""
    answered: float | None = None
    complete: bool = False

    @property
    def admitted(self) -> bool:
        return not self.violated

    def amount(self, measure: Measure) -> int:
        return {"requests": 1, "tokens": self.tokens, "images": self.images}[measure]


Latency = tuple[float, float] | Callable[[Entry], float]
"""Seconds to answer in: a range, or as the request tells."""


def pacific_day(at: float) -> str:
    return datetime.fromtimestamp(at, PACIFIC).date().isoformat()


def pacific_day_ends(at: float) -> float:
    tomorrow = datetime.fromtimestamp(at, PACIFIC).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC).timestamp()


def day_name(at: float, day_s: float = DAY_S) -> str:
    """The day of a moment: Pacific dates, or equal lengths from the epoch when days are made shorter."""
    return pacific_day(at) if day_s == DAY_S else str(int(at // day_s))


def day_ends(at: float, day_s: float = DAY_S) -> float:
    return pacific_day_ends(at) if day_s == DAY_S else (at // day_s + 1) * day_s


@dataclass
class Meter:
    """The counts of one model: minutes slide, days are calendar days. Only admitted requests count."""

    minute_s: float = 60.0
    day_s: float = DAY_S
    _recent: deque[tuple[float, int, int]] = field(default_factory=deque)
    _day: str = ""
    _day_requests: int = 0
    _day_tokens: int = 0

    def arrive(self, limits: HiddenLimits, at: float, tokens: int, images: int) -> tuple[str, ...]:
        """Count a request in, or name every limit that it would exceed; `at` must not go back."""
        while self._recent and at - self._recent[0][0] >= self.minute_s:
            self._recent.popleft()
        if (today := day_name(at, self.day_s)) != self._day:
            self._day, self._day_requests, self._day_tokens = today, 0, 0
        would = {
            "rpm": len(self._recent) + 1,
            "tpm": sum(each[1] for each in self._recent) + tokens,
            "ipm": sum(each[2] for each in self._recent) + images if images else 0,
            "rpd": self._day_requests + 1,
            "tpd": self._day_tokens + tokens,
        }
        over = tuple(name for name, value in would.items() if _exceeds(value, getattr(limits, name)))
        if not over:
            self._recent.append((at, tokens, images))
            self._day_requests += 1
            self._day_tokens += tokens
        return over

    def frees(self, limits: HiddenLimits, name: str, at: float, amount: int) -> float:
        """When `amount` more fits under a limit; for what is bigger than the limit, when all is free."""
        if name in {"rpd", "tpd"}:
            return day_ends(at, self.day_s)
        column = {"rpm": None, "tpm": 1, "ipm": 2}[name]
        sizes = [(each[0], 1 if column is None else int(each[column])) for each in self._recent]
        room = (getattr(limits, name) or 0) - sum(size for _, size in sizes)
        for came, size in sizes:
            room += size
            if room >= amount:
                return came + self.minute_s
        return at + self.minute_s


def _exceeds(value: int, limit: int | None) -> bool:
    return limit is not None and value > limit


# --- measures -----------------------------------------------------------------------------------------------


def worst_window(
    log: Iterable[Entry], seconds: float, measure: Measure = "requests", *, model: str | None = None
) -> int:
    """The most that arrived for one model, refused or not, in any half-open window of so many seconds.

    A window may begin anywhere, so every fixed alignment is among them.
    """
    worst = 0
    for entries in _by_model(log, model).values():
        begin = total = 0
        for entry in entries:
            total += entry.amount(measure)
            while entry.at - entries[begin].at >= seconds:
                total -= entries[begin].amount(measure)
                begin += 1
            worst = max(worst, total)
    return worst


def worst_day(
    log: Iterable[Entry], measure: Measure = "requests", *, day_s: float = DAY_S, model: str | None = None
) -> int:
    """The most that arrived for one model, refused or not, on one calendar day."""
    worst = 0
    for entries in _by_model(log, model).values():
        days: dict[str, int] = {}
        for entry in entries:
            name = day_name(entry.at, day_s)
            days[name] = days.get(name, 0) + entry.amount(measure)
        worst = max(worst, *days.values())
    return worst


def served(log: Iterable[Entry]) -> list[Entry]:
    """The generating requests that were let in, whatever became of them."""
    return [entry for entry in log if entry.charged and entry.admitted]


def refusals(log: Iterable[Entry]) -> list[Entry]:
    """The requests that got a 429 for a limit."""
    return [entry for entry in log if not entry.admitted]


def mean_latency(log: Iterable[Entry]) -> float:
    """Seconds from arrival to the end of the answer of what was served, as the server sees it."""
    took = [entry.answered - entry.at for entry in served(log) if entry.answered is not None]
    return sum(took) / len(took)


@dataclass(frozen=True, slots=True)
class Utilisation:
    """`share` of what the limit allows was served; `ceiling` is what counting until the answer can reach."""

    share: float
    ceiling: float

    @property
    def of_ceiling(self) -> float:
        return self.share / self.ceiling


def utilisation(
    log: Iterable[Entry], limits: HiddenLimits, mean_latency_s: float, *, minute_s: float = 60.0
) -> Utilisation:
    """How much of the requests a minute of one model a greedy caller got.

    Measured from each served request to the one a whole limit later: with perfect use these are a minute
    apart, whatever the length of the run. Raises ValueError when the log is too short for that.
    """
    limit, times = limits.rpm, sorted(entry.at for entry in served(log))
    if limit is None or len(times) < 2 * limit:
        raise ValueError(f"{len(times)} requests served cannot show the use of a limit of {limit}")
    gaps = [later - earlier for earlier, later in zip(times, times[limit:], strict=False)]
    return Utilisation(minute_s * len(gaps) / sum(gaps), minute_s / (minute_s + mean_latency_s))


def _by_model(log: Iterable[Entry], model: str | None) -> Mapping[str, Sequence[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in sorted((entry for entry in log if entry.charged), key=lambda entry: entry.at):
        if model in (None, entry.model):
            found.setdefault(entry.model, []).append(entry)
    return found


# --- the log as a file --------------------------------------------------------------------------------------


def arrival_line(entry: Entry, server: str) -> bytes:
    return json.dumps({"server": server, **asdict(entry)}, ensure_ascii=False).encode() + b"\n"


def answer_line(entry: Entry, server: str) -> bytes:
    told = {name: getattr(entry, name) for name in ("number", "status", "answered", "complete")}
    return json.dumps({"server": server, **told}).encode() + b"\n"


def read_log(path: Path) -> list[Entry]:
    """The entries of a log file, in the order of arrival; what is being written just now is left out."""
    found: dict[tuple[str, int], Entry] = {}
    text = path.read_text("utf-8") if path.exists() else ""
    for line in text[: text.rfind("\n") + 1].splitlines():
        told: dict[str, Any] = json.loads(line)
        key = (str(told.pop("server")), int(told["number"]))
        if "at" in told:
            told["violated"] = tuple(told["violated"])
            found[key] = Entry(**told)
        else:
            found[key] = replace(found[key], **told)
    return sorted(found.values(), key=lambda entry: entry.at)
