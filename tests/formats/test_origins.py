"""Files tell who wrote what, wherever a format has a place for it."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime

import pytest

from knowalledge_desktop.core.content import Provenance, Usage
from knowalledge_desktop.core.graph import Explanation, Map, Rendering, Topic
from knowalledge_desktop.formats.base import Caps, Extras
from knowalledge_desktop.formats.catalogue import all_formats
from knowalledge_desktop.formats.origins import CELLS, from_cells, origin_line

AT = datetime(2026, 11, 23, 9, 14, tzinfo=UTC).timestamp()
MADE = Provenance(
    "gemini", "gemini-9-flash", "subtopics@7", AT, parameters=(("count", "15"),), usage=Usage(40, 30, 2)
)
TOLD = Provenance("gemini", "gemini-9-lite", "explanation@4", AT)
TITLES_ALONE = ("canvas", "mermaid", "mermaid-flowchart")


def document() -> Map:
    topics = [Topic("r" * 32, "Jazz"), Topic("b" * 32, "Bebop", "r" * 32, provenance=MADE)]
    text = Explanation("b" * 32, Rendering(), "It is fast.", provenance=TOLD)
    return Map("m" * 32, "Jazz", "r" * 32, {each.topic_id: each for each in topics}, explanations={text.key: text})


def written(name: str) -> bytes:
    return next(each for each in all_formats() if each.facts.name == name).write(document(), Extras()).data


def whole(name: str) -> str:
    """All that is in a file, also in a packed one."""
    data = written(name)
    if not data.startswith(b"PK"):
        return data.decode()
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return "\n".join(packed.read(each).decode("utf-8", "replace") for each in packed.namelist())


@pytest.mark.parametrize(
    "name",
    [each.facts.name for each in all_formats() if "origin" in each.facts.keeps.lower() or not each.facts.loses],
)
def test_formats_that_promise_it_carry_models_and_prompts_of_topics_and_texts(name: str) -> None:
    file = whole(name)
    texts = () if name in TITLES_ALONE else ("gemini-9-lite", "explanation@4")
    for part in ("gemini-9-flash", "subtopics@7", *texts):
        assert part in file, part


def test_a_table_tells_who_proposed_a_topic_and_brings_it_back() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv").decode("utf-8-sig"))))
    assert [rows[1][name] for name in CELLS] == [
        "gemini",
        "gemini-9-flash",
        "subtopics@7",
        "2026-11-23T09:14:00+00:00",
    ]
    table = next(each for each in all_formats() if each.facts.name == "csv")
    back = table.read(written("csv"), "jazz.csv", Caps()).document
    assert back.topics["b" * 32].provenance == Provenance("gemini", "gemini-9-flash", "subtopics@7", AT)


def test_a_table_of_others_keeps_its_own_columns() -> None:
    table = next(each for each in all_formats() if each.facts.name == "csv")
    found = table.read(b"title,model,prompt\nBeetle,VW,none\n", "cars.csv", Caps()).document
    topic = next(iter(found.topics.values()))
    assert topic.provenance.engine == "person"
    assert '"model": "VW"' in topic.foreign.replace('":"', '": "')


def test_a_note_of_a_vault_says_it_for_people_and_nothing_comes_of_it_when_read() -> None:
    file = whole("vault")
    line = "gemini (gemini-9-flash), 2026-11-23T09:14:00+00:00, prompt subtopics@7, count 15, 40 + 32 tokens"
    assert f'origin: ["topic: {line}", "high-school/medium/general/en: gemini (gemini-9-lite), ' in file
    vault = next(each for each in all_formats() if each.facts.name == "vault")
    assert vault.read(written("vault"), "jazz.zip", Caps()).document == document()


@pytest.mark.parametrize("at", ["", "yesterday", "0001-01-01", "9999-12-31T00:00:00", "2026-13-01"])
def test_moments_that_cannot_be_are_none(at: str) -> None:
    assert from_cells({"written by": "gemini", "written at": at}) == Provenance("gemini")


def test_what_nobody_knows_is_not_told() -> None:
    assert origin_line(Provenance("person")) == ""
    assert origin_line(Provenance("person"), edited=True) == "person, edited since"
    assert origin_line(Provenance("atlas", "atlas-9", created_at=float("nan"))) == "atlas (atlas-9)"
