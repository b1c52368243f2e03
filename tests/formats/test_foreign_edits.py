"""Files that other programs have edited: their edits come in, their own fields survive, ours stay."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.core.merge import Side, merge
from knowalledge_desktop.formats.base import Caps, Extras, Format
from knowalledge_desktop.formats.catalogue import all_formats
from knowalledge_desktop.formats.csv_table import CsvTable
from knowalledge_desktop.formats.graphml import GraphMl
from knowalledge_desktop.formats.json_canvas import JsonCanvas
from knowalledge_desktop.formats.vault import Vault, edited_since
from knowalledge_desktop.formats.zips import pack, unpack
from tests.support.examples import photosynthesis
from tests.support.maps import edits, maps

ID = "0123456789abcdef0123456789abcdef"
MINE: list[Format] = [each for each in all_formats() if each.facts.name in ("vault", "canvas", "graphml", "csv")]


def through(kind: Format, document: Map) -> Map:
    return kind.read(kind.write(document, Extras()).data, "file", Caps()).document


def check_merge(kind: Format, base: Map, ours: Map, data: st.DataObject) -> None:
    seen = through(kind, base)
    edited = data.draw(edits(seen, "there"))
    theirs = through(kind, edited)
    merged = merge(ours, theirs, Side(base, seen, through(kind, ours)))
    after = ours.apply(merged.change)
    words = "\n".join(text for t in after.topics.values() for text in (t.title, t.note))
    for key, topic in edited.topics.items():
        was = seen.topics.get(key)
        if was is None or topic.title != was.title:
            assert topic.title in words
        if was is not None and topic.note != was.note:
            assert topic.note.strip("\n") in words
    for key, topic in ours.topics.items():
        if key in theirs.topics or topic != base.topics.get(key):
            kept = after.topics[key]
            # What the format cannot say is as it was here.
            assert (kept.locked, kept.provenance, kept.relation) == (
                topic.locked,
                topic.provenance,
                topic.relation,
            )
    for key, text in ours.explanations.items():
        if text.topic_id in after.topics and (
            kind.facts.name in ("canvas", "csv") or text != base.explanations.get(key)
        ):
            assert after.explanations[key].markdown == text.markdown
    assert set(after.topics) <= set(ours.topics) | set(edited.topics) | set(base.topics)


@pytest.mark.parametrize("kind", MINE, ids=lambda kind: kind.facts.name)
@settings(max_examples=8)
@given(data=st.data(), base=maps(most=6))
def test_edits_through_a_format_lose_nothing(kind: Format, data: st.DataObject, base: Map) -> None:
    check_merge(kind, base, data.draw(edits(base, "here")), data)


@pytest.mark.long
@pytest.mark.parametrize("kind", MINE, ids=lambda kind: kind.facts.name)
@settings(max_examples=200)
@given(data=st.data(), base=maps(most=12))
def test_edits_through_a_format_lose_nothing_often(kind: Format, data: st.DataObject, base: Map) -> None:
    check_merge(kind, base, data.draw(edits(base, "here")), data)


# --- JSON Canvas 1.0 ----------------------------------------------------------------------------------------

SIDES = {"top", "right", "bottom", "left"}
COLOURS = {"1", "2", "3", "4", "5", "6"}


def breaches(canvas: dict[str, Any]) -> list[str]:
    """What of a canvas is not as the specification 1.0 says."""
    nodes, arrows = canvas["nodes"], canvas["edges"]
    ids = [each["id"] for each in nodes]
    found = (
        ["an id comes twice"] if len({*ids, *(each["id"] for each in arrows)}) != len(ids) + len(arrows) else []
    )
    for node in nodes:
        wanted = {"text": "text", "file": "file", "link": "url", "group": "type"}.get(node["type"], "")
        numbers = [node[name] for name in ("x", "y", "width", "height")]
        colour = node.get("color", "1")
        if not isinstance(node[wanted], str) or not all(isinstance(each, int) for each in numbers):
            found.append(f"{node['id']}: type or numbers")
        if colour not in COLOURS and not colour.startswith("#"):
            found.append(f"{node['id']}: colour")
    for arrow in arrows:
        sides, heads = ({arrow.get(f"{end}{what}") for end in ("from", "to")} - {None} for what in ("Side", "End"))
        if not {arrow["fromNode"], arrow["toNode"]} <= set(ids) or not isinstance(arrow.get("label", ""), str):
            found.append(f"{arrow['id']}: ends or label")
        if not sides <= SIDES or not heads <= {"none", "arrow"}:
            found.append(f"{arrow['id']}: sides or heads")
    return found


@settings(max_examples=15)
@given(document=maps())
def test_a_canvas_is_as_its_specification_says(document: Map) -> None:
    assert breaches(json.loads(JsonCanvas().write(document, Extras()).data)) == []
    inside = unpack(Vault().write(document, Extras()).data, Caps())
    name = next(name for name in inside if name.endswith(".canvas"))
    canvas = json.loads(inside[name])
    assert breaches(canvas) == []
    assert {node["file"] for node in canvas["nodes"]} <= set(inside)


def test_what_a_canvas_has_beside_cards_survives() -> None:
    canvas = json.loads(JsonCanvas().write(photosynthesis(ID), Extras()).data)
    canvas["nodes"].append({"id": "g", "type": "group", "label": "Mine", "x": 0, "y": 0, "width": 9, "height": 9})
    canvas["nodes"].append(
        {"id": "l", "type": "link", "url": "https://example.org/", "x": 0, "y": 0, "width": 9, "height": 9}
    )
    canvas["nodes"][0]["styleAttributes"] = {"shape": "pill"}
    canvas["metadata"] = {"version": "1.0-1.0"}
    back = JsonCanvas().read(json.dumps(canvas).encode(), "x", Caps())
    again = json.loads(JsonCanvas().write(back.document, Extras()).data)
    assert {"id": "g", "type": "group", "label": "Mine", "x": 0, "y": 0, "width": 9, "height": 9} in again["nodes"]
    assert again["metadata"] == {"version": "1.0-1.0"}
    assert any(node.get("styleAttributes") == {"shape": "pill"} for node in again["nodes"])
    assert "https://example.org/" in {topic.title for topic in back.document.topics.values()}


# --- others -------------------------------------------------------------------------------------------------


def test_columns_and_attributes_of_others_survive() -> None:
    table = b"id,parent,title,Priority\nr,,Root,\na,r,A,high\n"
    back = CsvTable().read(table, "x", Caps())
    assert b"high" in CsvTable().write(back.document, Extras()).data
    graph = (
        b'<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="d0" for="node" attr.name="weight" '
        b'attr.type="double"/><graph edgedefault="directed"><node id="a"><data key="d0">2.5</data></node>'
        b'<node id="b"/><edge source="a" target="b"/></graph></graphml>'
    )
    found = GraphMl().read(graph, "x", Caps()).document
    assert found.root_id == "a"
    assert found.topics["b"].parent_id == "a"
    text = GraphMl().write(found, Extras()).data
    assert b'attr.name="weight"' in text
    assert GraphMl().read(text, "x", Caps()).document == replace(found)


def vault_of(document: Map) -> dict[str, bytes]:
    return unpack(Vault().write(document, Extras()).data, Caps())


def read_vault(files: dict[str, bytes]) -> Map:
    return Vault().read(pack(files), "Vault", Caps()).document


@pytest.fixture
def small() -> Map:
    topics = (Topic("r", "Root"), Topic("a", "Alpha", "r", 0.0, "About alpha"), Topic("b", "Beta: two", "r", 1.0))
    return Map(ID, "Root", "r", {each.topic_id: each for each in topics})


def test_a_note_that_was_renamed_is_a_topic_that_was(small: Map) -> None:
    files = vault_of(small)
    files["Omega.md"] = files.pop("Alpha.md")
    files["Root.md"] = files["Root.md"].replace(b"[[Alpha]]", b"[[Omega]]")
    assert read_vault(files).topics["a"].title == "Omega"


def test_properties_of_others_survive_in_a_vault(small: Map) -> None:
    files = vault_of(small)
    text = (
        files["Alpha.md"]
        .decode()
        .replace("---\n\n", "---\n")
        .replace('title: "Alpha"\n', "title: Alpha\naliases:\n  - first\n  - second\ncssclass: wide\n")
    )
    files["Alpha.md"] = text.encode()
    assert "aliases:" in text
    back = read_vault(files)
    assert back.topics["a"].title == "Alpha"
    again = vault_of(back)["Alpha.md"].decode()
    assert "aliases:\n  - first\n  - second\ncssclass: wide\n" in again
    assert read_vault(vault_of(back)) == back


def test_a_property_that_names_another_parent_moves_the_topic(small: Map) -> None:
    files = vault_of(small)
    files["Beta two.md"] = files["Beta two.md"].replace(b'"[[Root]]"', b'"[[Alpha]]"')
    back = read_vault(files)
    assert back.topics["b"].parent_id == "a"
    assert back.topics["b"].title == "Beta: two"


def test_a_note_that_was_deleted_is_a_topic_that_was(small: Map) -> None:
    files = vault_of(small)
    del files["Alpha.md"]
    assert set(read_vault(files).topics) == {"r", "b"}


def test_a_link_in_a_note_is_a_link(small: Map) -> None:
    files = vault_of(small)
    files["Alpha.md"] += b"\nSee [[Beta two|that]] and `[[not this]]`.\n"
    links = list(read_vault(files).links.values())
    assert [(link.source_id, link.target_id) for link in links] == [("a", "b")]


def test_a_copied_note_is_a_new_topic(small: Map) -> None:
    files = vault_of(small)
    files["Alpha 1.md"] = files["Alpha.md"]
    back = read_vault(files)
    assert len(back.topics) == 4
    assert back.topics["a"].title == "Alpha"


def test_a_vault_of_a_stranger_is_a_map() -> None:
    files = {
        "Garden.md": b"All about [[Roses]].",
        "Roses.md": b"---\ntags: [flower]\n---\nThey need [[Water]].",
        "Water.md": b"",
        "trees/Oak.md": b"An oak.",
        ".obsidian/app.json": b"{}",
    }
    found = Vault().read(pack(files), "Garden", Caps())
    titles = {
        t.title: found.document.topics[t.parent_id].title for t in found.document.topics.values() if t.parent_id
    }
    assert titles["Roses"] == "Garden"
    assert titles["Water"] == "Roses"
    assert found.document.title == "Garden"
    assert found.losses == ()
    assert next(t for t in found.document.topics.values() if t.title == "Oak").note == "An oak."


def test_edited_files_of_a_vault_are_known(small: Map) -> None:
    files = vault_of(small)
    assert edited_since(files) == []
    files["Alpha.md"] += b"x"
    assert edited_since(files) == ["Alpha.md"]


def test_a_note_that_was_renamed_without_its_links_keeps_its_branch(small: Map) -> None:
    small = replace(small, topics={**small.topics, "c": Topic("c", "Child", "a")})
    files = vault_of(Map(ID, "Root", "r", small.topics))
    files["Omega.md"] = files.pop("Alpha.md")
    back = read_vault(files)
    assert (back.topics["a"].title, back.topics["c"].parent_id) == ("Omega", "a")


def test_notes_that_link_to_each_other_are_no_circle() -> None:
    found = Vault().read(pack({"A.md": b"[[B]]", "B.md": b"[[A]] [[C]]", "C.md": b"[[A]]"}), "x", Caps())
    assert found.warnings == ()
    assert found.document.title == "A"
    assert len(found.document.links) == 1
