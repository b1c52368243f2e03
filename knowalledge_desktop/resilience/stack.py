"""The order of the wrappers around the Gemini engine: the one list to read.

Outermost first, and why:

- *instrumented*: counts what people get in the end, substitutes and errors included.
- *fallback*: chooses the engine; when Gemini cannot answer now, a kept answer, then the Atlas.
- *cached*, outside all that costs: a hit needs no quota, no network, no key.
- *coalesced*: equal requests in flight are one call.
- (*retrying* belongs here: outside *validated*, so that a misread answer gets its one extra
  try, and inside *coalesced*, so that all who wait share the tries.)
- *validated*: only checked content goes further out, so nothing else is ever cached.
- (*breaker* belongs here: outside *admitted*, so that an open circuit fails at once.)
- *attempts*, where (*admitted*) belongs: what reaches the engine, each attempt once.
"""

from __future__ import annotations

from collections.abc import Callable

from knowalledge_desktop.core.ports import Cache, Clock, Engine, Library, Metrics
from knowalledge_desktop.core.request import Request
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.resilience.attempts import Attempts
from knowalledge_desktop.resilience.cached import Cached
from knowalledge_desktop.resilience.coalesced import Coalesced, Spawn
from knowalledge_desktop.resilience.fallback import Fallback
from knowalledge_desktop.resilience.instrumented import Instrumented
from knowalledge_desktop.resilience.keys import key_maker
from knowalledge_desktop.resilience.memory import AnswerMemory
from knowalledge_desktop.resilience.validated import Validated


def build_stack(
    gemini: Engine,
    atlas: Engine,
    *,
    cache: Cache,
    library: Library,
    metrics: Metrics,
    clock: Clock,
    prompt_label: Callable[[Request], str],
    settings: Callable[[], Settings],
    spawn: Spawn,
    memory: AnswerMemory | None = None,
) -> Engine:
    """The engine that services ask.

    `spawn` starts the task of a shared call (see `Coalesced`, which also ends it). Whoever offers
    to empty the cache passes `memory` and clears it too.
    """
    remembered = memory or AnswerMemory()
    key = key_maker(prompt_label, settings)

    order: tuple[Callable[[Engine], Engine], ...] = (
        lambda inner: Instrumented(inner, metrics=metrics),
        lambda inner: Fallback(
            inner,
            atlas=Validated(atlas),
            library=library,
            clock=clock,
            key=key,
            model=lambda: settings().text_model,
        ),
        lambda inner: Cached(
            inner,
            cache=cache,
            memory=remembered,
            metrics=metrics,
            clock=clock,
            key=key,
            ttl_s=lambda: settings().cache_ttl_s,
        ),
        lambda inner: Coalesced(inner, key=key, spawn=spawn),
        Validated,
        lambda inner: Attempts(inner, metrics=metrics, clock=clock),
    )
    engine = gemini
    for wrap in reversed(order):
        engine = wrap(engine)
    return engine
