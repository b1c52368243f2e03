"""Small maps and answers for tests, and hypothesis strategies that make any map and change."""

from __future__ import annotations

from hypothesis import strategies as st

from knowalledge_desktop.core.content import Claim, ClaimState, Picture, Provenance, Relation, Source, Usage
from knowalledge_desktop.core.graph import (
    Change,
    Explanation,
    Link,
    LinkKind,
    Map,
    Opinion,
    Place,
    Put,
    PutExplanation,
    PutLink,
    PutPicture,
    PutPlace,
    PutTopic,
    PutView,
    Rendering,
    Topic,
)
from knowalledge_desktop.core.payload import (
    ExplanationText,
    Illustration,
    ModelInfo,
    ModelList,
    RawText,
    Subtopic,
    SubtopicList,
    TopicCandidate,
    TopicCandidates,
)
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.request import Answer, Detail, Level, Options, Request, Style, Task

GEMINI = Provenance("gemini", "gemini-3.5-flash-lite", "subtopics@1", 1_800_000_000.25, "en", (("t", "0.7"),))
ATLAS = Provenance("atlas", "atlas-en", "", 1_800_000_001.0)
WIKI = Source("Photosynthesis", "https://en.wikipedia.org/wiki/Photosynthesis", "CC-BY-SA-4.0")


def photosynthesis(map_id: str = "m1", children: int = 3) -> Map:
    """A root with some children, the first of them explained, and a place for each."""
    topics = {"root": Topic("root", "Photosynthesis", provenance=ATLAS)}
    for n in range(children):
        topics[f"c{n}"] = Topic(
            f"c{n}", f"Branch {n}", "root", float(n), "Of light", sources=(WIKI,), provenance=ATLAS
        )
    told = Explanation(
        "c0", Rendering(), "Plants use *chlorophyll*.", (Claim("Plants use it"),), (WIKI,), GEMINI, 0.9
    )
    return Map(
        map_id,
        "Photosynthesis",
        "root",
        topics,
        {"l1": Link("l1", "c0", "c1", LinkKind.SAME_AS, "alike")} if children > 1 else {},
        {told.key: told} if children else {},
        {topic_id: Place(n * 10.0, -1.5, n == 1) for n, topic_id in enumerate(topics)},
        {"c0": TopicPicture("c0", "ab" * 32, "image/png", 4, 3, "A leaf.", GEMINI)} if children else {},
    )


def ask(topic: str = "Photosynthesis", task: Task = Task.SUBTOPICS, **more: object) -> Request:
    return Request(task, topic, options=Options(language=str(more.pop("language", "en"))), **more)  # type: ignore[arg-type]


def answer(*titles: str) -> Answer:
    return Answer(SubtopicList(tuple(Subtopic(t) for t in titles or ("Light",))), GEMINI, Usage(3, 4), quality=0.8)


# --- hypothesis ---

words = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
ids = st.sampled_from([f"n{n}" for n in range(8)])
numbers = st.floats(allow_nan=False, allow_infinity=False)
sources = st.builds(Source, words, words, words)
source_lists = st.lists(sources, max_size=2).map(tuple)
claims = st.builds(Claim, words, st.sampled_from(ClaimState), st.lists(st.integers(0, 5), max_size=2).map(tuple))
usages = st.builds(Usage, *[st.integers(0, 1 << 40)] * 5)
pictures = st.builds(
    Picture.of,
    st.sampled_from(["image/png", "image/jpeg"]),
    st.binary(min_size=1, max_size=9),
    st.integers(1, 9),
    st.integers(1, 9),
)
provenances = st.builds(
    Provenance,
    st.sampled_from(["gemini", "atlas", "person"]),
    words,
    words,
    numbers,
    words,
    st.lists(st.tuples(words, words), max_size=2).map(tuple),
    usages,
)
renderings = st.builds(
    Rendering,
    st.sampled_from(Level),
    st.sampled_from(Detail),
    st.sampled_from(Style),
    st.sampled_from(["en", "zh"]),
)
places = st.builds(Place, numbers, numbers, st.booleans(), st.booleans())
views = st.sampled_from(["", "tree", "radial"])
qualities = st.none() | st.floats(0, 1)


def topics(topic_id: str, parents: st.SearchStrategy[str | None]) -> st.SearchStrategy[Topic]:
    return st.builds(
        Topic,
        st.just(topic_id),
        words,
        parents,
        numbers,
        words,
        st.sampled_from(Relation),
        source_lists,
        provenances,
        st.booleans(),
        words,
        words,
        st.booleans(),
        words,
    )


@st.composite
def _topic_puts(draw: st.DrawFn, document: Map, name: str) -> PutTopic:
    before = document.topics.get(name)
    above = sorted(set(document.topics) - set(document.branch(name)))
    is_root = document.root_id in ("", name)
    some = topics(name, st.none() if is_root else st.sampled_from(above))
    if before is None or document.children(name):
        return PutTopic(before, draw(some))
    return PutTopic(before, draw(st.none() | some))


@st.composite
def puts(draw: st.DrawFn, document: Map) -> Put:
    """A put that fits the map: something there is altered or removed, something missing is added."""
    kind, name = draw(st.integers(0, 5)), draw(ids)
    if kind == 0:
        return draw(_topic_puts(document, name))
    if kind == 1:
        old = document.links.get(name)
        link = st.builds(Link, st.just(name), ids, ids, st.sampled_from(LinkKind), words)
        return PutLink(old, draw(link if old is None else st.none() | link))
    if kind == 3:
        shown = document.pictures.get(name)
        picture = st.builds(
            TopicPicture, st.just(name), words, words, st.integers(1, 9), st.integers(1, 9), words, provenances
        )
        return PutPicture(shown, draw(picture if shown is None else st.none() | picture))
    if kind == 2:
        rendering = draw(renderings)
        told = st.builds(
            Explanation,
            st.just(name),
            st.just(rendering),
            words,
            st.lists(claims, max_size=2).map(tuple),
            source_lists,
            provenances,
            qualities,
            st.sampled_from(Opinion),
            words,
        )
        kept = document.explanations.get(f"{name}/{rendering.slug()}")
        return PutExplanation(kept, draw(told if kept is None else st.none() | told))
    if kind == 5 and draw(st.booleans()):
        return PutView(document.view, draw(views))
    view = draw(views) if kind == 5 else ""
    place = (document.view_places.get(view, {}) if view else document.places).get(name)
    return PutPlace(name, place, draw(places if place is None else st.none() | places), view)


@st.composite
def changes(draw: st.DrawFn, document: Map) -> Change:
    """Several puts, each fitting the map as the ones before it leave it."""
    done: list[Put] = []
    for _ in range(draw(st.integers(1, 6))):
        put = draw(puts(document))
        document = document.apply(Change((put,)))
        done.append(put)
    return Change(tuple(done), draw(st.sampled_from(["expand", "rename"])), draw(words))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Map, tuple[Change, ...]]:
    """An empty map and some changes that fit one after the other."""
    start = document = Map(draw(st.sampled_from(["m1", "ж"])), draw(words))
    out: list[Change] = []
    for _ in range(draw(st.integers(1, 5))):
        change = draw(changes(document))
        document = document.apply(change)
        out.append(change)
    return start, tuple(out)


_subtopics = st.builds(Subtopic, words, words, st.sampled_from(Relation), source_lists)
_models = st.builds(ModelInfo, words, words, st.lists(words, max_size=2).map(tuple))
answers = st.builds(
    Answer,
    st.one_of(
        st.builds(
            SubtopicList,
            st.lists(st.builds(Subtopic, words, words, st.sampled_from(Relation), source_lists), max_size=3).map(
                tuple
            ),
            st.booleans(),
        ),
        st.builds(ExplanationText, words, st.lists(claims, max_size=2).map(tuple), source_lists, st.booleans()),
        st.builds(
            ModelList,
            st.lists(st.builds(ModelInfo, words, words, st.lists(words, max_size=2).map(tuple)), max_size=2).map(
                tuple
            ),
        ),
        st.builds(RawText, words, st.booleans(), source_lists),
        st.builds(TopicCandidates, st.lists(st.builds(TopicCandidate, words, words), max_size=2).map(tuple)),
        st.builds(Illustration, pictures, words),
    ),
    provenances,
    usages,
    quality=qualities,
)
