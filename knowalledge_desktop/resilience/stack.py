"""The order of the wrappers around the Gemini engine: the one list to read.

Outermost first, and why:

- *instrumented*: counts what people get in the end, substitutes and errors included.
- *fallback*: chooses the engine; when Gemini cannot answer now, a kept answer, then the Atlas.
- *cached*, outside all that costs: a hit needs no quota, no network, no key. What is old is given and asked for
  again behind, through all of this but the first.
- *coalesced*: equal requests in flight are one call; *across*: also those of other processes.
- *counted*, outside *retrying*: the exact size of a big request is asked once, before it is reserved.
- *retrying*, outside *validated*, so that a misread answer gets its one extra try, and inside
  *coalesced*, so that all who wait share the tries.
- *noted*: counts limits that stand in the way, and answers that are refused, at each try.
- *validated*: only checked content goes further out, so nothing else is ever cached.
- *breaker*, outside *admitted*: an open circuit fails at once, before the queue.
- *admitted*: waits for its turn and its quota; each attempt pays, repeated ones too.
- *attempts*: what reaches the engine, each once, without the time in the queue.

Where somebody watches (`tracing`), each of them and the engine itself is a step within the one before.
"""

from __future__ import annotations

from collections.abc import Callable

from knowalledge_desktop.core.ports import Cache, Clock, Engine, Library, Locks, Metrics
from knowalledge_desktop.core.request import Request
from knowalledge_desktop.core.settings import Settings, model_for
from knowalledge_desktop.core.team import Leases
from knowalledge_desktop.core.tracing import CALL
from knowalledge_desktop.resilience.across import Across
from knowalledge_desktop.resilience.admitted import Admitted, Gate
from knowalledge_desktop.resilience.attempts import Attempts
from knowalledge_desktop.resilience.breaker import Breaker
from knowalledge_desktop.resilience.cached import AnswerStore, Cached, Unknowns
from knowalledge_desktop.resilience.coalesced import Coalesced, Spawn
from knowalledge_desktop.resilience.counted import Counted
from knowalledge_desktop.resilience.fallback import Fallback
from knowalledge_desktop.resilience.instrumented import Instrumented
from knowalledge_desktop.resilience.memory import AnswerMemory
from knowalledge_desktop.resilience.noted import Noted
from knowalledge_desktop.resilience.refusals import Refusals
from knowalledge_desktop.resilience.renewing import Renewals
from knowalledge_desktop.resilience.retrying import Retrying
from knowalledge_desktop.resilience.team_across import TeamAcross
from knowalledge_desktop.resilience.traced import Tracing
from knowalledge_desktop.resilience.validated import Validated


def build_stack(
    gemini: Engine,
    atlas: Engine,
    *,
    cache: Cache,
    library: Library,
    metrics: Metrics,
    clock: Clock,
    key: Callable[[Request], str],
    gate: Gate,
    locks: Locks,
    settings: Callable[[], Settings],
    spawn: Spawn,
    memory: AnswerMemory | None = None,
    team: Cache | None = None,
    leases: Leases | None = None,
    renewals: Renewals | None = None,
    tracing: Tracing | None = None,
) -> Engine:
    """The engine that services ask.

    `key` names requests (see `key_maker`); `gate` holds what all stacks of the program share. `spawn`
    starts the task of a shared call (see `Coalesced`, which also ends it). Whoever offers to empty the
    cache passes `memory` and clears it too. `team` is a cache that several people share; `renewals` run behind
    for answers that are given although they are old: without them none is renewed. Without `tracing` nothing of
    it stands in the way.
    """
    if tracing is not None:
        gemini, atlas = tracing.around(gemini, CALL), tracing.around(atlas, "atlas")
    memory = memory or AnswerMemory()
    store = AnswerStore(
        cache=cache,
        memory=memory,
        metrics=metrics,
        clock=clock,
        ttl_s=lambda: settings().cache_ttl_s,
        soft_s=lambda: settings().cache_soft_s,
        team=team,
    )
    refusals = Refusals(clock, cache=cache, shaped_by=lambda: settings().safety.value)
    unknown = Unknowns(
        Validated(atlas, own_links=True), refusals=Refusals(clock), key=key, declined=memory.look_ups.decline
    )
    behind: list[Engine] = []  # what answers renewals: all but what counts for people

    def renew(name: str, request: Request) -> None:
        if renewals is not None:
            renewals.begin(name, request, behind[0].ask)

    order: tuple[Callable[[Engine], Engine], ...] = (
        lambda inner: Instrumented(inner, metrics=metrics),
        lambda inner: Fallback(
            inner,
            atlas=unknown,
            library=library,
            clock=clock,
            key=key,
            model=lambda request: model_for(settings(), request),
        ),
        lambda inner: Cached(
            inner, store=store, key=key, renew=renew, refusals=refusals, declined=memory.look_ups.decline
        ),
        lambda inner: Coalesced(
            inner, key=key, spawn=spawn, promote=gate.promote, joined=metrics.shared, landed=gate.landed
        ),
        lambda inner: Across(inner, locks=locks, key=key, read=store.look, write=store.write),
        lambda inner: _across_team(inner, leases, key, store),
        lambda inner: Counted(inner, demand=gate.tariff.demand),
        lambda inner: Retrying(inner, clock=clock, urgency=gate.urgency),
        lambda inner: Noted(inner, metrics=metrics),
        Validated,
        lambda inner: Breaker(inner, circuits=gate.circuits),
        lambda inner: Admitted(inner, gate=gate, clock=clock),
        lambda inner: Attempts(inner, metrics=metrics, clock=clock),
    )
    engine = gemini
    for wrap in reversed(order):
        behind[:] = (engine,)
        wrapped = wrap(engine)
        if tracing is not None and wrapped is not engine:
            wrapped = tracing.around(wrapped)
        engine = wrapped
    return engine


def _across_team(
    inner: Engine, leases: Leases | None, key: Callable[[Request], str], store: AnswerStore
) -> Engine:
    """With what a team shares only where there may be one."""
    if leases is None:
        return inner
    return TeamAcross(inner, leases=leases, key=key, read=store.look, write=store.write)
