from __future__ import annotations

import pytest

from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.formats.base import Caps, Extras
from knowalledge_desktop.formats.indented import IndentedText
from tests.support.examples import photosynthesis


def outline(document: Map) -> list[tuple[int, str]]:
    return [(document.depth(key), document.topics[key].title) for key in document.branch(document.root_id)]


def read(text: str) -> Map:
    return IndentedText().read(text.encode(), "Plants", Caps()).document


@pytest.mark.parametrize(
    "text",
    [
        "Plants\n\tLeaves\n\t\tChlorophyll\n\tRoots\n",
        "Plants\r\n  Leaves\r\n    Chlorophyll\r\n\r\n  Roots",
        "- Plants\n  - Leaves\n      * Chlorophyll\n  - Roots",
        "1. Plants\n   a) Leaves\n      • Chlorophyll\n   b) Roots",
    ],
)
def test_indents_and_bullets_make_the_tree(text: str) -> None:
    assert outline(read(text)) == [(0, "Plants"), (1, "Leaves"), (2, "Chlorophyll"), (1, "Roots")]


def test_several_beginnings_get_a_root_with_the_name_of_the_file() -> None:
    assert outline(read("Leaves\nRoots\n  Hairs")) == [(0, "Plants"), (1, "Leaves"), (1, "Roots"), (2, "Hairs")]


def test_a_line_back_between_two_depths_belongs_to_the_shallower_one() -> None:
    assert outline(read("A\n    B\n  C\n      D")) == [(0, "A"), (1, "B"), (1, "C"), (2, "D")]


def test_a_line_that_is_too_long_is_kept_in_the_note() -> None:
    root = read("word " * 100).root
    assert root is not None
    assert root.title.endswith("…")
    assert root.note.count("word") == 100


def test_written_titles_come_back() -> None:
    exported = IndentedText().write(photosynthesis(), Extras())
    assert outline(read(exported.data.decode())) == outline(photosynthesis())
    assert "explanations" in {each.what for each in exported.losses}


@pytest.mark.parametrize("data", [b"", b"\n \n\t\n", b"\x00\xff\x00" * 9])
def test_nothing_to_read_is_said(data: bytes) -> None:
    with pytest.raises(ImportRefused):
        IndentedText().read(data, "x", Caps())
