"""`export` and `import` on the command line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.support.cli_services import Bench, command
from tests.support.examples import photosynthesis

ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path / "home")
    asyncio.run(made.memory.create(photosynthesis(ID)))
    return made


def test_a_map_goes_out_and_comes_in(bench: Bench, tmp_path: Path) -> None:
    target = tmp_path / "map.csv"
    out = command(bench, "export", "Photosynthesis", "--format", "csv", "--out", str(target))
    assert out.code == 0
    assert str(target) in out.out
    assert any(line.startswith("Not in it:") for line in out.errors)
    text = target.read_text(encoding="utf-8")
    target.write_text(text + "new," + text.splitlines()[1].split(",")[0] + ",1,From a table\r\n", encoding="utf-8")
    back = command(bench, "import", str(target), "--json")
    assert back.code == 0
    told = json.loads(back.out)
    assert (told["map_id"], told["new"], told["added"], told["conflicts"]) == (ID, False, 1, [])
    titles = {topic.title for topic in asyncio.run(bench.memory.load(ID)).topics.values()}
    assert "From a table" in titles


def test_the_ending_tells_the_format(bench: Bench, tmp_path: Path) -> None:
    out = command(bench, "export", ID, "--out", str(tmp_path / "map.knowalledge"), "--json")
    told = json.loads(out.out)
    assert (out.code, told["format"]) == (0, "knowalledge")
    assert [each["what"] for each in told["losses"]] == ["pictures"]  # its bytes were never in this library
    other = Bench(tmp_path / "other")
    back = command(other, "import", told["path"])
    assert (back.code, asyncio.run(other.memory.load(ID)).title) == (0, "Photosynthesis")
    assert "in the library" in back.out


def test_a_table_without_ids_is_merged_where_it_is_told(bench: Bench, tmp_path: Path) -> None:
    target = tmp_path / "plain.csv"
    target.write_text("title,parent\nPhotosynthesis,\nBrand new,Photosynthesis\n", encoding="utf-8")
    back = json.loads(command(bench, "import", str(target), "--into", ID, "--json").out)
    assert (back["map_id"], back["added"], back["new"]) == (ID, 1, False)


@pytest.mark.parametrize(
    "words",
    [
        ("export", ID, "--format", "nonsense", "--out", "x"),
        ("export", ID, "--out", "x.xyz"),
        ("import", "not-there.csv"),
        ("import", __file__, "--format", "graphml"),
    ],
    ids=["format", "ending", "no file", "no graph"],
)
def test_what_cannot_be_done_is_one_line_and_code_3(words: tuple[str, ...], bench: Bench) -> None:
    out = command(bench, *words)
    assert (out.code, len(out.errors)) == (3, 1)
