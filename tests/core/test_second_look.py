"""What the model says to its own sentences can only lower them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.content import Claim, ClaimState
from knowalledge_desktop.core.errors import InvalidReply
from knowalledge_desktop.core.parsing import parse
from knowalledge_desktop.core.payload import RawText, Verdict, Verdicts
from knowalledge_desktop.core.request import Request, Task
from knowalledge_desktop.core.second_look import STATEMENTS_MAX, doubted, unchecked

CLAIMS = (
    Claim("One."),
    Claim("Two.", ClaimState.SUPPORTED, (0,)),
    Claim("Three."),
    Claim("Four.", ClaimState.DISPUTED, note="1 / 2"),
    Claim("Five."),
)
ASKED = Request(Task.SECOND_LOOK, "Jazz", statements=("One.", "Three.", "Five."))


def test_only_what_nothing_is_known_of_is_asked_and_not_too_much() -> None:
    assert unchecked(CLAIMS) == ASKED.statements
    assert len(unchecked([Claim("Again.")] * 100)) == STATEMENTS_MAX


def test_contradiction_and_doubt_lower_and_agreement_changes_nothing() -> None:
    verdicts = Verdicts(((1, Verdict.AGREE), (2, Verdict.CONTRADICT), (3, Verdict.UNSURE)))
    states = [claim.state for claim in doubted(CLAIMS, verdicts)]
    unsure = ClaimState.UNSURE
    assert states == [ClaimState.UNCHECKED, ClaimState.SUPPORTED, unsure, ClaimState.DISPUTED, unsure]
    assert doubted(CLAIMS, Verdicts(())) == CLAIMS


@given(
    st.lists(st.builds(Claim, st.text(max_size=3), st.sampled_from(ClaimState)), max_size=60),
    st.lists(st.tuples(st.integers(-2, 70), st.sampled_from(Verdict)), max_size=60),
)
def test_whatever_is_said_nothing_becomes_supported_and_what_was_known_stays(
    claims: list[Claim], said: list[tuple[int, Verdict]]
) -> None:
    after = doubted(claims, Verdicts(tuple(said)))
    for one, other in zip(claims, after, strict=True):
        lowered = one.state is ClaimState.UNCHECKED and other.state is ClaimState.UNSURE
        assert one == other or (lowered and one.text == other.text)


def test_verdicts_are_read_as_far_as_they_are_some() -> None:
    told = """{"verdicts": [{"number": 2, "verdict": "contradict"}, {"number": 2, "verdict": "agree"},
        {"number": 9, "verdict": "agree"}, {"number": true, "verdict": "agree"}, {"number": 1, "verdict": "maybe"},
        "agree", {"number": 3, "verdict": "unsure"}]}"""
    assert parse(RawText(told), ASKED) == Verdicts(((2, Verdict.CONTRADICT), (3, Verdict.UNSURE)))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"verdicts": 5}', '{"verdicts": []}', "I agree.", "[" * 100_000]
)
def test_what_has_no_verdicts_is_no_answer(text: str) -> None:
    with pytest.raises(InvalidReply):
        parse(RawText(text), ASKED)
