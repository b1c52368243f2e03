"""`knowalledge explore` over made-up engines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.core.content import Relation
from knowalledge_desktop.core.errors import (
    AppError,
    ContentBlocked,
    DiskFull,
    KeyMissing,
    Offline,
    QuotaExhausted,
    TopicNotFound,
)
from knowalledge_desktop.core.payload import Subtopic, SubtopicList
from knowalledge_desktop.core.request import EngineChoice, Options, Substitute, SubstituteKind
from tests.support.cli_services import Bench, TopicEngine, command, console, with_settings


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def explored(bench: Bench, *words: str, code: int = 0) -> Any:
    done = command(bench, "explore", *words, "--json")
    assert done.code == code, done.err
    return json.loads(done.out)


def test_json_has_all_that_was_promised(bench: Bench) -> None:
    told = explored(bench, "Jazz", "--count", "2")
    (map_id,) = bench.memory.shelves
    assert {**told, "provenance": None} == {
        "topic": "Jazz",
        "engine": "gemini",
        "subtopics": [
            {
                "title": f"Jazz {n}",
                "summary": f"About Jazz {n}.",
                "relation": "subtopic",
                "sources": [
                    {"title": "Bebop", "url": "https://en.wikipedia.org/wiki/Bebop", "licence": "CC-BY-SA-4.0"}
                ],
            }
            for n in (1, 2)
        ],
        "quality": 0.9,
        "provenance": None,
        "from_cache": False,
        "substitute": None,
        "map_id": map_id,
    }
    assert told["provenance"]["model"] == "gemini-1"
    assert told["provenance"]["parameters"] == {}
    assert bench.closed == 1


def test_people_get_a_readable_list(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    items = (Subtopic("Swing", "A rhythm. " * 12), Subtopic("Blues", relation=Relation.RELATED))
    bench.engine.plans["Jazz"] = [bench.engine.answer(SubtopicList(items))]
    done = command(bench, "explore", "Jazz", "--count", "2")
    lines = done.out.splitlines()
    assert lines[:2] == ["Jazz", "  1  Swing"]
    assert "  2  Blues (related)" in lines
    assert max(map(len, lines)) <= 60
    assert "\x1b" not in done.out
    assert done.errors == ["Gemini (gemini-1) answered."]


def test_a_terminal_gets_colours_and_passing_progress(bench: Bench) -> None:
    done = command(bench, "explore", "Jazz", "--depth", "2", "--count", "2", at=console(terminal=True))
    assert "\x1b[1mJazz\x1b[0m" in done.out
    assert "Asking about Jazz" in done.err
    assert "2/2 Jazz 2" in done.err
    assert "Asking" not in done.err.rpartition("\x1b[K")[2]


def test_options_come_from_the_settings_and_then_the_command_line(bench: Bench) -> None:
    with_settings(bench, options=Options(language="fr", count=7), engine=EngineChoice.GEMINI)
    command(bench, "explore", "Jazz", "--count", "3", "--fresh")
    command(bench, "explore", "Rock", "--language", "de", "--engine", "atlas")
    first, second = bench.engine.asked
    assert (first.options.language, first.options.count, first.engine) == ("fr", 3, EngineChoice.GEMINI)
    assert (second.options.language, second.options.count, second.engine) == ("de", 7, EngineChoice.ATLAS)
    assert (first.fresh, second.fresh) == (True, False)


def test_the_map_of_a_topic_is_used_again(bench: Bench) -> None:
    first = explored(bench, "Jazz", "--count", "2")
    again = explored(bench, "jazz", "--count", "3")
    assert first["map_id"] == again["map_id"]
    assert [item["title"] for item in again["subtopics"]] == ["Jazz 1", "Jazz 2", "Jazz 3"]
    (document,) = bench.memory.documents().values()
    assert len(document.topics) == 4


@pytest.mark.parametrize("topic", ["", "  ", "a\x00b", "x" * 201, "\udcff"])
def test_topics_that_cannot_be(bench: Bench, topic: str) -> None:
    done = command(bench, "explore", topic)
    assert (done.code, done.out, len(done.errors)) == (3, "", 1)
    assert bench.engine.asked == []


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (TopicNotFound("Zzz", ("ZZ Top",)), 3, "ZZ Top"),
        (KeyMissing(), 4, "No Gemini key"),
        (QuotaExhausted(until=1_800_000_030.0, limit=15), 5, "30 s"),
        (Offline(), 6, "offline"),
        (DiskFull("library.db"), 7, "disk is full"),
    ],
)
def test_each_error_has_its_code_and_one_line(bench: Bench, error: AppError, code: int, told: str) -> None:
    bench.engine.troubles["Zzz"] = error
    for words in (["explore", "Zzz"], ["explore", "Zzz", "--json"]):
        done = command(bench, *words)
        assert (done.code, done.out, len(done.errors)) == (code, "", 1)
        assert told in done.err
    assert not bench.memory.shelves
    assert bench.closed == 2


# --- who answered ---


def test_a_substitute_is_said_to_be_one(bench: Bench) -> None:
    bench.engine = TopicEngine("atlas")
    bench.engine.substitute = Substitute(SubstituteKind.ATLAS, "Offline")
    done = command(bench, "explore", "Jazz", "--json")
    told = json.loads(done.out)
    assert told["engine"] == "atlas"
    assert told["substitute"] == {"kind": "atlas", "because": "Offline", "age_s": 0.0}
    assert done.errors == ["You are offline: the built-in Atlas answered instead of Gemini."]


def test_a_kept_answer_is_said_to_be_one(bench: Bench) -> None:
    bench.engine.substitute = Substitute(SubstituteKind.KEPT, "QuotaExhausted", 90.0)
    done = command(bench, "explore", "Jazz")
    assert "A Gemini limit is used up: this is the answer of Gemini (gemini-1) that was kept on 20" in done.err


def test_an_answer_from_the_cache_is_said_to_be_one(bench: Bench) -> None:
    bench.engine.from_cache = True
    done = command(bench, "explore", "Jazz", "--json")
    assert json.loads(done.out)["from_cache"] is True
    assert done.errors == ["Gemini (gemini-1) answered, from the cache."]


def test_the_engine_that_was_asked_for_is_not_announced(bench: Bench) -> None:
    assert command(bench, "explore", "Jazz", "--engine", "gemini").err == ""


@pytest.mark.parametrize(("name", "told"), [("atlas", "The Atlas knows 11"), ("gemini", "Gemini gave 11")])
def test_fewer_than_asked_for_is_said(bench: Bench, name: str, told: str) -> None:
    bench.engine = TopicEngine(name)
    bench.engine.known = 11
    done = command(bench, "explore", "Jazz", "--engine", "atlas")
    assert done.errors == [f"{told} good subtopics of Jazz; 15 were asked for."]


def test_below_the_first_level_others_may_answer_and_it_is_said(bench: Bench) -> None:
    def break_off(request: object) -> None:
        if len(bench.engine.asked) == 3:
            bench.engine.name = "atlas"
            bench.engine.substitute = Substitute(SubstituteKind.ATLAS, "Offline")

    bench.engine.before = break_off
    done = command(bench, "explore", "Jazz", "--count", "3", "--depth", "2", "--json")
    assert done.errors == [
        "Gemini (gemini-1) answered.",
        "For 2 of the branches: You are offline: the built-in Atlas answered instead of Gemini.",
    ]
    told = json.loads(done.out)
    assert [branch["engine"] for branch in told["subtopics"]] == ["gemini", "atlas", "atlas"]
    assert told["subtopics"][1]["substitute"]["because"] == "Offline"


# --- depth ---


def test_at_depth_two_and_three_subtopics_carry_subtopics(bench: Bench) -> None:
    told = explored(bench, "Jazz", "--count", "2", "--depth", "3")
    names = [
        (a["title"], b["title"], c["title"])
        for a in told["subtopics"]
        for b in a["subtopics"]
        for c in b["subtopics"]
    ]
    assert len(names) == 8
    assert names[0] == ("Jazz 1", "Jazz 1 1", "Jazz 1 1 1")
    assert "subtopics" not in told["subtopics"][0]["subtopics"][0]["subtopics"][0]
    assert told["subtopics"][0]["engine"] == "gemini"
    assert bench.engine.asked[3].path == ("Jazz", "Jazz 1")
    (document,) = bench.memory.documents().values()
    assert len(document.topics) == 1 + 2 + 4 + 8
    shown = command(bench, "explore", "Jazz", "--count", "2", "--depth", "2").out
    assert "      1  Jazz 2 1" in shown


def test_each_step_is_kept_before_the_next_is_asked(bench: Bench) -> None:
    sizes: list[int] = []

    def count(request: object) -> None:
        sizes.append(sum(len(document.topics) for document in bench.memory.documents().values()))

    bench.engine.before = count
    explored(bench, "Jazz", "--count", "2", "--depth", "2")
    assert sizes == [0, 3, 5]


def test_a_branch_that_is_declined_does_not_stop_the_others(bench: Bench) -> None:
    bench.engine.troubles["Jazz 1"] = ContentBlocked("SAFETY")
    told = explored(bench, "Jazz", "--count", "3", "--depth", "2", code=6)
    first, second, third = told["subtopics"]
    assert first["error"]["kind"] == "ContentBlocked"
    assert first["error"]["exit_code"] == 6
    assert first["subtopics"] == []
    assert [len(branch["subtopics"]) for branch in (second, third)] == [3, 3]
    assert "error" not in second
    assert "error" not in told


def test_an_error_that_all_would_meet_ends_the_asking(bench: Bench) -> None:
    bench.engine.troubles["Jazz 2"] = QuotaExhausted()
    done = command(bench, "explore", "Jazz", "--count", "4", "--depth", "2", "--json")
    assert done.code == 5
    assert bench.engine.topics == ["Jazz", "Jazz 1", "Jazz 2"]
    told = json.loads(done.out)["subtopics"]
    assert [branch.get("error", {}).get("kind") for branch in told] == [None, *["QuotaExhausted"] * 3]
    assert len(told[0]["subtopics"]) == 4
    assert len(done.errors) == 2  # who answered, and the one error
    assert done.errors[1].startswith("Jazz 2: A Gemini limit is used up.")


def test_the_first_error_decides_the_exit_code(bench: Bench) -> None:
    bench.engine.troubles |= {"Jazz 1": TopicNotFound("Jazz 1"), "Jazz 2": Offline()}
    explored(bench, "Jazz", "--count", "2", "--depth", "2", code=3)


def test_the_first_part_of_a_cut_answer_is_shown_with_the_error(bench: Bench) -> None:
    cut = SubtopicList((Subtopic("A"), Subtopic("B")), complete=False)
    bench.engine.plans["Jazz"] = [bench.engine.answer(cut)]

    def then_offline(request: object) -> None:
        if len(bench.engine.asked) == 2:
            raise Offline

    bench.engine.before = then_offline
    told = explored(bench, "Jazz", "--count", "5", code=6)
    assert [item["title"] for item in told["subtopics"]] == ["A", "B"]
    assert told["error"]["kind"] == "Incomplete"


def test_both_parts_of_a_cut_answer_are_listed_once(bench: Bench) -> None:
    cut = SubtopicList((Subtopic("A"), Subtopic("Jazz 1")), complete=False)
    bench.engine.plans["Jazz"] = [bench.engine.answer(cut)]
    bench.engine.before = lambda request: bench.engine.plans.clear() if len(bench.engine.asked) == 2 else None
    told = explored(bench, "Jazz", "--count", "4")
    assert [item["title"] for item in told["subtopics"]] == ["A", "Jazz 1", "Jazz 2", "Jazz 3"]
