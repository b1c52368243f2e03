"""The limits a ledger holds to: the user's, tightened by what Google's refusals taught."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Bucket, Budget, Limits

ANY_MODEL = "*"
LIMITED = (Metric.RPM, Metric.TPM, Metric.IPM, Metric.RPD, Metric.TPD)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a 429 taught about one limit; times are the ledger's."""

    most: int | None
    cap: int | None
    guess: bool
    at: float
    until: float

    def limit(self) -> int | None:
        """The figure to hold to. A guess of nothing is none: others may have used the project up."""
        cap = None if self.guess and not self.cap else self.cap
        return least(self.most, cap)


@dataclass(frozen=True, slots=True)
class Rules:
    """All that holds for a bucket: what the user gave, what was learned, and the money of its project."""

    given: Limits | None
    learned: Mapping[Metric, Lesson]
    budget: Budget


def rules(db: Connection, bucket: Bucket) -> Rules:
    """What holds for a bucket now."""
    return Rules(given(db, bucket), lessons(db, bucket), budget(db, bucket.project))


def least(one: int | None, other: int | None) -> int | None:
    """The smaller of two limits, where None is unlimited."""
    return other if one is None else one if other is None else min(one, other)


def given(db: Connection, bucket: Bucket) -> Limits | None:
    """The user's limits for a bucket, else those for every model of its project, else None."""
    rows = db.rows(
        "SELECT rpm, tpm, rpd, tpd, ipm FROM rule WHERE project = ? AND model IN (?, '*') ORDER BY model = '*'",
        (bucket.project, bucket.model),
    )
    return Limits(*rows[0]) if rows else None


def set_given(db: Connection, bucket: Bucket, limits: Limits) -> None:
    """Store the user's limits and forget what was learned about the bucket, or the whole project for "*"."""
    db.rows(
        "INSERT OR REPLACE INTO rule VALUES (?, ?, ?, ?, ?, ?, ?)",
        (bucket.project, bucket.model, limits.rpm, limits.tpm, limits.rpd, limits.tpd, limits.ipm),
    )
    db.rows(
        "DELETE FROM learned WHERE project = ? AND (model = ? OR ? = '*')",
        (bucket.project, bucket.model, bucket.model),
    )


def lessons(db: Connection, bucket: Bucket) -> dict[Metric, Lesson]:
    """What was learned about a bucket."""
    rows = db.rows(
        "SELECT metric, most, cap, guess, at, until FROM learned WHERE project = ? AND model = ?",
        (bucket.project, bucket.model),
    )
    return {Metric(row[0]): Lesson(row[1], row[2], bool(row[3]), row[4], row[5]) for row in rows}


def put_lesson(db: Connection, bucket: Bucket, metric: Metric, lesson: Lesson) -> None:
    """Store what was learned about one limit."""
    db.rows(
        "INSERT OR REPLACE INTO learned VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            bucket.project,
            bucket.model,
            metric.value,
            lesson.most,
            lesson.cap,
            int(lesson.guess),
            lesson.at,
            lesson.until,
        ),
    )


def tightened(limits: Limits, learned: Mapping[Metric, Lesson]) -> Limits:
    """`limits`, none above what was learned."""
    if not learned:
        return limits
    held = {
        metric.value: least(of(limits, metric), learned[metric].limit())
        if metric in learned
        else of(limits, metric)
        for metric in LIMITED
    }
    return Limits(**held)


def of(limits: Limits, metric: Metric) -> int | None:
    """The limit of one metric."""
    match metric:
        case Metric.RPM:
            return limits.rpm
        case Metric.TPM:
            return limits.tpm
        case Metric.RPD:
            return limits.rpd
        case Metric.TPD:
            return limits.tpd
        case Metric.IPM:
            return limits.ipm
        case _:
            return None


def budget(db: Connection, project: str) -> Budget:
    """What a project may spend."""
    rows = db.rows("SELECT day_micro, month_micro FROM budget WHERE project = ?", (project,))
    return Budget(*rows[0]) if rows else Budget()


def set_budget(db: Connection, project: str, allowed: Budget) -> None:
    """Set what a project may spend."""
    values = (project, allowed.day_micro, allowed.month_micro)
    db.rows("INSERT OR REPLACE INTO budget VALUES (?, ?, ?)", values)
