"""All that the ledger counts against each bucket, to be told to a team."""

from __future__ import annotations

from knowalledge_desktop.adapters.ledger_window import Moment
from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.core.quota import Bucket
from knowalledge_desktop.core.team import LiveRow, OwnUse


def own_uses(db: Connection, moment: Moment) -> tuple[OwnUse, ...]:
    """Every bucket with requests in the window or on the days that are current."""
    live: dict[Bucket, list[LiveRow]] = {}
    rows = db.rows(
        "SELECT project, model, reservation, releases, tokens, images, settled, days FROM live WHERE releases > ?",
        (moment.now,),
    )
    for project, model, reservation, releases, tokens, images, settled, days in rows:
        row = LiveRow(reservation, releases - moment.now, tokens, images, bool(settled), tuple(days.split(" ")))
        live.setdefault(Bucket(project, model), []).append(row)
    marks = ", ".join("?" * len(moment.names))
    sums: dict[Bucket, list[tuple[str, int, int]]] = {}
    for project, model, day, requests, tokens in db.rows(
        f"SELECT project, model, day, sum(rpd), sum(tpd) FROM tally WHERE day IN ({marks})"  # noqa: S608 - only marks
        " GROUP BY project, model, day",
        moment.names,
    ):
        sums.setdefault(Bucket(project, model), []).append((day, requests, tokens))
    return tuple(
        OwnUse(bucket, tuple(live.get(bucket, ())), tuple(sums.get(bucket, ()))) for bucket in {**live, **sums}
    )
