from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from knowalledge_desktop.core.content import Source
from knowalledge_desktop.core.errors import InvalidReply
from knowalledge_desktop.core.evidence import claims_of
from knowalledge_desktop.core.parsing import parse, parse_explanation, parse_subtopics
from knowalledge_desktop.core.payload import ExplanationText, RawText, Subtopic, SubtopicList
from knowalledge_desktop.core.request import Options, Request, Task
from knowalledge_desktop.core.validation import fold

ASKED = Request(Task.SUBTOPICS, "Jazz")


def _titles(text: str, request: Request = ASKED) -> list[str]:
    return [item.title for item in parse_subtopics(RawText(text), request).items]


ITEMS = [{"title": "Bebop", "summary": "Fast."}, {"title": "Swing", "summary": "Danced to."}]
WANTED = (Subtopic("Bebop", "Fast."), Subtopic("Swing", "Danced to."))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"subtopics": ITEMS}),
        json.dumps(ITEMS),
        json.dumps({"topic": "Jazz [x", "n": 1, "subtopics": ITEMS, "more": []}, indent=2),
        "```json\n" + json.dumps({"subtopics": ITEMS}) + "\n```",
        "Here you are:\n\n```\n" + json.dumps(ITEMS) + "\n```\nAnything else?",
        "\ufeff" + json.dumps({"topics": ITEMS}),
        json.dumps([{"name": "Bebop", "description": "Fast."}, ITEMS[1]]),
        '[{"title": "1. Bebop", "summary": "Fast."}, {"title": "2) Swing", "summary": "Danced to."}]',
        '[{"title": "- **Bebop**", "summary": " Fast.\n"}, {"title": "•  Swing", "summary": "Danced\tto."}]',
    ],
)
def test_the_forms_that_models_answer_in(text: str) -> None:
    assert parse_subtopics(RawText(text), ASKED) == SubtopicList(WANTED)


def test_bare_titles_are_enough() -> None:
    assert parse_subtopics(RawText('["Bebop", "Swing"]'), ASKED).items == (Subtopic("Bebop"), Subtopic("Swing"))


@pytest.mark.parametrize(
    "text",
    [
        *("", "no", "17", "{}", "[]", '{"subtopics": []}', '{"subtopics": "many"}', "[1, 2]", '[{"title": ""}]'),
        *('[{"', '{"a', '{"subtopics": [{"title": "Bebop", "summ', "[" * 9999),
        '{"subtopics": [{"title": "B", "tags": ["x", "y"',
    ],
)
def test_nothing_whole_is_an_error(text: str) -> None:
    with pytest.raises(InvalidReply):
        parse_subtopics(RawText(text), ASKED)


def test_repeats_the_topic_its_path_and_what_to_avoid_are_left_out() -> None:
    request = Request(Task.SUBTOPICS, "Bebop", path=("Jazz",), avoid=("Élan",))
    text = json.dumps(["bebop", "JAZZ", "Elan", "Ｓwing", "swing", "Cool jazz", "", "x" * 201])
    assert _titles(text, request) == ["Ｓwing", "Cool jazz"]


def test_no_more_than_asked_are_kept() -> None:
    request = Request(Task.SUBTOPICS, "Jazz", options=Options(count=3))
    assert _titles(json.dumps(list("abcde")), request) == ["a", "b", "c"]


def test_an_answer_of_known_titles_only_is_empty_not_broken() -> None:
    assert parse_subtopics(RawText('["Jazz"]'), ASKED) == SubtopicList(())


@pytest.mark.parametrize("title", ["3D film", "1984. A novel", "2. Weltkrieg", "1 + 1", "C", "*NSYNC", "**"])
def test_titles_that_look_numbered_keep_their_words(title: str) -> None:
    assert _titles(json.dumps([title, "Other"])) == [title, "Other"]


def test_control_characters_and_half_characters_are_dropped() -> None:
    titles = _titles('["A\\u0000B\\ud800C", "e\\u0301"]')
    assert titles == ["ABC", "é"]


ITEM = st.one_of(
    st.fixed_dictionaries({"title": st.text(min_size=1), "summary": st.text()}),
    st.fixed_dictionaries(
        {"title": st.text(min_size=1), "tags": st.lists(st.text(), max_size=2), "summary": st.text()}
    ),
    st.text(min_size=1),
)


def _ends(items: list[Any], head: str, **how: Any) -> tuple[str, list[int]]:
    """The JSON of a list behind `head`, and where each item ends in it."""
    text, ends = head, list[int]()
    for number, item in enumerate(items):
        text += (", " if number else "") + json.dumps(item, **how)
        ends.append(len(text))
    return text + "]" + ("}" if head.startswith("{") else ""), ends


@given(
    items=st.lists(ITEM, min_size=1, max_size=6),
    head=st.sampled_from(["[", "[ ", '{"subtopics": [', '{"note": "a [\\" b", "n": [1], "subtopics":[\n']),
    raw=st.booleans(),
    data=st.data(),
)
def test_any_cut_keeps_exactly_the_whole_items(
    items: list[Any],
    head: str,
    raw: bool,
    data: st.DataObject,
) -> None:
    # Every item is made different by a word of its own, so that none is left out as a repeat.
    named: list[Any] = [
        {**item, "title": f"n{n} {item['title']}"} if isinstance(item, dict) else f"n{n} {item}"
        for n, item in enumerate(items)
    ]
    text, ends = _ends(named, head, ensure_ascii=raw)
    cut = data.draw(st.integers(min_value=0, max_value=len(text)))
    whole = [f"n{n}" for n, end in enumerate(ends) if end <= cut]
    answer = RawText(text[:cut], truncated=cut < len(text))
    if not whole:
        with pytest.raises(InvalidReply):
            parse_subtopics(answer, ASKED)
        return
    read = parse_subtopics(answer, ASKED)
    assert [item.title.split()[0] for item in read.items] == whole
    assert read.complete == (cut == len(text))


@given(st.text(), st.booleans())
def test_no_text_breaks_the_reading(text: str, truncated: bool) -> None:
    try:
        read = parse_subtopics(RawText(text, truncated), ASKED)
    except InvalidReply:
        return
    assert all(item.title for item in read.items)
    assert len({fold(item.title) for item in read.items}) == len(read.items) <= 15


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_no_json_breaks_the_reading(value: object) -> None:
    text = json.dumps(value)
    assume(text)
    try:
        read = parse_subtopics(RawText(text), ASKED)
    except InvalidReply:
        return
    assert read.complete


def test_complete_when_all_asked_for_arrived_although_it_was_cut() -> None:
    request = Request(Task.SUBTOPICS, "Jazz", options=Options(count=2))
    assert parse_subtopics(RawText('{"subtopics": ["a", "b", "c', truncated=True), request).complete
    assert not parse_subtopics(RawText('{"subtopics": ["a", "b', truncated=True), request).complete
    assert not parse_subtopics(RawText('["a"]', truncated=True), request).complete
    assert parse_subtopics(RawText('["a"]'), request).complete


def test_explanation_keeps_its_markdown_and_its_sources() -> None:
    sources = (Source("A", "https://example.org/a"),)
    text = "Jazz began in New Orleans around 1900.\r\n\r\n## Example\r\n\r\nA *song*.\n"
    read = parse_explanation(RawText(text, sources=sources))
    markdown = "Jazz began in New Orleans around 1900.\n\n## Example\n\nA *song*."
    assert read == ExplanationText(markdown, claims_of(markdown), sources)
    assert read.claims


@pytest.mark.parametrize("fenced", ["```markdown\nText.\n```", "```\nText.\n```", "```md\nText."])
def test_explanation_without_the_fence_around_it(fenced: str) -> None:
    assert parse_explanation(RawText(fenced)).markdown == "Text."


@pytest.mark.parametrize("text", ["Text.\n\n```python\nprint()\n```", "```\na = 1\n```\nText."])
def test_a_code_block_in_an_explanation_stays(text: str) -> None:
    assert parse_explanation(RawText(text)).markdown == text


def test_a_cut_explanation_says_so() -> None:
    assert not parse_explanation(RawText("Half a", truncated=True)).complete


@pytest.mark.parametrize("text", ["", " \n", "\x00", "```\n```"])
def test_an_empty_explanation_is_an_error(text: str) -> None:
    with pytest.raises(InvalidReply):
        parse_explanation(RawText(text))


def test_the_task_chooses_the_reading() -> None:
    assert isinstance(parse(RawText('["a"]'), ASKED), SubtopicList)
    assert isinstance(parse(RawText("a"), Request(Task.EXPLANATION, "Jazz")), ExplanationText)
    assert parse(RawText("a"), Request(Task.LIST_MODELS)) == RawText("a")
