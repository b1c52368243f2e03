"""`knowalledge image-topic`, `illustrate` and `ask` over made-up engines."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from knowalledge_desktop.core.errors import ContentBlocked, KeyMissing, Offline
from knowalledge_desktop.core.graph import Map
from tests.support.cli_services import DRAWN, Bench, command
from tests.support.pictures import plain


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def leaf(tmp_path: Path) -> str:
    (tmp_path / "leaf.png").write_bytes(plain())
    return str(tmp_path / "leaf.png")


def only_map(bench: Bench) -> Map:
    (document,) = bench.memory.documents().values()
    return document


def titles(document: Map) -> list[str]:
    return [document.topics[each].title for each in document.branch(document.root_id)]


# --- image-topic ---


def test_people_get_the_topics_with_their_reasons(bench: Bench, leaf: str) -> None:
    done = command(bench, "image-topic", leaf)
    assert done.code == 0, done.err
    assert done.out.startswith("1. Thing 1\n   It is there 1 times.\n2. Thing 2\n")
    assert done.errors == ["Gemini (gemini-1) answered."]
    assert not bench.memory.shelves


def test_programs_get_them_as_json(bench: Bench, leaf: str) -> None:
    done = command(bench, "image-topic", leaf, "--json", "--language", "fr", "--fresh")
    told = json.loads(done.out)
    assert told["topics"][0] == {"title": "Thing 1", "reason": "It is there 1 times."}
    assert len(told["topics"]) == 5
    (request,) = bench.engine.asked
    assert request.image is not None
    assert told["picture"] == {"sha256": request.image.sha256, "mime": "image/jpeg", "width": 40, "height": 30}
    assert (request.options.language, request.fresh, told["engine"]) == ("fr", True, "gemini")
    assert "data" not in done.out


@pytest.mark.parametrize("content", [b"", b"only words", plain()[:50]])
def test_what_is_no_picture_is_bad_input(bench: Bench, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.png").write_bytes(content)
    done = command(bench, "image-topic", str(tmp_path / "x.png"))
    assert (done.code, done.out, len(done.errors)) == (3, "", 1)
    assert not bench.engine.asked


def test_a_missing_file_is_bad_input(bench: Bench, tmp_path: Path) -> None:
    done = command(bench, "image-topic", str(tmp_path / "none.png"))
    assert done.code == 3
    assert "none.png" in done.err


# --- illustrate ---


def test_a_topic_is_drawn_into_a_file_and_kept(bench: Bench, tmp_path: Path) -> None:
    out = tmp_path / "bebop.png"
    done = command(bench, "illustrate", "Bebop", "--out", str(out), "--in", "Jazz")
    assert done.code == 0, done.err
    assert out.read_bytes() == DRAWN.data
    assert done.out == f"{out}: 64 x 48. A drawing of Bebop.\n"
    document = only_map(bench)
    assert titles(document) == ["Jazz", "Bebop"]
    (picture,) = document.pictures.values()
    assert document.topics[picture.topic_id].title == "Bebop"
    assert bench.memory.pictures == {picture.sha256: DRAWN}
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_file()) == ["bebop.png"]


def test_json_tells_of_the_file(bench: Bench, tmp_path: Path) -> None:
    out = tmp_path / "bebop.jpg"
    out.write_bytes(b"an earlier one")
    told: dict[str, Any] = json.loads(command(bench, "illustrate", "Bebop", "--out", str(out), "--json").out)
    assert Image.open(io.BytesIO(out.read_bytes())).format == "JPEG"
    assert (told["file"], told["bytes"], told["alt"]) == (str(out), len(out.read_bytes()), "A drawing of Bebop.")
    assert (told["sha256"], told["width"], told["height"]) == (DRAWN.sha256, 64, 48)
    assert told["map_id"] == only_map(bench).map_id


@pytest.mark.parametrize("out", ["x.gif", "x", "missing/x.png", "folder.png", "n" * 300 + ".png"])
def test_a_file_that_cannot_be_written_is_told_before_anything_is_paid_for(
    bench: Bench, tmp_path: Path, out: str
) -> None:
    (tmp_path / "folder.png").mkdir()
    done = command(bench, "illustrate", "Bebop", "--out", str(tmp_path / out))
    assert (done.code, len(done.errors)) == (3, 1)
    assert not bench.engine.asked
    assert not bench.memory.shelves


@pytest.mark.parametrize(("trouble", "code"), [(KeyMissing(), 4), (ContentBlocked("IMAGE_SAFETY"), 6)])
def test_what_could_not_be_drawn_leaves_nothing_behind(
    bench: Bench, tmp_path: Path, trouble: Exception, code: int
) -> None:
    command(bench, "explore", "Jazz", "--count", "1")
    before = titles(only_map(bench))
    bench.engine.troubles["Bebop"] = trouble
    done = command(bench, "illustrate", "Bebop", "--out", str(tmp_path / "x.png"), "--in", "Jazz")
    assert (done.code, len(done.errors)) == (code, 1)
    assert not (tmp_path / "x.png").exists()
    assert titles(only_map(bench)) == before


def test_who_was_declined_is_told_how_to_ask_anew(bench: Bench, tmp_path: Path) -> None:
    bench.engine.troubles["Bebop"] = ContentBlocked("IMAGE_SAFETY")
    told = "What was declined is remembered for a while: --fresh asks anew."
    words = ("illustrate", "Bebop", "--out", str(tmp_path / "x.png"))
    assert command(bench, *words).errors[0].endswith(told)
    assert told not in command(bench, *words, "--fresh").errors[0]


# --- ask ---


def test_a_question_is_answered_and_changes_nothing(bench: Bench) -> None:
    done = command(bench, "ask", "Bebop", "Why so fast?", "--in", "Jazz")
    assert done.code == 0, done.err
    assert done.out == "**Bebop**: Why so fast?\n"
    assert not bench.memory.shelves
    assert bench.engine.asked[0].path == ("Jazz",)


def test_a_question_in_a_kept_map_goes_with_the_explanation(bench: Bench) -> None:
    command(bench, "explain", "Bebop", "--in", "Jazz")
    before = only_map(bench)
    told = json.loads(command(bench, "ask", "bebop", "Why?", "--in", "JAZZ", "--json", "--level", "junior").out)
    assert (told["topic"], told["path"], told["question"]) == ("Bebop", ["Jazz"], "Why?")
    assert (told["text"], told["complete"], told["map_id"]) == ("**Bebop**: Why?", True, before.map_id)
    assert "style of jazz" in bench.engine.asked[-1].context
    assert only_map(bench) == before


def test_a_question_about_a_topic_that_the_map_does_not_have_adds_none(bench: Bench) -> None:
    command(bench, "explore", "Jazz", "--count", "1")
    before = only_map(bench)
    told = json.loads(command(bench, "ask", "Swing", "Why?", "--in", "Jazz", "--json").out)
    assert (told["path"], told["map_id"]) == (["Jazz"], None)
    assert only_map(bench) == before


@pytest.mark.parametrize("question", ["", "  ", "?", "x" * 1001])
def test_no_question_is_bad_input(bench: Bench, question: str) -> None:
    done = command(bench, "ask", "Bebop", question)
    assert (done.code, len(done.errors)) == (3, 1)
    assert not bench.engine.asked


def test_trouble_with_a_question_is_told(bench: Bench) -> None:
    bench.engine.troubles["Bebop"] = Offline()
    assert command(bench, "ask", "Bebop", "Why?").code == 6


# --- the Atlas ---


@pytest.mark.parametrize(
    "words", [("image-topic", "leaf.png"), ("illustrate", "A", "--out", "a.png"), ("ask", "A", "Why?")]
)
def test_the_atlas_cannot_and_says_so(bench: Bench, leaf: str, words: tuple[str, ...]) -> None:
    done = command(bench, *(leaf if word == "leaf.png" else word for word in words), "--engine", "atlas")
    assert (done.code, len(done.errors)) == (3, 1)
    assert "The Atlas" in done.err
    assert not bench.engine.asked
