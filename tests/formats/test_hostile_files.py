"""Malformed and hostile files: each is read or refused with a sentence, quickly, and nothing else happens."""

from __future__ import annotations

import hashlib
import io
import json
import random
import stat
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.formats.base import Caps, Extras, Format
from knowalledge_desktop.formats.catalogue import all_formats
from knowalledge_desktop.formats.csv_table import CsvTable
from knowalledge_desktop.formats.graphml import GraphMl
from knowalledge_desktop.formats.json_canvas import JsonCanvas
from knowalledge_desktop.formats.knowalledge_file import KnowalledgeFile
from knowalledge_desktop.formats.safe_xml import parse_xml
from knowalledge_desktop.formats.vault import Vault
from knowalledge_desktop.formats.zips import is_safe_name, pack, unpack
from tests.support.examples import photosynthesis

READERS = [each for each in all_formats() if each.facts.reads]
ID = "0123456789abcdef0123456789abcdef"
LONGEST_S = 2.0
JUNK = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"<",
    b">",
    b"{",
    b"[",
    b"]]>",
    b'"',
    b"\n---\n",
    b"\\",
    b"&lol;",
    b"../",
    b"-1",
    b"1e999",
    b"null",
    b"\xed\xa0\x80",
    b"<!DOCTYPE x>",
    b"9" * 400,
    b"[" * 500,
    b"\r\n",
    b"\xf0\x9f\x8c\xbf",
    b"%%knowalledge:note%%",
]


def spoilt(good: bytes, dice: random.Random) -> bytes:
    """The file after some accidents."""
    data = bytearray(good)
    for _ in range(dice.randint(1, 6)):
        at = dice.randint(0, len(data))
        match dice.randint(0, 5):
            case 0:
                del data[at:]
            case 1:
                data[at : at + dice.randint(1, 40)] = b""
            case 2:
                data[at:at] = dice.choice(JUNK)
            case 3 if data:
                data[min(at, len(data) - 1)] ^= 1 << dice.randint(0, 7)
            case 4:
                other = dice.randint(0, len(data))
                data[at:at] = data[other : other + dice.randint(1, 300)]
            case _:
                data[at : at + 8] = bytes(dice.randbytes(8))
    return bytes(data)


def inner_spoilt(good: bytes, dice: random.Random) -> bytes:
    """A sound zip file with one member spoilt, so that more than the zip's own checks is met."""
    files = unpack(good, Caps())
    name = dice.choice(sorted(files))
    files[name] = spoilt(files[name], dice)
    return resealed(files) if "seal.txt" in files and name != "seal.txt" else pack(files)


def resealed(files: dict[str, bytes]) -> bytes:
    """The zip of a sealed file with hashes that fit: somebody has taken pains."""
    hashes = {name: {"sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}
    inside = {name: each for name, each in hashes.items() if name not in ("mimetype", "manifest.json", "seal.txt")}
    told = {"format": "knowalledge", "version": 1, "lineage": ["x", 1, None], "files": inside}
    manifest = json.dumps(told).encode()
    seal = hashlib.sha256(manifest).hexdigest().encode()
    return pack({**files, "manifest.json": manifest, "seal.txt": seal})


def check(kind: Format, count: int, example: Map) -> None:
    dice = random.Random(f"{kind.facts.name}")  # noqa: S311 - the same accidents each time
    good = kind.write(example, Extras(lineage=("a" * 64,))).data if kind.facts.writes else b"One\n  Two\n  Three\n"
    is_zip = good.startswith(b"PK")
    slowest, told = 0.0, set[str]()
    for number in range(count):
        data = inner_spoilt(good, dice) if is_zip and number % 2 else spoilt(good, dice)
        begun = time.perf_counter()
        kind.recognises(data)
        try:
            found = kind.read(data, "file", Caps())
        except ImportRefused as error:
            told.add(error.detail)
        else:
            document = found.document
            assert document.root is not None
            assert len(document.branch(document.root_id)) == len(document.topics)
            assert all(topic.title for topic in document.topics.values())
        slowest = max(slowest, time.perf_counter() - begun)
    assert all(each[0].isupper() and each.endswith(".") for each in told)
    assert slowest < LONGEST_S  # a hang, not a measure of speed


@pytest.fixture
def example() -> Map:
    return photosynthesis(ID)


@pytest.mark.parametrize("kind", READERS, ids=lambda kind: kind.facts.name)
def test_spoilt_files_are_read_or_refused(kind: Format, example: Map) -> None:
    check(kind, 60, example)


@pytest.mark.long
@pytest.mark.parametrize("kind", READERS, ids=lambda kind: kind.facts.name)
def test_many_spoilt_files_are_read_or_refused(kind: Format, example: Map) -> None:
    check(kind, 500, example)


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "name",
    ["../out.md", "/etc/x.md", "a/../../x.md", "C:/x.md", "a\\..\\x.md", "a//x.md", "./x.md", "\x00.md", "a:b"],
)
def test_paths_that_lead_out_are_not_safe(name: str) -> None:
    assert not is_safe_name(name)


def test_a_zip_that_leads_out_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="leads out"):
        Vault().read(zipped(("../evil.md", b"x")), "v", Caps())


def test_a_link_in_a_zip_is_refused() -> None:
    link = zipfile.ZipInfo("note.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(ImportRefused):
        unpack(zipped((link, b"/etc/passwd")), Caps())


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped(("a.md", b"\0" * 3_000_000))
    with pytest.raises(ImportRefused, match="too large"):
        unpack(bomb, Caps(unpacked_bytes=1_000_000))


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    bomb = bytearray(zipped(("a.md", b"\0" * 3_000_000)))
    size = (3_000_000).to_bytes(4, "little")
    while (at := bomb.find(size)) >= 0:
        bomb[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(ImportRefused):
        unpack(bytes(bomb), Caps(unpacked_bytes=1_000_000))


@pytest.mark.parametrize(
    "make",
    [
        lambda: zipped(*((f"{n}.md", b"x") for n in range(20))),
        lambda: zipped(("a.md", b"x"), method=zipfile.ZIP_LZMA),
    ],
    ids=["too many", "other packing"],
)
def test_other_zips_are_refused(make: Callable[[], bytes]) -> None:
    with pytest.raises(ImportRefused):
        unpack(make(), Caps(members=10))


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE g [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><graphml>&b;</graphml>',
        '<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/passwd">]><graphml>&x;</graphml>',
        '<!DOCTYPE g SYSTEM "http://127.0.0.1:9/x.dtd"><graphml/>',
        "<graphml>" + "<graph>" * 3000,
        '<?xml version="1.0" encoding="nonsense"?><graphml/>',
        "<graphml>\x01</graphml>",
        "<a/><b/>",
        "",
    ],
)
def test_hostile_xml_is_refused(text: str) -> None:
    with pytest.raises(ImportRefused):
        parse_xml(text.encode(), Caps())


def test_too_many_elements_are_refused() -> None:
    with pytest.raises(ImportRefused):
        parse_xml(b"<g>" + b"<n/>" * 50 + b"</g>", Caps(elements=20))


def test_a_tree_that_is_too_deep_is_refused() -> None:
    lines = ["id,parent,title", "n0,,t"] + [f"n{n},n{n - 1},t" for n in range(1, 500)]
    with pytest.raises(ImportRefused, match="deep"):
        CsvTable().read("\n".join(lines).encode(), "x", Caps())


def test_deep_json_is_refused() -> None:
    with pytest.raises(ImportRefused):
        JsonCanvas().read(b'{"nodes": ' + b"[" * 100_000, "x", Caps())


@pytest.mark.parametrize("kind", [CsvTable(), GraphMl(), JsonCanvas()], ids=lambda kind: kind.facts.name)
def test_too_many_topics_are_refused(kind: Format, example: Map) -> None:
    data = kind.write(example, Extras()).data
    with pytest.raises(ImportRefused):
        kind.read(data, "x", Caps(topics=2))


def test_a_circle_is_cut_and_told() -> None:
    found = CsvTable().read(b"id,parent,title\na,b,A\nb,a,B\nc,,C\n", "x", Caps())
    assert len(found.document.topics) == 3
    assert len(found.warnings) == 2


@pytest.mark.parametrize("member", ["map.json", "texts/00000.md", "sources.json", "README.txt", "manifest.json"])
def test_the_seal_holds_for_every_file(member: str, example: Map) -> None:
    files = unpack(KnowalledgeFile().write(example, Extras()).data, Caps())
    files[member] += b" "
    with pytest.raises(ImportRefused, match="damaged"):
        KnowalledgeFile().read(pack(files), "x", Caps())


def test_what_was_put_beside_a_sealed_map_is_refused(example: Map) -> None:
    files = unpack(KnowalledgeFile().write(example, Extras()).data, Caps())
    with pytest.raises(ImportRefused, match="damaged"):
        KnowalledgeFile().read(pack({**files, "extra.txt": b"x"}), "x", Caps())


def test_places_out_of_this_world_are_left_out(example: Map) -> None:
    far = replace(
        example,
        places={example.root_id: Place(1e300, 0.0)},
        view_places={"radial": {example.root_id: Place(0.0, -1e12)}},
    )
    for kind in (KnowalledgeFile(), GraphMl()):
        found = kind.read(kind.write(far, Extras()).data, "x", Caps()).document
        assert found.places == {}
        assert not any(found.view_places.values())


def test_a_formula_in_a_table_is_text(example: Map) -> None:
    topic = example.topics[example.root_id]
    evil = replace(example, topics={**example.topics, topic.topic_id: replace(topic, title="=cmd|' /C calc'!A0")})
    data = CsvTable().write(evil, Extras()).data
    assert b"\xef\xbb\xbfid" in data
    assert b"'=cmd" in data
    assert CsvTable().read(data, "x", Caps()).document.title == "=cmd|' /C calc'!A0"
