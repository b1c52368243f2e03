from __future__ import annotations

import re

import pytest

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.graph import Link, Map, Topic
from knowalledge_desktop.formats.base import Caps, Extras
from knowalledge_desktop.formats.mermaid import MermaidFlowchart, MermaidMindmap, label
from tests.support.examples import photosynthesis


def test_mind_map_is_the_tree() -> None:
    text = MermaidMindmap().write(photosynthesis(), Extras()).data.decode()
    assert text.split("\n")[1:] == [
        "mindmap",
        '  t0(("Photosynthesis"))',
        '    t1["Branch 0"]',
        '    t2["Branch 1"]',
        '    t3["Branch 2"]',
        "%% t0 t1 t2 t3: atlas (atlas-en), 2027-01-15T08:00:01+00:00",
        "",
    ]
    assert MermaidMindmap().recognises(text.encode())


def test_flow_chart_has_the_links() -> None:
    exported = MermaidFlowchart().write(photosynthesis(), Extras())
    text = exported.data.decode()
    assert '  t1 -.->|"alike"| t2' in text
    assert "  t0 --> t3" in text
    assert {each.what for each in exported.losses} >= {"explanations", "pictures", "sources"}
    assert MermaidFlowchart().recognises(exported.data)


@pytest.mark.parametrize(
    "title",
    [
        '"]; click t0 "javascript:alert(1)"',
        "<script>x</script>",
        "a -- b --> c",
        "end",
        "%%{init: {}}%%",
        "`x` #9829;",
    ],
)
def test_no_title_is_more_than_a_label(title: str) -> None:
    shown = label(title)
    assert not re.search(r'["<>`%{}()\[\]|&\-]', shown)
    assert "".join(re.sub(r"#(\d+);", lambda found: chr(int(found[1])), shown)) == " ".join(title.split())


@pytest.mark.parametrize("kind", [MermaidMindmap(), MermaidFlowchart()])
def test_comments_tell_who_wrote_the_topics(kind: MermaidMindmap | MermaidFlowchart) -> None:
    made = Provenance(
        "gemini", "gemini-9-flash", "subtopics@7", 1.8e9, parameters=(("x", "%%{init: {}}%%\n  t9"),)
    )
    topics = [Topic("a", "A"), *(Topic(key, key, "a", provenance=made) for key in "bc")]
    document = Map("m", "A", "a", {each.topic_id: each for each in topics})
    exported = kind.write(document, Extras())
    *_, last = exported.data.decode().rstrip("\n").split("\n")
    assert last.startswith("%% t1 t2: gemini (gemini-9-flash), 2027-")
    assert "subtopics@7" in last
    assert "{" not in last
    assert exported.losses == ()


def test_links_to_what_is_not_there_are_left_out() -> None:
    document = Map("m", "A", "a", {"a": Topic("a", "A")}, {"l": Link("l", "a", "gone")})
    assert "-.->" not in MermaidFlowchart().write(document, Extras()).data.decode()


@pytest.mark.parametrize("kind", [MermaidMindmap(), MermaidFlowchart()])
def test_it_is_not_read(kind: MermaidMindmap | MermaidFlowchart) -> None:
    assert not kind.facts.reads
    with pytest.raises(ImportRefused, match="not imported"):
        kind.read(b"mindmap", "x", Caps())
