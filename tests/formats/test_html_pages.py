"""The page and the document: whatever a map says, it is shown as text and nothing in it acts."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from knowalledge_desktop.core.content import Provenance, Source
from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.graph import Explanation, Map, Rendering, Topic
from knowalledge_desktop.formats.base import Caps, Extras
from knowalledge_desktop.formats.html_document import HtmlDocument
from knowalledge_desktop.formats.html_formula import mathml
from knowalledge_desktop.formats.html_map import HtmlMap
from knowalledge_desktop.formats.html_text import date_of, origin_words
from tests.support.maps import maps, pictures_of
from tests.support.shown_map import shown_map

PAGES = [HtmlMap(), HtmlDocument()]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script></style></title><b onclick=x>",
    "javascript:alert(1)",
    "[x](javascript:alert(1)) ![y](https://example.org/z.png) <https://example.org/>",
    "[x](data:text/html,<script>alert(1)</script>)",
    "$\\text{<script>alert(1)</script>}$ $\\href{javascript:alert(1)}{x}$ $\\style{color:red}{x}$",
    "\ue0000\ue001 \ue00099\ue001",
    "\u202eevil\u202c \u2066x",
    "]]> --> <!-- x -- \x00\x0b\ud800",
    "|a|b|\n|:-:|--:|\n|<i>|x|",
]
TAG = re.compile(
    "html|head|meta|title|style|body|header|h[1-6]|div|input|output|button|main|nav|svg|ul|ol|li|span|bdi|b|i|section"
    "|article|p|a|em|strong|s|code|pre|blockquote|hr|br|table|thead|tbody|tr|th|td|sup|figure|figcaption|img|script"
    "|math|mrow|mi|mn|mo|mtext|msub|msup|msubsup|mfrac|msqrt|mspace|mover|munder|mstyle|kbd"
)


class Inspector(HTMLParser):
    """Collects what could act."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts, self.addresses, self.wrong = 0, list[str](), list[str]()
        self.ids, self.targets, self.words = list[str](), list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        if not TAG.fullmatch(tag):
            self.wrong.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcset", "action", "formaction", "srcdoc"}:
                self.wrong.append(f"{tag} {name}")
            if name in {"href", "src"}:
                self.addresses.append(value or "")
            if name == "id":
                self.ids.append(value or "")
            if name in {"data-to", "aria-labelledby"}:
                self.targets.append(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def inspected(data: bytes) -> Inspector:
    found = Inspector()
    found.feed(data.decode())
    found.close()
    return found


def hostile_map() -> Map:
    document = shown_map()
    topics = {
        key: replace(topic, title=bad[:190], summary=bad, note=bad, sources=(Source(bad, bad, bad),))
        for (key, topic), bad in zip(document.topics.items(), HOSTILE * 9, strict=False)
    }
    by = Provenance(bad := HOSTILE[1], bad, bad, 1e300, bad)
    texts = {
        key: replace(text, markdown=bad, sources=(Source(bad, bad, bad),), provenance=by)
        for (key, text), bad in zip(document.explanations.items(), HOSTILE[4:] * 9, strict=False)
    }
    links = {key: replace(link, label=HOSTILE[1]) for key, link in document.links.items()}
    return replace(document, title=HOSTILE[2], topics=topics, explanations=texts, links=links)


def check_quiet(page: HtmlMap | HtmlDocument, document: Map) -> Inspector:
    data = page.write(document, Extras(pictures_of(document))).data
    found = inspected(data)
    assert found.wrong == []
    assert found.scripts == isinstance(page, HtmlMap)
    good = r"https?://[^\s<>\"]+|#f[nr]\d+|#t\d+|data:image/(png|jpeg|gif|webp);base64,[\w+/=]+"
    assert [each for each in found.addresses if not re.fullmatch(good, each, re.IGNORECASE)] == []
    assert len(set(found.ids)) == len(found.ids)
    assert set(found.targets) <= set(found.ids)
    assert page.write(document, Extras(pictures_of(document))).data == data
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.facts.name)
def test_nothing_in_a_hostile_map_acts(page: HtmlMap | HtmlDocument) -> None:
    words = " ".join(check_quiet(page, hostile_map()).words)
    assert "<script>alert(1)</script>" in words


@settings(max_examples=8)
@given(document=maps())
def test_nothing_in_any_map_acts(document: Map) -> None:
    for page in PAGES:
        words = " ".join(check_quiet(page, document).words)
        assert all(topic.title in words for topic in document.topics.values())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.facts.name)
def test_it_has_the_texts_the_sources_and_a_strict_policy(page: HtmlMap | HtmlDocument) -> None:
    exported = page.write(shown_map(), Extras())
    text = exported.data.decode()
    assert "Each molecule of oxygen" in text
    assert 'href="https://en.wikipedia.org/wiki/Light-dependent_reactions"' in text
    assert "CC-BY-SA-4.0" in text
    assert "gemini-3.5-flash-lite" in text
    assert "<math" in text
    assert "default-src 'none'" in text
    assert {each.what for each in exported.losses} == {"places on the canvas", "checked sentences"}
    assert page.recognises(exported.data)


def test_sources_are_footnotes_each_once() -> None:
    text = HtmlDocument().write(shown_map(), Extras()).data.decode()
    notes = re.findall(r'<p id="fn(\d+)"', text)
    assert notes == [str(number) for number in range(1, len(notes) + 1)]
    assert set(re.findall(r'href="#fn(\d+)"', text)) == set(notes)
    assert text.count('href="https://en.wikipedia.org/wiki/Photosynthesis"') == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.facts.name)
def test_a_picture_without_bytes_is_told(page: HtmlMap | HtmlDocument) -> None:
    from tests.support.examples import photosynthesis

    losses = {each.what: each.count for each in page.write(photosynthesis(), Extras()).losses}
    assert losses["pictures"] == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.facts.name)
def test_a_deep_map_is_written_without_recursion(page: HtmlMap | HtmlDocument) -> None:
    topics = {f"t{n}": Topic(f"t{n}", f"T{n}", f"t{n - 1}" if n else None) for n in range(1500)}
    document = Map("m", "T0", "t0", topics, {}, {"t0/x": Explanation("t0", Rendering(), "x")})
    assert b"T1499" in page.write(document, Extras()).data


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.facts.name)
def test_pages_are_not_read(page: HtmlMap | HtmlDocument) -> None:
    assert not page.facts.reads
    with pytest.raises(ImportRefused, match="not imported"):
        page.read(b"<html>", "x", Caps())


@pytest.mark.parametrize("tex", ["x^", "\\text{<script>x</script>}", "{" * 300, "\\left(", "\\text{<b>}"])
def test_a_formula_that_is_none_is_not_drawn(tex: str) -> None:
    assert mathml(tex, block=False) is None


def test_a_formula_brings_no_addresses_and_no_style() -> None:
    shown = mathml("\\href{javascript:x}{y} \\style{color:red}{z} \\class{a}{b}", block=True)
    assert shown is not None
    assert not re.search("href|style|class|javascript", shown)


@pytest.mark.parametrize(
    ("seconds", "day"),
    [(1_800_000_000.0, "15 January 2027"), (0.0, ""), (1e300, ""), (float("nan"), ""), (-5, "")],
)
def test_days_are_words(seconds: float, day: str) -> None:
    assert date_of(seconds) == day


def test_a_person_without_a_date_is_not_told() -> None:
    assert origin_words(Provenance("person")) == ""
    assert origin_words(Provenance("person"), edited=True) == "Written by a person, edited since"
