"""Opening the ledger's file so that what was sent is never forgotten quietly."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from knowalledge_desktop.adapters import ledger_pace
from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.adapters.process_mark import ProcessMark, alone
from knowalledge_desktop.adapters.storage_errors import os_errors, private_folder
from knowalledge_desktop.core.errors import NewerVersion, StorageDamaged
from knowalledge_desktop.core.ports import Clock

APPLICATION_ID = 0x4B41514C  # "KAQL"
VERSION = 1

# `moment` has one row. `high` is the ledger's time of the last change and `mono` the machine's monotonic clock
# then; `held` is until when nothing may be sent; `days` are the names of the days that were current; `rules`
# is another number after each change of rule, learned or budget.
#
# `live` are reservations. `releases` is when one leaves the minute's window; `days` are the days it is charged
# to, first the one its money belongs to. The index holds all that a decision reads.
#
# `tally` sums by day: `requests` to `cost` are what was spent, on the day of admission; `rpd` and `tpd` are what
# counts against the day's limits, on every day a request touched; `served` are requests that were answered.
#
# `pace`, how use grew over a day, is in `ledger_pace`.
#
# `learned` is what Google said: `most` is the limit known before, `cap` the one told or, when `guess` is set,
# the count that was served before the refusal at `at`; nothing is sent until `until`.
_TABLES = """
CREATE TABLE moment(
    one INTEGER PRIMARY KEY CHECK(one = 1),
    high REAL NOT NULL,
    mono REAL NOT NULL,
    held REAL NOT NULL,
    days TEXT NOT NULL,
    rules INTEGER NOT NULL
);

CREATE TABLE live(
    reservation TEXT PRIMARY KEY NOT NULL,
    project TEXT NOT NULL,
    model TEXT NOT NULL,
    operation TEXT NOT NULL,
    admitted REAL NOT NULL,
    releases REAL NOT NULL,
    settled INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    images INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    days TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX live_window ON live(project, model, releases, settled, tokens, images);

CREATE TABLE tally(
    project TEXT NOT NULL,
    day TEXT NOT NULL,
    model TEXT NOT NULL,
    operation TEXT NOT NULL,
    requests INTEGER NOT NULL DEFAULT 0,
    input_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    cost INTEGER NOT NULL DEFAULT 0,
    rpd INTEGER NOT NULL DEFAULT 0,
    tpd INTEGER NOT NULL DEFAULT 0,
    served INTEGER NOT NULL DEFAULT 0,
    served_tokens INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY(project, day, model, operation)
) WITHOUT ROWID;

CREATE TABLE rule(
    project TEXT NOT NULL,
    model TEXT NOT NULL,
    rpm INTEGER,
    tpm INTEGER,
    rpd INTEGER,
    tpd INTEGER,
    ipm INTEGER,
    PRIMARY KEY(project, model)
) WITHOUT ROWID;

CREATE TABLE learned(
    project TEXT NOT NULL,
    model TEXT NOT NULL,
    metric TEXT NOT NULL,
    most INTEGER,
    cap INTEGER,
    guess INTEGER NOT NULL,
    at REAL NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY(project, model, metric)
) WITHOUT ROWID;

CREATE TABLE budget(
    project TEXT PRIMARY KEY NOT NULL,
    day_micro INTEGER,
    month_micro INTEGER
) WITHOUT ROWID;

CREATE TRIGGER rule_new AFTER INSERT ON rule BEGIN UPDATE moment SET rules = rules + 1; END;
CREATE TRIGGER learned_new AFTER INSERT ON learned BEGIN UPDATE moment SET rules = rules + 1; END;
CREATE TRIGGER learned_gone AFTER DELETE ON learned BEGIN UPDATE moment SET rules = rules + 1; END;
CREATE TRIGGER budget_new AFTER INSERT ON budget BEGIN UPDATE moment SET rules = rules + 1; END;
"""


class LedgerFile:
    """The file with the marks of the processes that use it; used by one thread.

    A damaged file is moved aside and a new one started, which holds everything for `hold_s`
    seconds: what the old one knew of the last minute is lost. `notices` say so.
    """

    def __init__(self, path: Path, clock: Clock, hold_s: float) -> None:
        self._path = path
        self._clock = clock
        self._hold_s = hold_s
        self._mark = ProcessMark(path)
        self._suspect = False
        self.notices: list[str] = []

    def open(self) -> Connection:
        """A connection that writes durably; raises StorageError, NewerVersion among them."""
        try:
            private_folder(self._path.parent)
            with alone(self._path.with_name(self._path.name + ".lock")):
                alive, crashed = self._mark.others()
                self._mark.set()
                try:
                    db = self._checked(thorough=crashed or self._suspect)
                except StorageDamaged as error:
                    if alive:  # another process has it open: not the moment to move it away
                        raise
                    db = self._replaced(error)
        except BaseException:
            self._mark.clear(clean=not self._suspect)
            raise
        self._suspect = False
        return db

    def close(self, *, damaged: bool = False) -> None:
        """Say that this process is done with it; after a damage the next opening looks at every page."""
        self._suspect = self._suspect or damaged
        self._mark.clear(clean=not self._suspect)

    def _checked(self, *, thorough: bool) -> Connection:
        with os_errors(self._path):
            self._path.touch(mode=0o600)  # the files beside it get the same mode
        db = Connection(self._path, durable=True)
        try:
            self._check(db, thorough=thorough)
            if not db.value("PRAGMA user_version"):
                self._make(db, held=0.0)
            ledger_pace.ensure(db)
        except BaseException:
            db.close()
            raise
        return db

    def _check(self, db: Connection, *, thorough: bool) -> None:
        mark, version = db.value("PRAGMA application_id"), db.value("PRAGMA user_version")
        empty = db.value("SELECT count(*) FROM sqlite_master") == 0
        if mark != APPLICATION_ID and not (empty and version == 0):
            raise StorageDamaged(f"{self._path}: not a quota ledger of this program")
        if version > VERSION:
            raise NewerVersion(f"{self._path}: version {version}, known {VERSION}")
        if thorough and db.rows("PRAGMA quick_check(1)") != [("ok",)]:
            raise StorageDamaged(f"{self._path}: its pages do not fit together")
        if version and db.value("SELECT count(*) FROM moment") != 1:
            raise StorageDamaged(f"{self._path}: its time is missing")

    def _make(self, db: Connection, *, held: float) -> None:
        with db.writing():
            db.script(_TABLES)
            db.rows("INSERT INTO moment VALUES (1, 0, 0, ?, '', 0)", (held,))
            db.script(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};")

    def _replaced(self, error: StorageDamaged) -> Connection:
        now = self._clock.now()
        stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S")
        aside = self._path.with_name(f"{self._path.name}.damaged-{stamp}-{os.urandom(2).hex()}")
        with os_errors(self._path):
            for end in ("", "-wal", "-shm"):
                part = self._path.with_name(self._path.name + end)
                if part.exists():
                    part.replace(aside.with_name(aside.name + end))
        with os_errors(self._path):
            self._path.touch(mode=0o600)
        db = Connection(self._path, durable=True)
        try:
            self._make(db, held=now + self._hold_s)
            ledger_pace.ensure(db)
        except BaseException:
            db.close()
            raise
        self.notices.append(
            f"The record of requests sent was damaged ({error.detail}); a new one was started, and nothing is "
            f"sent for {self._hold_s:.0f} seconds. Requests and money of earlier today are not counted in it. "
            f"The damaged file is kept as {aside}."
        )
        return db
