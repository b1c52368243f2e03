"""Rows that are patched after a change are those that are read anew, whatever changed."""

from __future__ import annotations

import random
from dataclasses import fields, replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.core.content import Relation
from knowalledge_desktop.core.graph import Link, Map, Place, Topic
from knowalledge_desktop.ui.canvas import rows_patch
from knowalledge_desktop.ui.canvas.model import Rows, rows_of
from knowalledge_desktop.ui.canvas.rows_patch import patched

SIZE = (100.0, 26.0)


def same(one: Rows, other: Rows) -> str:
    """The first field that differs, or nothing."""
    for field in fields(Rows):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            if a.dtype != b.dtype or not np.array_equal(a, b):
                return f"{field.name}: {a.tolist()} {b.tolist()}"
        elif a != b:
            return f"{field.name}: {a} {b}"
    return ""


class Acts:
    """Random acts on a map, as people and answers do them."""

    def __init__(self, seed: int) -> None:
        self.dice, self.count = random.Random(seed), 0  # noqa: S311 - no secret
        topics = {"r": Topic("r", "Root")}
        places = {"r": Place(0.0, 0.0)}
        self.map = Map("m", "Root", "r", topics, places=places)
        for _ in range(40):
            self.map = self.add()

    def some(self, *, root: bool = True) -> str:
        ids = list(self.map.topics)
        return self.dice.choice(ids if root else ids[1:] or ids)

    def put(self, *topics: Topic, without: tuple[str, ...] = (), places: dict[str, Place] | None = None) -> Map:
        left = {i: t for i, t in self.map.topics.items() if i not in without}
        at = {i: p for i, p in self.map.places.items() if i not in without}
        links = {k: e for k, e in self.map.links.items() if e.source_id in left and e.target_id in left}
        return Map(
            "m",
            "Root",
            "r",
            left | {t.topic_id: t for t in topics},
            links=links,
            places=at | (places or {}),
        )

    def add(self) -> Map:
        parent, new, places = self.some(), list[Topic](), dict[str, Place]()
        for _ in range(self.dice.randint(1, 4)):
            self.count += 1
            name = f"t{self.count}"
            new.append(
                Topic(name, f"Topic {name}", parent, self.dice.random() * 10, note=self.dice.choice(["", "n"]))
            )
            places[name] = Place(self.dice.uniform(-500, 500), self.dice.uniform(-500, 500))
        return self.put(*new, places=places)

    def remove(self) -> Map:
        top = self.some(root=False)
        return self.put(without=self.map.branch(top)) if top != "r" else self.map

    def rename(self) -> Map:
        topic = self.map.topics[self.some()]
        relation = self.dice.choice(list(Relation))
        return self.put(
            replace(topic, title=topic.title + "!", relation=relation, tag=self.dice.choice(["", "r"]))
        )

    def move(self) -> Map:
        top = self.some(root=False)
        below = self.map.branch(top)
        others = [i for i in self.map.topics if i not in below]
        if top == "r" or not others:
            return self.map
        return self.put(
            replace(self.map.topics[top], parent_id=self.dice.choice(others), rank=self.dice.random() * 10)
        )

    def fold(self) -> Map:
        some = self.some()
        at = self.map.places[some]
        return self.put(places={some: replace(at, collapsed=not at.collapsed)})

    def drag(self) -> Map:
        some = self.some()
        return self.put(places={some: replace(self.map.places[some], x=self.dice.uniform(-900, 900))})

    def link(self) -> Map:
        made = Link(f"l{self.count}", self.some(), self.some(), label="see")
        return replace(self.map, links={**self.map.links, made.link_id: made})

    def any(self) -> Map:
        acts = (
            self.add,
            self.add,
            self.remove,
            self.rename,
            self.move,
            self.fold,
            self.fold,
            self.drag,
            self.link,
        )
        for _ in range(self.dice.randint(1, 3)):
            self.map = self.dice.choice(acts)()
        return self.map


@pytest.mark.parametrize("seed", range(25))
def test_what_is_patched_is_what_would_be_read(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(rows_patch, "FROM", 1)
    acts = Acts(seed)
    before = acts.map
    rows = rows_of(before, dict.fromkeys(before.topics, SIZE))
    served = 0
    for _ in range(30):
        after = acts.any()
        sizes = dict.fromkeys(after.topics, SIZE)
        read, made = rows_of(after, sizes), patched(before, rows, after, sizes)
        if made is not None:
            served += 1
            assert not same(made, read)
        before, rows = after, read if made is None else made
    assert served > 20


def test_nothing_changed_is_the_same_rows(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_patch, "FROM", 1)
    document = Acts(1).map
    sizes = dict.fromkeys(document.topics, SIZE)
    rows = rows_of(document, sizes)
    again = replace(
        document, topics=dict(document.topics), places=dict(document.places), links=dict(document.links)
    )
    assert patched(document, rows, again, sizes) is rows
