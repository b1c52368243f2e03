from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.adapters import atlas
from knowalledge_desktop.adapters.atlas import AtlasEngine, address, escaped, spoken
from knowalledge_desktop.core.content import ClaimState, Relation
from knowalledge_desktop.core.errors import AtlasMissing, RequestRejected, TopicNotFound
from knowalledge_desktop.core.payload import ExplanationText, SubtopicList
from knowalledge_desktop.core.request import Answer, Detail, Options, Part, Request, Task, TextDelta
from tests.support.atlas import CountedStore
from tests.support.fakes import FakeClock


@pytest.fixture
async def engine(atlas_path: Path) -> AsyncIterator[AtlasEngine]:
    atlas = AtlasEngine(atlas_path, FakeClock(1_800_000_000.0))
    yield atlas
    await atlas.aclose()


async def parts_of(engine: AtlasEngine, request: Request) -> list[Part]:
    return [part async for part in engine.ask(request)]


async def branches(engine: AtlasEngine, topic: str, language: str = "en", count: int = 15) -> SubtopicList:
    request = Request(Task.SUBTOPICS, topic, options=Options(language=language, count=count))
    (answer,) = await parts_of(engine, request)
    assert isinstance(answer, Answer)
    assert isinstance(answer.content, SubtopicList)
    return answer.content


async def explained(engine: AtlasEngine, request: Request) -> tuple[Answer, ExplanationText]:
    *_, answer = await parts_of(engine, request)
    assert isinstance(answer, Answer)
    assert isinstance(answer.content, ExplanationText)
    return answer, answer.content


@pytest.mark.parametrize(
    ("topic", "language", "expected"),
    [
        ("Photosynthesis", "en", {"Chlorophyll", "Chloroplast", "Plant", "Cellular respiration"}),
        ("DNA", "en", {"RNA", "Gene", "Chromosome", "DNA replication"}),
        ("Jazz", "en", {"Blues", "Bossa nova"}),
        ("Algorithm", "en", {"Euclidean algorithm", "Computational complexity theory"}),
        ("Ottoman Empire", "en", {"Suleiman the Magnificent", "Constantinople"}),
        ("World War II", "en", {"The Holocaust", "Battle of Stalingrad"}),
        ("Révolution française", "fr", {"Louis XVI", "Guerres napoléoniennes"}),
    ],
)
async def test_rich_topics_have_fifteen_branches_with_sources(
    engine: AtlasEngine, topic: str, language: str, expected: set[str]
) -> None:
    found = await branches(engine, topic, language)
    titles = [item.title for item in found.items]
    assert len(set(titles)) == 15
    assert expected <= set(titles), titles
    for item in found.items:
        (source,) = item.sources
        assert source.url.startswith(f"https://{language}.wikipedia.org/wiki/")
        assert source.licence == "CC-BY-SA-4.0"
        assert 0 < len(item.summary) <= 160


@pytest.mark.parametrize(
    ("topic", "wrong"),
    [
        ("Coffee", {"Table (furniture)", "Wi-Fi", "Douala", "Gardenia"}),
        ("Graph theory", {"Model (person)", "Printer (computing)", "Graphic design", "Graph of a function"}),
        ("Machine learning", {"Dishwasher", "Barcode", "Lesson", "Machine gun", "Model (person)"}),
        ("Photosynthesis", {"Bond (finance)", "Engine", "Earth", "Life"}),
        ("World War II", {"Nation", "Axis", "Allies", "Star", "Entropy"}),
        ("Heart", {"Heart of Darkness", "Sgt. Pepper's Lonely Hearts Club Band"}),
        ("Neil Armstrong", {"Louis Armstrong"}),
        ("Amazon River", {"Amazon (company)", "Amazons"}),
    ],
)
async def test_words_in_another_sense_are_no_branches(engine: AtlasEngine, topic: str, wrong: set[str]) -> None:
    found = await branches(engine, topic, count=30)
    assert not wrong & {item.title for item in found.items}


async def test_parts_are_subtopics_and_what_is_above_or_beside_is_related(engine: AtlasEngine) -> None:
    relation = {item.title: item.relation for item in (await branches(engine, "DNA")).items}
    assert relation["DNA replication"] is Relation.SUBTOPIC
    assert relation["Nucleic acid"] is Relation.RELATED


async def test_what_to_avoid_and_the_way_here_do_not_come_back(engine: AtlasEngine) -> None:
    request = Request(Task.SUBTOPICS, "DNA", path=("Gene",), avoid=("rna", "Chromosome"), siblings=("Plasmid",))
    (answer,) = await parts_of(engine, request)
    assert isinstance(answer, Answer)
    assert isinstance(answer.content, SubtopicList)
    titles = [item.title for item in answer.content.items]
    assert not {"Gene", "RNA", "Chromosome", "DNA"} & set(titles)
    assert len(titles) == 15


async def test_fewer_than_asked_for_is_said(engine: AtlasEngine) -> None:
    request = Request(Task.SUBTOPICS, "Machine learning")
    (answer,) = await parts_of(engine, request)
    assert isinstance(answer, Answer)
    assert isinstance(answer.content, SubtopicList)
    told = dict(answer.provenance.parameters)
    assert told["requested"] == "15"
    assert int(told["found"]) == len(answer.content.items) < 15
    assert answer.content.complete


async def test_an_explanation_streams_its_text_and_supports_each_claim(engine: AtlasEngine) -> None:
    request = Request(Task.EXPLANATION, "DNA", options=Options(detail=Detail.DETAILED))
    parts = await parts_of(engine, request)
    answer, content = await explained(engine, request)
    assert "".join(part.text for part in parts if isinstance(part, TextDelta)) == content.markdown
    assert [source.url for source in content.sources] == ["https://en.wikipedia.org/wiki/DNA"]
    assert len(content.claims) > 3
    assert {(claim.state, claim.sources) for claim in content.claims} == {(ClaimState.SUPPORTED, (0,))}
    assert answer.provenance.engine == "atlas"
    assert answer.provenance.model == "atlas-0.0.7"
    assert answer.provenance.created_at == 1_800_000_000.0


async def test_more_detail_is_more_text(engine: AtlasEngine) -> None:
    lengths = []
    for detail in (Detail.BRIEF, Detail.MEDIUM, Detail.DETAILED):
        _, content = await explained(engine, Request(Task.EXPLANATION, "Earth", options=Options(detail=detail)))
        lengths.append(len(content.claims))
    assert 1 <= lengths[0] < lengths[1] <= lengths[2]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("dna", "DNA"),
        ("  the heart".strip(), "Heart"),
        ("volcanoes", "Volcano"),
        ("Cities", "City"),
        ("World War 2", None),
        ("second world war", "World War II"),
        ("Frederic Chopin", "Frédéric Chopin"),
        ("Model (person)", "Model (person)"),
        ("beethoven", None),
    ],
)
async def test_a_topic_is_found_however_it_is_typed(engine: AtlasEngine, typed: str, title: str | None) -> None:
    if title is None:
        with pytest.raises(TopicNotFound) as raised:
            await explained(engine, Request(Task.EXPLANATION, typed))
        assert raised.value.nearest
        return
    answer, _ = await explained(engine, Request(Task.EXPLANATION, typed))
    assert dict(answer.provenance.parameters)["article"] == title


@pytest.mark.parametrize(
    ("topic", "path", "title"),
    [
        ("Mercury", ("Solar System", "Planet"), "Mercury (planet)"),
        ("Mercury", ("Chemistry", "Metal"), "Mercury (element)"),
    ],
)
async def test_the_path_tells_senses_apart(
    engine: AtlasEngine, topic: str, path: tuple[str, ...], title: str
) -> None:
    answer, _ = await explained(engine, Request(Task.EXPLANATION, topic, path=path))
    assert dict(answer.provenance.parameters)["article"] == title


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("Photosintesys", "Photosynthesis"),
        ("Ottomann Empier", "Ottoman Empire"),
        ("William Shakespear plays", "William Shakespeare"),
        ("quantum mechanic theory", "Quantum mechanics"),
    ],
)
async def test_unknown_topics_name_the_nearest(engine: AtlasEngine, typed: str, nearest: str) -> None:
    with pytest.raises(TopicNotFound) as raised:
        await branches(engine, typed)
    assert raised.value.topic == typed
    assert nearest in raised.value.nearest
    assert len(raised.value.nearest) <= 8


async def test_nothing_near_is_said_too(engine: AtlasEngine) -> None:
    with pytest.raises(TopicNotFound) as raised:
        await branches(engine, "木")
    assert raised.value.nearest == ()


@pytest.mark.parametrize(
    ("asked", "topic", "real"),
    [("fr", "Jazz", "fr"), ("es-MX", "Jazz", "es"), ("de", "Jazz", "en"), ("zh", "Jazz", "en")],
)
async def test_the_language_of_the_text_is_said(engine: AtlasEngine, asked: str, topic: str, real: str) -> None:
    answer, content = await explained(engine, Request(Task.EXPLANATION, topic, options=Options(language=asked)))
    assert answer.provenance.language == real
    assert content.sources[0].url.startswith(f"https://{real}.")


@pytest.mark.parametrize("task", [Task.LIST_MODELS, Task.TEST_KEY])
async def test_other_tasks_are_rejected(engine: AtlasEngine, task: Task) -> None:
    with pytest.raises(RequestRejected):
        await parts_of(engine, Request(task))


async def test_a_missing_file_is_said(tmp_path: Path) -> None:
    atlas = AtlasEngine(tmp_path / "none.sqlite", FakeClock())
    with pytest.raises(AtlasMissing):
        await parts_of(atlas, Request(Task.SUBTOPICS, "DNA"))
    await atlas.aclose()


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 50])
async def test_a_file_that_is_no_atlas_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "atlas.sqlite"
    path.write_bytes(content)
    atlas = AtlasEngine(path, FakeClock())
    with pytest.raises(AtlasMissing):
        await atlas.count("en")
    await atlas.aclose()


async def test_titles_complete_a_prefix_best_known_first(engine: AtlasEngine) -> None:
    found = await engine.articles("photos", "en", 5)
    assert "Photosynthesis" in found
    assert (await engine.articles("Rom", "en", 8))[0].startswith("Rom")
    assert await engine.articles("", "en", 5) == ()
    assert len(await engine.articles("a", "fr", 7)) == 7


async def test_every_language_has_its_articles(engine: AtlasEngine) -> None:
    assert await engine.count("en") > 10_000
    assert await engine.count("fr") > 9_800
    assert await engine.count("es") > 6_000
    assert await engine.count("de") == 0


async def test_closing_early_leaves_the_engine_usable(engine: AtlasEngine) -> None:
    stream = engine.ask(Request(Task.EXPLANATION, "Earth"))
    first = await anext(stream)
    assert isinstance(first, TextDelta)
    await stream.aclose()
    assert (await branches(engine, "Earth")).items


def test_addresses_are_encoded() -> None:
    assert address("Bayes' theorem", "en") == "https://en.wikipedia.org/wiki/Bayes%27_theorem"
    assert address("Révolution française", "fr") == "https://fr.wikipedia.org/wiki/R%C3%A9volution_fran%C3%A7aise"
    assert address("Who's Afraid of Virginia Woolf?", "en").endswith("Woolf%3F")
    assert address("AC/DC", "en").endswith("/AC/DC")


def test_plain_text_stays_plain_in_markdown() -> None:
    assert escaped("A *b* costs $5 <i>") == r"A \*b\* costs \$5 \<i\>"
    assert escaped("1. January was cold") == r"1\. January was cold"
    assert escaped("- not a list") == r"\- not a list"


@pytest.mark.parametrize(("tag", "language"), [("en", "en"), ("fr_CA", "fr"), ("ES", "es"), ("pt-BR", "en")])
def test_tags_become_atlas_languages(tag: str, language: str) -> None:
    assert spoken(tag) == language


async def test_the_same_question_has_the_same_answer(engine: AtlasEngine) -> None:
    request = Request(Task.SUBTOPICS, "Volcano")
    assert await parts_of(engine, request) == await parts_of(engine, replace(request, fresh=True))


async def test_closing_while_the_file_is_being_opened_leaves_nothing_open(
    atlas_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atlas, "AtlasStore", CountedStore)
    for moments in range(4):
        stores = CountedStore.made = []
        opening = AtlasEngine(atlas_path, FakeClock())
        asking = asyncio.get_running_loop().create_task(opening.count("en"))
        for _ in range(moments):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        await opening.aclose()
        await opening.aclose()
        assert [store.closed for store in stores] == [1] * len(stores)
    assert CountedStore.made


async def test_the_sky_has_all_articles_with_places_links_and_a_picture(engine: AtlasEngine) -> None:
    sky = await engine.sky("en-GB")
    count = await engine.count("en")
    assert len(sky) == len(sky.folded) == len(sky.area) == len(sky.fame) == count
    assert sky.language == "en"
    assert len(sky.places) == 8 * count
    assert 80_000 < len(sky.links) // 4 < 100_000
    ends = array("H", sky.links)
    assert max(ends) < count
    assert set(sky.area) == set(range(len(sky.areas)))
    assert sky.haze.startswith(b"\x89PNG")
    left, top, wide, high = sky.box
    at = array("f", sky.places)
    assert all(left < x < left + wide for x in at[::2])
    assert all(top < y < top + high for y in at[1::2])
    assert len(set(zip(at[::2], at[1::2], strict=True))) == count


@pytest.mark.parametrize(("language", "least"), [("fr", 9_000), ("es", 6_000)])
async def test_each_language_has_its_sky(engine: AtlasEngine, language: str, least: int) -> None:
    assert len(await engine.sky(language)) > least


async def test_an_article_is_told_of_in_one_line(engine: AtlasEngine) -> None:
    assert (await engine.about("DNA", "en")).startswith("Molecule")
    assert await engine.about("dna", "en") == "", "only the exact title is meant"
    assert await engine.about("No such article", "en") == ""
