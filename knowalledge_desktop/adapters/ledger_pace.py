"""How use grew over a day: requests by quarters of an hour, for the curve that people see."""

from __future__ import annotations

from knowalledge_desktop.adapters.ledger_window import Moment
from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.core.quota import Bucket, PaceRow

SLOT_S = 900

_KEPT_S = 3 * 86_400.0

# The triggers count for every program that writes the file, also for an older one that does not know of it.
# What was given back was never sent; a settled request that is cleared away later was.
_TABLES = f"""
CREATE TABLE pace(
    project TEXT NOT NULL,
    model TEXT NOT NULL,
    slot INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY(project, model, slot)
) WITHOUT ROWID;

CREATE TRIGGER pace_in AFTER INSERT ON live BEGIN
    INSERT INTO pace VALUES (new.project, new.model, CAST(new.admitted / {SLOT_S} AS INTEGER), 1)
        ON CONFLICT DO UPDATE SET requests = requests + 1;
END;

CREATE TRIGGER pace_out AFTER DELETE ON live WHEN old.settled = 0 BEGIN
    UPDATE pace SET requests = requests - 1
        WHERE project = old.project AND model = old.model AND slot = CAST(old.admitted / {SLOT_S} AS INTEGER);
END;
"""  # noqa: S608 - its only part is the number above


def ensure(db: Connection) -> None:
    """Add the table where it is missing; what was sent before is not in it."""
    if not db.value("SELECT count(*) FROM sqlite_master WHERE name = 'pace'"):
        with db.writing():
            if not db.value("SELECT count(*) FROM sqlite_master WHERE name = 'pace'"):
                db.script(_TABLES)


def rows(db: Connection, bucket: Bucket, moment: Moment, since: float) -> tuple[PaceRow, ...]:
    """Quarters of an hour with requests, from the one that holds `since` on, oldest first.

    `since` and the times given are of the machine's clock.
    """
    found = db.rows(
        "SELECT slot, requests FROM pace WHERE project = ? AND model = ? AND slot >= ? AND requests > 0"
        " ORDER BY slot",
        (bucket.project, bucket.model, int(moment.own(since) // SLOT_S)),
    )
    return tuple(PaceRow(moment.told(float(slot * SLOT_S)), SLOT_S, requests) for slot, requests in found)


def prune(db: Connection, moment: Moment) -> None:
    """Forget what no curve shows any more."""
    db.rows("DELETE FROM pace WHERE slot < ?", (int((moment.now - _KEPT_S) // SLOT_S),))
