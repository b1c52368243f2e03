"""Names of stored answers and the patterns that mean some of them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.answer_names import NAME_MAX, answer_name, name_matcher
from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.request import Request, Task


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (Request(Task.SUBTOPICS, "Photosynthesis"), "subtopics:photosynthesis"),
        (Request(Task.EXPLANATION, "Python (Programming  Language)"), "explanation:python (programming language)"),
        (Request(Task.QUESTION, "Café", question="Why?"), "question:cafe"),
        (Request(Task.ILLUSTRATION, "光合作用"), "illustration:光合作用"),
    ],
)
def test_a_name_says_what_was_asked_about_what(request_: Request, name: str) -> None:
    assert answer_name(request_) == name


def test_a_question_about_a_picture_is_named_by_the_picture() -> None:
    picture = Picture.of("image/png", b"bytes", 1, 1)
    assert answer_name(Request(Task.IMAGE_TOPIC, image=picture)) == f"image_topic:{picture.sha256}"


@given(st.text(max_size=200), st.sampled_from(Task))
def test_any_topic_has_a_name_with_an_end_that_all_topics_mean(topic: str, task: Task) -> None:
    name = answer_name(Request(task, topic))
    assert len(name) <= NAME_MAX
    assert name_matcher("topic:*")(name)
    assert name_matcher(f"{task.value}:*")(name)


@pytest.mark.parametrize(
    ("pattern", "name", "meant"),
    [
        ("topic:jazz", "subtopics:jazz", True),
        ("topic:jazz", "subtopics:jazz fusion", False),
        ("topic:jazz*", "explanation:jazz fusion", True),
        ("TOPIC:JÁZZ", "explanation:jazz", True),
        ("topic : jazz", "explanation:jazz", True),
        ("explanation: Jazz", "explanation:jazz", True),
        ("topic:a:b", "explanation:a:b", True),
        ("topic:?azz", "explanation:jazz", True),
        ("*:jazz", "explanation:jazz", True),
        ("topic:[a-c]*", "explanation:bebop", True),
        ("topic:c++", "explanation:c++", True),
        ("topic:a[[]b", "explanation:a[b", True),
        ("topic:", "explanation:jazz", False),
        ("topic:*", "", False),
        ("*", "", True),
        ("jazz", "explanation:jazz", False),
        ("topic:*", "explanation:two\nlines", True),
    ],
)
def test_the_whole_name_must_match(pattern: str, name: str, meant: bool) -> None:
    assert name_matcher(pattern)(name) is meant


@pytest.mark.parametrize("pattern", ["", "  \t", "x" * 1001])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(UserInputError):
        name_matcher(pattern)


@given(st.text(alphabet="*?[]!^-\\(ab:", min_size=1, max_size=60), st.text(max_size=60))
def test_no_pattern_is_a_trouble(pattern: str, about: str) -> None:
    assert name_matcher(pattern)(f"explanation:{about}") in {True, False}


def test_a_pattern_of_many_stars_is_no_trap() -> None:
    began = time.perf_counter()
    assert not name_matcher("topic:" + "*a" * 400)(f"topic:{'a' * 399}")
    assert time.perf_counter() - began < 1.0
