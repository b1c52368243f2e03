"""Files that other programs and people have made: what they say is there, what we have no place for comes back."""

from __future__ import annotations

from knowalledge_desktop.core.content import Source
from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.formats.base import Caps, Extras, Imported
from knowalledge_desktop.formats.freeplane import Freeplane
from knowalledge_desktop.formats.markdown_outline import MarkdownOutline
from knowalledge_desktop.formats.opml import Opml
from tests.support.shown_map import shown_map

MM = """\
<map version="freeplane 1.7.0">
<!-- to view this file -->
<attribute_registry SHOW_ATTRIBUTES="hide"/>
<node TEXT="Garden" FOLDED="false" ID="ID_1" CREATED="1" STYLE="oval"><hook NAME="MapStyle"><properties a="b"/>
</hook>
<edge COLOR="#ff0000"/>
<node TEXT="Trees" POSITION="left" ID="ID_2" LINK="https://example.org/trees" FOLDED="true"><icon BUILTIN="idea"/>
<richcontent TYPE="NOTE"><html><head></head><body><p style="margin-top: 0">Old <b>oaks</b></p><ul><li>one</li>
<li>two</li></ul></body></html></richcontent>
<arrowlink DESTINATION="ID_3" MIDDLE_LABEL="shade" COLOR="#123456"/>
<node TEXT="Apple"/>
</node>
<node TEXT="Flowers" POSITION="right" ID="ID_3"><richcontent TYPE="DETAILS" CONTENT-TYPE="plain/auto">
<text>In spring
</text></richcontent></node>
<node ID="ID_4"><richcontent TYPE="NODE"><html><body><p>Rich</p><p>title</p></body></html></richcontent></node>
</node>
</map>
"""
OUTLINE = """\
<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Reading</title><ownerName>Ada</ownerName><expansionState>0</expansionState></head>
<body><outline text="Feeds" created="Mon, 01 Jan 2024 00:00:00 GMT">
<outline type="rss" text="News &amp;amp; &lt;b&gt;more&lt;/b&gt;"
xmlUrl="https://example.org/feed" isBreakpoint="true" _note="first&#10;second"/></outline>
<outline title="Books"/></body></opml>
"""
NOTES = """\
---
title: My garden
tags: [a, b]
---
Some words before.

# Garden **plan** #

Trees stand [here](https://example.org/trees "map").
```
# no heading
```

Trees
-----
- [ ] Apple &amp; pear
    1. Old *sorts*
- [x] [Cherry](https://example.org/cherry)
  more on cherries

### Far below ###
***
| a | b |
"""


def by_title(document: Map) -> dict[str, Topic]:
    return {topic.title: topic for topic in document.topics.values()}


def paths(document: Map) -> list[str]:
    return ["/".join(each.title for each in document.path(key)) for key in document.branch(document.root_id)]


def read_mm(text: str = MM) -> Imported:
    return Freeplane().read(text.encode(), "garden", Caps())


def test_freeplane_tree_notes_links() -> None:
    back = read_mm()
    document = back.document
    assert paths(document) == [
        "Garden",
        "Garden/Trees",
        "Garden/Trees/Apple",
        "Garden/Flowers",
        "Garden/Rich title",
    ]
    assert back.keeps_ids
    found = by_title(document)
    assert found["Trees"].topic_id == "ID_2"
    assert found["Trees"].note == "Old **oaks**\n- one\n- two"
    assert found["Trees"].sources == (Source("Trees", "https://example.org/trees"),)
    assert found["Flowers"].summary == "In spring"
    (link,) = document.links.values()
    assert (link.source_id, link.target_id, link.label) == ("ID_2", "ID_3", "shade")
    assert [each.what for each in back.losses] == ["formatted titles"]


def test_what_is_freeplanes_goes_out_again() -> None:
    text = Freeplane().write(read_mm().document, Extras()).data.decode()
    for piece in (
        'STYLE="oval"',
        '<edge COLOR="#ff0000"/>',
        '<icon BUILTIN="idea"/>',
        '<hook NAME="MapStyle">',
        "Old <b>oaks</b>",
        'COLOR="#123456"',
        'SHOW_ATTRIBUTES="hide"',
        'LINK="https://example.org/trees"',
        'POSITION="left"',
        'FOLDED="true"',
        'CREATED="1"',
    ):
        assert piece in text
    assert text.count('LINK="https://example.org/trees"') == 1
    again = Freeplane().read(text.encode(), "garden", Caps()).document
    assert by_title(again)["Trees"] == by_title(read_mm().document)["Trees"]


def test_characters_in_two_halves_are_one_again() -> None:
    text = '<map><node TEXT="&#xd83c;&#xdf3f; &#55356;&#57151;" ID="a"/></map>'
    assert read_mm(text).document.title == "🌿 🌿"


def test_a_note_that_was_altered_here_goes_out_as_it_is_now() -> None:
    document = read_mm().document
    tree = by_title(document)["Trees"]
    changed = Topic(tree.topic_id, "Trees", tree.parent_id, tree.rank, note="Young pines", foreign=tree.foreign)
    altered = Map("m", "Garden", "ID_1", {**document.topics, "ID_2": changed})
    text = Freeplane().write(altered, Extras()).data.decode()
    assert "<p>Young pines</p>" in text
    assert "oaks" not in text


def test_titles_that_freeplane_would_run_are_titles() -> None:
    topics = {
        key: Topic(key, title, None if key == "a" else "a")
        for key, title in {"a": "A", "b": "=1+1", "c": "<HTML><b>x", "d": "\\latex x"}.items()
    }
    exported = Freeplane().write(Map("m", "A", "a", topics), Extras()).data.decode()
    assert 'TEXT="=1+1" ID="b" POSITION="right" FORMAT="NO_FORMAT"' in exported
    assert 'TEXT="\u2060&lt;HTML&gt;' in exported
    assert Freeplane().read(exported.encode(), "x", Caps()).document.topics == topics | {
        key: Topic(key, topics[key].title, "a", float(rank)) for rank, key in enumerate("bcd")
    }


def test_opml_of_others() -> None:
    back = Opml().read(OUTLINE.encode(), "file", Caps())
    assert paths(back.document) == ["Reading", "Reading/Feeds", "Reading/Feeds/News & more", "Reading/Books"]
    assert not back.keeps_ids
    assert by_title(back.document)["News & more"].note == "first\nsecond"
    text = Opml().write(back.document, Extras()).data.decode()
    for piece in (
        'xmlUrl="https://example.org/feed"',
        'isBreakpoint="true"',
        "<ownerName>Ada</ownerName>",
        "created=",
    ):
        assert piece in text


def test_opml_without_our_attributes_is_not_ours() -> None:
    text = Opml().write(shown_map(), Extras(lineage=("a" * 64,))).data.decode()
    stripped = "".join(part for part in text.split('"') if part)  # not XML any more: the quotes are gone
    assert "k:id" in stripped
    import re

    plain = re.sub(r' k:[a-z]+="[^"]*"', "", text)
    back = Opml().read(plain.encode(), "x", Caps())
    assert (back.keeps_ids, back.lineage) == (False, ())
    assert len(back.document.explanations) == len(shown_map().explanations)


def test_titles_are_no_markup_in_outliners_that_show_html() -> None:
    topics = {"a": Topic("a", "<script>x</script> &amp; <3 a < b")}
    text = Opml().write(Map("m", "A", "a", topics), Extras()).data.decode()
    assert "&amp;lt;script&amp;gt;" in text
    assert Opml().read(text.encode(), "x", Caps()).document.topics == topics


def test_markdown_of_others() -> None:
    back = MarkdownOutline().read(NOTES.encode(), "file", Caps())
    document = back.document
    assert paths(document) == [
        "Garden plan",
        "Garden plan/Trees",
        "Garden plan/Trees/Apple & pear",
        "Garden plan/Trees/Apple & pear/Old sorts",
        "Garden plan/Trees/Cherry",
        "Garden plan/Trees/Far below",
    ]
    found = by_title(document)
    assert "Some words before." in found["Garden plan"].note
    assert "# no heading" in found["Garden plan"].note
    assert found["Cherry"].sources == (Source("Cherry", "https://example.org/cherry"),)
    assert found["Cherry"].note == "more on cherries"
    assert "| a | b |" in found["Far below"].note
    text = MarkdownOutline().write(document, Extras()).data.decode()
    assert text.startswith("---\ntitle: My garden\ntags: [a, b]\n---\n")
    assert "[ ] Apple \\& pear <!--" in text
    assert "[x] Cherry <!--" in text
    assert MarkdownOutline().read(text.encode(), "file", Caps()).document == document


def test_lists_alone_get_a_root_with_the_title_of_the_file() -> None:
    back = MarkdownOutline().read(b"* One\n  + Two\n* Three\n", "Plants", Caps())
    assert paths(back.document) == ["Plants", "Plants/One", "Plants/One/Two", "Plants/Three"]


def test_what_is_added_by_hand_to_our_markdown_is_there() -> None:
    text = MarkdownOutline().write(shown_map(), Extras()).data.decode()
    text = text.replace("## Leaf <!--", "## Stem\n\nCarries water.\n\n## Leaf <!--").replace(
        "# Photosynthesis <", "# Sunlight <"
    )
    back = MarkdownOutline().read((text + "\n# Another top\n").encode(), "x", Caps())
    document = back.document
    assert document.root_id == shown_map().root_id
    assert document.title == "Sunlight"
    assert by_title(document)["Stem"].note == "Carries water."
    assert by_title(document)["Another top"].parent_id == document.root_id
    assert len(document.topics) == len(shown_map().topics) + 2


def test_headings_of_texts_are_below_their_topic_and_come_back() -> None:
    text = MarkdownOutline().write(shown_map(), Extras()).data.decode()
    assert "### In one line <!-- h2 -->" in text
    assert (
        MarkdownOutline().read(text.encode(), "x", Caps()).document.explanations.keys()
        == shown_map().explanations.keys()
    )
