"""Answers as bytes: what is written is read back, and anything else is refused with ValueError."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.codec import decode_answer, encode_answer
from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.payload import ExplanationText, Illustration, SubtopicList
from knowalledge_desktop.core.request import Answer, Substitute, SubstituteKind
from tests.support.examples import GEMINI, answer, answers


@given(told=answers)
def test_every_answer_is_read_back_equal(told: Answer) -> None:
    assert decode_answer(encode_answer(told)) == told


@given(told=answers)
def test_where_it_came_from_is_not_written(told: Answer) -> None:
    shown = replace(told, from_cache=True, substitute=Substitute(SubstituteKind.KEPT, "Offline", 3.0))
    assert decode_answer(encode_answer(shown)) == told


def test_half_a_surrogate_pair_is_read_back() -> None:
    told = Answer(ExplanationText("half \ud83d of a pair"), GEMINI)
    assert decode_answer(encode_answer(told)) == told


def told_json() -> dict[str, Any]:
    return json.loads(encode_answer(answer()))


def leaves(told: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside: list[tuple[Any, ...]] = []
    if isinstance(told, dict):
        for name, value in told.items():
            inside += leaves(value, (*path, name))
    elif isinstance(told, list):
        for at, value in enumerate(told):
            inside += leaves(value, (*path, at))
    return [path, *inside] if path else inside


FIELDS = leaves(told_json())


LATER = {"image_tokens"}  # answers that were kept before there was such a field are read all the same


@pytest.mark.parametrize(
    "path", [path for path in FIELDS if isinstance(path[-1], str) and path[-1] not in LATER], ids=str
)
def test_a_missing_field_is_refused(path: tuple[Any, ...]) -> None:
    told = told_json()
    inside: Any = told
    for step in path[:-1]:
        inside = inside[step]
    del inside[path[-1]]
    with pytest.raises(ValueError, match="not an answer"):
        decode_answer(json.dumps(told).encode())


WRONG = [None, True, 7, 0.5, "text", [], {}, ["x"], {"a": 1}, [None], [[1, 2, 3]]]


TEXTS = {"engine", "model", "prompt", "language", "title", "summary"}
COUNTS = {"prompt_tokens", "output_tokens", "thought_tokens", "cached_tokens", "image_tokens"}
NUMBERS = {"created_at", "quality"}


def _fits(path: tuple[Any, ...], wrong: object) -> bool:
    name = path[-1]
    if isinstance(wrong, bool):
        return name == "complete"
    if isinstance(wrong, str):
        return name in TEXTS or (path[:2] == ("provenance", "parameters") and len(path) == 4)
    if isinstance(wrong, int | float):
        return name in NUMBERS or (name in COUNTS and isinstance(wrong, int))
    return (name == "quality" and wrong is None) or (name in {"items", "sources", "parameters"} and wrong == [])


@pytest.mark.parametrize("path", FIELDS, ids=str)
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_field_of_another_kind_is_refused(path: tuple[Any, ...], wrong: object) -> None:
    told = told_json()
    inside: Any = told
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = wrong
    encoded = json.dumps(told).encode()
    if _fits(path, wrong):
        assert decode_answer(encode_answer(decode_answer(encoded))) == decode_answer(encoded)
    else:
        with pytest.raises(ValueError):  # noqa: PT011 (json has texts of its own)
            decode_answer(encoded)


NO_ANSWERS = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"\xff\xfe\xfd",
    b"[" * 100_000,
    b'{"v":1}',
    b'{"v":2,"kind":"raw"}',
    encode_answer(answer()).replace(b'"kind":"subtopics"', b'"kind":"orders"'),
    encode_answer(answer()).replace(b'"relation":"subtopic"', b'"relation":"owner"'),
]


@pytest.mark.parametrize("payload", NO_ANSWERS, ids=lambda payload: repr(payload[:30]))
def test_what_is_no_answer_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (json has texts of its own)
        decode_answer(payload)


@given(payload=st.binary(max_size=200))
def test_any_bytes_are_refused_and_never_worse(payload: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (json has texts of its own)
        decode_answer(payload)


def test_numbers_of_the_wrong_kind_are_refused() -> None:
    for name, wrong in (("quality", "NaN"), ("quality", "1e999"), ("v", "1.5")):
        text = encode_answer(answer()).decode()
        told = json.loads(text)
        broken = text.replace(f'"{name}":{json.dumps(told[name])}', f'"{name}":{wrong}')
        assert broken != text
        with pytest.raises(ValueError):  # noqa: PT011 (json has texts of its own)
            decode_answer(broken.encode())


def test_unfinished_lists_stay_unfinished() -> None:
    told = Answer(SubtopicList((), complete=False), GEMINI)
    assert decode_answer(encode_answer(told)) == told


def drawn() -> Answer:
    return Answer(Illustration(Picture.of("image/png", b"\x89PNG\0\xff", 4, 3), "A leaf."), GEMINI)


def test_a_picture_is_written_as_base64_and_never_as_another() -> None:
    told = json.loads(encode_answer(drawn()))
    assert told["content"]["data"] == "iVBORwD/"
    for data in ("AAAA", "not base64", "iVBORwD", None):
        told["content"]["data"] = data
        with pytest.raises(ValueError):  # noqa: PT011 (base64 has texts of its own)
            decode_answer(json.dumps(told).encode())


def test_a_picture_whose_bytes_are_kept_elsewhere_is_read_without_them() -> None:
    content = drawn().content
    assert isinstance(content, Illustration)
    bare = replace(drawn(), content=replace(content, picture=replace(content.picture, data=b"")))
    assert decode_answer(encode_answer(bare)) == bare


def test_answers_of_before_pictures_are_read() -> None:
    told = told_json()
    del told["usage"]["image_tokens"], told["provenance"]["usage"]["image_tokens"]
    assert decode_answer(json.dumps(told).encode()) == answer()
