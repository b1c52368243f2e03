"""Fingerprints: equal for the same question, different for any other."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.request import (
    Detail,
    EngineChoice,
    Level,
    Options,
    Priority,
    Request,
    Style,
    Task,
    fingerprint,
    subject,
)

ASKED = Request(Task.SUBTOPICS, "Jazz", ("Music",), ("Blues", "Soul"), ("Rock", "Pop"))
PROMPT = "subtopics@1"

OTHERS = {
    "task": replace(ASKED, task=Task.EXPLANATION),
    "topic": replace(ASKED, topic="Jazz age"),
    "topic's case": replace(ASKED, topic="JAZZ"),
    "path": replace(ASKED, path=("Music", "Genres")),
    "order of the path": replace(ASKED, path=("Genres", "Music")),
    "no path": replace(ASKED, path=()),
    "siblings": replace(ASKED, siblings=("Blues",)),
    "avoid": replace(ASKED, avoid=("Rock",)),
    "avoid in place of siblings": replace(ASKED, siblings=("Rock", "Pop"), avoid=("Blues", "Soul")),
    "language": replace(ASKED, options=Options(language="fr")),
    "level": replace(ASKED, options=Options(level=Level.JUNIOR)),
    "detail": replace(ASKED, options=Options(detail=Detail.BRIEF)),
    "style": replace(ASKED, options=Options(style=Style.VISUAL)),
    "count": replace(ASKED, options=Options(count=7)),
    "model": replace(ASKED, model="gemini-x"),
    "question": replace(ASKED, question="Why?"),
    "context": replace(ASKED, context="Why?"),
    "image": replace(ASKED, image=Picture.of("image/png", b"a", 1, 1)),
    "grounded text": replace(ASKED, task=Task.QUESTION, options=Options(grounded=True)),
    "text": replace(ASKED, task=Task.QUESTION),
    "other statements": replace(ASKED, statements=("One.",)),
    "another image": replace(ASKED, image=Picture.of("image/png", b"b", 1, 1)),
}


@pytest.mark.parametrize("what", OTHERS)
def test_another_question_has_another_fingerprint(what: str) -> None:
    assert fingerprint(OTHERS[what], PROMPT) != fingerprint(ASKED, PROMPT)
    assert len({fingerprint(other, PROMPT) for other in OTHERS.values()}) == len(OTHERS)


def test_another_prompt_has_another_fingerprint() -> None:
    assert fingerprint(ASKED, "subtopics@2") != fingerprint(ASKED, PROMPT)


@pytest.mark.parametrize(
    "same",
    [
        replace(ASKED, priority=Priority.LOW),
        replace(ASKED, fresh=True),
        replace(ASKED, engine=EngineChoice.GEMINI),
        replace(ASKED, siblings=ASKED.siblings[::-1]),
        replace(ASKED, avoid=ASKED.avoid[::-1]),
        replace(ASKED, options=Options(grounded=True)),  # a list is never grounded
    ],
)
def test_the_same_question_has_the_same_fingerprint(same: Request) -> None:
    assert fingerprint(same, PROMPT) == fingerprint(ASKED, PROMPT)


def test_every_option_and_field_counts_or_is_known_not_to() -> None:
    assert {each.name for each in fields(Options)} == {"language", "level", "detail", "style", "count"} | {
        "grounded"  # for texts
    }
    assert {each.name for each in fields(Request)} == {
        *("task", "topic", "path", "siblings", "avoid", "options", "model"),  # these count
        *("question", "context", "image", "of", "statements"),
        *("priority", "engine", "fresh", "counted"),  # these do not
    }


texts = st.text(max_size=8)
requests = st.builds(
    Request,
    st.sampled_from(Task),
    texts,
    st.lists(texts, max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
)


@given(one=requests, two=requests)
def test_fingerprints_are_equal_exactly_for_equal_questions(one: Request, two: Request) -> None:
    def plain(request: Request) -> Request:
        return replace(request, siblings=tuple(sorted(request.siblings)), avoid=tuple(sorted(request.avoid)))

    assert (fingerprint(one, PROMPT) == fingerprint(two, PROMPT)) == (plain(one) == plain(two))


@given(topic=st.text(st.characters(), max_size=8))
def test_a_fingerprint_is_a_short_hex_name_for_any_text(topic: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", fingerprint(Request(Task.SUBTOPICS, topic), PROMPT))


def test_what_was_named_before_there_were_pictures_keeps_its_name() -> None:
    assert fingerprint(ASKED, PROMPT) == "b0028d434c80a4605d68da7615478563ada15a098a6dac69b6b466c0b9d9cdc1"


def test_the_bytes_of_a_picture_are_never_shown() -> None:
    request = replace(ASKED, image=Picture.of("image/png", b"SECRETBYTES", 1, 1))
    assert "SECRETBYTES" not in repr(request)
    assert request.image is not None
    assert request.image.sha256 in repr(request)


def test_answers_stand_in_for_each_other_only_about_the_same() -> None:
    why = replace(ASKED, task=Task.QUESTION, question="Why?", context="Because.")
    shown = Request(Task.IMAGE_TOPIC, image=Picture.of("image/png", b"a", 1, 1))
    other = replace(shown, image=Picture.of("image/png", b"b", 1, 1))
    assert subject(ASKED) == "Jazz"
    assert subject(why) == subject(replace(why, context="")) != subject(replace(why, question="How?"))
    assert len({subject(each) for each in (ASKED, why, shown, other)}) == 4
