"""What is learned from Google's refusals, with a figure or without one."""

from __future__ import annotations

from dataclasses import dataclass

from knowalledge_desktop.adapters import ledger_limits as limits_of
from knowalledge_desktop.adapters.ledger_limits import Lesson
from knowalledge_desktop.adapters.ledger_window import Moment, Terms
from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Bucket, Used

_DAILY = (Metric.RPD, Metric.TPD)
_SERVED_SHARE = 29 / 30  # of the minute before a refusal: what is older may have left Google's window already


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal: the limit it names, its figure if there is one, and until when it holds (ledger time)."""

    bucket: Bucket
    metric: Metric
    limit: int | None
    until: float


def learn(db: Connection, terms: Terms, moment: Moment, told: Told) -> Lesson:
    """Store what is known of the limit from now on.

    Several calls that were on their way together are refused together. Without a figure that is
    one lesson: what was served before the first refusal, and what of it is answered later.
    """
    before = limits_of.lessons(db, told.bucket).get(told.metric)
    lesson = _lesson(db, terms, moment, told, before)
    limits_of.put_lesson(db, told.bucket, told.metric, lesson)
    return lesson


def _lesson(db: Connection, terms: Terms, moment: Moment, told: Told, before: Lesson | None) -> Lesson:
    until, most = told.until, None
    if before is not None:
        until = max(until, before.until)
        goes_on = before.until > moment.now
        if told.limit is None and goes_on:
            return Lesson(before.most, before.cap, before.guess, before.at, until)
        most = before.most if goes_on and before.guess else before.limit()
    if told.limit is not None:
        return Lesson(most, told.limit, guess=False, at=moment.now, until=until)
    return Lesson(most, _served(db, terms, moment, told), guess=True, at=moment.now, until=until)


def _served(db: Connection, terms: Terms, moment: Moment, told: Told) -> int:
    about = (told.bucket.project, told.bucket.model)
    if told.metric in _DAILY:
        column = "served" if told.metric is Metric.RPD else "served_tokens"
        return db.value(
            f"SELECT coalesce(sum({column}), 0) FROM tally WHERE project = ? AND model = ? AND day = ?",  # noqa: S608
            (*about, moment.names[0]),
        )
    column = {Metric.RPM: "1", Metric.TPM: "tokens"}.get(told.metric, "images")
    return db.value(
        f"SELECT coalesce(sum({column}), 0) FROM live WHERE project = ? AND model = ?"  # noqa: S608
        " AND settled = 1 AND tokens > 0 AND admitted > ?",
        (*about, moment.now - terms.minute_s * _SERVED_SHARE),
    )


def raise_guesses(db: Connection, terms: Terms, bucket: Bucket, admitted: float, used: Used) -> None:
    """Count an answer to a request that was on its way at a refusal that had no figure."""
    for metric, lesson in limits_of.lessons(db, bucket).items():
        amount = {Metric.TPM: used.tokens, Metric.TPD: used.tokens, Metric.IPM: used.images}.get(metric, 1)
        if metric in _DAILY:
            same = terms.days.name(lesson.at) == terms.days.name(admitted)
        else:
            same = admitted > lesson.at - terms.minute_s * _SERVED_SHARE
        if lesson.guess and same and admitted <= lesson.at:
            more = Lesson(lesson.most, (lesson.cap or 0) + amount, guess=True, at=lesson.at, until=lesson.until)
            limits_of.put_lesson(db, bucket, metric, more)
