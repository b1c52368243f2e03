"""Scores of form: `count_words`, `looks_refused`, `score_explanation`, `score_subtopics`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.payload import ExplanationText, Subtopic, SubtopicList
from knowalledge_desktop.core.quality import count_words, looks_refused, score_explanation, score_subtopics
from knowalledge_desktop.core.request import Detail, Options, Request, Task
from tests.support.engines import PROSE

CHINESE = (
    "光合作用是植物、藻类和某些细菌利用光能把二氧化碳和水转化为有机物并释放氧气的过程。它主要发生在叶绿体中。"
    "叶绿素吸收阳光，把水分子分解成氧气和氢离子，同时产生化学能。随后，这些能量用来把二氧化碳固定成葡萄糖。"
    "几乎所有的生命都直接或间接依靠这个过程生存，大气中的氧气也来自它。例如，你吃的米饭里的能量最初来自太阳。"
)
THAI = (
    "การสังเคราะห์ด้วยแสงคือกระบวนการที่พืชใช้พลังงานแสงเปลี่ยนคาร์บอนไดออกไซด์และน้ำให้เป็นน้ำตาล "
    "กระบวนการนี้เกิดขึ้นในคลอโรพลาสต์ซึ่งมีคลอโรฟิลล์ทำหน้าที่ดูดซับแสงอาทิตย์ "
    "ผลที่ได้อีกอย่างหนึ่งคือออกซิเจนที่ปล่อยออกสู่บรรยากาศ สิ่งมีชีวิตเกือบทั้งหมดต้องพึ่งพากระบวนการนี้ "
    "ตัวอย่างเช่นข้าวที่เรากินทุกวันเก็บพลังงานจากดวงอาทิตย์ไว้ในรูปของแป้ง"
)


def explained(text: str, topic: str = "Photosynthesis", detail: Detail = Detail.MEDIUM) -> float:
    request = Request(Task.EXPLANATION, topic, options=Options(detail=detail))
    return score_explanation(ExplanationText(text), request)


def listed(*titles: str, topic: str = "Biology", count: int = 15) -> float:
    content = SubtopicList(tuple(Subtopic(title) for title in titles))
    return score_subtopics(content, Request(Task.SUBTOPICS, topic, options=Options(count=count)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one two  three", 3),
        ("don't re-enter", 2),
        ("光合作用", 2),
        ("ภาษาไทย", 2),
        ("DNA 是分子", 3),
        ("한국어 단어", 2),
    ],
)
def test_words_are_counted_by_script(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize("text", [PROSE, CHINESE, THAI], ids=["english", "chinese", "thai"])
def test_sound_texts_of_any_script_score_high(text: str) -> None:
    assert explained(text) >= 0.8


def test_markdown_does_not_count_as_prose() -> None:
    dressed = "## Photosynthesis\n\n" + PROSE.replace("light", "**light**").replace(
        "sugar", "[sugar](http://x.y/z)"
    )
    assert explained(dressed) == explained(PROSE)


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I am sorry, but I cannot assist with this request.",
        "> **I’m very sorry, but as a model I do not discuss this.**",
        "As an AI language model, I have no opinion.",
        "I cannot provide information on this.",
        "I can’t draw that.",
        "I'm not able to depict this scene.",
        "Je suis désolé, mais je ne peux pas répondre.",
        "Es tut mir leid, aber ich kann dabei nicht helfen.",
        "很抱歉，我无法回答这个问题。",
        "申し訳ありませんが、お答えできません。",
    ],
)
def test_a_text_that_begins_as_a_refusal_is_one(text: str) -> None:
    assert looks_refused(text)
    assert explained(text) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "Asthma narrows the airways. A patient may say: I cannot breathe. I'm sorry, but I can't walk further.",
        "I cannot breathe were the words of a protest movement.",
        "Sorry is a song of 2015. It is about regret.",
        "As an AI winter set in, money became scarce.",
        "Unfortunately for the dinosaurs, an asteroid struck.",
    ],
)
def test_quoted_or_innocent_words_are_no_refusal(text: str) -> None:
    assert not looks_refused(text)
    assert explained(text) > 0.0


def test_short_long_and_padded_texts_lose() -> None:
    assert explained("Plants make sugar.") < 0.3
    assert explained("photosynthesis " * 30) < 0.7
    good = explained(PROSE, topic="光")  # a topic in another script neither adds nor takes
    assert explained((PROSE + " ") * 10, topic="光") == pytest.approx(good - 0.1)
    good = explained(PROSE)
    assert explained(PROSE + " In conclusion, it plays a crucial role in today's world.") < good
    assert explained("") == 0.0


def test_a_detailed_text_may_be_long() -> None:
    text = (PROSE + " ") * 7
    assert 300 < count_words(text) <= 450
    assert explained(text, topic="光", detail=Detail.DETAILED) > explained(text, topic="光", detail=Detail.BRIEF)


def test_a_text_on_something_else_loses_a_little() -> None:
    assert explained(PROSE) - explained(PROSE, topic="Ottoman Empire") == pytest.approx(0.1, abs=0.11)
    assert explained(PROSE) > explained(PROSE, topic="Ottoman Empire")
    assert explained(CHINESE, topic="Photosynthesis") >= 0.8  # another script cannot be compared


GOOD = tuple(f"Branch {n}" for n in range(15))


def test_a_full_list_of_good_titles_is_perfect() -> None:
    assert listed(*GOOD) == 1.0
    assert listed("光", "細胞", "遺伝", count=3) == 1.0


def test_issues_and_warnings_of_lists() -> None:
    assert listed(*GOOD[:13]) == 0.9  # less than 90 %
    assert listed(*GOOD[:9]) == 0.8  # less than 70 %
    assert listed(*GOOD[:14], "branch 3") == 0.8  # twice
    assert listed(*GOOD[:14], "biology") == 0.8  # the topic itself
    assert listed(*GOOD[:14], "ab") == 0.9
    assert listed(*GOOD[:14], "one two three four five six seven eight nine") == 0.9
    assert listed() == 0.0


@given(st.text(max_size=400), st.text(max_size=40))
def test_scores_stay_between_nothing_and_one_for_any_text(text: str, topic: str) -> None:
    assert 0.0 <= explained(text, topic) <= 1.0
    assert 0.0 <= listed(text, topic, topic=topic) <= 1.0


def test_scoring_is_quick_on_hostile_text() -> None:
    for text in (
        "[" * 50_000,
        "](" * 50_000,
        "sorry " * 50_000,
        "*" * 50_000,
        " " * 50_000 + "x",
        "1" * 50_000,
        "." * 50_000 + "x",
    ):
        assert 0.0 <= explained(text) <= 1.0
