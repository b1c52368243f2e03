"""Maps as hypothesis makes them: every field, every script, any shape of tree."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from knowalledge_desktop.core.content import Claim, ClaimState, Picture, Provenance, Relation, Source, Usage
from knowalledge_desktop.core.edits import removal, renaming
from knowalledge_desktop.core.graph import (
    Change,
    Explanation,
    Link,
    LinkKind,
    Map,
    Opinion,
    Place,
    PutExplanation,
    PutTopic,
    Rendering,
    Topic,
)
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.request import Detail, Level, Style

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)
WORDS = st.sampled_from(
    [
        "Photosynthesis",
        "a: b",
        "[[brackets]]",
        "#tag",
        "- dash",
        "naïve café",
        "光合作用",
        "الضوء",
        "x, y",
        '"q"',
        "<b>&amp;",
        "it's",
        "1",
        "true",
        "null",
        "🌿",
        "C:\\x",
        "a/b",
        "...",
        "e\u0301",
        "|pipe|",
        "%20",
        "{x}",
        "---",
        "Über",
        "*",
        "`",
    ]
)
LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"), max_codepoint=0x1FFFF)


def titles() -> st.SearchStrategy[str]:
    def good(text: str) -> str:
        plain = " ".join(unicodedata.normalize("NFC", text).split())
        return plain[:60].strip()

    words = st.lists(WORDS | st.text(LETTERS, min_size=1, max_size=8), min_size=1, max_size=4).map(" ".join)
    return words.map(good).filter(lambda t: any(unicodedata.category(ch)[0] in "LNS" for ch in t))


LINES = st.one_of(
    WORDS,
    st.text(LETTERS, max_size=20),
    st.sampled_from(
        [
            "# Heading",
            "## Note",
            "- item",
            "  indented",
            "",
            "",
            "---",
            "```",
            "> quote",
            "[[Link]]",
            "<!-- x -->",
            "a | b",
            "$x^2$",
        ]
    ),
)
TEXTS = st.lists(LINES, max_size=6).map("\n".join)
SOURCES = st.lists(
    st.builds(
        Source,
        titles(),
        st.just("https://example.org/") | st.just("https://example.org/a?b=c&d"),
        st.sampled_from(["", "CC-BY-SA-4.0"]),
    ),
    max_size=2,
).map(tuple)
NUMBERS = st.integers(-20_000_000, 20_000_000).map(lambda n: n / 64)
PROVENANCES = st.builds(
    Provenance,
    engine=st.sampled_from(["person", "gemini", "atlas"]),
    model=st.sampled_from(["", "gemini-3.5-flash-lite"]),
    prompt=st.sampled_from(["", "subtopics@3"]),
    created_at=st.integers(0, 2_000_000_000).map(float),
    language=st.sampled_from(["en", "ar"]),
    parameters=st.sampled_from([(), (("temperature", "0.2"),)]),
    usage=st.builds(Usage, st.integers(0, 99), st.integers(0, 99)),
)
RENDERINGS = st.builds(
    Rendering,
    st.sampled_from(Level),
    st.sampled_from(Detail),
    st.sampled_from(Style),
    st.sampled_from(["en", "zh"]),
)
CLAIMS = st.lists(
    st.builds(
        Claim, TEXTS, st.sampled_from(ClaimState), st.just(()) | st.just((0,)), titles(), st.just("") | titles()
    ),
    max_size=2,
).map(tuple)
IDS = st.uuids(version=4).map(lambda u: u.hex)


@st.composite
def maps(draw: st.DrawFn, *, most: int = 12) -> Map:
    """A sound map of 1 to `most` topics."""
    ids = draw(st.lists(IDS, min_size=1, max_size=most, unique=True))
    topics: dict[str, Topic] = {}
    for number, topic_id in enumerate(ids):
        parent = None if number == 0 else ids[draw(st.integers(0, number - 1))]
        topics[topic_id] = Topic(
            topic_id,
            draw(titles()),
            parent,
            float(number),
            draw(TEXTS),
            draw(st.sampled_from(Relation)) if number else Relation.SUBTOPIC,
            draw(SOURCES),
            draw(PROVENANCES),
            draw(st.booleans()),
            draw(TEXTS),
            draw(st.sampled_from(["", "r", "g"])),
            draw(st.booleans()),
        )
    some = st.sampled_from(ids)
    links = [
        Link(key, draw(some), draw(some), draw(st.sampled_from(LinkKind)), draw(st.just("") | titles()))
        for key in draw(st.lists(IDS, max_size=3, unique=True))
    ]
    explanations: dict[str, Explanation] = {}
    for owner in draw(st.lists(some, max_size=4)):
        each = Explanation(
            owner,
            draw(RENDERINGS),
            draw(TEXTS),
            draw(CLAIMS),
            draw(SOURCES),
            draw(PROVENANCES),
            draw(st.none() | st.sampled_from([0.0, 0.5, 0.925])),
            draw(st.sampled_from(Opinion)),
            draw(st.just("") | TEXTS),
        )
        explanations[each.key] = each
    places = {
        key: Place(draw(NUMBERS), draw(NUMBERS), draw(st.booleans()), draw(st.booleans()))
        for key in draw(st.lists(some, max_size=6, unique=True))
    }
    picture = picture_bytes()
    pictures = {
        key: TopicPicture(key, picture.sha256, picture.mime, 1, 1, draw(titles()), draw(PROVENANCES))
        for key in draw(st.lists(some, max_size=2, unique=True))
    }
    return Map(
        map_id=draw(IDS),
        title=topics[ids[0]].title,
        root_id=ids[0],
        topics=topics,
        links={each.link_id: each for each in links},
        explanations=explanations,
        places=places,
        pictures=pictures,
        view=draw(st.sampled_from(["", "radial"])),
        view_places={"radial": dict(places)} if places and draw(st.booleans()) else {},
    )


def picture_bytes() -> Picture:
    """The one picture that such maps have."""
    return Picture.of("image/png", PNG, 1, 1)


def pictures_of(document: Map) -> Mapping[str, Picture]:
    """The bytes of the pictures of a map."""
    picture = picture_bytes()
    return {each.sha256: picture for each in document.pictures.values()}


def shape(document: Map) -> dict[str, Any]:
    """A map without the numbers of its ranks, which stand for an order: what a person sees."""
    return {
        "root": document.root_id,
        "order": {key: document.children(key) for key in document.topics},
        "topics": {
            k: (t.title, t.parent_id, t.summary, t.note, t.tag, t.locked, t.relation)
            for k, t in document.topics.items()
        },
        "texts": {k: (e.markdown, e.opinion, e.opinion_note) for k, e in document.explanations.items()},
        "links": dict(document.links),
        "places": (dict(document.places), dict(document.view_places)),
        "pictures": {k: p.sha256 for k, p in document.pictures.items()},
    }


@st.composite
def edits(draw: st.DrawFn, document: Map, who: str) -> Map:
    """The map after some acts by somebody."""
    for number in range(draw(st.integers(0, 5))):
        topic = document.topics[draw(st.sampled_from(sorted(document.topics)))]
        act = draw(st.sampled_from(["rename", "note", "add", "remove", "move", "text"]))
        change = Change(())
        if act == "rename":
            change = renaming(document, topic.topic_id, f"{draw(titles())} {who}{number}")
        elif act == "note":
            change = Change((PutTopic(topic, replace(topic, note=f"{topic.note}\nnote of {who}{number}")),))
        elif act == "add":
            new = Topic(f"{who}{number}", f"New {who}{number}", topic.topic_id, 0.5)
            change = Change((PutTopic(document.topics.get(new.topic_id), new),))
        elif act == "remove" and topic.topic_id != document.root_id:
            change = removal(document, topic.topic_id)
        elif act == "move":
            goals = sorted(set(document.topics) - set(document.branch(topic.topic_id)))
            if goals:
                goal = draw(st.sampled_from(goals))
                change = Change((PutTopic(topic, replace(topic, parent_id=goal)),))
        elif act == "text":
            text = Explanation(topic.topic_id, Rendering(), f"Text of {who}{number}")
            change = Change((PutExplanation(document.explanations.get(text.key), text),))
        document = document.apply(change)
    return document
