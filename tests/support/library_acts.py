"""What a person does to a library, act by act: the same for who does it and for who checks it."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from knowalledge_desktop.adapters.library_backup import LibraryBackup
from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.core.edits import moving, removal, renaming
from knowalledge_desktop.core.graph import (
    Change,
    Explanation,
    Map,
    Place,
    PutExplanation,
    PutPlace,
    PutTopic,
    Rendering,
    Topic,
)

State = dict[str, Map]
"""The maps that are in the library and not in the trash."""

KINDS = ("create", "expand", "expand", "explain", "rename", "move", "remove", "trash", "backup", "restore")


@dataclass(frozen=True)
class Act:
    """One act: its kind, what is there after it, and how it is done."""

    kind: str
    after: State
    do: Callable[[LibraryDb, LibraryBackup], Awaitable[object]]


def acts(seed: int, count: int) -> list[Act]:
    """So many acts that fit each other, from nothing on."""
    chance = random.Random(seed)  # noqa: S311 (only for repeatable acts)
    state: State = {}
    copied: State | None = None
    found: list[Act] = []
    for number in range(count):
        kind = chance.choice(KINDS) if state else "create"
        if kind == "restore" and copied is None:
            kind = "backup"
        act = _made(kind, number, dict(state), copied, chance)
        if act.kind == "backup":
            copied = act.after
        state = act.after
        found.append(act)
    return found


def _made(kind: str, number: int, state: State, copied: State | None, chance: random.Random) -> Act:
    if kind == "create":
        root = Topic(f"r{number}", f"Map {number}")
        made = Map(f"m{number}", root.title, root.topic_id, {root.topic_id: root})
        return Act(kind, {**state, made.map_id: made}, lambda library, _: library.create(made))
    if kind == "backup":
        return Act(kind, state, lambda _, copies: copies.make())
    if kind == "restore":
        assert copied is not None
        return Act(kind, copied, _restore)
    map_id = chance.choice(sorted(state))
    if kind == "trash":
        del state[map_id]
        return Act(kind, state, lambda library, _: library.trash(map_id))
    change = _change(kind, number, state[map_id], chance)
    after = {**state, map_id: state[map_id].apply(change)}
    return Act(kind, after, lambda library, _: library.apply(map_id, change))


async def _restore(library: LibraryDb, copies: LibraryBackup) -> None:
    newest = next(each for each in await copies.backups() if each.name.startswith("library-by-hand"))
    await copies.restore(newest.name)


def _change(kind: str, number: int, document: Map, chance: random.Random) -> Change:
    topics = sorted(document.topics)
    topic_id = chance.choice(topics)
    below = [each for each in topics if each != document.root_id]
    if kind == "remove" and below:
        return removal(document, chance.choice(below))
    if kind == "rename" and below:
        return renaming(document, chance.choice(below), f"Renamed {number}")
    if kind == "move":
        place = Place(float(number), chance.random())
        return moving(document, {topic_id: place}) or Change(
            (PutPlace(topic_id, document.places.get(topic_id), place),), "move"
        )
    if kind == "explain":
        text = f"Explanation {number}. " + "Light drives it. " * chance.randrange(200)
        made = Explanation(topic_id, Rendering(), text)
        return Change((PutExplanation(document.explanations.get(made.key), made),), "explain")
    return Change(
        tuple(
            PutTopic(None, Topic(f"t{number}.{n}", f"Topic {number}.{n}", topic_id, float(n))) for n in range(8)
        ),
        "expand",
    )


async def state_of(library: LibraryDb) -> State:
    """What is in it."""
    return {info.map_id: await library.load(info.map_id) for info in await library.maps()}
