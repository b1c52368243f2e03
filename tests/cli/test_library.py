"""`knowalledge library`: what is kept."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.core.graph import Map, Topic
from tests.support.cli_services import Bench, command
from tests.support.examples import photosynthesis


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    asyncio.run(bench.memory.create(photosynthesis()))
    return bench


def told(bench: Bench, *words: str) -> Any:
    done = command(bench, "library", *words, "--json")
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


def test_the_list(bench: Bench) -> None:
    (row,) = told(bench, "list")["maps"]
    assert (row["map_id"], row["title"], row["topics"], row["explained"]) == ("m1", "Photosynthesis", 4, 1)
    shown = command(bench, "library", "list").out
    assert "Photosynthesis" in shown
    assert "4 topics, 1 explained" in shown
    assert bench.engine.asked == []


def test_an_empty_library_says_how_to_begin(tmp_path: Path) -> None:
    done = command(Bench(tmp_path), "library", "list")
    assert (done.code, done.out) == (0, "")
    assert "knowalledge explore" in done.err
    assert told(Bench(tmp_path), "list") == {"maps": []}


@pytest.mark.parametrize("wanted", ["m1", "photosynthesis"])
def test_a_map_by_id_or_title(bench: Bench, wanted: str) -> None:
    shown = told(bench, "show", wanted)
    assert (shown["map_id"], shown["root_id"]) == ("m1", "root")
    assert [topic["title"] for topic in shown["topics"]] == ["Photosynthesis", "Branch 0", "Branch 1", "Branch 2"]
    assert [topic["parent_id"] for topic in shown["topics"]] == [None, "root", "root", "root"]
    (explanation,) = shown["topics"][1]["explanations"]
    assert explanation["text"] == "Plants use *chlorophyll*."
    assert (explanation["level"], explanation["detail"]) == ("high-school", "medium")


def test_the_outline(bench: Bench) -> None:
    lines = command(bench, "library", "show", "m1").out.splitlines()
    assert lines[:3] == ["Photosynthesis", "  Branch 0  [explained]".replace("  [", " ["), "    Of light"]


def test_a_very_deep_map_can_be_shown(bench: Bench) -> None:
    topics = {"t0": Topic("t0", "Deep 0")}
    for n in range(1, 1500):
        topics[f"t{n}"] = Topic(f"t{n}", f"Deep {n}", f"t{n - 1}")
    asyncio.run(bench.memory.create(Map("deep", "Deep 0", "t0", topics)))
    assert len(told(bench, "show", "deep")["topics"]) == 1500
    assert command(bench, "library", "show", "deep").out.count("Deep") == 1500


def test_searching(bench: Bench) -> None:
    (hit,) = told(bench, "search", "chloro")["hits"]
    assert (hit["title"], hit["map_title"], hit["topic_id"]) == ("Branch 0", "Photosynthesis", "c0")
    assert "Branch 0 in Photosynthesis" in command(bench, "library", "search", "chloro").out.replace("  ", " ")
    done = command(bench, "library", "search", "nothing-like-it")
    assert (done.code, done.out) == (0, "")
    assert "Nothing kept" in done.err


def test_deleting_and_restoring(bench: Bench) -> None:
    done = command(bench, "library", "delete", "Photosynthesis")
    assert done.code == 0
    assert "knowalledge library restore m1" in done.out
    assert told(bench, "list") == {"maps": []}
    assert command(bench, "library", "restore", "m1").out == "‘Photosynthesis’ is back in the library.\n"
    assert len(told(bench, "list")["maps"]) == 1
    assert told(bench, "delete", "m1") == {"map_id": "m1", "title": "Photosynthesis", "deleted": True}
    assert told(bench, "restore", "m1")["deleted"] is False


@pytest.mark.parametrize("words", ["show m9", "delete m9", "restore m9"])
def test_maps_that_are_not_there(bench: Bench, words: str) -> None:
    done = command(bench, "library", *words.split())
    assert (done.code, done.out, len(done.errors)) == (7, "", 1)
    assert "‘m9’" in done.err


def test_titles_cannot_steer_the_terminal(bench: Bench) -> None:
    document = Map("evil", "\x1b[2JBad", "r", {"r": Topic("r", "\x1b[2JBad")})
    asyncio.run(bench.memory.create(document))
    for words in (["list"], ["show", "evil"], ["search", "2JBad"], ["delete", "evil"], ["restore", "evil"]):
        done = command(bench, "library", *words)
        assert done.code == 0
        assert "\x1b" not in done.out + done.err
