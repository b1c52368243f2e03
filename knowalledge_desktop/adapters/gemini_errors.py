"""From what goes wrong on the wire to Gemini to the program's own errors.

Nothing here keeps a response, its headers or the key: the error texts are made of status words only, and
a server's own message passes redaction first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from knowalledge_desktop.core.errors import (
    AccessDenied,
    AppError,
    KeyRejected,
    ModelNotFound,
    ModelUnavailable,
    QuotaExhausted,
    RequestRejected,
    TimedOut,
)
from knowalledge_desktop.core.redaction import redact

PACIFIC = ZoneInfo("America/Los_Angeles")
"""Days of quota end at midnight there (ai.google.dev, rate limits)."""

_LONG_RETRY_S = 3600.0  # a shorter delay on a day's limit is generic advice, not the time it frees
_MINUTE_S = 60.0
_CANCELLED = 499  # a stream that the service gave up
_MESSAGE_MAX = 200
_WORD = re.compile(r"[A-Z][A-Z0-9_]{1,60}")
_QUOTA_ID = re.compile(r"[\w.\-]{1,120}")
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


@dataclass(frozen=True, slots=True)
class Failure:
    """An HTTP answer that is not a success, or an error object inside one.

    `body` is the decoded JSON (or what the SDK made of it), `now` epoch seconds.
    """

    code: int
    body: object
    retry_after: str
    model: str
    now: float


def from_failure(failure: Failure) -> AppError:
    """The known error for a failure."""
    error = _error_object(failure.body)
    reason = _reason(error)
    detail = " ".join(filter(None, (str(failure.code), _word(error.get("status")), reason)))
    told = _Told(failure, error, reason, detail)
    if failure.code >= 500 or failure.code == _CANCELLED:
        return ModelUnavailable(detail, retry_after_s=_retry_after(told))
    return _BY_CODE.get(failure.code, _other)(told)


@dataclass(frozen=True, slots=True)
class _Told:
    failure: Failure
    error: Mapping[str, Any]
    reason: str
    detail: str

    def with_message(self) -> str:
        message = " ".join(str(self.error.get("message") or "").split())
        return f"{self.detail}: {redact(message)[:_MESSAGE_MAX]}" if message else self.detail


def _bad_request(told: _Told) -> AppError:
    message = str(told.error.get("message", "")).casefold()
    if told.reason in {"API_KEY_INVALID", "API_KEY_EXPIRED"} or "api key" in message:
        return KeyRejected(told.detail)
    if told.error.get("status") == "FAILED_PRECONDITION" or "location is not supported" in message:
        return AccessDenied(told.with_message())
    return RequestRejected(told.with_message())


def _not_found(told: _Told) -> AppError:
    return ModelNotFound(told.failure.model) if told.failure.model else RequestRejected(told.detail)


def _other(told: _Told) -> AppError:
    if 300 <= told.failure.code < 400:
        return RequestRejected(f"{told.failure.code}: the address redirects elsewhere, which is not followed")
    return RequestRejected(told.with_message())


def _quota(told: _Told) -> AppError:
    quota_id, limit = _violation(told.error)
    delay = _retry_after(told)
    now = told.failure.now
    if "PerDay" in quota_id and (delay is None or delay < _LONG_RETRY_S):
        until: float | None = next_midnight(now)
    elif delay is not None:
        until = now + delay
    else:
        until = now + _MINUTE_S if quota_id else None
    return QuotaExhausted("429 RESOURCE_EXHAUSTED", until=until, quota_id=quota_id, limit=limit)


_BY_CODE: Mapping[int, Callable[[_Told], AppError]] = {
    400: _bad_request,
    401: lambda told: KeyRejected(told.detail),
    403: lambda told: AccessDenied(told.with_message()),
    404: _not_found,
    408: lambda told: TimedOut(told.detail),
    429: _quota,
}


def next_midnight(now: float) -> float:
    """Epoch second of the coming midnight in California, daylight saving included."""
    tomorrow = datetime.fromtimestamp(now, PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), PACIFIC).timestamp()


def _violation(error: Mapping[str, Any]) -> tuple[str, int | None]:
    """Id and limit of the quota that was hit; a day's limit comes first because it lasts longest."""
    found: list[tuple[str, int | None]] = []
    for detail in _details(error, "QuotaFailure"):
        violations = _mappings(detail.get("violations"))
        found.extend((_quota_id(each.get("quotaId")), _count(each.get("quotaValue"))) for each in violations)
    for detail in _details(error, "ErrorInfo"):
        about = detail.get("metadata")
        if isinstance(about, Mapping):
            told = cast("Mapping[str, Any]", about)
            found.append((_quota_id(told.get("quota_limit")), _count(told.get("quota_limit_value"))))
    named = [each for each in found if each[0]]
    return next((each for each in named if "PerDay" in each[0]), named[0] if named else ("", None))


def _retry_after(told: _Told) -> float | None:
    """Seconds to wait as the server says: RetryInfo, else the Retry-After header."""
    for detail in _details(told.error, "RetryInfo"):
        found = _DURATION.fullmatch(str(detail.get("retryDelay", "")))
        if found:
            return float(found[1])
    header = told.failure.retry_after.strip()
    if header.isascii() and header.isdigit():
        return float(header[:9])
    if not header:
        return None
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - told.failure.now)
    except (ValueError, OverflowError):
        return None


def _error_object(body: object) -> Mapping[str, Any]:
    if isinstance(body, list) and body:
        body = cast("list[object]", body)[0]
    if not isinstance(body, Mapping):
        return {}
    told = cast("Mapping[str, Any]", body)
    inner = told.get("error")
    return cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else told


def _details(error: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    for each in _mappings(error.get("details")):
        if str(each.get("@type", "")).endswith(f"google.rpc.{kind}"):
            yield each


def _mappings(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for each in cast("list[object]", value):
            if isinstance(each, Mapping):
                yield cast("Mapping[str, Any]", each)


def _reason(error: Mapping[str, Any]) -> str:
    return next((word for each in _details(error, "ErrorInfo") if (word := _word(each.get("reason")))), "")


def _word(value: object) -> str:
    """A status word; anything else a server may have put there is left out."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def _quota_id(value: object) -> str:
    return value if isinstance(value, str) and _QUOTA_ID.fullmatch(value) else ""


def _count(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
