"""Broken and hostile files: a map comes out, or a sentence; never anything else."""

from __future__ import annotations

import random

import pytest

from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.tree import check_tree
from knowalledge_desktop.formats.base import Caps, Extras, Format
from knowalledge_desktop.formats.freeplane import Freeplane
from knowalledge_desktop.formats.graphml import GraphMl
from knowalledge_desktop.formats.indented import IndentedText
from knowalledge_desktop.formats.markdown_outline import MarkdownOutline
from knowalledge_desktop.formats.opml import Opml
from tests.support.shown_map import shown_map

KINDS: list[Format] = [Freeplane(), Opml(), MarkdownOutline(), IndentedText()]
XML: list[Format] = [Freeplane(), Opml()]
PIECES = (
    *(b"<", b">", b"&", b'"', b"\x00", b"\xff", b"\xed\xa0\x80", b"]]>", b"<!--", b"-->", b"<node>", b"</node>"),
    *(
        b"</outline>",
        b"<outline/>",
        b"\n# ",
        b"\n- ",
        b"\n```\n",
        b"\n<!-- begin text: {} -->\n",
        b"<!-- id: x -->",
    ),
    *(b"<!-- end text -->", b"\n---\n", b"{", b"}", b"[", b"1e999", b"\\", b"null", b"\t\t\t\t", b"\xef\xbb\xbf"),
    *(b'<!DOCTYPE a [<!ENTITY b "c">]>', b"&b;", b'ID="root"', b"xmlns:k='x'", b"k:id", b"=== Explanation: "),
)


def spoilt(good: bytes, dice: random.Random) -> bytes:
    """The file with some damage: bytes turned, parts missing, twice, elsewhere, or strange words put in."""
    data = bytearray(good)
    for _ in range(dice.randint(1, 8)):
        at, end = sorted(dice.randrange(len(data) + 1) for _ in range(2))
        end = min(end, at + dice.choice((1, 5, 60, 3000)))
        match dice.randrange(6):
            case 0 if at < len(data):
                data[at] = dice.randrange(256)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end]
            case 3:
                data[at:at] = dice.choice(PIECES)
            case 4:
                where = dice.randrange(len(data) + 1)
                data[where:where] = data[at:end]
            case _:
                del data[max(1, len(data) - dice.randrange(200)) :]
    return bytes(data)


def check(kind: Format, data: bytes) -> None:
    kind.recognises(data)
    try:
        document = kind.read(data, "broken", Caps()).document
    except ImportRefused:
        return
    assert document.root is not None
    check_tree(document.topics, document._children or {}, set(document.topics), {document.root_id})
    assert all(each.topic_id in document.topics for each in document.explanations.values())
    again = kind.read(kind.write(document, Extras()).data, "broken", Caps()).document
    assert len(again.topics) == len(document.topics)


def play(kind: Format, times: int) -> None:
    good = kind.write(shown_map(), Extras(lineage=("a" * 64,))).data
    for number in range(times):
        check(kind, spoilt(good, random.Random(f"{kind.facts.name} {number}")))  # noqa: S311


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.facts.name)
def test_spoilt_files(kind: Format) -> None:
    play(kind, 30)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.facts.name)
def test_spoilt_files_often(kind: Format) -> None:
    play(kind, 500)


BOMB = b"""<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"""
OUTSIDE = b"""<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>"""


@pytest.mark.parametrize("kind", XML, ids=lambda kind: kind.facts.name)
@pytest.mark.parametrize("head", [BOMB, OUTSIDE])
def test_entities_are_refused_with_a_sentence(kind: Format, head: bytes) -> None:
    good = kind.write(shown_map(), Extras()).data.partition(b"?>\n")[2] or kind.write(shown_map(), Extras()).data
    with pytest.raises(ImportRefused, match="not safe to read"):
        kind.read(head + good.replace(b"Photosynthesis", b"&a;", 1), "x", Caps())


@pytest.mark.parametrize("kind", XML, ids=lambda kind: kind.facts.name)
@pytest.mark.parametrize(
    "data", [b"", b"<a/>", b"<map/>", b"<opml/>", b"\x00" * 50, b"<map", b"{}", b"\xff\xfe<\x00"]
)
def test_what_is_something_else_is_refused(kind: Format, data: bytes) -> None:
    with pytest.raises(ImportRefused):
        kind.read(data, "x", Caps())


def test_depth_has_a_ceiling() -> None:
    deep = 50_000
    for kind, data in (
        (Freeplane(), b"<map>" + b'<node TEXT="a">' * deep + b"</node>" * deep + b"</map>"),
        (Opml(), b"<opml><body>" + b'<outline text="a">' * deep + b"</outline>" * deep + b"</body></opml>"),
        (MarkdownOutline(), b"# a\n" + b"\n".join(b" " * n + b"- %d" % n for n in range(2000))),
        (IndentedText(), b"\n".join(b" " * n + b"%d" % n for n in range(2000))),
    ):
        with pytest.raises(ImportRefused, match=r"deep"):
            kind.read(data, "x", Caps())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.facts.name)
def test_size_and_number_have_ceilings(kind: Format) -> None:
    data = kind.write(shown_map(), Extras()).data
    with pytest.raises(ImportRefused, match="topics"):
        kind.read(data, "x", Caps(topics=5))
    with pytest.raises(ImportRefused, match="larger"):
        kind.read(data, "x", Caps(text_bytes=100))


@pytest.mark.parametrize("kind", [MarkdownOutline(), Freeplane(), Opml()], ids=lambda kind: kind.facts.name)
def test_links_have_a_ceiling(kind: Format) -> None:
    with pytest.raises(ImportRefused, match="links"):
        kind.read(kind.write(shown_map(), Extras()).data, "x", Caps(links=1))


def test_text_in_other_encodings_is_read() -> None:
    for encoding in ("utf-16", "utf-8-sig", "cp1252"):
        document = IndentedText().read("Café\n\tCrème".encode(encoding), "x", Caps()).document
        assert document.title == "Café"


def test_many_unclosed_beginnings_are_read_in_one_pass() -> None:
    lines = ["# A", *["<!-- begin note: {} -->", "```", "~~~", "[" * 50, "**" * 40, "x\n---"] * 5000]
    document = MarkdownOutline().read("\n".join(lines).encode(), "x", Caps()).document
    assert document.title == "A"


def test_far_too_many_links_are_counted_before_a_file_is_read() -> None:
    many = Caps().links + 1
    arrows = b'<map><node ID="r" TEXT="r">' + b'<arrowlink DESTINATION="x"/>' * many
    with pytest.raises(ImportRefused, match="more than 50,000 links"):
        Freeplane().read(arrows, "x", Caps())
    edges = b'<graphml><graph><edge source="a" target="b"/>' + b"<edge/>" * (many + Caps().topics)
    with pytest.raises(ImportRefused, match="more than 50,000 links"):
        GraphMl().read(edges, "x", Caps())
