"""The ledger's transactions: counting requests in, settling them, giving them back, learning from refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from knowalledge_desktop.adapters import ledger_lessons, ledger_pace
from knowalledge_desktop.adapters import ledger_limits as limits_of
from knowalledge_desktop.adapters.ledger_limits import Rules
from knowalledge_desktop.adapters.ledger_report import own_uses
from knowalledge_desktop.adapters.ledger_window import Moment, Sure, Terms, Window
from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.quota import Admitted, Bucket, Budget, Demand, PaceRow, Refused, SpendRow, Used
from knowalledge_desktop.core.quota_rules import blocked_until, metric_of
from knowalledge_desktop.core.team import OwnUse

T = TypeVar("T")

_KEPT_MINUTES = 10  # how long settled reservations are kept after they left the window
_KEPT_OPEN_S = 2 * 86_400.0  # how long a late answer may still settle
_KEPT_TALLY_S = 400 * 86_400.0
_PRUNE_EVERY = 256
_DRIFT_S = 1.0  # so far two clocks may run apart between two changes without one having been set


class Book:
    """The ledger's file between transactions; used by one thread.

    The ledger's time is the machine's clock as long as that does not run behind what was
    written last. When it does, because it was set back, time goes on from there by the
    machine's monotonic clock, which is the same for all processes and starts again at a
    restart: never backwards, never ahead of real time passed, never standing still.
    A clock that is set forward cannot be told from one that was wrong before, so days follow it. But it
    empties no minute: when it moved further than the monotonic clock, nothing is sent until a minute has
    really passed since the last change. The same holds after the machine slept.
    """

    def __init__(self, db: Connection, clock: Clock, terms: Terms) -> None:
        self._db = db
        self._clock = clock
        self._terms = terms
        self._writes = 0
        self._rules: dict[Bucket, Rules] = {}
        self._rules_of = -1

    # --- time ---

    def _moment(self) -> tuple[Moment, float, str]:
        """The time now, until when everything is held, and the days that were current at the last change."""
        high, mono, held, days, rules = self._db.rows("SELECT high, mono, held, days, rules FROM moment")[0]
        if rules != self._rules_of:
            self._rules.clear()
            self._rules_of = rules
        wall, passed = self._clock.now(), self._clock.monotonic() - mono
        now = wall if wall >= high else high + max(0.0, passed)
        jumped = high > 0 and now - high > passed + _DRIFT_S
        if jumped and 0 <= passed < self._terms.minute_s:
            held = max(held, now + self._terms.minute_s - passed)
        return Moment(now, wall, self._names(now, wall), held), held, days

    def _window(self, moment: Moment, bucket: Bucket) -> Window:
        """What the file says; rules are read again when any process changed them."""
        rules = self._rules.get(bucket)
        if rules is None:
            rules = self._rules[bucket] = limits_of.rules(self._db, bucket)
        return Window(self._db, self._terms, moment, bucket, rules)

    def _names(self, now: float, wall: float) -> tuple[str, ...]:
        name = self._terms.days.name
        first = name(now)
        if now == wall or name(wall) == first:
            return (first,)
        return (first, name(wall))

    def _change(self, job: Callable[[Moment], T]) -> T:
        """Run `job` in a transaction of its own that also keeps the time."""
        with self._db.writing():
            moment, _, days = self._moment()
            self._turn_days(moment, days)
            result = job(moment)
            self._keep(moment)
        return result

    def _keep(self, moment: Moment) -> None:
        values = (moment.now, self._clock.monotonic(), moment.held, " ".join(moment.names))
        self._db.rows("UPDATE moment SET high = ?, mono = ?, held = ?, days = ?", values)
        if self._writes % _PRUNE_EVERY == 0:
            self._prune(moment)
        self._writes += 1

    def _turn_days(self, moment: Moment, known: str) -> None:
        """At the start of a day charge to it what is on its way: Google may count it there."""
        fresh = [name for name in moment.names if name not in known.split(" ")]
        if not fresh:
            return
        rows = self._db.rows(
            "SELECT reservation, project, model, operation, admitted, tokens, days FROM live WHERE settled = 0"
        )
        for reservation, project, model, operation, admitted, tokens, days in rows:
            last = self._terms.days.name(admitted + self._terms.deadline_s)  # names sort as days do
            more = [name for name in fresh if name <= last and name not in days.split(" ")]
            for name in more:
                self._tally(project, name, model, operation, rpd=1, tpd=tokens)
            if more:
                value = " ".join([days, *more])
                self._db.rows("UPDATE live SET days = ? WHERE reservation = ?", (value, reservation))

    # --- requests ---

    def reserve(
        self, bucket: Bucket, demand: Demand, reservation: str
    ) -> tuple[Admitted | Refused, bool, Sure | None]:
        """The decision, whether this call counted the request in, and for how long a refusal is sure.

        A refusal is not written: nothing was promised on it.
        """
        with self._db.writing():
            moment, held, days = self._moment()
            self._turn_days(moment, days)
            window = self._window(moment, bucket)
            refused = window.stands_in_the_way(demand)
            if refused is None and held > moment.now:
                limit = window.limits.rpm or 0
                refused = Refused(Metric.RPM, moment.told(held), limit, limit)
            if refused is None and self._admit(bucket, demand, reservation, moment):
                self._keep(moment)
                return Admitted(reservation, moment.now), True, None
            self._keep_days(moment, days)
            known = self._db.value(
                "SELECT admitted FROM live WHERE reservation = ? AND settled = 0", (reservation,)
            )
            if known is not None:
                return Admitted(reservation, known), False, None
            if refused is not None:
                return refused, False, window.sure(refused)
            # Settled before, so this is another request; the old one keeps its count under another name.
            name = "UPDATE live SET reservation = reservation || '#' || hex(randomblob(8)) WHERE reservation = ?"
            self._db.rows(name, (reservation,))
            self._admit(bucket, demand, reservation, moment)
            self._keep(moment)
        return Admitted(reservation, moment.now), True, None

    def _keep_days(self, moment: Moment, known: str) -> None:
        if known != " ".join(moment.names):
            self._keep(moment)

    def _admit(self, bucket: Bucket, demand: Demand, reservation: str, moment: Moment) -> bool:
        """Count the request in; False when its name is taken."""
        fresh = self._db.rows(
            "INSERT INTO live VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
            (
                reservation,
                bucket.project,
                bucket.model,
                demand.operation,
                moment.now,
                moment.now + self._terms.deadline_s + self._terms.minute_s,
                demand.tokens,
                demand.images,
                demand.cost_micro,
                " ".join(moment.names),
            ),
        )
        if not fresh:
            return False
        about = (bucket.model, demand.operation)
        first, *more = moment.names
        charged = {"rpd": 1, "tpd": demand.tokens}
        spent = {"requests": 1, "input_tokens": demand.tokens, "cost": demand.cost_micro}
        self._tally(bucket.project, first, *about, **charged, **spent)
        for name in more:
            self._tally(bucket.project, name, *about, **charged)
        return True

    def settle(self, reservation: str, used: Used) -> None:
        """Replace the estimate; the first word counts, and one nobody knows any more is left alone."""

        def job(moment: Moment) -> None:
            found = self._open(reservation)
            if found is None:
                return
            bucket, operation, admitted, tokens, cost, days = found
            self._db.rows(
                "UPDATE live SET settled = 1, tokens = ?, images = ?, cost = ?, releases = ?"
                " WHERE reservation = ?",
                (used.tokens, used.images, used.cost_micro, moment.now + self._terms.minute_s, reservation),
            )
            more, about = used.tokens - tokens, (bucket.model, operation)
            served = {"served": 1, "served_tokens": used.tokens} if used.tokens else {}
            money = {"output_tokens": used.output_tokens, "cost": used.cost_micro - cost}
            self._tally(bucket.project, days[0], *about, tpd=more, input_tokens=more, **money, **served)
            for name in days[1:]:
                self._tally(bucket.project, name, *about, tpd=more)
            for name in set(moment.names).difference(days):  # it took longer than anything should
                self._tally(bucket.project, name, *about, rpd=1, tpd=used.tokens)
            if used.tokens:
                ledger_lessons.raise_guesses(self._db, self._terms, bucket, admitted, used)

        self._change(job)

    def give_back(self, reservation: str) -> None:
        """Forget a request that was never sent; one that is settled stays."""

        def job(_moment: Moment) -> None:
            found = self._open(reservation)
            if found is None:
                return
            bucket, operation, _, tokens, cost, days = found
            self._db.rows("DELETE FROM live WHERE reservation = ?", (reservation,))
            about = (bucket.model, operation)
            charged = {"rpd": -1, "tpd": -tokens}
            self._tally(bucket.project, days[0], *about, **charged, requests=-1, input_tokens=-tokens, cost=-cost)
            for name in days[1:]:
                self._tally(bucket.project, name, *about, **charged)

        self._change(job)

    def _open(self, reservation: str) -> tuple[Bucket, str, float, int, int, list[str]] | None:
        rows = self._db.rows(
            "SELECT project, model, operation, admitted, tokens, cost, days FROM live"
            " WHERE reservation = ? AND settled = 0",
            (reservation,),
        )
        if not rows:
            return None
        project, model, operation, admitted, tokens, cost, days = rows[0]
        return Bucket(project, model), operation, admitted, tokens, cost, days.split(" ")

    def _tally(self, project: str, day: str, model: str, operation: str, **more: int) -> None:
        """Add to the sums of a day. The names of columns come from this module alone."""
        names, marks = ", ".join(more), ", ".join("?" * len(more))
        adds = ", ".join(f"{name} = {name} + excluded.{name}" for name in more)
        self._db.rows(
            f"INSERT INTO tally(project, day, model, operation, {names}) VALUES (?, ?, ?, ?, {marks})"  # noqa: S608
            f" ON CONFLICT DO UPDATE SET {adds}",
            (project, day, model, operation, *more.values()),
        )

    # --- refusals by Google ---

    def learn(self, bucket: Bucket, quota_id: str, limit: int | None, until: float | None) -> Refused:
        """Tighten and block what a 429 names; `until` is a time of the machine's clock."""

        def job(moment: Moment) -> Refused:
            told = None if until is None else moment.own(until)
            metric = metric_of(quota_id, wait_s=None if told is None else told - moment.now)
            terms = self._terms
            shut = blocked_until(metric, moment.now, told, days=terms.days, minute_s=terms.minute_s)
            lesson = ledger_lessons.learn(
                self._db, terms, moment, ledger_lessons.Told(bucket, metric, limit, shut)
            )
            window = Window(self._db, terms, moment, bucket, limits_of.rules(self._db, bucket))
            return window.blocked() or window.told(metric, lesson.until)

        return self._change(job)

    # --- the user's word, and looking ---

    def change(self, job: Callable[[Connection], None]) -> None:
        """Run `job` on the file in a transaction."""
        self._change(lambda _moment: job(self._db))

    def budget(self, project: str) -> Budget:
        """What a project may spend."""
        return limits_of.budget(self._db, project)

    def window(self, bucket: Bucket) -> Window:
        """What the file says about a bucket now, with what is on its way counted in a day that began."""
        with self._db.writing():
            moment, _, days = self._moment()
            self._turn_days(moment, days)
            self._keep_days(moment, days)
            return self._window(moment, bucket)

    def spend(self, project: str, since_day: str) -> tuple[SpendRow, ...]:
        """What was spent from that day on, oldest first."""
        rows = self._db.rows(
            "SELECT day, project, model, operation, requests, input_tokens, output_tokens, cost FROM tally"
            " WHERE project = ? AND day >= ? AND requests > 0 ORDER BY day, model, operation",
            (project, since_day),
        )
        return tuple(SpendRow(*row) for row in rows)

    def pace(self, bucket: Bucket, since: float) -> tuple[PaceRow, ...]:
        """When requests were sent, from that time of the machine's clock on."""
        return ledger_pace.rows(self._db, bucket, self._moment()[0], since)

    def own_uses(self) -> tuple[OwnUse, ...]:
        """All that counts now, by bucket."""
        with self._db.writing():
            moment, _, days = self._moment()
            self._turn_days(moment, days)
            self._keep_days(moment, days)
            return own_uses(self._db, moment)

    def _prune(self, moment: Moment) -> None:
        old = moment.now - _KEPT_MINUTES * self._terms.minute_s
        values = (old, moment.now - _KEPT_OPEN_S)
        self._db.rows(
            "DELETE FROM live WHERE settled = 1 AND releases < ? OR settled = 0 AND admitted < ?", values
        )
        ledger_pace.prune(self._db, moment)
        day = self._terms.days.name(max(0.0, moment.now - _KEPT_TALLY_S))
        self._db.rows("DELETE FROM tally WHERE day < ?", (day,))
