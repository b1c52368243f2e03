"""`knowalledge explain` over made-up engines."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.core.errors import Offline, TopicNotFound
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.payload import ExplanationText
from knowalledge_desktop.core.request import Detail, Level, Part, Restarted, Style, TextDelta
from knowalledge_desktop.services.library import LibraryService
from tests.support.cli_services import TEXT, Bench, Stream, command, console


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def explained(bench: Bench, *words: str) -> Any:
    done = command(bench, "explain", *words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def only_map(bench: Bench) -> Map:
    (document,) = bench.memory.documents().values()
    return document


def outline(document: Map) -> list[tuple[int, str]]:
    return [(document.depth(each), document.topics[each].title) for each in document.branch(document.root_id)]


def test_json_has_all_that_was_promised(bench: Bench) -> None:
    told = explained(bench, "Bebop")
    assert {**told, "provenance": None} == {
        "topic": "Bebop",
        "engine": "gemini",
        "text": TEXT,
        "claims": [
            {"text": "Bebop is a style of jazz.", "state": "supported", "sources": [0], "passage": "", "note": ""},
            {"text": "It is fast.", "state": "unchecked", "sources": [], "passage": "", "note": ""},
        ],
        "sources": [
            {"title": "Bebop", "url": "https://en.wikipedia.org/wiki/Bebop", "licence": "CC-BY-SA-4.0"},
        ],
        "opinion": "",
        "opinion_note": "",
        "provenance": None,
        "from_cache": False,
        "quality": 0.9,
        "substitute": None,
        "map_id": only_map(bench).map_id,
    }
    assert told["provenance"]["engine"] == "gemini"


def test_people_get_the_text_and_its_sources(bench: Bench) -> None:
    done = command(bench, "explain", "Bebop")
    assert done.out.startswith(TEXT + "\n\nClaims: 2, 1 supported by a source.\n")
    assert "Source: Bebop (CC-BY-SA-4.0) https://en.wikipedia.org/wiki/Bebop\n" in done.out
    assert done.errors == ["Gemini (gemini-1) answered."]


def test_the_text_is_shown_while_it_comes(bench: Bench) -> None:
    at = console()
    assert isinstance(at.stdout, Stream)
    shown: list[str] = []

    class Watched(list[Part | BaseException]):
        def __iter__(self):  # noqa: ANN204 (a generator of parts)
            for part in super().__iter__():
                yield part
                shown.append(at.stdout.text)  # type: ignore[attr-defined]

    bench.engine.plans["Bebop"] = Watched(bench.engine._parts(_request(bench)))
    assert command(bench, "explain", "Bebop", at=at).code == 0
    assert shown[:2] == [TEXT[:9], TEXT]


def _request(bench: Bench) -> Any:
    command(bench, "explain", "Other")
    return bench.engine.asked[-1]


def test_how_it_is_told_reaches_the_engine(bench: Bench) -> None:
    words = [
        "explain",
        "Bebop",
        "--level",
        "junior",
        "--detail",
        "brief",
        "--style",
        "reading",
        "--language",
        "fr",
        "--fresh",
    ]
    command(bench, *words)
    (request,) = bench.engine.asked
    assert (request.options.level, request.options.detail) == (Level.JUNIOR, Detail.BRIEF)
    assert (request.options.style, request.options.language, request.fresh) == (Style.READING, "fr", True)


# --- where it is kept ---


def test_a_topic_becomes_a_map_of_its_own(bench: Bench) -> None:
    explained(bench, "Bebop")
    explained(bench, "BEBOP", "--detail", "brief")
    assert outline(only_map(bench)) == [(0, "Bebop")]
    assert len(only_map(bench).explanations) == 2


def test_in_a_map_that_is_not_there_it_stands_below_a_new_root(bench: Bench) -> None:
    explained(bench, "Bebop", "--in", "Jazz")
    assert outline(only_map(bench)) == [(0, "Jazz"), (1, "Bebop")]
    assert bench.engine.asked[0].path == ("Jazz",)


def test_in_a_map_that_has_it_it_is_explained_there(bench: Bench) -> None:
    command(bench, "explore", "Jazz", "--count", "2", "--depth", "2")
    before = only_map(bench)
    explained(bench, "jazz 2 1", "--in", "JAZZ")
    assert bench.engine.asked[-1].path == ("Jazz", "Jazz 2")
    assert only_map(bench).topics == before.topics
    assert len(only_map(bench).explanations) == 1


def test_in_a_map_without_it_it_is_added_below_the_root(bench: Bench) -> None:
    command(bench, "explore", "Jazz", "--count", "1")
    explained(bench, "Bebop", "--in", "Jazz")
    assert outline(only_map(bench)) == [(0, "Jazz"), (1, "Jazz 1"), (1, "Bebop")]


def test_the_root_can_be_explained_in_its_own_map(bench: Bench) -> None:
    explained(bench, "Jazz", "--in", "jazz")
    assert outline(only_map(bench)) == [(0, "jazz")]


@pytest.mark.parametrize("in_map", [[], ["--in", "Jazz"]])
def test_what_could_not_be_explained_leaves_nothing_behind(bench: Bench, in_map: list[str]) -> None:
    bench.engine.troubles["Zzz"] = TopicNotFound("Zzz")
    assert command(bench, "explain", "Zzz", *in_map).code == 3
    assert not bench.memory.shelves


def test_a_kept_map_is_as_it_was_after_a_failure(bench: Bench) -> None:
    command(bench, "explore", "Jazz", "--count", "1")
    before = only_map(bench)
    bench.engine.troubles["Zzz"] = Offline()
    assert command(bench, "explain", "Zzz", "--in", "Jazz").code == 6
    assert only_map(bench).topics == before.topics


@pytest.mark.parametrize("words", [[""], ["Bebop", "--in", ""], ["Bebop", "--in", "\x00"]])
def test_titles_that_cannot_be(bench: Bench, words: list[str]) -> None:
    done = command(bench, "explain", *words)
    assert (done.code, done.out, len(done.errors)) == (3, "", 1)


# --- streams that do not run straight ---


def test_a_restart_is_visible_and_the_answer_whole(bench: Bench) -> None:
    answer = bench.engine.answer(ExplanationText(TEXT))
    bench.engine.plans["Bebop"] = [TextDelta("Half a te"), Restarted("Offline"), TextDelta(TEXT), answer]
    done = command(bench, "explain", "Bebop")
    assert done.out.startswith(f"Half a te\n\n[The answer begins again.]\n\n{TEXT}\n")
    assert done.out.count(TEXT) == 1
    told = explained(bench, "Bebop")
    assert told["text"] == TEXT


def test_what_the_answer_has_more_than_its_pieces_is_shown(bench: Bench) -> None:
    answer = bench.engine.answer(ExplanationText(TEXT))
    bench.engine.plans["Bebop"] = [TextDelta(TEXT[:20]), answer]
    assert command(bench, "explain", "Bebop").out.startswith(TEXT + "\n")
    bench.engine.plans["Bebop"] = [answer]
    assert command(bench, "explain", "Bebop").out.startswith(TEXT + "\n")


def test_what_was_shown_otherwise_than_it_is_kept_is_shown_again(bench: Bench) -> None:
    bench.engine.plans["Bebop"] = [TextDelta("```md\nIt."), bench.engine.answer(ExplanationText("It."))]
    assert command(bench, "explain", "Bebop").out.startswith("```md\nIt.\n\n[As it was kept:]\n\nIt.\n")


def test_an_error_in_the_middle_ends_the_line_first(bench: Bench) -> None:
    bench.engine.plans["Bebop"] = [TextDelta("Half a te"), Offline()]
    done = command(bench, "explain", "Bebop")
    assert (done.code, done.out) == (6, "Half a te\n")
    assert len(done.errors) == 1
    assert command(bench, "explain", "Bebop", "--json").out == ""


def test_a_text_that_was_cut_short_is_said_to_be(bench: Bench) -> None:
    bench.engine.plans["Bebop"] = [bench.engine.answer(ExplanationText("It is", complete=False))]
    done = command(bench, "explain", "Bebop", "--json")
    assert "cut short" in done.err
    assert json.loads(done.out)["text"] == "It is"


def test_the_kept_explanation_is_what_the_library_gives_back(bench: Bench) -> None:
    told = explained(bench, "Bebop")
    library: LibraryService = bench.services().library
    session = asyncio.run(library.find("Bebop"))
    (kept,) = session.map.explanations.values()
    assert kept.markdown == told["text"]
