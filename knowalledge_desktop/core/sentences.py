"""The one table from an error to a sentence, an exit line and a problem document.

Every row says what happened, what is safe, and what comes next. Templates are plain English with
`{placeholders}`; a face translates the template first and fills it in afterwards. Where a row has
several templates, the first one all of whose placeholders are known is taken.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from knowalledge_desktop.core import errors as e
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.sentences_tasks import FOR_TASK

_SOON_S = 120.0
_MEASURES = {
    Metric.RPM.value: "{limit} requests a minute",
    Metric.TPM.value: "{limit} tokens a minute",
    Metric.IPM.value: "{limit} images a minute",
    Metric.RPD.value: "{limit} requests a day",
    Metric.TPD.value: "{limit} tokens a day",
}
_BUDGETS = {
    Metric.DAY_BUDGET.value: "today’s budget of {money}",
    Metric.MONTH_BUDGET.value: "this month’s budget of {money}",
}


def utc_time(epoch: float) -> str:
    """Hours and minutes in UTC; faces pass a function that knows the user's zone and day instead."""
    minutes = int(epoch // 60) % (24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d} UTC"


@dataclass(frozen=True, slots=True)
class Sentence:
    """What to tell: a title, what happened, what comes next; templates with their values."""

    title: str
    text: str
    next_step: str = ""
    values: dict[str, str] = field(default_factory=dict[str, str])

    def render(self, translate: Callable[[str], str] = lambda template: template) -> tuple[str, str, str]:
        """Title, text and next step, translated and filled in."""
        title, text, step = (
            translate(part).format_map(self.values) if part else ""
            for part in (self.title, self.text, self.next_step)
        )
        return title, text, step


@dataclass(frozen=True, slots=True)
class _Row:
    title: str
    text: tuple[str, ...]
    next_step: tuple[str, ...] = ("",)
    status: int = 500


_SAFE = "Your maps are safe and open without a connection."
_KEY_STEP = "Set a key in the settings, or with: knowalledge key set. The built-in Atlas works without one."
_LATER = ("Try again in {seconds} s.", "Try again at {time}.", "Try again in a minute. " + _SAFE)

_BUG = _Row(
    "Something in the program is broken",
    ("This is a mistake in KnowAllEdge ({kind}), not in what you did. What was kept before is safe.",),
    ("Copy the details and report them. You can go on working; if it happens again, restart.",),
)

_TABLE: dict[type[e.AppError], _Row] = {
    e.UserInputError: _Row(
        "This cannot be used as it is", ("{detail}", "What was typed cannot be used."), status=422
    ),
    e.TopicGone: _Row(
        "The topic is gone", ("{detail}", "This topic is no longer in the map."), ("Undo brings it back.",), 404
    ),
    e.TopicNotFound: _Row(
        "Not in the Atlas",
        (
            "The Atlas has no ‘{topic}’. Nearest: {nearest}.",
            "The Atlas has no ‘{topic}’, and nothing near it.",
            "The Atlas does not have this topic.",
        ),
        (  # the first only where there are any: a placeholder of no width says so
            "Choose one of these{nearest:.0}, or try other words. A Gemini key can map anything.",
            "Try other words. A Gemini key can map anything.",
        ),
        404,
    ),
    e.ImportRefused: _Row(
        "This file was not imported",
        ("{detail}", "The file cannot be read."),
        ("Nothing was changed. Save it again in the program it comes from, or choose another format.",),
        422,
    ),
    e.KeyProblem: _Row("The Gemini key cannot be used", ("There is a problem with the key.",), (_KEY_STEP,), 403),
    e.KeyMissing: _Row("No Gemini key is set", ("Gemini can only be asked with a key.",), (_KEY_STEP,), 403),
    e.KeyMalformed: _Row(
        "This is not a Gemini key",
        ("It is too short or too long, or has characters that no key has, so it was not sent anywhere.",),
        ("Copy the key again from Google AI Studio, without spaces or line breaks.",),
        403,
    ),
    e.KeyRejected: _Row(
        "Google did not accept this key",
        ("The key may be mistyped, expired or switched off. " + _SAFE,),
        ("Set another key, or work without a key.",),
        403,
    ),
    e.KeyringUnavailable: _Row(
        "The keyring cannot be used",
        ("The system keyring is locked or missing, so a key cannot be kept there.",),
        ("Unlock the keyring, or use the key for this session only.",),
        403,
    ),
    e.QuotaExhausted: _Row(
        "A Gemini limit is used up",
        (
            "The limit of {measure} for {model} is used up. Nothing is lost.",
            "The limit of {token_limit} tokens is used up. Nothing is lost.",
            "The limit of {limit} requests is used up. Nothing is lost.",
            "Gemini takes no more requests for now. Nothing is lost.",
        ),
        (
            "It frees in {seconds} s. Kept maps and the Atlas work meanwhile.",
            "It frees at {time}. Kept maps and the Atlas work meanwhile.",
            "Try again later. Kept maps and the Atlas work meanwhile.",
        ),
        429,
    ),
    e.BudgetReached: _Row(
        "The budget is used up",
        (
            "This could cost more than is left of {measure}, so it was not sent. Nothing is lost.",
            "This could cost more than is left of the budget, so it was not sent. Nothing is lost.",
        ),
        (
            "A new one begins at {time}. Until then kept maps and the Atlas work; or raise the budget.",
            "Kept maps and the Atlas work; or raise the budget.",
        ),
        429,
    ),
    e.RequestTooBig: _Row(
        "Too much for one request",
        (
            "One request would need more than the limit of {measure} for {model}.",
            "One request would need more than the limit allows.",
        ),
        ("Ask for less at once, or set the limit that your project really has.",),
        429,
    ),
    e.TeamApart: _Row(
        "The team’s Redis cannot be used",
        (
            "What the others send is not known now, and your own share of {measure} is used. Nothing is lost.",
            "What the others send is not known now, and your own share of the limits is used. Nothing is lost.",
        ),
        (
            "More may be sent in {seconds} s, or when Redis is back. Kept maps and the Atlas work meanwhile.",
            "More may be sent at {time}, or when Redis is back. Kept maps and the Atlas work meanwhile.",
            "Try again when Redis is back, or leave the team. Kept maps and the Atlas work meanwhile.",
        ),
        429,
    ),
    e.QueueFull: _Row(
        "Too many requests wait already",
        ("{detail} requests wait for their turn, so this one was not added.", "The queue is full."),
        ("Let some of them finish, or stop some.",),
        503,
    ),
    e.Unavailable: _Row("Gemini cannot answer now", ("The service is not available. " + _SAFE,), _LATER, 503),
    e.Offline: _Row(
        "You are offline",
        ("Gemini cannot be reached. " + _SAFE,),
        ("Check the connection, or use the built-in Atlas meanwhile.",),
        503,
    ),
    e.TimedOut: _Row("No answer in time", ("Gemini did not answer in time. " + _SAFE,), ("Try again.",), 504),
    e.ModelUnavailable: _Row(
        "Gemini is overloaded", ("The service is overloaded or down. " + _SAFE,), _LATER, 503
    ),
    e.ModelNotFound: _Row(
        "This model does not exist",
        ("Gemini has no model ‘{detail}’.", "Gemini does not have the model that is set."),
        ("Choose another model in the settings.",),
        502,
    ),
    e.AccessDenied: _Row(
        "Google refuses access",
        ("The key’s project, or this location, may not use Gemini. " + _SAFE,),
        ("Check the project in Google AI Studio, or use the built-in Atlas.",),
        403,
    ),
    e.CircuitOpen: _Row(
        "Gemini is being left alone for a moment",
        ("Several requests failed in a row, so no more are sent for now. " + _SAFE,),
        ("The next try is in {seconds} s.", "The next try is at {time}."),
        503,
    ),
    e.ContentBlocked: _Row(
        "Gemini declined this topic",
        ("It gave no text for it ({detail}).", "It gave no text for it."),
        ("Try other words.",),
        422,
    ),
    e.InvalidReply: _Row(
        "The answer could not be read",
        ("Gemini’s answer did not have the expected form, so nothing of it was kept.",),
        ("Ask again.",),
        502,
    ),
    e.RequestRejected: _Row(
        "Gemini did not accept the request",
        ("The service refused how it was asked: {detail}.", "The service refused how it was asked."),
        ("Check the model and the address in the settings.",),
        502,
    ),
    e.Incomplete: _Row(
        "Only a part of the answer came",
        ("What could be read is kept. The rest could not be had: {cause}.",),
        ("Ask for the rest by expanding once more.",),
        502,
    ),
    e.AtlasMissing: _Row(
        "The Atlas is not installed",
        ("The file of the built-in Atlas is missing. Maps that are kept still open.",),
        ("Set the program up again: sh packaging/dev.sh run",),
        503,
    ),
    e.StorageError: _Row(
        "A file on this device cannot be used",
        ("The program could not read or write {detail}.", "The program could not read or write a file."),
        ("Check the disk and the folder’s permissions, then try again.",),
    ),
    e.DiskFull: _Row(
        "The disk is full",
        ("There was no room left to save the last change. What was saved before is safe.",),
        ("Free some space, then try again.",),
        507,
    ),
    e.StorageReadOnly: _Row(
        "This place cannot be written to",
        ("The change was not saved: {detail}.", "The folder is read-only, so nothing was saved."),
        ("Change its permissions, or set KNOWALLEDGE_HOME to another folder.",),
    ),
    e.StorageDamaged: _Row(
        "A file is damaged",
        (
            "This cannot be read as it is: {detail}. Nothing was deleted.",
            "A file could not be read as it is; it was not deleted.",
        ),
        ("Start the program again: it then goes on with the newest good backup. Or restore one yourself.",),
    ),
    e.NewerVersion: _Row(
        "Written by a newer version",
        ("{detail} was written by a newer KnowAllEdge and was left untouched.", "The file was left untouched."),
        ("Update this program to open it.",),
    ),
    e.MapNotFound: _Row(
        "There is no such map",
        ("The library has no map ‘{detail}’.", "The library does not have this map."),
        ("Look at the list of maps, or explore the topic to make one.",),
        404,
    ),
}


def describe(error: BaseException, now: float = 0.0, format_time: Callable[[float], str] = utc_time) -> Sentence:
    """The sentence for an error; anything that is no AppError is a mistake in the program.

    `now` is epoch seconds: what ends within two minutes is told in seconds, anything later as
    the clock time that `format_time` makes of it. Without `now` it is always the clock time.
    """
    row = _row(error)
    values = _values(error, now, format_time)
    return Sentence(row.title, _first_known(row.text, values), _first_known(row.next_step, values), values)


def one_line(error: BaseException, now: float = 0.0, format_time: Callable[[float], str] = utc_time) -> str:
    """The sentence on one line, for standard error."""
    title, text, step = describe(error, now, format_time).render()
    return " ".join(f"{title}. {text} {step}".split())


def problem(
    error: BaseException, now: float = 0.0, format_time: Callable[[float], str] = utc_time
) -> dict[str, object]:
    """The error as a problem document (RFC 9457), with its HTTP status."""
    title, text, step = describe(error, now, format_time).render()
    kind = _kebab(type(error).__name__) if isinstance(error, e.AppError) else "bug"
    told: dict[str, object] = {
        "type": f"urn:knowalledge:problem:{kind}",
        "title": title,
        "status": _row(error).status,
        "detail": f"{text} {step}".strip(),
    }
    until = _until(error, now)
    if until is not None and now > 0:
        told["retry_after_s"] = max(0, round(until - now))
    if isinstance(error, e.TopicNotFound):
        told["nearest"] = list(error.nearest)
    return told


def title_of(kind: str) -> str:
    """The title for an error's class name, as labels of substitute answers carry it."""
    return next((row.title for known, row in _TABLE.items() if known.__name__ == kind), _BUG.title)


def templates() -> tuple[str, ...]:
    """All templates, for the translators' catalogue."""
    rows = [_BUG, *_TABLE.values(), *(_Row(*words) for words in FOR_TASK.values())]
    texts = [text for row in rows for text in (row.title, *row.text, *row.next_step) if text]
    return tuple(dict.fromkeys(texts))


def _row(error: BaseException) -> _Row:
    found = next((kind for kind in type(error).__mro__ if kind in _TABLE), None)
    if found is None:
        return _BUG
    words = FOR_TASK.get((found, error.task)) if isinstance(error, e.AppError) else None
    return (
        _TABLE[found]
        if words is None
        else replace(_TABLE[found], title=words[0], text=words[1], next_step=words[2])
    )


def _values(error: BaseException, now: float, format_time: Callable[[float], str]) -> dict[str, str]:
    values = {"kind": type(error).__name__}
    if isinstance(error, e.AppError):
        values["detail"] = error.detail.strip()
    if isinstance(error, e.TopicNotFound):
        values["topic"] = error.topic
        values["nearest"] = ", ".join(error.nearest)
    if isinstance(error, e.QuotaExhausted) and error.limit is not None:
        values["token_limit" if "token" in error.quota_id.lower() else "limit"] = f"{error.limit:,}"
        values["measure"] = measure(error.quota_id, error.limit)
        values["model"] = error.model
    if isinstance(error, e.Incomplete):
        title = _row(error.cause).title
        values["cause"] = title[0].lower() + title[1:] if not title.startswith(("Gemini", "Google")) else title
    until = _until(error, now)
    if until is not None:
        if now > 0 and until - now <= _SOON_S:
            values["seconds"] = str(max(1, round(until - now)))
        else:
            values["time"] = format_time(until)
    return {name: value for name, value in values.items() if value}


def measure(metric: str, limit: int) -> str:
    """A limit in words ("15 requests a minute"); empty for what is no `quota.Metric`."""
    if metric in _MEASURES:
        return _MEASURES[metric].format(limit=f"{limit:,}")
    if metric not in _BUDGETS:
        return ""
    from knowalledge_desktop.core.prices import money  # most sentences tell of no money

    return _BUDGETS[metric].format(money=money(limit))


def _until(error: BaseException, now: float) -> float | None:
    if isinstance(error, e.QuotaExhausted | e.CircuitOpen):
        return error.until
    if isinstance(error, e.Unavailable) and error.retry_after_s is not None and now > 0:
        return now + error.retry_after_s
    return None


def _first_known(choices: tuple[str, ...], values: dict[str, str]) -> str:
    return next((text for text in choices if _fields(text) <= values.keys()), choices[-1])


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
