"""What goes out comes in again as it was, as far as the loss report says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.formats.base import Caps, Extras, Format
from knowalledge_desktop.formats.csv_table import CsvTable
from knowalledge_desktop.formats.graphml import GraphMl
from knowalledge_desktop.formats.json_canvas import JsonCanvas
from knowalledge_desktop.formats.knowalledge_file import KnowalledgeFile
from knowalledge_desktop.formats.vault import Vault
from tests.support.maps import maps, pictures_of

FULL: list[Format] = [KnowalledgeFile(), Vault(), GraphMl()]
PARTS: list[Format] = [JsonCanvas(), CsvTable()]
LINEAGE = ("a" * 64, "b" * 64)


def check_identity(kind: Format, document: Map) -> None:
    extras = Extras(pictures_of(document), LINEAGE)
    exported = kind.write(document, extras)
    back = kind.read(exported.data, "file", Caps())
    assert back.document == document
    assert (back.keeps_ids, back.lineage) == (True, extras.lineage)
    told = {loss.what for loss in exported.losses}
    assert back.pictures == ({} if "pictures" in told else extras.pictures)
    assert told <= {"pictures"}
    assert (back.losses, back.warnings) == ((), ())
    assert kind.write(back.document, Extras(extras.pictures, back.lineage)).data == exported.data
    assert kind.recognises(exported.data)


def kept(document: Map, kind: Format) -> object:
    """What a person sees of a map that the format says it keeps."""
    topics = {
        key: (t.title, t.parent_id, t.summary.strip("\n"), t.note.strip("\n"), t.tag)
        + (t.locked, t.relation)
        + ((t.sources, t.provenance, t.edited) if kind.facts.name == "canvas" else ())
        for key, t in document.topics.items()
    }
    order = {key: document.children(key) for key in document.topics}
    links = {key: replace(link) for key, link in document.links.items()} if kind.facts.name == "canvas" else {}
    return document.map_id, document.root_id, topics, order, links


def check_parts(kind: Format, document: Map) -> None:
    exported = kind.write(document, Extras(lineage=LINEAGE))
    back = kind.read(exported.data, "file", Caps())
    assert kept(back.document, kind) == kept(document, kind)
    assert (back.keeps_ids, back.lineage, back.warnings) == (True, LINEAGE, ())
    told = {loss.what for loss in exported.losses}
    assert ("explanations" in told) == bool(document.explanations)
    assert ("pictures" in told) == bool(document.pictures)
    again = kind.read(kind.write(back.document, Extras(lineage=LINEAGE)).data, "file", Caps())
    assert again == back
    assert kind.recognises(exported.data)


@pytest.mark.parametrize("kind", FULL, ids=lambda kind: kind.facts.name)
@settings(max_examples=8)
@given(document=maps())
def test_full_formats_give_the_same_map(kind: Format, document: Map) -> None:
    check_identity(kind, document)


@pytest.mark.parametrize("kind", PARTS, ids=lambda kind: kind.facts.name)
@settings(max_examples=10)
@given(document=maps())
def test_other_formats_give_what_they_say(kind: Format, document: Map) -> None:
    check_parts(kind, document)


@pytest.mark.long
@pytest.mark.parametrize("kind", FULL, ids=lambda kind: kind.facts.name)
@settings(max_examples=200)
@given(document=maps(most=25))
def test_full_formats_give_the_same_map_often(kind: Format, document: Map) -> None:
    check_identity(kind, document)


@pytest.mark.long
@pytest.mark.parametrize("kind", PARTS, ids=lambda kind: kind.facts.name)
@settings(max_examples=200)
@given(document=maps(most=25))
def test_other_formats_give_what_they_say_often(kind: Format, document: Map) -> None:
    check_parts(kind, document)
