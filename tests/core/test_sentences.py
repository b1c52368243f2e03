from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from knowalledge_desktop.core import sentences
from knowalledge_desktop.core.errors import (
    AppError,
    BudgetReached,
    CircuitOpen,
    ContentBlocked,
    Incomplete,
    InvalidReply,
    KeyMissing,
    KeyRejected,
    ModelUnavailable,
    Offline,
    QuotaExhausted,
    TimedOut,
    TopicNotFound,
    UserInputError,
)
from knowalledge_desktop.core.sentences import Sentence, describe, one_line, problem, templates, utc_time

NOW = 1_800_000_000.0


def known(kind: type[AppError] = AppError) -> Iterator[type[AppError]]:
    for child in kind.__subclasses__():
        if child.__module__ == AppError.__module__:
            yield child
            yield from known(child)


def example(kind: type[AppError], detail: str) -> AppError:
    if kind is CircuitOpen:
        return CircuitOpen(detail, until=NOW + 600)
    if kind is Incomplete:
        return Incomplete(TimedOut(detail))
    return kind(detail)


def test_every_known_error_has_a_row_of_its_own_and_no_row_is_left_over() -> None:
    assert set(known()) == set(sentences._TABLE)


@pytest.mark.parametrize("detail", ["", "detail {braces} 100%"])
@pytest.mark.parametrize("kind", list(known()), ids=lambda kind: kind.__name__)
def test_every_sentence_is_complete_and_civil(kind: type[AppError], detail: str) -> None:
    title, text, step = describe(example(kind, detail), NOW).render()
    whole = f"{title} {text} {step}"
    assert title
    assert text
    assert "!" not in whole
    assert not re.search(
        r"\b(oops|sorry|please|invalid|illegal|you (?:must|failed|forgot))\b", whole, re.IGNORECASE
    )
    assert not title.endswith(".")
    assert text[-1] in ".:%’"
    assert "{" not in whole.replace("{braces}", "")


@pytest.mark.parametrize("kind", list(known()), ids=lambda kind: kind.__name__)
def test_every_error_but_what_was_typed_says_what_comes_next(kind: type[AppError]) -> None:
    assert kind is UserInputError or describe(example(kind, ""), NOW).next_step


def test_a_bug_is_said_to_be_one_without_its_text() -> None:
    title, text, step = describe(KeyError("AIza-secret")).render()
    assert "program" in title
    assert "KeyError" in text
    assert "secret" not in title + text + step
    assert problem(KeyError("AIza-secret"))["status"] == 500


def test_what_was_typed_is_told_in_its_own_sentence() -> None:
    assert describe(UserInputError("Type a topic: it is empty.")).render()[1] == "Type a topic: it is empty."


def test_topic_not_found_names_the_nearest() -> None:
    assert describe(TopicNotFound("Dnaa", ("DNA", "RNA"))).render()[1] == (
        "The Atlas has no ‘Dnaa’. Nearest: DNA, RNA."
    )
    assert describe(TopicNotFound("Dnaa")).render()[1] == "The Atlas has no ‘Dnaa’, and nothing near it."


@pytest.mark.parametrize(
    ("until", "expected"),
    [(NOW + 17.6, "in 18 s"), (NOW - 5, "in 1 s"), (NOW + 121, "at 08:02 UTC"), (None, "later")],
)
def test_times_are_seconds_when_near_and_clock_times_when_far(until: float | None, expected: str) -> None:
    assert expected in describe(QuotaExhausted(until=until), NOW).render()[2]


def test_clock_times_are_made_by_the_face() -> None:
    sentence = describe(CircuitOpen(until=NOW + 7200), NOW, lambda epoch: f"<{epoch - NOW:.0f}>")
    assert sentence.render()[2] == "The next try is at <7200>."


def test_the_services_own_advice_is_told() -> None:
    assert describe(ModelUnavailable(retry_after_s=30), NOW).render()[2] == "Try again in 30 s."


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (QuotaExhausted(limit=250), "The limit of 250 requests"),
        (QuotaExhausted(limit=250_000, quota_id="InputTokensPerModelPerMinute"), "The limit of 250,000 tokens"),
        (QuotaExhausted(), "Gemini takes no more requests"),
    ],
)
def test_the_limit_is_named_when_known(error: QuotaExhausted, expected: str) -> None:
    assert describe(error, NOW).render()[1].startswith(expected)


def test_templates_are_translated_before_they_are_filled_in() -> None:
    seen: list[str] = []

    def translate(template: str) -> str:
        seen.append(template)
        return template.replace("Nearest:", "Am nächsten:")

    text = describe(TopicNotFound("X", ("Y",))).render(translate)[1]
    assert "Am nächsten: Y" in text
    assert set(seen) <= set(templates())


def test_one_line_is_one_line() -> None:
    line = one_line(UserInputError("Two\nlines."))
    assert "\n" not in line
    assert line == "This cannot be used as it is. Two lines."
    assert one_line(Offline()).startswith("You are offline. Gemini cannot be reached.")


def test_problem_documents_follow_the_standard() -> None:
    told = problem(QuotaExhausted(until=NOW + 40), NOW)
    assert told["type"] == "urn:knowalledge:problem:quota-exhausted"
    assert told["status"] == 429
    assert told["retry_after_s"] == 40
    assert told["title"]
    assert problem(TopicNotFound("x", ("y",)))["nearest"] == ["y"]


@pytest.mark.parametrize("kind", list(known()), ids=lambda kind: kind.__name__)
def test_every_error_has_an_http_status(kind: type[AppError]) -> None:
    status = problem(example(kind, ""), NOW)["status"]
    assert isinstance(status, int)
    assert 400 <= status < 600


def test_a_new_subclass_falls_back_to_its_parent() -> None:
    class NewKeyTrouble(KeyRejected):
        """Not in the table."""

    assert describe(NewKeyTrouble()).title == describe(KeyRejected()).title


def test_utc_time() -> None:
    assert utc_time(0.0) == "00:00 UTC"
    assert utc_time(86_399.0) == "23:59 UTC"


def test_a_sentence_without_a_next_step_renders_to_nothing_there() -> None:
    assert Sentence("a", "b {c}", values={"c": "{d}"}).render() == ("a", "b {d}", "")


TASKED = [(KeyMissing, task) for task in ("question", "illustration", "image_topic")]
TASKED += [(ContentBlocked, task) for _, task in TASKED]


@pytest.mark.parametrize(("kind", "task"), TASKED)
def test_what_is_asked_of_gemini_alone_has_sentences_of_its_own(kind: type[AppError], task: str) -> None:
    error, other = kind("SAFETY"), kind("SAFETY")
    error.task, other.task = task, "explanation"
    assert describe(other).render() == describe(kind("SAFETY")).render()
    own = describe(error).render()
    assert own != describe(other).render()
    assert "this topic" not in own[0]
    assert "The built-in Atlas works without one." not in own[2]
    assert problem(error)["status"] == problem(other)["status"]
    assert "{" not in "".join(own)
    assert {describe(error).title, describe(error).text, describe(error).next_step} <= set(templates())


def test_a_blocked_picture_is_no_blocked_topic() -> None:
    error = ContentBlocked("SAFETY")
    error.task = "illustration"
    assert one_line(error) == (
        "Gemini declined to draw this. It gave no picture (SAFETY). Try it once more, or illustrate another topic."
    )


def test_an_answer_without_a_picture_is_told_as_that() -> None:
    error = InvalidReply("no picture in the answer (STOP)")
    error.task = "illustration"
    assert one_line(error).startswith("Gemini sent no picture. Its answer held none that can be shown")


@pytest.mark.parametrize(("micro", "told"), [(400, "$0.00040"), (50_000, "$0.05"), (1_500_000_000, "$1,500.00")])
def test_a_small_budget_is_not_told_as_nothing(micro: int, told: str) -> None:
    error = BudgetReached(quota_id="day_budget", limit=micro, until=NOW + 7200)
    assert f"left of today’s budget of {told}, so" in describe(error, NOW).render()[1]
